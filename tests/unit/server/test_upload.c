/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#include "server/upload.h"

#define SHOP  VT_STR("https://shop.example")
#define PHONE VT_STR("https://help.example")

static struct vt_upload sample(const char *conv, uint64_t bytes)
{
    struct vt_upload upload = { .site = "s", .who = "a1", .origin = "https://shop.example", .bytes = bytes };
    snprintf(upload.conv, sizeof(upload.conv), "%s", conv);
    return upload;
}

static void test_a_ticket_is_good_once(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload upload = sample("c", 7), got;
    (void)state;
    assert_int_equal(vt_uploads_ticket(uploads, &upload), VT_UPLOAD_OK);
    assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), SHOP, &got), VT_UPLOAD_OK);
    assert_string_equal(got.conv, "c");
    assert_int_equal(got.bytes, 7);
    assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), SHOP, &got), VT_UPLOAD_UNKNOWN);
    vt_uploads_destroy(uploads);
}

static void test_another_origin_uses_a_ticket_up(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload upload = sample("c", 7), got;
    (void)state;
    vt_uploads_ticket(uploads, &upload);
    assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), PHONE, &got), VT_UPLOAD_UNKNOWN);
    assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), SHOP, &got), VT_UPLOAD_UNKNOWN);
    vt_uploads_ticket(uploads, &upload);
    assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), (struct vt_str){ 0 }, &got), VT_UPLOAD_UNKNOWN);
    vt_uploads_destroy(uploads);
}

static void test_a_code_serves_one_phone(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload upload = sample("c", 0), got;
    char secret[VT_ID_TEXT], key[VT_ID_TEXT], second[VT_ID_TEXT];
    (void)state;
    assert_int_equal(vt_uploads_code(uploads, &upload, secret), VT_UPLOAD_OK);
    assert_string_not_equal(upload.name, secret); /* its name opens nothing */
    assert_int_equal(vt_uploads_open(uploads, vt_str(upload.name), PHONE, key, &got), VT_UPLOAD_UNKNOWN);
    assert_int_equal(vt_uploads_take(uploads, vt_str(secret), PHONE, &got), VT_UPLOAD_UNKNOWN);
    assert_int_equal(vt_uploads_open(uploads, vt_str(secret), PHONE, key, &got), VT_UPLOAD_OK);
    assert_int_equal(vt_uploads_open(uploads, vt_str(secret), PHONE, second, &got), VT_UPLOAD_OTHER);
    assert_int_equal(vt_uploads_open(uploads, vt_str(key), PHONE, second, &got), VT_UPLOAD_UNKNOWN);
    for (unsigned left = VT_UPLOAD_PHONE_PICTURES; left-- > 0;) {
        assert_int_equal(vt_uploads_take(uploads, vt_str(key), PHONE, &got), VT_UPLOAD_OK);
        assert_int_equal(got.left, left);
    }
    assert_int_equal(vt_uploads_take(uploads, vt_str(key), PHONE, &got), VT_UPLOAD_SPENT);
    vt_uploads_destroy(uploads);
}

static void test_a_new_code_ends_the_former_with_its_key(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload upload = sample("c", 0), got;
    char first[VT_ID_TEXT], second[VT_ID_TEXT], key[VT_ID_TEXT];
    (void)state;
    vt_uploads_code(uploads, &upload, first);
    vt_uploads_open(uploads, vt_str(first), PHONE, key, &got);
    vt_uploads_code(uploads, &upload, second);
    assert_int_equal(vt_uploads_take(uploads, vt_str(key), PHONE, &got), VT_UPLOAD_UNKNOWN);
    assert_int_equal(vt_uploads_open(uploads, vt_str(first), PHONE, key, &got), VT_UPLOAD_UNKNOWN);
    vt_uploads_stop(uploads, "s", "c", "a2"); /* another's is not ended */
    assert_int_equal(vt_uploads_open(uploads, vt_str(second), PHONE, key, &got), VT_UPLOAD_OK);
    vt_uploads_destroy(uploads);
}

static void test_twenty_an_hour_and_conversation(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload got, late = sample("c", 7), other = sample("d", 7);
    uint32_t after_ms = 0;
    (void)state;
    vt_uploads_ticket(uploads, &late);
    for (int i = 0; i < VT_UPLOAD_HOUR; i++) {
        struct vt_upload upload = sample("c", 7);
        assert_true(vt_uploads_may(uploads, "s", "c", &after_ms));
        vt_uploads_ticket(uploads, &upload);
        assert_int_equal(vt_uploads_take(uploads, vt_str(upload.name), SHOP, &got), VT_UPLOAD_OK);
    }
    assert_false(vt_uploads_may(uploads, "s", "c", &after_ms));
    assert_in_range(after_ms, 3500000, 3600000);
    assert_int_equal(vt_uploads_take(uploads, vt_str(late.name), SHOP, &got), VT_UPLOAD_HOURLY);
    vt_uploads_ticket(uploads, &other);
    assert_int_equal(vt_uploads_take(uploads, vt_str(other.name), SHOP, &got), VT_UPLOAD_OK);
    vt_uploads_destroy(uploads);
}

static void test_one_conversation_does_not_use_up_all(void **state)
{
    struct vt_uploads *uploads = vt_uploads_create();
    (void)state;
    for (int i = 0; i < VT_UPLOAD_RIGHTS_CONV; i++) {
        struct vt_upload upload = sample("c", 7);
        assert_int_equal(vt_uploads_ticket(uploads, &upload), VT_UPLOAD_OK);
    }
    struct vt_upload more = sample("c", 7), other = sample("d", 7);
    assert_int_equal(vt_uploads_ticket(uploads, &more), VT_UPLOAD_FULL);
    assert_int_equal(vt_uploads_ticket(uploads, &other), VT_UPLOAD_OK);
    vt_uploads_destroy(uploads);
}

static void test_the_header(void **state)
{
    static const char *const bad[] = { "", "Bearer", "Bearer ", "Bearer short", "Basic mZ0fK2v9mZ0fK2v9mZ0fKw",
                                       "Bearer  Z0fK2v9mZ0fK2v9mZ0fKw", "Bearer mZ0fK2v9mZ0fK2v9mZ0fKw=",
                                       "Bearer mZ0fK2v9mZ0fK2v9mZ0f/w" };
    (void)state;
    struct vt_str found = vt_upload_bearer(VT_STR("bearer mZ0fK2v9mZ0fK2v9mZ0fK_"));
    assert_true(vt_str_eq(found, VT_STR("mZ0fK2v9mZ0fK2v9mZ0fK_")));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_null(vt_upload_bearer(vt_str(bad[i])).ptr);
    assert_null(vt_upload_bearer((struct vt_str){ 0 }).ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_ticket_is_good_once),
        cmocka_unit_test(test_another_origin_uses_a_ticket_up),
        cmocka_unit_test(test_a_code_serves_one_phone),
        cmocka_unit_test(test_a_new_code_ends_the_former_with_its_key),
        cmocka_unit_test(test_twenty_an_hour_and_conversation),
        cmocka_unit_test(test_one_conversation_does_not_use_up_all),
        cmocka_unit_test(test_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
