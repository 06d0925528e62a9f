/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/buf.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/log_escape.h"

/* Standard error goes into a file while a test runs. */
static int saved = -1;
static FILE *captured;
static char text[1 << 20];

static int capture(void **state)
{
    (void)state;
    captured = tmpfile();
    saved = dup(STDERR_FILENO);
    return captured && dup2(fileno(captured), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int release(void **state)
{
    (void)state;
    dup2(saved, STDERR_FILENO);
    close(saved);
    fclose(captured);
    vt_log_init(VT_LOG_INFO, false);
    return 0;
}

static const char *logged(void)
{
    rewind(captured);
    size_t n = fread(text, 1, sizeof(text) - 1, captured);
    text[n] = '\0';
    return text;
}

static size_t count_of(const char *haystack, const char *needle)
{
    size_t n = 0;
    for (const char *at = haystack; (at = strstr(at, needle)) != NULL; at += strlen(needle))
        n++;
    return n;
}

/* Tests of the rate need a whole second before them. */
static void wait_for_second(void)
{
    int64_t second = vt_now_ms() / 1000;
    while (vt_now_ms() / 1000 == second)
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void text_lines_are_logfmt(void **state)
{
    (void)state;
    vt_log_init(VT_LOG_INFO, false);
    vt_log(VT_LOG_WARN, "test.text", VT_LOG_T("a", "plain"), VT_LOG_T("b", "two words"), VT_LOG_N("n", -7));
    assert_non_null(strstr(logged(), "Z level=warn event=test.text a=plain b=\"two words\" n=-7\n"));
    assert_int_equal(strncmp(text, "ts=20", 5), 0);
}

static void json_lines_are_objects(void **state)
{
    (void)state;
    vt_log_init(VT_LOG_INFO, true);
    vt_log(VT_LOG_ERROR, "test.json", VT_LOG_T("a", "q\"\\\n"), VT_LOG_S("s", VT_STR("")), VT_LOG_N("n", 5));
    assert_non_null(
        strstr(logged(), "\"level\":\"error\",\"event\":\"test.json\",\"a\":\"q\\\"\\\\\\u000a\",\"s\":\"\","
                         "\"n\":5}\n"));
    assert_int_equal(strncmp(text, "{\"ts\":\"20", 9), 0);
}

static void lower_levels_are_silent(void **state)
{
    (void)state;
    vt_log_init(VT_LOG_WARN, false);
    vt_log(VT_LOG_INFO, "test.level", VT_LOG_N("n", 1));
    vt_log(VT_LOG_WARN, "test.level", VT_LOG_N("n", 2));
    assert_null(strstr(logged(), "n=1"));
    assert_non_null(strstr(text, "n=2"));
}

static void long_values_and_lines_are_cut(void **state)
{
    (void)state;
    static char longest[100000];
    memset(longest, 'x', sizeof(longest) - 1);
    vt_log(VT_LOG_INFO, "test.long", VT_LOG_T("a", longest), VT_LOG_N("after", 1));
    assert_true(strlen(logged()) < 700);
    assert_non_null(strstr(text, "after=1\n"));
    vt_log_init(VT_LOG_INFO, true);
    vt_log(VT_LOG_INFO, "test.many", VT_LOG_T("a", longest), VT_LOG_T("b", longest), VT_LOG_T("c", longest),
           VT_LOG_T("d", longest), VT_LOG_T("e", longest), VT_LOG_T("f", longest), VT_LOG_T("g", longest),
           VT_LOG_T("h", longest), VT_LOG_T("i", longest));
    assert_non_null(strstr(logged(), "\"cut\":true}\n"));
    assert_true(strlen(text) < 5000);
}

static void nothing_foreign_reaches_a_terminal(void **state)
{
    (void)state;
    /* ESC, BEL, CR, a right-to-left override, a zero-width space, C1, bad UTF-8. */
    static const char hostile[] = "a\x1b[31m\a\r\n\xe2\x80\xae\xe2\x80\x8b\xc2\x9b\xff\"z";
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(1000);
    vt_log_escape_text(&out, vt_str(hostile));
    assert_string_equal(vt_buf_cstr(&out),
                        "\"a\\x1b[31m\\x07\\x0d\\n\\u{202e}\\u{200b}\\u{009b}\\xff\\\"z\"");
    vt_buf_reset(&out);
    vt_log_escape_json(&out, vt_str(hostile));
    assert_string_equal(vt_buf_cstr(&out),
                        "\"a\\u001b[31m\\u0007\\u000d\\u000a\\u202e\\u200b\\u009b\\ufffd\\\"z\"");
    vt_buf_reset(&out);
    vt_log_escape_json(&out, VT_STR("\xf3\xa0\x80\x81\xc3\xa9\xf0\x9f\x92\x8e"));
    assert_string_equal(vt_buf_cstr(&out), "\"\\udb40\\udc01\xc3\xa9\xf0\x9f\x92\x8e\"");
    vt_buf_reset(&out);
    vt_log_escape_text(&out, VT_STR(""));
    assert_string_equal(vt_buf_cstr(&out), "\"\"");
    vt_buf_reset(&out);
    vt_log_escape_text(&out, VT_STR("a=b"));
    assert_string_equal(vt_buf_cstr(&out), "\"a=b\"");
}

static void repeats_are_counted_and_reported_once(void **state)
{
    (void)state;
    wait_for_second();
    for (int i = 0; i < 1000; i++)
        vt_log(VT_LOG_INFO, "test.storm", VT_LOG_N("i", i));
    vt_log(VT_LOG_INFO, "test.other", VT_LOG_N("i", 1));
    assert_int_equal(count_of(logged(), "event=test.storm"), 20);
    assert_int_equal(count_of(text, "event=test.other"), 1);
    wait_for_second();
    vt_log_flush();
    vt_log_flush();
    assert_int_equal(count_of(logged(), "event=log.repeated of=test.storm times=980\n"), 1);
    vt_log(VT_LOG_INFO, "test.storm", VT_LOG_N("i", 2000));
    assert_int_equal(count_of(logged(), "event=test.storm"), 21);
}

static void *log_from_thread(void *arg)
{
    for (int i = 0; i < 10; i++)
        vt_log(VT_LOG_INFO, arg, VT_LOG_T("value", "0123456789 0123456789 0123456789"), VT_LOG_N("i", i));
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    static char names[4][16] = { "test.t1", "test.t2", "test.t3", "test.t4" };
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, log_from_thread, names[i]), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(count_of(logged(), "ts="), 40);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_int_equal(count_of(line, "ts="), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, capture, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(text_lines_are_logfmt),
        TEST(json_lines_are_objects),
        TEST(lower_levels_are_silent),
        TEST(long_values_and_lines_are_cut),
        TEST(nothing_foreign_reaches_a_terminal),
        TEST(repeats_are_counted_and_reported_once),
        TEST(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
