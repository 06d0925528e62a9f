/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/http/http_internal.h"

void vt_http_routes_init(struct vt_http_routes *routes)
{
    *routes = (struct vt_http_routes){ .next_handle = 1 };
    vt_list_init(&routes->held);
}

void vt_http_routes_finish(struct vt_http_routes *routes)
{
    for (size_t i = 0; i < routes->count; i++)
        free(routes->list[i].path);
    routes->count = 0;
}

int vt_http_routes_add(struct vt_http_routes *routes, unsigned methods, const char *path, size_t max_body,
                       vt_http_fn *fn, void *owner)
{
    size_t len = strlen(path);
    if (routes->count == VT_HTTP_ROUTES_MOST)
        return VT_ERR_FULL;
    bool prefix = len >= 2 && path[len - 1] == '*' && path[len - 2] == '/';
    struct vt_http_route route = {
        .path = vt_str_dup((struct vt_str){ path, prefix ? len - 1 : len }),
        .path_len = prefix ? len - 1 : len,
        .prefix = prefix,
        .methods = methods & VT_GET ? methods | VT_HEAD : methods,
        .max_body = max_body,
        .fn = fn,
        .owner = owner,
    };
    if (!route.path)
        return VT_ERR_NOMEM;
    routes->list[routes->count++] = route;
    return VT_OK;
}

int vt_http_route(struct vt_net *net, unsigned methods, const char *path, size_t max_body, vt_http_fn *fn,
                  void *owner)
{
    return vt_http_routes_add(vt_net_routes(net), methods, path, max_body, fn, owner);
}

int vt_http_route_sink(struct vt_net *net, const char *path, size_t max_body, const struct vt_http_sink *sink,
                       vt_http_fn *fn, void *owner)
{
    struct vt_http_routes *routes = vt_net_routes(net);
    int err = vt_http_routes_add(routes, VT_POST, path, max_body, fn, owner);
    if (!err)
        routes->list[routes->count - 1].sink = sink;
    return err;
}

static bool fits(const struct vt_http_route *route, struct vt_str path)
{
    bool long_enough = route->prefix ? path.len >= route->path_len : path.len == route->path_len;
    return long_enough && memcmp(path.ptr, route->path, route->path_len) == 0;
}

/* True when `a` says more about a path than `b`. */
static bool is_closer(const struct vt_http_route *a, const struct vt_http_route *b)
{
    return !b || (!a->prefix && b->prefix) || (a->prefix == b->prefix && a->path_len > b->path_len);
}

static bool is_same_path(const struct vt_http_route *a, const struct vt_http_route *b)
{
    return a->prefix == b->prefix && strcmp(a->path, b->path) == 0;
}

const struct vt_http_route *vt_http_routes_find(const struct vt_http_routes *routes, struct vt_str path,
                                                unsigned method, unsigned *ret_allowed)
{
    const struct vt_http_route *closest = NULL, *found = NULL;
    *ret_allowed = 0;
    for (size_t i = 0; i < routes->count; i++)
        if (fits(&routes->list[i], path) && is_closer(&routes->list[i], closest))
            closest = &routes->list[i];
    /* One path may have a row for each method; the methods of all its rows count. */
    for (size_t i = 0; closest && i < routes->count; i++) {
        const struct vt_http_route *route = &routes->list[i];
        if (!is_same_path(route, closest))
            continue;
        *ret_allowed |= route->methods;
        if (!found && (route->methods & method))
            found = route;
    }
    return found;
}
