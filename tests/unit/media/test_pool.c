/* SPDX-License-Identifier: Apache-2.0 */
/* The pool against the real worker: what a job costs when it goes wrong. */
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

static void thumb_of_ingest(void **state)
{
    size_t len;
    int master;
    void *jpeg = picture_jpeg(1500, 1000, &len);
    (void)state;
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    if (out.last.err)
        print_message("%d %s\n", out.last.err, out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.parts, 1);
    assert_int_equal(out.part_w, 640);
    assert_int_equal(out.last.width, 1500);
    assert_int_equal(out.last.warnings, 0);
    outcome_finish(&out);

    const struct vt_recipe recipe = { .kind = VT_RECIPE_THUMB, .out_w = 320, .format = VT_FMT_WEBP };
    out = fixture_run(&fx, &recipe, &master, 1, -1, 30000);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.last.width, 320);
    assert_int_equal(out.last.height, 213);
    assert_memory_equal(out.bytes, "RIFF", 4);
    outcome_finish(&out);
    close(master);
    g_free(jpeg);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(thumb_of_ingest) };
    if (argc > 1 && strcmp(argv[1], "media-worker") == 0)
        return vt_worker_main(argc, argv);
    picture_init();
    return cmocka_run_group_tests(tests, setup, teardown);
}
