/* SPDX-License-Identifier: Apache-2.0 */
/* A real store in a directory of its own, and the means to wait for its answers. Include after cmocka. */
#ifndef VT_TESTS_STORE_FIXTURE_H
#define VT_TESTS_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/loop.h"
#include "server/store/accounts.h"
#include "server/store/job.h"
#include "server/store/store.h"
#include "tests/unit/server/store_place.h"

struct fixture {
    char dir[64];
    struct vt_loop *loop;
    struct vt_store *store;
    int answers; /* callbacks that have run */
    int err;     /* the last one's */
};

static inline void fixture_open_limits(struct fixture *f, const struct vt_store_limits *limits)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    f->loop = vt_loop_create();
    assert_non_null(f->loop);
    struct vt_store_limits its = *limits;
    its.address = store_place(f->dir);
    f->store = vt_store_open(f->loop, f->dir, &its, &error);
    if (!f->store)
        fail_msg("%s", vt_buf_cstr(&error));
}

static inline void fixture_open(struct fixture *f, size_t queue_rows)
{
    fixture_open_limits(f, &(struct vt_store_limits){ .queue_rows = queue_rows, .queue_ms = 60000 });
}

static inline void fixture_close(struct fixture *f)
{
    vt_store_close(f->store);
    f->store = NULL;
    vt_loop_close_own(f->loop);
    vt_loop_run(f->loop);
    vt_loop_destroy(f->loop);
    f->loop = NULL;
}

static inline void fixture_dir(struct fixture *f)
{
    *f = (struct fixture){ .dir = "/tmp/vitrine-test-XXXXXX" };
    assert_non_null(mkdtemp(f->dir));
}

static inline void fixture_remove(struct fixture *f)
{
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
}

static inline int fixture_setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    fixture_dir(f);
    fixture_open(f, 1000);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    struct fixture *f = *state;
    if (f->store)
        fixture_close(f);
    fixture_remove(f);
    free(f);
    return 0;
}

/* Turns the loop until `n` answers have come since `before`, 10 s at most. */
static inline void fixture_wait(struct fixture *f, int before, int n)
{
    int64_t until = vt_now_ms() + 60000;
    while (f->answers < before + n) {
        uv_run(vt_loop_uv(f->loop), UV_RUN_NOWAIT);
        if (f->answers < before + n)
            usleep(200);
        if (vt_now_ms() > until)
            fail_msg("no answer in 10 s: %d of %d", f->answers - before, n);
    }
}

static inline void fixture_done(void *arg, int err)
{
    struct fixture *f = arg;
    f->err = err;
    f->answers++;
}

/* Makes a call that must be taken, and waits for its one answer. */
#define FIXTURE_ASK(f, call)                                                                                 \
    do {                                                                                                     \
        int before_ = (f)->answers;                                                                          \
        assert_int_equal((call), VT_OK);                                                                     \
        fixture_wait((f), before_, 1);                                                                       \
    } while (0)

#endif
