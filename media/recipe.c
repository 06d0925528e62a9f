/* SPDX-License-Identifier: Apache-2.0 */
#include "media/recipe.h"

#include <inttypes.h>
#include <math.h>

#include "media/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

static const struct format_row {
    const char *word;
    const char *content_type;
} formats[] = {
    [VT_FMT_JPEG] = { "jpg", "image/jpeg" },  [VT_FMT_PNG] = { "png", "image/png" },
    [VT_FMT_WEBP] = { "webp", "image/webp" }, [VT_FMT_AVIF] = { "avif", "image/avif" },
    [VT_FMT_TIFF] = { "tif", "image/tiff" },  [VT_FMT_GIF] = { "gif", "image/gif" },
};

static const char *const kind_words[] = { [VT_RECIPE_INGEST] = "ingest",
                                          [VT_RECIPE_THUMB] = "thumb",
                                          [VT_RECIPE_IIIF] = "iiif",
                                          [VT_RECIPE_TEMPLATE] = "template",
                                          [VT_RECIPE_FILM] = "film",
                                          [VT_RECIPE_FILM_AV1] = "film-av1",
                                          [VT_RECIPE_FILM_LOOK] = "film-look",
                                          [VT_RECIPE_CLIP_CUT] = "clip-cut",
                                          [VT_RECIPE_CLIP] = "clip",
                                          [VT_RECIPE_CLIP_LOOK] = "clip-look",
                                          [VT_RECIPE_CLIP_STRIP] = "clip-strip" };
static const char *const quality_words[] = {
    [VT_QUALITY_DEFAULT] = "default", [VT_QUALITY_GRAY] = "gray", [VT_QUALITY_BITONAL] = "bitonal"
};

const char *vt_format_word(enum vt_picture_format format)
{
    return formats[format].word;
}

const char *vt_format_content_type(enum vt_picture_format format)
{
    return formats[format].content_type;
}

bool vt_format_from_word(struct vt_str word, enum vt_picture_format *ret_format)
{
    for (size_t i = 0; i < VT_COUNT(formats); i++)
        if (vt_str_eq(word, vt_str(formats[i].word))) {
            *ret_format = (enum vt_picture_format)i;
            return true;
        }
    return false;
}

bool vt_media_id_ok(struct vt_str id)
{
    if (id.len == 0 || id.len > VT_MEDIA_ID_MAX || id.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alnum && c != '.' && c != '_' && c != '-')
            return false;
    }
    return true;
}

bool vt_media_id_is_hash(struct vt_str id)
{
    if (id.len != 64)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
            return false;
    return true;
}

/* A whole number of millionths: printf would write the decimal point of the locale. */
static int64_t millionths(double degrees)
{
    return llround(degrees * 1e6);
}

int vt_recipe_text(const struct vt_recipe *recipe, struct vt_buf *out)
{
    vt_buf_printf(out, "v%d %s %s", VT_RECIPE_ENCODER, kind_words[recipe->kind], recipe->media);
    vt_buf_printf(out, " of %" PRIu32 "x%" PRIu32, recipe->full_w, recipe->full_h);
    vt_buf_printf(out, " region %" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32, recipe->x, recipe->y,
                  recipe->w, recipe->h);
    vt_buf_printf(out, " size %" PRIu32 ",%" PRIu32, recipe->out_w, recipe->out_h);
    vt_buf_printf(out, " turn %s%" PRId64, recipe->mirror ? "!" : "", millionths(recipe->rotation));
    vt_buf_printf(out, " %s %s", quality_words[recipe->quality], vt_format_word(recipe->format));
    vt_buf_printf(out, " effort %u max %" PRIu32, (unsigned)recipe->effort, recipe->max_bytes);
    int err = vt_buf_byte(out, '\n');
    return recipe->template_json ? vt_buf_text(out, recipe->template_json) : err;
}

int vt_recipe_key(const struct vt_recipe *recipe, char ret_hex[VT_RECIPE_KEY + 1])
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_RECIPE_TEXT_MAX);
    uint8_t digest[VT_DIGEST_BYTES];
    int err = vt_recipe_text(recipe, &text);
    if (!err)
        err = vt_digest_sha256(text.data, text.len, digest);
    if (err)
        return err;
    vt_hex(digest, sizeof(digest), ret_hex);
    return VT_OK;
}
