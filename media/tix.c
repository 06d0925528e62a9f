/* SPDX-License-Identifier: Apache-2.0 */
#include "media/tix.h"

#include <stdlib.h>
#include <sys/uio.h>

#include "media/bytes.h"
#include "media/digest.h"
#include "server/base/err.h"

enum { HEAD = 40, LEVEL = 8, TILE = 16, OBJECT = 8, VERSION = 2 };
#define OWN_BIT (UINT64_C(1) << 63)

static const uint8_t jfif[] = { 0xff, 0xe0, 0, 16, 'J', 'F', 'I', 'F', 0, 1, 1, 0, 0, 1, 0, 1, 0, 0 };

/* --- reading --------------------------------------------------------------------------------- */

static struct vt_tix_tile read_tile(const struct vt_tix *tix, uint32_t index)
{
    struct vt_bytes view = { tix->tiles, (size_t)tix->tile_count * TILE, false };
    size_t at = (size_t)index * TILE;
    uint64_t offset = vt_bytes_le(&view, at, 8);
    return (struct vt_tix_tile){
        .offset = offset & ~OWN_BIT,
        .len = (uint32_t)vt_bytes_le(&view, at + 8, 4),
        .w = (uint16_t)vt_bytes_le(&view, at + 12, 2),
        .h = (uint16_t)vt_bytes_le(&view, at + 14, 2),
        .is_own = (offset & OWN_BIT) != 0,
    };
}

static uint32_t tiles_across(uint32_t side, uint32_t tile_px)
{
    return (side + tile_px - 1) / tile_px;
}

static int read_levels(struct vt_tix *tix, struct vt_bytes *file)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < tix->level_count; i++) {
        struct vt_tix_level *level = &tix->levels[i];
        level->width = (uint32_t)vt_bytes_le(file, HEAD + (size_t)i * LEVEL, 4);
        level->height = (uint32_t)vt_bytes_le(file, HEAD + (size_t)i * LEVEL + 4, 4);
        if (level->width == 0 || level->height == 0 || level->width > tix->width ||
            level->height > tix->height)
            return VT_ERR_INVALID;
        level->cols = tiles_across(level->width, tix->tile_px);
        level->rows = tiles_across(level->height, tix->tile_px);
        level->first_tile = (uint32_t)next;
        next += (uint64_t)level->cols * level->rows;
        if (next > tix->tile_count)
            return VT_ERR_INVALID;
    }
    bool is_full_first = tix->levels[0].width == tix->width && tix->levels[0].height == tix->height;
    return next == tix->tile_count && is_full_first ? VT_OK : VT_ERR_INVALID;
}

static int check_tiles(const struct vt_tix *tix)
{
    for (uint32_t i = 0; i < tix->tile_count; i++) {
        struct vt_tix_tile tile = read_tile(tix, i);
        uint64_t end = tile.is_own ? tix->own_len : tix->master_bytes;
        if (tile.len < 4 || tile.offset > end || tile.len > end - tile.offset)
            return VT_ERR_INVALID;
        if (tile.w == 0 || tile.h == 0 || tile.w > tix->tile_px || tile.h > tix->tile_px)
            return VT_ERR_INVALID;
    }
    return VT_OK;
}

static bool is_jpeg_stream(const uint8_t *bytes, size_t len)
{
    return len >= 4 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[len - 2] == 0xff &&
           bytes[len - 1] == 0xd9;
}

static int make_head(struct vt_tix *tix, const uint8_t *tables, size_t len)
{
    if (!tix->is_jpeg)
        return len == 0 ? VT_OK : VT_ERR_INVALID;
    if (len > 0 && !is_jpeg_stream(tables, len))
        return VT_ERR_INVALID;
    size_t middle = len > 0 ? len - 4 : 0;
    tix->head_len = 2 + sizeof(jfif) + middle;
    tix->head = malloc(tix->head_len);
    if (!tix->head)
        return VT_ERR_NOMEM;
    memcpy(tix->head, "\xff\xd8", 2);
    memcpy(tix->head + 2, jfif, sizeof(jfif));
    if (middle > 0)
        memcpy(tix->head + 2 + sizeof(jfif), tables + 2, middle);
    return VT_OK;
}

static bool is_sealed(const uint8_t *bytes, size_t len)
{
    uint8_t digest[VT_DIGEST_BYTES];
    size_t covered = len - VT_DIGEST_BYTES;
    return vt_digest_sha256(bytes, covered, digest) == VT_OK &&
           memcmp(digest, bytes + covered, VT_DIGEST_BYTES) == 0;
}

static int read_file(struct vt_tix *tix, size_t len, uint64_t master_bytes)
{
    struct vt_bytes file = { tix->bytes, len, false };
    if (memcmp(tix->bytes, "VTIX", 4) != 0 || tix->bytes[4] < 1 || tix->bytes[4] > VERSION ||
        tix->bytes[5] > 1)
        return VT_ERR_INVALID;
    tix->is_jpeg = tix->bytes[5] == 1;
    tix->level_count = (uint32_t)vt_bytes_le(&file, 6, 2);
    tix->width = (uint32_t)vt_bytes_le(&file, 8, 4);
    tix->height = (uint32_t)vt_bytes_le(&file, 12, 4);
    tix->tile_px = (uint32_t)vt_bytes_le(&file, 16, 4);
    tix->master_bytes = vt_bytes_le(&file, 20, 8);
    size_t tables_len = (size_t)vt_bytes_le(&file, 28, 4);
    tix->own_len = (uint32_t)vt_bytes_le(&file, 32, 4);
    tix->tile_count = (uint32_t)vt_bytes_le(&file, 36, 4);
    if (tix->level_count == 0 || tix->level_count > VT_TIX_LEVELS || tix->tile_count > VT_TIX_TILES ||
        tix->tile_px != VT_TILE_PX || tables_len > VT_TIX_TABLES_MAX || tix->master_bytes != master_bytes ||
        tix->width > VT_RECIPE_MAX_SIDE || tix->height > VT_RECIPE_MAX_SIDE || (master_bytes & OWN_BIT))
        return VT_ERR_INVALID;
    size_t tiles_at = HEAD + (size_t)tix->level_count * LEVEL;
    size_t tables_at = tiles_at + (size_t)tix->tile_count * TILE;
    const size_t object_len = tix->bytes[4] >= 2 ? OBJECT : 0;
    if (tables_at + tables_len + tix->own_len + object_len + VT_DIGEST_BYTES != len ||
        !is_sealed(tix->bytes, len))
        return VT_ERR_INVALID;
    tix->tiles = tix->bytes + tiles_at;
    tix->own = tix->bytes + tables_at + tables_len;
    for (size_t i = 0; object_len > 0 && i < 4; i++)
        tix->object[i] = (uint16_t)vt_bytes_le(&file, len - VT_DIGEST_BYTES - OBJECT + i * 2, 2);
    if (tix->object[0] + tix->object[2] > UINT16_MAX || tix->object[1] + tix->object[3] > UINT16_MAX)
        return VT_ERR_INVALID;
    int err = read_levels(tix, &file);
    if (!err)
        err = check_tiles(tix);
    return err ? err : make_head(tix, tix->bytes + tables_at, tables_len);
}

int vt_tix_read(const void *bytes, size_t len, uint64_t master_bytes, struct vt_tix **ret_tix)
{
    if (len < HEAD + VT_DIGEST_BYTES || len > VT_TIX_BYTES_MAX)
        return VT_ERR_INVALID;
    struct vt_tix *tix = calloc(1, sizeof(*tix));
    if (!tix)
        return VT_ERR_NOMEM;
    int err = VT_ERR_NOMEM;
    tix->bytes = malloc(len);
    if (tix->bytes) {
        memcpy(tix->bytes, bytes, len);
        err = read_file(tix, len, master_bytes);
    }
    if (err)
        vt_tix_destroy(tix);
    else
        *ret_tix = tix;
    return err;
}

void vt_tix_destroy(struct vt_tix *tix)
{
    if (!tix)
        return;
    free(tix->bytes);
    free(tix->head);
    free(tix);
}

/* --- finding and copying --------------------------------------------------------------------- */

struct vt_tix_tile vt_tix_tile_at(const struct vt_tix *tix, unsigned level, uint32_t col, uint32_t row)
{
    const struct vt_tix_level *at = &tix->levels[level];
    struct vt_tix_tile tile = read_tile(tix, at->first_tile + row * at->cols + col);
    bool is_edge = (uint64_t)(col + 1) * tix->tile_px > at->width ||
                   (uint64_t)(row + 1) * tix->tile_px > at->height;
    tile.is_padded = is_edge && !tile.is_own;
    return tile;
}

static bool is_plain_jpeg(const struct vt_recipe *recipe)
{
    return recipe->kind == VT_RECIPE_IIIF && recipe->format == VT_FMT_JPEG && !recipe->mirror &&
           recipe->rotation == 0 && recipe->quality == VT_QUALITY_DEFAULT && recipe->max_bytes == 0;
}

/* True when [start, start + len) is the grid's piece `*ret_index` of a side, cut at the edge. */
static bool is_on_grid(uint32_t start, uint32_t len, uint32_t full, uint64_t step, uint32_t *ret_index)
{
    if (start % step != 0)
        return false;
    uint64_t left = full - start;
    *ret_index = (uint32_t)(start / step);
    return len == (step < left ? step : left);
}

bool vt_tix_find(const struct vt_tix *tix, const struct vt_recipe *recipe, struct vt_tix_tile *ret_tile)
{
    if (!tix->is_jpeg || !is_plain_jpeg(recipe) || recipe->full_w != tix->width ||
        recipe->full_h != tix->height)
        return false;
    for (unsigned level = 0; level < tix->level_count; level++) {
        uint32_t col, row;
        uint64_t step = (uint64_t)tix->tile_px << level;
        if (!is_on_grid(recipe->x, recipe->w, tix->width, step, &col) ||
            !is_on_grid(recipe->y, recipe->h, tix->height, step, &row) || col >= tix->levels[level].cols ||
            row >= tix->levels[level].rows)
            continue;
        struct vt_tix_tile tile = vt_tix_tile_at(tix, level, col, row);
        if (tile.is_padded || tile.w != recipe->out_w || tile.h != recipe->out_h)
            continue;
        *ret_tile = tile;
        return true;
    }
    return false;
}

static int read_all(int fd, void *bytes, size_t len, uint64_t offset, int flags)
{
    for (size_t done = 0; done < len;) {
        const struct iovec rest = { (char *)bytes + done, len - done };
        ssize_t n = preadv2(fd, &rest, 1, (off_t)(offset + done), flags);
        if (n <= 0)
            return VT_ERR_IO;
        done += (size_t)n;
    }
    return VT_OK;
}

static int copy(const struct vt_tix *tix, const struct vt_tix_tile *tile, int master_fd, int flags,
                struct vt_buf *out)
{
    if (tile->is_own)
        return vt_buf_append(out, tix->own + tile->offset, tile->len);
    /* The tile's SOI is read over the head's last two bytes and these are put back. */
    char *room = vt_buf_reserve(out, tix->head_len + tile->len - 2);
    if (!room)
        return VT_ERR_FULL;
    uint8_t *stream = (uint8_t *)room + tix->head_len - 2;
    int err = read_all(master_fd, stream, tile->len, tile->offset, flags);
    if (!err && !is_jpeg_stream(stream, tile->len))
        err = VT_ERR_INVALID;
    if (err)
        return err;
    memcpy(room, tix->head, tix->head_len);
    vt_buf_commit(out, tix->head_len + tile->len - 2);
    return VT_OK;
}

int vt_tix_copy(const struct vt_tix *tix, const struct vt_tix_tile *tile, int master_fd, struct vt_buf *out)
{
    return copy(tix, tile, master_fd, 0, out);
}

int vt_tix_copy_now(const struct vt_tix *tix, const struct vt_tix_tile *tile, int master_fd,
                    struct vt_buf *out)
{
    return copy(tix, tile, master_fd, RWF_NOWAIT, out);
}
