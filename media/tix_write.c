/* SPDX-License-Identifier: Apache-2.0 */
#include "media/digest.h"
#include "media/tix.h"
#include "server/base/err.h"

#define OWN_BIT (UINT64_C(1) << 63)

static void put_le(struct vt_buf *out, uint64_t value, int n)
{
    for (int i = 0; i < n; i++)
        vt_buf_byte(out, (char)(uint8_t)(value >> (8 * i)));
}

void vt_tix_writer_init(struct vt_tix_writer *writer, uint32_t width, uint32_t height, bool is_jpeg,
                        struct vt_str tables)
{
    *writer = (struct vt_tix_writer){
        .width = width, .height = height, .is_jpeg = is_jpeg, .tables = tables
    };
    vt_buf_init(&writer->levels, VT_TIX_LEVELS * 8);
    vt_buf_init(&writer->tiles, VT_TIX_TILES * 16);
    vt_buf_init(&writer->own, VT_TIX_BYTES_MAX);
}

void vt_tix_writer_finish(struct vt_tix_writer *writer)
{
    vt_buf_finish(&writer->levels);
    vt_buf_finish(&writer->tiles);
    vt_buf_finish(&writer->own);
}

void vt_tix_add_level(struct vt_tix_writer *writer, uint32_t width, uint32_t height)
{
    put_le(&writer->levels, width, 4);
    put_le(&writer->levels, height, 4);
    writer->level_count++;
}

static void add(struct vt_tix_writer *writer, uint64_t offset, uint32_t len, uint16_t w, uint16_t h)
{
    put_le(&writer->tiles, offset, 8);
    put_le(&writer->tiles, len, 4);
    put_le(&writer->tiles, w, 2);
    put_le(&writer->tiles, h, 2);
    writer->tile_count++;
}

void vt_tix_add_tile(struct vt_tix_writer *writer, uint64_t offset, uint32_t len)
{
    add(writer, offset, len, VT_TILE_PX, VT_TILE_PX);
}

void vt_tix_add_own_tile(struct vt_tix_writer *writer, uint16_t w, uint16_t h, const void *jpeg, uint32_t len)
{
    add(writer, OWN_BIT | writer->own.len, len, w, h);
    vt_buf_append(&writer->own, jpeg, len);
}

static void put_file(const struct vt_tix_writer *writer, uint64_t master_bytes, struct vt_buf *out)
{
    vt_buf_text(out, "VTIX");
    put_le(out, 2, 1);
    put_le(out, writer->is_jpeg, 1);
    put_le(out, writer->level_count, 2);
    put_le(out, writer->width, 4);
    put_le(out, writer->height, 4);
    put_le(out, VT_TILE_PX, 4);
    put_le(out, master_bytes, 8);
    put_le(out, writer->tables.len, 4);
    put_le(out, writer->own.len, 4);
    put_le(out, writer->tile_count, 4);
    vt_buf_str(out, vt_buf_view(&writer->levels));
    vt_buf_str(out, vt_buf_view(&writer->tiles));
    vt_buf_str(out, writer->tables);
    vt_buf_str(out, vt_buf_view(&writer->own));
    for (int i = 0; i < 4; i++)
        put_le(out, writer->object[i], 2);
}

int vt_tix_write(struct vt_tix_writer *writer, uint64_t master_bytes, struct vt_buf *out)
{
    uint8_t digest[VT_DIGEST_BYTES];
    struct vt_tix *check = NULL;
    if (writer->levels.failed || writer->tiles.failed || writer->own.failed)
        return VT_ERR_FULL;
    size_t start = out->len;
    put_file(writer, master_bytes, out);
    if (out->failed)
        return VT_ERR_FULL;
    int err = vt_digest_sha256(out->data + start, out->len - start, digest);
    if (!err)
        err = vt_buf_append(out, digest, sizeof(digest));
    /* What the reader would refuse is found here, where the picture can still be refused. */
    if (!err)
        err = vt_tix_read(out->data + start, out->len - start, master_bytes, &check);
    vt_tix_destroy(check);
    return err;
}
