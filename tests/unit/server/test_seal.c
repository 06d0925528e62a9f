/* SPDX-License-Identifier: Apache-2.0 */
/* The key file and what is sealed under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "server/auth/probe.h"
#include "server/auth/seal.h"
#include "tests/unit/server/store_fixture.h"

static struct vt_seal *open_seal(const char *data, const char *key_file, const char *complaint)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(2048);
    struct vt_seal *seal = vt_seal_open(data, key_file, &error);
    if (complaint)
        assert_non_null(strstr(vt_buf_cstr(&error), complaint));
    else if (!seal)
        fail_msg("%s", vt_buf_cstr(&error));
    return seal;
}

static void put_file(const char *path, mode_t mode, size_t bytes)
{
    char text[8192];
    memset(text, 'k', sizeof(text));
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    assert_int_equal(write(fd, text, bytes), bytes);
    fchmod(fd, mode);
    close(fd);
}

static void test_the_first_start_makes_a_file_for_us_alone(void **state)
{
    struct fixture *f = *state;
    struct stat info;
    char path[128], sealed[VT_SEAL_TEXT];
    uint8_t secret[VT_SEAL_BYTES] = "a secret of the site", back[VT_SEAL_BYTES];
    snprintf(path, sizeof(path), "%s/vitrine.key", f->dir);
    struct vt_seal *seal = open_seal(f->dir, "", NULL);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(vt_seal_put(seal, VT_STR("here"), secret, sealed), VT_OK);
    vt_seal_close(seal);
    seal = open_seal(f->dir, "", NULL); /* the second start */
    assert_int_equal(vt_seal_get(seal, VT_STR("here"), vt_str(sealed), back), VT_OK);
    assert_memory_equal(secret, back, sizeof(secret));
    vt_seal_close(seal);
}

static void test_only_key_and_place_open_it(void **state)
{
    struct fixture *f = *state;
    char other[128], sealed[VT_SEAL_TEXT], again[VT_SEAL_TEXT];
    uint8_t secret[VT_SEAL_BYTES] = { 1, 2, 3 }, back[VT_SEAL_BYTES];
    snprintf(other, sizeof(other), "%s/other.key", f->dir);
    put_file(other, 0600, 64);
    struct vt_seal *seal = open_seal(f->dir, "", NULL), *foreign = open_seal(f->dir, other, NULL);
    assert_int_equal(vt_seal_put(seal, VT_STR("here"), secret, sealed), VT_OK);
    assert_int_equal(vt_seal_put(seal, VT_STR("here"), secret, again), VT_OK);
    assert_string_not_equal(sealed, again);
    assert_int_equal(vt_seal_get(seal, VT_STR("there"), vt_str(sealed), back), VT_ERR_INVALID);
    assert_int_equal(vt_seal_get(foreign, VT_STR("here"), vt_str(sealed), back), VT_ERR_INVALID);
    for (size_t i = 0; i < VT_SEAL_TEXT - 1; i++) {
        char kept = sealed[i];
        sealed[i] = kept == 'A' ? 'B' : 'A';
        assert_int_equal(vt_seal_get(seal, VT_STR("here"), vt_str(sealed), back), VT_ERR_INVALID);
        sealed[i] = kept;
    }
    assert_int_equal(vt_seal_get(seal, VT_STR("here"), (struct vt_str){ sealed, 79 }, back), VT_ERR_INVALID);
    assert_int_equal(vt_seal_get(seal, VT_STR("here"), (struct vt_str){ NULL, 0 }, back), VT_ERR_INVALID);
    vt_seal_close(seal);
    vt_seal_close(foreign);
}

static void test_a_bad_file_is_told(void **state)
{
    struct fixture *f = *state;
    char path[128];
    snprintf(path, sizeof(path), "%s/k", f->dir);
    assert_null(open_seal(f->dir, path, "cannot be read"));
    put_file(path, 0640, 32);
    assert_null(open_seal(f->dir, path, "chmod 600"));
    put_file(path, 0600, 31);
    assert_null(open_seal(f->dir, path, "32 to 4096"));
    put_file(path, 0600, 4097);
    assert_null(open_seal(f->dir, path, "32 to 4096"));
    assert_null(open_seal("/nowhere", "", "cannot be made"));
}

static void test_systemd_hands_it_over(void **state)
{
    struct fixture *f = *state;
    char folder[128], path[160], made[128];
    snprintf(folder, sizeof(folder), "%s/credentials", f->dir);
    snprintf(path, sizeof(path), "%s/vitrine.key", folder);
    snprintf(made, sizeof(made), "%s/vitrine.key", f->dir);
    mkdir(folder, 0700);
    put_file(path, 0440, 32); /* as systemd has it */
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    struct vt_seal *seal = open_seal(f->dir, "", NULL);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_not_equal(access(made, F_OK), 0);
    vt_seal_close(seal);
}

static void test_a_probe_is_of_this_key_and_this_time(void **state)
{
    struct fixture *f = *state;
    const int64_t now = 1795000000000, five_minutes = 5 * 60 * 1000;
    char path[128], token[VT_SEAL_TEXT];
    uint8_t secret[VT_SEAL_BYTES] = { 0 };
    snprintf(path, sizeof(path), "%s/other.key", f->dir);
    put_file(path, 0600, 64);
    struct vt_seal *seal = open_seal(f->dir, "", NULL), *other = open_seal(f->dir, path, NULL);
    assert_int_equal(vt_probe_token(seal, now, token), VT_OK);
    assert_true(vt_probe_token_ok(seal, now, vt_str(token)));
    assert_true(vt_probe_token_ok(seal, now + five_minutes, vt_str(token)));
    assert_false(vt_probe_token_ok(seal, now + five_minutes + 1, vt_str(token)));
    assert_false(vt_probe_token_ok(seal, now - five_minutes - 1, vt_str(token)));
    assert_false(vt_probe_token_ok(other, now, vt_str(token)));
    assert_false(vt_probe_token_ok(seal, now, VT_STR("")));
    /* What was sealed for another place, such as a site's secret, is no probe. */
    memcpy(secret, &now, sizeof(now));
    assert_int_equal(vt_seal_put(seal, VT_STR("site s"), secret, token), VT_OK);
    assert_false(vt_probe_token_ok(seal, now, vt_str(token)));
    vt_seal_close(other);
    vt_seal_close(seal);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_first_start_makes_a_file_for_us_alone),
        TEST(test_only_key_and_place_open_it),
        TEST(test_a_bad_file_is_told),
        TEST(test_systemd_hands_it_over),
        TEST(test_a_probe_is_of_this_key_and_this_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
