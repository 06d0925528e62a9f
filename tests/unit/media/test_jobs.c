/* SPDX-License-Identifier: Apache-2.0 */
/* One job per key, bounds, order, waits. The workers here are the test itself: it takes what is started
 * and ends it when the row says so; the real ones meet the same interface in test_pool.c. */
#include <stdio.h>

#include "media/jobs.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

enum { MOST = 64 };

struct bench {
    struct vt_jobs *jobs;
    struct vt_job *running[MOST];
    char names[MOST][sizeof(((struct vt_recipe *)0)->media)];
    size_t count;  /* of running */
    int start_err; /* what start returns */
    bool may_abandon;
    unsigned started, abandoned, results;
};

static int start(void *arg, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct bench *bench = arg;
    if (bench->start_err)
        return bench->start_err;
    bench->running[bench->count] = job;
    snprintf(bench->names[bench->count++], sizeof(bench->names[0]), "%s", recipe->media);
    bench->started++;
    return VT_OK;
}

static void forget(struct bench *bench, size_t index)
{
    for (size_t i = index + 1; i < bench->count; i++) {
        bench->running[i - 1] = bench->running[i];
        memcpy(bench->names[i - 1], bench->names[i], sizeof(bench->names[0]));
    }
    bench->count--;
}

static bool abandon_job(void *arg, struct vt_job *job)
{
    struct bench *bench = arg;
    for (size_t i = 0; bench->may_abandon && i < bench->count; i++)
        if (bench->running[i] == job) {
            forget(bench, i);
            bench->abandoned++;
            return true;
        }
    return false;
}

static bool interrupt_job(void *arg, struct vt_job *job, const struct vt_recipe *recipe)
{
    return strncmp(recipe->media, "short", 5) != 0 && abandon_job(arg, job);
}

static void keep(void *arg, const struct vt_recipe *recipe, struct vt_str key, struct vt_str group,
                 const struct vt_media_result *result)
{
    (void)recipe, (void)key, (void)group, (void)result;
    ((struct bench *)arg)->results++;
}

static void finish_with(struct bench *bench, const char *name, enum vt_media_err err, bool more)
{
    for (size_t i = 0; i < bench->count; i++)
        if (strcmp(bench->names[i], name) == 0) {
            struct vt_job *job = bench->running[i];
            struct vt_media_result result = { .err = err, .more = more, .fd = -1 };
            if (!more)
                forget(bench, i);
            vt_jobs_done(job, &result);
            return;
        }
    fail_msg("%s does not run", name);
}

static void finish(struct bench *bench, const char *name)
{
    finish_with(bench, name, VT_MEDIA_OK, false);
}

static void open_bench(struct bench *bench, uint32_t workers)
{
    struct vt_jobs_config config = { .workers = workers,
                                     .bounds = { 3, 2, 2, 2 },
                                     .start = start,
                                     .abandon = abandon_job,
                                     .interrupt = interrupt_job,
                                     .result = keep,
                                     .arg = bench };
    *bench = (struct bench){ .may_abandon = true };
    bench->jobs = vt_jobs_create(&config);
    assert_non_null(bench->jobs);
}

struct told {
    struct vt_job_waiter waiter;
    int count;
    enum vt_media_err err;
    struct bench *asks;  /* asks for "again" when told */
    struct told *leaves; /* makes another leave when told */
};

static enum vt_media_err ask_in(struct bench *bench, const char *name, const char *group,
                                enum vt_job_queue queue, uint32_t max_wait_ms, struct told *told);

static void handle_told(void *arg, const struct vt_media_result *result)
{
    struct told *told = arg;
    told->count++;
    told->err = result->err;
    if (told->leaves)
        vt_jobs_leave(&told->leaves->waiter);
    if (told->asks)
        ask_in(told->asks, "again", "g", VT_JOB_TILE, 0, NULL);
}

static enum vt_media_err ask_in(struct bench *bench, const char *name, const char *group,
                                enum vt_job_queue queue, uint32_t max_wait_ms, struct told *told)
{
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF, .format = VT_FMT_WEBP };
    struct vt_media_problem problem;
    vt_str_copy(recipe.media, sizeof(recipe.media), vt_str(name));
    struct vt_job_request request = { &recipe, vt_str(name), vt_str(group), queue, max_wait_ms };
    if (told) {
        told->waiter.done = handle_told;
        told->waiter.arg = told;
    }
    return vt_jobs_request(bench->jobs, &request, told ? &told->waiter : NULL, &problem);
}

static enum vt_media_err ask(struct bench *bench, const char *name, enum vt_job_queue queue,
                             struct told *told)
{
    return ask_in(bench, name, "g", queue, 0, told);
}

static void one_render_for_all(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[8] = { { .count = 0 } };
    open_bench(&bench, 1);
    for (int i = 0; i < 8; i++)
        assert_int_equal(ask(&bench, "a", VT_JOB_TILE, &told[i]), VT_MEDIA_OK);
    vt_jobs_leave(&told[3].waiter);
    vt_jobs_leave(&told[3].waiter);
    told[0].leaves = &told[5]; /* from within */
    finish(&bench, "a");
    for (int i = 0; i < 8; i++)
        assert_int_equal(told[i].count, i != 3 && i != 5);
    assert_int_equal(bench.started, 1);
    assert_int_equal(bench.results, 1);
    struct vt_jobs_stats stats;
    vt_jobs_stats(bench.jobs, &stats);
    assert_int_equal(stats.joined, 7);
    assert_int_equal(stats.running, 0);
    vt_jobs_destroy(bench.jobs);
}

static void tiles_before_cards_before_films(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[6] = { { .count = 0 } };
    open_bench(&bench, 1);
    assert_int_equal(ask(&bench, "first", VT_JOB_TILE, &told[0]), VT_MEDIA_OK);
    assert_int_equal(ask(&bench, "back", VT_JOB_BACKGROUND, NULL), VT_MEDIA_OK);
    assert_int_equal(ask(&bench, "film", VT_JOB_FILM, &told[1]), VT_MEDIA_OK);
    assert_int_equal(ask(&bench, "card", VT_JOB_CARD, &told[2]), VT_MEDIA_OK);
    assert_int_equal(ask(&bench, "tile1", VT_JOB_TILE, &told[3]), VT_MEDIA_OK);
    assert_int_equal(ask(&bench, "tile2", VT_JOB_TILE, &told[4]), VT_MEDIA_OK);
    assert_int_equal(vt_jobs_position(&told[0].waiter), 0);
    assert_int_equal(vt_jobs_position(&told[3].waiter), 1);
    assert_int_equal(vt_jobs_position(&told[1].waiter), 4);
    static const char *const order[] = { "first", "tile1", "tile2", "card", "film", "back" };
    for (size_t i = 0; i < VT_COUNT(order); i++)
        finish(&bench, order[i]);
    assert_int_equal(bench.started, 6);
    /* Somebody waits for what was to be done later: it moves up. */
    ask(&bench, "busy", VT_JOB_TILE, &told[0]);
    ask(&bench, "later", VT_JOB_BACKGROUND, NULL);
    ask(&bench, "film", VT_JOB_FILM, &told[1]);
    ask(&bench, "later", VT_JOB_TILE, &told[2]);
    finish(&bench, "busy");
    assert_string_equal(bench.names[0], "later");
    vt_jobs_destroy(bench.jobs);
    assert_int_equal(told[1].err, VT_MEDIA_BUSY);
}

static void background_leaves_a_worker_free(void **state)
{
    (void)state;
    struct bench bench;
    open_bench(&bench, 2);
    ask(&bench, "b1", VT_JOB_BACKGROUND, NULL);
    ask(&bench, "b2", VT_JOB_BACKGROUND, NULL);
    assert_int_equal(bench.count, 1);
    ask(&bench, "tile", VT_JOB_TILE, NULL);
    assert_int_equal(bench.count, 2);
    finish(&bench, "tile");
    assert_int_equal(bench.count, 1);
    finish(&bench, "b1");
    assert_string_equal(bench.names[0], "b2");
    vt_jobs_destroy(bench.jobs);
}

static void bounds_and_waits(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[8] = { { .count = 0 } };
    struct vt_recipe recipe = { .kind = VT_RECIPE_IIIF, .media = "x" };
    struct vt_media_problem problem;
    open_bench(&bench, 1);
    told[5].waiter = (struct vt_job_waiter){ .done = handle_told, .arg = &told[5] };
    assert_int_equal(vt_jobs_expected_wait_ms(bench.jobs, VT_JOB_TILE), 0);
    for (int i = 0; i < 4; i++) { /* one runs, three wait */
        char name[4] = { 't', (char)('0' + i), '\0' };
        assert_int_equal(ask(&bench, name, VT_JOB_TILE, &told[i]), VT_MEDIA_OK);
    }
    struct vt_job_request request = { &recipe, VT_STR("x"), VT_STR("g"), VT_JOB_TILE, 0 };
    assert_int_equal(vt_jobs_request(bench.jobs, &request, &told[5].waiter, &problem), VT_MEDIA_BUSY);
    assert_int_equal(problem.limit, 3);
    assert_true(problem.retry_after_s >= 1);
    assert_null(told[5].waiter.job);
    assert_int_equal(ask(&bench, "t3", VT_JOB_TILE, &told[6]), VT_MEDIA_OK); /* a join is never refused */
    uint32_t wait = vt_jobs_expected_wait_ms(bench.jobs, VT_JOB_CARD);
    assert_true(wait >= 30 && wait <= 60); /* four of about 10 ms */
    request.queue = VT_JOB_CARD;
    request.max_wait_ms = 20;
    assert_int_equal(vt_jobs_request(bench.jobs, &request, &told[5].waiter, &problem), VT_MEDIA_BUSY);
    request.max_wait_ms = VT_JOB_WAIT_MS;
    assert_int_equal(vt_jobs_request(bench.jobs, &request, &told[5].waiter, &problem), VT_MEDIA_OK);
    struct vt_jobs_stats stats;
    vt_jobs_stats(bench.jobs, &stats);
    assert_int_equal(stats.refused_full, 1);
    assert_int_equal(stats.refused_wait, 1);
    vt_jobs_destroy(bench.jobs);
}

static void who_leaves_costs_nothing(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[3] = { { .count = 0 } };
    open_bench(&bench, 1);
    ask(&bench, "a", VT_JOB_TILE, &told[0]);
    ask(&bench, "b", VT_JOB_TILE, &told[1]);
    vt_jobs_leave(&told[1].waiter); /* queued: dropped */
    vt_jobs_leave(&told[0].waiter); /* running: abandoned */
    assert_int_equal(bench.abandoned, 1);
    assert_int_equal(bench.started, 1);
    ask(&bench, "film", VT_JOB_FILM, &told[2]);
    vt_jobs_leave(&told[2].waiter); /* goes on */
    assert_int_equal(bench.count, 1);
    finish(&bench, "film");
    assert_int_equal(bench.results, 1);
    bench.may_abandon = false;
    ask(&bench, "c", VT_JOB_TILE, &told[0]);
    vt_jobs_leave(&told[0].waiter);
    ask(&bench, "c", VT_JOB_TILE, &told[1]); /* joins the one still running */
    finish(&bench, "c");
    assert_int_equal(told[0].count, 0);
    assert_int_equal(told[1].count, 1);
    vt_jobs_destroy(bench.jobs);
}

static void who_waits_stops_the_background(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[6] = { { .count = 0 } };
    open_bench(&bench, 1);
    ask(&bench, "copy", VT_JOB_BACKGROUND, &told[0]);
    for (unsigned i = 1; i <= 3; i++) {
        ask(&bench, "film", VT_JOB_FILM, &told[i]);
        assert_int_equal(bench.abandoned, i);
        assert_string_equal(bench.names[0], "film");
        finish(&bench, "film");
        assert_string_equal(bench.names[0], "copy"); /* begun again */
    }
    ask(&bench, "film", VT_JOB_FILM, &told[4]); /* enough: it is let run */
    assert_int_equal(bench.abandoned, 3);
    finish(&bench, "copy");
    assert_int_equal(told[0].count, 1);
    finish(&bench, "film");
    assert_int_equal(told[4].count, 1);
    ask(&bench, "short", VT_JOB_BACKGROUND, &told[0]);
    ask(&bench, "tile", VT_JOB_TILE, &told[5]); /* what is short ends by itself */
    assert_int_equal(bench.abandoned, 3);
    finish(&bench, "short");
    finish(&bench, "tile");
    vt_jobs_destroy(bench.jobs);
}

static void a_first_part_comes_before_the_end(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[3] = { { .count = 0 } };
    open_bench(&bench, 1);
    ask(&bench, "photo", VT_JOB_CARD, &told[0]);
    ask(&bench, "photo", VT_JOB_CARD, &told[1]);
    told[0].leaves = &told[1];
    finish_with(&bench, "photo", VT_MEDIA_OK, true);
    assert_int_equal(told[0].count, 1);
    assert_int_equal(told[1].count, 0);
    finish(&bench, "photo");
    assert_int_equal(told[0].count, 2);
    assert_int_equal(bench.results, 2);
    vt_jobs_destroy(bench.jobs);
}

static void failures_reach_everybody(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[3] = { { .count = 0 } };
    open_bench(&bench, 1);
    ask(&bench, "a", VT_JOB_TILE, &told[0]);
    told[0].asks = &bench;
    finish_with(&bench, "a", VT_MEDIA_WORKER_DIED, false);
    assert_int_equal(told[0].err, VT_MEDIA_WORKER_DIED);
    assert_int_equal(bench.results, 0);
    assert_string_equal(bench.names[0], "again");
    ask(&bench, "b", VT_JOB_TILE, &told[1]);
    bench.start_err = VT_ERR_MISSING; /* its source is erased meanwhile */
    finish(&bench, "again");
    assert_int_equal(told[1].err, VT_MEDIA_UNKNOWN);
    assert_int_equal(ask(&bench, "c", VT_JOB_TILE, &told[2]), VT_MEDIA_UNKNOWN);
    assert_null(told[2].waiter.job);
    bench.start_err = VT_ERR_FULL; /* no worker yet: it waits for the pump */
    assert_int_equal(ask(&bench, "c", VT_JOB_TILE, &told[2]), VT_MEDIA_OK);
    assert_int_equal(bench.count, 0);
    bench.start_err = VT_OK;
    vt_jobs_pump(bench.jobs);
    finish(&bench, "c");
    assert_int_equal(told[2].count, 1);
    vt_jobs_destroy(bench.jobs);
}

static void an_erased_group_gets_nothing(void **state)
{
    (void)state;
    struct bench bench;
    struct told told[4] = { { .count = 0 } };
    open_bench(&bench, 1);
    bench.may_abandon = false;
    ask_in(&bench, "a", "conv", VT_JOB_TILE, 0, &told[0]);
    ask_in(&bench, "b", "conv", VT_JOB_TILE, 0, &told[1]);
    ask_in(&bench, "c", "other", VT_JOB_TILE, 0, &told[2]);
    vt_jobs_erase(bench.jobs, VT_STR("conv"));
    assert_int_equal(told[0].err, VT_MEDIA_UNKNOWN);
    assert_int_equal(told[1].err, VT_MEDIA_UNKNOWN);
    ask_in(&bench, "a", "conv", VT_JOB_TILE, 0, &told[3]); /* a new one, not the erased one */
    finish(&bench, "a");
    assert_int_equal(bench.results, 0); /* nothing of it is kept */
    assert_int_equal(told[3].count, 0);
    finish(&bench, "c");
    finish(&bench, "a");
    assert_int_equal(told[3].count, 1);
    assert_int_equal(bench.results, 2);
    ask_in(&bench, "d", "conv", VT_JOB_TILE, 0, &told[0]);
    vt_jobs_erase(bench.jobs, VT_STR("conv")); /* still running when all ends */
    vt_jobs_destroy(bench.jobs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_render_for_all),
        cmocka_unit_test(tiles_before_cards_before_films),
        cmocka_unit_test(background_leaves_a_worker_free),
        cmocka_unit_test(bounds_and_waits),
        cmocka_unit_test(who_leaves_costs_nothing),
        cmocka_unit_test(who_waits_stops_the_background),
        cmocka_unit_test(a_first_part_comes_before_the_end),
        cmocka_unit_test(failures_reach_everybody),
        cmocka_unit_test(an_erased_group_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
