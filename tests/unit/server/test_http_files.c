/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in files: the browser files, ranges, pictures; large answers to slow readers. */
#include "tests/unit/server/http_fixture.h"

static void stays_inside(void **state)
{
    static const char *const paths[] = {
        "/v1/../secret.txt",
        "/v1/%2e%2e/secret.txt",
        "/v1/..%2fsecret.txt",
        "/v1/%2e%2e%2fsecret.txt",
        "/v1/link.txt",
        "/v1//../secret.txt",
        "/v1/deep/../../secret.txt",
        "/v1/..\\secret.txt",
        "/v1/%00",
        "/v1/vitrine.js%00.txt",
        "/v1/%ff",
        "/v1/deep",
        "/v1/",
        "/v1",
        "/v1/%252e%252e/secret.txt",
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(paths); i++) {
        int status = get(paths[i], "");
        if (strstr(answer, "secret\n") || strcmp(body(), "secret") == 0 || status == 200)
            fail_msg("%s: %d\n%s", paths[i], status, answer);
    }
}

static void serves_files(void **state)
{
    char etag[128] = "", more[256];
    (void)state;
    assert_int_equal(get("/v1/vitrine.js", ""), 200);
    assert_string_equal(body(), "0123456789");
    assert_has("Cache-Control: public, max-age=300\r\n");
    assert_has("Access-Control-Allow-Origin: *\r\n");
    assert_has("Cross-Origin-Resource-Policy: cross-origin\r\n");
    assert_has("Content-Type: text/javascript; charset=utf-8\r\n");
    sscanf(strstr(answer, "ETag: ") + 6, "%127[^\r]", etag);
    snprintf(more, sizeof(more), "If-None-Match: \"x\", W/%s\r\n", etag);
    assert_int_equal(get("/v1/vitrine.js", more), 304);
    assert_null(strstr(answer, "Content-Length"));
    assert_string_equal(body(), "");
    assert_int_equal(get("/v1/vitrine.js", "If-None-Match: *\r\n"), 304);
    assert_int_equal(get("/v1/vitrine.js", "If-None-Match: \"x\"\r\n"), 200);
    assert_int_equal(get("/v1/vitrine.js", "Range: bytes=2-4\r\n"), 206);
    assert_string_equal(body(), "234");
    assert_has("Content-Range: bytes 2-4/10\r\n");
    get("/v1/vitrine.js", "Range: bytes=-3\r\n");
    assert_string_equal(body(), "789");
    assert_int_equal(get("/v1/vitrine.js", "Range: bytes=10-\r\n"), 416);
    assert_has("Content-Range: bytes */10\r\n");
    assert_int_equal(get("/v1/vitrine.js", "Range: bytes=0-1,3-4\r\n"), 200);
    assert_int_equal(get("/v1/vitrine.js", "Range: bytes=2-4\r\nIf-Range: \"other\"\r\n"), 200);
    snprintf(more, sizeof(more), "Range: bytes=2-4\r\nIf-Range: %s\r\n", etag);
    assert_int_equal(get("/v1/vitrine.js", more), 206);
    assert_int_equal(get("/v1/chat-1a2b3c4d.js", ""), 200);
    assert_has("Cache-Control: public, max-age=31536000, immutable\r\n");
    assert_int_equal(get("/v1/empty.txt", ""), 200);
    assert_has("Content-Length: 0\r\n");
    exchange("HEAD /v1/big.txt HTTP/1.1\r\n" END "\r\n");
    assert_has("Content-Length: 5242880\r\n");
    assert_string_equal(body(), "");
}

static void serves_the_app(void **state)
{
    (void)state;
    assert_int_equal(get("/console/", ""), 200);
    assert_string_equal(body(), "<!doctype html>");
    assert_has("Cache-Control: no-cache\r\n");
    assert_has("connect-src 'self' ws://x wss://x;");
    assert_has("require-trusted-types-for 'script'");
    assert_int_equal(get("/console", ""), 308);
    assert_has("Location: /console/\r\n");
    assert_int_equal(get("/console/deep/", ""), 200);
    assert_int_equal(get("/console/none.js", ""), 404);
}

/* Without workers: addresses are still judged, and a thumb's shows the original, which nobody may keep. */
static void serves_pictures(void **state)
{
    (void)state;
    assert_int_equal(get("/t/" PICTURE "/640", ""), 200);
    assert_has("Content-Type: image/png\r\n");
    assert_has("Cache-Control: no-store\r\n");
    assert_has("Access-Control-Allow-Origin: *\r\n");
    assert_has("Vary: Accept\r\n");
    assert_int_equal(get("/t/" PICTURE "/700", ""), 302);
    assert_has("Location: /t/" PICTURE "/960\r\n");
    assert_has("immutable");
    assert_int_equal(get("/t/" PICTURE "/5000", ""), 302);
    assert_has("/1920\r\n");
    assert_int_equal(get("/t/" PICTURE "/wide", ""), 400);
    assert_has("wide");
    assert_int_equal(get("/t/ABC/640", ""), 404);
    assert_int_equal(get("/t/ab13000000000000000000000000000000000000000000000000000000000000/640", ""), 404);
    assert_int_equal(get("/iiif/3/" PICTURE "/full/max/0/default.jpg", ""), 503);
    assert_has("\"type\":\"not-ready\"");
    assert_has("Retry-After: 5\r\n");
    assert_int_equal(get("/iiif/3/" PICTURE "/info.json", ""), 503);
    assert_int_equal(get("/iiif/3/" PICTURE, ""), 303);
    assert_has("Location: /iiif/3/" PICTURE "/info.json\r\n");
    assert_int_equal(get("/iiif/3/" PICTURE "/full/wide/0/default.jpg", ""), 400);
    assert_has("wide");
}

static bool big_is_whole(const char *bytes)
{
    for (size_t i = 0; i < BIG; i++)
        if (bytes[i] != (char)('a' + i % 23))
            return false;
    return true;
}

/* A photo for one who reads late and slowly: whole, and the loop serves others meanwhile. */
static void big_answers(void **state)
{
    (void)state;
    for (int way = 0; way < 2; way++) {
        int fd = net_connect(&fixture);
        net_say(fd, way ? "GET /v1/big.txt HTTP/1.0\r\n\r\n"
                        : "GET /v1/big.txt HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/vitrine.js HTTP/1.1\r\n" END
                          "\r\n");
        net_sleep_ms(200);
        int other = net_connect(&fixture);
        net_say(other, "GET /show/ HTTP/1.1\r\n" END "\r\n");
        char small[4096];
        net_read_all(other, small, sizeof(small));
        assert_int_equal(net_status(small), 200);
        close(other);
        size_t len = net_read_all(fd, answer, sizeof(answer));
        assert_int_equal(net_status(answer), 200);
        assert_true(big_is_whole(body()));
        const char *next = body() + BIG;
        if (way == 0)
            assert_memory_equal(next, "HTTP/1.1 200 OK\r\n", 17);
        else
            assert_int_equal(next - answer, len);
        close(fd);
    }
    assert_int_equal(get("/memory", ""), 200);
    assert_int_equal(strspn(body(), "m"), 3 << 20);
}

static void leaves_in_the_middle(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        int fd = net_connect(&fixture);
        net_say(fd, "GET /v1/big.txt HTTP/1.1\r\nHost: x\r\n\r\n");
        char some[1000];
        assert_true(recv(fd, some, sizeof(some), 0) > 0);
        close(fd);
    }
    assert_int_equal(get("/show/", ""), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_inside),   cmocka_unit_test(serves_files),
        cmocka_unit_test(serves_the_app), cmocka_unit_test(serves_pictures),
        cmocka_unit_test(big_answers),    cmocka_unit_test(leaves_in_the_middle),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
