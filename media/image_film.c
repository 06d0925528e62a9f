/* SPDX-License-Identifier: Apache-2.0 */
/* Films of stills: pictures out of their masters as planes, texts drawn once. */
#include <math.h>
#include <stdlib.h>

#include "media/film_stills.h"
#include "media/image_draw.h"
#include "media/image_film_internal.h"
#include "server/base/err.h"

/* Pixels of the still for one of the film, where the move is nearest and where it is widest: less blurs,
 * more shimmers. */
#define FINE_NEAR  1.0
#define FINE_WIDE  1.6
#define FINE_LEAST 0.7

#define PLATE_ALPHA 0.55

struct scene {
    const struct vt_image_job *job;
    const struct vt_film *film;
    uint32_t width, height;
};

/* --- a still ------------------------------------------------------------------------------------------ */

/* The wanted part in pixels of the master, cut to the film's shape around its middle. */
static struct vt_film_rect shaped(const struct vt_template_rect *share, const struct vt_master *master,
                                  const struct scene *scene)
{
    const double shape = (double)scene->width / scene->height;
    struct vt_film_rect rect = { share->x * master->width, share->y * master->height,
                                 share->w * master->width, share->h * master->height };
    if (rect.w > rect.h * shape) {
        rect.x += (rect.w - rect.h * shape) / 2;
        rect.w = rect.h * shape;
    } else {
        rect.y += (rect.h - rect.w / shape) / 2;
        rect.h = rect.w / shape;
    }
    return rect;
}

/* How many pixels of the film one of the master becomes. */
static double scale_of(const struct scene *scene, const struct vt_film_rect *from,
                       const struct vt_film_rect *to)
{
    const double near = fmin(from->w, to->w) / scene->width, wide = fmax(from->w, to->w) / scene->width;
    /* Never larger than the master, nor so coarse that the nearest is a blur. */
    const double fine = fmax(fmin(FINE_NEAR / near, FINE_WIDE / wide), FINE_LEAST / near);
    return fmin(fine, 1);
}

static int take_planes(VipsImage *image, struct vt_film_planes *planes)
{
    size_t len;
    if (image->Bands != 3 || image->BandFmt != VIPS_FORMAT_UCHAR)
        return VT_ERR_INVALID;
    int err = vt_film_planes_init(planes, (uint32_t)image->Xsize, (uint32_t)image->Ysize);
    if (err)
        return err;
    g_autofree uint8_t *pixels = vips_image_write_to_memory(image, &len);
    if (!pixels)
        return VT_ERR_INVALID;
    vt_film_planes_from_rgb(planes, pixels, (size_t)image->Xsize * 3);
    return VT_OK;
}

/* What of the master the move sees, in whole pixels. */
static void cover(const struct vt_film_rect *a, const struct vt_film_rect *b, const struct vt_master *master,
                  struct vt_recipe *recipe)
{
    const double left = fmax(0, floor(fmin(a->x, b->x))), top = fmax(0, floor(fmin(a->y, b->y)));
    const double right = fmin(master->width, ceil(fmax(a->x + a->w, b->x + b->w)));
    const double bottom = fmin(master->height, ceil(fmax(a->y + a->h, b->y + b->h)));
    recipe->x = (uint32_t)left;
    recipe->y = (uint32_t)top;
    recipe->w = (uint32_t)fmax(1, right - left);
    recipe->h = (uint32_t)fmax(1, bottom - top);
}

static struct vt_film_rect seen_from(const struct vt_film_rect *rect, const struct vt_recipe *cut)
{
    const double x = (double)cut->out_w / cut->w, y = (double)cut->out_h / cut->h;
    return (struct vt_film_rect){ (rect->x - cut->x) * x, (rect->y - cut->y) * y, rect->w * x, rect->h * y };
}

static int load_picture(const struct scene *scene, size_t index, struct vt_film_loaded *still)
{
    const struct vt_film_still *wanted = &scene->film->stills[index];
    struct vt_recipe cut = { .kind = VT_RECIPE_IIIF };
    struct vt_master master;
    VT_IMAGE VipsImage *image = NULL;
    if (vt_master_open(scene->job->sources[index], &master))
        return VT_ERR_INVALID;
    const struct vt_film_rect from = shaped(&wanted->from, &master, scene);
    const struct vt_film_rect to = shaped(&wanted->to, &master, scene);
    const double scale = scale_of(scene, &from, &to);
    cover(&from, &to, &master, &cut);
    cut.out_w = VIPS_MIN(vt_image_film_even(cut.w * scale), VT_FILM_SIDE_MAX);
    cut.out_h = VIPS_MIN(vt_image_film_even(cut.h * scale), VT_FILM_SIDE_MAX);
    if (vt_master_cut(&master, &cut, &image) || vt_step_resize(&image, cut.out_w, cut.out_h) ||
        vt_step_white(&image) || vt_step_srgb(&image))
        return VT_ERR_INVALID;
    still->from = seen_from(&from, &cut);
    still->to = seen_from(&to, &cut);
    return take_planes(image, &still->planes);
}

/* --- its text ----------------------------------------------------------------------------------------- */

static cairo_t *clear_canvas(uint32_t width, uint32_t height)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)width, (int)height);
    cairo_t *canvas = cairo_create(surface);
    cairo_surface_destroy(surface); /* the canvas keeps it */
    if (cairo_status(canvas) != CAIRO_STATUS_SUCCESS)
        vt_canvas_close(&canvas);
    return canvas;
}

/* cairo multiplies colours by alpha; where nothing is drawn the plate's black is as good as any. */
static int take_overlay(cairo_t *canvas, struct vt_film_overlay *overlay)
{
    cairo_surface_t *surface = cairo_get_target(canvas);
    cairo_surface_flush(surface);
    const int width = cairo_image_surface_get_width(surface);
    const int height = cairo_image_surface_get_height(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    const uint8_t *from = cairo_image_surface_get_data(surface);
    g_autofree uint8_t *rgba = g_try_malloc((size_t)width * (size_t)height * 4);
    if (!rgba)
        return VT_ERR_NOMEM;
    uint8_t *to = rgba;
    for (int y = 0; y < height; y++) {
        const uint32_t *row = (const uint32_t *)(const void *)(from + (size_t)y * (size_t)stride);
        for (int x = 0; x < width; x++, to += 4) {
            const uint32_t alpha = row[x] >> 24;
            for (int band = 0; band < 3; band++) {
                const uint32_t value = row[x] >> (16 - 8 * band) & 255;
                to[band] = (uint8_t)(alpha ? VIPS_MIN(255, (value * 255 + alpha / 2) / alpha) : 0);
            }
            to[3] = (uint8_t)alpha;
        }
    }
    return vt_film_overlay_init(overlay, rgba, (size_t)width * 4, (uint32_t)width, (uint32_t)height);
}

/* A dark plate that fades upwards, so that white letters are readable on white satin. */
static void draw_plate(cairo_t *canvas, double width, double height)
{
    cairo_pattern_t *dark = cairo_pattern_create_linear(0, 0, 0, height);
    cairo_pattern_add_color_stop_rgba(dark, 0, 0, 0, 0, 0);
    cairo_pattern_add_color_stop_rgba(dark, 0.3, 0, 0, 0, PLATE_ALPHA);
    cairo_pattern_add_color_stop_rgba(dark, 1, 0, 0, 0, PLATE_ALPHA + 0.15);
    cairo_rectangle(canvas, 0, 0, width, height);
    cairo_set_source(canvas, dark);
    cairo_fill(canvas);
    cairo_pattern_destroy(dark);
}

/* Letters of a fifteenth of the shorter side, of a wide film more: on a screen of 360 px none is under 12. */
static int load_text(const struct scene *scene, size_t index, struct vt_film_overlay *overlay)
{
    const char *name = index == 0 ? scene->film->name : "", *caption = scene->film->stills[index].caption;
    const double u = fmax(fmin(scene->width, scene->height) / 15.0, scene->width / 22.0), margin = u;
    const double name_h = name[0] ? 1.9 * u : 0, caption_h = caption[0] ? 2.6 * u : 0;
    if (!name[0] && !caption[0])
        return VT_OK;
    const uint32_t height = vt_image_film_even(1.6 * u + name_h + caption_h);
    const struct vt_lettering title = { "Noto Serif", 1.4 * u, 0.8 * u, false, VT_ALIGN_LEFT, 0xffffff };
    const struct vt_lettering plain = { NULL, u, 0.75 * u, false, VT_ALIGN_LEFT, 0xffffff };
    VT_CANVAS cairo_t *canvas = clear_canvas(scene->width, height);
    if (!canvas)
        return VT_ERR_NOMEM;
    draw_plate(canvas, scene->width, height);
    const double inner = scene->width - 2 * margin;
    vt_draw_text(canvas, (struct vt_box){ margin, u, inner, name_h }, name, &title);
    vt_draw_text(canvas, (struct vt_box){ margin, u + name_h, inner, caption_h }, caption, &plain);
    overlay->y = scene->height > height ? scene->height - height : 0;
    return take_overlay(canvas, overlay);
}

static int load(void *arg, size_t index, struct vt_film_loaded *still)
{
    const struct scene *scene = arg;
    int err = load_picture(scene, index, still);
    return err ? err : load_text(scene, index, &still->text);
}

/* --- the reel ------------------------------------------------------------------------------------------- */

static int draw(void *arg, uint32_t n, struct vt_film_planes *frame)
{
    return vt_film_reel_draw(arg, n, frame);
}

static int make(void *arg, uint32_t width, uint32_t height, struct vt_image_result *ret_result)
{
    struct scene *scene = arg;
    struct vt_film_reel reel = { .film = NULL };
    scene->width = width;
    scene->height = height;
    int err = vt_film_reel_init(&reel, scene->film, width, height, VT_FILM_FPS, load, scene);
    if (err)
        return err;
    const struct vt_film_source source = { .width = reel.width,
                                           .height = reel.height,
                                           .fps = reel.fps,
                                           .frames = vt_film_reel_frames(&reel),
                                           .draw = draw,
                                           .arg = &reel };
    err = vt_image_film_make(&source, scene->job, ret_result);
    vt_film_reel_finish(&reel);
    return err;
}

static void make_stills(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    g_autofree struct vt_film *film = g_try_malloc0(sizeof(*film));
    struct vt_media_problem *problem = &ret_result->problem;
    const struct vt_recipe *recipe = job->recipe;
    if (!film || !recipe->template_json) {
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "the film's data is missing");
        return;
    }
    if (vt_film_decode(vt_str(recipe->template_json), film, problem) != VT_MEDIA_OK)
        return;
    if (job->n_sources != film->count) {
        vt_media_problem_set(problem, VT_MEDIA_SYNTAX, "%u pictures are named and %zu came", film->count,
                             job->n_sources);
        return;
    }
    struct scene scene = { .job = job, .film = film };
    vt_image_film_fit(job, vt_film_ms(film), film->width, film->height, make, &scene, ret_result);
}

void vt_image_film(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    const char *text = job->recipe->template_json;
    if (text && vt_film_is_spin(vt_str(text)))
        vt_image_film_spin(job, ret_result);
    else
        make_stills(job, ret_result);
}
