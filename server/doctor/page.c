/* SPDX-License-Identifier: Apache-2.0 */
/* A page of the shop: is our script in it, with a key that is a site's, may the page's origin use that site,
 * and does the page's own policy let the script work? */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "server/base/arena.h"
#include "server/base/err.h"
#include "server/doctor/csp.h"
#include "server/doctor/doctor_internal.h"
#include "server/outgoing/url.h"
#include "server/store/manage.h"

enum { PAGE_BYTES = 2 << 20, REDIRECTS = 4, TEXT_BYTES = 2048, ARENA_BYTES = 8 << 20, POLICIES = 8 };

struct page {
    struct vt_url url;
    struct vt_line_answer answer;
    struct vt_str tag; /* of our script, from '<' to '>'; absent: none */
};

/* --- fetching ------------------------------------------------------------------------------------ */

static bool go_on(struct vt_doctor *doctor, struct page *page, struct vt_str location)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_URL_MOST * 2), why = VT_BUF_INIT(TEXT_BYTES);
    char origin[VT_ORIGIN_TEXT];
    vt_origin_text(&page->url.origin, origin);
    if (location.len > 0 && location.ptr[0] == '/' && !(location.len > 1 && location.ptr[1] == '/'))
        vt_buf_text(&text, origin);
    vt_buf_str(&text, location);
    if (vt_url_parse(vt_buf_view(&text), &page->url, &why) == VT_OK)
        return true;
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.reach", "The page leads on to an address that is none.");
    return false;
}

static bool fetch(struct vt_doctor *doctor, struct page *page)
{
    char why[VT_LINE_WHY] = "it leads in a circle";
    for (int i = 0; i <= REDIRECTS; i++) {
        vt_line_answer_finish(&page->answer);
        page->answer = (struct vt_line_answer)VT_LINE_ANSWER_INIT(PAGE_BYTES);
        if (vt_line_get(&page->url.origin, page->url.path, "", &page->answer, why) != VT_OK)
            break;
        if (page->answer.status == 200)
            return true;
        struct vt_str location = vt_line_header(&page->answer, "location", 0);
        snprintf(why, sizeof(why), "it is answered %d", page->answer.status);
        if (page->answer.status / 100 != 3 || !location.ptr)
            break;
        if (!go_on(doctor, page, location))
            return false;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.reach", "The page %s cannot be looked at: %s.", doctor->page,
                  why);
    vt_doctor_cure(doctor, "give --page the address of a page that anybody can open");
    return false;
}

/* --- the script tag ------------------------------------------------------------------------------ */

static struct vt_str find_tag(struct vt_str html)
{
    const char *end = html.ptr + html.len;
    for (const char *at = html.ptr; at && at < end; at++) {
        at = memmem(at, (size_t)(end - at), "vitrine.js", 10);
        if (!at)
            break;
        const char *first = memrchr(html.ptr, '<', (size_t)(at - html.ptr));
        const char *last = memchr(at, '>', (size_t)(end - at));
        if (first && last && strncasecmp(first, "<script", 7) == 0)
            return (struct vt_str){ first, (size_t)(last - first) };
    }
    return (struct vt_str){ NULL, 0 };
}

/* name="value", name='value' or name=value within a tag. */
static struct vt_str attribute(struct vt_str tag, const char *name)
{
    const size_t len = strlen(name);
    for (size_t i = 1; i + len + 1 < tag.len; i++) {
        const char *at = tag.ptr + i;
        if (!strchr(" \t\r\n", at[-1]) || strncasecmp(at, name, len) != 0 || at[len] != '=')
            continue;
        at += len + 1;
        size_t left = tag.len - (size_t)(at - tag.ptr);
        if (*at == '"' || *at == '\'') {
            const char *end = memchr(at + 1, *at, left - 1);
            return (struct vt_str){ at + 1, end ? (size_t)(end - at - 1) : left - 1 };
        }
        size_t n = 0;
        while (n < left && !strchr(" \t\r\n", at[n]))
            n++;
        return (struct vt_str){ at, n };
    }
    return (struct vt_str){ NULL, 0 };
}

/* The key of Vitrine('init', {site: 'pk_…'}), for pages where a tag manager hides the tag. */
static struct vt_str key_in_call(struct vt_str html)
{
    const char *at = memmem(html.ptr, html.len, "pk_", 3);
    size_t n = 0;
    while (at && at + n < html.ptr + html.len &&
           strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", at[n]))
        n++;
    return (struct vt_str){ at, n };
}

static void look_at_source(struct vt_doctor *doctor, const struct page *page)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(TEXT_BYTES);
    struct vt_url source;
    struct vt_str src = attribute(page->tag, "src");
    if (!src.ptr || vt_url_parse(src, &source, &why) != VT_OK || !vt_origin_eq(&source.origin, &doctor->to)) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.script",
                      "The page takes the script from \"%.*s\", and not from %s.",
                      (int)(src.len > 200 ? 200 : src.len), src.ptr ? src.ptr : "", doctor->to_text);
        vt_doctor_cure(doctor, "in the page: src=\"%s/v1/vitrine.js\"", doctor->to_text);
    } else if (page->url.origin.tls && !source.origin.tls) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.script",
                      "The page is https and the script http: browsers block it.");
        vt_doctor_cure_option(doctor, "base-url", "https://…");
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "page.script", "The page has the script.");
    }
}

/* --- site and origin ----------------------------------------------------------------------------- */

static bool lists(struct vt_str list, const char *origin)
{
    while (list.len > 0) {
        const char *space = memchr(list.ptr, ' ', list.len);
        size_t len = space ? (size_t)(space - list.ptr) : list.len;
        if (vt_origin_same((struct vt_str){ list.ptr, len }, vt_str(origin)))
            return true;
        len += space != NULL;
        list = (struct vt_str){ list.ptr + len, list.len - len };
    }
    return false;
}

static void look_at_origin(struct vt_doctor *doctor, const struct page *page,
                           const struct vt_store_site *site)
{
    char origin[VT_ORIGIN_TEXT];
    vt_origin_text(&page->url.origin, origin);
    if (lists(site->origins, origin)) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "page.origin", "The site %.*s lists %s.", VT_STR_ARG(site->key),
                      origin);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.origin",
                  "The site %.*s does not list %s: its pages are refused.", VT_STR_ARG(site->key), origin);
    vt_doctor_cure(doctor, "vitrine admin site origin add --data %s --site %.*s %s", doctor->config.data,
                   VT_STR_ARG(site->key), origin);
}

static void look_at_site(struct vt_doctor *doctor, const struct page *page)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(TEXT_BYTES);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_store_site site;
    struct vt_str key = attribute(page->tag, "data-site");
    vt_arena_init(&arena, ARENA_BYTES);
    if (!key.ptr)
        key = key_in_call(vt_buf_view(&page->answer.body));
    struct vt_manage *manage = vt_manage_look(doctor->config.data, doctor->config.store, &error);
    if (!manage) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "page.site", "The sites cannot be read: %s",
                      vt_buf_cstr(&error));
        return;
    }
    if (key.len > 0 && vt_manage_site_find(manage, key, &arena, &site) == VT_OK) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "page.site", "Its key %.*s is a site's.", VT_STR_ARG(key));
        look_at_origin(doctor, page, &site);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.site",
                      key.len ? "The page's key %.*s is no site's here." : "The page names no site.%.*s",
                      (int)(key.len > 100 ? 100 : key.len), key.len ? key.ptr : "");
        vt_doctor_cure(doctor,
                       "in the page: data-site=\"pk_…\"; `vitrine admin site list --data %s` shows the keys",
                       doctor->config.data);
    }
    vt_manage_close(manage);
}

/* --- the page's policies ------------------------------------------------------------------------- */

/* The policy of a <meta http-equiv>, or of the nth header. */
static size_t find_policies(const struct page *page, struct vt_str policies[POLICIES])
{
    size_t n = 0;
    struct vt_str text;
    while (n < POLICIES && (text = vt_line_header(&page->answer, "content-security-policy", n)).ptr)
        policies[n++] = text;
    struct vt_str html = vt_buf_view(&page->answer.body);
    for (const char *at = html.ptr, *end = html.ptr + html.len; n < POLICIES;) {
        at = memmem(at, (size_t)(end - at), "<meta", 5);
        const char *last = at ? memchr(at, '>', (size_t)(end - at)) : NULL;
        if (!last)
            break;
        struct vt_str tag = { at, (size_t)(last - at) };
        struct vt_str kind = attribute(tag, "http-equiv");
        if (kind.len == 23 && strncasecmp(kind.ptr, "content-security-policy", 23) == 0)
            policies[n++] = attribute(tag, "content");
        at = last;
    }
    return n;
}

static bool each_allows(const struct vt_str *policies, size_t n, const char *directive,
                        const struct page *page, const struct vt_origin *ours, const char *scheme)
{
    for (size_t i = 0; i < n; i++)
        if (!vt_csp_allows(policies[i], directive, &page->url.origin, ours, scheme,
                           attribute(page->tag, "nonce")))
            return false;
    return true;
}

static void look_at_policy(struct vt_doctor *doctor, const struct page *page)
{
    static const struct {
        const char *directive, *check, *scheme, *loss;
        bool is_socket;
    } rows[] = {
        { "script-src", "page.csp-script", "https", "the script itself is blocked", false },
        { "connect-src", "page.csp-connect", "https", "nothing can be asked", false },
        { "connect-src", "page.csp-connect", "wss", "no conversation can begin", true },
        { "img-src", "page.csp-img", "https", "no picture can be shown", false },
        { "media-src", "page.csp-media", "https", "no film can be played", false },
    };
    struct vt_str policies[POLICIES];
    const size_t n = find_policies(page, policies);
    size_t blocked = 0;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        char scheme[8], host[VT_ORIGIN_TEXT];
        snprintf(scheme, sizeof(scheme), "%.*s", (int)strlen(rows[i].scheme) - !doctor->to.tls,
                 rows[i].scheme);
        if (each_allows(policies, n, rows[i].directive, page, &doctor->to, scheme))
            continue;
        blocked++;
        vt_line_host(&doctor->to, host);
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, rows[i].check,
                      "The page's Content-Security-Policy does not let %s://%s through: %s.", scheme, host,
                      rows[i].loss);
        vt_doctor_cure(doctor, "in the shop's policy: add %s://%s to %s%s", scheme, host, rows[i].directive,
                       strcmp(rows[i].directive, "script-src") == 0 ? ", or the page's nonce to our tag"
                                                                    : "");
    }
    for (size_t i = 0; i < n; i++) {
        if (!vt_csp_lacks_type(policies[i], "vitrine"))
            continue;
        blocked++;
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.csp-types",
                      "The page's policy names its Trusted Types, and ours not.");
        vt_doctor_cure(doctor, "in the shop's policy: add vitrine to trusted-types");
    }
    if (blocked == 0)
        vt_doctor_say(doctor, VT_DOCTOR_OK, "page.csp",
                      n ? "The page's policy lets the script work."
                        : "The page has no Content-Security-Policy.");
}

void vt_doctor_page(struct vt_doctor *doctor)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(TEXT_BYTES);
    struct page page = { .answer = VT_LINE_ANSWER_INIT(PAGE_BYTES) };
    if (vt_url_parse(vt_str(doctor->page), &page.url, &why) != VT_OK) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "page.reach", "--page %s: %s.", doctor->page,
                      vt_buf_cstr(&why));
        vt_doctor_cure(doctor, "write it whole, as https://shop.example/ring");
    } else if (fetch(doctor, &page)) {
        page.tag = find_tag(vt_buf_view(&page.answer.body));
        if (page.tag.ptr) {
            look_at_source(doctor, &page);
        } else {
            vt_doctor_say(doctor, VT_DOCTOR_WARN, "page.script",
                          "The script tag is not in the page as it comes; a tag manager may add it.");
            vt_doctor_cure(doctor,
                           "in the page: <script async src=\"%s/v1/vitrine.js\" data-site=\"pk_…\"></script>",
                           doctor->to_text);
        }
        look_at_site(doctor, &page);
        look_at_policy(doctor, &page);
    }
    vt_line_answer_finish(&page.answer);
}
