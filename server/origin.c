/* SPDX-License-Identifier: Apache-2.0 */
#include "server/origin.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "server/base/err.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool has_scheme(struct vt_str text, const char *scheme)
{
    size_t len = strlen(scheme);
    if (text.len < len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (lower(text.ptr[i]) != scheme[i])
            return false;
    return true;
}

static bool is_host_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

/* Labels of 1 to 63 characters that neither start nor end with a hyphen. The underscore is no
 * host name's, but browsers open such hosts and send them. */
static bool is_name(const char *host, size_t len)
{
    size_t label = 0;
    for (size_t i = 0; i < len; i++) {
        if (!is_host_char(host[i]))
            return false;
        if (host[i] == '.') {
            if (label == 0 || host[i - 1] == '-')
                return false;
            label = 0;
        } else if ((label == 0 && host[i] == '-') || ++label > 63) {
            return false;
        }
    }
    return label > 0 && host[len - 1] != '-';
}

/* A last label of digits makes it an IPv4 address, which must then be one in its usual form:
 * 127.1 and 2130706433 are other spellings of loopback. */
static bool is_host(const char *host, size_t len)
{
    struct in_addr v4;
    struct in6_addr v6;
    if (host[0] == '[') {
        char inner[INET6_ADDRSTRLEN];
        return len > 3 && host[len - 1] == ']' &&
               vt_str_copy(inner, sizeof(inner), (struct vt_str){ host + 1, len - 2 }) &&
               inet_pton(AF_INET6, inner, &v6) == 1;
    }
    const char *last = strrchr(host, '.');
    last = last ? last + 1 : host;
    if (*last && strspn(last, "0123456789") == strlen(last))
        return inet_pton(AF_INET, host, &v4) == 1;
    return is_name(host, len);
}

static int parse_port(struct vt_str text, uint16_t *ret_port)
{
    uint64_t port;
    if (text.len > 5 || vt_str_to_u64(text, 1, 65535, &port))
        return VT_ERR_INVALID;
    *ret_port = (uint16_t)port;
    return VT_OK;
}

/* The colon of a port: after the bracket of an IPv6 host, else the only one. */
static const char *find_port(struct vt_str host)
{
    const char *from = host.ptr;
    if (host.len > 0 && host.ptr[0] == '[') {
        from = memchr(host.ptr, ']', host.len);
        if (!from)
            return NULL;
    }
    return memchr(from, ':', host.len - (size_t)(from - host.ptr));
}

int vt_origin_parse(struct vt_str text, struct vt_origin *ret_origin)
{
    struct vt_origin origin = { 0 };
    if (!text.ptr)
        return VT_ERR_INVALID;
    origin.tls = has_scheme(text, "https://");
    if (!origin.tls && !has_scheme(text, "http://"))
        return VT_ERR_INVALID;
    size_t scheme = origin.tls ? 8 : 7;
    struct vt_str host = { text.ptr + scheme, text.len - scheme };
    const char *colon = find_port(host);
    origin.port = origin.tls ? 443 : 80;
    if (colon) {
        size_t before = (size_t)(colon - host.ptr);
        if (parse_port((struct vt_str){ colon + 1, host.len - before - 1 }, &origin.port))
            return VT_ERR_INVALID;
        host.len = before;
    }
    if (host.len == 0 || host.len >= sizeof(origin.host) || memchr(host.ptr, '\0', host.len))
        return VT_ERR_INVALID;
    for (size_t i = 0; i < host.len; i++)
        origin.host[i] = lower(host.ptr[i]);
    if (!is_host(origin.host, host.len))
        return VT_ERR_INVALID;
    *ret_origin = origin;
    return VT_OK;
}

bool vt_origin_eq(const struct vt_origin *a, const struct vt_origin *b)
{
    return a->tls == b->tls && a->port == b->port && strcmp(a->host, b->host) == 0;
}

bool vt_origin_same(struct vt_str a, struct vt_str b)
{
    struct vt_origin left, right;
    return vt_origin_parse(a, &left) == VT_OK && vt_origin_parse(b, &right) == VT_OK &&
           vt_origin_eq(&left, &right);
}

void vt_origin_text(const struct vt_origin *origin, char ret_text[VT_ORIGIN_TEXT])
{
    bool usual = origin->port == (origin->tls ? 443 : 80);
    const char *scheme = origin->tls ? "https" : "http";
    if (usual)
        snprintf(ret_text, VT_ORIGIN_TEXT, "%s://%s", scheme, origin->host);
    else
        snprintf(ret_text, VT_ORIGIN_TEXT, "%s://%s:%u", scheme, origin->host, (unsigned)origin->port);
}
