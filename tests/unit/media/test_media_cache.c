/* SPDX-License-Identifier: Apache-2.0 */
/* The cache on a real directory and a real loop. */
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/cache.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "tests/unit/cm.h"

struct setup {
    uv_loop_t loop;
    char dir[32];
    struct vt_cache *cache;
};

static struct vt_cache *reopen(struct setup *at, uint64_t ram, uint64_t disk)
{
    struct vt_cache_config config = { at->dir, ram, disk };
    vt_cache_close(at->cache);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    at->cache = vt_cache_open(&at->loop, &config);
    assert_non_null(at->cache);
    return at->cache;
}

static int begin(void **state)
{
    struct setup *at = calloc(1, sizeof(*at));
    strcpy(at->dir, "/tmp/vt-cache-XXXXXX");
    assert_non_null(mkdtemp(at->dir));
    uv_loop_init(&at->loop);
    *state = at;
    reopen(at, 64 << 10, 1 << 20);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)info, (void)kind, (void)where;
    return remove(path);
}

static int end(void **state)
{
    struct setup *at = *state;
    vt_cache_close(at->cache);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&at->loop), 0);
    nftw(at->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(at);
    return 0;
}

/* A key per number; bytes that tell it apart. */
static struct vt_str key(unsigned n)
{
    static char text[4][65];
    static unsigned turn;
    char *at = text[turn++ % 4];
    snprintf(at, 65, "%064x", n);
    return (struct vt_str){ at, 64 };
}

static void put(struct vt_cache *cache, const char *group, unsigned n, size_t len)
{
    struct vt_blob *blob = vt_blob_create(NULL, len);
    memset(blob->bytes, (int)n, len);
    assert_int_equal(vt_cache_put(cache, vt_str(group), key(n), blob), VT_OK);
    vt_blob_unref(blob);
}

static bool in_ram(struct vt_cache *cache, unsigned n)
{
    struct vt_blob *blob = vt_cache_get(cache, key(n));
    bool is_there = blob && blob->bytes[0] == (uint8_t)n;
    vt_blob_unref(blob);
    return is_there;
}

struct loaded {
    int count;
    size_t len;
    int first;
};

static void handle_loaded(void *arg, struct vt_blob *blob)
{
    struct loaded *loaded = arg;
    loaded->count++;
    loaded->len = blob ? blob->len : 0;
    loaded->first = blob ? blob->bytes[0] : -1;
}

static bool on_disk(struct setup *at, unsigned n, size_t len)
{
    struct loaded loaded = { .count = 0 };
    if (vt_cache_load(at->cache, key(n), handle_loaded, &loaded) != VT_OK)
        return false;
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(loaded.count, 1);
    return loaded.len == len && loaded.first == (int)(uint8_t)n;
}

static unsigned file_count;

static int count_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
    (void)path, (void)info, (void)where;
    file_count += kind == FTW_F;
    return 0;
}

static unsigned files(struct setup *at)
{
    file_count = 0;
    nftw(at->dir, count_one, 8, FTW_PHYS);
    return file_count;
}

static void kept_in_ram_and_on_disk(void **state)
{
    struct setup *at = *state;
    put(at->cache, "ring", 1, 1000);
    assert_true(in_ram(at->cache, 1));
    assert_false(in_ram(at->cache, 2));
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(files(at), 1);
    reopen(at, 64 << 10, 1 << 20);
    assert_false(in_ram(at->cache, 1));
    assert_true(on_disk(at, 1, 1000));
    assert_true(in_ram(at->cache, 1));
    struct loaded loaded = { .count = 0 };
    assert_int_equal(vt_cache_load(at->cache, key(9), handle_loaded, &loaded), VT_ERR_MISSING);
    /* Who has left is not called. */
    assert_int_equal(vt_cache_load(at->cache, key(1), handle_loaded, &loaded), VT_OK);
    vt_cache_leave(at->cache, handle_loaded, &loaded);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(loaded.count, 0);
}

static void closing_keeps_what_is_being_written(void **state)
{
    struct setup *at = *state;
    put(at->cache, "ring", 1, 1000);
    reopen(at, 64 << 10, 1 << 20); /* at once */
    assert_true(on_disk(at, 1, 1000));
}

static void ram_by_least_use(void **state)
{
    struct setup *at = *state;
    struct vt_cache_stats stats;
    for (unsigned n = 1; n <= 8; n++)
        put(at->cache, "ring", n, 8 << 10);
    assert_true(in_ram(at->cache, 1)); /* now the latest */
    put(at->cache, "ring", 9, 8 << 10);
    assert_true(in_ram(at->cache, 1));
    assert_false(in_ram(at->cache, 2));
    put(at->cache, "ring", 10, (8 << 10) + 1); /* above an eighth: disk only */
    assert_false(in_ram(at->cache, 10));
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_true(on_disk(at, 10, (8 << 10) + 1));
    vt_cache_stats(at->cache, &stats);
    assert_true(stats.ram_bytes <= 64 << 10);
    assert_int_equal(stats.disk_entries, 10);
}

static void disk_by_a_clock(void **state)
{
    struct setup *at = *state;
    struct vt_cache_stats stats;
    reopen(at, 0, 80 << 10);
    for (unsigned n = 1; n <= 8; n++) {
        put(at->cache, "ring", n, 10 << 10);
        uv_run(&at->loop, UV_RUN_DEFAULT);
    }
    assert_true(on_disk(at, 1, 10 << 10)); /* used: the hand passes it once */
    put(at->cache, "ring", 9, 10 << 10);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_true(on_disk(at, 1, 10 << 10));
    assert_false(on_disk(at, 2, 10 << 10));
    vt_cache_stats(at->cache, &stats);
    assert_int_equal(stats.disk_bytes, 80 << 10);
    assert_int_equal(stats.evicted_disk, 1);
    assert_int_equal(files(at), 8);
    reopen(at, 0, 40 << 10); /* a smaller cap is kept from the start */
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(files(at), 4);
}

static void an_erased_group_is_gone(void **state)
{
    struct setup *at = *state;
    put(at->cache, "conv", 1, 100);
    put(at->cache, "conv", 2, 100);
    put(at->cache, "ring", 3, 100);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    put(at->cache, "conv", 4, 100); /* still on its way */
    vt_cache_erase(at->cache, VT_STR("conv"));
    vt_cache_erase(at->cache, VT_STR("conv"));
    for (unsigned n = 1; n <= 4; n++)
        assert_int_equal(in_ram(at->cache, n), n == 3);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(files(at), 1);
    reopen(at, 64 << 10, 1 << 20);
    assert_false(on_disk(at, 1, 100));
    assert_true(on_disk(at, 3, 100));
    /* A read under way ends with nothing. */
    reopen(at, 64 << 10, 1 << 20);
    struct loaded loaded = { .count = 0 };
    assert_int_equal(vt_cache_load(at->cache, key(3), handle_loaded, &loaded), VT_OK);
    vt_cache_erase(at->cache, VT_STR("ring"));
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(loaded.count, 1);
    assert_int_equal(loaded.first, -1);
    assert_int_equal(files(at), 0);
}

static bool is_conversation(void *arg, const char *group)
{
    (void)arg;
    return strcmp(group, "conv") == 0;
}

static void the_old_is_swept(void **state)
{
    struct setup *at = *state;
    put(at->cache, "conv", 1, 100);
    put(at->cache, "ring", 2, 100);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    vt_cache_sweep(at->cache, vt_wall_ms() - 1000, is_conversation, NULL);
    assert_true(in_ram(at->cache, 1));
    vt_cache_sweep(at->cache, vt_wall_ms() + 1000, is_conversation, NULL);
    assert_false(in_ram(at->cache, 1));
    assert_true(in_ram(at->cache, 2));
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(files(at), 1);
}

static void damage_is_a_miss(void **state)
{
    struct setup *at = *state;
    char path[1024], folder[258]; /* a directory entry is at most 255 bytes */
    put(at->cache, "ring", 1, 100);
    reopen(at, 64 << 10, 1 << 20);
    /* Find the one file and cut it. */
    snprintf(path, sizeof(path), "%s", at->dir);
    for (int depth = 0; depth < 3; depth++) {
        DIR *list = opendir(path);
        struct dirent *entry;
        while ((entry = readdir(list)) != NULL && entry->d_name[0] == '.')
            ;
        assert_non_null(entry);
        snprintf(folder, sizeof(folder), "/%s", entry->d_name);
        closedir(list);
        strcat(path, folder);
    }
    assert_int_equal(truncate(path, 50), 0);
    assert_false(on_disk(at, 1, 100));
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_int_equal(files(at), 0); /* so that a good one can be written */
    put(at->cache, "ring", 1, 100);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_true(on_disk(at, 1, 100));
    /* An empty file is what a power failure leaves. */
    reopen(at, 64 << 10, 1 << 20);
    assert_int_equal(truncate(path, 0), 0);
    reopen(at, 64 << 10, 1 << 20);
    assert_int_equal(files(at), 0);
}

static void a_disk_that_refuses_stops_nothing(void **state)
{
    struct setup *at = *state;
    struct vt_cache_stats stats;
    /* The place of the group's folder is taken by a file; root is not stopped by modes. */
    for (unsigned hh = 0; hh < 256; hh++) {
        char path[64];
        snprintf(path, sizeof(path), "%s/%02x", at->dir, hh);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
    }
    put(at->cache, "ring", 1, 100);
    uv_run(&at->loop, UV_RUN_DEFAULT);
    assert_true(in_ram(at->cache, 1));
    put(at->cache, "ring", 2, 100); /* the disk rests */
    assert_true(in_ram(at->cache, 2));
    vt_cache_stats(at->cache, &stats);
    assert_int_equal(stats.failed_writes, 1);
    assert_int_equal(stats.skipped_writes, 1);
}

static void names_that_lead_out_are_refused(void **state)
{
    struct setup *at = *state;
    struct vt_blob *blob = vt_blob_create("x", 1);
    static const char *const groups[] = { "..", "a/b", "", ".x" };
    for (size_t i = 0; i < VT_COUNT(groups); i++)
        assert_int_equal(vt_cache_put(at->cache, vt_str(groups[i]), key(1), blob), VT_ERR_INVALID);
    assert_int_equal(vt_cache_put(at->cache, VT_STR("ring"), VT_STR("../../etc"), blob), VT_ERR_INVALID);
    vt_blob_unref(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(kept_in_ram_and_on_disk, begin, end),
        cmocka_unit_test_setup_teardown(closing_keeps_what_is_being_written, begin, end),
        cmocka_unit_test_setup_teardown(ram_by_least_use, begin, end),
        cmocka_unit_test_setup_teardown(disk_by_a_clock, begin, end),
        cmocka_unit_test_setup_teardown(an_erased_group_is_gone, begin, end),
        cmocka_unit_test_setup_teardown(the_old_is_swept, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_a_miss, begin, end),
        cmocka_unit_test_setup_teardown(a_disk_that_refuses_stops_nothing, begin, end),
        cmocka_unit_test_setup_teardown(names_that_lead_out_are_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
