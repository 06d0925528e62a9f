/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/ops.h"

#include <arpa/inet.h>
#include <strings.h>

#include "server/base/err.h"
#include "server/metrics.h"

enum { METRICS_MAX_BYTES = 1 << 20 };

bool vt_ops_is_loopback(struct vt_str address)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;
    if (!vt_str_copy(text, sizeof(text), address))
        return false;
    if (inet_pton(AF_INET, text, &v4) == 1)
        return (ntohl(v4.s_addr) >> 24) == 127;
    if (inet_pton(AF_INET6, text, &v6) != 1)
        return false;
    return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

bool vt_ops_token_matches(struct vt_str authorization, struct vt_str token)
{
    static const char scheme[] = "Bearer ";
    size_t n = sizeof(scheme) - 1;
    if (token.len == 0 || authorization.len <= n || strncasecmp(authorization.ptr, scheme, n) != 0)
        return false;
    struct vt_str given = { authorization.ptr + n, authorization.len - n };
    volatile unsigned char differs = given.len != token.len;
    for (size_t i = 0; i < given.len; i++)
        differs |= (unsigned char)(given.ptr[i] ^ token.ptr[i % token.len]);
    return !differs;
}

static void reply_text(struct vt_http_req *req, int status, const char *text)
{
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply(req, status, "text/plain; charset=utf-8", vt_str(text));
}

static void handle_health(struct vt_http_req *req, void *owner)
{
    (void)owner;
    reply_text(req, 200, "ok\n");
}

static void handle_ready(struct vt_http_req *req, void *owner)
{
    const struct vt_ops *ops = owner;
    if (!ops->not_ready) {
        reply_text(req, 200, "ready\n");
        return;
    }
    vt_http_set(req, "Retry-After", "5");
    reply_text(req, 503, ops->not_ready);
}

/* Answers the refusal itself. */
static bool may_see_metrics(struct vt_http_req *req, const struct vt_ops *ops)
{
    struct vt_str token = vt_str(ops->config->metrics_token);
    if (token.len > 0) {
        if (vt_ops_token_matches(vt_http_header(req, "authorization"), token))
            return true;
        vt_http_set(req, "WWW-Authenticate", "Bearer");
        vt_http_problem(req, 401, "token-needed", "A token is needed",
                        "Send Authorization: Bearer with the token of metrics-token.");
        return false;
    }
    if (vt_ops_is_loopback(vt_http_addr(req)) && !vt_http_header(req, "x-forwarded-for").ptr)
        return true;
    vt_http_problem(req, 403, "loopback-only", "Metrics are for this machine",
                    "Ask from the machine itself, or set metrics-token and send it as a bearer token.");
    return false;
}

static void handle_metrics(struct vt_http_req *req, void *owner)
{
    if (!may_see_metrics(req, owner))
        return;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(METRICS_MAX_BYTES);
    if (vt_metrics_write(&page) != VT_OK) {
        vt_http_problem(req, 500, "metrics-too-large", "The page is too large",
                        "It passed 1 MiB; this is our bug.");
        return;
    }
    vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply(req, 200, "text/plain; version=0.0.4; charset=utf-8", vt_buf_view(&page));
}

int vt_api_ops_mount(struct vt_net *net, struct vt_ops *ops)
{
    int err = vt_http_route(net, VT_GET, "/healthz", 0, handle_health, ops);
    if (err == VT_OK)
        err = vt_http_route(net, VT_GET, "/readyz", 0, handle_ready, ops);
    return err == VT_OK ? vt_http_route(net, VT_GET, "/metrics", 0, handle_metrics, ops) : err;
}
