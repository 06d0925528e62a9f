/* SPDX-License-Identifier: Apache-2.0 */
/* The table's side of a request: which row it is, the rate of a token, and what its site has left. */
#include "server/api/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api/api_internal.h"
#include "server/app.h"
#include "server/quota.h"

enum { BURST_SECONDS = 5 };
#define PREFIX "/api/v1"

/* --- rows ---------------------------------------------------------------------------------- */

static struct vt_str next_segment(struct vt_str *rest)
{
    struct vt_str segment = { rest->ptr + 1, 0 }; /* behind the slash */
    while (segment.len + 1 < rest->len && segment.ptr[segment.len] != '/')
        segment.len++;
    rest->ptr += segment.len + 1;
    rest->len -= segment.len + 1;
    return segment;
}

static bool fits(const struct vt_api_row *row, struct vt_str path, struct vt_str *ret_id)
{
    struct vt_str pattern = vt_str(row->path);
    *ret_id = (struct vt_str){ 0 };
    while (path.len > 0 && pattern.len > 0) {
        struct vt_str want = next_segment(&pattern), have = next_segment(&path);
        if (vt_str_eq(want, VT_STR("{id}")))
            *ret_id = have;
        else if (!vt_str_eq(want, have))
            return false;
    }
    return path.len == 0 && pattern.len == 0;
}

static void refuse_method(struct vt_http_req *req, unsigned allowed)
{
    char allow[48] = "";
    for (unsigned method = VT_GET; method <= VT_DELETE; method <<= 1) {
        size_t len = strlen(allow);
        if (allowed & method)
            snprintf(allow + len, sizeof(allow) - len, "%s%s", len ? ", " : "",
                     vt_http_method_name((enum vt_method)method));
    }
    vt_http_set(req, "Allow", allow);
    vt_http_problem(req, 405, "method", "Method not allowed", "Allow names the methods of this address.");
}

static void handle(struct vt_http_req *req, void *owner)
{
    struct vt_str path = vt_http_path(req), id;
    enum vt_method method = vt_http_method(req) == VT_HEAD ? VT_GET : vt_http_method(req);
    unsigned allowed = 0;
    path.ptr += sizeof(PREFIX) - 1;
    path.len -= sizeof(PREFIX) - 1;
    for (size_t i = 0; i < vt_api_rows_n; i++) {
        if (!fits(&vt_api_rows[i], path, &id))
            continue;
        if (vt_api_rows[i].method == method) {
            vt_api_begin(owner, &vt_api_rows[i], id, req);
            return;
        }
        allowed |= vt_api_rows[i].method;
    }
    if (allowed)
        refuse_method(req, allowed);
    else
        vt_http_problem(req, 404, "missing", "Not found", "There is nothing at this address.");
}

void vt_api_write_rows(struct vt_buf *out)
{
    static const char *const who[] = { "anyone", "associate", "supervisor", "admin" };
    for (size_t i = 0; i < vt_api_rows_n; i++) {
        const struct vt_api_row *row = &vt_api_rows[i];
        vt_buf_printf(out, "{\"method\":\"%s\",\"path\":\"" PREFIX "%s\",\"who\":\"%s\",\"token\":%s}\n",
                      vt_http_method_name(row->method), row->path, who[row->who],
                      row->flags & VT_API_TOKEN ? "true" : "false");
    }
}

/* --- tokens and logins --------------------------------------------------------------------- */

/* Of a token its rate, and of what has been asked with once the site: only the store knows it else, and a
 * site that has used up its quota is refused before the store is asked. */
struct known {
    struct vt_list link; /* in vt_api.known_list */
    char hash[VT_SHA256_TEXT];
    char site[VT_API_ID]; /* "": not yet */
    struct vt_bucket bucket;
};

static void drop_known(struct vt_api *api, struct known *known)
{
    vt_map_remove(&api->known, vt_str(known->hash));
    vt_list_remove(&known->link);
    free(known);
}

static struct known *known_of(struct vt_api *api, const char *hash)
{
    struct known *known = vt_map_get(&api->known, vt_str(hash));
    if (known)
        return known;
    if (api->known.count >= VT_API_KNOWN)
        drop_known(api, VT_CONTAINER_OF(api->known_list.next, struct known, link));
    known = calloc(1, sizeof(*known));
    if (!known)
        return NULL;
    vt_list_init(&known->link);
    vt_str_copy(known->hash, sizeof(known->hash), vt_str(hash));
    if (vt_map_set(&api->known, vt_str(hash), known) == VT_OK)
        return known;
    free(known);
    return NULL;
}

static struct known *use_known(struct vt_api *api, const char *hash)
{
    struct known *known = known_of(api, hash);
    if (!known)
        return NULL;
    vt_list_remove(&known->link);
    vt_list_append(&api->known_list, &known->link);
    return known;
}

bool vt_api_take_rate(struct vt_api *api, const char *hash, uint32_t *ret_wait_ms)
{
    struct known *known = use_known(api, hash);
    const uint32_t rate = (uint32_t)api->deps.config->token_rate;
    *ret_wait_ms = 1000;
    return known && vt_bucket_take(&known->bucket, rate, rate * BURST_SECONDS, vt_now_ms(), ret_wait_ms);
}

static const char *hash_of(const struct vt_api_call *call)
{
    return call->token_hash[0] ? call->token_hash : call->cookie_hash;
}

void vt_api_learn_site(struct vt_api_call *call)
{
    struct known *known = call->site.len > 0 && hash_of(call)[0] ? use_known(call->api, hash_of(call)) : NULL;
    if (known)
        vt_str_copy(known->site, sizeof(known->site), call->site);
    /* The first time it is paid for afterwards. */
    if (!call->share_of[0] && call->row->method != VT_GET)
        vt_quotas_spend(call->api->deps.app->deps.quotas, call->site, VT_QUOTA_ROWS, 1, vt_now_ms());
}

static void refuse_site(struct vt_http_req *req, uint32_t wait_ms, const char *detail)
{
    char seconds[24];
    snprintf(seconds, sizeof(seconds), "%u", wait_ms / 1000 + 1);
    vt_http_set(req, "Retry-After", seconds);
    vt_http_problem(req, 429, "too-many", "Your site asks for too much", detail);
}

bool vt_api_take_site(struct vt_api_call *call, struct vt_http_req *req)
{
    struct vt_quotas *quotas = call->api->deps.app->deps.quotas;
    const struct known *known = vt_map_get(&call->api->known, vt_str(hash_of(call)));
    const struct vt_str site = vt_str(known ? known->site : "");
    const bool writes = call->row->method != VT_GET;
    const int64_t now_ms = vt_now_ms();
    uint32_t wait_ms = 0;
    if (site.len == 0)
        return true;
    if (!vt_quotas_take(quotas, site, VT_QUOTA_MESSAGES, 1, now_ms, &wait_ms) ||
        (writes && !vt_quotas_take(quotas, site, VT_QUOTA_ROWS, 1, now_ms, &wait_ms))) {
        refuse_site(req, wait_ms,
                    writes ? "One site of several may write so much a second: Retry-After says how long to "
                             "wait. Nothing was changed."
                           : "One site of several may ask so much a second: Retry-After says how long to "
                             "wait.");
        return false;
    }
    if (!vt_quotas_enter(quotas, site, VT_QUOTA_MESSAGES, VT_API_CALLS)) {
        refuse_site(req, 0, "Your site has its share of what is under way: wait for answers, then ask on.");
        return false;
    }
    vt_str_copy(call->share_of, sizeof(call->share_of), site);
    return true;
}

void vt_api_leave_site(struct vt_api_call *call)
{
    if (call->share_of[0])
        vt_quotas_leave(call->api->deps.app->deps.quotas, vt_str(call->share_of), VT_QUOTA_MESSAGES);
}

/* --- life ---------------------------------------------------------------------------------- */

struct vt_api *vt_api_mount(const struct vt_api_deps *deps)
{
    struct vt_api *api = calloc(1, sizeof(*api));
    if (!api)
        return NULL;
    api->deps = *deps;
    vt_list_init(&api->calls);
    vt_list_init(&api->known_list);
    vt_map_init(&api->known);
    if (vt_http_route(deps->net, VT_GET | VT_POST | VT_PUT | VT_DELETE, PREFIX "/*", VT_API_BODY, handle,
                      api) == VT_OK)
        return api;
    free(api);
    return NULL;
}

void vt_api_close(struct vt_api *api)
{
    if (api)
        api->closed = true;
}

void vt_api_destroy(struct vt_api *api)
{
    if (!api)
        return;
    VT_LIST_EACH (call, &api->calls, struct vt_api_call, all)
        vt_api_call_end(call);
    VT_LIST_EACH (known, &api->known_list, struct known, link)
        drop_known(api, known);
    vt_map_finish(&api->known);
    free(api);
}
