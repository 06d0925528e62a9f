/* SPDX-License-Identifier: Apache-2.0 */
/* Sites' secrets, what is derived from them, the record of personal media, and the grants for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/log.h"
#include "server/media_grant.h"
#include "server/store/manage.h"
#include "tests/unit/server/store_fixture.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct grants {
    struct fixture f;
    struct vt_seal *seal;
    struct vt_sites *sites;
    struct vt_media_index *index;
    int ready, changes;
};

static void count(void *arg)
{
    (*(int *)arg)++;
}

static void turn_until(struct grants *g, const int *number, int n)
{
    int64_t until = vt_now_ms() + 60000;
    while (*number < n && vt_now_ms() < until) {
        uv_run(vt_loop_uv(g->f.loop), UV_RUN_NOWAIT);
        usleep(500);
    }
    assert_true(*number >= n);
}

static struct vt_manage *manage_of(struct grants *g)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(g->f.dir, store_place(g->f.dir), &error);
    assert_non_null(manage);
    return manage;
}

static void open_all(struct grants *g)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    fixture_open(&g->f, 100);
    g->seal = vt_seal_open(g->f.dir, "", &error);
    assert_non_null(g->seal);
    g->ready = g->changes = 0;
    g->sites = vt_sites_create(g->f.loop, g->f.store, g->seal, g->f.dir, NULL, count, &g->ready);
    g->index = vt_media_index_create(g->f.store, count, &g->ready);
    assert_int_equal(vt_sites_on_change(g->sites, count, &g->changes), VT_OK);
    turn_until(g, &g->ready, 2);
}

static void close_all(struct grants *g)
{
    vt_sites_close(g->sites);
    fixture_close(&g->f);
    vt_sites_destroy(g->sites);
    vt_media_index_destroy(g->index);
    vt_seal_close(g->seal);
}

static int setup(void **state)
{
    struct grants *g = calloc(1, sizeof(*g));
    static const char *const ids[] = { "site-a", "site-b" }, *const keys[] = { "pk_a", "pk_b" };
    vt_log_init(VT_LOG_ERROR, false);
    fixture_dir(&g->f);
    struct vt_manage *manage = manage_of(g);
    for (size_t i = 0; i < VT_COUNT(ids); i++) {
        const struct vt_store_site site = { .site = vt_str(ids[i]),
                                            .key = vt_str(keys[i]),
                                            .name = VT_STR("A"),
                                            .origins = VT_STR("https://a.example"),
                                            .settings = VT_STR("{}") };
        assert_int_equal(vt_manage_site_add(manage, &site), VT_OK);
    }
    vt_manage_close(manage);
    open_all(g);
    *state = g;
    return 0;
}

static int teardown(void **state)
{
    struct grants *g = *state;
    close_all(g);
    fixture_remove(&g->f);
    free(g);
    return 0;
}

static const struct vt_site *site_of(struct grants *g, const char *id)
{
    const struct vt_site *site = vt_sites_by_id(g->sites, vt_str(id));
    assert_non_null(site);
    return site;
}

static void rotate(struct grants *g)
{
    int changes = g->changes;
    struct vt_manage *manage = manage_of(g);
    assert_int_equal(vt_manage_site_rotate(manage, VT_STR("site-a")), VT_OK);
    assert_int_equal(vt_manage_site_rotate(manage, VT_STR("site-a")), VT_ERR_STALE);
    vt_manage_close(manage);
    turn_until(g, &g->changes, changes + 1);
}

static void test_each_site_and_purpose_has_its_own_key(void **state)
{
    struct grants *g = *state;
    uint8_t keys[2 * VT_SITE_PURPOSES][VT_SEAL_BYTES];
    size_t n = 0;
    for (int purpose = 0; purpose < VT_SITE_PURPOSES; purpose++) {
        assert_int_equal(vt_site_key(site_of(g, "site-a"), purpose, keys[n++]), VT_OK);
        assert_int_equal(vt_site_key(site_of(g, "site-b"), purpose, keys[n++]), VT_OK);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(keys[i], keys[j], VT_SEAL_BYTES);
    assert_memory_not_equal(keys[0], site_of(g, "site-a")->secret.current, VT_SEAL_BYTES);
}

static void test_a_secret_outlives_the_process(void **state)
{
    struct grants *g = *state;
    uint8_t before[VT_SEAL_BYTES], after[VT_SEAL_BYTES];
    assert_int_equal(vt_site_key(site_of(g, "site-a"), VT_SITE_SIGN, before), VT_OK);
    close_all(g);
    open_all(g);
    assert_int_equal(vt_site_key(site_of(g, "site-a"), VT_SITE_SIGN, after), VT_OK);
    assert_memory_equal(before, after, sizeof(before));
}

static void test_under_another_key_file_nothing_opens(void **state)
{
    struct grants *g = *state;
    char path[128];
    uint8_t key[VT_SEAL_BYTES];
    close_all(g);
    snprintf(path, sizeof(path), "%s/vitrine.key", g->f.dir);
    assert_int_equal(unlink(path), 0);
    open_all(g); /* makes another key; the line in the log says what to do */
    assert_int_equal(vt_site_key(site_of(g, "site-a"), VT_SITE_SIGN, key), VT_ERR_MISSING);
    rotate(g);
    assert_int_equal(vt_site_key(site_of(g, "site-a"), VT_SITE_SIGN, key), VT_OK);
}

/* The parts of "id?e=…&s=…". */
static void parts(struct vt_str grant, struct vt_str *e, struct vt_str *s)
{
    const char *at = memchr(grant.ptr, '?', grant.len), *and = memchr(grant.ptr, '&', grant.len);
    assert_non_null(at);
    assert_non_null(and);
    *e = (struct vt_str){ at + 3, (size_t)(and-at - 3) };
    *s = (struct vt_str){ and+3, (size_t)(grant.ptr + grant.len - and-3) };
}

static enum vt_media_err check(struct grants *g, const char *site, const char *id, struct vt_buf *grant)
{
    struct vt_media_problem problem;
    struct vt_str e, s;
    parts(vt_buf_view(grant), &e, &s);
    return vt_media_grant_check(site_of(g, site), vt_str(id), e, s, &problem);
}

static void test_a_grant_opens_one_picture_of_one_site_for_a_time(void **state)
{
    struct grants *g = *state;
    struct vt_media_problem problem;
    const struct vt_str none = { NULL, 0 };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf grant = VT_BUF_INIT(VT_GRANT_TEXT), late = VT_BUF_INIT(VT_GRANT_TEXT);
    assert_int_equal(vt_media_grant(site_of(g, "site-a"), VT_STR(ID_A), vt_media_grant_expiry(), &grant),
                     VT_OK);
    assert_int_equal(check(g, "site-a", ID_A, &grant), VT_MEDIA_OK);
    assert_int_equal(check(g, "site-a", ID_B, &grant), VT_MEDIA_SIGNATURE);
    assert_int_equal(check(g, "site-b", ID_A, &grant), VT_MEDIA_SIGNATURE);
    assert_int_equal(vt_media_grant_check(site_of(g, "site-a"), VT_STR(ID_A), none, none, &problem),
                     VT_MEDIA_SIGNATURE);
    assert_int_equal(vt_media_grant_check(NULL, VT_STR(ID_A), none, none, &problem), VT_MEDIA_SIGNATURE);
    assert_int_equal(vt_media_grant(site_of(g, "site-a"), VT_STR(ID_A), vt_wall_ms() / 1000 - 1, &late),
                     VT_OK);
    assert_int_equal(check(g, "site-a", ID_A, &late), VT_MEDIA_EXPIRED);
    grant.data[grant.len - 1] ^= 1;
    assert_int_equal(check(g, "site-a", ID_A, &grant), VT_MEDIA_SIGNATURE);
    vt_buf_finish(&late);
}

static void test_a_rotation_keeps_the_one_before(void **state)
{
    struct grants *g = *state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf grant = VT_BUF_INIT(VT_GRANT_TEXT);
    vt_media_grant(site_of(g, "site-a"), VT_STR(ID_A), vt_media_grant_expiry(), &grant);
    rotate(g);
    assert_int_equal(check(g, "site-a", ID_A, &grant), VT_MEDIA_OK);
    rotate(g);
    assert_int_equal(check(g, "site-a", ID_A, &grant), VT_MEDIA_SIGNATURE);
}

/* What has no conversation is not kept. */
static void make_conv(struct grants *g)
{
    const struct vt_store_conv conv = {
        .site = VT_STR("site-a"), .conv = VT_STR("conv-1"), .customer = VT_STR("c1"), .epoch = 1, .created = 1
    };
    FIXTURE_ASK(&g->f, vt_store_conv_create(g->f.store, &conv, fixture_done, &g->f));
    assert_int_equal(g->f.err, VT_OK);
}

static void test_records_are_found_and_stay_at_home(void **state)
{
    struct grants *g = *state;
    const struct vt_str site = VT_STR("site-a"), conv = VT_STR("conv-1");
    struct vt_medium medium = { ID_A, "site-a", "conv-1", VT_MEDIUM_PICTURE, 640, 480, vt_wall_ms() };
    FIXTURE_ASK(&g->f, vt_media_index_add(g->index, &medium, fixture_done, &g->f));
    assert_int_equal(g->f.err, VT_ERR_MISSING);
    make_conv(g);
    FIXTURE_ASK(&g->f, vt_media_index_add(g->index, &medium, fixture_done, &g->f));
    FIXTURE_ASK(&g->f, vt_media_index_add(g->index, &medium, fixture_done, &g->f)); /* the same again */
    assert_int_equal(g->f.err, VT_OK);
    for (int start = 0; start < 2; start++) {
        const struct vt_medium *found = vt_media_index_find(g->index, VT_STR(ID_A "?e=1&s=2"));
        assert_non_null(found);
        assert_int_equal(found->width, 640);
        assert_string_equal(found->conv, "conv-1");
        assert_null(vt_media_index_find(g->index, VT_STR(ID_B)));
        assert_true(vt_media_index_may_show(g->index, site, conv, VT_STR(ID_A)));
        assert_false(vt_media_index_may_show(g->index, site, VT_STR("conv-2"), VT_STR(ID_A)));
        assert_false(vt_media_index_may_show(g->index, VT_STR("site-b"), conv, VT_STR(ID_A)));
        assert_true(vt_media_index_may_show(g->index, site, VT_STR("conv-2"), VT_STR(ID_B)));
        close_all(g);
        open_all(g);
    }
    medium.id[3] = '\0';
    assert_int_equal(vt_media_index_add(g->index, &medium, fixture_done, &g->f), VT_ERR_INVALID);
}

static void test_what_is_told_carries_a_grant(void **state)
{
    struct grants *g = *state;
    struct vt_arena arena;
    const struct vt_medium medium = { ID_A, "site-a", "conv-1", VT_MEDIUM_PICTURE, 0, 0, 1 };
    make_conv(g);
    FIXTURE_ASK(&g->f, vt_media_index_add(g->index, &medium, fixture_done, &g->f));
    vt_arena_init(&arena, 4096);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf told = VT_BUF_INIT(VT_GRANT_TEXT);
    vt_buf_str(&told, vt_media_told(g->index, g->sites, &arena, VT_STR(ID_A "?e=1&s=old")));
    assert_int_equal(check(g, "site-a", ID_A, &told), VT_MEDIA_OK);
    assert_true(vt_str_eq(vt_media_told(g->index, g->sites, &arena, VT_STR(ID_B)), VT_STR(ID_B)));
    assert_true(vt_str_eq(vt_media_bare(vt_buf_view(&told)), VT_STR(ID_A)));
    vt_arena_finish(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_each_site_and_purpose_has_its_own_key),
        TEST(test_a_secret_outlives_the_process),
        TEST(test_under_another_key_file_nothing_opens),
        TEST(test_a_grant_opens_one_picture_of_one_site_for_a_time),
        TEST(test_a_rotation_keeps_the_one_before),
        TEST(test_records_are_found_and_stay_at_home),
        TEST(test_what_is_told_carries_a_grant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
