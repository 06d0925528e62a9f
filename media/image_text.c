/* SPDX-License-Identifier: Apache-2.0 */
/* Text on a canvas, and fonts that are open before the filter closes.
 *
 * cairo keeps at most ten font files open and opens them again by name, which a worker cannot. A face
 * that is locked is never closed, so warming up sets one text in each shipped script and locks every
 * face that pango chose for it. A character of a script beyond those is drawn as its code in a box. */
#include <cairo-ft.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "media/image_draw.h"

#define PLAIN_FAMILY "Noto Sans"
#define TITLE_FAMILY "Noto Serif"
#define SHRINK       0.92

/* One line a script; the fonts are those of the packages media.md names. */
static const char *const samples[] = {
    "Anna Zoë Œuvre 0123456789 €£¥ “…” — ½ fi ffl",
    "Αθηνά",
    "Анна Їжак",
    "Հայկ",
    "ქეთი",
    "שרה",
    "لالة مريم",
    "अनन्या",
    "অনন্যা",
    "ਹਰਪ੍ਰੀਤ",
    "અનન્યા",
    "அனன்யா",
    "అనన్య",
    "ಅನನ್ಯ",
    "അനന്യ",
    "සිතාරා",
    "สมหญิง",
    "ສົມ",
    "မြ",
    "សុភា",
    "ሰላም",
    "美咲 さくら カナ",
    "王芳 語",
    "김서연",
    "❤️😀💍🇫🇷👩‍❤️‍👨👍🏽",
    "♥ ★ ✓ → № ™ ∞ ♀",
};

static PangoLayout *layout_of(cairo_t *canvas, const char *family, const char *text, double px, bool bold)
{
    PangoLayout *layout = pango_cairo_create_layout(canvas);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family(font, family ? family : PLAIN_FAMILY);
    pango_font_description_set_absolute_size(font, px * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout, font);
    pango_layout_set_text(layout, text, -1);
    pango_font_description_free(font);
    return layout;
}

/* --- warming up ------------------------------------------------------------------------------------ */

static int lock_faces(PangoLayout *layout)
{
    PangoLayoutIter *at = pango_layout_get_iter(layout);
    int err = 0;
    do {
        PangoLayoutRun *run = pango_layout_iter_get_run_readonly(at);
        if (!run)
            continue;
        cairo_scaled_font_t *font = pango_cairo_font_get_scaled_font(
            PANGO_CAIRO_FONT(run->item->analysis.font));
        /* Never unlocked: the process ends with it. */
        if (font && cairo_scaled_font_get_type(font) == CAIRO_FONT_TYPE_FT &&
            !cairo_ft_scaled_font_lock_face(font))
            err = -1;
    } while (pango_layout_iter_next_run(at));
    pango_layout_iter_free(at);
    return err;
}

static int warm_sample(cairo_t *canvas, const char *family, const char *text, bool bold)
{
    PangoLayout *layout = layout_of(canvas, family, text, 24, bold);
    pango_cairo_show_layout(canvas, layout);
    int err = lock_faces(layout);
    g_object_unref(layout);
    return err;
}

int vt_text_warm(void)
{
    VT_CANVAS cairo_t *canvas = vt_canvas_open(200, 50);
    if (!canvas)
        return -1;
    /* fontconfig would look every 30 s whether its folders have changed. */
    FcConfigSetRescanInterval(NULL, 0);
    for (size_t i = 0; i < VT_COUNT(samples); i++)
        if (warm_sample(canvas, PLAIN_FAMILY, samples[i], false) ||
            warm_sample(canvas, PLAIN_FAMILY, samples[i], true) ||
            warm_sample(canvas, TITLE_FAMILY, samples[i], false))
            return -1;
    return 0;
}

/* --- drawing --------------------------------------------------------------------------------------- */

static void place(PangoLayout *layout, struct vt_box box, enum vt_align align)
{
    static const PangoAlignment ways[] = { PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER, PANGO_ALIGN_RIGHT };
    pango_layout_set_width(layout, (int)(box.w * PANGO_SCALE));
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, ways[align]);
}

static bool fits(PangoLayout *layout, struct vt_box box)
{
    PangoRectangle ink, logical;
    pango_layout_get_pixel_extents(layout, &ink, &logical);
    return logical.height <= box.h && logical.width <= box.w && ink.height <= box.h * 1.05;
}

/* The first size that fits; below the least it stays there and is cut. */
static PangoLayout *fit(cairo_t *canvas, struct vt_box box, const char *text, const struct vt_lettering *how)
{
    for (double px = how->size_px;; px *= SHRINK) {
        bool is_last = px <= how->least_px;
        PangoLayout *layout = layout_of(canvas, how->family, text, is_last ? how->least_px : px,
                                        how->is_bold);
        place(layout, box, how->align);
        if (is_last) {
            pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
            pango_layout_set_height(layout, (int)(box.h * PANGO_SCALE));
        }
        if (is_last || fits(layout, box))
            return layout;
        g_object_unref(layout);
    }
}

double vt_draw_text(cairo_t *canvas, struct vt_box box, const char *text, const struct vt_lettering *how)
{
    int width, height;
    if (!text[0])
        return 0;
    PangoLayout *layout = fit(canvas, box, text, how);
    pango_layout_get_pixel_size(layout, &width, &height);
    cairo_save(canvas);
    /* A combining mark may be stacked to any height; it stays in its box and a little more. */
    cairo_rectangle(canvas, box.x - 4, box.y - 8, box.w + 8, box.h + 16);
    cairo_clip(canvas);
    vt_draw_colour(canvas, how->rgb, 1);
    cairo_move_to(canvas, box.x, box.y + (height < box.h ? (box.h - height) / 2 : 0));
    pango_cairo_show_layout(canvas, layout);
    cairo_restore(canvas);
    g_object_unref(layout);
    return height;
}
