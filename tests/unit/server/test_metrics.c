/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/metrics.h"

static struct vt_buf page = VT_BUF_INIT(1 << 20);

static const char *written(void)
{
    vt_buf_reset(&page);
    assert_int_equal(vt_metrics_write(&page), VT_OK);
    return vt_buf_cstr(&page);
}

static void expect(const char *part)
{
    if (!strstr(written(), part))
        fail_msg("the page does not hold \"%s\"", part);
}

static double value_of(const char *name)
{
    const char *at = strstr(written(), name);
    assert_non_null(at);
    return strtod(at + strlen(name), NULL);
}

static struct vt_metric total_b = { .name = "test_total", .help = "A \\ and\nmore.", .labels = "kind=\"b\"" };
static struct vt_metric other = { .name = "test_other", .help = "Other.", .kind = VT_METRIC_GAUGE };
static struct vt_metric total_a = { .name = "test_total", .help = "A \\ and\nmore.", .labels = "kind=\"a\"" };
static struct vt_metric seconds = { .name = "test_seconds", .help = "Time.", .kind = VT_METRIC_HISTOGRAM };
static struct vt_metric labelled = {
    .name = "test_labelled_seconds", .help = "Time.", .labels = "op=\"x\"", .kind = VT_METRIC_HISTOGRAM
};

static struct vt_metric minutes = {
    .name = "test_minutes_seconds", .help = "Waits.", .kind = VT_METRIC_HISTOGRAM, .first = 60
};

static void one_name_has_one_head(void **state)
{
    (void)state;
    vt_metrics_add(&total_b);
    vt_metrics_add(&other);
    vt_metrics_add(&total_a);
    vt_metrics_add(&total_a);
    vt_metric_inc(&total_a, 1);
    vt_metric_inc(&total_a, 2.5);
    vt_metric_inc(&total_b, 1e10);
    vt_metric_set(&other, -4);
    expect("# HELP test_total A \\\\ and\\nmore.\n# TYPE test_total counter\n"
           "test_total{kind=\"b\"} 10000000000\ntest_total{kind=\"a\"} 3.5\n");
    expect("# TYPE test_other gauge\ntest_other -4\n");
    const char *first = strstr(written(), "# TYPE test_total");
    assert_null(strstr(first + 1, "# TYPE test_total"));
}

static void histograms_are_cumulative(void **state)
{
    (void)state;
    vt_metrics_add(&seconds);
    vt_metrics_add(&labelled);
    vt_metric_observe(&seconds, 0.00005);
    vt_metric_observe(&seconds, 0.0001);
    vt_metric_observe(&seconds, 0.0002);
    vt_metric_observe(&seconds, 1e9);
    vt_metric_observe(&labelled, 0.5);
    vt_metrics_add(&minutes);
    vt_metric_observe(&minutes, 61);
    expect("test_seconds_bucket{le=\"0.0001\"} 2\ntest_seconds_bucket{le=\"0.00025\"} 3\n");
    expect("test_seconds_bucket{le=\"+Inf\"} 4\n");
    expect("test_seconds_count 4\n");
    expect("test_labelled_seconds_bucket{op=\"x\",le=\"0.0001\"} 0\n");
    expect("test_labelled_seconds_sum{op=\"x\"} 0.5\n");
    expect("test_minutes_seconds_bucket{le=\"60\"} 0\ntest_minutes_seconds_bucket{le=\"150\"} 1\n");
}

static void the_process_describes_itself(void **state)
{
    (void)state;
    double before = value_of("\nprocess_open_fds ");
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(value_of("\nprocess_open_fds ") == before + 1);
    close(fd);
    assert_true(value_of("\nprocess_resident_memory_bytes ") > 100000);
    assert_true(value_of("\nprocess_max_fds ") >= before);
    assert_true(value_of("\nprocess_threads ") >= 1);
    double started = value_of("\nprocess_start_time_seconds ");
    assert_true(started > 1.6e9);
    expect("vitrine_build_info{version=\"");
}

/* Every line is a comment or `name{labels} number`, and every sample's name has a TYPE before it. */
static void every_line_has_the_form(void **state)
{
    (void)state;
    char *save = NULL;
    for (char *line = strtok_r((char *)written(), "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        if (line[0] == '#') {
            assert_true(strncmp(line, "# HELP ", 7) == 0 || strncmp(line, "# TYPE ", 7) == 0);
            continue;
        }
        char *space = strrchr(line, ' '), *end;
        assert_non_null(space);
        strtod(space + 1, &end);
        assert_int_equal(*end, '\0');
        assert_int_not_equal(strspn(line, "abcdefghijklmnopqrstuvwxyz_"), 0);
    }
}

static int drop_page(void **state)
{
    (void)state;
    vt_buf_finish(&page);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_name_has_one_head),
        cmocka_unit_test(histograms_are_cumulative),
        cmocka_unit_test(the_process_describes_itself),
        cmocka_unit_test(every_line_has_the_form),
    };
    return cmocka_run_group_tests(tests, NULL, drop_page);
}
