/* SPDX-License-Identifier: Apache-2.0 */
/* The libraries as a worker wants them, and the way into a job. */
#include <dlfcn.h>
#include <fcntl.h>
#include <gmodule.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "media/image_internal.h"
#include "server/base/err.h"

enum { KEPT_BYTES = 32 << 20 };

static uint32_t warnings;
static int statm = -1; /* opened while that is allowed */

static void count_warning(const char *domain, GLogLevelFlags level, const char *message, void *data)
{
    (void)domain;
    (void)message;
    (void)data;
    if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR))
        warnings++;
}

static GLogWriterOutput count_structured(GLogLevelFlags level, const GLogField *fields, size_t n, void *data)
{
    (void)fields;
    (void)n;
    count_warning(NULL, level, NULL, data);
    return G_LOG_WRITER_HANDLED;
}

/* Of vips's modules only the one for HEIF, from the folder libvips itself came from: the others bring
 * ImageMagick, poppler and OpenSlide into the process. */
static int load_heif(void)
{
    Dl_info info;
    if (!dladdr((void *)vips_init, &info))
        return VT_ERR_IO;
    g_autofree char *folder = g_path_get_dirname(info.dli_fname);
    g_autofree char *path = g_strdup_printf("%s/vips-modules-%d.%d/vips-heif.so", folder, VIPS_MAJOR_VERSION,
                                            VIPS_MINOR_VERSION);
    GModule *module = g_module_open(path, G_MODULE_BIND_LOCAL);
    if (!module)
        /* Another build may have it inside. */
        return vips_type_find("VipsOperation", "heifload_buffer") ? VT_OK : VT_ERR_IO;
    g_module_make_resident(module);
    return VT_OK;
}

static void allow_loaders(void)
{
    static const char *const loaders[] = { "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp",
                                           "VipsForeignLoadHeif", "VipsForeignLoadTiff" };
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (size_t i = 0; i < VT_COUNT(loaders); i++)
        vips_operation_block_set(loaders[i], FALSE);
}

/* --- warming up: each part is used once while files can still be opened ---------------------------- */

static int warm_format(VipsImage *image, enum vt_picture_format format, enum vt_sniff_type type)
{
    struct vt_image_result result = { .len = 0 };
    const struct vt_sniffed sniffed = { .type = type };
    VT_IMAGE VipsImage *back = NULL;
    if (vt_image_encode(image, format, 0, 0, &result))
        return -1;
    struct vt_mapped file = { result.bytes, result.len };
    int err = vt_image_open_original(&file, &sniffed, 1, &back) || vt_step_srgb(&back) ||
              vt_step_resize(&back, 20, 15);
    if (!err) {
        VT_IMAGE VipsImage *pixels = vips_image_copy_memory(back);
        err = pixels == NULL;
    }
    vt_image_drop(&back);
    vt_image_result_finish(&result);
    return err;
}

static int warm_steps(VipsImage *image)
{
    struct vt_image_result result = { .len = 0 };
    VT_IMAGE VipsImage *turned = g_object_ref(image), *profiled = NULL;
    int err = vt_step_turn(&turned, 33, true) || vt_step_quality(&turned, VT_QUALITY_GRAY) ||
              vt_image_encode(turned, VT_FMT_PNG, 0, 0, &result);
    vt_image_result_finish(&result);
    /* lcms and its tables. */
    err = err || vips_icc_transform(image, &profiled, "srgb", "input_profile", "p3", NULL) ||
          vt_image_encode(profiled, VT_FMT_JPEG, 0, 0, &result);
    vt_image_result_finish(&result);
    return err;
}

/* The whole way once: an original to a master with its index, and a thumb from that. */
static int warm_ingest(VipsImage *image)
{
    struct vt_image_result file = { .len = 0 }, result = { .len = 0 };
    struct vt_recipe recipe = { .kind = VT_RECIPE_INGEST };
    int source = memfd_create("warm", MFD_CLOEXEC), master = memfd_create("warm", MFD_CLOEXEC);
    const struct vt_image_job job = {
        .recipe = &recipe, .sources = &source, .n_sources = 1, .out_fd = master
    };
    const struct vt_image_job thumb = { .recipe = &recipe, .sources = &master, .n_sources = 1, .out_fd = -1 };
    int err = vt_image_encode(image, VT_FMT_JPEG, 0, 0, &file) ||
              write(source, file.bytes, file.len) != (ssize_t)file.len;
    if (!err)
        vt_image_run(&job, &result);
    err = err || result.problem.err;
    vt_image_result_finish(&result);
    recipe = (struct vt_recipe){ .kind = VT_RECIPE_THUMB, .out_w = 30, .format = VT_FMT_WEBP };
    if (!err)
        vt_image_run(&thumb, &result);
    err = err || result.problem.err;
    vt_image_result_finish(&result);
    vt_image_result_finish(&file);
    close(source);
    close(master);
    return err ? -1 : 0;
}

static int warm_up(void)
{
    static const double gray[3] = { 180, 120, 60 };
    VT_IMAGE VipsImage *black = NULL, *image = NULL;
    static const struct {
        enum vt_picture_format format;
        enum vt_sniff_type type;
    } kinds[] = { { VT_FMT_JPEG, VT_SNIFFED_JPEG },
                  { VT_FMT_PNG, VT_SNIFFED_PNG },
                  { VT_FMT_WEBP, VT_SNIFFED_WEBP },
                  { VT_FMT_AVIF, VT_SNIFFED_AVIF } };
    static const double ones[3] = { 1, 1, 1 };
    if (vips_black(&black, 64, 48, "bands", 3, NULL) ||
        vips_linear(black, &image, ones, gray, 3, "uchar", TRUE, NULL))
        return -1;
    image->Type = VIPS_INTERPRETATION_sRGB;
    for (size_t i = 0; i < VT_COUNT(kinds); i++)
        if (warm_format(image, kinds[i].format, kinds[i].type))
            return -1;
    return warm_steps(image) || warm_ingest(image) || vt_text_warm() ? -1 : 0;
}

int vt_image_init(void)
{
    /* No module is found there, so none is loaded. */
    setenv("VIPSHOME", "/nonexistent", 1);
    /* One picture, one thread: more gains nothing and costs memory. */
    mallopt(M_ARENA_MAX, 2);
    /* Planes and lines of one job are those of the next: kept until vt_image_rest. */
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    g_log_set_default_handler(count_warning, NULL);
    g_log_set_writer_func(count_structured, NULL, NULL);
    if (VIPS_INIT("vitrine") || load_heif() != VT_OK)
        return VT_ERR_IO;
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    vips_cache_set_max_mem(0);
    allow_loaders();
    int err = warm_up();
    warnings = 0;
    return err ? VT_ERR_IO : VT_OK;
}

void vt_image_run(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    switch (job->recipe->kind) {
    case VT_RECIPE_INGEST:
        vt_image_ingest(job, ret_result);
        break;
    case VT_RECIPE_THUMB:
    case VT_RECIPE_IIIF:
        vt_image_render(job, ret_result);
        break;
    case VT_RECIPE_TEMPLATE:
        vt_image_template(job, ret_result);
        break;
    case VT_RECIPE_FILM:
    case VT_RECIPE_FILM_AV1:
    case VT_RECIPE_FILM_LOOK:
        vt_image_film(job, ret_result);
        break;
    case VT_RECIPE_CLIP_CUT:
    case VT_RECIPE_CLIP:
    case VT_RECIPE_CLIP_LOOK:
    case VT_RECIPE_CLIP_STRIP:
        vt_image_clip(job, ret_result);
        break;
    }
    if (ret_result->problem.err != VT_MEDIA_OK)
        vt_image_result_finish(ret_result);
    vips_error_clear();
}

void vt_image_result_finish(struct vt_image_result *result)
{
    g_free(result->bytes);
    result->bytes = NULL;
    result->len = 0;
}

void vt_image_rest(void)
{
    malloc_trim(0);
}

uint32_t vt_image_rss_kb(void)
{
    char text[64];
    unsigned long size, resident;
    ssize_t n = statm < 0 ? -1 : pread(statm, text, sizeof(text) - 1, 0);
    if (n <= 0)
        return 0;
    text[n] = 0;
    return sscanf(text, "%lu %lu", &size, &resident) == 2 ? (uint32_t)(resident * 4096 / 1024) : 0;
}

uint32_t vt_image_warnings(void)
{
    uint32_t n = warnings;
    warnings = 0;
    return n;
}
