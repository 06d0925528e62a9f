/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/pictures.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/http/file.h"
#include "server/http/http_internal.h"
#include "server/http/sniff.h"
#include "server/origin.h"

#define FOREVER "public, max-age=31536000, immutable"

struct vt_pictures {
    char *folder;   /* owned: <data>/originals */
    char *base_url; /* owned, without a slash at its end; "": from the request */
    int root_fd;    /* -1 until the folder is there */
};

bool vt_picture_id_ok(struct vt_str id)
{
    if (id.len != VT_PICTURE_ID)
        return false;
    for (size_t i = 0; i < id.len; i++)
        if (!((id.ptr[i] >= '0' && id.ptr[i] <= '9') || (id.ptr[i] >= 'a' && id.ptr[i] <= 'f')))
            return false;
    return true;
}

unsigned vt_picture_width(uint64_t wanted_px)
{
    static const unsigned ladder[] = { 160, 320, 480, 640, 960, 1280, 1920 };
    for (size_t i = 0; i < VT_COUNT(ladder); i++)
        if (wanted_px <= ladder[i])
            return ladder[i];
    return 1920;
}

static void bad_segment(struct vt_http_req *req, const char *name, struct vt_str got, const char *forms)
{
    char quoted[65], detail[512];
    vt_str_copy(quoted, sizeof(quoted), got);
    snprintf(detail, sizeof(detail), "%s is \"%s\"; it takes %s.", name, quoted, forms);
    vt_http_problem(req, 400, "syntax", "Not a picture's address", detail);
}

static void no_picture(struct vt_http_req *req)
{
    vt_http_problem(req, 404, "unknown", "No such picture", "No picture has this id.");
}

/* The next segment of a path, taken off its front. */
static struct vt_str take_segment(struct vt_str *path)
{
    const char *slash = memchr(path->ptr, '/', path->len);
    struct vt_str segment = { path->ptr, slash ? (size_t)(slash - path->ptr) : path->len };
    size_t step = slash ? segment.len + 1 : segment.len;
    *path = (struct vt_str){ path->ptr + step, path->len - step };
    return segment;
}

static struct vt_str after(const struct vt_http_req *req, const char *prefix)
{
    size_t len = strlen(prefix);
    return (struct vt_str){ req->path.ptr + len, req->path.len - len };
}

static void allow_everyone(struct vt_http_req *req)
{
    vt_http_set(req, "Access-Control-Allow-Origin", "*");
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
}

static int open_original(struct vt_pictures *pictures, struct vt_str id)
{
    char name[VT_PICTURE_ID + 8];
    if (pictures->root_fd < 0)
        pictures->root_fd = open(pictures->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (pictures->root_fd < 0)
        return -1;
    snprintf(name, sizeof(name), "%.2s/%.2s/%.64s", id.ptr, id.ptr + 2, id.ptr);
    return vt_file_open(pictures->root_fd, name);
}

static void answer_original(struct vt_http_req *req, struct vt_pictures *pictures, struct vt_str id)
{
    uint8_t start[16];
    char etag[VT_PICTURE_ID + 3];
    int fd = open_original(pictures, id);
    ssize_t got = fd >= 0 ? pread(fd, start, sizeof(start), 0) : -1;
    const char *type = got > 0 ? vt_sniff_type(vt_sniff(start, (size_t)got).kind) : NULL;
    if (!type) {
        if (fd >= 0)
            close(fd);
        no_picture(req);
        return;
    }
    snprintf(etag, sizeof(etag), "\"%.64s\"", id.ptr);
    vt_http_file_fd(req, fd, type, etag, FOREVER);
}

static void handle_thumb(struct vt_http_req *req, void *owner)
{
    struct vt_str path = after(req, "/t/");
    struct vt_str id = take_segment(&path), width = path;
    uint64_t wanted;
    allow_everyone(req);
    if (!vt_picture_id_ok(id)) {
        bad_segment(req, "The id", id, "64 lower-case hex digits");
    } else if (vt_str_to_u64(width, 1, 1000000, &wanted)) {
        bad_segment(req, "The width", width, "160, 320, 480, 640, 960, 1280 or 1920");
    } else if (vt_picture_width(wanted) != wanted) {
        char location[128];
        snprintf(location, sizeof(location), "/t/%.64s/%u", id.ptr, vt_picture_width(wanted));
        vt_http_set(req, "Location", location);
        vt_http_set(req, "Cache-Control", FOREVER);
        vt_http_reply(req, 302, NULL, VT_STR(""));
    } else {
        answer_original(req, owner, id);
    }
}

/* The scheme and host for info.json's id: as configured, else as asked. */
static bool own_base(const struct vt_pictures *pictures, const struct vt_http_req *req, char *text, size_t size)
{
    char url[8 + VT_ORIGIN_TEXT];
    struct vt_origin origin;
    struct vt_str host = req->headers[VT_HTTP_HOST];
    if (pictures->base_url[0])
        return snprintf(text, size, "%s", pictures->base_url) < (int)size;
    int len = snprintf(url, sizeof(url), "%s://%.*s", req->tls ? "https" : "http", VT_STR_ARG(host));
    if (!host.ptr || len >= (int)sizeof(url) || vt_origin_parse(vt_str(url), &origin))
        return false;
    vt_origin_text(&origin, url);
    return snprintf(text, size, "%s", url) < (int)size;
}

static struct vt_sniff measure(struct vt_pictures *pictures, struct vt_str id)
{
    struct vt_sniff sniff = { 0 };
    int fd = open_original(pictures, id);
    uint8_t *bytes = fd >= 0 ? malloc(VT_SNIFF_BYTES) : NULL;
    ssize_t got = bytes ? pread(fd, bytes, VT_SNIFF_BYTES, 0) : -1;
    if (got > 0)
        sniff = vt_sniff(bytes, (size_t)got);
    free(bytes);
    if (fd >= 0)
        close(fd);
    return sniff;
}

/* IIIF Image API 3.0, section 5: level 0 with the one size there is. */
static void answer_info(struct vt_http_req *req, struct vt_pictures *pictures, struct vt_str id)
{
    VT_CLEANUP(vt_buf_finish) struct vt_buf json = VT_BUF_INIT(4096);
    char base[512];
    struct vt_sniff sniff = measure(pictures, id);
    if (sniff.width_px == 0 || sniff.height_px == 0 || !own_base(pictures, req, base, sizeof(base))) {
        no_picture(req);
        return;
    }
    vt_buf_text(&json, "{\"@context\":\"http://iiif.io/api/image/3/context.json\",\"id\":");
    VT_CLEANUP(vt_buf_finish) struct vt_buf url = VT_BUF_INIT(1024);
    vt_buf_printf(&url, "%s/iiif/3/%.64s", base, id.ptr);
    vt_buf_json_string(&json, vt_buf_view(&url));
    vt_buf_printf(&json,
                  ",\"type\":\"ImageService3\",\"protocol\":\"http://iiif.io/api/image\",\"profile\":\"level0\","
                  "\"width\":%u,\"height\":%u,\"sizes\":[{\"width\":%u,\"height\":%u}]}",
                  sniff.width_px, sniff.height_px, sniff.width_px, sniff.height_px);
    vt_http_set(req, "Cache-Control", "public, max-age=600");
    vt_http_set(req, "Link", "<http://iiif.io/api/image/3/level0.json>;rel=\"profile\"");
    vt_http_reply(req, 200, "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\"",
                  vt_buf_view(&json));
}

static void handle_iiif(struct vt_http_req *req, void *owner)
{
    struct vt_str path = after(req, "/iiif/3/");
    struct vt_str id = take_segment(&path);
    allow_everyone(req);
    if (!vt_picture_id_ok(id)) {
        bad_segment(req, "The id", id, "64 lower-case hex digits");
    } else if (path.len == 0) {
        char location[128];
        snprintf(location, sizeof(location), "/iiif/3/%.64s/info.json", id.ptr);
        vt_http_set(req, "Location", location);
        vt_http_reply(req, 303, NULL, VT_STR(""));
    } else if (vt_str_eq(path, VT_STR("info.json"))) {
        answer_info(req, owner, id);
    } else if (vt_str_eq(path, VT_STR("full/max/0/default.jpg"))) {
        answer_original(req, owner, id);
    } else {
        bad_segment(req, "The rest", path, "info.json or full/max/0/default.jpg");
    }
}

struct vt_pictures *vt_pictures_mount(struct vt_net *net, const char *data, const char *base_url)
{
    struct vt_pictures *pictures = calloc(1, sizeof(*pictures));
    if (!pictures)
        return NULL;
    pictures->root_fd = -1;
    pictures->base_url = vt_str_dup(vt_str(base_url));
    if (asprintf(&pictures->folder, "%s/originals", data) < 0)
        pictures->folder = NULL;
    if (!pictures->folder || !pictures->base_url || vt_http_route(net, VT_GET, "/t/*", 0, handle_thumb, pictures) ||
        vt_http_route(net, VT_GET, "/iiif/3/*", 0, handle_iiif, pictures)) {
        vt_pictures_destroy(pictures);
        return NULL;
    }
    size_t len = strlen(pictures->base_url);
    if (len > 0 && pictures->base_url[len - 1] == '/')
        pictures->base_url[len - 1] = '\0';
    return pictures;
}

void vt_pictures_destroy(struct vt_pictures *pictures)
{
    if (!pictures)
        return;
    if (pictures->root_fd >= 0)
        close(pictures->root_fd);
    free(pictures->folder);
    free(pictures->base_url);
    free(pictures);
}
