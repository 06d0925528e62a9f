/* SPDX-License-Identifier: Apache-2.0 */
/* The tile index: written, read, torn, and tiles found by recipe. */
#include <stdlib.h>
#include <unistd.h>

#include "media/digest.h"
#include "media/iiif.h"
#include "media/tix.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

enum { W = 1300, H = 900, MASTER = 1000 };
static const char tables[] = "\xff\xd8\xff\xdb\x00\x04zz\xff\xd9";
static const char stored[] = "\xff\xd8\xff\xda\x00\x02pix\xff\xd9";
static const char edge[] = "\xff\xd8\xff\xdb\x00\x02\xff\xda\x00\x02own\xff\xd9";

/* 1300 x 900, 650 x 450, 325 x 225: 3 x 2, 2 x 1 and 1 x 1 tiles; edges are own ones but for one. */
static void write_index(struct vt_buf *out)
{
    struct vt_tix_writer writer;
    vt_tix_writer_init(&writer, W, H, true, (struct vt_str){ tables, sizeof(tables) - 1 });
    vt_tix_add_level(&writer, 1300, 900);
    vt_tix_add_tile(&writer, 100, sizeof(stored) - 1);
    vt_tix_add_tile(&writer, 200, sizeof(stored) - 1);
    vt_tix_add_tile(&writer, 300, sizeof(stored) - 1); /* padded: 276 wide */
    vt_tix_add_own_tile(&writer, 512, 388, edge, sizeof(edge) - 1);
    vt_tix_add_own_tile(&writer, 512, 388, edge, sizeof(edge) - 1);
    vt_tix_add_own_tile(&writer, 276, 388, edge, sizeof(edge) - 1);
    vt_tix_add_level(&writer, 650, 450);
    vt_tix_add_own_tile(&writer, 512, 450, edge, sizeof(edge) - 1);
    vt_tix_add_own_tile(&writer, 138, 450, edge, sizeof(edge) - 1);
    vt_tix_add_level(&writer, 325, 225);
    vt_tix_add_own_tile(&writer, 325, 225, edge, sizeof(edge) - 1);
    memcpy(writer.object, (const uint16_t[4]){ 6553, 13107, 32768, 26214 }, sizeof(writer.object));
    assert_int_equal(vt_tix_write(&writer, MASTER, out), VT_OK);
    vt_tix_writer_finish(&writer);
}

static bool find(const struct vt_tix *tix, const char *path, struct vt_tix_tile *tile)
{
    struct vt_iiif_request request;
    struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    struct vt_recipe recipe;
    struct vt_media_problem problem;
    assert_int_equal(vt_iiif_parse(vt_str(path), &request, &problem), VT_MEDIA_OK);
    assert_int_equal(vt_iiif_resolve(&request, W, H, &limits, &recipe, &problem), VT_MEDIA_OK);
    return vt_tix_find(tix, &recipe, tile);
}

static void tiles_by_recipe(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(1 << 16);
    struct vt_tix *tix = NULL;
    struct vt_tix_tile tile;
    write_index(&file);
    assert_int_equal(vt_tix_read(file.data, file.len, MASTER, &tix), VT_OK);
    assert_int_equal(tix->object[3], 26214);
    assert_true(find(tix, "a/0,0,512,512/512,512/0/default.jpg", &tile));
    assert_int_equal(tile.offset, 100);
    assert_true(find(tix, "a/512,0,512,512/max/0/color.jpg", &tile));
    assert_int_equal(tile.offset, 200);
    assert_false(find(tix, "a/1024,0,276,512/max/0/default.jpg", &tile)); /* padded in the master */
    assert_true(find(tix, "a/1024,512,276,388/max/0/default.jpg", &tile));
    assert_true(tile.is_own);
    assert_true(find(tix, "a/1024,512,512,512/max/0/default.jpg", &tile)); /* cut by the resolver */
    assert_true(find(tix, "a/0,0,1024,900/512,450/0/default.jpg", &tile));
    assert_true(find(tix, "a/1024,0,276,900/138,450/0/default.jpg", &tile));
    assert_int_equal(tile.w, 138);
    assert_true(find(tix, "a/full/325,225/0/default.jpg", &tile));
    static const char *const rendered[] = {
        "a/0,0,512,512/256,256/0/default.jpg", "a/1,0,512,512/max/0/default.jpg",
        "a/0,0,511,512/max/0/default.jpg",     "a/0,0,512,512/max/90/default.jpg",
        "a/0,0,512,512/max/!0/default.jpg",    "a/0,0,512,512/max/0/gray.jpg",
        "a/0,0,512,512/max/0/default.png",     "a/0,0,512,512/^1024,/0/default.jpg",
        "a/full/324,225/0/default.jpg",
    };
    for (size_t i = 0; i < VT_COUNT(rendered); i++)
        assert_false(find(tix, rendered[i], &tile));
    vt_tix_destroy(tix);
}

static void a_tile_is_tables_and_pixels(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(1 << 16), out = VT_BUF_INIT(4096);
    struct vt_tix *tix = NULL;
    struct vt_tix_tile tile;
    char path[] = "/tmp/vt-tix-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    unlink(path);
    assert_int_equal(pwrite(fd, stored, sizeof(stored) - 1, 100), sizeof(stored) - 1);
    write_index(&file);
    assert_int_equal(vt_tix_read(file.data, file.len, MASTER, &tix), VT_OK);
    assert_true(find(tix, "a/0,0,512,512/512,512/0/default.jpg", &tile));
    vt_buf_text(&out, "before");
    assert_int_equal(vt_tix_copy(tix, &tile, fd, &out), VT_OK);
    static const char want[] = "before\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xdb\x00\x04zz"
                               "\xff\xda\x00\x02pix\xff\xd9";
    assert_int_equal(out.len, sizeof(want) - 1);
    assert_memory_equal(out.data, want, out.len);
    vt_buf_reset(&out);
    /* What was just written is in memory; a file system that cannot tell says so, and nothing is half done.
     */
    int now = vt_tix_copy_now(tix, &tile, fd, &out);
    assert_true(now == VT_OK || now == VT_ERR_IO);
    assert_int_equal(out.len, now == VT_OK ? sizeof(want) - 1 - strlen("before") : 0);
    assert_memory_equal(out.data, want + strlen("before"), out.len);
    vt_buf_reset(&out);
    tile.offset = 99; /* not where a tile begins */
    assert_int_equal(vt_tix_copy(tix, &tile, fd, &out), VT_ERR_INVALID);
    tile.offset = 500; /* the master has become shorter */
    assert_int_equal(vt_tix_copy(tix, &tile, fd, &out), VT_ERR_IO);
    assert_int_equal(out.len, 0);
    assert_true(find(tix, "a/full/325,225/0/default.jpg", &tile));
    assert_int_equal(vt_tix_copy(tix, &tile, -1, &out), VT_OK);
    assert_int_equal(out.len, sizeof(edge) - 1);
    vt_tix_destroy(tix);
    close(fd);
}

static void reseal(struct vt_buf *file)
{
    assert_int_equal(vt_digest_sha256(file->data, file->len - VT_DIGEST_BYTES,
                                      (uint8_t *)file->data + file->len - VT_DIGEST_BYTES),
                     VT_OK);
}

/* Masters made before the object was looked for stay in use. */
static void version_1_has_no_object(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(1 << 16);
    struct vt_tix *tix = NULL;
    write_index(&file);
    file.data[4] = 1;
    file.len -= 8;
    reseal(&file);
    assert_int_equal(vt_tix_read(file.data, file.len, MASTER, &tix), VT_OK);
    assert_int_equal(tix->object[2], 0);
    vt_tix_destroy(tix);
}

static void an_object_beyond_its_picture_is_refused(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(1 << 16);
    struct vt_tix *tix = NULL;
    write_index(&file);
    memset(file.data + file.len - VT_DIGEST_BYTES - 4, 0xff, 4);
    reseal(&file);
    assert_int_equal(vt_tix_read(file.data, file.len, MASTER, &tix), VT_ERR_INVALID);
}

static void a_torn_index_is_refused(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(1 << 16);
    struct vt_tix *tix = NULL;
    write_index(&file);
    for (size_t len = 0; len < file.len; len++)
        assert_int_equal(vt_tix_read(file.data, len, MASTER, &tix), VT_ERR_INVALID);
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 0x40;
        assert_int_equal(vt_tix_read(file.data, file.len, MASTER, &tix), VT_ERR_INVALID);
        file.data[i] ^= 0x40;
    }
    assert_int_equal(vt_tix_read(file.data, file.len, MASTER - 1, &tix), VT_ERR_INVALID);
    assert_null(tix);
}

static void a_wrong_index_is_not_written(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(1 << 16);
    struct vt_tix_writer writer;
    vt_tix_writer_init(&writer, 512, 512, true, VT_STR(""));
    vt_tix_add_level(&writer, 512, 512);
    assert_int_equal(vt_tix_write(&writer, MASTER, &out), VT_ERR_INVALID); /* a tile is missing */
    vt_tix_add_tile(&writer, MASTER - 3, 10);                              /* past the end */
    assert_int_equal(vt_tix_write(&writer, MASTER, &out), VT_ERR_INVALID);
    vt_tix_writer_finish(&writer);
    vt_tix_writer_init(&writer, 512, 512, false, VT_STR(""));
    vt_tix_add_level(&writer, 512, 512);
    vt_tix_add_tile(&writer, 10, 10);
    struct vt_tix *tix = NULL;
    vt_buf_reset(&out);
    assert_int_equal(vt_tix_write(&writer, MASTER, &out), VT_OK);
    assert_int_equal(vt_tix_read(out.data, out.len, MASTER, &tix), VT_OK);
    assert_false(tix->is_jpeg);
    vt_tix_destroy(tix);
    vt_tix_writer_finish(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiles_by_recipe),         cmocka_unit_test(a_tile_is_tables_and_pixels),
        cmocka_unit_test(version_1_has_no_object), cmocka_unit_test(an_object_beyond_its_picture_is_refused),
        cmocka_unit_test(a_torn_index_is_refused), cmocka_unit_test(a_wrong_index_is_not_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
