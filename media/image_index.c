/* SPDX-License-Identifier: Apache-2.0 */
/* The tile index of a master that was just written: where its tiles lie, and the ones at the right
 * and lower edge again, cut to their pixels. A TIFF pads those; cutting keeps the coefficients as
 * they are, so nothing is encoded twice.
 *
 * The TIFF is our own, but it is read with the same care as a foreign one. */
#include <setjmp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>

#include "media/bytes.h"
#include "media/image_internal.h"
#include "media/tix.h"
#include "server/base/err.h"

/* --- the TIFF's directories ------------------------------------------------------------------------ */

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_TILE_W = 322,
    TAG_TILE_H = 323,
    TAG_OFFSETS = 324,
    TAG_COUNTS = 325,
    TAG_TABLES = 347
};

struct entry {
    uint32_t type, count;
    size_t at; /* of the values */
};

struct level {
    uint32_t width, height, tile_w, tile_h;
    size_t width_at, height_at;
    struct entry offsets, counts, tables;
};

static uint32_t value(struct vt_bytes *tiff, const struct entry *entry, uint32_t index)
{
    static const uint8_t sizes[5] = { 0, 1, 1, 2, 4 }; /* BYTE, ASCII, SHORT, LONG */
    const size_t size = entry->type < VT_COUNT(sizes) ? sizes[entry->type] : entry->type == 7 ? 1 : 0;
    if (index >= entry->count || size == 0)
        tiff->is_short = true;
    return size && index < entry->count ? (uint32_t)vt_bytes_le(tiff, entry->at + size * index, size) : 0;
}

static struct entry read_entry(struct vt_bytes *tiff, size_t at)
{
    struct entry entry = { (uint32_t)vt_bytes_le(tiff, at + 2, 2), (uint32_t)vt_bytes_le(tiff, at + 4, 4),
                           at + 8 };
    const size_t size = entry.type == 3 ? 2 : entry.type == 4 ? 4 : 1;
    if (entry.count * size > 4)
        entry.at = (size_t)vt_bytes_le(tiff, at + 8, 4);
    return entry;
}

/* Reads the directory at `*at` and moves to the next, 0 at the end. */
static void read_level(struct vt_bytes *tiff, size_t *at, struct level *ret_level)
{
    const size_t entries = (size_t)vt_bytes_le(tiff, *at, 2);
    *ret_level = (struct level){ 0 };
    for (size_t i = 0; i < entries && !tiff->is_short; i++) {
        const size_t here = *at + 2 + 12 * i;
        const struct entry entry = read_entry(tiff, here);
        switch (vt_bytes_le(tiff, here, 2)) {
        case TAG_WIDTH:
            ret_level->width = value(tiff, &entry, 0), ret_level->width_at = here;
            break;
        case TAG_HEIGHT:
            ret_level->height = value(tiff, &entry, 0), ret_level->height_at = here;
            break;
        case TAG_TILE_W:
            ret_level->tile_w = value(tiff, &entry, 0);
            break;
        case TAG_TILE_H:
            ret_level->tile_h = value(tiff, &entry, 0);
            break;
        case TAG_OFFSETS:
            ret_level->offsets = entry;
            break;
        case TAG_COUNTS:
            ret_level->counts = entry;
            break;
        case TAG_TABLES:
            ret_level->tables = entry;
            break;
        default:
            break;
        }
    }
    *at = (size_t)vt_bytes_le(tiff, *at + 2 + 12 * entries, 4);
}

/* One LONG in the place of the entry's value. */
static int put_size(int fd, size_t at, uint32_t size)
{
    const uint8_t bytes[10] = {
        4, 0, 1, 0, 0, 0, (uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), (uint8_t)(size >> 24)
    };
    return pwrite(fd, bytes, sizeof(bytes), (off_t)at + 2) == sizeof(bytes) ? 0 : -1;
}

/* The size of level `n` is the picture's, halved n times and rounded up, as IIIF counts. It must need the
 * same tiles as the padded one. */
static int correct_size(int fd, struct level *level, uint32_t width, uint32_t height, int n)
{
    const uint32_t w = (width + (1u << n) - 1) >> n, h = (height + (1u << n) - 1) >> n;
    if (w > level->width || h > level->height || level->width - w >= VT_TILE_PX ||
        level->height - h >= VT_TILE_PX)
        return -1;
    level->width = w;
    level->height = h;
    return put_size(fd, level->width_at, w) || put_size(fd, level->height_at, h) ? -1 : 0;
}

/* --- cutting a tile ---------------------------------------------------------------------------------- */

struct cutter {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct in;
    struct jpeg_compress_struct out;
    jmp_buf back;
    unsigned char *bytes; /* owned; malloc by libjpeg */
    unsigned long len;
};

static void handle_error(j_common_ptr common)
{
    struct cutter *cutter = VT_CONTAINER_OF(common->err, struct cutter, errors);
    longjmp(cutter->back, 1);
}

static void handle_message(j_common_ptr common, int level)
{
    (void)level;
    (void)common;
}

static void cut(struct cutter *cutter, struct vt_bytes tables, struct vt_bytes tile, uint32_t w, uint32_t h)
{
    jpeg_create_decompress(&cutter->in);
    jpeg_mem_src(&cutter->in, tables.ptr, tables.len);
    jpeg_read_header(&cutter->in, FALSE);
    jpeg_mem_src(&cutter->in, tile.ptr, tile.len);
    jpeg_read_header(&cutter->in, TRUE);
    jvirt_barray_ptr *coefficients = jpeg_read_coefficients(&cutter->in);
    jpeg_create_compress(&cutter->out);
    jpeg_mem_dest(&cutter->out, &cutter->bytes, &cutter->len);
    jpeg_copy_critical_parameters(&cutter->in, &cutter->out);
    cutter->out.image_width = w;
    cutter->out.image_height = h;
    cutter->out.optimize_coding = TRUE;
    jpeg_write_coefficients(&cutter->out, coefficients);
    jpeg_finish_compress(&cutter->out);
}

/* libjpeg leaves an error by a jump, so everything that must be freed lies in `cutter`. */
static int cut_tile(struct cutter *cutter, struct vt_bytes tables, struct vt_bytes tile, uint32_t w,
                    uint32_t h)
{
    volatile int err = -1;
    memset(cutter, 0, sizeof(*cutter));
    cutter->in.err = cutter->out.err = jpeg_std_error(&cutter->errors);
    cutter->errors.error_exit = handle_error;
    cutter->errors.emit_message = handle_message;
    if (setjmp(cutter->back) == 0) {
        cut(cutter, tables, tile, w, h);
        err = 0;
    }
    jpeg_destroy_compress(&cutter->out);
    jpeg_destroy_decompress(&cutter->in);
    return err;
}

/* --- the index --------------------------------------------------------------------------------------- */

struct indexing {
    struct vt_bytes tiff, tables;
    struct vt_tix_writer writer;
    uint32_t width, height;
    int fd;
    bool is_jpeg;
};

static int add_tile(struct indexing *in, const struct level *level, uint32_t index, uint32_t w, uint32_t h)
{
    const uint32_t offset = value(&in->tiff, &level->offsets, index),
                   len = value(&in->tiff, &level->counts, index);
    const struct vt_bytes tile = vt_bytes_part(&in->tiff, offset, len);
    struct cutter cutter;
    if (in->tiff.is_short)
        return -1;
    if (!in->is_jpeg || (w == VT_TILE_PX && h == VT_TILE_PX)) {
        vt_tix_add_tile(&in->writer, offset, len);
        return 0;
    }
    int err = cut_tile(&cutter, in->tables, tile, w, h);
    if (!err)
        vt_tix_add_own_tile(&in->writer, (uint16_t)w, (uint16_t)h, cutter.bytes, (uint32_t)cutter.len);
    free(cutter.bytes);
    return err;
}

static int add_level(struct indexing *in, const struct level *level)
{
    const uint32_t cols = (level->width + VT_TILE_PX - 1) / VT_TILE_PX,
                   rows = (level->height + VT_TILE_PX - 1) / VT_TILE_PX;
    const struct vt_bytes tables = vt_bytes_part(&in->tiff, level->tables.at, level->tables.count);
    /* One set of tables serves every level: same quality, same encoder. */
    if (in->is_jpeg && (tables.len != in->tables.len || memcmp(tables.ptr, in->tables.ptr, tables.len) != 0))
        return -1;
    if (level->tile_w != VT_TILE_PX || level->tile_h != VT_TILE_PX || cols * rows != level->offsets.count)
        return -1;
    vt_tix_add_level(&in->writer, level->width, level->height);
    for (uint32_t i = 0; i < cols * rows; i++)
        if (add_tile(in, level, i, VIPS_MIN(VT_TILE_PX, level->width - i % cols * VT_TILE_PX),
                     VIPS_MIN(VT_TILE_PX, level->height - i / cols * VT_TILE_PX)))
            return -1;
    return 0;
}

static int add_levels(struct indexing *in)
{
    size_t at = (size_t)vt_bytes_le(&in->tiff, 4, 4);
    struct level level;
    if (vt_bytes_le(&in->tiff, 0, 4) != 0x002a4949) /* classic TIFF, little-endian */
        return -1;
    for (int n = 0; at != 0 && n < VT_TIX_LEVELS; n++) {
        read_level(&in->tiff, &at, &level);
        if (n == 0) {
            in->tables = vt_bytes_part(&in->tiff, level.tables.at, level.tables.count);
            vt_tix_writer_init(
                &in->writer, in->width, in->height, in->is_jpeg,
                (struct vt_str){ (const char *)in->tables.ptr, in->is_jpeg ? in->tables.len : 0 });
        }
        if (in->tiff.is_short || correct_size(in->fd, &level, in->width, in->height, n) ||
            add_level(in, &level))
            return -1;
    }
    return 0;
}

enum { FIND_PX = 512 }; /* as for the true-scale plate */

/* What fills its picture needs no box, and a picture that cannot be searched does without. */
static void find_object(struct indexing *in)
{
    struct vt_master master;
    struct vt_template_rect rect;
    if (vt_master_open(in->fd, &master) || vt_image_object(&master, FIND_PX, &rect) ||
        (rect.w > 0.999 && rect.h > 0.999))
        return;
    const uint16_t left = (uint16_t)(rect.x * UINT16_MAX), top = (uint16_t)(rect.y * UINT16_MAX);
    in->writer.object[0] = left;
    in->writer.object[1] = top;
    in->writer.object[2] = (uint16_t)VIPS_MIN(rect.w * UINT16_MAX, UINT16_MAX - left);
    in->writer.object[3] = (uint16_t)VIPS_MIN(rect.h * UINT16_MAX, UINT16_MAX - top);
}

int vt_image_index(int fd, bool is_jpeg, struct vt_image_result *ret_result)
{
    VT_MAPPED struct vt_mapped file = { NULL, 0 };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(VT_TIX_BYTES_MAX);
    if (vt_mapped_open(fd, &file) != VT_OK)
        return -1;
    struct indexing in = { .tiff = { file.bytes, file.len, false },
                           .width = ret_result->width,
                           .height = ret_result->height,
                           .fd = fd,
                           .is_jpeg = is_jpeg };
    int err = add_levels(&in);
    if (!err)
        find_object(&in);
    if (!err && vt_tix_write(&in.writer, file.len, &out) != VT_OK)
        err = -1;
    vt_tix_writer_finish(&in.writer);
    if (err)
        return -1;
    ret_result->bytes = g_memdup2(out.data, out.len);
    ret_result->len = out.len;
    return 0;
}
