/* SPDX-License-Identifier: Apache-2.0 */
/* The WebSocket handshake, judged before the library takes the role: only here a status can still
 * be said. The library checks neither method, nor versions, nor Origin, nor the key. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "server/base/err.h"
#include "server/conn_internal.h"
#include "server/http/path.h"

enum { PROTOCOL_LIST_BYTES = 120 /* the library reads no longer list */ };

struct refusal {
    int status;
    const char *type, *detail, *more; /* more: a header line or NULL */
    enum vt_conn_refusal why;
};

static int answer(struct vt_conn *conn, struct lws *wsi, const struct refusal *refusal)
{
    char body[512], text[1024];
    int body_len = snprintf(
        body, sizeof(body),
        "{\"type\":\"%s\",\"title\":\"Handshake refused\",\"status\":%d,\"detail\":\"%s\"}", refusal->type,
        refusal->status, refusal->detail);
    int len = snprintf(
        text, sizeof(text),
        "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\nContent-Length: %d\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n%sConnection: close\r\n\r\n%s",
        refusal->status, vt_http_reason(refusal->status), body_len, refusal->more ? refusal->more : "", body);
    vt_conn_metrics_refused(refusal->why);
    vt_conn_metrics_request(refusal->status);
    (void)conn;
    lws_write(wsi, (unsigned char *)text, (size_t)len, LWS_WRITE_HTTP);
    return -1;
}

/* Takes the next element of a comma list. */
static bool next_element(struct vt_str *list, struct vt_str *ret_element)
{
    while (list->len > 0) {
        const char *comma = memchr(list->ptr, ',', list->len);
        size_t len = comma ? (size_t)(comma - list->ptr) : list->len;
        struct vt_str element = { list->ptr, len };
        size_t step = comma ? len + 1 : len;
        *list = (struct vt_str){ list->ptr + step, list->len - step };
        while (element.len > 0 && strchr(" \t", element.ptr[0]))
            element = (struct vt_str){ element.ptr + 1, element.len - 1 };
        while (element.len > 0 && strchr(" \t", element.ptr[element.len - 1]))
            element.len--;
        *ret_element = element;
        if (element.len > 0)
            return true;
    }
    return false;
}

static bool same_word(struct vt_str a, const char *word)
{
    return a.ptr && a.len == strlen(word) && strncasecmp(a.ptr, word, a.len) == 0;
}

static bool lists_upgrade(struct vt_str connection)
{
    struct vt_str element;
    while (connection.ptr && next_element(&connection, &element))
        if (same_word(element, "upgrade"))
            return true;
    return false;
}

/* The library takes the first name that it knows, so a list that also names its inner protocol
 * must not get through. */
static bool lists_ours(struct vt_str protocols)
{
    struct vt_str element;
    bool found = false;
    if (!protocols.ptr || protocols.len > PROTOCOL_LIST_BYTES)
        return false;
    while (next_element(&protocols, &element)) {
        if (vt_str_eq(element, VT_STR("http")))
            return false;
        found |= vt_str_eq(element, VT_STR(VT_CONN_PROTOCOL));
    }
    return found;
}

/* 16 bytes as base64: 22 characters and two signs of padding (RFC 6455, section 4.1). */
static bool is_key(struct vt_str key)
{
    if (key.len != 24 || key.ptr[22] != '=' || key.ptr[23] != '=')
        return false;
    for (size_t i = 0; i < 22; i++) {
        char c = key.ptr[i];
        bool ok = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
                  c == '/';
        if (!ok)
            return false;
    }
    return strchr("AQgw", key.ptr[21]) != NULL; /* the last four bits are no part of 16 bytes */
}

struct offer {
    struct vt_str path, upgrade, connection, version, key, protocols, origin, host, http, length, coding,
        forwarded;
};

static bool read_offer(struct lws *wsi, struct vt_arena *arena, struct offer *offer)
{
    const struct {
        enum lws_token_indexes token;
        struct vt_str *value;
    } rows[] = {
        { WSI_TOKEN_GET_URI, &offer->path },
        { WSI_TOKEN_UPGRADE, &offer->upgrade },
        { WSI_TOKEN_CONNECTION, &offer->connection },
        { WSI_TOKEN_VERSION, &offer->version },
        { WSI_TOKEN_KEY, &offer->key },
        { WSI_TOKEN_PROTOCOL, &offer->protocols },
        { WSI_TOKEN_ORIGIN, &offer->origin },
        { WSI_TOKEN_HOST, &offer->host },
        { WSI_TOKEN_HTTP, &offer->http },
        { WSI_TOKEN_HTTP_CONTENT_LENGTH, &offer->length },
        { WSI_TOKEN_HTTP_TRANSFER_ENCODING, &offer->coding },
        { WSI_TOKEN_X_FORWARDED_FOR, &offer->forwarded },
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        if (!vt_conn_header(wsi, rows[i].token, arena, rows[i].value))
            return false;
    return true;
}

/* Behind a trusted proxy every socket has the proxy's address; the client's is the one to count. */
static bool count_client(struct vt_conn *conn, struct vt_str forwarded)
{
    struct vt_address client;
    vt_address_forwarded(&conn->net->trusted, &conn->address, forwarded, &client);
    if (!vt_conn_count(conn, &client))
        return false;
    vt_address_text(&client, conn->addr);
    return true;
}

static int judge(struct vt_conn *conn, struct lws *wsi, const struct offer *offer)
{
    struct vt_net *net = conn->net;
#define REFUSE(status_, type_, why_, more_, detail_)                                                         \
    return answer(conn, wsi, &(struct refusal){ status_, type_, detail_, more_, why_ })
    if (!offer->path.ptr)
        REFUSE(405, "method", VT_REFUSED_UPGRADE, "Allow: GET\r\n", "A WebSocket is opened by GET.");
    if (!vt_str_eq(offer->path, VT_STR(VT_CONN_PATH)))
        REFUSE(404, "unknown", VT_REFUSED_UPGRADE, NULL, "WebSockets are at /v1/socket.");
    if (!vt_str_eq(offer->http, VT_STR("HTTP/1.1")))
        REFUSE(400, "handshake", VT_REFUSED_UPGRADE, NULL, "A WebSocket needs HTTP/1.1.");
    if (!offer->host.ptr || offer->host.len == 0 || memchr(offer->host.ptr, ',', offer->host.len))
        REFUSE(400, "handshake", VT_REFUSED_UPGRADE, NULL, "One Host header is needed.");
    if (offer->coding.ptr || (offer->length.ptr && !vt_str_eq(offer->length, VT_STR("0"))))
        REFUSE(400, "handshake", VT_REFUSED_UPGRADE, NULL, "A handshake has no body.");
    if (!lists_upgrade(offer->connection))
        REFUSE(400, "handshake", VT_REFUSED_UPGRADE, NULL, "Connection must list Upgrade.");
    if (!vt_str_eq(offer->version, VT_STR("13")))
        REFUSE(426, "version", VT_REFUSED_UPGRADE, "Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\n",
               "Sec-WebSocket-Version must be 13.");
    if (!is_key(offer->key))
        REFUSE(400, "handshake", VT_REFUSED_UPGRADE, NULL, "Sec-WebSocket-Key must be 16 bytes in base64.");
    if (!offer->origin.ptr || !net->handler.origin_allowed(net->handler.owner, offer->origin))
        REFUSE(403, "origin", VT_REFUSED_ORIGIN, NULL, "This Origin belongs to no site here.");
    if (!lists_ours(offer->protocols))
        REFUSE(400, "subprotocol", VT_REFUSED_UPGRADE, NULL,
               "Sec-WebSocket-Protocol must list vitrine.v1; reload the page to get a current client.");
    if (net->draining)
        REFUSE(503, "draining", VT_REFUSED_DRAIN, "Retry-After: 1\r\n",
               "The server is about to stop; try again.");
    if (!count_client(conn, offer->forwarded))
        REFUSE(429, "too-many", VT_REFUSED_ADDRESS, "Retry-After: 10\r\n",
               "Too many connections come from this address.");
#undef REFUSE
    return 0;
}

int vt_conn_upgrade(struct vt_conn *conn, struct lws *wsi)
{
    struct vt_arena arena;
    struct offer offer = { 0 };
    char upgrade[16];
    /* For a foreign `Upgrade:` on a kept line the library has answered 403 and freed the header
     * table before it asks us, so its `in` points nowhere; then there is nothing to copy. */
    if (lws_hdr_copy(wsi, upgrade, sizeof(upgrade), WSI_TOKEN_UPGRADE) <= 0 ||
        strcasecmp(upgrade, "websocket") != 0)
        return -1;
    vt_arena_init(&arena, VT_HTTP_ARENA_BYTES);
    int verdict;
    if (!read_offer(wsi, &arena, &offer))
        verdict = answer(conn, wsi,
                         &(struct refusal){ 400, "handshake", "A header holds bytes that cannot be there.",
                                            NULL, VT_REFUSED_UPGRADE });
    else
        verdict = judge(conn, wsi, &offer);
    if (verdict == 0 && !(conn->origin = vt_str_dup(offer.origin)))
        verdict = -1;
    vt_arena_finish(&arena);
    return verdict;
}
