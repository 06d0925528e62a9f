/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/ids.h"
#include "server/http/http_internal.h"
#include "server/http/path.h"

struct vt_http_req *vt_http_req_create(struct vt_net *net, struct vt_conn *conn)
{
    struct vt_http_req *req = calloc(1, sizeof(*req));
    if (!req)
        return NULL;
    req->net = net;
    req->conn = conn;
    req->file = -1;
    req->started_ms = vt_now_ms();
    vt_list_init(&req->held);
    vt_arena_init(&req->arena, VT_HTTP_ARENA_BYTES);
    vt_buf_init(&req->set, VT_HTTP_SET_BYTES);
    vt_buf_init(&req->out, VT_HTTP_ANSWER_BYTES);
    return req;
}

void vt_http_req_destroy(struct vt_http_req *req)
{
    if (!req)
        return;
    if (req->handle != 0) {
        vt_list_remove(&req->held);
        vt_net_routes(req->net)->held_count--;
    }
    if (req->state)
        req->lost(req->state);
    if (req->file >= 0)
        close(req->file);
    vt_arena_finish(&req->arena);
    vt_buf_finish(&req->body);
    vt_buf_finish(&req->set);
    vt_buf_finish(&req->out);
    free(req);
}

enum vt_method vt_http_method(const struct vt_http_req *req)
{
    return req->method;
}

struct vt_str vt_http_path(const struct vt_http_req *req)
{
    return req->path;
}

struct vt_str vt_http_query(const struct vt_http_req *req)
{
    return req->query;
}

struct vt_str vt_http_body(const struct vt_http_req *req)
{
    return vt_buf_view(&req->body);
}

struct vt_str vt_http_addr(const struct vt_http_req *req)
{
    return req->addr;
}

struct vt_arena *vt_http_arena(struct vt_http_req *req)
{
    return &req->arena;
}

struct vt_str vt_http_header(const struct vt_http_req *req, const char *name)
{
    static const char *const names[VT_HTTP_NAMES] = {
        [VT_HTTP_ORIGIN] = "origin",
        [VT_HTTP_HOST] = "host",
        [VT_HTTP_COOKIE] = "cookie",
        [VT_HTTP_AUTHORIZATION] = "authorization",
        [VT_HTTP_CONTENT_TYPE] = "content-type",
        [VT_HTTP_RANGE] = "range",
        [VT_HTTP_IF_NONE_MATCH] = "if-none-match",
        [VT_HTTP_IF_RANGE] = "if-range",
        [VT_HTTP_ACCEPT] = "accept",
        [VT_HTTP_ACCEPT_ENCODING] = "accept-encoding",
        [VT_HTTP_CSRF] = "x-vitrine-csrf",
        [VT_HTTP_FORWARDED_FOR] = "x-forwarded-for",
        [VT_HTTP_IF_MATCH] = "if-match",
        [VT_HTTP_USER_AGENT] = "user-agent",
        [VT_HTTP_REFERER] = "referer",
    };
    for (size_t i = 0; i < VT_HTTP_NAMES; i++)
        if (strcmp(names[i], name) == 0)
            return req->headers[i];
    assert(!"a header that conn does not keep");
    return (struct vt_str){ NULL, 0 };
}

struct vt_str vt_http_cookie(const struct vt_http_req *req, const char *name)
{
    return vt_http_cookie_get(req->headers[VT_HTTP_COOKIE], name);
}

const char *vt_http_method_name(enum vt_method method)
{
    switch (method) {
    case VT_GET:
        return "GET";
    case VT_HEAD:
        return "HEAD";
    case VT_POST:
        return "POST";
    case VT_PUT:
        return "PUT";
    case VT_DELETE:
        return "DELETE";
    case VT_OPTIONS:
        return "OPTIONS";
    }
    return "?";
}

void vt_http_keep(struct vt_http_req *req, void *state, void (*lost)(void *state))
{
    assert(!req->state);
    req->state = state;
    req->lost = lost;
}

void *vt_http_kept(const struct vt_http_req *req)
{
    return req->state;
}

void *vt_http_take(struct vt_http_req *req)
{
    return VT_TAKE(req->state);
}

uint64_t vt_http_hold(struct vt_http_req *req)
{
    struct vt_http_routes *routes = vt_net_routes(req->net);
    assert(!req->answered && req->handle == 0);
    if (routes->held_count >= VT_HTTP_HELD_MOST) {
        vt_http_problem(req, 503, "busy", "Too many requests are waiting",
                        "The server is waiting for other answers; ask again in a few seconds.");
        return 0;
    }
    req->handle = routes->next_handle++;
    routes->held_count++;
    vt_list_append(&routes->held, &req->held);
    return req->handle;
}

struct vt_http_req *vt_http_held(struct vt_net *net, uint64_t handle)
{
    struct vt_http_routes *routes = vt_net_routes(net);
    if (handle == 0)
        return NULL;
    VT_LIST_EACH (req, &routes->held, struct vt_http_req, held)
        if (req->handle == handle && !req->answered)
            return req;
    return NULL;
}
