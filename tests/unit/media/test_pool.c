/* SPDX-License-Identifier: Apache-2.0 */
/* The pool against real workers: what a job costs when it goes wrong, and what a worker is. */
#include <dirent.h>
#include <signal.h>

#include "media/wire.h"
#include "tests/unit/media/picture_fixture.h"
#include "tests/unit/media/pool_fixture.h"

static struct fixture fx;

static int setup(void **state)
{
    (void)state;
    fixture_open(&fx, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&fx);
    return 0;
}

/* --- processes --- */

static pid_t parent_of(pid_t pid)
{
    char path[64], text[512];
    int parent = 0;
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    size_t n = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[n] = 0;
    char *end = strrchr(text, ')');
    return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static size_t children_of(pid_t parent, pid_t *out, size_t most)
{
    size_t n = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; (entry = readdir(proc));)
        if (atoi(entry->d_name) > 0 && parent_of(atoi(entry->d_name)) == parent && n < most)
            out[n++] = atoi(entry->d_name);
    closedir(proc);
    return n;
}

static pid_t the_parent(void)
{
    pid_t found[4];
    assert_int_equal(children_of(getpid(), found, 4), 1);
    return found[0];
}

static char *read_proc(pid_t pid, const char *name)
{
    char path[64];
    char *text = calloc(1, 1 << 20);
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    FILE *file = fopen(path, "r");
    if (file) {
        size_t n = fread(text, 1, (1 << 20) - 1, file);
        text[n] = 0;
        fclose(file);
    }
    return text;
}

static void wait_for_workers(unsigned n)
{
    struct vt_pool_stats stats;
    for (vt_pool_stats(fx.pool, &stats); stats.idle < n; vt_pool_stats(fx.pool, &stats))
        uv_run(&fx.loop, UV_RUN_ONCE);
}

/* --- jobs --- */

static int master_of(int w, int h)
{
    size_t len;
    int master;
    void *jpeg = picture_jpeg(w, h, &len);
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    g_free(jpeg);
    return master;
}

static const struct vt_recipe small = { .kind = VT_RECIPE_THUMB, .out_w = 160, .format = VT_FMT_JPEG };

static void a_picture_goes_all_the_way(void **state)
{
    (void)state;
    int master = master_of(1500, 1000);
    const struct vt_recipe recipe = { .kind = VT_RECIPE_THUMB, .out_w = 320, .format = VT_FMT_WEBP };
    struct outcome out = fixture_run(&fx, &recipe, &master, 1, -1, 60000);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.width, 320);
    assert_int_equal(out.last.height, 213);
    assert_memory_equal(out.bytes, "RIFF", 4);
    outcome_finish(&out);
    close(master);
}

static void a_spare_waits_and_a_second_job_is_refused(void **state)
{
    struct outcome out = { 0 };
    struct vt_pool_stats stats;
    (void)state;
    int master = master_of(800, 600);
    wait_for_workers(2);
    assert_int_equal(vt_pool_submit(fx.pool, &small, master, -1, 60000, handle_outcome, &out), VT_OK);
    assert_int_equal(vt_pool_submit(fx.pool, &small, master, -1, 60000, handle_outcome, &out), VT_ERR_FULL);
    vt_pool_stats(fx.pool, &stats);
    assert_int_equal(stats.busy, 1);
    assert_int_equal(stats.idle, 1);
    fixture_wait(&fx, &out);
    assert_int_equal(out.done, 1);
    outcome_finish(&out);
    close(master);
}

static void what_cannot_be_a_job_is_refused(void **state)
{
    struct outcome out = { 0 };
    const struct vt_recipe ingest = { .kind = VT_RECIPE_INGEST };
    const int fds[13] = { 0 };
    (void)state;
    wait_for_workers(1);
    assert_int_equal(vt_pool_submit(fx.pool, &ingest, 0, -1, 1000, handle_outcome, &out), VT_ERR_INVALID);
    assert_int_equal(vt_pool_submit(fx.pool, &small, 0, 1, 1000, handle_outcome, &out), VT_ERR_INVALID);
    assert_int_equal(vt_pool_submit(fx.pool, &small, 0, -1, 0, handle_outcome, &out), VT_ERR_INVALID);
    assert_int_equal(vt_pool_submit_many(fx.pool, &small, fds, 13, -1, 1000, handle_outcome, &out),
                     VT_ERR_INVALID);
}

/* The clock runs outside: whatever the worker does, it is dead, the answer is there and the next job fine. */
static void the_deadline_kills(void **state)
{
    struct vt_pool_stats before, after;
    (void)state;
    int master = master_of(3000, 2000);
    const struct vt_recipe long_one = {
        .kind = VT_RECIPE_IIIF, .out_w = 3000, .format = VT_FMT_AVIF, .effort = 1
    };
    vt_pool_stats(fx.pool, &before);
    struct outcome out = fixture_run(&fx, &long_one, &master, 1, -1, 20);
    assert_int_equal(out.last.err, VT_MEDIA_DEADLINE);
    assert_non_null(strstr(out.last.problem.detail, "20 ms"));
    outcome_finish(&out);
    vt_pool_stats(fx.pool, &after);
    assert_int_equal(after.deadlines, before.deadlines + 1);
    out = fixture_run(&fx, &small, &master, 1, -1, 60000);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    close(master);
}

static void an_abandoned_job_is_never_heard_of(void **state)
{
    struct outcome out = { 0 }, next;
    (void)state;
    int master = master_of(3000, 2000);
    const struct vt_recipe long_one = {
        .kind = VT_RECIPE_IIIF, .out_w = 3000, .format = VT_FMT_AVIF, .effort = 1
    };
    fixture_wait_idle(&fx);
    assert_int_equal(vt_pool_submit(fx.pool, &long_one, master, -1, 60000, handle_outcome, &out), VT_OK);
    assert_true(vt_pool_abandon(fx.pool, handle_outcome, &out));
    assert_false(vt_pool_abandon(fx.pool, handle_outcome, &out));
    next = fixture_run(&fx, &small, &master, 1, -1, 60000);
    assert_int_equal(next.last.err, VT_MEDIA_OK);
    assert_int_equal(out.done, 0);
    outcome_finish(&next);
    close(master);
}

static void a_dead_worker_costs_its_job_only(void **state)
{
    struct outcome out = { 0 };
    struct vt_pool_stats before, stats;
    pid_t workers[8];
    (void)state;
    int master = master_of(3000, 2000);
    const struct vt_recipe long_one = {
        .kind = VT_RECIPE_IIIF, .out_w = 3000, .format = VT_FMT_AVIF, .effort = 1
    };
    wait_for_workers(2);
    assert_int_equal(vt_pool_submit(fx.pool, &long_one, master, -1, 60000, handle_outcome, &out), VT_OK);
    size_t n = children_of(the_parent(), workers, 8);
    assert_int_equal(n, 2);
    vt_pool_stats(fx.pool, &before);
    for (size_t i = 0; i < n; i++)
        kill(workers[i], SIGKILL);
    fixture_wait(&fx, &out);
    assert_int_equal(out.last.err, VT_MEDIA_WORKER_DIED);
    outcome_finish(&out);
    /* The spare died too: a job handed to it before its death is seen would be lost with it. */
    for (vt_pool_stats(fx.pool, &stats); stats.deaths < before.deaths + n; vt_pool_stats(fx.pool, &stats))
        uv_run(&fx.loop, UV_RUN_ONCE);
    out = fixture_run(&fx, &small, &master, 1, -1, 60000);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    close(master);
}

static void a_dead_parent_comes_back(void **state)
{
    struct vt_pool_stats stats;
    pid_t workers[8];
    (void)state;
    int master = master_of(400, 300);
    wait_for_workers(2);
    pid_t parent = the_parent();
    assert_int_equal(children_of(parent, workers, 8), 2);
    kill(parent, SIGKILL);
    do {
        uv_run(&fx.loop, UV_RUN_ONCE);
        vt_pool_stats(fx.pool, &stats);
    } while (stats.parents < 2);
    /* One of the old ones may be asked before it is seen dead: whoever queues asks again. */
    struct outcome out = { 0 };
    for (int tries = 0; tries < 50 && (!out.done || out.last.err == VT_MEDIA_WORKER_DIED); tries++) {
        outcome_finish(&out);
        out = (struct outcome){ 0 };
        fixture_wait_idle(&fx);
        if (vt_pool_submit(fx.pool, &small, master, -1, 60000, handle_outcome, &out) == VT_OK)
            fixture_wait(&fx, &out);
        else
            uv_run(&fx.loop, UV_RUN_ONCE);
    }
    assert_int_equal(out.done, 1);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    /* Workers die with their parent. */
    assert_int_not_equal(parent_of(workers[0]), parent);
    assert_int_not_equal(the_parent(), parent);
    close(master);
}

static void a_worker_is_sealed_and_poppler_is_not_in_it(void **state)
{
    pid_t workers[8];
    (void)state;
    wait_for_workers(2);
    size_t n = children_of(the_parent(), workers, 8);
    assert_int_equal(n, 2);
    char *status = read_proc(workers[0], "status"), *maps = read_proc(workers[0], "maps");
    assert_non_null(strstr(status, "Seccomp:\t2"));
    assert_non_null(strstr(status, "NoNewPrivs:\t1"));
    if (maps[0]) { /* root only: the process is not dumpable */
        assert_non_null(strstr(maps, "libvips"));
        assert_non_null(strstr(maps, "vips-heif"));
        assert_null(strstr(maps, "libpoppler"));
        assert_null(strstr(maps, "libMagick"));
        assert_null(strstr(maps, "openslide"));
    }
    free(status);
    free(maps);
}

/* A master that is none: an answer, no crash, whatever lies in it. */
static void a_foreign_master_is_broken(void **state)
{
    static const char *const files[] = { "", "II*\0\10\0\0\0", "%PDF-1.4", "\x89PNG\r\n\x1a\n" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(files); i++) {
        int fd = file_of(files[i], i == 1 ? 8 : strlen(files[i]));
        struct outcome out = fixture_run(&fx, &small, &fd, 1, -1, 60000);
        assert_int_equal(out.last.err, VT_MEDIA_BROKEN);
        outcome_finish(&out);
        close(fd);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_picture_goes_all_the_way),
        cmocka_unit_test(a_spare_waits_and_a_second_job_is_refused),
        cmocka_unit_test(what_cannot_be_a_job_is_refused),
        cmocka_unit_test(the_deadline_kills),
        cmocka_unit_test(an_abandoned_job_is_never_heard_of),
        cmocka_unit_test(a_dead_worker_costs_its_job_only),
        cmocka_unit_test(a_worker_is_sealed_and_poppler_is_not_in_it),
        cmocka_unit_test(a_foreign_master_is_broken),
        cmocka_unit_test(a_dead_parent_comes_back),
    };
    if (argc > 1 && strcmp(argv[1], "media-worker") == 0)
        return vt_worker_main(argc, argv);
    picture_init();
    return cmocka_run_group_tests(tests, setup, teardown);
}
