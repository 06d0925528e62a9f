/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "server/base/err.h"

enum { WORK_MOST = 64 };

struct vt_loop {
    uv_loop_t uv;
    uv_prepare_t turn_end;
    uv_async_t doorbell;
    struct vt_list hooks; /* list of vt_turn_hook.link */
    size_t working;       /* jobs in libuv's pool that vt_loop_work sent */
    bool closed;          /* vt_loop_close_own was called */

    pthread_mutex_t lock;  /* guards the four below */
    struct vt_post *first; /* oldest first */
    struct vt_post **last;
    bool deaf; /* the doorbell is closed: posts only wait */
};

struct work {
    uv_work_t uv;
    struct vt_loop *loop;
    vt_call_fn *work;
    vt_call_fn *done;
    void *arg;
};

/* The hook must be uv_prepare: frames made by timers and by the library's idle work exist before
 * the wait and would sit until the next wake-up if uv_check sent them. */
static void handle_turn_end(uv_prepare_t *handle)
{
    struct vt_loop *loop = handle->data;
    VT_LIST_EACH (hook, &loop->hooks, struct vt_turn_hook, link)
        hook->fn(hook->arg);
}

static struct vt_post *take_posts(struct vt_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    struct vt_post *first = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    pthread_mutex_unlock(&loop->lock);
    return first;
}

static void run_posts(struct vt_loop *loop)
{
    for (struct vt_post *post = take_posts(loop), *next; post; post = next) {
        next = post->next;
        struct vt_post *owned = post->owned ? post : NULL;
        post->fn(post->arg);
        free(owned);
    }
}

static void handle_doorbell(uv_async_t *handle)
{
    run_posts(handle->data);
}

struct vt_loop *vt_loop_create(void)
{
    struct vt_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return NULL;
    vt_list_init(&loop->hooks);
    loop->last = &loop->first;
    if (pthread_mutex_init(&loop->lock, NULL) != 0)
        goto fail_lock;
    if (uv_loop_init(&loop->uv) != 0)
        goto fail_loop;
    if (uv_async_init(&loop->uv, &loop->doorbell, handle_doorbell) != 0)
        goto fail_async;
    uv_prepare_init(&loop->uv, &loop->turn_end);
    loop->doorbell.data = loop;
    loop->turn_end.data = loop;
    uv_prepare_start(&loop->turn_end, handle_turn_end);
    return loop;

fail_async:
    uv_loop_close(&loop->uv);
fail_loop:
    pthread_mutex_destroy(&loop->lock);
fail_lock:
    free(loop);
    return NULL;
}

void vt_loop_destroy(struct vt_loop *loop)
{
    if (!loop)
        return;
    if (!loop->closed) { /* never run, or left early: close what is ours and let it be seen closed */
        vt_loop_close_own(loop);
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    }
    /* What was posted after the last turn never runs: its owner is gone with the loop. */
    for (struct vt_post *post = take_posts(loop), *next; post; post = next) {
        next = post->next;
        if (post->owned)
            free(post);
    }
    int err = uv_loop_close(&loop->uv);
    assert(err == 0 && "a handle outlived the loop");
    (void)err;
    pthread_mutex_destroy(&loop->lock);
    free(loop);
}

uv_loop_t *vt_loop_uv(struct vt_loop *loop)
{
    return &loop->uv;
}

void vt_loop_run(struct vt_loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

static bool has_posts(struct vt_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    bool has = loop->first != NULL;
    pthread_mutex_unlock(&loop->lock);
    return has;
}

void vt_loop_run_dry(struct vt_loop *loop)
{
    enum { TURNS_MOST = 100 }; /* a post that posts again must not keep the process from ending */
    uv_unref((uv_handle_t *)&loop->doorbell);
    uv_unref((uv_handle_t *)&loop->turn_end);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
    uv_ref((uv_handle_t *)&loop->doorbell);
    uv_ref((uv_handle_t *)&loop->turn_end);
    for (int i = 0; i < TURNS_MOST && has_posts(loop); i++)
        uv_run(&loop->uv, UV_RUN_NOWAIT);
}

void vt_loop_close_own(struct vt_loop *loop)
{
    if (loop->closed)
        return;
    loop->closed = true;
    pthread_mutex_lock(&loop->lock);
    loop->deaf = true;
    pthread_mutex_unlock(&loop->lock);
    run_posts(loop); /* what was handed over before must not be lost with the doorbell */
    uv_close((uv_handle_t *)&loop->doorbell, NULL);
    uv_close((uv_handle_t *)&loop->turn_end, NULL);
}

static void append(struct vt_loop *loop, struct vt_post *post)
{
    pthread_mutex_lock(&loop->lock);
    *loop->last = post;
    loop->last = &post->next;
    /* Rung under the lock, so the handle cannot be closed between the test and the call. */
    if (!loop->deaf)
        uv_async_send(&loop->doorbell);
    pthread_mutex_unlock(&loop->lock);
}

int vt_loop_post(struct vt_loop *loop, vt_call_fn *fn, void *arg)
{
    struct vt_post *post = malloc(sizeof(*post));
    if (!post)
        return VT_ERR_NOMEM;
    *post = (struct vt_post){ .fn = fn, .arg = arg, .owned = true };
    append(loop, post);
    return VT_OK;
}

void vt_loop_post_own(struct vt_loop *loop, struct vt_post *post, vt_call_fn *fn, void *arg)
{
    *post = (struct vt_post){ .fn = fn, .arg = arg };
    append(loop, post);
}

void vt_loop_on_turn_end(struct vt_loop *loop, struct vt_turn_hook *hook)
{
    vt_list_append(&loop->hooks, &hook->link);
}

static void handle_timer(uv_timer_t *handle)
{
    struct vt_timer *timer = handle->data;
    timer->fn(timer->arg);
}

void vt_timer_init(struct vt_loop *loop, struct vt_timer *timer, vt_call_fn *fn, void *arg)
{
    uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    timer->fn = fn;
    timer->closed = NULL;
    timer->arg = arg;
}

void vt_timer_start(struct vt_timer *timer, uint64_t in_ms, uint64_t repeat_ms)
{
    /* libuv counts from the time cached at the start of the turn; a long turn would fire early. */
    uv_update_time(timer->uv.loop);
    uv_timer_start(&timer->uv, handle_timer, in_ms, repeat_ms);
}

void vt_timer_stop(struct vt_timer *timer)
{
    uv_timer_stop(&timer->uv);
}

static void handle_timer_closed(uv_handle_t *handle)
{
    struct vt_timer *timer = handle->data;
    if (timer->closed)
        timer->closed(timer->arg);
}

void vt_timer_close(struct vt_timer *timer, vt_call_fn *closed)
{
    timer->closed = closed;
    if (!uv_is_closing((uv_handle_t *)&timer->uv))
        uv_close((uv_handle_t *)&timer->uv, handle_timer_closed);
}

static void handle_work(uv_work_t *request)
{
    struct work *work = request->data;
    work->work(work->arg);
}

static void handle_work_done(uv_work_t *request, int status)
{
    (void)status; /* nothing here cancels */
    struct work *work = request->data;
    work->loop->working--;
    work->done(work->arg);
    free(work);
}

int vt_loop_work(struct vt_loop *loop, vt_call_fn *work_fn, vt_call_fn *done, void *arg)
{
    if (loop->working >= WORK_MOST)
        return VT_ERR_FULL;
    struct work *work = malloc(sizeof(*work));
    if (!work)
        return VT_ERR_NOMEM;
    *work = (struct work){ .loop = loop, .work = work_fn, .done = done, .arg = arg };
    work->uv.data = work;
    if (uv_queue_work(&loop->uv, &work->uv, handle_work, handle_work_done) != 0) {
        free(work);
        return VT_ERR_IO;
    }
    loop->working++;
    return VT_OK;
}
