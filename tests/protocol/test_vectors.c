/* SPDX-License-Identifier: Apache-2.0 */
/* The golden examples: what is valid decodes and encodes to the same bytes, what is bad is refused
 * with the error and the field the table says. tests/protocol/run.mjs runs the same files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/c/errors.h"
#include "protocol/codec/codec.h"
#include "protocol/codec/number.h"
#include "protocol/codec/shape.h"
#include "server/base/arena.h"
#include "server/base/buf.h"
#include "tests/protocol/vectors.h"

enum { ARENA_BYTES = 4 << 20, OUT_BYTES = 1 << 20, STRUCT_BYTES = 1024 };

static struct vt_arena arena;
static struct vt_buf out;

static int set_up(void **state)
{
    (void)state;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_buf_init(&out, OUT_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    vt_buf_finish(&out);
    vt_arena_finish(&arena);
    return 0;
}

static void start_case(void)
{
    vt_arena_reset(&arena);
    vt_buf_reset(&out);
}

static int decode(const char *text, size_t len, struct vt_envelope *ret_env, struct vt_error *ret_error)
{
    const char *cursor = text;
    return vt_decode_text(&arena, &cursor, text + len, ret_env, ret_error);
}

static void check_request(const char *text)
{
    struct vt_envelope env;
    struct vt_error error;
    const int err = decode(text, strlen(text), &env, &error);
    if (err)
        fail_msg("%s\n%d %s %s", text, err, error.field, error.msg);
    assert_int_equal(vt_encode_request(&out, &env), 0);
    assert_string_equal(vt_buf_cstr(&out), text);
}

/* Through struct and back: the member d of `root`, by the shape. Zeroed, so absent is absent. */
static void *decode_d(const json_t *root, const struct vt_shape *shape)
{
    static max_align_t room[STRUCT_BYTES / sizeof(max_align_t)];
    struct vt_error error;
    assert_non_null(shape);
    assert_true(shape->size <= sizeof(room));
    char *text = json_dumps(json_object_get(root, "d"), JSON_COMPACT);
    const int err = vt_decode_body(&arena, shape, vt_str(text), room, &error);
    if (err)
        fail_msg("%s\n%d %s %s", text, err, error.field, error.msg);
    free(text);
    return room;
}

static uint32_t number(const json_t *root, const char *name)
{
    return (uint32_t)json_integer_value(json_object_get(root, name));
}

static struct vt_event_head head_of(const json_t *root)
{
    return (struct vt_event_head){
        .c = number(root, "c"),
        .s = number(root, "s"),
        .cs = number(root, "cs"),
        .p = number(root, "p"),
        .has_p = json_object_get(root, "p") != NULL,
        .by = json_string_value(json_object_get(root, "by")),
        .ts = json_integer_value(json_object_get(root, "ts")),
    };
}

static void check_event(const struct vt_op_row *row, const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    const struct vt_event_head head = head_of(root);
    void *d = decode_d(root, row->evt);
    assert_int_equal(vt_encode_event(&out, row->op, &head, d), 0);
    assert_string_equal(vt_buf_cstr(&out), text);

    struct vt_buf body = VT_BUF_INIT(OUT_BYTES);
    assert_int_equal(vt_encode_body(&body, row->evt, d), 0);
    vt_buf_reset(&out);
    assert_int_equal(vt_encode_event_raw(&out, row->name, &head, vt_buf_view(&body)), 0);
    assert_string_equal(vt_buf_cstr(&out), text);
    vt_buf_finish(&body);
    json_decref(root);
}

static void check_reply(const struct vt_op_row *row, const char *text)
{
    json_t *root = json_loads(text, 0, NULL);
    const struct vt_event_head head = head_of(root);
    void *d = decode_d(root, row->rep);
    assert_int_equal(vt_encode_reply(&out, number(root, "id"), row->op, &head, d), 0);
    assert_string_equal(vt_buf_cstr(&out), text);
    json_decref(root);
}

static void check_valid(const json_t *item)
{
    const char *op = vectors_text(item, "op");
    const char *dir = vectors_text(item, "dir");
    const char *text = vectors_text(item, "text");
    const struct vt_op_row *row = vt_op_find(op, strlen(op));
    assert_non_null(row);
    start_case();
    if (strcmp(dir, "event") == 0)
        check_event(row, text);
    else if (strcmp(dir, "reply") == 0)
        check_reply(row, text);
    else
        check_request(text);
}

static void valid_ones_keep_their_bytes(void **state)
{
    (void)state;
    size_t count = 0, f, i;
    json_t *families = vectors_load("families");
    json_t *name, *item;
    json_array_foreach(families, f, name)
    {
        json_t *file = vectors_load(json_string_value(name));
        json_array_foreach(json_object_get(file, "valid"), i, item)
        {
            check_valid(item);
            count++;
        }
        json_decref(file);
    }
    json_decref(families);
    print_message("%zu valid messages\n", count);
    assert_true(count > 100);
}

static void expect_refused(const json_t *item, int err, const struct vt_error *error)
{
    const struct vt_err_row *row = vt_err_row(err);
    if (!row || strcmp(row->code, vectors_text(item, "code")) != 0 ||
        strcmp(error->field, vectors_text(item, "field")) != 0)
        fail_msg("%s, %s: expected %s at '%s', got %s at '%s' (%s)", vectors_text(item, "op"),
                 vectors_text(item, "name"), vectors_text(item, "code"), vectors_text(item, "field"),
                 row ? row->code : "success", error->field, error->msg);
    assert_int_equal(error->err, err);
}

static void bad_requests_are_refused(void **state)
{
    (void)state;
    json_t *file = vectors_load("bad");
    size_t i;
    json_t *item;
    json_array_foreach(file, i, item)
    {
        struct vt_envelope env;
        struct vt_error error;
        const char *line = vectors_text(item, "line");
        start_case();
        expect_refused(item, decode(line, strlen(line), &env, &error), &error);
        assert_string_equal(vt_op_rows[env.op].name, vectors_text(item, "op"));
        assert_int_equal(vt_encode_error(&out, env.id, &error), 0);
    }
    print_message("%zu bad requests\n", json_array_size(file));
    json_decref(file);
}

static void bad_bodies_are_refused(void **state)
{
    (void)state;
    static max_align_t room[STRUCT_BYTES / sizeof(max_align_t)];
    json_t *file = vectors_load("bad_bodies");
    size_t i;
    json_t *item;
    json_array_foreach(file, i, item)
    {
        struct vt_error error;
        const char *op = vectors_text(item, "op");
        const struct vt_op_row *row = vt_op_find(op, strlen(op));
        const struct vt_shape *shape = strcmp(vectors_text(item, "dir"), "event") == 0 ? row->evt : row->rep;
        char *text = json_dumps(json_object_get(item, "d"), JSON_COMPACT);
        start_case();
        expect_refused(item, vt_decode_body(&arena, shape, vt_str(text), room, &error), &error);
        free(text);
    }
    print_message("%zu bad bodies\n", json_array_size(file));
    json_decref(file);
}

static void text_that_is_no_json_is_refused(void **state)
{
    (void)state;
    static uint8_t bytes[VT_TEXT_BYTES_MAX];
    json_t *file = vectors_load("wire");
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(file, "bad"), i, item)
    {
        struct vt_envelope env;
        struct vt_error error;
        const size_t n = vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes));
        start_case();
        expect_refused(item, decode((const char *)bytes, n, &env, &error), &error);
    }
    json_array_foreach(json_object_get(file, "good"), i, item)
    {
        struct vt_envelope env;
        struct vt_error error;
        const size_t n = vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes));
        start_case();
        assert_int_equal(decode((const char *)bytes, n, &env, &error), 0);
        assert_int_equal(vt_encode_request(&out, &env), 0);
        assert_string_equal(vt_buf_cstr(&out), vectors_text(item, "again"));
    }
    json_decref(file);
}

static void numbers_read_as_in_javascript(void **state)
{
    (void)state;
    json_t *file = vectors_load("numbers");
    size_t i;
    json_t *item;
    json_array_foreach(file, i, item)
    {
        const uint64_t bits = strtoull(vectors_text(item, "bits"), NULL, 16);
        double value;
        memcpy(&value, &bits, sizeof(value));
        start_case();
        assert_int_equal(vt_json_number(&out, value), 0);
        assert_string_equal(vt_buf_cstr(&out), vectors_text(item, "text"));
    }
    print_message("%zu numbers\n", json_array_size(file));
    json_decref(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_ones_keep_their_bytes),   cmocka_unit_test(bad_requests_are_refused),
        cmocka_unit_test(bad_bodies_are_refused),        cmocka_unit_test(text_that_is_no_json_is_refused),
        cmocka_unit_test(numbers_read_as_in_javascript),
    };
    return cmocka_run_group_tests_name("vectors", tests, set_up, tear_down);
}
