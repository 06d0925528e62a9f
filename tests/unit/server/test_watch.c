/* SPDX-License-Identifier: Apache-2.0 */
/* When a customer is told of a piece they wait for: what has happened, how often, and what is no news. */
#include "tests/unit/cm.h"

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/watch.h"

#define DAY_MS INT64_C(86400000)
#define NOW    (1000 * DAY_MS)

static const struct vt_watch both = { .stock = true,
                                      .price = true,
                                      .there = true,
                                      .cost = 1000000,
                                      .currency = { "EUR", 3 },
                                      .until = NOW + 90 * DAY_MS };

static struct vt_watch_piece piece(int64_t cost, bool there)
{
    return (struct vt_watch_piece){ .known = true, .there = there, .cost = cost, .currency = VT_STR("EUR") };
}

static void test_causes(void **state)
{
    (void)state;
    const struct {
        int64_t seen, now;
        bool was, is;
        uint32_t percent;
        unsigned causes;
    } cases[] = {
        { 1000000, 1000000, true, true, 5, 0 },
        { 1000000, 950001, true, true, 5, 0 },
        { 1000000, 950000, true, true, 5, VT_WATCH_PRICE },
        { 1000000, 0, true, true, 90, VT_WATCH_PRICE },
        { 1000000, 950000, true, false, 5, 0 }, /* what nobody can buy */
        { 1000000, 1000000, false, true, 5, VT_WATCH_STOCK },
        { 1000000, 900000, false, true, 5, VT_WATCH_STOCK | VT_WATCH_PRICE },
        { 1000000, 2000000, false, true, 5, VT_WATCH_STOCK },
        { 1000000, 900000, false, false, 5, 0 },
        { -1, 1, true, true, 5, 0 },
        { 1000000, -1, true, true, 5, 0 },
        { VT_MONEY_MOST, VT_MONEY_MOST / 100 * 10, true, true, 90, VT_WATCH_PRICE },
        { VT_MONEY_MOST, VT_MONEY_MOST / 100 * 11, true, true, 90, 0 },
        { 1, 1, true, true, 1, 0 },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        struct vt_watch watch = both;
        struct vt_watch_piece now = piece(cases[i].now, cases[i].is);
        watch.cost = cases[i].seen;
        watch.there = cases[i].was;
        assert_int_equal(vt_watch_causes(&watch, &now, cases[i].percent), cases[i].causes);
        now.currency = VT_STR("USD");
        assert_int_equal(vt_watch_causes(&watch, &now, cases[i].percent), cases[i].causes & VT_WATCH_STOCK);
        watch.stock = watch.price = false;
        assert_int_equal(vt_watch_causes(&watch, &now, cases[i].percent), 0);
    }
}

static void test_comparing(void **state)
{
    (void)state;
    struct vt_watch watch = both;
    struct vt_watch_piece here = piece(1000000, true), gone = piece(1000000, false), cheap = piece(1, true);
    const struct vt_watch_piece unknown = { .cost = -1, .variant = VT_STR("") };
    assert_false(vt_watch_compare(&watch, &here, 5, NOW));
    assert_true(vt_watch_compare(&watch, &gone, 5, NOW));
    assert_false(watch.there);
    assert_int_equal(watch.due, 0);
    assert_false(vt_watch_compare(&watch, &gone, 5, NOW));
    assert_true(vt_watch_compare(&watch, &here, 5, NOW));
    assert_int_equal(watch.due, NOW);
    assert_false(watch.there); /* until it is told, so that it stays a cause */
    assert_false(vt_watch_compare(&watch, &cheap, 5, NOW + 1));
    assert_int_equal(watch.due, NOW);
    watch.there = true;
    assert_true(vt_watch_compare(&watch, &unknown, 5, NOW)); /* it has left the catalogue */
    assert_false(watch.there);
}

static void test_when(void **state)
{
    (void)state;
    struct vt_watch watch = both;
    assert_int_equal(vt_watch_when(&watch, 0, NOW), NOW);
    watch.told = NOW - DAY_MS;
    assert_int_equal(vt_watch_when(&watch, 0, NOW), NOW);
    watch.told = NOW - DAY_MS + 1;
    assert_int_equal(vt_watch_when(&watch, 0, NOW), NOW + 1);
    assert_int_equal(vt_watch_when(&watch, NOW + 9 * DAY_MS, NOW), NOW + 9 * DAY_MS);
    assert_int_equal(vt_watch_when(&watch, watch.until, NOW), 0);
    watch.until = NOW;
    watch.told = 0;
    assert_int_equal(vt_watch_when(&watch, 0, NOW), 0);
}

static void test_pieces(void **state)
{
    (void)state;
    static const char ring[] =
        "{\"sku\":\"R\",\"title\":\"Ring\",\"price\":\"90.00\",\"currency\":\"EUR\",\"media\":[],\"url\":\"/"
        "r\","
        "\"variants\":[{\"sku\":\"R-50\",\"size\":\"50\",\"price\":\"100.00\",\"available\":false},"
        "{\"sku\":\"R-52\",\"size\":\"52\",\"price\":\"90.00\",\"available\":true}]}";
    static const char bare[] = "{\"sku\":\"B\",\"title\":\"Bare\",\"price\":\"1.00\",\"currency\":\"EUR\","
                               "\"media\":[\"m1\"],\"variants\":[]}";
    const struct vt_store_stock rows[] = { { VT_STR("R-50"), VT_STR("paris"), 3 },
                                           { VT_STR("R-52"), VT_STR("paris"), 0 } };
    struct vt_catalogue *catalogue = vt_catalogue_create();
    struct vt_arena arena;
    struct vt_watch_piece now;
    struct vt_str skus[VT_WATCH_VARIANTS];
    size_t n = 0;
    vt_arena_init(&arena, 1 << 20);
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("R"), vt_str(ring)), VT_OK);
    assert_int_equal(vt_catalogue_name(catalogue, 0, VT_STR("R-50")), VT_OK);
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("B"), vt_str(bare)), VT_OK);
    vt_watch_skus(catalogue, VT_STR("R-50"), &arena, skus, &n);
    assert_int_equal(n, 2);
    const struct {
        const char *sku, *variant, *is, *title;
        size_t rows;
        bool there;
        int64_t cost;
    } cases[] = {
        { "R", "", "", "Ring", 0, true, 900000 },
        { "R", "50", "R-50", "Ring, 50", 0, false, 1000000 },
        { "R", "R-52", "R-52", "Ring, 52", 0, true, 900000 },
        { "R-50", "", "R-50", "Ring, 50", 0, false, 1000000 },
        { "R-50", "", "R-50", "Ring, 50", 2, true, 1000000 }, /* the stock goes before the feed's word */
        { "R", "52", "R-52", "Ring, 52", 2, false, 900000 },
        { "B", "", "", "Bare", 0, true, 10000 },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        vt_watch_read(catalogue, vt_str(cases[i].sku), vt_str(cases[i].variant), rows, cases[i].rows, &arena,
                      &now);
        assert_true(now.known);
        assert_true(vt_str_eq(now.variant, vt_str(cases[i].is)));
        assert_true(vt_str_eq(now.title, vt_str(cases[i].title)));
        assert_int_equal(now.there, cases[i].there);
        assert_int_equal(now.cost, cases[i].cost);
    }
    vt_watch_read(catalogue, VT_STR("R"), VT_STR("99"), NULL, 0, &arena, &now);
    assert_false(now.known || now.there);
    vt_watch_read(catalogue, VT_STR("none"), VT_STR(""), NULL, 0, &arena, &now);
    assert_false(now.known || now.there);
    vt_arena_finish(&arena);
    vt_catalogue_unref(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_when),
        cmocka_unit_test(test_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
