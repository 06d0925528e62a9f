/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/static.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/accept.h"
#include "server/base/err.h"
#include "server/http/file.h"
#include "server/http/http_internal.h"
#include "server/http/path.h"
#include "server/origin.h"

/* Scripts and styles from here alone, nothing written into the page as text; %s is the page's own
 * host, since not every browser counts ws: and wss: as 'self'. */
#define APP_POLICY                                                                                           \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "                  \
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'%s; base-uri 'none'; form-action 'self'; "   \
    "frame-ancestors 'none'%s; require-trusted-types-for 'script'; trusted-types 'none'"

/* A stranger's page is drawn here: its pictures, styles and fonts come from the shop alone (%s), nothing runs
 * but our own script, and nobody but the console may frame it (the last %s is its origin). */
#define MIRROR_POLICY                                                                                        \
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'%s; img-src data: blob:%s; "     \
    "font-src data:%s; media-src blob:%s; object-src 'none'; frame-src 'none'; base-uri 'none'; "            \
    "form-action 'none'; frame-ancestors 'self'%s"

enum { NAME_BYTES = 1024, SHOP_BYTES = 600, POLICY_BYTES = 3072 };

struct vt_static {
    int root_fd;
    char *prefix; /* owned */
    size_t prefix_len;
    enum vt_static_kind kind;
    const struct vt_sites *sites; /* borrowed */
    char *framed;                 /* owned; the directive that lets these pages frame the mirror, or "" */
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The digit keeps words out: mirror-recorder.js is a name, not a hash. A hash without any digit is
 * then only asked for again. */
bool vt_static_is_hashed(struct vt_str name)
{
    const char *dot = memrchr(name.ptr, '.', name.len);
    const char *hyphen = dot ? memrchr(name.ptr, '-', (size_t)(dot - name.ptr)) : NULL;
    if (!hyphen || dot - hyphen - 1 < 8)
        return false;
    bool digit = false;
    for (const char *c = hyphen + 1; c < dot; c++) {
        if (!is_alnum(*c))
            return false;
        digit |= *c >= '0' && *c <= '9';
    }
    return digit;
}

static const char *cache_rule(const struct vt_static *files, struct vt_str name)
{
    if (vt_static_is_hashed(name))
        return "public, max-age=31536000, immutable";
    /* The one file that shops embed by a fixed name. */
    if (files->kind == VT_STATIC_SNIPPET && vt_str_eq(name, VT_STR("vitrine.js")))
        return "public, max-age=300";
    return "no-cache";
}

/* " ws://host wss://host" for the host the browser asked, if it is one. */
static void own_sockets(const struct vt_http_req *req, char *text, size_t size)
{
    char url[8 + VT_ORIGIN_TEXT], own[VT_ORIGIN_TEXT];
    struct vt_origin origin;
    struct vt_str host = req->headers[VT_HTTP_HOST];
    int len = snprintf(url, sizeof(url), "http://%.*s", VT_STR_ARG(host));
    text[0] = '\0';
    if (!host.ptr || len < 0 || (size_t)len >= sizeof(url) || vt_origin_parse(vt_str(url), &origin))
        return;
    vt_origin_text(&origin, own);
    snprintf(text, size, " ws://%s wss://%s", own + strlen("http://"), own + strlen("http://"));
}

static void add_source(char *text, size_t size, const char *scheme, struct vt_str source)
{
    size_t len = strlen(text);
    if (len + strlen(scheme) + source.len + 2 < size)
        snprintf(text + len, size - len, " %s%.*s", scheme, VT_STR_ARG(source));
}

/* " https://shop.example https://img.example": the site's origins and where its pictures are. */
static void shop_sources(struct vt_http_req *req, const struct vt_static *files, char *text, size_t size)
{
    struct vt_str key;
    bool named = vt_http_query_get(vt_http_arena(req), vt_http_query(req), "site", &key) == VT_OK;
    const struct vt_site *site = named ? vt_sites_by_key(files->sites, key) : NULL;
    text[0] = '\0';
    for (char **origin = site ? site->origins : NULL; origin && *origin; origin++)
        add_source(text, size, "", vt_str(*origin));
    for (size_t i = 0; site && i < site->settings->image_hosts.n; i++)
        add_source(text, size, "https://", site->settings->image_hosts.at[i]);
}

static void set_mirror_headers(struct vt_http_req *req, const struct vt_static *files)
{
    char shop[SHOP_BYTES], own[VT_ORIGIN_TEXT + 2] = "", policy[POLICY_BYTES];
    shop_sources(req, files, shop, sizeof(shop));
    add_source(own, sizeof(own), "", vt_str(vt_sites_own_first(files->sites)));
    snprintf(policy, sizeof(policy), MIRROR_POLICY, shop, shop, shop, shop, own);
    vt_http_set(req, "Content-Security-Policy", policy);
}

static void set_headers(struct vt_http_req *req, const struct vt_static *files)
{
    if (files->kind == VT_STATIC_SNIPPET) {
        vt_http_set(req, "Access-Control-Allow-Origin", "*");
        vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
        return;
    }
    if (files->kind == VT_STATIC_MIRROR) {
        set_mirror_headers(req, files);
        return;
    }
    char sockets[2 * VT_ORIGIN_TEXT + 16], policy[POLICY_BYTES];
    own_sockets(req, sockets, sizeof(sockets));
    snprintf(policy, sizeof(policy), APP_POLICY, sockets, files->framed);
    vt_http_set(req, "Content-Security-Policy", policy);
    vt_http_set(req, "Cross-Origin-Opener-Policy", "same-origin");
}

/* The file as the build has packed it, for who takes it so; -1: there is none, or they do not. */
static int open_packed(const struct vt_http_req *req, const struct vt_static *files, const char *name)
{
    char packed[NAME_BYTES + 4];
    if (vt_accept_quality(req->headers[VT_HTTP_ACCEPT_ENCODING], "gzip", false) <= 0)
        return -1;
    snprintf(packed, sizeof(packed), "%s.gz", name);
    return vt_file_open(files->root_fd, packed);
}

static void handle_file(struct vt_http_req *req, void *owner)
{
    const struct vt_static *files = owner;
    struct vt_str rest = { req->path.ptr + files->prefix_len, req->path.len - files->prefix_len };
    char name[NAME_BYTES];
    bool folder = rest.len == 0 || rest.ptr[rest.len - 1] == '/';
    int len = snprintf(name, sizeof(name), "%.*s%s", VT_STR_ARG(rest),
                       folder && files->kind != VT_STATIC_SNIPPET ? "index.html" : "");
    /* What begins with a dot is somebody's tool's, not the site's. */
    bool hidden = len > 0 && (name[0] == '.' || strstr(name, "/."));
    if (len <= 0 || (size_t)len >= sizeof(name) || hidden) {
        vt_http_problem(req, 404, "unknown", "Not found", "There is nothing at this address.");
        return;
    }
    const char *slash = strrchr(name, '/');
    set_headers(req, files);
    vt_http_set(req, "Vary", "Accept-Encoding");
    int fd = open_packed(req, files, name);
    if (fd >= 0)
        vt_http_set(req, "Content-Encoding", "gzip");
    else
        fd = vt_file_open(files->root_fd, name);
    vt_http_file_fd(req, fd, vt_file_type(name), NULL, cache_rule(files, vt_str(slash ? slash + 1 : name)));
}

/* "/console" to "/console/", so that relative addresses in the page work. */
static void handle_bare(struct vt_http_req *req, void *owner)
{
    const struct vt_static *files = owner;
    vt_http_set(req, "Location", files->prefix);
    vt_http_reply(req, 308, NULL, VT_STR(""));
}

static int mount_routes(struct vt_net *net, struct vt_static *files)
{
    char route[256], bare[256];
    snprintf(route, sizeof(route), "%s*", files->prefix);
    int err = vt_http_route(net, VT_GET, route, 0, handle_file, files);
    if (err || files->kind == VT_STATIC_SNIPPET)
        return err;
    snprintf(bare, sizeof(bare), "%.*s", (int)files->prefix_len - 1, files->prefix);
    return vt_http_route(net, VT_GET, bare, 0, handle_bare, files);
}

struct vt_static *vt_static_mount(struct vt_net *net, const char *prefix, const char *dir,
                                  enum vt_static_kind kind, const struct vt_sites *sites, const char *mirror,
                                  struct vt_buf *ret_error)
{
    struct vt_static *files = calloc(1, sizeof(*files));
    char framed[VT_ORIGIN_TEXT + 32] = "";
    if (mirror)
        snprintf(framed, sizeof(framed), "; frame-src 'self' %s", mirror);
    if (files) {
        files->framed = vt_str_dup(vt_str(framed));
        files->kind = kind;
        files->sites = sites;
        files->prefix = vt_str_dup(vt_str(prefix));
        files->prefix_len = strlen(prefix);
        files->root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    int probe = files && files->root_fd >= 0 ? vt_file_open(files->root_fd, ".") : -1;
    bool no_openat2 = probe < 0 && errno == ENOSYS;
    if (probe >= 0)
        close(probe);
    if (files && files->root_fd < 0)
        vt_buf_printf(ret_error, "The browser files for %s are not there: %s: %s.", prefix, dir,
                      strerror(errno));
    else if (no_openat2)
        vt_buf_text(ret_error,
                    "A filter around this process takes openat2 away, and files are opened by nothing else: "
                    "take RestrictSUIDSGID= out of the unit, or renew the container's runtime.");
    else if (!files || !files->prefix || !files->framed || mount_routes(net, files))
        vt_buf_text(ret_error, "No memory for the browser files.");
    else
        return files;
    vt_static_destroy(files);
    return NULL;
}

void vt_static_destroy(struct vt_static *files)
{
    if (!files)
        return;
    if (files->root_fd >= 0)
        close(files->root_fd);
    free(files->prefix);
    free(files->framed);
    free(files);
}
