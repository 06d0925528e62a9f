/* SPDX-License-Identifier: Apache-2.0 */
/* The sites in memory: read at the start, read again within two seconds of a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/log.h"
#include "server/site.h"
#include "server/store/manage.h"
#include "tests/unit/server/catalogue_fixture.h"
#include "tests/unit/server/store_fixture.h"

struct site_fixture {
    struct fixture f;
    struct vt_sites *sites;
    int ready, changes;
};

static const struct vt_store_site site_a = {
    .site = { "site-a", 6 },
    .key = { "pk_a", 4 },
    .name = { "Maison A", 8 },
    .origins = { "https://a.example http://localhost:3000", 39 },
    .settings = { "{}", 2 },
};
static const struct vt_store_site site_b = {
    .site = { "site-b", 6 },
    .key = { "pk_b", 4 },
    .name = { "B", 1 },
    .origins = { "https://b.example", 17 },
    .settings = { "{}", 2 },
};

static void on_ready(void *arg)
{
    ((struct site_fixture *)arg)->ready++;
}

static void on_change(void *arg)
{
    ((struct site_fixture *)arg)->changes++;
}

static struct vt_manage *manage_of(struct site_fixture *s)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(s->f.dir, store_place(s->f.dir), &error);
    assert_non_null(manage);
    return manage;
}

/* Turns the loop until `*count` reaches `n`; returns the ms it took. */
static int64_t turn_until(struct site_fixture *s, const int *count, int n)
{
    int64_t began = vt_now_ms();
    while (*count < n && vt_now_ms() < began + 60000) {
        uv_run(vt_loop_uv(s->f.loop), UV_RUN_NOWAIT);
        usleep(500);
    }
    assert_true(*count >= n);
    return vt_now_ms() - began;
}

static int setup(void **state)
{
    struct site_fixture *s = calloc(1, sizeof(*s));
    vt_log_init(VT_LOG_ERROR, false);
    fixture_dir(&s->f);
    fixture_open(&s->f, 100);
    struct vt_manage *manage = manage_of(s);
    assert_int_equal(vt_manage_site_add(manage, &site_a), VT_OK);
    serve_text(manage, s->f.dir, "site-a", 1, "id,title,price\nR,Ring,12.00 EUR\n");
    vt_manage_close(manage);
    s->sites = vt_sites_create(s->f.loop, s->f.store, NULL, s->f.dir, "https://help.example", on_ready, s);
    assert_non_null(s->sites);
    assert_int_equal(vt_sites_on_change(s->sites, on_change, s), VT_OK);
    turn_until(s, &s->ready, 1);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct site_fixture *s = *state;
    vt_sites_close(s->sites);
    fixture_close(&s->f);
    vt_sites_destroy(s->sites);
    fixture_remove(&s->f);
    free(s);
    return 0;
}

static void test_sites_are_read(void **state)
{
    struct site_fixture *s = *state;
    const struct vt_site *site = vt_sites_by_key(s->sites, VT_STR("pk_a"));
    assert_non_null(site);
    assert_string_equal(site->name, "Maison A");
    assert_ptr_equal(vt_sites_by_id(s->sites, VT_STR("site-a")), site);
    assert_null(vt_sites_by_key(s->sites, VT_STR("pk_b")));
    assert_null(vt_sites_by_key(s->sites, VT_STR("pk_")));
    assert_null(vt_sites_by_id(s->sites, VT_STR("")));
    assert_non_null(vt_catalogue_get(site->catalogue, VT_STR("R")).ptr);
}

static void test_origins_are_exact(void **state)
{
    struct site_fixture *s = *state;
    const struct vt_site *site = vt_sites_by_key(s->sites, VT_STR("pk_a"));
    static const char *const bad[] = { "http://a.example",
                                       "https://a.example:444",
                                       "https://a.example.evil",
                                       "https://xa.example",
                                       "https://a.example.",
                                       "https://a.example/",
                                       "null",
                                       "",
                                       "http://localhost" };
    assert_true(vt_site_origin_allowed(site, VT_STR("https://a.example")));
    assert_true(vt_site_origin_allowed(site, VT_STR("http://localhost:3000")));
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        assert_false(vt_site_origin_allowed(site, vt_str(bad[i])));
        assert_false(vt_sites_origin_known(s->sites, vt_str(bad[i])));
    }
    assert_false(vt_site_origin_allowed(site, VT_STR("https://help.example")));
    assert_true(vt_sites_origin_known(s->sites, VT_STR("https://help.example")));
    assert_true(vt_sites_origin_own(s->sites, VT_STR("https://help.example")));
    assert_false(vt_sites_origin_own(s->sites, VT_STR("https://a.example")));
    assert_int_equal(vt_sites_own_put(s->sites, "http://127.0.0.1:1 http://localhost:1"), VT_OK);
    assert_true(vt_sites_origin_own(s->sites, VT_STR("http://localhost:1")));
    assert_false(vt_sites_origin_own(s->sites, VT_STR("https://help.example")));
}

static void test_a_change_is_served_within_two_seconds(void **state)
{
    struct site_fixture *s = *state;
    int changes = s->changes;
    struct vt_store_site moved = site_a;
    struct vt_manage *manage = manage_of(s);
    assert_int_equal(vt_manage_site_add(manage, &site_b), VT_OK);
    moved.origins = VT_STR("https://new.example");
    assert_int_equal(vt_manage_site_put(manage, &moved), VT_OK);
    vt_manage_close(manage);
    assert_true(turn_until(s, &s->changes, changes + 1) < 20000); /* two seconds on an idle machine */
    assert_non_null(vt_sites_by_key(s->sites, VT_STR("pk_b")));
    const struct vt_site *site = vt_sites_by_key(s->sites, VT_STR("pk_a"));
    assert_false(vt_site_origin_allowed(site, VT_STR("https://a.example")));
    assert_true(vt_site_origin_allowed(site, VT_STR("https://new.example")));
    assert_non_null(vt_catalogue_get(site->catalogue, VT_STR("R")).ptr);
    assert_int_equal(s->ready, 1); /* once */
}

/* What has not changed is not read again, and an import takes its place as a whole. */
static void test_an_import_is_served_and_nothing_else_reads_products_again(void **state)
{
    struct site_fixture *s = *state;
    const struct vt_catalogue *before = vt_sites_by_key(s->sites, VT_STR("pk_a"))->catalogue;
    struct vt_manage *manage = manage_of(s);
    int changes = s->changes;
    assert_int_equal(vt_manage_site_add(manage, &site_b), VT_OK);
    turn_until(s, &s->changes, changes + 1);
    assert_ptr_equal(vt_sites_by_key(s->sites, VT_STR("pk_a"))->catalogue, before);
    serve_text(manage, s->f.dir, "site-a", 2, "id,title,price\nN,Necklace,12.00 EUR\n");
    turn_until(s, &s->changes, changes + 2);
    const struct vt_site *site = vt_sites_by_key(s->sites, VT_STR("pk_a"));
    assert_null(vt_catalogue_get(site->catalogue, VT_STR("R")).ptr);
    assert_non_null(vt_catalogue_get(site->catalogue, VT_STR("N")).ptr);
    /* A file that is not there: what was served stays. */
    assert_int_equal(vt_manage_catalogue_serve(
                         manage, &(struct vt_store_catalogue){ .site = VT_STR("site-a"), .generation = 3 }),
                     VT_OK);
    turn_until(s, &s->changes, changes + 3);
    assert_non_null(vt_catalogue_get(vt_sites_by_key(s->sites, VT_STR("pk_a"))->catalogue, VT_STR("N")).ptr);
    vt_manage_close(manage);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sites_are_read),
        TEST(test_origins_are_exact),
        TEST(test_a_change_is_served_within_two_seconds),
        TEST(test_an_import_is_served_and_nothing_else_reads_products_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
