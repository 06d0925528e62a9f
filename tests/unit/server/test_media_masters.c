/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_masters.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "tests/unit/cm.h"

#define ID    "ab12000000000000000000000000000000000000000000000000000000000000"
#define OTHER "ab12000000000000000000000000000000000000000000000000000000000001"

static char dir[64];
static struct vt_masters *masters;

static int setup(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    (void)state;
    snprintf(dir, sizeof(dir), "/tmp/vt-masters-XXXXXX");
    assert_non_null(mkdtemp(dir));
    masters = vt_masters_open(dir, &error);
    assert_non_null(masters);
    return 0;
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    vt_masters_destroy(masters);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

static void put_original(const char *id)
{
    static const char *const folders[] = { "originals", "originals/ab", "originals/ab/12" };
    char path[256];
    for (size_t i = 0; i < VT_COUNT(folders); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, folders[i]);
        mkdir(path, 0700);
    }
    snprintf(path, sizeof(path), "%s/originals/ab/12/%s", dir, id);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
}

static bool is_there(const char *kind, const char *id, const char *ending)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s/ab/12/%s%s", dir, kind, id, ending);
    return access(path, F_OK) == 0;
}

/* One level of one tile, of which nothing is looked at here. */
static void fill(struct vt_masters_draft *draft)
{
    static const char tile[100];
    struct vt_tix_writer writer;
    vt_tix_writer_init(&writer, 10, 10, false, VT_STR(""));
    vt_tix_add_level(&writer, 10, 10);
    vt_tix_add_tile(&writer, 0, sizeof(tile));
    assert_int_equal(write(draft->out_fd, tile, sizeof(tile)), sizeof(tile));
    assert_int_equal(vt_tix_write(&writer, sizeof(tile), &draft->index), VT_OK);
    vt_tix_writer_finish(&writer);
}

static void settles_and_finds(void **state)
{
    struct vt_masters_draft draft;
    (void)state;
    put_original(ID);
    assert_null(vt_masters_find(masters, VT_STR(ID)));
    int fd = vt_masters_original(masters, VT_STR(ID));
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(vt_masters_draft(masters, VT_STR(ID), &draft), VT_OK);
    fill(&draft);
    assert_false(is_there("masters", ID, ".tif"));
    vt_masters_settle(&draft);
    assert_int_equal(draft.err, VT_OK);
    vt_masters_draft_finish(&draft);
    assert_true(is_there("masters", ID, ".tif") && is_there("masters", ID, ".tix"));
    assert_false(is_there("originals", ID, ""));
    struct vt_media_master *master = vt_masters_find(masters, VT_STR(ID));
    assert_non_null(master);
    assert_int_equal(master->tix->width, 10);
    assert_ptr_equal(vt_masters_find(masters, VT_STR(ID)), master);
    vt_media_master_unref(master);
    vt_media_master_unref(master);
}

static void a_false_index_counts_for_nothing(void **state)
{
    struct vt_masters_draft draft;
    (void)state;
    put_original(ID);
    assert_int_equal(vt_masters_draft(masters, VT_STR(ID), &draft), VT_OK);
    fill(&draft);
    draft.index.data[20] ^= 1;
    vt_masters_settle(&draft);
    assert_int_equal(draft.err, VT_ERR_INVALID);
    vt_masters_draft_finish(&draft);
    assert_false(is_there("masters", ID, ".tif"));
    assert_true(is_there("originals", ID, ""));
    assert_null(vt_masters_find(masters, VT_STR(ID)));
}

static void scans_what_is_left(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf ids = VT_BUF_INIT(1024);
    struct vt_masters_draft draft;
    (void)state;
    vt_masters_scan(masters, 10, &ids);
    assert_int_equal(ids.len, 0);
    put_original(ID);
    put_original(OTHER);
    put_original("no-id");
    assert_int_equal(vt_masters_draft(masters, VT_STR(ID), &draft), VT_OK);
    fill(&draft);
    vt_masters_settle(&draft);
    vt_masters_draft_finish(&draft);
    put_original(ID); /* a crash before it was removed */
    vt_masters_scan(masters, 10, &ids);
    assert_int_equal(ids.len, VT_MASTERS_ID);
    assert_memory_equal(ids.data, OTHER, VT_MASTERS_ID);
    assert_false(is_there("originals", ID, ""));
    vt_buf_reset(&ids);
    vt_masters_scan(masters, 0, &ids);
    assert_int_equal(ids.len, 0);
}

static void ids_are_hashes(void **state)
{
    (void)state;
    assert_true(vt_masters_id_ok(VT_STR(ID)));
    assert_false(vt_masters_id_ok(VT_STR("../../../../etc/passwd")));
    assert_false(
        vt_masters_id_ok(VT_STR("AB12000000000000000000000000000000000000000000000000000000000000")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(settles_and_finds, setup, teardown),
        cmocka_unit_test_setup_teardown(a_false_index_counts_for_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(scans_what_is_left, setup, teardown),
        cmocka_unit_test(ids_are_hashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
