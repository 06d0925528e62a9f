/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "server/node/redis_internal.h"

static void handle_events(uv_poll_t *poll, int status, int events)
{
    struct vt_redis_watch *watch = poll->data;
    if (status < 0) /* the library finds out by trying: reading, then writing, if it still lives */
        events = UV_READABLE | UV_WRITABLE;
    if (watch->context && (events & UV_READABLE))
        redisAsyncHandleRead(watch->context);
    if (watch->context && (events & UV_WRITABLE))
        redisAsyncHandleWrite(watch->context);
}

static void listen_for(struct vt_redis_watch *watch, int events)
{
    watch->events = events;
    if (events)
        uv_poll_start(&watch->poll, events, handle_events);
    else
        uv_poll_stop(&watch->poll);
}

static void add_read(void *arg)
{
    struct vt_redis_watch *watch = arg;
    listen_for(watch, watch->events | UV_READABLE);
}

static void del_read(void *arg)
{
    struct vt_redis_watch *watch = arg;
    listen_for(watch, watch->events & ~UV_READABLE);
}

static void add_write(void *arg)
{
    struct vt_redis_watch *watch = arg;
    listen_for(watch, watch->events | UV_WRITABLE);
}

static void del_write(void *arg)
{
    struct vt_redis_watch *watch = arg;
    listen_for(watch, watch->events & ~UV_WRITABLE);
}

static void handle_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static void clean_up(void *arg)
{
    struct vt_redis_watch *watch = arg;
    watch->context = NULL;
    uv_close((uv_handle_t *)&watch->poll, handle_closed);
}

redisAsyncContext *vt_redis_link(struct vt_loop *loop, const char *address, int port)
{
    redisAsyncContext *context = redisAsyncConnect(address, port);
    struct vt_redis_watch *watch = calloc(1, sizeof(*watch));
    if (!context || context->err || !watch ||
        uv_poll_init(vt_loop_uv(loop), &watch->poll, context->c.fd) != 0) {
        if (context)
            redisAsyncFree(context);
        free(watch);
        return NULL;
    }
    watch->poll.data = watch;
    watch->context = context;
    context->ev.data = watch;
    context->ev.addRead = add_read;
    context->ev.delRead = del_read;
    context->ev.addWrite = add_write;
    context->ev.delWrite = del_write;
    context->ev.cleanup = clean_up;
    return context;
}

void vt_redis_link_unref(redisAsyncContext *context)
{
    struct vt_redis_watch *watch = context->ev.data;
    uv_unref((uv_handle_t *)&watch->poll);
}
