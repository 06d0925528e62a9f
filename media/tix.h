/* SPDX-License-Identifier: Apache-2.0 */
/* The tile index beside a master: where each stored tile lies, so that serving one needs no TIFF
 * parser and no codec.
 *
 * Ingest writes it in the worker, the server reads it. Every number in it is checked against the
 * master's length before use and a checksum ends it, so a torn or forged file is refused whole.
 * Little-endian, version 2; version 1 had no object:
 *
 *     "VTIX" u8 version  u8 is_jpeg  u16 levels  u32 width height tile_px  u64 master_bytes
 *     u32 tables_len  u32 own_len  u32 tiles
 *     levels x { u32 width height }              largest first, each about half of the one before
 *     tiles  x { u64 offset  u32 len  u16 w h }  level by level, row by row; offset's top bit: in `own`
 *     tables (JPEG: SOI … EOI)   own (tiles the TIFF pads, cut and encoded by ingest, whole JPEGs)
 *     u16 x y w h   the object in its picture, in 1/65535 of it; w 0: it fills it, or was not found
 *     SHA-256 of all before it
 */
#ifndef VT_MEDIA_TIX_H
#define VT_MEDIA_TIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/recipe.h"
#include "server/base/buf.h"

enum {
    VT_TIX_LEVELS = 16,
    VT_TIX_TILES = 4096, /* 50 MP and all levels below need 300 */
    VT_TIX_TABLES_MAX = 4096,
    VT_TIX_BYTES_MAX = 8 << 20
};

struct vt_tix_level {
    uint32_t width, height, cols, rows, first_tile;
};

struct vt_tix {
    uint32_t width, height, tile_px;
    uint64_t master_bytes;
    bool is_jpeg;
    uint16_t object[4]; /* x, y, w, h in 1/65535 of the picture; w 0: unknown */
    uint32_t level_count, tile_count;
    struct vt_tix_level levels[VT_TIX_LEVELS];
    uint8_t *bytes;       /* owned: the file */
    const uint8_t *tiles; /* into bytes */
    const uint8_t *own;   /* into bytes */
    uint32_t own_len;
    uint8_t *head; /* owned: SOI, JFIF, the tables; what goes before a tile of the master */
    size_t head_len;
};

struct vt_tix_tile {
    uint64_t offset; /* in the master, or in `own` */
    uint32_t len;
    uint16_t w, h;
    bool is_own;
    bool is_padded; /* stored larger than its pixels: not to be copied */
};

/* Copies `bytes`. `master_bytes` is the master's length now. VT_OK, VT_ERR_INVALID or VT_ERR_NOMEM. */
int vt_tix_read(const void *bytes, size_t len, uint64_t master_bytes, struct vt_tix **ret_tix);
void vt_tix_destroy(struct vt_tix *tix);

struct vt_tix_tile vt_tix_tile_at(const struct vt_tix *tix, unsigned level, uint32_t col, uint32_t row);

/* The stored tile that is exactly what `recipe` asks for: region on the grid, the level's scale,
 * `jpg`, not turned, not gray, no byte limit, from a JPEG master. False: it must be rendered. */
bool vt_tix_find(const struct vt_tix *tix, const struct vt_recipe *recipe, struct vt_tix_tile *ret_tile);

/* Appends the tile as a whole JPEG: one pread at most. Any thread; `tix` is only read. VT_OK,
 * VT_ERR_IO (the master is shorter), VT_ERR_INVALID (no JPEG there), VT_ERR_FULL, VT_ERR_NOMEM. */
int vt_tix_copy(const struct vt_tix *tix, const struct vt_tix_tile *tile, int master_fd, struct vt_buf *out);
/* The same without ever waiting for the disk: VT_ERR_IO also when the system does not have the bytes in
 * memory, or cannot tell. */
int vt_tix_copy_now(const struct vt_tix *tix, const struct vt_tix_tile *tile, int master_fd,
                    struct vt_buf *out);

/* --- writing: start, then per level its size and its tiles row by row, then finish ------------- */

struct vt_tix_writer {
    struct vt_buf levels, tiles, own;
    struct vt_str tables; /* borrowed until finish */
    uint32_t width, height, level_count, tile_count;
    bool is_jpeg, failed;
    uint16_t object[4]; /* as in struct vt_tix */
};

/* `tables`: the TIFF's JPEGTables, SOI to EOI; empty when the tiles are not JPEG. */
void vt_tix_writer_init(struct vt_tix_writer *writer, uint32_t width, uint32_t height, bool is_jpeg,
                        struct vt_str tables);
void vt_tix_writer_finish(struct vt_tix_writer *writer);
void vt_tix_add_level(struct vt_tix_writer *writer, uint32_t width, uint32_t height);
/* The next tile of the level as the master has it, VT_TILE_PX square, padded or not. */
void vt_tix_add_tile(struct vt_tix_writer *writer, uint64_t offset, uint32_t len);
/* The next tile as a whole JPEG of `w` x `h` pixels, kept in the index: for edges. */
void vt_tix_add_own_tile(struct vt_tix_writer *writer, uint16_t w, uint16_t h, const void *jpeg,
                         uint32_t len);
/* Writes the file. VT_OK, VT_ERR_INVALID (counts do not fit the levels), VT_ERR_FULL, VT_ERR_NOMEM. */
int vt_tix_write(struct vt_tix_writer *writer, uint64_t master_bytes, struct vt_buf *out);

#endif
