/* SPDX-License-Identifier: Apache-2.0 */
/* Matroska and WebM (RFC 9559 over RFC 8794). A browser that records writes parts without a length and no
 * duration; then the blocks' own times say how long it is. */
#include <string.h>

#include "media/sniff_internal.h"
#include "server/base/cleanup.h"

enum id {
    ID_DOCTYPE = 0x4282,
    ID_EBML = 0x1a45dfa3,
    ID_SEGMENT = 0x18538067,
    ID_INFO = 0x1549a966,
    ID_SCALE = 0x2ad7b1,
    ID_DURATION = 0x4489,
    ID_TRACKS = 0x1654ae6b,
    ID_TRACK = 0xae,
    ID_TRACK_TYPE = 0x83,
    ID_CODEC = 0x86,
    ID_PICTURE = 0xe0,
    ID_WIDTH = 0xb0,
    ID_HEIGHT = 0xba,
    ID_CLUSTER = 0x1f43b675,
    ID_TIME = 0xe7,
    ID_SIMPLE_BLOCK = 0xa3,
    ID_GROUP = 0xa0,
    ID_BLOCK = 0xa1
};

enum { TYPE_PICTURE = 1, TYPE_SOUND = 2, SCALE_MS = 1000000 };

struct element {
    uint32_t id;
    bool is_open; /* no length: until something stands there that cannot be inside */
    struct vt_bytes body;
};

struct matroska {
    uint64_t scale;     /* nanoseconds a tick */
    double duration;    /* in ticks; 0: not said */
    uint64_t time, end; /* of the cluster, of the last block; in ticks */
    unsigned pieces;
};

/* The element at `*at`, and `*at` behind its header: who wants it skipped adds its length. */
static bool next_element(struct matroska *mkv, struct vt_bytes *parent, size_t *at, struct element *ret)
{
    if (*at >= parent->len || mkv->pieces++ >= VT_SNIFF_PIECES_MAX || !vt_bytes_has(parent, *at, 2))
        return false;
    const unsigned id_len = parent->ptr[*at] ? (unsigned)__builtin_clz(parent->ptr[*at]) - 23 : 0;
    if (id_len < 1 || id_len > 4 || !vt_bytes_has(parent, *at + id_len, 1) || parent->ptr[*at + id_len] == 0)
        return false;
    ret->id = (uint32_t)vt_bytes_be(parent, *at, id_len);
    *at += id_len;
    const unsigned size_len = (unsigned)__builtin_clz(parent->ptr[*at]) - 23;
    const uint64_t mask = (1ull << 7 * size_len) - 1;
    const uint64_t size = vt_bytes_be(parent, *at, size_len) & mask;
    if (parent->is_short)
        return false;
    *at += size_len;
    ret->is_open = size == mask;
    const size_t left = parent->len - *at;
    if (!ret->is_open && size > left)
        parent->is_short = true;
    const size_t len = ret->is_open || size > left ? left : (size_t)size;
    ret->body = (struct vt_bytes){ parent->ptr + *at, len, false };
    return true;
}

static uint64_t number(const struct element *element)
{
    struct vt_bytes body = element->body;
    return body.len <= 8 ? vt_bytes_be(&body, 0, body.len) : 0;
}

static double real(const struct element *element)
{
    const uint64_t bits = number(element);
    const uint32_t low = (uint32_t)bits;
    float single;
    double value;
    memcpy(&single, &low, sizeof(single));
    memcpy(&value, &bits, sizeof(value));
    return element->body.len == 4 ? (double)single : element->body.len == 8 ? value : 0;
}

static bool is_text(struct vt_bytes body, const char *text)
{
    return body.len >= strlen(text) && memcmp(body.ptr, text, strlen(text)) == 0;
}

/* --- head ----------------------------------------------------------------------------------------------- */

static enum vt_clip_codec codec_of(struct vt_bytes word)
{
    static const struct {
        const char *word;
        enum vt_clip_codec codec;
    } rows[] = {
        { "V_MPEG4/ISO/AVC", VT_CLIP_H264 },
        { "V_MPEGH/ISO/HEVC", VT_CLIP_HEVC },
        { "V_VP8", VT_CLIP_VP8 },
        { "V_VP9", VT_CLIP_VP9 },
        { "V_AV1", VT_CLIP_AV1 },
        { "A_AAC", VT_CLIP_AAC },
        { "A_OPUS", VT_CLIP_OPUS },
        { "A_MPEG/L3", VT_CLIP_MP3 },
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (is_text(word, rows[i].word))
            return rows[i].codec;
    return VT_CLIP_OTHER;
}

static void read_info(struct matroska *mkv, struct vt_bytes info)
{
    struct element element;
    for (size_t at = 0; next_element(mkv, &info, &at, &element); at += element.body.len) {
        if (element.id == ID_SCALE)
            mkv->scale = number(&element);
        else if (element.id == ID_DURATION)
            mkv->duration = real(&element);
    }
}

static void read_size(struct matroska *mkv, struct vt_bytes picture, uint32_t *ret_w, uint32_t *ret_h)
{
    struct element element;
    for (size_t at = 0; next_element(mkv, &picture, &at, &element); at += element.body.len) {
        const uint64_t side = number(&element);
        if (element.id == ID_WIDTH)
            *ret_w = side < UINT32_MAX ? (uint32_t)side : UINT32_MAX;
        else if (element.id == ID_HEIGHT)
            *ret_h = side < UINT32_MAX ? (uint32_t)side : UINT32_MAX;
    }
}

static void read_track(struct matroska *mkv, struct vt_sniffed_clip *clip, struct vt_bytes track)
{
    struct element element;
    struct vt_bytes word = { NULL, 0, false };
    uint64_t type = 0;
    uint32_t width = 0, height = 0;
    for (size_t at = 0; next_element(mkv, &track, &at, &element); at += element.body.len) {
        if (element.id == ID_TRACK_TYPE)
            type = number(&element);
        else if (element.id == ID_CODEC)
            word = element.body;
        else if (element.id == ID_PICTURE)
            read_size(mkv, element.body, &width, &height);
    }
    const enum vt_clip_codec codec = codec_of(word);
    const bool is_picture = codec < VT_CLIP_AAC;
    if (type == TYPE_SOUND && (clip->sound == VT_CLIP_NONE || clip->sound == VT_CLIP_OTHER))
        clip->sound = is_picture ? VT_CLIP_OTHER : codec;
    if (type != TYPE_PICTURE || (clip->picture != VT_CLIP_NONE && clip->picture != VT_CLIP_OTHER))
        return;
    clip->picture = is_picture ? codec : VT_CLIP_OTHER;
    vt_sniff_coded(clip, word);
    clip->width = width;
    clip->height = height;
}

static void read_tracks(struct matroska *mkv, struct vt_sniffed_clip *clip, struct vt_bytes tracks)
{
    struct element element;
    for (size_t at = 0; next_element(mkv, &tracks, &at, &element); at += element.body.len)
        if (element.id == ID_TRACK)
            read_track(mkv, clip, element.body);
}

static void read_doctype(struct matroska *mkv, struct vt_sniffed_clip *clip, struct vt_bytes head)
{
    struct element element;
    for (size_t at = 0; next_element(mkv, &head, &at, &element); at += element.body.len)
        if (element.id == ID_DOCTYPE)
            clip->name = is_text(element.body, "webm") ? "a WebM clip" : "a Matroska clip";
}

/* --- blocks ----------------------------------------------------------------------------------------------
 */

static void read_block(struct matroska *mkv, struct vt_bytes block)
{
    if (block.len < 4 || block.ptr[0] == 0)
        return;
    const size_t track_len = (size_t)__builtin_clz(block.ptr[0]) - 23;
    const int16_t after = (int16_t)vt_bytes_be(&block, track_len, 2);
    if (block.is_short || (after < 0 && (uint64_t)-after > mkv->time))
        return;
    const uint64_t time = mkv->time + (uint64_t)(int64_t)after;
    mkv->end = time > mkv->end ? time : mkv->end;
}

/* True: what is inside comes next; else it is skipped. */
static bool enter(struct matroska *mkv, struct vt_sniffed_clip *clip, const struct element *element)
{
    switch (element->id) {
    case ID_SEGMENT:
    case ID_GROUP:
    case ID_CLUSTER:
        return true;
    case ID_EBML:
        read_doctype(mkv, clip, element->body);
        break;
    case ID_INFO:
        read_info(mkv, element->body);
        break;
    case ID_TRACKS:
        read_tracks(mkv, clip, element->body);
        break;
    case ID_TIME:
        mkv->time = number(element);
        break;
    case ID_SIMPLE_BLOCK:
    case ID_BLOCK:
        read_block(mkv, element->body);
        break;
    default:
        break;
    }
    return false;
}

static uint64_t milliseconds(const struct matroska *mkv)
{
    const double ticks = mkv->duration > 0 ? mkv->duration : (double)mkv->end;
    const double ms = ticks * (double)mkv->scale / SCALE_MS;
    return !(ms > 0) ? 0 : ms < 1e15 ? (uint64_t)(ms + 0.5) : UINT64_MAX;
}

void vt_sniff_matroska(struct vt_sniffed_clip *clip, struct vt_bytes file)
{
    struct matroska mkv = { .scale = SCALE_MS };
    struct element element;
    size_t at = 0;
    clip->name = "a Matroska or WebM clip";
    while (next_element(&mkv, &file, &at, &element)) {
        if (element.id == ID_CLUSTER && mkv.duration > 0)
            break; /* the head has said all */
        if (!enter(&mkv, clip, &element)) {
            if (element.is_open) /* only what is entered may be without a length */
                break;
            at += element.body.len;
        }
    }
    clip->ms = milliseconds(&mkv);
    clip->is_cut = file.is_short;
}
