/* SPDX-License-Identifier: Apache-2.0 */
/* What the golden vectors cannot say: order of the checks, limits of memory, several messages in
 * one text, what is left when something fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/shape.h"
#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/err.h"

#define CID "01890a5d-ac96-774b-bcce-b302099a8057"

static struct vt_arena arena;
static struct vt_buf out;
static struct vt_envelope env;
static struct vt_error error;

static int set_up(void **state)
{
    (void)state;
    vt_arena_init(&arena, 1 << 20);
    vt_buf_init(&out, 1 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    vt_buf_finish(&out);
    vt_arena_finish(&arena);
    return 0;
}

static int decode(const char *text)
{
    const char *cursor = text;
    return vt_decode_text(&arena, &cursor, text + strlen(text), &env, &error);
}

static void lines_come_one_after_another(void **state)
{
    (void)state;
    const char *text = "{\"op\":\"hb\",\"d\":{\"t\":1}}\r\n\n  \nnot json\n{\"op\":\"hb\",\"d\":{\"t\":2}}";
    const char *end = text + strlen(text);
    const char *cursor = text;
    const struct vt_msg_hb *hb;
    assert_int_equal(vt_decode_text(&arena, &cursor, end, &env, &error), 0);
    hb = env.msg;
    assert_int_equal(hb->t, 1);
    assert_int_equal(vt_decode_text(&arena, &cursor, end, &env, &error), VT_ERR_JSON_BAD);
    assert_int_equal(vt_decode_text(&arena, &cursor, end, &env, &error), 0);
    hb = env.msg;
    assert_int_equal(hb->t, 2);
    assert_int_equal(vt_decode_text(&arena, &cursor, end, &env, &error), 1);
    assert_int_equal(vt_decode_text(&arena, &cursor, end, &env, &error), 1);
}

static void fields_arrive_where_they_belong(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"op\":\"chat.send\",\"id\":7,\"c\":2,\"cid\":\"" CID
                            "\",\"d\":{\"kind\":\"product\","
                            "\"body\":{\"text\":\"\",\"product\":{\"sku\":\"A\"}},\"re\":3}}"),
                     0);
    const struct vt_msg_chat_send *msg = env.msg;
    assert_int_equal(env.op, VT_OP_CHAT_SEND);
    assert_int_equal(env.id, 7);
    assert_int_equal(env.c, 2);
    assert_true(vt_str_eq(env.cid, VT_STR(CID)));
    assert_int_equal(msg->kind, VT_CHAT_KIND_PRODUCT);
    assert_non_null(msg->body.text.ptr);
    assert_int_equal(msg->body.text.len, 0);
    assert_null(msg->body.media.ptr);
    assert_true(vt_str_eq(msg->body.product->sku, VT_STR("A")));
    assert_null(msg->body.product->name.ptr);
    assert_true(msg->has_re);
    assert_int_equal(msg->re, 3);
}

static void a_message_without_fields_has_no_struct(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"op\":\"bye\",\"id\":1}"), 0);
    assert_null(env.msg);
    assert_int_equal(vt_encode_request(&out, &env), 0);
    assert_string_equal(vt_buf_cstr(&out), "{\"op\":\"bye\",\"id\":1,\"d\":{}}");
}

static void an_error_can_be_answered(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"op\":\"chat.sing\",\"id\":9,\"d\":{}}"), VT_ERR_OP_UNKNOWN);
    assert_int_equal(env.id, 9);
    assert_true(vt_str_eq(env.op_name, VT_STR("chat.sing")));
    assert_int_equal(vt_encode_error(&out, env.id, &error), 0);
    assert_string_equal(vt_buf_cstr(&out),
                        "{\"id\":9,\"err\":{\"code\":\"op.unknown\",\"n\":1002,\"msg\":\"no such operation\","
                        "\"retry\":false,\"field\":\"/op\"}}");
    vt_buf_reset(&out);
    assert_int_equal(decode("{\"op\":\"chat.read\",\"d\":{\"read\":-1}}"), VT_ERR_FIELD_BAD);
    assert_int_equal(vt_encode_error(&out, 0, &error), 0);
    assert_string_equal(vt_buf_cstr(&out),
                        "{\"op\":\"error\",\"d\":{\"code\":\"field.bad\",\"n\":1003,"
                        "\"msg\":\"must be from 0 to 4294967295\",\"retry\":false,\"field\":\"/d/read\"}}");
}

static void an_error_carries_the_wait(void **state)
{
    (void)state;
    vt_error_set(&error, VT_ERR_RATE_LIMITED, NULL, NULL);
    error.after_ms = 1500;
    assert_int_equal(vt_encode_error(&out, 4, &error), 0);
    assert_string_equal(vt_buf_cstr(&out), "{\"id\":4,\"err\":{\"code\":\"rate.limited\",\"n\":3001,\"msg\":"
                                           "\"too often\",\"retry\":true,\"after\":1500}}");
}

static void our_own_errors_are_not_told(void **state)
{
    (void)state;
    vt_error_set(&error, VT_ERR_NOMEM, NULL, NULL);
    assert_int_equal(vt_encode_error(&out, 4, &error), 0);
    assert_non_null(strstr(vt_buf_cstr(&out), "\"overloaded\""));
}

static void an_event_of_the_server_has_no_message(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"op\":\"view.state\",\"d\":7}"), 0);
    assert_null(env.msg);
    assert_int_equal(env.row->from_roles, 0);
}

static void no_peer_byte_reaches_an_error(void **state)
{
    (void)state;
    assert_int_equal(
        decode("{\"op\":\"hello\",\"id\":1,\"d\":{\"site\":\"s\",\"role\":\"secret-word\",\"caps\":[]}}"),
        VT_ERR_FIELD_BAD);
    assert_null(strstr(error.msg, "secret"));
    assert_string_equal(error.field, "/d/role");
}

static void a_small_arena_is_an_answer_not_a_crash(void **state)
{
    (void)state;
    const char *text = "{\"op\":\"mark.add\",\"id\":1,\"cid\":\"" CID
                       "\",\"d\":{\"slot\":1,\"kind\":\"ink\",\"colour\":0,\"points\":[0,0,1,1]}}";
    bool has_worked = false;
    for (size_t bytes = 0; bytes < 4096; bytes += 8) {
        struct vt_arena small;
        const char *cursor = text;
        vt_arena_init(&small, bytes);
        const int err = vt_decode_text(&small, &cursor, text + strlen(text), &env, &error);
        assert_true(err == 0 || (err == VT_ERR_OVERLOADED && !has_worked));
        has_worked = has_worked || err == 0;
        vt_arena_finish(&small);
    }
    assert_true(has_worked);
}

static void a_full_buffer_keeps_what_it_held(void **state)
{
    (void)state;
    for (size_t max = 0; max < 60; max++) {
        struct vt_buf small = VT_BUF_INIT(max + 2);
        const struct vt_evt_chat_typing typing = { .on = true };
        const struct vt_event_head head = { .s = 1, .by = "a1" };
        assert_int_equal(vt_buf_text(&small, "ab"), 0);
        const int err = vt_encode_event(&small, VT_OP_CHAT_TYPING, &head, &typing);
        const char *all = "{\"op\":\"chat.typing\",\"s\":1,\"by\":\"a1\",\"d\":{\"on\":true}}";
        assert_int_equal(err == 0, max >= strlen(all));
        assert_int_equal(small.len, err ? 2 : 2 + strlen(all));
        assert_memory_equal(small.data, "ab", 2);
        vt_buf_finish(&small);
    }
}

static void lists_and_absent_ones_differ(void **state)
{
    (void)state;
    assert_int_equal(decode("{\"op\":\"hb\",\"d\":{\"t\":1,\"at\":[]}}"), 0);
    const struct vt_msg_hb *hb = env.msg;
    assert_non_null(hb->at);
    assert_int_equal(hb->at_n, 0);
    assert_int_equal(decode("{\"op\":\"hb\",\"d\":{\"t\":1}}"), 0);
    hb = env.msg;
    assert_null(hb->at);

    const struct vt_t_view view = { .driver = VT_STR(""),
                                    .mode = VT_VIEW_MODE_IMAGE,
                                    .rect = { 0, 0, 1, 1 } };
    assert_int_equal(vt_encode_body(&out, &vt_shape_view, &view), 0);
    assert_string_equal(vt_buf_cstr(&out), "{\"seq\":0,\"driver\":\"\",\"items\":[],\"active\":0,\"mode\":"
                                           "\"image\",\"rect\":[0,0,1,1],\"marks\":[]}");
}

static void a_path_too_long_is_cut_not_overrun(void **state)
{
    (void)state;
    struct vt_error long_error;
    char field[400];
    memset(field, 'x', sizeof(field) - 1);
    field[sizeof(field) - 1] = '\0';
    vt_error_set(&long_error, VT_ERR_FIELD_BAD, field, "%s", field);
    assert_int_equal(strlen(long_error.field), sizeof(long_error.field) - 1);
    assert_int_equal(strlen(long_error.msg), sizeof(long_error.msg) - 1);
}

static void one_object_has_a_largest_size(void **state)
{
    (void)state;
    static char text[VT_TEXT_BYTES_MAX + 64];
    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"op\":\"hb\",", 11);
    text[sizeof(text) - 1] = '}';
    const char *cursor = text;
    assert_int_equal(vt_decode_text(&arena, &cursor, text + sizeof(text), &env, &error), VT_ERR_TOO_LARGE);
    assert_ptr_equal(cursor, text + sizeof(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_one_after_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fields_arrive_where_they_belong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_message_without_fields_has_no_struct, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_can_be_answered, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_error_carries_the_wait, set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_own_errors_are_not_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_event_of_the_server_has_no_message, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_peer_byte_reaches_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_small_arena_is_an_answer_not_a_crash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_buffer_keeps_what_it_held, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_and_absent_ones_differ, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_path_too_long_is_cut_not_overrun, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_object_has_a_largest_size, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
