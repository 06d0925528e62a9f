/* SPDX-License-Identifier: Apache-2.0 */
/* A Redis server as a node needs it: commands on one connection, messages on another.
 *
 * Both are up or none is: when one dies both are made anew, after a random moment, for as long as it takes.
 * hiredis has no time-outs: a connection that takes a second to begin, or leaves a command without an answer
 * for one, is dropped. A command without an answer may have run or not; only what may run twice is sent.
 * Loop thread only. */
#ifndef VT_NODE_REDIS_H
#define VT_NODE_REDIS_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/buf.h"
#include "server/base/str.h"
#include "server/loop.h"

struct vt_redis;

enum { VT_REDIS_ITEMS = 8, VT_REDIS_WORDS = 24 };

/* Numbers come as texts; NULL items as absent ones. Lives until the callback returns. */
struct vt_redis_reply {
    struct vt_str error; /* absent: none */
    struct vt_str items[VT_REDIS_ITEMS];
    size_t n;
};

struct vt_redis_handler {
    void *owner;
    void (*up)(void *owner); /* subscribed, and ready for commands */
    void (*down)(void *owner);
    void (*message)(void *owner, struct vt_str channel, struct vt_str text);
};

/* `url`: redis://[user@]host[:port][/number]. Listens on the `n` channels, copied. On failure NULL
 * and a sentence; a server that is not there is no failure. */
struct vt_redis *vt_redis_open(struct vt_loop *loop, const char *url, const char *password,
                               const char *const *channels, size_t n, const struct vt_redis_handler *handler,
                               struct vt_buf *ret_error);
bool vt_redis_is_up(const struct vt_redis *redis);
/* `reply` NULL: no answer came. It always runs, but for calls that fail: VT_ERR_GONE (not up), VT_ERR_FULL.
 */
typedef void vt_redis_reply_fn(void *arg, const struct vt_redis_reply *reply);
int vt_redis_call(struct vt_redis *redis, const struct vt_str *words, size_t n, vt_redis_reply_fn *fn,
                  void *arg);
/* Both connections are made anew: it seems to have lost one of them. */
void vt_redis_again(struct vt_redis *redis);
/* Whether `url` can be understood; else a sentence. */
int vt_redis_check_url(const char *url, struct vt_buf *ret_error);
/* Once, and waits for it: 0.5 s at most. For the doctor. */
int vt_redis_ask(const char *url, const char *password, const struct vt_str *words, size_t n,
                 struct vt_buf *ret_text);
/* Its handles no longer keep the loop running. */
void vt_redis_unref(struct vt_redis *redis);
/* Nobody is called any more; the memory goes once the handles are closed. NULL: nothing. */
void vt_redis_close(struct vt_redis *redis);

#endif
