/* SPDX-License-Identifier: Apache-2.0 */
/* The table's side of a request: which row it is, and the rate of a token. */
#include "server/api/api.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/api/api_internal.h"

enum { TOKEN_RATE = 10, TOKEN_BURST = 50 };
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

/* --- tokens -------------------------------------------------------------------------------- */

struct rate {
    struct vt_list link; /* in vt_api.tokens_list */
    char hash[VT_SHA256_TEXT];
    struct vt_bucket bucket;
};

static void drop_rate(struct vt_api *api, struct rate *rate)
{
    vt_map_remove(&api->tokens, vt_str(rate->hash));
    vt_list_remove(&rate->link);
    free(rate);
}

static struct rate *rate_of(struct vt_api *api, const char *hash)
{
    struct rate *rate = vt_map_get(&api->tokens, vt_str(hash));
    if (rate)
        return rate;
    if (api->tokens.count >= VT_API_TOKENS)
        drop_rate(api, VT_CONTAINER_OF(api->tokens_list.next, struct rate, link));
    rate = calloc(1, sizeof(*rate));
    if (!rate)
        return NULL;
    vt_list_init(&rate->link);
    vt_str_copy(rate->hash, sizeof(rate->hash), vt_str(hash));
    if (vt_map_set(&api->tokens, vt_str(hash), rate) == VT_OK)
        return rate;
    free(rate);
    return NULL;
}

bool vt_api_take_rate(struct vt_api *api, const char *hash, uint32_t *ret_wait_ms)
{
    struct rate *rate = rate_of(api, hash);
    *ret_wait_ms = 1000;
    if (!rate)
        return false;
    vt_list_remove(&rate->link);
    vt_list_append(&api->tokens_list, &rate->link);
    return vt_bucket_take(&rate->bucket, TOKEN_RATE, TOKEN_BURST, vt_now_ms(), ret_wait_ms);
}

/* --- life ---------------------------------------------------------------------------------- */

struct vt_api *vt_api_mount(const struct vt_api_deps *deps)
{
    struct vt_api *api = calloc(1, sizeof(*api));
    if (!api)
        return NULL;
    api->deps = *deps;
    vt_list_init(&api->calls);
    vt_list_init(&api->tokens_list);
    vt_map_init(&api->tokens);
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
    VT_LIST_EACH (rate, &api->tokens_list, struct rate, link)
        drop_rate(api, rate);
    vt_map_finish(&api->tokens);
    free(api);
}
