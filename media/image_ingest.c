/* SPDX-License-Identifier: Apache-2.0 */
/* An original becomes a master: checked from its header before any pixel, upright, sRGB, without a
 * field of metadata, a pyramid of tiles. Only here do foreign bytes meet a decoder. */
#include <errno.h>
#include <unistd.h>

#include "media/image_internal.h"
#include "server/base/err.h"

#define THUMB_PX       640
#define MASTER_Q       85
#define MASTER_LARGE_Q 95
#define LOSSLESS_MOST  ((gint64)64 << 20)

struct ingest {
    const struct vt_image_job *job;
    struct vt_image_result *result;
    struct vt_mapped file;
    struct vt_sniffed sniffed;
};

/* --- where the master goes ------------------------------------------------------------------------- */

struct output {
    int fd;
    gint64 limit_bytes; /* 0: what RLIMIT_FSIZE says */
    int error;          /* errno of the first write that failed */
};

static gint64 handle_write(VipsTargetCustom *target, const void *bytes, gint64 len, gpointer arg)
{
    struct output *out = arg;
    (void)target;
    if (out->limit_bytes && lseek(out->fd, 0, SEEK_CUR) + len > out->limit_bytes) {
        out->error = errno = EFBIG;
        return -1;
    }
    ssize_t n = write(out->fd, bytes, (size_t)len);
    if (n < 0)
        out->error = errno;
    return n;
}

static gint64 handle_read(VipsTargetCustom *target, void *bytes, gint64 len, gpointer arg)
{
    (void)target;
    return read(((struct output *)arg)->fd, bytes, (size_t)len);
}

static gint64 handle_seek(VipsTargetCustom *target, gint64 offset, int whence, gpointer arg)
{
    (void)target;
    return lseek(((struct output *)arg)->fd, offset, whence);
}

static int handle_end(VipsTargetCustom *target, gpointer arg)
{
    (void)target;
    (void)arg;
    return 0;
}

/* A target of our own: vips's for a descriptor would open temporary files for the smaller levels. */
static VipsTarget *output_target(struct output *out)
{
    VipsTargetCustom *target = vips_target_custom_new();
    g_signal_connect(target, "write", G_CALLBACK(handle_write), out);
    g_signal_connect(target, "read", G_CALLBACK(handle_read), out);
    g_signal_connect(target, "seek", G_CALLBACK(handle_seek), out);
    g_signal_connect(target, "end", G_CALLBACK(handle_end), out);
    return VIPS_TARGET(target);
}

/* The last row and column are repeated until every level ends on whole blocks of 16, since vips pads
 * with black, which bleeds into the picture's edge. vt_image_index writes the true sizes back; no tile
 * more comes of it, as 16 << levels - 1 divides 512 up to 16 384 px. */
static int pad(VipsImage **image)
{
    VipsImage *out = NULL;
    int levels = 1, most = VIPS_MAX((*image)->Xsize, (*image)->Ysize);
    while ((most + (1 << (levels - 1)) - 1) >> (levels - 1) > VT_TILE_PX)
        levels++;
    const int unit = 16 << (levels - 1);
    const int width = ((*image)->Xsize + unit - 1) / unit * unit,
              height = ((*image)->Ysize + unit - 1) / unit * unit;
    if (vips_embed(*image, &out, 0, 0, width, height, "extend", VIPS_EXTEND_COPY, NULL))
        return -1;
    vt_image_next(image, out);
    return 0;
}

#define PYRAMID                                                                                              \
    "tile", TRUE, "tile_width", VT_TILE_PX, "tile_height", VT_TILE_PX, "pyramid", TRUE, "properties", FALSE, \
        "depth", VIPS_FOREIGN_DZ_DEPTH_ONETILE

static int save(VipsImage *image, struct output *out, int jpeg_q)
{
    if (ftruncate(out->fd, 0) != 0 || lseek(out->fd, 0, SEEK_SET) != 0)
        return -1;
    VipsTarget *target = output_target(out);
    int err = jpeg_q ? vips_tiffsave_target(image, target, PYRAMID, "compression",
                                            VIPS_FOREIGN_TIFF_COMPRESSION_JPEG, "Q", jpeg_q, NULL)
                     : vips_tiffsave_target(image, target, PYRAMID, "compression",
                                            VIPS_FOREIGN_TIFF_COMPRESSION_DEFLATE, "predictor",
                                            VIPS_FOREIGN_TIFF_PREDICTOR_HORIZONTAL, NULL);
    g_object_unref(target);
    return err;
}

/* --- the picture ----------------------------------------------------------------------------------- */

/* The header of the decoder must agree with ours: a file that tells two readers two sizes is no picture. */
static bool is_as_sniffed(const VipsImage *image, const struct vt_sniffed *sniffed, int shrink)
{
    const int w = (int)sniffed->width / shrink, h = (int)sniffed->height / shrink;
    if (shrink > 1)
        return image->Xsize >= w && image->Xsize <= w + 1 && image->Ysize >= h && image->Ysize <= h + 1;
    /* irot of HEIF is applied by the loader. */
    return (image->Xsize == w && image->Ysize == h) || (image->Xsize == h && image->Ysize == w);
}

static bool loader_turns(enum vt_sniff_type type)
{
    return type == VT_SNIFFED_AVIF || type == VT_SNIFFED_HEIF;
}

static int open_upright(const struct ingest *in, int shrink, VipsImage **image)
{
    if (vt_image_open_original(&in->file, &in->sniffed, shrink, image) ||
        !is_as_sniffed(*image, &in->sniffed, shrink))
        return -1;
    return vt_step_srgb(image) ||
                   (!loader_turns(in->sniffed.type) && vt_step_upright(image, in->sniffed.orientation))
               ? -1
               : 0;
}

static int scale_thumb(VipsImage **image)
{
    const double w = (*image)->Xsize, h = (*image)->Ysize;
    if (w <= THUMB_PX)
        return 0;
    return vt_step_resize(image, THUMB_PX, VIPS_MAX(1, (uint32_t)(h * THUMB_PX / w + 0.5)));
}

static int dct_shrink(const struct vt_sniffed *sniffed)
{
    uint32_t w, h;
    int shrink = 8;
    vt_sniff_upright(sniffed, &w, &h);
    while (shrink > 1 && w / (uint32_t)shrink < THUMB_PX)
        shrink /= 2;
    return shrink;
}

/* A JPEG gives its thumb for a fraction of its decoding, so it goes first. Other kinds would be decoded
 * twice; theirs comes from the master. A thumb that fails says nothing yet: the master's turn decides. */
static void give_thumb(const struct ingest *in, VipsImage **image)
{
    struct vt_image_result thumb = { .len = 0 };
    if (scale_thumb(image) == 0 && vt_image_encode(*image, VT_FMT_JPEG, 0, 0, &thumb) == 0 && in->job->part)
        in->job->part(in->job->arg, &thumb);
    vt_image_result_finish(&thumb);
}

static void thumb_first(const struct ingest *in)
{
    VT_IMAGE VipsImage *image = NULL;
    if (open_upright(in, dct_shrink(&in->sniffed), &image) == 0)
        give_thumb(in, &image);
}

static void thumb_from_master(const struct ingest *in)
{
    struct vt_master master;
    VT_IMAGE VipsImage *image = NULL;
    if (vt_master_open(in->job->out_fd, &master))
        return;
    const struct vt_recipe wanted = { .out_w = THUMB_PX, .out_h = 1 };
    if (vt_master_cut(&master, &wanted, &image) == 0)
        give_thumb(in, &image);
}

/* A lossless original keeps its colours exactly while that takes at most 64 MB; alpha has no place in JPEG.
 */
static int write_master(const struct ingest *in, bool lossless, int q, struct output *out)
{
    VT_IMAGE VipsImage *image = NULL;
    out->error = 0;
    out->limit_bytes = lossless ? LOSSLESS_MOST : 0;
    if (open_upright(in, 1, &image) || (!lossless && vt_step_white(&image)) || vt_step_strip(&image))
        return -1;
    in->result->width = (uint32_t)image->Xsize;
    in->result->height = (uint32_t)image->Ysize;
    if (pad(&image))
        return -1;
    return save(image, out, lossless ? 0 : q);
}

static void explain(const struct ingest *in, const struct output *out)
{
    struct vt_media_problem *problem = &in->result->problem;
    if (out->error == ENOSPC || out->error == EDQUOT)
        vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "the disk is full");
    else if (out->error == EFBIG)
        vt_media_problem_limit(problem, VT_MEDIA_TOO_BIG, (uint64_t)LOSSLESS_MOST, 0,
                               "the picture takes more than 64 MB even compressed");
    else
        vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                             "%s came, but it cannot be decoded; save it again from the program that made it",
                             in->sniffed.name);
}

static void make_master(struct ingest *in)
{
    struct output out = { .fd = in->job->out_fd };
    bool lossless = in->sniffed.is_lossless || in->sniffed.has_alpha;
    int q = MASTER_Q;
    int err = write_master(in, lossless, q, &out);
    if (err && lossless && out.error == EFBIG) {
        lossless = false;
        err = write_master(in, false, MASTER_LARGE_Q, &out);
    }
    if (err) {
        explain(in, &out);
        return;
    }
    if (vt_image_index(out.fd, !lossless, in->result))
        vt_media_problem_set(&in->result->problem, VT_MEDIA_NO_ROOM, "the master could not be indexed");
    else if (in->sniffed.type != VT_SNIFFED_JPEG)
        thumb_from_master(in);
}

static bool is_taken(struct ingest *in)
{
    const struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    struct vt_media_problem *problem = &in->result->problem;
    in->sniffed = vt_sniff_header(in->file.bytes, in->file.len);
    if (vt_sniff_check(&in->sniffed, in->file.len, &limits, problem) != VT_MEDIA_OK)
        return false;
    if (!vt_sniff_is_whole(&in->sniffed, in->file.bytes, in->file.len)) {
        vt_media_problem_set(problem, VT_MEDIA_TRUNCATED,
                             "%s came, but the file ends before the picture does; send it again",
                             in->sniffed.name);
        return false;
    }
    return true;
}

void vt_image_ingest(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    struct ingest in = { .job = job, .result = ret_result };
    if (vt_mapped_open(job->sources[0], &in.file) != VT_OK) {
        vt_media_problem_set(&ret_result->problem, VT_MEDIA_BROKEN, "the original cannot be read");
        return;
    }
    if (is_taken(&in)) {
        if (in.sniffed.type == VT_SNIFFED_JPEG)
            thumb_first(&in);
        make_master(&in);
    }
    vt_mapped_finish(&in.file);
}
