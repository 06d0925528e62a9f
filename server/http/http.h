/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP as the layer above sees it: a table of routes, a parsed request, one response.
 *
 * conn reads the request through the library; everything here is ours: path decoding, query,
 * cookies, ETag, ranges, problems. A handler answers now, or holds the request and answers from a
 * later turn; a held request whose browser left swallows its answer. Loop thread only. */
#ifndef VT_HTTP_H
#define VT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/str.h"

struct vt_net;
struct vt_http_req;

enum vt_method { VT_GET = 1, VT_HEAD = 2, VT_POST = 4, VT_PUT = 8, VT_DELETE = 16, VT_OPTIONS = 32 };

typedef void vt_http_fn(struct vt_http_req *req, void *owner);

/* A route: an exact path, or a prefix when it ends in '/' followed by '*' ("/console/" + "*"). HEAD comes
 * with GET. Paths reach handlers percent-decoded and checked: no NUL, no "..", no empty or dot segment.
 * `max_body` bytes at most, else 413 before anything is buffered. VT_OK or VT_ERR_NOMEM. */
int vt_http_route(struct vt_net *net, unsigned methods, const char *path, size_t max_body, vt_http_fn *fn,
                  void *owner);

/* A body that is not kept in memory but taken as it comes. */
struct vt_http_sink {
    /* The head is there and `length` bytes will follow, however many: may answer, and what follows is read
     * and thrown away. */
    void (*begin)(struct vt_http_req *req, void *owner, uint64_t length);
    /* Once per piece, until the request is answered. */
    void (*piece)(struct vt_http_req *req, void *owner, struct vt_str bytes);
};
/* POST on an exact path; `fn` runs when the whole body has come. Answered too early, a body of more than
 * `max_body` bytes ends the connection. `sink` is static. */
int vt_http_route_sink(struct vt_net *net, const char *path, size_t max_body, const struct vt_http_sink *sink,
                       vt_http_fn *fn, void *owner);
/* Something that goes with the request: `lost(state)` when that ends, unless it was taken before. */
void vt_http_keep(struct vt_http_req *req, void *state, void (*lost)(void *state));
void *vt_http_kept(const struct vt_http_req *req);
void *vt_http_take(struct vt_http_req *req);

enum vt_method vt_http_method(const struct vt_http_req *req);
const char *vt_http_method_name(enum vt_method method);
struct vt_str vt_http_path(const struct vt_http_req *req);  /* decoded */
struct vt_str vt_http_query(const struct vt_http_req *req); /* raw */
struct vt_str vt_http_body(const struct vt_http_req *req);
/* Lower-case name; only those conn keeps: origin, host, cookie, authorization, content-type, range,
 * if-none-match, if-range, if-match, accept, user-agent, x-vitrine-csrf, x-forwarded-for. Absent: ptr NULL.
 */
struct vt_str vt_http_header(const struct vt_http_req *req, const char *name);
struct vt_str vt_http_cookie(const struct vt_http_req *req, const char *name);
struct vt_str vt_http_addr(const struct vt_http_req *req); /* after trusted proxies */
/* Who sits at the other end of the line, a proxy perhaps: "127.0.0.1 45678", or "" when it is gone. */
enum { VT_HTTP_PEER = 64 };
void vt_http_peer(const struct vt_http_req *req, char ret_text[VT_HTTP_PEER]);
struct vt_arena *vt_http_arena(struct vt_http_req *req); /* lives until the answer */

/* Response headers before the answer; CR, LF and NUL refused (assert). Security headers (nosniff,
 * Referrer-Policy, and a strict CSP unless one was set) are added by the answer itself. */
void vt_http_set(struct vt_http_req *req, const char *name, const char *value);
/* Each ends the request; call exactly one, once. */
void vt_http_reply(struct vt_http_req *req, int status, const char *type, struct vt_str body);
void vt_http_reply_json(struct vt_http_req *req, int status, const struct vt_buf *json);
/* application/problem+json (RFC 9457): type is a word, detail says what came and what to change. */
void vt_http_problem(struct vt_http_req *req, int status, const char *type, const char *title,
                     const char *detail);
/* The same with the JSON pointer of the field that is meant. */
void vt_http_problem_at(struct vt_http_req *req, int status, const char *type, const char *title,
                        const char *detail, struct vt_str pointer);
/* A file that is still being written, as far as it is; GET only, `fd` is taken. It goes out in chunks as
 * vt_http_grow says how long it has become. Whoever calls that keeps the request by vt_http_keep, to know
 * when it is gone. */
enum vt_http_growth { VT_HTTP_GROWS, VT_HTTP_WHOLE, VT_HTTP_BROKEN };
void vt_http_stream(struct vt_http_req *req, int fd, const char *type);
void vt_http_grow(struct vt_http_req *req, uint64_t size, enum vt_http_growth growth);

/* Holds the request for an answer in a later turn; the returned handle stays good until one of the
 * calls above is made with vt_http_held(handle), which is NULL when the browser left. */
uint64_t vt_http_hold(struct vt_http_req *req);
struct vt_http_req *vt_http_held(struct vt_net *net, uint64_t handle);

#endif
