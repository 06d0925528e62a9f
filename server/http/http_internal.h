/* SPDX-License-Identifier: Apache-2.0 */
/* A request and its answer as http/ and conn_http.c share them. conn_http.c fills the first half
 * from the library and sends what the second half holds; nothing here knows the library. */
#ifndef VT_HTTP_INTERNAL_H
#define VT_HTTP_INTERNAL_H

#include "server/base/list.h"
#include "server/http/http.h"

enum {
    VT_HTTP_ARENA_BYTES = 64 * 1024,
    VT_HTTP_ANSWER_BYTES = 16 * 1024 * 1024,
    VT_HTTP_SET_BYTES = 8192,
    VT_HTTP_ROUTES_MOST = 128,
    VT_HTTP_HELD_MOST = 1024,
    VT_HTTP_INLINE_BYTES = 60 * 1024 /* a file up to this goes out in one write with its head */
};

enum vt_http_name {
    VT_HTTP_ORIGIN,
    VT_HTTP_HOST,
    VT_HTTP_COOKIE,
    VT_HTTP_AUTHORIZATION,
    VT_HTTP_CONTENT_TYPE,
    VT_HTTP_RANGE,
    VT_HTTP_IF_NONE_MATCH,
    VT_HTTP_IF_RANGE,
    VT_HTTP_ACCEPT,
    VT_HTTP_ACCEPT_ENCODING,
    VT_HTTP_CSRF,
    VT_HTTP_FORWARDED_FOR,
    VT_HTTP_IF_MATCH,
    VT_HTTP_USER_AGENT,
    VT_HTTP_REFERER,
    VT_HTTP_NAMES
};

struct vt_http_route {
    char *path; /* owned; a prefix ends in '/' and lost its '*' */
    size_t path_len;
    bool prefix;
    unsigned methods;
    size_t max_body;
    const struct vt_http_sink *sink; /* NULL: the body is kept */
    vt_http_fn *fn;
    void *owner; /* borrowed */
};

struct vt_http_routes {
    struct vt_http_route list[VT_HTTP_ROUTES_MOST];
    size_t count;
    struct vt_list held; /* list of vt_http_req.held */
    size_t held_count;
    uint64_t next_handle;
};

struct vt_http_req {
    struct vt_net *net;   /* borrowed */
    struct vt_conn *conn; /* borrowed */
    struct vt_arena arena;
    enum vt_method method;
    struct vt_str path, query, addr; /* in the arena */
    struct vt_str headers[VT_HTTP_NAMES];
    struct vt_buf body;
    const struct vt_http_route *route; /* NULL: none fits */
    void *state;                       /* owned through `lost`; NULL: none */
    void (*lost)(void *state);
    int64_t started_ms;
    uint64_t taken; /* bytes of its body that have come */
    bool http10;

    struct vt_buf set; /* header lines of the handler */
    bool has_csp, has_corp;
    struct vt_buf out; /* head, and a body that is in memory */
    size_t sent;
    int file; /* -1: none; the rest of the body comes from here */
    uint64_t file_at, file_left;
    bool grows;     /* the file is still being written: at its end wait, not finish */
    bool chunked;   /* its length was not known with the head */
    bool is_broken; /* it will never be whole: the line ends without the last chunk */
    uint64_t bytes; /* of the body, for the log */
    int status;
    bool is_whole; /* its body's end has been told */
    bool answered;
    bool close;      /* after the answer */
    bool tls, hsts;  /* how the head is to be */
    uint64_t handle; /* 0: not held */
    struct vt_list held;
    void (*ready)(struct vt_http_req *req); /* an answer came in a later turn */
    bool inside;                            /* the handler runs in the library's own call: the caller sends */
};

void vt_http_routes_init(struct vt_http_routes *routes);
void vt_http_routes_finish(struct vt_http_routes *routes);
int vt_http_routes_add(struct vt_http_routes *routes, unsigned methods, const char *path, size_t max_body,
                       vt_http_fn *fn, void *owner);
/* The route for path and method: exact before prefix, longer before shorter. NULL with
 * *ret_allowed 0: no such path; else the methods that the path knows. */
const struct vt_http_route *vt_http_routes_find(const struct vt_http_routes *routes, struct vt_str path,
                                                unsigned method, unsigned *ret_allowed);
struct vt_http_routes *vt_net_routes(struct vt_net *net);

struct vt_http_req *vt_http_req_create(struct vt_net *net, struct vt_conn *conn);
void vt_http_req_destroy(struct vt_http_req *req);
/* Runs the route's handler, or answers 404, 405, 500. */
void vt_http_dispatch(struct vt_http_req *req);
const char *vt_http_reason(int status);

/* Writes the head to req->out. `length` < 0: an answer that has no body by definition (204, 304). */
void vt_http_head(struct vt_http_req *req, int status, const char *type, int64_t length);
/* After the head and the body are in place. */
void vt_http_done(struct vt_http_req *req);

#endif
