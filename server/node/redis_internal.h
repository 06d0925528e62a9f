/* SPDX-License-Identifier: Apache-2.0 */
/* What redis.c and redis_link.c share. */
#ifndef VT_NODE_REDIS_INTERNAL_H
#define VT_NODE_REDIS_INTERNAL_H

#include <hiredis/async.h>
#include <uv.h>

#include "server/loop.h"

/* An address of a Redis server and who asks. */
struct vt_redis_place {
    char host[256], port[8], user[128], password[256];
    unsigned number;
};

/* The library's events of one connection, on our loop. Its own adapter returns without a word when a
 * connect is refused, so nobody would ever try again. */
struct vt_redis_watch {
    uv_poll_t poll;
    redisAsyncContext *context; /* NULL: the library has let go */
    int events;
};

/* Connects to an address (no name), nonblocking. NULL: no memory, no descriptor. The context is freed by the
 * library when the connection ends. */
redisAsyncContext *vt_redis_link(struct vt_loop *loop, const char *address, int port);
void vt_redis_link_unref(redisAsyncContext *context);

#endif
