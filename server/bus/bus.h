/* SPDX-License-Identifier: Apache-2.0 */
/* The bus: what nodes tell each other. One interface; here the implementation within one process.
 *
 * A publication reaches every subscriber of its topic on every node, this one included, in a later
 * turn and in order per topic; code above cannot know whether another node exists. Loop thread. */
#ifndef VT_BUS_H
#define VT_BUS_H

#include "server/base/str.h"
#include "server/loop.h"

struct vt_bus;
typedef void vt_bus_fn(void *arg, struct vt_str bytes);

struct vt_bus_ops {
    int (*publish)(struct vt_bus *bus, const char *topic, struct vt_str bytes);
    int (*subscribe)(struct vt_bus *bus, const char *topic, vt_bus_fn *fn, void *arg);
    void (*close)(struct vt_bus *bus);
};
struct vt_bus {
    const struct vt_bus_ops *ops;
};

/* NULL: no memory. Close only after the loop has run dry. */
struct vt_bus *vt_bus_open_local(struct vt_loop *loop);

/* Copies. VT_OK, or VT_ERR_NOMEM and VT_ERR_FULL: dropped, and the caller counts it. */
static inline int vt_bus_publish(struct vt_bus *bus, const char *topic, struct vt_str bytes)
{
    return bus->ops->publish(bus, topic, bytes);
}
/* `topic` is a literal. VT_OK or VT_ERR_FULL (16 subscriptions). */
static inline int vt_bus_subscribe(struct vt_bus *bus, const char *topic, vt_bus_fn *fn, void *arg)
{
    return bus->ops->subscribe(bus, topic, fn, arg);
}
static inline void vt_bus_close(struct vt_bus *bus)
{
    if (bus)
        bus->ops->close(bus);
}

#endif
