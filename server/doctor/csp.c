/* SPDX-License-Identifier: Apache-2.0 */
#include "server/doctor/csp.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "server/base/err.h"

static bool same(struct vt_str a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.ptr, b, a.len) == 0;
}

static bool begins(struct vt_str a, const char *b)
{
    return a.len >= strlen(b) && strncasecmp(a.ptr, b, strlen(b)) == 0;
}

/* Takes the next word. */
static bool next_word(struct vt_str *list, struct vt_str *ret_word)
{
    static const char spaces[] = " \t\r\n\f";
    while (list->len > 0 && strchr(spaces, list->ptr[0]))
        *list = (struct vt_str){ list->ptr + 1, list->len - 1 };
    size_t len = 0;
    while (len < list->len && !strchr(spaces, list->ptr[len]))
        len++;
    *ret_word = (struct vt_str){ list->ptr, len };
    *list = (struct vt_str){ list->ptr + len, list->len - len };
    return len > 0;
}

struct vt_str vt_csp_directive(struct vt_str policy, const char *name)
{
    while (policy.len > 0) {
        const char *end = memchr(policy.ptr, ';', policy.len);
        struct vt_str part = { policy.ptr, end ? (size_t)(end - policy.ptr) : policy.len }, word;
        policy = end ? (struct vt_str){ end + 1, policy.len - part.len - 1 }
                     : (struct vt_str){ policy.ptr, 0 };
        if (next_word(&part, &word) && same(word, name))
            return part; /* a second one of the name counts for nothing */
    }
    return (struct vt_str){ NULL, 0 };
}

/* "*.shop.example" or "help.shop.example" against a host. */
static bool host_fits(struct vt_str pattern, const char *host)
{
    size_t len = strlen(host);
    if (pattern.len > 2 && pattern.ptr[0] == '*' && pattern.ptr[1] == '.')
        return len >= pattern.len &&
               strncasecmp(host + len - (pattern.len - 1), pattern.ptr + 1, pattern.len - 1) == 0;
    return same(pattern, "*") || same(pattern, host);
}

/* What a source's scheme lets through: itself, and what is safer. */
static bool scheme_fits(struct vt_str given, const char *scheme)
{
    return same(given, scheme) || (same(given, "http") && strcmp(scheme, "https") == 0) ||
           (same(given, "ws") && strcmp(scheme, "wss") == 0);
}

static bool port_fits(struct vt_str port, const struct vt_origin *ours)
{
    uint64_t number;
    if (!port.ptr)
        return ours->port == (ours->tls ? 443 : 80);
    return same(port, "*") || (vt_str_to_u64(port, 1, 65535, &number) == VT_OK && number == ours->port);
}

/* [scheme://]host[:port][/path]; our paths differ, so a source with a path lets us in only when it is "/". */
static bool source_fits(struct vt_str source, const struct vt_origin *page, const struct vt_origin *ours,
                        const char *scheme)
{
    const char *mark = memmem(source.ptr, source.len, "://", 3);
    struct vt_str given = { mark ? source.ptr : NULL, mark ? (size_t)(mark - source.ptr) : 0 };
    if (mark)
        source = (struct vt_str){ mark + 3, source.len - given.len - 3 };
    const char *slash = memchr(source.ptr, '/', source.len);
    if (slash && slash + 1 < source.ptr + source.len)
        return false;
    source.len = slash ? (size_t)(slash - source.ptr) : source.len;
    const char *colon = source.len && source.ptr[source.len - 1] != ']' ? memrchr(source.ptr, ':', source.len)
                                                                        : NULL;
    struct vt_str host = { source.ptr, colon ? (size_t)(colon - source.ptr) : source.len };
    struct vt_str port = { NULL, 0 };
    if (colon)
        port = (struct vt_str){ colon + 1, source.len - host.len - 1 };
    if (!given.ptr)
        given = page->tls ? VT_STR("https") : VT_STR("http");
    return scheme_fits(given, scheme) && host_fits(host, ours->host) && port_fits(port, ours);
}

static bool is_nonce(struct vt_str word, struct vt_str nonce)
{
    return nonce.ptr && begins(word, "'nonce-") && word.len == nonce.len + 8 &&
           memcmp(word.ptr + 7, nonce.ptr, nonce.len) == 0;
}

/* A scheme alone, or "*", which means every host of the web's own schemes. */
static bool fits_all(struct vt_str word, const char *scheme)
{
    if (same(word, "*"))
        return true;
    return word.len > 1 && word.ptr[word.len - 1] == ':' &&
           scheme_fits((struct vt_str){ word.ptr, word.len - 1 }, scheme);
}

static bool list_allows(struct vt_str list, bool is_script, const struct vt_origin *page,
                        const struct vt_origin *ours, const char *scheme, struct vt_str nonce)
{
    bool is_strict = false, is_ours = false;
    struct vt_str word;
    while (next_word(&list, &word)) {
        if (is_script && is_nonce(word, nonce))
            return true;
        is_strict |= is_script && same(word, "'strict-dynamic'");
        if (word.ptr[0] == '\'')
            is_ours |= same(word, "'self'") && vt_origin_eq(page, ours);
        else
            is_ours |= fits_all(word, scheme) || source_fits(word, page, ours, scheme);
    }
    return is_ours && !is_strict; /* with strict-dynamic hosts count for nothing */
}

bool vt_csp_allows(struct vt_str policy, const char *directive, const struct vt_origin *page,
                   const struct vt_origin *ours, const char *scheme, struct vt_str nonce)
{
    const bool is_script = strncmp(directive, "script-src", 10) == 0;
    struct vt_str list = { NULL, 0 };
    if (is_script)
        list = vt_csp_directive(policy, "script-src-elem");
    if (!list.ptr)
        list = vt_csp_directive(policy, directive);
    if (!list.ptr)
        list = vt_csp_directive(policy, "default-src");
    return !list.ptr || list_allows(list, is_script, page, ours, scheme, nonce);
}

bool vt_csp_lacks_type(struct vt_str policy, const char *type)
{
    struct vt_str list = vt_csp_directive(policy, "trusted-types"), word;
    if (!list.ptr)
        return false;
    while (next_word(&list, &word))
        if (same(word, type) || same(word, "*"))
            return false;
    return true;
}
