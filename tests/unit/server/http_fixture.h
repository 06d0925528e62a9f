/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP of the real core over raw sockets, with routes, files and pictures mounted. */
#ifndef VT_TEST_HTTP_FIXTURE_H
#define VT_TEST_HTTP_FIXTURE_H

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

static inline void handle_echo(struct vt_http_req *req, void *owner)
{
    (void)owner;
    vt_http_reply(req, 200, "text/plain", vt_http_body(req));
}

static inline void handle_show(struct vt_http_req *req, void *owner)
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

static inline void handle_memory(struct vt_http_req *req, void *owner)
{
    (void)owner;
    char *bytes = malloc(3 << 20);
    memset(bytes, 'm', 3 << 20);
    vt_http_reply(req, 200, "text/plain", (struct vt_str){ bytes, 3 << 20 });
    free(bytes);
}

static inline void handle_forget(struct vt_http_req *req, void *owner)
{
    (void)req;
    (void)owner;
}

struct later {
    uint64_t handle;
    struct vt_timer timer;
};

static inline void free_later(void *arg)
{
    free(arg);
}

static inline void handle_later(void *arg)
{
    struct later *later = arg;
    struct vt_http_req *req = vt_http_held(fixture.net, later->handle);
    if (req)
        vt_http_reply(req, 200, "text/plain", VT_STR("later"));
    else
        lost++;
    vt_timer_close(&later->timer, free_later);
}

static inline void handle_hold(struct vt_http_req *req, void *owner)
{
    (void)owner;
    struct later *later = calloc(1, sizeof(*later));
    later->handle = vt_http_hold(req);
    vt_timer_init(fixture.loop, &later->timer, handle_later, later);
    vt_timer_start(&later->timer, 150, 0);
}

static inline void put_file(const char *name, const char *bytes, size_t len)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static inline void put_dir(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    mkdir(path, 0700);
}

static inline void put_files(void)
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

static inline void mount(struct net_fixture *f)
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
    snippet = vt_static_mount(f->net, "/v1/", web, VT_STATIC_SNIPPET, NULL, NULL, &error);
    app = vt_static_mount(f->net, "/console/", web, VT_STATIC_APP, NULL, "", &error);
    const struct vt_media_deps deps = { .loop = f->loop, .config = &f->config };
    media = vt_media_open(&deps, &error);
    assert_non_null(media);
    pictures = vt_pictures_mount(&(struct vt_pictures_deps){ .net = f->net, .media = media, .base_url = "" });
    assert_non_null(snippet);
    assert_non_null(app);
    assert_null(vt_static_mount(f->net, "/none/", "/nonexistent", VT_STATIC_APP, NULL, "", &error));
}

static inline int setup(void **state)
{
    static const char *args[] = { "--trusted-proxies", "127.0.0.3", "--data", dir, NULL };
    (void)state;
    put_files();
    fixture = (struct net_fixture){ .mount = mount };
    net_start(&fixture, args);
    return 0;
}

static inline void close_media(void *arg)
{
    (void)arg;
    vt_media_close(media);
}

static inline int teardown(void **state)
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
static inline size_t exchange(const char *request)
{
    int fd = net_connect(&fixture);
    net_say(fd, request);
    size_t len = net_read_all(fd, answer, sizeof(answer));
    close(fd);
    return len;
}

#define END "Host: x\r\nConnection: close\r\n"
static inline int get(const char *path, const char *more)
{
    char request[16384];
    snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" END "%s\r\n", path, more);
    exchange(request);
    return net_status(answer);
}

static inline const char *body(void)
{
    const char *end = strstr(answer, "\r\n\r\n");
    return end ? end + 4 : "";
}

static inline void assert_has(const char *text)
{
    if (!strstr(answer, text))
        fail_msg("no \"%s\" in\n%.1500s", text, answer);
}

#endif
