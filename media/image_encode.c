/* SPDX-License-Identifier: Apache-2.0 */
/* Pixels to bytes. Every option that has a cost is set, since the defaults of 8.14 are not ours: AVIF
 * would take 512 ms at its own effort, and its 12 bits are not wanted. Options that only mozjpeg has
 * are never named: without it they are a warning a picture. */
#include <string.h>

#include "media/image_internal.h"

#define JPEG_Q           78
#define WEBP_Q           75
#define WEBP_EFFORT      2
#define AVIF_Q           60
#define AVIF_EFFORT      0
#define AVIF_IDLE_Q      50
#define AVIF_IDLE_EFFORT 3
#define PNG_LEVEL        6
#define LEAST_Q          30
#define ANIMATION_Q      60

struct encoding {
    enum vt_picture_format format;
    uint8_t effort;
    int q; /* 0: the format has none */
    bool is_animation;
};

static struct encoding encoding_of(enum vt_picture_format format, uint8_t effort)
{
    static const int q[] = { [VT_FMT_JPEG] = JPEG_Q, [VT_FMT_WEBP] = WEBP_Q, [VT_FMT_AVIF] = AVIF_Q };
    struct encoding encoding = { .format = format,
                                 .effort = effort,
                                 .q = (size_t)format < VT_COUNT(q) ? q[format] : 0 };
    if (format == VT_FMT_AVIF && effort)
        encoding.q = AVIF_IDLE_Q;
    return encoding;
}

/* webpsave of 8.14 writes an EXIF block of its own making even when told to strip and with no field
 * left, so the chunks that are no picture go here. Chunks are a name, a length and bytes padded to
 * even; what the file says of itself in VP8X is put right. */
static void strip_webp(uint8_t *bytes, size_t *len)
{
    static const char *const kept[] = { "VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF" };
    size_t to = 12, at = 12;
    while (at + 8 <= *len) {
        const size_t body = bytes[at + 4] | (size_t)bytes[at + 5] << 8 | (size_t)bytes[at + 6] << 16 |
                            (size_t)bytes[at + 7] << 24;
        const size_t whole = VIPS_MIN(8 + body + (body & 1), *len - at);
        bool is_kept = false;
        for (size_t i = 0; i < VT_COUNT(kept); i++)
            is_kept |= memcmp(bytes + at, kept[i], 4) == 0;
        if (memcmp(bytes + at, "VP8X", 4) == 0 && whole > 8)
            bytes[at + 8] &= 0x12; /* alpha and animation; no ICC, EXIF, XMP */
        if (is_kept) {
            memmove(bytes + to, bytes + at, whole);
            to += whole;
        }
        at += whole;
    }
    *len = to;
    for (int i = 0; i < 4; i++)
        bytes[4 + i] = (uint8_t)((to - 8) >> (8 * i));
}

/* An animation is not stripped by the library: its delays are fields, too. */
static int save_webp(VipsImage *image, const struct encoding *as, void **ret_bytes, size_t *ret_len)
{
    const int err = as->is_animation
                        ? vips_webpsave_buffer(image, ret_bytes, ret_len, "Q", as->q, "effort", 0, NULL)
                        : vips_webpsave_buffer(image, ret_bytes, ret_len, "Q", as->q, "effort", WEBP_EFFORT,
                                               "strip", TRUE, NULL);
    if (err)
        return -1;
    strip_webp(*ret_bytes, ret_len);
    return 0;
}

static int save(VipsImage *image, const struct encoding *as, void **ret_bytes, size_t *ret_len)
{
    switch (as->format) {
    case VT_FMT_JPEG:
        return vips_jpegsave_buffer(image, ret_bytes, ret_len, "Q", as->q, "optimize_coding", TRUE,
                                    "interlace", FALSE, "strip", TRUE, NULL);
    case VT_FMT_WEBP:
        return save_webp(image, as, ret_bytes, ret_len);
    case VT_FMT_AVIF:
        return vips_heifsave_buffer(
            image, ret_bytes, ret_len, "compression", VIPS_FOREIGN_HEIF_COMPRESSION_AV1, "Q", as->q, "effort",
            as->effort ? AVIF_IDLE_EFFORT : AVIF_EFFORT, "bitdepth", 8, "subsample_mode",
            VIPS_FOREIGN_SUBSAMPLE_ON, "encoder", VIPS_FOREIGN_HEIF_ENCODER_AOM, "strip", TRUE, NULL);
    case VT_FMT_PNG:
        return vips_pngsave_buffer(image, ret_bytes, ret_len, "compression", PNG_LEVEL, "filter",
                                   VIPS_FOREIGN_PNG_FILTER_ALL, "strip", TRUE, NULL);
    case VT_FMT_TIFF:
    case VT_FMT_GIF:
        break;
    }
    return -1;
}

/* What the format cannot hold is settled before it meets the encoder. */
static int fit(VipsImage **image, enum vt_picture_format format)
{
    VipsImage *out = NULL;
    if (format == VT_FMT_JPEG && vt_step_white(image))
        return -1;
    /* The AV1 of libheif 1.15 has no gray through vips; WebP none at all. */
    if ((format == VT_FMT_AVIF || format == VT_FMT_WEBP) && (*image)->Bands < 3) {
        if (vips_colourspace(*image, &out, VIPS_INTERPRETATION_sRGB, NULL))
            return -1;
        vt_image_next(image, out);
    }
    return vt_step_strip(image);
}

/* Once, or with falling quality until it is small enough. The pixels are kept for that. */
static int save_within(VipsImage **image, struct encoding *as, uint32_t max_bytes,
                       struct vt_image_result *result)
{
    VipsImage *kept = NULL;
    if (max_bytes && as->q) {
        if (!(kept = vips_image_copy_memory(*image)))
            return -1;
        vt_image_next(image, kept);
    }
    for (;;) {
        if (save(*image, as, &result->bytes, &result->len))
            return -1;
        if (!max_bytes || result->len <= max_bytes || as->q <= LEAST_Q)
            return 0;
        /* Bytes fall about as fast as quality does in this range; never by less than 8. */
        int next = (int)((double)as->q * max_bytes / (double)result->len);
        as->q = VIPS_CLIP(LEAST_Q, next, as->q - 8);
        vt_image_result_finish(result);
    }
}

static bool is_within(uint32_t max_bytes, struct vt_image_result *result)
{
    if (!max_bytes || result->len <= max_bytes)
        return true;
    vt_media_problem_limit(&result->problem, VT_MEDIA_TOO_LONG, max_bytes, result->len,
                           "at its lowest quality the picture still has %zu bytes and %u are allowed; "
                           "ask for a smaller size, or take a larger limit",
                           result->len, max_bytes);
    return false;
}

int vt_image_encode(VipsImage *image, enum vt_picture_format format, uint8_t effort, uint32_t max_bytes,
                    struct vt_image_result *ret_result)
{
    struct encoding as = encoding_of(format, effort);
    VT_IMAGE VipsImage *copy = g_object_ref(image);
    if (fit(&copy, format) || save_within(&copy, &as, max_bytes, ret_result) ||
        !is_within(max_bytes, ret_result))
        return -1;
    ret_result->width = (uint32_t)image->Xsize;
    ret_result->height = (uint32_t)image->Ysize;
    return 0;
}

int vt_image_encode_animation(VipsImage *pages, uint32_t page_height, uint32_t delay_ms, uint32_t max_bytes,
                              struct vt_image_result *ret_result)
{
    const int n = pages->Ysize / (int)page_height;
    struct encoding as = { .format = VT_FMT_WEBP, .q = ANIMATION_Q, .is_animation = true };
    g_autofree int *delays = g_new(int, n);
    VT_IMAGE VipsImage *copy = NULL;
    if (vips_copy(pages, &copy, NULL))
        return -1;
    for (int i = 0; i < n; i++)
        delays[i] = (int)delay_ms;
    vips_image_set_int(copy, "page-height", (int)page_height);
    vips_image_set_int(copy, "loop", 0);
    vips_image_set_array_int(copy, "delay", delays, n);
    if (save_within(&copy, &as, max_bytes, ret_result) || !is_within(max_bytes, ret_result))
        return -1;
    ret_result->width = (uint32_t)pages->Xsize;
    ret_result->height = page_height;
    return 0;
}
