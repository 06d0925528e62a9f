/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP of the real core over raw sockets: framing, limits, files, ranges, pipelining, held answers. */
#include <fcntl.h>
#include <sys/stat.h>

#include "server/http/pictures.h"
#include "server/http/static.h"
#include "server/media_service.h"
#include "tests/unit/server/net_fixture.h"

#define PICTURE "ab12000000000000000000000000000000000000000000000000000000000000"
enum { BIG = 5 * 1024 * 1024 };

static struct net_fixture fixture;
static struct vt_static *snippet, *app;
static struct vt_pictures *pictures;
static struct vt_media *media;
static char dir[64];
static char answer[BIG + 65536];
static volatile int lost;

static void handle_echo(struct vt_http_req *req, void *owner)
{
    (void)owner;
    vt_http_reply(req, 200, "text/plain", vt_http_body(req));
}

static void handle_show(struct vt_http_req *req, void *owner)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(16384);
    (void)owner;
    vt_buf_printf(&text, "%.*s|%.*s|%.*s|%.*s|%.*s", VT_STR_ARG(vt_http_path(req)),
                  VT_STR_ARG(vt_http_query(req)), VT_STR_ARG(vt_http_cookie(req, "vt")),
                  VT_STR_ARG(vt_http_header(req, "x-vitrine-csrf")), VT_STR_ARG(vt_http_addr(req)));
    vt_http_set(req, "Set-Cookie", "a=b");
    vt_http_reply(req, 200, "text/plain", vt_buf_view(&text));
}

static void handle_memory(struct vt_http_req *req, void *owner)
{
    (void)owner;
    char *bytes = malloc(3 << 20);
    memset(bytes, 'm', 3 << 20);
    vt_http_reply(req, 200, "text/plain", (struct vt_str){ bytes, 3 << 20 });
    free(bytes);
}

static void handle_forget(struct vt_http_req *req, void *owner)
{
    (void)req;
    (void)owner;
}

struct later {
    uint64_t handle;
    struct vt_timer timer;
};

static void free_later(void *arg)
{
    free(arg);
}

static void handle_later(void *arg)
{
    struct later *later = arg;
    struct vt_http_req *req = vt_http_held(fixture.net, later->handle);
    if (req)
        vt_http_reply(req, 200, "text/plain", VT_STR("later"));
    else
        lost++;
    vt_timer_close(&later->timer, free_later);
}

static void handle_hold(struct vt_http_req *req, void *owner)
{
    (void)owner;
    struct later *later = calloc(1, sizeof(*later));
    later->handle = vt_http_hold(req);
    vt_timer_init(fixture.loop, &later->timer, handle_later, later);
    vt_timer_start(&later->timer, 150, 0);
}

static void put_file(const char *name, const char *bytes, size_t len)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static void put_dir(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    mkdir(path, 0700);
}

static void put_files(void)
{
    static char big[BIG];
    char path[256];
    snprintf(dir, sizeof(dir), "/tmp/vt-http-XXXXXX");
    assert_non_null(mkdtemp(dir));
    put_dir("web");
    put_dir("web/deep");
    put_dir("originals");
    put_dir("originals/ab");
    put_dir("originals/ab/12");
    for (size_t i = 0; i < BIG; i++)
        big[i] = (char)('a' + i % 23);
    put_file("web/index.html", "<!doctype html>", 15);
    put_file("web/deep/index.html", "deep", 4);
    put_file("web/vitrine.js", "0123456789", 10);
    put_file("web/chat-1a2b3c4d.js", "hashed", 6);
    put_file("web/big.txt", big, BIG);
    put_file("web/empty.txt", "", 0);
    put_file("secret.txt", "secret", 6);
    put_file("originals/ab/12/" PICTURE, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0\0\x80", 24);
    snprintf(path, sizeof(path), "%s/web/link.txt", dir);
    assert_int_equal(symlink("../secret.txt", path), 0);
}

static void mount(struct net_fixture *f)
{
    char web[128];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    snprintf(web, sizeof(web), "%s/web", dir);
    vt_http_route(f->net, VT_POST, "/echo", 65536, handle_echo, NULL);
    vt_http_route(f->net, VT_PUT, "/echo", 10, handle_echo, NULL);
    vt_http_route(f->net, VT_GET, "/show/*", 100, handle_show, NULL);
    vt_http_route(f->net, VT_GET, "/memory", 0, handle_memory, NULL);
    vt_http_route(f->net, VT_GET, "/forget", 0, handle_forget, NULL);
    vt_http_route(f->net, VT_GET | VT_POST, "/hold", 100, handle_hold, NULL);
    snippet = vt_static_mount(f->net, "/v1/", web, VT_STATIC_SNIPPET, &error);
    app = vt_static_mount(f->net, "/console/", web, VT_STATIC_APP, &error);
    const struct vt_media_deps deps = { .loop = f->loop, .config = &f->config };
    media = vt_media_open(&deps, &error);
    assert_non_null(media);
    pictures = vt_pictures_mount(&(struct vt_pictures_deps){ .net = f->net, .media = media, .base_url = "" });
    assert_non_null(snippet);
    assert_non_null(app);
    assert_null(vt_static_mount(f->net, "/none/", "/nonexistent", VT_STATIC_APP, &error));
}

static int setup(void **state)
{
    static const char *args[] = { "--trusted-proxies", "127.0.0.3", "--data", dir, NULL };
    (void)state;
    put_files();
    fixture = (struct net_fixture){ .mount = mount };
    net_start(&fixture, args);
    return 0;
}

static void close_media(void *arg)
{
    (void)arg;
    vt_media_close(media);
}

static int teardown(void **state)
{
    char command[128];
    (void)state;
    vt_loop_post(fixture.loop, close_media, NULL);
    net_stop(&fixture);
    vt_media_destroy(media);
    vt_static_destroy(snippet);
    vt_static_destroy(app);
    vt_pictures_destroy(pictures);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command);
}

/* Sends and reads until the server closes. */
static size_t exchange(const char *request)
{
    int fd = net_connect(&fixture);
    net_say(fd, request);
    size_t len = net_read_all(fd, answer, sizeof(answer));
    close(fd);
    return len;
}

#define END "Host: x\r\nConnection: close\r\n"
static int get(const char *path, const char *more)
{
    char request[16384];
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" END "%s\r\n", path, more);
    exchange(request);
    return net_status(answer);
}

static const char *body(void)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

static void assert_has(const char *text)
{
    if (!strstr(answer, text))
        fail_msg("no \"%s\" in\n%.1500s", text, answer);
}

static void routes(void **state)
{
    (void)state;
    assert_int_equal(get("/nothing", ""), 404);
    assert_has("application/problem+json");
    assert_has("X-Content-Type-Options: nosniff\r\n");
    assert_has("Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
    assert_int_equal(get("/echo", ""), 405);
    assert_has("Allow: POST, PUT\r\n");
    assert_int_equal(get("/forget", ""), 500);
    exchange("TRACE / HTTP/1.1\r\n" END "\r\n");
    assert_true(net_status(answer) >= 400);
}

static void shows_requests(void **state)
{
    (void)state;
    assert_int_equal(get("/show/a%20b/%C3%BC?x=1%262&y=%3D&z=a+b",
                         "Cookie: q=1; vt=\"tok\"; z=2\r\nX-Vitrine-CSRF: 1\r\n"),
                     200);
    assert_string_equal(body(), "/show/a b/\xc3\xbc|x=1%262&y=%3D&z=a%20b|tok|1|127.0.0.1");
    assert_has("Set-Cookie: a=b\r\n");
    int fd = net_connect_from(&fixture, "127.0.0.3"); /* the trusted proxy */
    net_say(fd, "GET /show/ HTTP/1.1\r\n" END "X-Forwarded-For: 9.9.9.9, 8.8.4.4, 127.0.0.3\r\n\r\n");
    net_read_all(fd, answer, sizeof(answer));
    assert_string_equal(body(), "/show/||||8.8.4.4");
    close(fd);
    get("/show/", "X-Forwarded-For: 9.9.9.9\r\n");
    assert_string_equal(body(), "/show/||||127.0.0.1");
}

static void bodies(void **state)
{
    (void)state;
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 5\r\n\r\nhello");
    assert_int_equal(net_status(answer), 200);
    assert_string_equal(body(), "hello");
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 0\r\n\r\n");
    assert_int_equal(net_status(answer), 200);
    exchange("PUT /echo HTTP/1.1\r\n" END "Content-Length: 2\r\n\r\nhi");
    assert_string_equal(body(), "hi");
    exchange("PUT /echo HTTP/1.1\r\n" END "Content-Length: 11\r\n\r\n01234567890");
    assert_int_equal(net_status(answer), 413);
    exchange("POST /echo HTTP/1.1\r\n" END "\r\n");
    assert_int_equal(net_status(answer), 411);
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 99999999\r\n\r\nx");
    assert_int_equal(net_status(answer), 413);
    exchange("GET /show/ HTTP/1.1\r\n" END "Content-Length: 3\r\n\r\nabc");
    assert_int_equal(net_status(answer), 200);
    exchange("POST /echo HTTP/1.1\r\n" END "Content-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");
    assert_int_equal(net_status(answer), 100);
    assert_has("\r\n\r\nHTTP/1.1 200 OK\r\n");
}

/* Where one request ends must be beyond doubt. */
static void refuses_smuggling(void **state)
{
    static const struct {
        int status;
        const char *head;
    } rows[] = {
        { 501, "Transfer-Encoding: chunked\r\n" },
        { 501, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" },
        { 501, "Transfer-Encoding: identity\r\n" },
        { 400, "Content-Length: 3\r\nContent-Length: 5\r\n" },
        { 400, "Content-Length: 3, 3\r\n" },
        { 400, "Content-Length: +3\r\n" },
        { 400, "Content-Length: -3\r\n" },
        { 400, "Content-Length: 3x\r\n" },
        { 400, "Content-Length: 99999999999\r\n" },
        { 400, "Content-Length: 0x3\r\n" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        char request[512];
        snprintf(request, sizeof(request),
                 "POST /echo HTTP/1.1\r\nHost: x\r\n%s\r\nabcGET /show/ HTTP/1.1\r\nHost: x\r\n\r\n",
                 rows[i].head);
        exchange(request);
        if (net_status(answer) != rows[i].status || strstr(answer + 1, "HTTP/1.1"))
            fail_msg("row %zu: %d, not %d\n%s", i, net_status(answer), rows[i].status, answer);
    }
}

static void limits(void **state)
{
    static char request[16384], filler[9000];
    (void)state;
    memset(filler, 'x', sizeof(filler) - 1);
    snprintf(request, sizeof(request), "GET /show/%.4095s HTTP/1.1\r\n" END "\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 414);
    snprintf(request, sizeof(request), "GET /show/%.4000s HTTP/1.1\r\n" END "\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 200);
    snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\n" END "Cookie: %.8300s\r\n\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 431);
    snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\n" END "Cookie: %.7900s\r\n\r\n", filler);
    exchange(request);
    assert_int_equal(net_status(answer), 200);
    exchange("GET /show/ HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_int_equal(net_status(answer), 400);
    exchange("GET /show/ HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
    assert_int_equal(net_status(answer), 400);
    exchange("GET /show/ HTTP/1.0\r\n\r\n"); /* 1.0 knows no Host */
    assert_int_equal(net_status(answer), 200);
    exchange("GET /show/ HTTP/3.7\r\nHost: x\r\n\r\n");
    assert_int_equal(net_status(answer), 505);
}

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

static int count_of(const char *text)
{
    int n = 0;
    for (const char *at = answer; (at = strstr(at, text)) != NULL; at++)
        n++;
    return n;
}

static void assert_order(const char *const *order, size_t count)
{
    const char *at = answer;
    for (size_t i = 0; i < count; i++) {
        at = strstr(at, order[i]);
        assert_non_null(at);
    }
}

static void pipelines(void **state)
{
    static const char *const order[] = { "/show/1|", "\r\n\r\nlater", "HTTP/1.1 404", "/show/2|" };
    (void)state;
    exchange("GET /show/1 HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
             "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /show/2 HTTP/1.1\r\n" END "\r\n");
    assert_int_equal(count_of("HTTP/1.1 "), 4);
    assert_order(order, VT_COUNT(order));
}

/* Bodies one after the other on a kept line, each after the former answer or with others behind it. */
static void keeps_lines(void **state)
{
    static const char *const order[] = { "\r\n\r\nbody", "/show/3|",     "\r\n\r\nagain",
                                         "HTTP/1.1 413", "HTTP/1.1 404", "/show/4|" };
    static const char *const parts[] = {
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /show/3 HTTP/1.1\r\nHost: "
        "x\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nagain",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890",
        "GET /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
        "GET /show/4 HTTP/1.1\r\n" END "\r\n",
    };
    (void)state;
    int fd = net_connect(&fixture);
    for (size_t i = 0; i < VT_COUNT(parts); i++) {
        net_say(fd, parts[i]);
        net_sleep_ms(80);
    }
    net_read_all(fd, answer, sizeof(answer));
    close(fd);
    assert_order(order, VT_COUNT(order));
}

/* A body behind another request in one read: the library would take the request's own line for the
 * body, and with more behind it turn in a circle for ever. */
static void refuses_pipelined_bodies(void **state)
{
    static const char *const tails[] = {
        ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbodyGET /show/ HTTP/1.1\r\nHost: "
         "x\r\n\r\n"),
        "POST /echo HTTP/1.1\r\nHost: x\r\n\r\nmore",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nmore",
        "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890more",
        "GET /show/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
        "POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
        "PATCH /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcmore",
    };
    char request[1024];
    (void)state;
    for (size_t i = 0; i < VT_COUNT(tails); i++) {
        snprintf(request, sizeof(request), "GET /show/ HTTP/1.1\r\nHost: x\r\n\r\n%s", tails[i]);
        exchange(request);
        assert_int_equal(count_of("HTTP/1.1 200"), 1);
        assert_has("HTTP/1.1 400");
        assert_int_equal(get("/show/", ""), 200);
    }
}

static void holds(void **state)
{
    (void)state;
    assert_int_equal(get("/hold", ""), 200);
    assert_string_equal(body(), "later");
    exchange("POST /hold HTTP/1.1\r\n" END "Content-Length: 2\r\n\r\nab");
    assert_string_equal(body(), "later");
}

/* No spinning while an answer is held and more input waits: under 50 ms of CPU in 150 ms would fail by
 * ten times if the loop ran hot. */
static void sleeps_while_held(void **state)
{
    (void)state;
    struct timespec from, to;
    clockid_t clock;
    pthread_getcpuclockid(fixture.thread, &clock);
    clock_gettime(clock, &from);
    exchange("GET /hold HTTP/1.1\r\nHost: x\r\n\r\nGET /hold HTTP/1.1\r\n" END "\r\n");
    clock_gettime(clock, &to);
    assert_int_equal(count_of("later"), 2);
    int64_t us = (to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
    assert_in_range(us, 0, 60000);
}

static void byte_by_byte(void **state)
{
    static const char request[] =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    (void)state;
    int fd = net_connect(&fixture);
    for (size_t i = 0; i < sizeof(request) - 1; i++) {
        net_send(fd, request + i, 1);
        if (i % 16 == 0)
            net_sleep_ms(1);
    }
    net_read_all(fd, answer, sizeof(answer));
    assert_string_equal(body(), "hello");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes),
        cmocka_unit_test(shows_requests),
        cmocka_unit_test(bodies),
        cmocka_unit_test(refuses_smuggling),
        cmocka_unit_test(limits),
        cmocka_unit_test(stays_inside),
        cmocka_unit_test(serves_files),
        cmocka_unit_test(serves_the_app),
        cmocka_unit_test(serves_pictures),
        cmocka_unit_test(big_answers),
        cmocka_unit_test(leaves_in_the_middle),
        cmocka_unit_test(pipelines),
        cmocka_unit_test(keeps_lines),
        cmocka_unit_test(refuses_pipelined_bodies),
        cmocka_unit_test(holds),
        cmocka_unit_test(sleeps_while_held),
        cmocka_unit_test(byte_by_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
