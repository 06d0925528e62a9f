/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "server/base/cleanup.h"
#include "server/base/err.h"

enum { ROWS = 16 /* of luma in a group of 4:2:0 */, HALF = ROWS / 2, BITS = 14, ROUND = 1 << (BITS - 1) };

/* Numbers of 14 bits. Luma's own share, and what the other matrix makes of the colours of its four pixels. */
enum { Y_Y = 14071, Y_CB = -1663, Y_CR = -2993 };
enum { CB_CB = 14660, CB_CR = 1650, CR_CB = 1080, CR_CR = 14757 };

struct reader {
    struct jpeg_error_mgr errors;
    struct jpeg_decompress_struct in;
    jmp_buf back;
};

static void handle_error(j_common_ptr common)
{
    struct reader *reader = VT_CONTAINER_OF(common->err, struct reader, errors);
    longjmp(reader->back, 1);
}

static void handle_message(j_common_ptr common, int level)
{
    (void)level;
    (void)common;
}

static void open_reader(struct reader *reader)
{
    memset(reader, 0, sizeof(*reader));
    reader->in.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = handle_error;
    reader->errors.emit_message = handle_message;
}

static void read_head(struct reader *reader, struct vt_bytes jpeg)
{
    jpeg_create_decompress(&reader->in);
    jpeg_mem_src(&reader->in, jpeg.ptr, jpeg.len);
    jpeg_read_header(&reader->in, TRUE);
}

int vt_film_jpeg_size(struct vt_bytes jpeg, uint32_t *ret_width, uint32_t *ret_height)
{
    struct reader reader;
    volatile int err = VT_ERR_INVALID;
    open_reader(&reader);
    if (jpeg.ptr && setjmp(reader.back) == 0) {
        read_head(&reader, jpeg);
        if (reader.in.image_width % 2 == 0 && reader.in.image_height % 2 == 0) {
            *ret_width = reader.in.image_width;
            *ret_height = reader.in.image_height;
            err = VT_OK;
        }
    }
    jpeg_destroy_decompress(&reader.in);
    return err;
}

/* --- colours ---------------------------------------------------------------------------------------------
 */

static inline uint8_t clamped(int value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* Two rows of luma over one of colours. `shift`: room for a row's share of the colours, twice each. */
static void convert_luma(const uint8_t *from, const int32_t *shift, uint32_t n, uint8_t *to)
{
    for (uint32_t x = 0; x < n; x++)
        to[x] = clamped((from[x] * Y_Y + shift[x]) >> BITS);
}

static void convert_colours(const uint8_t *cb, const uint8_t *cr, uint32_t n, int32_t *ret_shift,
                            uint8_t *to_cb, uint8_t *to_cr)
{
    for (uint32_t x = 0; x < n; x++) {
        const int b = cb[x] - 128, r = cr[x] - 128;
        ret_shift[2 * x] = ret_shift[2 * x + 1] = b * Y_CB + r * Y_CR + (16 << BITS) + ROUND;
        to_cb[x] = clamped((b * CB_CB + r * CB_CR + (128 << BITS) + ROUND) >> BITS);
        to_cr[x] = clamped((b * CR_CB + r * CR_CR + (128 << BITS) + ROUND) >> BITS);
    }
}

/* --- rows ------------------------------------------------------------------------------------------------
 */

/* A group of rows as the library gives them, wide enough for its whole blocks. */
struct group {
    uint8_t *bytes; /* owned */
    int32_t *shift; /* owned */
    JSAMPROW rows[3][ROWS];
    size_t stride;
};

static int group_init(struct group *group, uint32_t width)
{
    const size_t stride = (width + 2 * ROWS - 1) / ROWS * ROWS;
    group->stride = stride;
    group->bytes = malloc(stride * (ROWS + 2 * HALF));
    group->shift = malloc(stride * sizeof(*group->shift));
    if (!group->bytes || !group->shift)
        return VT_ERR_NOMEM;
    memset(group->bytes, 128, stride * (ROWS + 2 * HALF)); /* a gray one has no colours */
    for (int y = 0; y < ROWS; y++)
        group->rows[0][y] = group->bytes + (size_t)y * stride;
    for (int y = 0; y < HALF; y++) {
        group->rows[1][y] = group->rows[0][ROWS - 1] + (size_t)(y + 1) * stride;
        group->rows[2][y] = group->rows[1][0] + (size_t)(y + HALF) * stride;
    }
    return VT_OK;
}

static void group_finish(struct group *group)
{
    free(group->bytes);
    free(group->shift);
}

static void take_group(struct group *group, uint32_t from, struct vt_film_planes *to)
{
    for (uint32_t y = 0; y < ROWS && from + y < to->height; y += 2) {
        const size_t row = (from + y) / 2;
        convert_colours(group->rows[1][y / 2], group->rows[2][y / 2], to->width / 2, group->shift,
                        to->plane[1] + row * to->stride[1], to->plane[2] + row * to->stride[2]);
        for (uint32_t i = y; i < y + 2; i++)
            convert_luma(group->rows[0][i], group->shift, to->width,
                         to->plane[0] + (size_t)(from + i) * to->stride[0]);
    }
}

static bool is_ours(const struct jpeg_decompress_struct *in, const struct vt_film_planes *planes)
{
    const jpeg_component_info *part = in->comp_info;
    if (in->image_width != planes->width || in->image_height != planes->height)
        return false;
    if (in->num_components == 1)
        return true;
    return in->num_components == 3 && in->jpeg_color_space == JCS_YCbCr && part[0].h_samp_factor == 2 &&
           part[0].v_samp_factor == 2 && part[1].h_samp_factor == 1 && part[1].v_samp_factor == 1 &&
           part[2].h_samp_factor == 1 && part[2].v_samp_factor == 1;
}

/* A gray one mostly comes in groups of half as many rows. */
static void read_rows(struct reader *reader, struct group *group, struct vt_film_planes *planes)
{
    JSAMPARRAY parts[3] = { group->rows[0], group->rows[1], group->rows[2] };
    reader->in.raw_data_out = TRUE;
    reader->in.out_color_space = reader->in.jpeg_color_space;
    reader->in.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&reader->in);
    const JDIMENSION rows = (JDIMENSION)reader->in.max_v_samp_factor * DCTSIZE;
    while (reader->in.output_scanline < planes->height) {
        const JDIMENSION from = reader->in.output_scanline;
        for (JDIMENSION got = 0; got < ROWS && from + got < planes->height; got += rows) {
            parts[0] = group->rows[0] + got;
            jpeg_read_raw_data(&reader->in, parts, rows);
        }
        take_group(group, from, planes);
    }
}

int vt_film_jpeg_planes(struct vt_bytes jpeg, struct vt_film_planes *planes)
{
    struct reader reader;
    struct group group = { .bytes = NULL };
    volatile int err = group_init(&group, planes->width);
    open_reader(&reader);
    if (!err && setjmp(reader.back) == 0) {
        err = VT_ERR_INVALID;
        read_head(&reader, jpeg);
        if (is_ours(&reader.in, planes)) {
            read_rows(&reader, &group, planes);
            err = VT_OK;
        }
    } else if (!err) {
        err = VT_ERR_INVALID;
    }
    jpeg_destroy_decompress(&reader.in);
    group_finish(&group);
    return err;
}
