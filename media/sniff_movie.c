/* SPDX-License-Identifier: Apache-2.0 */
/* MP4, QuickTime and 3GP (ISO 14496-12): tracks and their codings, the turn of a phone held upright, and how
 * long it is, also where the tracks are written in fragments and their header says 0. */
#include <string.h>

#include "media/sniff_internal.h"
#include "server/base/cleanup.h"

enum { TRACKS_MOST = 16, ENTRY_SIZE_AT = 24, SAMPLES_MOST = 1 << 20 };

struct track {
    uint32_t id, scale;
    uint32_t sample_default; /* of fragments, in `scale` */
    uint64_t length, end;    /* by its header, and by its fragments; in `scale` */
    bool is_picture, is_sound;
    enum vt_clip_codec codec;
    struct vt_bytes coded;
    uint32_t width, height;
    uint16_t turn;
};

struct movie {
    struct track tracks[TRACKS_MOST];
    size_t n;
    unsigned pieces; /* boxes looked at, in all */
    bool has_data, has_index;
};

static bool step(struct movie *movie, struct vt_bytes *parent, size_t *at, struct vt_sniff_box *box)
{
    return movie->pieces++ < VT_SNIFF_PIECES_MAX && vt_sniff_next_box(parent, at, box);
}

/* --- one track ------------------------------------------------------------------------------------------ */

static enum vt_clip_codec codec_of(struct vt_bytes word)
{
    static const struct {
        const char *word;
        enum vt_clip_codec codec;
    } rows[] = {
        { "avc1", VT_CLIP_H264 }, { "avc3", VT_CLIP_H264 }, { "hvc1", VT_CLIP_HEVC },
        { "hev1", VT_CLIP_HEVC }, { "dvh1", VT_CLIP_HEVC }, { "dvhe", VT_CLIP_HEVC },
        { "vp08", VT_CLIP_VP8 },  { "vp09", VT_CLIP_VP9 },  { "av01", VT_CLIP_AV1 },
        { "mp4a", VT_CLIP_AAC },  { "Opus", VT_CLIP_OPUS }, { ".mp3", VT_CLIP_MP3 },
        { "mp3 ", VT_CLIP_MP3 },
    };
    for (size_t i = 0; word.len == 4 && i < VT_COUNT(rows); i++)
        if (memcmp(word.ptr, rows[i].word, 4) == 0)
            return rows[i].codec;
    return VT_CLIP_OTHER;
}

/* The first two rows of the matrix as 16.16: (a b) (c d). Only whole quarters, the rest is no phone's. */
static uint16_t turn_of(struct vt_bytes *header, size_t matrix_at)
{
    const int32_t a = (int32_t)vt_bytes_be(header, matrix_at, 4);
    const int32_t b = (int32_t)vt_bytes_be(header, matrix_at + 4, 4);
    const int32_t c = (int32_t)vt_bytes_be(header, matrix_at + 12, 4);
    const int32_t d = (int32_t)vt_bytes_be(header, matrix_at + 16, 4);
    if (a == 0 && d == 0 && b > 0 && c < 0)
        return 90;
    if (b == 0 && c == 0 && a < 0 && d < 0)
        return 180;
    if (a == 0 && d == 0 && b < 0 && c > 0)
        return 270;
    return 0;
}

static void read_header(struct track *track, struct vt_bytes tkhd)
{
    const bool is_wide = vt_bytes_be(&tkhd, 0, 1) == 1;
    track->id = (uint32_t)vt_bytes_be(&tkhd, is_wide ? 20 : 12, 4);
    track->turn = turn_of(&tkhd, is_wide ? 52 : 40);
}

static void read_media_header(struct track *track, struct vt_bytes mdhd)
{
    const bool is_wide = vt_bytes_be(&mdhd, 0, 1) == 1;
    track->scale = (uint32_t)vt_bytes_be(&mdhd, is_wide ? 20 : 12, 4);
    track->length = vt_bytes_be(&mdhd, is_wide ? 24 : 16, is_wide ? 8 : 4);
    if (track->length >= (is_wide ? UINT64_MAX : UINT32_MAX))
        track->length = 0; /* not known */
}

static void read_entry(struct track *track, struct vt_bytes stsd)
{
    struct vt_sniff_box entry;
    size_t at = 8;
    if (!vt_sniff_next_box(&stsd, &at, &entry))
        return;
    track->coded = (struct vt_bytes){ stsd.ptr + entry.at + 4, 4, false };
    track->codec = codec_of(track->coded);
    if (!track->is_picture)
        return;
    track->width = (uint32_t)vt_bytes_be(&entry.body, ENTRY_SIZE_AT, 2);
    track->height = (uint32_t)vt_bytes_be(&entry.body, ENTRY_SIZE_AT + 2, 2);
}

static void read_media(struct track *track, struct vt_bytes mdia)
{
    struct vt_bytes part;
    if (vt_sniff_find_box(mdia, 0, "mdhd", &part))
        read_media_header(track, part);
    if (vt_sniff_find_box(mdia, 0, "hdlr", &part) && vt_bytes_has(&part, 8, 4)) {
        track->is_picture = memcmp(part.ptr + 8, "vide", 4) == 0;
        track->is_sound = memcmp(part.ptr + 8, "soun", 4) == 0;
    }
    if (vt_sniff_find_box(mdia, 0, "minf", &part) && vt_sniff_find_box(part, 0, "stbl", &part) &&
        vt_sniff_find_box(part, 0, "stsd", &part))
        read_entry(track, part);
}

static void read_track(struct movie *movie, struct vt_bytes trak)
{
    struct vt_bytes part;
    if (movie->n == TRACKS_MOST)
        return;
    struct track *track = &movie->tracks[movie->n++];
    if (vt_sniff_find_box(trak, 0, "tkhd", &part))
        read_header(track, part);
    if (vt_sniff_find_box(trak, 0, "mdia", &part))
        read_media(track, part);
}

static struct track *find_track(struct movie *movie, uint32_t id)
{
    for (size_t i = 0; i < movie->n; i++)
        if (movie->tracks[i].id == id)
            return &movie->tracks[i];
    return NULL;
}

/* --- fragments ------------------------------------------------------------------------------------------ */

static void read_defaults(struct movie *movie, struct vt_bytes mvex)
{
    struct vt_sniff_box box;
    for (size_t at = 0; step(movie, &mvex, &at, &box);) {
        struct track *track = vt_sniff_is_box(&box, "trex")
                                  ? find_track(movie, (uint32_t)vt_bytes_be(&box.body, 4, 4))
                                  : NULL;
        if (track)
            track->sample_default = (uint32_t)vt_bytes_be(&box.body, 12, 4);
    }
}

static void read_index(struct movie *movie, struct vt_bytes moov)
{
    struct vt_bytes mvex;
    struct vt_sniff_box box;
    for (size_t at = 0; step(movie, &moov, &at, &box);)
        if (vt_sniff_is_box(&box, "trak"))
            read_track(movie, box.body);
    if (vt_sniff_find_box(moov, 0, "mvex", &mvex))
        read_defaults(movie, mvex);
    movie->has_index = true;
}

/* How long the samples of a run are together. */
static uint64_t run_length(struct vt_bytes trun, uint32_t sample_default)
{
    const uint32_t flags = (uint32_t)vt_bytes_be(&trun, 1, 3);
    const uint64_t samples = vt_bytes_be(&trun, 4, 4);
    size_t at = 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
    const size_t each = 4 * (size_t)__builtin_popcount(flags & 0xf00);
    uint64_t length = 0;
    if (!(flags & 0x100))
        return samples < SAMPLES_MOST ? samples * sample_default : 0;
    for (uint64_t i = 0; i < samples && i < SAMPLES_MOST && vt_bytes_has(&trun, at, each); i++, at += each)
        length += vt_bytes_be(&trun, at, 4);
    return length;
}

static void read_fragment(struct movie *movie, struct vt_bytes traf)
{
    struct vt_bytes tfhd, tfdt;
    struct vt_sniff_box box;
    if (!vt_sniff_find_box(traf, 0, "tfhd", &tfhd))
        return;
    struct track *track = find_track(movie, (uint32_t)vt_bytes_be(&tfhd, 4, 4));
    if (!track)
        return;
    const uint32_t flags = (uint32_t)vt_bytes_be(&tfhd, 1, 3);
    uint32_t sample = track->sample_default;
    if (flags & 8)
        sample = (uint32_t)vt_bytes_be(&tfhd, 8 + (flags & 1 ? 8u : 0) + (flags & 2 ? 4u : 0), 4);
    uint64_t end = track->end;
    if (vt_sniff_find_box(traf, 0, "tfdt", &tfdt))
        end = vt_bytes_be(&tfdt, 4, vt_bytes_be(&tfdt, 0, 1) == 1 ? 8 : 4);
    for (size_t at = 0; step(movie, &traf, &at, &box);)
        if (vt_sniff_is_box(&box, "trun"))
            end += run_length(box.body, sample);
    track->end = end > track->end ? end : track->end;
}

static void read_fragments(struct movie *movie, struct vt_bytes moof)
{
    struct vt_sniff_box box;
    for (size_t at = 0; step(movie, &moof, &at, &box);)
        if (vt_sniff_is_box(&box, "traf"))
            read_fragment(movie, box.body);
}

/* --- the whole ------------------------------------------------------------------------------------------ */

static uint64_t milliseconds(const struct track *track)
{
    const uint64_t length = track->length > track->end ? track->length : track->end;
    if (track->scale == 0)
        return 0;
    if (length > UINT64_MAX / 2000)
        return UINT64_MAX;
    return (length * 1000 + track->scale - 1) / track->scale;
}

/* A still beside the film, as some cameras write one, is no picture of it: the first that is taken counts. */
static const struct track *choose(const struct movie *movie, bool is_picture)
{
    const struct track *chosen = NULL;
    for (size_t i = 0; i < movie->n; i++) {
        const struct track *track = &movie->tracks[i];
        if (is_picture ? !track->is_picture : !track->is_sound)
            continue;
        if (!chosen || (chosen->codec == VT_CLIP_OTHER && track->codec != VT_CLIP_OTHER))
            chosen = track;
    }
    return chosen;
}

static void describe(struct vt_sniffed_clip *clip, const struct movie *movie)
{
    const struct track *picture = choose(movie, true), *sound = choose(movie, false);
    if (sound)
        clip->sound = sound->codec >= VT_CLIP_AAC ? sound->codec : VT_CLIP_OTHER;
    if (!picture)
        return;
    clip->picture = picture->codec && picture->codec < VT_CLIP_AAC ? picture->codec : VT_CLIP_OTHER;
    if (picture->coded.ptr)
        vt_sniff_coded(clip, picture->coded);
    clip->width = picture->width;
    clip->height = picture->height;
    clip->turn = picture->turn;
    clip->ms = milliseconds(picture);
}

void vt_sniff_movie(struct vt_sniffed_clip *clip, struct vt_bytes file)
{
    struct movie movie = { .n = 0 };
    struct vt_sniff_box box;
    for (size_t at = 0; step(&movie, &file, &at, &box);) {
        movie.has_data = movie.has_data || vt_sniff_is_box(&box, "mdat");
        if (vt_sniff_is_box(&box, "moov") && !movie.has_index)
            read_index(&movie, box.body);
        else if (vt_sniff_is_box(&box, "moof"))
            read_fragments(&movie, box.body);
    }
    clip->is_cut = file.is_short || !movie.has_data || !movie.has_index;
    describe(clip, &movie);
}
