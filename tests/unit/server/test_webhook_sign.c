/* SPDX-License-Identifier: Apache-2.0 */
/* The published example of Standard Webhooks, and everything a byte off it. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#include "server/auth/webhook_sign.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

/* The example of the specification's own libraries. */
static const char secret[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
#define ID        VT_STR("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define BODY      VT_STR("{\"test\": 2432232314}")
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
enum { THEN = 1614265330 };

static struct vt_webhook_key key_of(const char *text)
{
    struct vt_webhook_key key;
    assert_int_equal(vt_webhook_key_read(vt_str(text), &key), VT_OK);
    return key;
}

static void test_the_published_example(void **state)
{
    struct vt_webhook_key key = key_of(secret);
    struct vt_webhook_headers headers;
    (void)state;
    assert_int_equal(key.n, 24);
    assert_int_equal(vt_webhook_sign(&key, 1, ID, THEN, BODY, &headers), VT_OK);
    assert_string_equal(headers.list[0], "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek");
    assert_string_equal(headers.list[1], "webhook-timestamp: 1614265330");
    assert_string_equal(headers.list[2], "webhook-signature: " SIGNATURE);
    assert_null(headers.list[3]);
    assert_int_equal(vt_webhook_sign(&key, 0, ID, THEN, BODY, &headers), VT_ERR_INVALID);
    assert_int_equal(vt_webhook_sign(&key, 1, VT_STR("a.b"), THEN, BODY, &headers), VT_ERR_INVALID);
    assert_int_equal(vt_webhook_sign(&key, 1, VT_STR("a\r\nb: c"), THEN, BODY, &headers), VT_ERR_INVALID);
}

static void test_what_is_checked(void **state)
{
    struct vt_webhook_key key = key_of(secret);
    struct vt_webhook_given good = { ID, VT_STR("1614265330"), VT_STR(SIGNATURE), BODY }, given = good;
    (void)state;
    assert_int_equal(vt_webhook_verify(&key, 1, &good, THEN), VT_OK);
    assert_int_equal(vt_webhook_verify(&key, 1, &good, THEN + VT_WEBHOOK_TOLERANCE_S), VT_OK);
    assert_int_equal(vt_webhook_verify(&key, 1, &good, THEN - VT_WEBHOOK_TOLERANCE_S), VT_OK);
    assert_int_equal(vt_webhook_verify(&key, 1, &good, THEN + VT_WEBHOOK_TOLERANCE_S + 1), VT_ERR_STALE);
    assert_int_equal(vt_webhook_verify(&key, 1, &good, THEN - VT_WEBHOOK_TOLERANCE_S - 1), VT_ERR_STALE);
    given.signature = VT_STR("v1a,abc v1,Zm9v " SIGNATURE); /* other versions, other keys */
    assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_OK);
    static const char *const wrong[] = { "",
                                         "v1,",
                                         "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                                         "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                                         "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
                                         "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=" };
    for (size_t i = 0; i < VT_COUNT(wrong); i++) {
        given.signature = vt_str(wrong[i]);
        assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_ERR_INVALID);
    }
    given = good, given.body = VT_STR("{\"test\": 2432232315}");
    assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_ERR_INVALID);
    given = good, given.id = VT_STR("msg_p5jXN8AQM9LWM0D4loKWxJel");
    assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_ERR_INVALID);
    given.id = (struct vt_str){ 0 };
    assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_ERR_INVALID);
    static const char *const times[] = { "",           "01614265330", "+1614265330",         "1614265330.0",
                                         "1614265331", "-1",          "99999999999999999999" };
    for (size_t i = 0; i < VT_COUNT(times); i++) {
        given = good, given.timestamp = vt_str(times[i]);
        assert_int_equal(vt_webhook_verify(&key, 1, &given, THEN), VT_ERR_INVALID);
    }
}

static void test_a_secret_that_is_being_changed(void **state)
{
    struct vt_webhook_key keys[2], other;
    struct vt_webhook_headers headers;
    (void)state;
    vt_webhook_key_new(&keys[0]);
    keys[1] = key_of(secret);
    vt_webhook_key_new(&other);
    assert_int_equal(vt_webhook_sign(keys, 2, ID, THEN, BODY, &headers), VT_OK);
    struct vt_webhook_given given = { ID, VT_STR("1614265330"),
                                      vt_str(headers.signature + strlen("webhook-signature: ")), BODY };
    assert_non_null(strstr(given.signature.ptr, " " SIGNATURE)); /* the current one first */
    assert_int_equal(vt_webhook_verify(&keys[0], 1, &given, THEN), VT_OK);
    assert_int_equal(vt_webhook_verify(&keys[1], 1, &given, THEN), VT_OK);
    assert_int_equal(vt_webhook_verify(&other, 1, &given, THEN), VT_ERR_INVALID);
    given.signature = VT_STR(SIGNATURE); /* made under the one before */
    assert_int_equal(vt_webhook_verify(keys, 2, &given, THEN), VT_OK);
    assert_int_equal(vt_webhook_verify(keys, 1, &given, THEN), VT_ERR_INVALID);
}

static void test_how_secrets_are_written(void **state)
{
    struct vt_webhook_key key, again;
    char text[VT_WEBHOOK_SECRET];
    (void)state;
    vt_webhook_key_new(&key);
    vt_webhook_key_text(&key, text);
    assert_int_equal(strlen(text), 6 + 44);
    again = key_of(text);
    assert_int_equal(again.n, VT_WEBHOOK_KEY_NEW);
    assert_memory_equal(again.bytes, key.bytes, key.n);
    assert_int_equal(key_of(secret + 6).n, 24);
    key.n = VT_WEBHOOK_KEY_MOST;
    memset(key.bytes, 0xa5, key.n);
    vt_webhook_key_text(&key, text);
    assert_int_equal(key_of(text).n, VT_WEBHOOK_KEY_MOST);
    static const char *const wrong[] = { "",
                                         "whsec_",
                                         "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",  /* 23 bytes, cut */
                                         "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", /* 22 bytes */
                                         "whsec_ MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwAAA",
                                         "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
                                         "whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
    char longer[VT_WEBHOOK_SECRET + 8] = "whsec_";
    memset(longer + 6, 'A', 92); /* 69 bytes */
    assert_int_equal(vt_webhook_key_read(vt_str(longer), &key), VT_ERR_INVALID);
    for (size_t i = 0; i < VT_COUNT(wrong); i++)
        assert_int_equal(vt_webhook_key_read(vt_str(wrong[i]), &key), VT_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_example),
        cmocka_unit_test(test_what_is_checked),
        cmocka_unit_test(test_a_secret_that_is_being_changed),
        cmocka_unit_test(test_how_secrets_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
