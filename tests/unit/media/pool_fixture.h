/* SPDX-License-Identifier: Apache-2.0 */
/* A real pool with real workers, used one job at a time. The test program is its own worker binary:
 * its main calls fixture_main. */
#ifndef VT_TESTS_POOL_FIXTURE_H
#define VT_TESTS_POOL_FIXTURE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/pool.h"
#include "media/worker.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

/* What a job gave, with bytes of its own. */
struct outcome {
    int done, parts;
    struct vt_media_result last;
    char *bytes; /* owned; terminated */
    size_t len;
    char *part; /* owned; the thumb of an ingest */
    size_t part_len;
    uint32_t part_w, part_h;
};

struct fixture {
    uv_loop_t loop;
    struct vt_pool *pool;
};

static inline char *copy_bytes(const void *bytes, size_t len)
{
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    copy[len] = 0;
    return copy;
}

static inline void handle_outcome(void *arg, const struct vt_media_result *result)
{
    struct outcome *out = arg;
    if (result->more) {
        out->parts++;
        free(out->part);
        out->part = copy_bytes(result->bytes, result->len);
        out->part_len = result->len;
        out->part_w = result->width;
        out->part_h = result->height;
        return;
    }
    out->done++;
    out->last = *result;
    out->bytes = copy_bytes(result->bytes, result->len);
    out->len = result->len;
}

static inline void outcome_finish(struct outcome *out)
{
    free(out->bytes);
    free(out->part);
    *out = (struct outcome){ 0 };
}

static inline void fixture_open(struct fixture *fx, unsigned workers)
{
    const struct vt_pool_config config = { .binary = "/proc/self/exe", .workers = workers };
    assert_int_equal(uv_loop_init(&fx->loop), 0);
    fx->pool = vt_pool_open(&fx->loop, &config);
    assert_non_null(fx->pool);
}

static inline void fixture_close(struct fixture *fx)
{
    vt_pool_close(fx->pool);
    uv_run(&fx->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fx->loop), 0);
}

static inline void fixture_wait_idle(struct fixture *fx)
{
    while (!vt_pool_is_idle(fx->pool))
        uv_run(&fx->loop, UV_RUN_ONCE);
}

static inline void fixture_wait(struct fixture *fx, const struct outcome *out)
{
    while (!out->done)
        uv_run(&fx->loop, UV_RUN_ONCE);
}

static inline struct outcome fixture_run(struct fixture *fx, const struct vt_recipe *recipe,
                                         const int *sources, size_t n_sources, int out_fd,
                                         uint32_t deadline_ms)
{
    struct outcome out = { 0 };
    fixture_wait_idle(fx);
    assert_int_equal(
        vt_pool_submit_many(fx->pool, recipe, sources, n_sources, out_fd, deadline_ms, handle_outcome, &out),
        VT_OK);
    fixture_wait(fx, &out);
    return out;
}

/* A file without a name that holds `bytes`. */
static inline int file_of(const void *bytes, size_t len)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    return fd;
}

/* Ingests; the master is in *ret_master, which the caller closes. */
static inline struct outcome fixture_ingest(struct fixture *fx, const void *bytes, size_t len,
                                            int *ret_master)
{
    const struct vt_recipe recipe = { .kind = VT_RECIPE_INGEST };
    int source = file_of(bytes, len);
    *ret_master = memfd_create("master", MFD_CLOEXEC);
    struct outcome out = fixture_run(fx, &recipe, &source, 1, *ret_master, 60000);
    close(source);
    return out;
}

/* main of such a program: worker when the pool starts it so, else the tests. */
#define FIXTURE_MAIN(tests, setup, teardown)                                                                 \
    int main(int argc, char **argv)                                                                          \
    {                                                                                                        \
        if (argc > 1 && strcmp(argv[1], "media-worker") == 0)                                                \
            return vt_worker_main(argc, argv);                                                               \
        return cmocka_run_group_tests(tests, setup, teardown);                                               \
    }

#endif
