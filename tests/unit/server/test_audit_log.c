/* SPDX-License-Identifier: Apache-2.0 */
/* The chain of the audit log, and how its beginning is trimmed without breaking it. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/store/audit_log.h"

struct audit_fixture {
    char dir[64];
    struct vt_audit_log *log;
};

static int setup(void **state)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct audit_fixture *f = calloc(1, sizeof(*f));
    snprintf(f->dir, sizeof(f->dir), "/tmp/vitrine-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->log = vt_audit_log_open(f->dir, &error);
    assert_non_null(f->log);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct audit_fixture *f = *state;
    char command[128];
    vt_audit_log_close(f->log);
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

static void append(struct audit_fixture *f, int64_t time, const char *verb)
{
    const struct vt_audit_record record = { .time = time,
                                            .site = VT_STR("s"),
                                            .actor = VT_STR("p"),
                                            .verb = vt_str(verb),
                                            .object = VT_STR(""),
                                            .detail = VT_STR("{}") };
    assert_int_equal(vt_audit_log_append(f->log, &record, 1), VT_OK);
}

static void test_the_hash_is_of_the_canonical_text(void **state)
{
    const struct vt_audit_record record = { .n = 1,
                                            .time = 2,
                                            .site = VT_STR("s"),
                                            .actor = VT_STR("p"),
                                            .verb = VT_STR("login"),
                                            .object = VT_STR("o"),
                                            .detail = VT_STR("{\"a\":1}") };
    char hash[VT_SHA256_TEXT], expected[VT_SHA256_TEXT];
    (void)state;
    assert_int_equal(vt_audit_hash(&record, "", hash), VT_OK);
    assert_int_equal(
        vt_sha256_hex(VT_STR("{\"actor\":\"p\",\"detail\":\"{\\\"a\\\":1}\",\"n\":1,\"object\":\"o\","
                             "\"site\":\"s\",\"time\":2,\"verb\":\"login\"}"),
                      expected),
        VT_OK);
    assert_string_equal(hash, expected);
    assert_int_equal(vt_audit_hash(&record, expected, hash), VT_OK);
    assert_string_not_equal(hash, expected);
}

static void test_an_empty_and_a_whole_log(void **state)
{
    struct audit_fixture *f = *state;
    struct vt_audit_verdict verdict;
    assert_int_equal(vt_audit_log_verify(f->log, NULL, &verdict), VT_OK);
    assert_int_equal(verdict.broken, 0);
    for (int i = 0; i < 700; i++) /* more than a page */
        append(f, 1000 + i, "login");
    assert_int_equal(vt_audit_log_verify(f->log, NULL, &verdict), VT_OK);
    assert_int_equal(verdict.broken, 0);
    assert_int_equal(verdict.records, 700);
    assert_int_equal(verdict.head.n, 700);
    verdict.head.hash[0] ^= 1;
    const struct vt_audit_head wrong = verdict.head;
    assert_int_equal(vt_audit_log_verify(f->log, &wrong, &verdict), VT_OK);
    assert_int_equal(verdict.broken, 700);
}

static void test_trimmed_and_still_whole(void **state)
{
    struct audit_fixture *f = *state;
    struct vt_audit_verdict verdict;
    size_t n = 0;
    for (int i = 0; i < 20; i++)
        append(f, 1000 + i, "login");
    assert_int_equal(vt_audit_log_trim(f->log, 500, &n), VT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(vt_audit_log_trim(f->log, 1010, &n), VT_OK);
    assert_int_equal(n, 10);
    assert_int_equal(vt_audit_log_verify(f->log, NULL, &verdict), VT_OK);
    assert_int_equal(verdict.broken, 0);
    assert_int_equal(verdict.records, 11); /* with the one that says so */
    assert_int_equal(vt_audit_log_trim(f->log, 1015, &n), VT_OK);
    assert_int_equal(n, 5);
    append(f, 2000, "logout");
    assert_int_equal(vt_audit_log_verify(f->log, NULL, &verdict), VT_OK);
    assert_int_equal(verdict.broken, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_hash_is_of_the_canonical_text),
        cmocka_unit_test_setup_teardown(test_an_empty_and_a_whole_log, setup, teardown),
        cmocka_unit_test_setup_teardown(test_trimmed_and_still_whole, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
