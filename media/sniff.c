/* SPDX-License-Identifier: Apache-2.0 */
#include "media/sniff.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "media/bytes.h"
#include "media/sniff_internal.h"
#include "server/base/cleanup.h"

/* --- what it is ------------------------------------------------------------------------------ */

static const struct magic {
    const char *bytes;
    uint8_t at, len;
    enum vt_sniff_type type;
    const char *name;
} magics[] = {
    { "\xff\xd8\xff", 0, 3, VT_SNIFFED_JPEG, "a JPEG picture" },
    { "\x89PNG\r\n\x1a\n", 0, 8, VT_SNIFFED_PNG, "a PNG picture" },
    { "WEBP", 8, 4, VT_SNIFFED_WEBP, "a WebP picture" },
    { "GIF87a", 0, 6, VT_SNIFFED_OTHER, "a GIF picture" },
    { "GIF89a", 0, 6, VT_SNIFFED_OTHER, "a GIF picture" },
    { "BM", 0, 2, VT_SNIFFED_OTHER, "a BMP picture" },
    { "II*\0", 0, 4, VT_SNIFFED_OTHER, "a TIFF picture" },
    { "MM\0*", 0, 4, VT_SNIFFED_OTHER, "a TIFF picture" },
    { "II+\0", 0, 4, VT_SNIFFED_OTHER, "a TIFF picture" },
    { "MM\0+", 0, 4, VT_SNIFFED_OTHER, "a TIFF picture" },
    { "8BPS", 0, 4, VT_SNIFFED_OTHER, "a Photoshop file" },
    { "\xff\x0a", 0, 2, VT_SNIFFED_OTHER, "a JPEG XL picture" },
    { "\0\0\0\x0cJXL ", 0, 8, VT_SNIFFED_OTHER, "a JPEG XL picture" },
    { "\0\0\0\x0cjP  ", 0, 8, VT_SNIFFED_OTHER, "a JPEG 2000 picture" },
    { "\xff\x4f\xff\x51", 0, 4, VT_SNIFFED_OTHER, "a JPEG 2000 picture" },
    { "\0\0\1\0", 0, 4, VT_SNIFFED_OTHER, "an icon" },
    { "v/1\x01", 0, 4, VT_SNIFFED_OTHER, "an OpenEXR picture" },
    { "\x1a\x45\xdf\xa3", 0, 4, VT_SNIFFED_CLIP, "a Matroska or WebM clip" },
    { "AVI ", 8, 4, VT_SNIFFED_OTHER, "an AVI clip" },
    { "WAVE", 8, 4, VT_SNIFFED_OTHER, "a sound file" },
    { "OggS", 0, 4, VT_SNIFFED_OTHER, "an Ogg file" },
    { "ID3", 0, 3, VT_SNIFFED_OTHER, "a sound file" },
    { "fLaC", 0, 4, VT_SNIFFED_OTHER, "a sound file" },
    { "%PDF-", 0, 5, VT_SNIFFED_OTHER, "a PDF document" },
    { "%!PS", 0, 4, VT_SNIFFED_OTHER, "a PostScript document" },
    { "PK\3\4", 0, 4, VT_SNIFFED_OTHER, "a ZIP archive" },
    { "\x1f\x8b", 0, 2, VT_SNIFFED_OTHER, "a compressed file" },
    { "BZh", 0, 3, VT_SNIFFED_OTHER, "a compressed file" },
    { "\xfd"
      "7zXZ",
      0, 5, VT_SNIFFED_OTHER, "a compressed file" },
    { "\x7f"
      "ELF",
      0, 4, VT_SNIFFED_OTHER, "a program" },
    { "MZ", 0, 2, VT_SNIFFED_OTHER, "a program" },
    { "SIMPLE  =", 0, 9, VT_SNIFFED_OTHER, "a FITS file" },
};

/* Text formats, looked for in the first bytes, letters of either case. */
static const struct word {
    const char *text;
    bool at_start; /* after a byte order mark and blanks; else anywhere in the head */
    const char *name;
} words[] = {
    { "#EXTM3U", true, "a playlist" },
    { "ffconcat", true, "a playlist" },
    { "push graphic-context", true, "an MVG drawing" },
    { "viewbox", true, "an MVG drawing" },
    { "<!doctype html", true, "an HTML page" },
    { "<html", true, "an HTML page" },
    { "<svg", false, "an SVG drawing" },
    { "%PDF-", false, "a PDF document" },
    { "<html", false, "an HTML page" },
    { "<script", false, "an HTML page" },
    { "<?xml", true, "an XML file" },
    { "{", true, "a JSON or text file" },
};

enum { HEAD_MAX = 1024 };

static bool is_word_at(const uint8_t *at, size_t left, const char *word)
{
    size_t n = strlen(word);
    return left >= n && strncasecmp((const char *)at, word, n) == 0;
}

static bool is_word_in(const uint8_t *head, size_t len, const char *word)
{
    for (size_t i = 0; i < len; i++)
        if (is_word_at(head + i, len - i, word))
            return true;
    return false;
}

static const char *text_name(const uint8_t *bytes, size_t len)
{
    size_t head = len < HEAD_MAX ? len : HEAD_MAX;
    size_t start = head >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (start < head && strchr(" \t\r\n", bytes[start]) && bytes[start] != '\0')
        start++;
    for (size_t i = 0; i < VT_COUNT(words); i++) {
        bool found = words[i].at_start ? is_word_at(bytes + start, head - start, words[i].text)
                                       : is_word_in(bytes, head, words[i].text);
        if (found)
            return words[i].name;
    }
    for (size_t i = 0; i < head; i++)
        if (bytes[i] == 0x7f || (bytes[i] < 0x20 && !strchr("\t\r\n\f", bytes[i])) || bytes[i] == 0)
            return "a file of a kind unknown here";
    return "a text file";
}

static struct vt_sniffed recognise(const uint8_t *bytes, size_t len)
{
    struct vt_sniffed sniffed = { .name = "an empty file", .frames = 1, .orientation = 1 };
    if (len == 0)
        return sniffed;
    if (len >= 12 && memcmp(bytes + 4, "ftyp", 4) == 0) {
        vt_sniff_brand(&sniffed, bytes, len);
        return sniffed;
    }
    for (size_t i = 0; i < VT_COUNT(magics); i++) {
        const struct magic *magic = &magics[i];
        bool is_riff = magic->at == 8;
        if (len < (size_t)magic->at + magic->len ||
            memcmp(bytes + magic->at, magic->bytes, magic->len) != 0 ||
            (is_riff && memcmp(bytes, "RIFF", 4) != 0))
            continue;
        sniffed.type = magic->type;
        sniffed.name = magic->name;
        return sniffed;
    }
    sniffed.type = VT_SNIFFED_OTHER;
    sniffed.name = text_name(bytes, len);
    return sniffed;
}

struct vt_sniffed vt_sniff_header(const uint8_t *bytes, size_t len)
{
    struct vt_sniffed sniffed = recognise(bytes, len);
    struct vt_bytes view = { bytes, len, false };
    switch (sniffed.type) {
    case VT_SNIFFED_JPEG:
        vt_sniff_jpeg(&sniffed, view);
        break;
    case VT_SNIFFED_PNG:
        vt_sniff_png(&sniffed, view);
        break;
    case VT_SNIFFED_WEBP:
        vt_sniff_webp(&sniffed, view);
        break;
    case VT_SNIFFED_AVIF:
    case VT_SNIFFED_HEIF:
        vt_sniff_heif(&sniffed, view);
        break;
    default:
        break;
    }
    return sniffed;
}

void vt_sniff_upright(const struct vt_sniffed *sniffed, uint32_t *ret_w, uint32_t *ret_h)
{
    bool is_turned = sniffed->orientation >= 5 && sniffed->orientation <= 8;
    *ret_w = is_turned ? sniffed->height : sniffed->width;
    *ret_h = is_turned ? sniffed->width : sniffed->height;
}

/* --- judging it ------------------------------------------------------------------------------ */

static const char taken[] = "JPEG, PNG, WebP, AVIF and HEIF pictures are taken";

static enum vt_media_err check_size(const struct vt_sniffed *sniffed, const struct vt_sniff_limits *limits,
                                    struct vt_media_problem *problem)
{
    uint64_t pixels = (uint64_t)sniffed->width * sniffed->height;
    uint32_t side = sniffed->width > sniffed->height ? sniffed->width : sniffed->height;
    if (side > limits->side)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->side, side,
                                      "The picture is %" PRIu32 " x %" PRIu32
                                      " pixels; a side may have %" PRIu32 ". Scale it down first.",
                                      sniffed->width, sniffed->height, limits->side);
    if (pixels > limits->pixels)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->pixels, pixels,
                                      "The picture is %" PRIu32 " x %" PRIu32 " pixels, %" PRIu64
                                      " in all; %" PRIu64 " are allowed. Scale it down first.",
                                      sniffed->width, sniffed->height, pixels, limits->pixels);
    if (sniffed->frames > 1)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, 1, sniffed->frames,
                                      "This is %s of %" PRIu32
                                      " frames; one frame is allowed. Send one frame, "
                                      "or a clip.",
                                      sniffed->name, sniffed->frames);
    return VT_MEDIA_OK;
}

enum vt_media_err vt_sniff_check(const struct vt_sniffed *sniffed, size_t len,
                                 const struct vt_sniff_limits *limits, struct vt_media_problem *problem)
{
    if (sniffed->type == VT_SNIFFED_UNKNOWN || sniffed->type >= VT_SNIFFED_CLIP)
        return vt_media_problem_set(problem, VT_MEDIA_NOT_A_PICTURE, "This is %s; %s.", sniffed->name, taken);
    if (len > limits->bytes)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, limits->bytes, len,
                                      "The file has %zu bytes; %" PRIu64 " are allowed.", len, limits->bytes);
    enum vt_media_err err = check_size(sniffed, limits, problem);
    if (err)
        return err;
    if (sniffed->is_cut)
        return vt_media_problem_set(problem, VT_MEDIA_TRUNCATED,
                                    "The file ends inside the header of %s after %zu bytes. Send it again.",
                                    sniffed->name, len);
    if (sniffed->width == 0 || sniffed->height == 0)
        return vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                                    "This begins as %s, but its header names no size. Save it again.",
                                    sniffed->name);
    return VT_MEDIA_OK;
}

bool vt_sniff_is_whole(const struct vt_sniffed *sniffed, const uint8_t *bytes, size_t len)
{
    struct vt_bytes view = { bytes, len, false };
    switch (sniffed->type) {
    case VT_SNIFFED_JPEG:
        return vt_sniff_jpeg_is_whole(view);
    case VT_SNIFFED_PNG:
        return vt_sniff_png_is_whole(view);
    case VT_SNIFFED_WEBP:
        return vt_sniff_webp_is_whole(view);
    case VT_SNIFFED_AVIF:
    case VT_SNIFFED_HEIF:
        return vt_sniff_heif_is_whole(view);
    default:
        return false;
    }
}
