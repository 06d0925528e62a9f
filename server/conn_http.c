/* SPDX-License-Identifier: Apache-2.0 */
/* Requests out of the library, answers into it. What a request says is checked here; what it means
 * is http/'s. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/http/path.h"
#include "server/log.h"
#include "server/tcp.h"

enum {
    DISCARD_BYTES = 1024 * 1024,
    CHUNKS_A_TURN = 4,
    CHUNK_FRAME = 16,                 /* hexadecimal digits of a length, and a line's end */
    MEMORY_PIECE = 2 * VT_CONN_CHUNK, /* a tile with its headers is one write and not two */
    BODY_MS = 8500,                   /* for a body, seen at its next byte; and */
    BODY_BYTES_S = 1024,              /* a second more for each of these that have come */
};

static bool is_clean(struct vt_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static struct vt_str trim(struct vt_str value)
{
    while (value.len > 0 && (value.ptr[value.len - 1] == ' ' || value.ptr[value.len - 1] == '\t'))
        value.len--;
    while (value.len > 0 && (value.ptr[0] == ' ' || value.ptr[0] == '\t'))
        value = (struct vt_str){ value.ptr + 1, value.len - 1 };
    return value;
}

bool vt_conn_header(struct lws *wsi, enum lws_token_indexes token, struct vt_arena *arena,
                    struct vt_str *ret_value)
{
    int len = lws_hdr_total_length(wsi, token);
    *ret_value = (struct vt_str){ NULL, 0 };
    /* A header that is there but empty counts as absent: the library cannot tell them apart. */
    if (len <= 0)
        return true;
    char *copy = vt_arena_alloc(arena, (size_t)len + 2);
    if (!copy || lws_hdr_copy(wsi, copy, len + 2, token) < 0)
        return false;
    *ret_value = trim((struct vt_str){ copy, (size_t)len });
    return is_clean(*ret_value);
}

/* The library gives this name only through its list of unknown headers. The copy is bounded, and
 * the list is whole once a request is parsed. */
static struct vt_str csrf_header(struct lws *wsi, struct vt_arena *arena)
{
    static const char name[] = "x-vitrine-csrf:";
    char value[64];
    int len = lws_hdr_custom_copy(wsi, value, sizeof(value), name, sizeof(name) - 1);
    if (len <= 0)
        return (struct vt_str){ NULL, 0 };
    return trim(vt_arena_str(arena, (struct vt_str){ value, strnlen(value, (size_t)len) }));
}

static const struct {
    enum lws_token_indexes token;
    enum vt_method method;
} methods[] = {
    { WSI_TOKEN_GET_URI, VT_GET }, { WSI_TOKEN_HEAD_URI, VT_HEAD },     { WSI_TOKEN_POST_URI, VT_POST },
    { WSI_TOKEN_PUT_URI, VT_PUT }, { WSI_TOKEN_DELETE_URI, VT_DELETE }, { WSI_TOKEN_OPTIONS_URI, VT_OPTIONS },
};

/* Names and values of the headers that the library knows. It does not let us list the others; they
 * share its table, and a request that fills that is hung up on without a word. */
static size_t header_bytes(struct lws *wsi)
{
    size_t sum = 0;
    for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
        int len = lws_hdr_total_length(wsi, (enum lws_token_indexes)token);
        const unsigned char *name = lws_token_to_string((enum lws_token_indexes)token);
        if (len > 0)
            sum += (size_t)len + (name ? strlen((const char *)name) : 0) + sizeof("\r\n");
    }
    return sum;
}

/* The library has decoded the query and cut it at '&'; it is put together again, encoded. */
static bool read_query(struct lws *wsi, struct vt_arena *arena, struct vt_str *ret_query)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf query = VT_BUF_INIT(3 * VT_CONN_URI_BYTES);
    char piece[VT_CONN_URI_BYTES + 1];
    for (int i = 0; i < 64; i++) {
        int len = lws_hdr_copy_fragment(wsi, piece, sizeof(piece), WSI_TOKEN_HTTP_URI_ARGS, i);
        if (len < 0)
            break;
        struct vt_str text = { piece, (size_t)len };
        const char *equals = memchr(piece, '=', text.len);
        size_t key = equals ? (size_t)(equals - piece) : text.len;
        if (i > 0)
            vt_buf_byte(&query, '&');
        vt_http_encode(&query, (struct vt_str){ piece, key });
        if (equals) {
            vt_buf_byte(&query, '=');
            vt_http_encode(&query, (struct vt_str){ equals + 1, text.len - key - 1 });
        }
    }
    if (query.failed)
        return false;
    *ret_query = vt_arena_str(arena, vt_buf_view(&query));
    return ret_query->ptr != NULL;
}

struct fault {
    int status;
    const char *type, *title, *detail;
};
#define FAULT(status, type, title, detail) (&(const struct fault){ status, type, title, detail })

static const struct fault too_long = { 414, "uri", "Address too long", "An address may have 4096 bytes." };
static const struct fault bad_header = { 400, "syntax", "Bad header",
                                         "A header holds control characters, or there are too many." };

static const struct fault pipelined_body = { 400, "pipelined", "Pipelined body refused",
                                             "Wait for the former answer before a request with a body." };

static const struct fault slow_body = { 408, "slow", "Body too slow",
                                        "Send the body within ten seconds, or at least 1 KiB a second." };

static const struct fault *read_target(struct lws *wsi, struct vt_http_req *req)
{
    static const struct fault bad_path = {
        400, "syntax", "Bad address",
        "The path must be plain UTF-8 without empty, \\\".\\\" or \\\"..\\\" parts."
    };
    static const struct fault bad_method = { 501, "method", "Unknown method",
                                             "This method is not known here." };
    for (size_t i = 0; i < VT_COUNT(methods); i++) {
        enum lws_token_indexes token = methods[i].token;
        if (lws_hdr_total_length(wsi, token) <= 0)
            continue;
        req->method = methods[i].method;
        if (lws_hdr_total_length(wsi, token) + lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_URI_ARGS) >
            VT_CONN_URI_BYTES)
            return &too_long;
        /* '&' and ';' in a path end a piece in the library's parser; no path of ours has them. */
        if (lws_hdr_fragment_length(wsi, token, 1) > 0)
            return &bad_path;
        if (!vt_conn_header(wsi, token, &req->arena, &req->path) || !vt_http_path_ok(req->path))
            return &bad_path;
        return read_query(wsi, &req->arena, &req->query) ? NULL : &too_long;
    }
    return &bad_method;
}

static const struct fault *read_headers(struct lws *wsi, struct vt_http_req *req)
{
    static const enum lws_token_indexes tokens[VT_HTTP_NAMES] = {
        [VT_HTTP_ORIGIN] = WSI_TOKEN_ORIGIN,
        [VT_HTTP_HOST] = WSI_TOKEN_HOST,
        [VT_HTTP_COOKIE] = WSI_TOKEN_HTTP_COOKIE,
        [VT_HTTP_AUTHORIZATION] = WSI_TOKEN_HTTP_AUTHORIZATION,
        [VT_HTTP_CONTENT_TYPE] = WSI_TOKEN_HTTP_CONTENT_TYPE,
        [VT_HTTP_RANGE] = WSI_TOKEN_HTTP_RANGE,
        [VT_HTTP_IF_NONE_MATCH] = WSI_TOKEN_HTTP_IF_NONE_MATCH,
        [VT_HTTP_IF_RANGE] = WSI_TOKEN_HTTP_IF_RANGE,
        [VT_HTTP_ACCEPT] = WSI_TOKEN_HTTP_ACCEPT,
        [VT_HTTP_ACCEPT_ENCODING] = WSI_TOKEN_HTTP_ACCEPT_ENCODING,
        [VT_HTTP_CSRF] = WSI_TOKEN_COUNT, /* not one of the library's */
        [VT_HTTP_FORWARDED_FOR] = WSI_TOKEN_X_FORWARDED_FOR,
        [VT_HTTP_IF_MATCH] = WSI_TOKEN_HTTP_IF_MATCH,
        [VT_HTTP_USER_AGENT] = WSI_TOKEN_HTTP_USER_AGENT,
        [VT_HTTP_REFERER] = WSI_TOKEN_HTTP_REFERER,
    };
    for (size_t i = 0; i < VT_HTTP_NAMES; i++)
        if (tokens[i] != WSI_TOKEN_COUNT && !vt_conn_header(wsi, tokens[i], &req->arena, &req->headers[i]))
            return &bad_header;
    req->headers[VT_HTTP_CSRF] = csrf_header(wsi, &req->arena);
    return NULL;
}

static bool is_word(struct vt_str value, const char *word)
{
    return value.len == strlen(word) && strncasecmp(value.ptr, word, value.len) == 0;
}

/* HTTP/1.1 stays open unless told otherwise, 1.0 closes unless told otherwise; the library decides
 * by the same two words, so both sides agree. */
static const struct fault *read_version(struct lws *wsi, struct vt_http_req *req)
{
    static const struct fault unknown = { 505, "version", "Unknown HTTP version",
                                          "HTTP/1.1 and HTTP/1.0 are served." };
    struct vt_str version, connection;
    if (!vt_conn_header(wsi, WSI_TOKEN_HTTP, &req->arena, &version) ||
        !vt_conn_header(wsi, WSI_TOKEN_CONNECTION, &req->arena, &connection))
        return &bad_header;
    req->http10 = vt_str_eq(version, VT_STR("HTTP/1.0"));
    if (!req->http10 && !vt_str_eq(version, VT_STR("HTTP/1.1")))
        return &unknown;
    req->close = req->http10 ? !is_word(connection, "keep-alive") : is_word(connection, "close");
    return NULL;
}

/* What the body will be. Anything unclear about where a request ends is refused and the line
 * closed: the next request must not be read out of this one's body. */
static const struct fault *read_length(struct lws *wsi, struct vt_http_req *req, uint64_t *ret_length)
{
    static const struct fault coded = { 501, "transfer-encoding", "Transfer-Encoding refused",
                                        "Send the body with Content-Length." };
    static const struct fault unclear = { 400, "syntax", "Bad Content-Length",
                                          "Content-Length is one number." };
    static const struct fault needed = { 411, "length", "Content-Length needed",
                                         "Send the body with Content-Length." };
    struct vt_str coding, length;
    *ret_length = 0;
    if (!vt_conn_header(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING, &req->arena, &coding) || coding.ptr)
        return &coded;
    if (!vt_conn_header(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH, &req->arena, &length))
        return &unclear;
    if (!length.ptr)
        return req->method == VT_POST || req->method == VT_PUT ? &needed : NULL;
    if (length.len > 10 || vt_str_to_u64(length, 0, UINT64_C(9999999999), ret_length))
        return &unclear;
    return NULL;
}

static const struct fault *read_request(struct vt_conn *conn, struct vt_http_req *req, uint64_t *ret_length)
{
    static const struct fault too_big = { 431, "headers", "Headers too large",
                                          "A request's headers may have 8192 bytes." };
    static const struct fault no_host = { 400, "syntax", "Host needed", "One Host header is needed." };
    struct lws *wsi = conn->wsi;
    const struct fault *fault = read_target(wsi, req);
    if (!fault && header_bytes(wsi) > VT_CONN_HEADER_BYTES)
        fault = &too_big;
    if (!fault)
        fault = read_version(wsi, req);
    if (!fault)
        fault = read_headers(wsi, req);
    if (!fault)
        fault = read_length(wsi, req, ret_length);
    struct vt_str host = req->headers[VT_HTTP_HOST];
    if (!fault && (host.len == 0 ? !req->http10 : memchr(host.ptr, ',', host.len) != NULL))
        fault = &no_host;
    return fault;
}

static void name_client(struct vt_conn *conn, struct vt_http_req *req)
{
    struct vt_address client;
    char text[VT_ADDRESS_TEXT];
    vt_address_forwarded(&conn->net->trusted, &conn->address, req->headers[VT_HTTP_FORWARDED_FOR], &client);
    vt_address_text(&client, text);
    req->addr = vt_arena_str(&req->arena, vt_str(text));
}

void vt_http_peer(const struct vt_http_req *req, char ret_text[VT_HTTP_PEER])
{
    struct sockaddr_storage from = { 0 };
    socklen_t len = sizeof(from);
    char text[VT_ADDRESS_TEXT];
    const struct lws *wsi = req->conn ? req->conn->wsi : NULL;
    ret_text[0] = '\0';
    if (!wsi ||
        getpeername(lws_get_socket_fd((struct lws *)(uintptr_t)wsi), (struct sockaddr *)&from, &len) != 0)
        return;
    in_port_t port = from.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&from)->sin6_port
                                                : ((struct sockaddr_in *)&from)->sin_port;
    vt_address_text(&req->conn->address, text);
    snprintf(ret_text, VT_HTTP_PEER, "%s %u", text, ntohs(port));
}

/* An answer in a later turn: the library calls back when the socket takes bytes. */
static void handle_ready(struct vt_http_req *req)
{
    vt_conn_set_reading(req->conn, true); /* with it off the library does not write either */
    vt_conn_ask_writable(req->conn);
}

/* Log and count, then the line is free for the next request or closes. */
static int finish(struct vt_conn *conn)
{
    struct vt_http_req *req = conn->req;
    bool close_line = req->close;
    vt_conn_metrics_request(req->status);
    vt_log(VT_LOG_DEBUG, "http.request", VT_LOG_T("method", vt_http_method_name(req->method)),
           VT_LOG_T("route", req->route ? req->route->path : "-"), VT_LOG_N("status", req->status),
           VT_LOG_N("bytes", req->bytes), VT_LOG_N("ms", vt_now_ms() - req->started_ms));
    vt_conn_request_lost(conn);
    if (close_line)
        return -1;
    vt_conn_set_reading(conn, true);
    return lws_http_transaction_completed(conn->wsi) ? -1 : 0;
}

/* The length in front of a chunk and the line's end behind it, in the room on both its sides. */
static const char *frame_chunk(char *bytes, size_t *len)
{
    char head[CHUNK_FRAME];
    const size_t n = (size_t)snprintf(head, sizeof(head), "%zx\r\n", *len);
    memcpy(bytes - n, head, n);
    memcpy(bytes + *len, "\r\n", 2);
    *len += n + 2;
    return bytes - n;
}

static bool is_drained(const struct vt_http_req *req)
{
    return req->sent == req->out.len && req->file_left == 0;
}

static void end_chunks(struct vt_http_req *req)
{
    req->chunked = false;
    if (!req->http10)
        vt_buf_text(&req->out, "0\r\n\r\n");
}

/* Page-cached pieces of a file, 64 KiB, are read on the loop: about 10 us each, four a turn at most. */
static int send_piece(struct vt_conn *conn, struct vt_http_req *req)
{
    const char *bytes = req->out.data + req->sent;
    size_t len = req->out.len - req->sent;
    if (len > 0) {
        len = len > MEMORY_PIECE ? MEMORY_PIECE : len;
        req->sent += len;
    } else {
        const size_t most = VT_CONN_CHUNK - 2 * CHUNK_FRAME,
                     want = req->file_left > most ? most : req->file_left;
        char *room = conn->net->chunk + CHUNK_FRAME;
        ssize_t got = pread(req->file, room, want, (off_t)req->file_at);
        if (got <= 0) /* cut while we sent it: a short body must not look whole */
            return -1;
        len = (size_t)got;
        req->file_at += len;
        req->file_left -= len;
        bytes = req->chunked && !req->http10 ? frame_chunk(room, &len) : room;
    }
    return lws_write(conn->wsi, (unsigned char *)(uintptr_t)bytes, len, LWS_WRITE_HTTP) < 0 ? -1 : 0;
}

int vt_conn_pump(struct vt_conn *conn)
{
    struct vt_http_req *req = conn->req;
    conn->asked = false;
    if (!req || !req->answered)
        return 0;
    for (int i = 0; i < CHUNKS_A_TURN && !lws_partial_buffered(conn->wsi); i++) {
        if (is_drained(req) && req->grows) {
            vt_conn_hold(conn); /* as a request that waits for its answer */
            return 0;
        }
        if (is_drained(req) && req->is_broken)
            return -1;
        if (is_drained(req) && req->chunked)
            end_chunks(req);
        if (is_drained(req))
            return finish(conn);
        if (send_piece(conn, req))
            return -1;
    }
    if (is_drained(req) && !req->grows && !req->chunked && !lws_partial_buffered(conn->wsi))
        return finish(conn);
    vt_conn_wait(conn);
    return 0;
}

/* True when this request came out of bytes that the library had read with the former one. A body
 * is then read from the wrong place (the request's own first line), and what follows it turns the
 * library in a circle for ever; so such a request is refused and its line closed at once. Nothing
 * read since the last request is the only sign of it that can be seen from outside. */
static bool is_stashed(struct vt_conn *conn)
{
    uint64_t now = 0;
    bool known = vt_tcp_read_so_far(lws_get_socket_fd(conn->wsi), &now);
    bool stashed = conn->read_known && (!known || now == conn->read_mark);
    conn->read_mark = now;
    conn->read_known = true;
    return stashed;
}

static bool may_have_body(struct vt_conn *conn)
{
    static const enum lws_token_indexes signs[] = { WSI_TOKEN_POST_URI, WSI_TOKEN_PUT_URI,
                                                    WSI_TOKEN_PATCH_URI, WSI_TOKEN_HTTP_CONTENT_LENGTH };
    for (size_t i = 0; i < VT_COUNT(signs); i++)
        if (lws_hdr_total_length(conn->wsi, signs[i]) > 0)
            return true;
    return false;
}

/* After the handler: send what it answered, or wait for the answer of a later turn. */
static int carry_on(struct vt_conn *conn)
{
    conn->req->inside = false;
    if (conn->req->answered)
        return vt_conn_pump(conn);
    vt_conn_hold(conn);
    return 0;
}

static int answer_fault(struct vt_conn *conn, const struct fault *fault)
{
    struct vt_http_req *req = conn->req;
    req->close = true;
    if (!req->method)
        req->method = VT_GET;
    vt_http_problem(req, fault->status, fault->type, fault->title, fault->detail);
    return carry_on(conn);
}

static int answer_too_big(struct vt_conn *conn, uint64_t length, size_t most)
{
    char detail[96];
    struct vt_http_req *req = conn->req;
    /* A modest body is read and thrown away, so that the browser reads our answer. */
    req->close |= length > DISCARD_BYTES;
    lws_snprintf(detail, sizeof(detail), "The body has %llu bytes; this address takes %zu.",
                 (unsigned long long)length, most);
    vt_http_problem(req, 413, "too-big", "Body too large", detail);
    return carry_on(conn);
}

static void begin_sink(struct vt_http_req *req, const struct vt_http_route *route, uint64_t length)
{
    req->route = route;
    route->sink->begin(req, route->owner, length);
    /* What is refused is read and thrown away up to what is taken, so that the browser reads our answer. */
    req->close |= req->answered && length > route->max_body;
}

static int begin(struct vt_conn *conn, uint64_t length)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    struct vt_http_req *req = conn->req;
    unsigned allowed;
    const struct vt_http_route *route = vt_http_routes_find(&conn->net->routes, req->path, req->method,
                                                            &allowed);
    size_t most = route ? route->max_body : DISCARD_BYTES;
    bool has_sink = route && route->sink;
    if (length > 0 && length > most && !has_sink)
        return answer_too_big(conn, length, most);
    if (length == 0 && req->method != VT_POST) {
        vt_http_dispatch(req);
        return carry_on(conn);
    }
    /* A POST of no bytes too: the library calls for its end, and must find the request waiting. */
    vt_buf_init(&req->body, most);
    if (has_sink) {
        begin_sink(req, route, length);
        if (req->answered)
            return carry_on(conn);
    }
    req->inside = false;
    char expect[16];
    if (length > 0 && lws_hdr_copy(conn->wsi, expect, sizeof(expect), WSI_TOKEN_HTTP_EXPECT) > 0 &&
        strcasecmp(expect, "100-continue") == 0 && !req->http10)
        return lws_write(conn->wsi, (unsigned char *)(uintptr_t)go_on, sizeof(go_on) - 1, LWS_WRITE_HTTP) < 0
                   ? -1
                   : 0;
    return 0;
}

int vt_conn_request(struct vt_conn *conn)
{
    uint64_t length = 0;
    struct vt_net *net = conn->net;
    vt_conn_request_lost(conn);
    conn->req = vt_http_req_create(net, conn);
    if (!conn->req)
        return -1;
    struct vt_http_req *req = conn->req;
    req->ready = handle_ready;
    req->inside = true;
    req->tls = net->tls;
    req->hsts = net->hsts;
    const bool is_first = !conn->read_known;
    conn->stashed = is_stashed(conn);
    if (conn->stashed && may_have_body(conn)) {
        answer_fault(conn, &pipelined_body);
        return -1; /* whatever is still to be sent: the library must not go on reading */
    }
    const struct fault *fault = read_request(conn, req, &length);
    /* Only of the first request of a line is it sure that it was not read ahead: where new bytes came
     * between, is_stashed() sees nothing of it. The circle begins where a line goes on after such a body, so
     * it does not. */
    req->close |= net->draining || (!is_first && may_have_body(conn));
    if (fault)
        return answer_fault(conn, fault);
    name_client(conn, req);
    return begin(conn, length);
}

/* The library ends a silent line; one that sends a byte now and then it would keep for ever. */
static bool dawdles(const struct vt_http_req *req)
{
    return vt_now_ms() - req->started_ms > BODY_MS + (int64_t)(req->taken * 1000 / BODY_BYTES_S);
}

/* What comes of a body now is nobody's: the answer is said, or is being made. */
static bool is_taken(const struct vt_http_req *req)
{
    return !req || req->answered || req->handle != 0;
}

int vt_conn_body(struct vt_conn *conn, const char *bytes, size_t len)
{
    struct vt_http_req *req = conn->req;
    if (is_taken(req) || len == 0)
        return 0;
    req->taken += len;
    if (dawdles(req)) {
        req->inside = true;
        return answer_fault(conn, &slow_body);
    }
    if (req->route && req->route->sink) {
        req->route->sink->piece(req, req->route->owner, (struct vt_str){ bytes, len });
        return 0;
    }
    return vt_buf_append(&req->body, bytes, len) ? -1 : 0;
}

int vt_conn_body_done(struct vt_conn *conn)
{
    struct vt_http_req *req = conn->req;
    if (!req)
        return 0;
    /* The library (4.1) stays in the body's state until the answer is out. Bytes that come behind the body
     * meanwhile it does not take and tells of the body's end again, for those it has stashed in a loop that
     * nothing else gets out of (lws_http_action). Clients must not send behind a POST that is not answered
     * (RFC 9112, 9.3.2): the line goes. */
    if (req->is_whole)
        return -1;
    req->is_whole = true;
    if (is_taken(req))
        return 0;
    req->inside = true;
    vt_http_dispatch(req);
    return carry_on(conn);
}

void vt_conn_request_lost(struct vt_conn *conn)
{
    vt_conn_wait_over(conn);
    vt_http_req_destroy(conn->req);
    conn->req = NULL;
}

struct vt_http_routes *vt_net_routes(struct vt_net *net)
{
    return &net->routes;
}
