/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting by the steady clock, which vt_now_ms is: one that is set must not stop a thread. */
#ifndef VT_STORE_WAIT_H
#define VT_STORE_WAIT_H

#include <pthread.h>
#include <time.h>

#include "server/base/ids.h"

static inline void vt_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

static inline void vt_wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t until_ms)
{
    struct timespec at = { .tv_sec = until_ms / 1000, .tv_nsec = until_ms % 1000 * 1000000 };
    pthread_cond_timedwait(cond, lock, &at);
}

#endif
