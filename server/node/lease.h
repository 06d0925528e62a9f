/* SPDX-License-Identifier: Apache-2.0 */
/* Which node of a group leads: a lease in Redis, one holder at a time.
 *
 * The holder renews it three times in its life. It is free when that life is over or when nobody listens on
 * its holder's channel any more: a process that was killed is known at once, one that stands still after the
 * lease. Both are looked at inside the script that claims, so two claims cannot both succeed.
 *
 * A lease can be believed by two for a moment (one slept). So each claim has a number, the epoch, larger than
 * any before, and the store refuses the writes of an older one. Redis may forget everything: the store's
 * epoch is then the floor of the next claim. Without Redis nobody can claim, and who leads goes on. Loop
 * thread only. */
#ifndef VT_NODE_LEASE_H
#define VT_NODE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"
#include "server/base/ids.h"
#include "server/loop.h"

enum { VT_LEASE_ADDRESS = 80, VT_LEASE_TOKEN = 33, VT_LEASE_RENEW_MS = 500, VT_LEASE_MS = 1500 };

/* Who leads, as the others know it. */
struct vt_leader {
    char node[VT_ID_TEXT];
    char address[VT_LEASE_ADDRESS]; /* of its door */
    char token[VT_LEASE_TOKEN];     /* who knows it may come in there */
    int64_t epoch;                  /* 0: nobody leads */
};

struct vt_lease_handler {
    void *owner;
    void (*won)(void *owner, int64_t epoch);
    void (*lost)(void *owner);
    /* Another node leads, or nobody (epoch 0). */
    void (*leader)(void *owner, const struct vt_leader *leader);
};

struct vt_lease_config {
    struct vt_loop *loop;
    const char *redis, *password, *group, *address; /* borrowed; address: of our door */
    struct vt_lease_handler handler;
};

struct vt_lease;
struct vt_lease *vt_lease_open(const struct vt_lease_config *config, struct vt_buf *ret_error);
/* The leader seems to be gone: looks now and not at the next beat. */
void vt_lease_look(struct vt_lease *lease);
/* The store has seen `floor`: claims again above it; `won` tells the new epoch, or `lost`. */
void vt_lease_raise(struct vt_lease *lease, int64_t floor);
/* The start is over: from now on the lease is short. */
void vt_lease_settle(struct vt_lease *lease);
/* Gives it back so that another may lead at once; `*ret_done` when Redis has it, or cannot be asked. */
void vt_lease_release(struct vt_lease *lease, bool *ret_done);
const struct vt_leader *vt_lease_me(const struct vt_lease *lease);
bool vt_lease_redis_up(const struct vt_lease *lease);
/* Nodes of the group that were seen in the last seconds, this one too. */
int64_t vt_lease_nodes(const struct vt_lease *lease);
void vt_lease_unref(struct vt_lease *lease);
void vt_lease_close(
    struct vt_lease *lease); /* the memory goes with vt_lease_destroy, once the loop ran dry */
void vt_lease_destroy(struct vt_lease *lease);

#endif
