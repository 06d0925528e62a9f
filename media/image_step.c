/* SPDX-License-Identifier: Apache-2.0 */
#include "media/image_internal.h"

static bool is_8bit_srgb(const VipsImage *image)
{
    return image->BandFmt == VIPS_FORMAT_UCHAR && image->Type == VIPS_INTERPRETATION_sRGB &&
           (image->Bands == 3 || image->Bands == 4);
}

/* By the picture's own profile when it has one that can be used; CMYK without a profile by a common one. */
static int to_display(VipsImage **image)
{
    VipsImage *out = NULL;
    const bool is_cmyk = vips_image_guess_interpretation(*image) == VIPS_INTERPRETATION_CMYK;
    if (vips_image_get_typeof(*image, VIPS_META_ICC_NAME) != 0 || is_cmyk) {
        if (vips_icc_transform(*image, &out, "srgb", "embedded", TRUE, "input_profile",
                               is_cmyk ? "cmyk" : "srgb", "intent", VIPS_INTENT_PERCEPTUAL, "depth", 8,
                               NULL) == 0) {
            vt_image_next(image, out);
            return 0;
        }
        /* A profile that does not fit its picture is dropped, as browsers do. */
        vips_error_clear();
    }
    if (vips_colourspace(*image, &out, VIPS_INTERPRETATION_sRGB, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

int vt_step_srgb(VipsImage **image)
{
    VipsImage *out = NULL;
    if (to_display(image))
        return -1;
    if ((*image)->BandFmt != VIPS_FORMAT_UCHAR) {
        if (vips_cast(*image, &out, VIPS_FORMAT_UCHAR, NULL))
            return -1;
        vt_image_next(image, out);
    }
    if ((*image)->Bands > 4) {
        if (vips_extract_band(*image, &out, 0, "n", 4, NULL))
            return -1;
        vt_image_next(image, out);
    }
    return is_8bit_srgb(*image) ? 0 : -1;
}

static int turn_right_angle(VipsImage **image, VipsAngle angle)
{
    VipsImage *out = NULL;
    /* Rows become columns, so the whole picture is needed at once. */
    if (angle != VIPS_ANGLE_D0 && vips_image_get_typeof(*image, VIPS_META_SEQUENTIAL)) {
        if (!(out = vips_image_copy_memory(*image)))
            return -1;
        vt_image_next(image, out);
        out = NULL;
    }
    if (vips_rot(*image, &out, angle, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

/* EXIF's eight ways: 5 to 8 stand on their side, 2, 4, 5 and 7 are mirrored first. */
int vt_step_upright(VipsImage **image, int orientation)
{
    static const struct {
        bool mirror;
        VipsAngle angle;
    } ways[9] = {
        [2] = { true, VIPS_ANGLE_D0 },   [3] = { false, VIPS_ANGLE_D180 }, [4] = { true, VIPS_ANGLE_D180 },
        [5] = { true, VIPS_ANGLE_D270 }, [6] = { false, VIPS_ANGLE_D90 },  [7] = { true, VIPS_ANGLE_D90 },
        [8] = { false, VIPS_ANGLE_D270 }
    };
    if (orientation < 2 || orientation > 8)
        return 0;
    if (ways[orientation].mirror && vt_step_mirror(image))
        return -1;
    return ways[orientation].angle == VIPS_ANGLE_D0 ? 0 : turn_right_angle(image, ways[orientation].angle);
}

static int resize(VipsImage **image, uint32_t width, uint32_t height)
{
    VipsImage *out = NULL;
    if (vips_resize(*image, &out, (double)width / (*image)->Xsize, "vscale", (double)height / (*image)->Ysize,
                    "kernel", VIPS_KERNEL_LANCZOS3, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

/* Colours of transparent pixels must not bleed into their neighbours. */
static int resize_with_alpha(VipsImage **image, uint32_t width, uint32_t height)
{
    VipsImage *out = NULL;
    if (vips_premultiply(*image, &out, NULL))
        return -1;
    vt_image_next(image, out);
    out = NULL;
    if (resize(image, width, height) || vips_unpremultiply(*image, &out, NULL))
        return -1;
    vt_image_next(image, out);
    out = NULL;
    if (vips_cast(*image, &out, VIPS_FORMAT_UCHAR, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

int vt_step_resize(VipsImage **image, uint32_t width, uint32_t height)
{
    if (width == 0 || height == 0)
        return -1;
    if ((uint32_t)(*image)->Xsize == width && (uint32_t)(*image)->Ysize == height)
        return 0;
    int err = vips_image_hasalpha(*image) ? resize_with_alpha(image, width, height)
                                          : resize(image, width, height);
    if (err)
        return -1;
    /* vips rounds the size by its own rule; a pixel more or less would be another rendition. */
    return (uint32_t)(*image)->Xsize == width && (uint32_t)(*image)->Ysize == height ? 0 : -1;
}

static const double white[3] = { 255, 255, 255 };

int vt_step_white(VipsImage **image)
{
    VipsImage *out = NULL;
    if (!vips_image_hasalpha(*image))
        return 0;
    VipsArrayDouble *background = vips_array_double_new(white, (*image)->Bands > 2 ? 3 : 1);
    int err = vips_flatten(*image, &out, "background", background, NULL);
    vips_area_unref(VIPS_AREA(background));
    if (err)
        return -1;
    vt_image_next(image, out);
    return 0;
}

int vt_step_mirror(VipsImage **image)
{
    VipsImage *out = NULL;
    if (vips_flip(*image, &out, VIPS_DIRECTION_HORIZONTAL, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

/* The one place that calls vips's affine transform, by way of rotate: every optional argument has a
 * value, since 8.14 crashes on a boxed NULL. */
static int turn_freely(VipsImage **image, double degrees)
{
    static const double nothing[4] = { 0, 0, 0, 0 };
    VipsImage *out = NULL;
    VipsInterpolate *bicubic = vips_interpolate_new("bicubic");
    const bool has_alpha = vips_image_hasalpha(*image);
    VipsArrayDouble *background = vips_array_double_new(has_alpha ? nothing : white, (*image)->Bands);
    int err = bicubic && background
                  ? vips_rotate(*image, &out, degrees, "interpolate", bicubic, "background", background, NULL)
                  : -1;
    if (bicubic)
        g_object_unref(bicubic);
    if (background)
        vips_area_unref(VIPS_AREA(background));
    if (err)
        return -1;
    vt_image_next(image, out);
    return 0;
}

int vt_step_turn(VipsImage **image, double degrees, bool with_alpha)
{
    static const VipsAngle right[4] = { VIPS_ANGLE_D0, VIPS_ANGLE_D90, VIPS_ANGLE_D180, VIPS_ANGLE_D270 };
    VipsImage *out = NULL;
    for (int i = 0; i < 4; i++)
        if (degrees == 90.0 * i)
            return i == 0 ? 0 : turn_right_angle(image, right[i]);
    if (with_alpha && !vips_image_hasalpha(*image)) {
        if (vips_addalpha(*image, &out, NULL))
            return -1;
        vt_image_next(image, out);
    }
    return turn_freely(image, degrees);
}

static int gray(VipsImage **image)
{
    VipsImage *out = NULL;
    if (vips_colourspace(*image, &out, VIPS_INTERPRETATION_B_W, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

/* Black or white by the middle; what is half transparent stays so. */
static int bitonal(VipsImage **image)
{
    VT_IMAGE VipsImage *alpha = NULL;
    VipsImage *out = NULL;
    if (gray(image))
        return -1;
    if (vips_image_hasalpha(*image) && vips_extract_band(*image, &alpha, (*image)->Bands - 1, NULL))
        return -1;
    if (alpha) {
        if (vips_extract_band(*image, &out, 0, NULL))
            return -1;
        vt_image_next(image, out);
        out = NULL;
    }
    if (vips_moreeq_const1(*image, &out, 128, NULL))
        return -1;
    vt_image_next(image, out);
    out = NULL;
    if (alpha) {
        if (vips_bandjoin2(*image, alpha, &out, NULL))
            return -1;
        vt_image_next(image, out);
        out = NULL;
    }
    if (vips_copy(*image, &out, "interpretation", VIPS_INTERPRETATION_B_W, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

int vt_step_quality(VipsImage **image, enum vt_picture_quality quality)
{
    if (quality == VT_QUALITY_GRAY)
        return gray(image);
    return quality == VT_QUALITY_BITONAL ? bitonal(image) : 0;
}

int vt_step_strip(VipsImage **image)
{
    VipsImage *out = NULL;
    if (vips_copy(*image, &out, NULL))
        return -1;
    vt_image_next(image, out);
    /* By what is there, not by a list: `strip` of webpsave keeps EXIF and XMP in 8.14, and tiffsave writes
     * a description. Fields that are part of the picture itself cannot be removed and say so by FALSE. */
    char **names = vips_image_get_fields(*image);
    for (char **name = names; name && *name; name++)
        if (strcmp(*name, VIPS_META_SEQUENTIAL) != 0)
            vips_image_remove(*image, *name);
    g_strfreev(names);
    return 0;
}
