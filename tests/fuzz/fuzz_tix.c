/* SPDX-License-Identifier: Apache-2.0 */
/* Tile indexes. The checksum at the end is made to fit, else nothing behind it would ever be reached. */
#include <stdlib.h>
#include <string.h>

#include "media/digest.h"
#include "media/tix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk(const struct vt_tix *tix)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(1 << 20);
    for (unsigned level = 0; level < tix->level_count; level++)
        for (uint32_t row = 0; row < tix->levels[level].rows; row++)
            for (uint32_t col = 0; col < tix->levels[level].cols; col++) {
                struct vt_tix_tile tile = vt_tix_tile_at(tix, level, col, row);
                struct vt_tix_tile found;
                struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF,
                                            .full_w = tix->width,
                                            .full_h = tix->height,
                                            .x = (col * tix->tile_px) << level,
                                            .y = (row * tix->tile_px) << level,
                                            .w = tile.w,
                                            .h = tile.h,
                                            .out_w = tile.w,
                                            .out_h = tile.h };
                vt_tix_find(tix, &recipe, &found);
                vt_buf_reset(&out);
                if (tile.is_own)
                    vt_tix_copy(tix, &tile, -1, &out);
            }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_tix *tix = NULL;
    uint64_t master_bytes = 0;
    uint8_t *sealed = malloc(size + VT_DIGEST_BYTES);
    if (!sealed || size < 28) {
        free(sealed);
        return 0;
    }
    memcpy(sealed, data, size);
    vt_digest_sha256(sealed, size, sealed + size);
    memcpy(&master_bytes, data + 20, sizeof(master_bytes));
    if (vt_tix_read(sealed, size + VT_DIGEST_BYTES, master_bytes, &tix) == 0)
        walk(tix);
    vt_tix_destroy(tix);
    free(sealed);
    return 0;
}
