/* SPDX-License-Identifier: Apache-2.0 */
/* Stores of every older version: brought up to date with what they hold, and a copy of before beside. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <utime.h>

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/store/backup.h"
#include "server/store/sqlite_db.h"
#include "tests/unit/cm.h"

static char folder[64];

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "/tmp/vitrine-schema-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void path_of(int version, char path[128])
{
    snprintf(path, 128, "%s/store.v%d.db", folder, version);
}

/* A store as the build of that version left it, with a conversation in it. */
static void make_old(int64_t version)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    struct vt_db db;
    assert_int_equal(vt_db_open(&db, folder, VT_DB_STORE, false, &error), VT_OK);
    assert_int_equal(vt_db_migrate_to(&db, version), VT_OK);
    int code = sqlite3_exec(db.sqlite,
                            "INSERT INTO site (site, key, name, origins, settings, created) VALUES ('s', "
                            "'pk_s', 'Shop', '', '{}', 1);"
                            "INSERT INTO conversation (site, conv, customer, epoch, cs, created) VALUES "
                            "('s', 'c', 'who', 7, 3, 1);",
                            NULL, NULL, NULL);
    assert_int_equal(code, SQLITE_OK);
    vt_db_close(&db);
}

static void test_each_version_comes_up_to_date(void **state)
{
    (void)state;
    char path[128];
    for (int64_t version = 1; version < vt_db_newest(); version++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf error = VT_BUF_INIT(4096);
        int64_t now = 0, copied = 0;
        setup(NULL);
        make_old(version);
        struct vt_manage *manage = vt_manage_open(folder, NULL, &error);
        if (!manage)
            fail_msg("from %d: %s", (int)version, vt_buf_cstr(&error));
        struct vt_backup_renewed renewed;
        assert_int_equal(vt_backup_renew(manage, &renewed), VT_OK);
        assert_int_equal(renewed.conversations, 1); /* the row is there, in tables that work */
        vt_manage_close(manage);
        assert_int_equal(vt_backup_check(folder, VT_DB_STORE, &now, &error), VT_OK);
        assert_int_equal(now, vt_db_newest());
        path_of((int)version, path);
        const char *name = strrchr(path, '/') + 1;
        assert_int_equal(vt_backup_check(folder, name, &copied, &error), VT_OK);
        assert_int_equal(copied, version);
        teardown(NULL);
    }
}

static void test_a_copy_goes_after_its_time(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    char path[128];
    setup(NULL);
    make_old(1);
    vt_manage_close(vt_manage_open(folder, NULL, &error));
    path_of(1, path);
    struct utimbuf then = { time(NULL) - 29 * 86400, time(NULL) - 29 * 86400 };
    assert_int_equal(utime(path, &then), 0);
    vt_manage_close(vt_manage_open(folder, NULL, &error));
    assert_int_equal(access(path, F_OK), 0);
    then.modtime -= 2 * 86400;
    assert_int_equal(utime(path, &then), 0);
    vt_manage_close(vt_manage_open(folder, NULL, &error));
    assert_int_not_equal(access(path, F_OK), 0);
    teardown(NULL);
}

static void test_without_a_copy_nothing_changes(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    int64_t version = 0;
    char path[128];
    setup(NULL);
    make_old(3);
    snprintf(path, sizeof(path), "%s/store.v3.partial", folder);
    assert_int_equal(mkdir(path, 0700), 0); /* stands where the copy is to be made */
    assert_null(vt_manage_open(folder, NULL, &error));
    assert_non_null(strstr(vt_buf_cstr(&error), "stay as they are"));
    assert_int_equal(vt_backup_check(folder, VT_DB_STORE, &version, &error), VT_OK);
    assert_int_equal(version, 3);
    teardown(NULL);
}

static void test_a_newer_one_is_refused(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    struct vt_db db;
    setup(NULL);
    assert_int_equal(vt_db_open(&db, folder, VT_DB_STORE, false, &error), VT_OK);
    assert_int_equal(sqlite3_exec(db.sqlite, "PRAGMA user_version=999", NULL, NULL, NULL), SQLITE_OK);
    vt_db_close(&db);
    assert_null(vt_manage_open(folder, NULL, &error));
    assert_non_null(strstr(vt_buf_cstr(&error), "newer Vitrine"));
    teardown(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_each_version_comes_up_to_date),
                                        cmocka_unit_test(test_a_copy_goes_after_its_time),
                                        cmocka_unit_test(test_without_a_copy_nothing_changes),
                                        cmocka_unit_test(test_a_newer_one_is_refused) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
