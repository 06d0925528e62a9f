/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, queries, cookies, entity tags, ranges, routes, hashed names, addresses. */
#include <string.h>

#include "server/address.h"
#include "server/base/err.h"
#include "server/http/conditional.h"
#include "server/http/http_internal.h"
#include "server/http/path.h"
#include "server/http/static.h"
#include "tests/unit/cm.h"

static void judges_paths(void **state)
{
    static const char *const good[] = { "/",    "/a",        "/a/",  "/a/b.c", "/.well-known/x",
                                        "/a b", "/\xc3\xbc", "/..a", "/a.." };
    static const char *const bad[] = { "",    "a",       "//",    "/a//b",  "/./a",  "/a/.",
                                       "/..", "/a/../b", "/a\\b", "/a\x01", "/\xff", "/a\x7f" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(good); i++)
        assert_true(vt_http_path_ok(vt_str(good[i])));
    for (size_t i = 0; i < VT_COUNT(bad); i++)
        assert_false(vt_http_path_ok(vt_str(bad[i])));
    assert_false(vt_http_path_ok(VT_STR("/a\0b")));
}

static void reads_queries(void **state)
{
    struct vt_arena arena;
    struct vt_str value;
    (void)state;
    vt_arena_init(&arena, 65536);
    struct vt_str query = VT_STR("a=1&bb=%C3%BC+x&a=2&c&d=%3D&e=%zz&f=%00&g=%ff");
    assert_int_equal(vt_http_query_get(&arena, query, "a", &value), VT_OK);
    assert_true(vt_str_eq(value, VT_STR("1")));
    assert_int_equal(vt_http_query_get(&arena, query, "bb", &value), VT_OK);
    assert_true(vt_str_eq(value, VT_STR("\xc3\xbc x")));
    assert_int_equal(vt_http_query_get(&arena, query, "c", &value), VT_OK);
    assert_int_equal(value.len, 0);
    assert_int_equal(vt_http_query_get(&arena, query, "d", &value), VT_OK);
    assert_true(vt_str_eq(value, VT_STR("=")));
    assert_int_equal(vt_http_query_get(&arena, query, "e", &value), VT_ERR_INVALID);
    assert_int_equal(vt_http_query_get(&arena, query, "f", &value), VT_ERR_INVALID);
    assert_int_equal(vt_http_query_get(&arena, query, "g", &value), VT_ERR_INVALID);
    assert_int_equal(vt_http_query_get(&arena, query, "b", &value), VT_ERR_MISSING);
    vt_arena_finish(&arena);
}

static void reads_cookies(void **state)
{
    (void)state;
    struct vt_str header = VT_STR("a=1; __Host-vt_login=tok; b=\"q\"; a=2;c=");
    assert_true(vt_str_eq(vt_http_cookie_get(header, "__Host-vt_login"), VT_STR("tok")));
    assert_true(vt_str_eq(vt_http_cookie_get(header, "a"), VT_STR("1")));
    assert_true(vt_str_eq(vt_http_cookie_get(header, "b"), VT_STR("q")));
    assert_int_equal(vt_http_cookie_get(header, "c").len, 0);
    assert_non_null(vt_http_cookie_get(header, "c").ptr);
    assert_null(vt_http_cookie_get(header, "vt_login").ptr);
    assert_null(vt_http_cookie_get((struct vt_str){ NULL, 0 }, "a").ptr);
}

static void compares_etags(void **state)
{
    struct vt_str etag = VT_STR("\"abc\"");
    (void)state;
    assert_true(vt_http_etag_listed(VT_STR("\"abc\""), etag));
    assert_true(vt_http_etag_listed(VT_STR("\"x\" , W/\"abc\""), etag));
    assert_true(vt_http_etag_listed(VT_STR(" * "), etag));
    assert_false(vt_http_etag_listed(VT_STR("\"ab\", \"abcd\""), etag));
    assert_false(vt_http_etag_listed(VT_STR("abc"), etag));
    assert_false(vt_http_etag_listed(VT_STR("\"abc"), etag));
    assert_false(vt_http_etag_listed((struct vt_str){ NULL, 0 }, etag));
    assert_true(vt_http_etag_is(VT_STR("\"abc\""), etag));
    assert_false(vt_http_etag_is(VT_STR("W/\"abc\""), etag));
}

static void reads_ranges(void **state)
{
    static const struct {
        const char *range;
        uint64_t size;
        enum vt_http_range kind;
        uint64_t first, last;
    } rows[] = {
        { "bytes=0-0", 10, VT_RANGE_PART, 0, 0 },
        { "bytes=2-", 10, VT_RANGE_PART, 2, 9 },
        { "bytes=-4", 10, VT_RANGE_PART, 6, 9 },
        { "bytes=-40", 10, VT_RANGE_PART, 0, 9 },
        { "bytes=5-400", 10, VT_RANGE_PART, 5, 9 },
        { "Bytes= 5-6 ", 10, VT_RANGE_PART, 5, 6 },
        { "bytes=10-", 10, VT_RANGE_NONE, 0, 0 },
        { "bytes=-0", 10, VT_RANGE_NONE, 0, 0 },
        { "bytes=0-", 0, VT_RANGE_NONE, 0, 0 },
        { "bytes=-1", 0, VT_RANGE_NONE, 0, 0 },
        { "bytes=5-4", 10, VT_RANGE_WHOLE, 0, 0 },
        { "bytes=-", 10, VT_RANGE_WHOLE, 0, 0 },
        { "bytes=1-2,4-5", 10, VT_RANGE_WHOLE, 0, 0 },
        { "items=1-2", 10, VT_RANGE_WHOLE, 0, 0 },
        { "bytes=a-b", 10, VT_RANGE_WHOLE, 0, 0 },
        { "bytes", 10, VT_RANGE_WHOLE, 0, 0 },
        { "bytes=1-99999999999999999999999999", 10, VT_RANGE_PART, 1, 9 },
        { "bytes=99999999999999999999999999-", 10, VT_RANGE_NONE, 0, 0 },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        uint64_t first = 0, last = 0;
        assert_int_equal(vt_http_range_parse(vt_str(rows[i].range), rows[i].size, &first, &last),
                         rows[i].kind);
        assert_int_equal(first, rows[i].first);
        assert_int_equal(last, rows[i].last);
    }
}

static void nothing(struct vt_http_req *req, void *owner)
{
    (void)req;
    (void)owner;
}

static void finds_routes(void **state)
{
    struct vt_http_routes routes;
    unsigned allowed;
    (void)state;
    vt_http_routes_init(&routes);
    vt_http_routes_add(&routes, VT_GET, "/a/*", 0, nothing, NULL);
    vt_http_routes_add(&routes, VT_GET, "/a/b/*", 0, nothing, NULL);
    vt_http_routes_add(&routes, VT_GET, "/a/b/c", 0, nothing, NULL);
    vt_http_routes_add(&routes, VT_POST, "/a/b/c", 5, nothing, NULL);
    assert_string_equal(vt_http_routes_find(&routes, VT_STR("/a/x"), VT_HEAD, &allowed)->path, "/a/");
    assert_string_equal(vt_http_routes_find(&routes, VT_STR("/a/b/x"), VT_GET, &allowed)->path, "/a/b/");
    assert_int_equal(vt_http_routes_find(&routes, VT_STR("/a/b/c"), VT_POST, &allowed)->max_body, 5);
    assert_null(vt_http_routes_find(&routes, VT_STR("/a/b/c"), VT_DELETE, &allowed));
    assert_int_equal(allowed, VT_GET | VT_HEAD | VT_POST);
    assert_null(vt_http_routes_find(&routes, VT_STR("/a"), VT_GET, &allowed));
    assert_int_equal(allowed, 0);
    vt_http_routes_finish(&routes);
}

static void knows_hashed_names(void **state)
{
    (void)state;
    assert_true(vt_static_is_hashed(VT_STR("chat-1a2b3c4d.js")));
    assert_true(vt_static_is_hashed(VT_STR("chat-AB3DEFGH.css")));
    assert_false(vt_static_is_hashed(VT_STR("mirror-recorder.js")));
    assert_false(vt_static_is_hashed(VT_STR("a-1a2b3c.js")));
    assert_false(vt_static_is_hashed(VT_STR("plain.js")));
}

static void client(const char *peer, const char *forwarded, const char *expected)
{
    struct vt_networks trusted;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(256);
    struct vt_address from, got;
    char text[VT_ADDRESS_TEXT];
    assert_int_equal(vt_networks_parse(&trusted, "10.0.0.0/8, fd00::/8,::1", &error), VT_OK);
    assert_int_equal(vt_address_parse(vt_str(peer), &from), VT_OK);
    vt_address_forwarded(&trusted, &from, vt_str(forwarded), &got);
    vt_address_text(&got, text);
    assert_string_equal(text, expected);
}

static void trusts_only_proxies(void **state)
{
    (void)state;
    client("9.9.9.9", "1.1.1.1", "9.9.9.9");
    client("10.0.0.1", "1.1.1.1", "1.1.1.1");
    client("10.0.0.1", "6.6.6.6, 1.1.1.1", "1.1.1.1");
    client("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.2.2.2", "1.1.1.1");
    client("10.0.0.1", "6.6.6.6, bogus", "10.0.0.1");
    client("10.0.0.1", "", "10.0.0.1");
    client("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1");
    client("::1", "10.1.1.1", "10.1.1.1");
}

static void groups_addresses(void **state)
{
    struct vt_address address;
    char text[VT_ADDRESS_TEXT];
    struct vt_networks networks;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(256);
    (void)state;
    vt_address_parse(VT_STR("2001:db8:1:2:3:4:5:6"), &address);
    vt_address_group(&address, text);
    assert_string_equal(text, "2001:db8:1:2::");
    vt_address_short(&address, text);
    assert_string_equal(text, "2001:db8:1::");
    vt_address_parse(VT_STR("192.0.2.77"), &address);
    vt_address_group(&address, text);
    assert_string_equal(text, "192.0.2.77");
    vt_address_short(&address, text);
    assert_string_equal(text, "192.0.2.0");
    assert_int_equal(vt_networks_parse(&networks, "10.0.0.0/33", &error), VT_ERR_INVALID);
    assert_non_null(strstr(vt_buf_cstr(&error), "10.0.0.0/33"));
    assert_int_equal(vt_networks_parse(&networks, "10.0.0.0/9", &error), VT_OK);
    vt_address_parse(VT_STR("10.127.0.1"), &address);
    assert_true(vt_networks_hold(&networks, &address));
    vt_address_parse(VT_STR("10.128.0.1"), &address);
    assert_false(vt_networks_hold(&networks, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_paths),       cmocka_unit_test(reads_queries),
        cmocka_unit_test(reads_cookies),      cmocka_unit_test(compares_etags),
        cmocka_unit_test(reads_ranges),       cmocka_unit_test(finds_routes),
        cmocka_unit_test(knows_hashed_names), cmocka_unit_test(trusts_only_proxies),
        cmocka_unit_test(groups_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
