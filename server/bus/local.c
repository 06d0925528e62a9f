/* SPDX-License-Identifier: Apache-2.0 */
/* The bus of a single process: a publication waits one turn, as it would on a network, so that a
 * mistake in ordering shows on a laptop. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/bus/bus.h"

enum { SUBSCRIPTIONS = 16, WAITING_MAX = 65536 };

struct local {
    struct vt_bus base;
    struct vt_loop *loop; /* borrowed */
    size_t waiting;
    size_t n;
    struct {
        const char *topic;
        vt_bus_fn *fn;
        void *arg;
    } subscriptions[SUBSCRIPTIONS];
};

struct publication {
    struct vt_post post;
    struct local *local;
    const char *topic;
    size_t len;
    char bytes[];
};

static void handle_publication(void *arg)
{
    struct publication *p = arg;
    for (size_t i = 0; i < p->local->n; i++)
        if (strcmp(p->local->subscriptions[i].topic, p->topic) == 0)
            p->local->subscriptions[i].fn(p->local->subscriptions[i].arg,
                                          (struct vt_str){ p->bytes, p->len });
    p->local->waiting--;
    free(p);
}

static int local_publish(struct vt_bus *bus, const char *topic, struct vt_str bytes)
{
    struct local *local = (struct local *)bus;
    if (local->waiting >= WAITING_MAX)
        return VT_ERR_FULL;
    struct publication *p = malloc(sizeof(*p) + bytes.len);
    if (!p)
        return VT_ERR_NOMEM;
    *p = (struct publication){ .local = local, .topic = topic, .len = bytes.len };
    memcpy(p->bytes, bytes.ptr, bytes.len);
    local->waiting++;
    vt_loop_post_own(local->loop, &p->post, handle_publication, p);
    return VT_OK;
}

static int local_subscribe(struct vt_bus *bus, const char *topic, vt_bus_fn *fn, void *arg)
{
    struct local *local = (struct local *)bus;
    if (local->n == SUBSCRIPTIONS)
        return VT_ERR_FULL;
    local->subscriptions[local->n].topic = topic;
    local->subscriptions[local->n].fn = fn;
    local->subscriptions[local->n++].arg = arg;
    return VT_OK;
}

static void local_close(struct vt_bus *bus)
{
    free(bus);
}

struct vt_bus *vt_bus_open_local(struct vt_loop *loop)
{
    static const struct vt_bus_ops ops = { local_publish, local_subscribe, local_close };
    struct local *local = calloc(1, sizeof(*local));
    if (!local)
        return NULL;
    local->base.ops = &ops;
    local->loop = loop;
    return &local->base;
}
