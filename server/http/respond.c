/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "server/base/err.h"
#include "server/http/http_internal.h"
#include "server/log.h"

enum { HEAD_BYTES = 1024 }; /* most heads; longer ones grow */

const char *vt_http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {
        { 200, "OK" },
        { 201, "Created" },
        { 202, "Accepted" },
        { 204, "No Content" },
        { 206, "Partial Content" },
        { 301, "Moved Permanently" },
        { 302, "Found" },
        { 303, "See Other" },
        { 304, "Not Modified" },
        { 308, "Permanent Redirect" },
        { 400, "Bad Request" },
        { 401, "Unauthorized" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 410, "Gone" },
        { 411, "Length Required" },
        { 412, "Precondition Failed" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 415, "Unsupported Media Type" },
        { 416, "Range Not Satisfiable" },
        { 422, "Unprocessable Content" },
        { 426, "Upgrade Required" },
        { 428, "Precondition Required" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 501, "Not Implemented" },
        { 503, "Service Unavailable" },
        { 504, "Gateway Timeout" },
        { 505, "HTTP Version Not Supported" },
        { 507, "Insufficient Storage" },
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (rows[i].status == status)
            return rows[i].reason;
    return "Status";
}

static bool is_clean(const char *text)
{
    return strpbrk(text, "\r\n") == NULL;
}

/* Some ten lines an answer, so without a format to be read. */
static void put_line(struct vt_buf *out, const char *name, const char *value)
{
    vt_buf_text(out, name);
    vt_buf_str(out, VT_STR(": "));
    vt_buf_text(out, value);
    vt_buf_str(out, VT_STR("\r\n"));
}

void vt_http_set(struct vt_http_req *req, const char *name, const char *value)
{
    assert(is_clean(name) && is_clean(value));
    if (!is_clean(name) || !is_clean(value))
        return;
    req->has_csp |= strcasecmp(name, "Content-Security-Policy") == 0;
    req->has_corp |= strcasecmp(name, "Cross-Origin-Resource-Policy") == 0;
    put_line(&req->set, name, value);
}

/* RFC 9110, section 5.6.7; made once a second. */
static const char *http_date(void)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    static char text[64];
    static time_t made;
    time_t now = time(NULL);
    struct tm tm;
    if (now == made || !gmtime_r(&now, &tm))
        return text;
    snprintf(text, sizeof(text), "%s, %02d %s %d %02d:%02d:%02d GMT", days[tm.tm_wday], tm.tm_mday,
             months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
    made = now;
    return text;
}

void vt_http_head(struct vt_http_req *req, int status, const char *type, int64_t length)
{
    struct vt_buf *out = &req->out;
    req->status = status;
    vt_buf_reset(out);
    vt_buf_printf(out, "HTTP/1.1 %d %s\r\n", status, vt_http_reason(status));
    put_line(out, "Date", http_date());
    if ((type && length >= 0) || req->chunked)
        put_line(out, "Content-Type", type);
    if (req->chunked && !req->http10)
        vt_buf_text(out, "Transfer-Encoding: chunked\r\n");
    if (length >= 0)
        vt_buf_printf(out, "Content-Length: %lld\r\n", (long long)length);
    vt_buf_str(out, vt_buf_view(&req->set));
    vt_buf_text(out, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
    if (!req->has_csp)
        vt_buf_text(out, "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
    if (!req->has_corp)
        vt_buf_text(out, "Cross-Origin-Resource-Policy: same-origin\r\n");
    if (req->hsts)
        vt_buf_text(out, "Strict-Transport-Security: max-age=31536000\r\n");
    vt_buf_text(out, req->close ? "Connection: close\r\n\r\n"
                                : (req->http10 ? "Connection: keep-alive\r\n\r\n" : "\r\n"));
}

void vt_http_done(struct vt_http_req *req)
{
    assert(!req->answered);
    req->answered = true;
    if (!req->inside && req->ready)
        req->ready(req);
}

/* No memory for the answer: the shortest one that still says so, and the connection ends. */
static void answer_nothing(struct vt_http_req *req)
{
    vt_buf_finish(&req->out);
    vt_buf_finish(&req->set);
    req->close = true;
    vt_http_head(req, 500, NULL, 0);
}

void vt_http_reply(struct vt_http_req *req, int status, const char *type, struct vt_str body)
{
    bool bodyless = status == 204 || status == 304;
    if (req->set.failed) { /* headers that did not fit: never an answer without its security headers */
        answer_nothing(req);
        vt_http_done(req);
        return;
    }
    vt_buf_reserve(&req->out,
                   HEAD_BYTES + (bodyless ? 0 : body.len)); /* at once; one that fails fails below, too */
    vt_http_head(req, status, type, bodyless ? -1 : (int64_t)body.len);
    if (req->method != VT_HEAD && !bodyless) {
        vt_buf_str(&req->out, body);
        req->bytes = body.len;
    }
    if (req->out.failed)
        answer_nothing(req);
    vt_http_done(req);
}

void vt_http_reply_json(struct vt_http_req *req, int status, const struct vt_buf *json)
{
    if (json->failed)
        vt_http_problem(req, 500, "internal", "The answer could not be made",
                        "The server is short of memory.");
    else
        vt_http_reply(req, status, "application/json", vt_buf_view(json));
}

void vt_http_problem(struct vt_http_req *req, int status, const char *type, const char *title,
                     const char *detail)
{
    vt_http_problem_at(req, status, type, title, detail, (struct vt_str){ 0 });
}

void vt_http_problem_at(struct vt_http_req *req, int status, const char *type, const char *title,
                        const char *detail, struct vt_str pointer)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(16384);
    vt_buf_text(&body, "{\"type\":");
    vt_buf_json_string(&body, vt_str(type));
    vt_buf_text(&body, ",\"title\":");
    vt_buf_json_string(&body, vt_str(title));
    vt_buf_printf(&body, ",\"status\":%d", status);
    if (detail) {
        vt_buf_text(&body, ",\"detail\":");
        vt_buf_json_string(&body, vt_str(detail));
    }
    if (pointer.ptr) {
        vt_buf_text(&body, ",\"pointer\":");
        vt_buf_json_string(&body, pointer);
    }
    vt_buf_byte(&body, '}');
    if (!strstr(vt_buf_cstr(&req->set), "Cache-Control:"))
        vt_http_set(req, "Cache-Control", "no-store");
    vt_http_reply(req, status, "application/problem+json", vt_buf_view(&body));
}

static void answer_allowed(struct vt_http_req *req, unsigned allowed)
{
    char allow[64] = "";
    for (unsigned method = VT_GET; method <= VT_OPTIONS; method <<= 1) {
        if (!(allowed & method))
            continue;
        strcat(allow, allow[0] ? ", " : "");
        strcat(allow, vt_http_method_name((enum vt_method)method));
    }
    char detail[128];
    snprintf(detail, sizeof(detail), "This address takes %s.", allow);
    vt_http_set(req, "Allow", allow);
    vt_http_problem(req, 405, "method", "Method not allowed", detail);
}

void vt_http_dispatch(struct vt_http_req *req)
{
    unsigned allowed;
    req->route = vt_http_routes_find(vt_net_routes(req->net), req->path, req->method, &allowed);
    if (req->route)
        req->route->fn(req, req->route->owner);
    else if (allowed)
        answer_allowed(req, allowed);
    else
        vt_http_problem(req, 404, "unknown", "Not found", "There is nothing at this address.");
    if (!req->answered && req->handle == 0) { /* a handler's mistake must not leave a browser waiting */
        vt_log(VT_LOG_ERROR, "http.unanswered", VT_LOG_T("route", req->route ? req->route->path : "-"));
        vt_http_problem(req, 500, "internal", "No answer", NULL);
    }
}
