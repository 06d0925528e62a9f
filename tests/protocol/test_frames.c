/* SPDX-License-Identifier: Apache-2.0 */
/* Binary frames against the golden examples: fields as written, bytes as read, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/c/errors.h"
#include "protocol/c/frames.h"
#include "protocol/c/ops.h"
#include "tests/protocol/vectors.h"

enum { FRAME_BYTES_MAX = 1024 };

static void expect(const json_t *object, const char *name, int64_t value)
{
    const json_t *wanted = json_object_get(object, name);
    assert_non_null(wanted);
    assert_int_equal(json_integer_value(wanted), value);
}

/* Reads a body, compares its fields when `fields` is there, writes it again. 0 when it was refused. */
static size_t ptr_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_ptr ptr;
    if (vt_bin_ptr_get(body, n, &ptr))
        return 0;
    expect(fields, "slot", ptr.slot);
    expect(fields, "x", ptr.x);
    expect(fields, "y", ptr.y);
    expect(fields, "buttons", ptr.buttons);
    expect(fields, "kind", ptr.kind);
    const json_t *trail = json_object_get(fields, "trail");
    assert_int_equal(json_array_size(trail), ptr.trail_n);
    for (size_t i = 0; i < ptr.trail_n; i++) {
        expect(json_array_get(trail, i), "dt", ptr.trail[i].dt);
        expect(json_array_get(trail, i), "dx", ptr.trail[i].dx);
        expect(json_array_get(trail, i), "dy", ptr.trail[i].dy);
    }
    return vt_bin_ptr_put(again, FRAME_BYTES_MAX, &ptr);
}

static size_t draw_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_draw draw;
    if (vt_bin_draw_get(body, n, &draw))
        return 0;
    expect(fields, "stroke", draw.stroke);
    expect(fields, "slot", draw.slot);
    expect(fields, "kind", draw.kind);
    expect(fields, "colour", draw.colour);
    const json_t *points = json_object_get(fields, "points");
    assert_int_equal(json_array_size(points), draw.points_n);
    for (size_t i = 0; i < draw.points_n; i++) {
        expect(json_array_get(points, i), "x", draw.points[i].x);
        expect(json_array_get(points, i), "y", draw.points[i].y);
    }
    return vt_bin_draw_put(again, FRAME_BYTES_MAX, &draw);
}

static size_t view_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_view view;
    if (vt_bin_view_get(body, n, &view))
        return 0;
    expect(fields, "vseq", view.vseq);
    expect(fields, "slot", view.slot);
    expect(fields, "frame", view.frame);
    expect(fields, "cx", view.cx);
    expect(fields, "cy", view.cy);
    expect(fields, "scale", view.scale);
    expect(fields, "t_ms", view.t_ms);
    return vt_bin_view_put(again, FRAME_BYTES_MAX, &view);
}

static size_t scroll_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_scroll scroll;
    if (vt_bin_scroll_get(body, n, &scroll))
        return 0;
    expect(fields, "page", scroll.page);
    expect(fields, "node", scroll.node);
    expect(fields, "x", scroll.x);
    expect(fields, "y", scroll.y);
    return vt_bin_scroll_put(again, FRAME_BYTES_MAX, &scroll);
}

static size_t size_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_size size;
    if (vt_bin_size_get(body, n, &size))
        return 0;
    expect(fields, "page", size.page);
    expect(fields, "width", size.width);
    expect(fields, "height", size.height);
    expect(fields, "dpr", size.dpr);
    expect(fields, "doc_height", size.doc_height);
    return vt_bin_size_put(again, FRAME_BYTES_MAX, &size);
}

static size_t dom_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_dom dom;
    uint8_t ops[FRAME_BYTES_MAX];
    if (vt_bin_dom_get(body, n, &dom))
        return 0;
    expect(fields, "page", dom.page);
    expect(fields, "base", dom.base);
    assert_int_equal(vectors_hex(vectors_text(fields, "ops"), ops, sizeof(ops)), dom.ops_n);
    assert_memory_equal(ops, dom.ops, dom.ops_n);
    return vt_bin_dom_put(again, FRAME_BYTES_MAX, &dom);
}

static size_t mptr_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_mptr mptr;
    if (vt_bin_mptr_get(body, n, &mptr))
        return 0;
    expect(fields, "page", mptr.page);
    expect(fields, "node", mptr.node);
    expect(fields, "x", mptr.x);
    expect(fields, "y", mptr.y);
    expect(fields, "buttons", mptr.buttons);
    expect(fields, "kind", mptr.kind);
    assert_int_equal(json_array_size(json_object_get(fields, "trail")), mptr.trail_n);
    return vt_bin_mptr_put(again, FRAME_BYTES_MAX, &mptr);
}

static size_t ack_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_ack ack;
    if (vt_bin_ack_get(body, n, &ack))
        return 0;
    expect(fields, "upto", ack.upto);
    expect(fields, "credit", ack.credit);
    return vt_bin_ack_put(again, FRAME_BYTES_MAX, &ack);
}

static size_t kreq_again(const uint8_t *body, size_t n, const json_t *fields, uint8_t *again)
{
    struct vt_bin_kreq kreq;
    if (vt_bin_kreq_get(body, n, &kreq))
        return 0;
    expect(fields, "reason", kreq.reason);
    return vt_bin_kreq_put(again, FRAME_BYTES_MAX, &kreq);
}

static size_t again(uint8_t type, const uint8_t *body, size_t n, const json_t *fields, uint8_t *bytes)
{
    switch (type) {
    case VT_BIN_PTR:
        return ptr_again(body, n, fields, bytes);
    case VT_BIN_DRAW:
        return draw_again(body, n, fields, bytes);
    case VT_BIN_VIEW:
        return view_again(body, n, fields, bytes);
    case VT_BIN_SCROLL:
        return scroll_again(body, n, fields, bytes);
    case VT_BIN_SIZE:
        return size_again(body, n, fields, bytes);
    case VT_BIN_DOM:
        return dom_again(body, n, fields, bytes);
    case VT_BIN_MPTR:
        return mptr_again(body, n, fields, bytes);
    case VT_BIN_ACK:
        return ack_again(body, n, fields, bytes);
    case VT_BIN_KREQ:
        return kreq_again(body, n, fields, bytes);
    default:
        fail_msg("no frame %d", type);
        return 0;
    }
}

static void valid_frames_keep_their_bytes(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MAX], copy[FRAME_BYTES_MAX];
    json_t *file = vectors_load("frames");
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(file, "valid"), i, item)
    {
        const json_t *wanted = json_object_get(item, "head");
        struct vt_bin_head head;
        const size_t n = vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes));
        assert_int_equal(vt_bin_head_get(bytes, n, &head), 0);
        expect(wanted, "type", head.type);
        expect(wanted, "flags", head.flags);
        expect(wanted, "chan", head.chan);
        expect(wanted, "seq", head.seq);
        expect(wanted, "ts", head.ts);
        assert_string_equal(vt_bin_row(head.type)->name, vectors_text(item, "frame"));
        assert_int_equal(vt_bin_row(head.type)->kind, 'b');
        vt_bin_head_put(copy, &head);
        const size_t body = again(head.type, bytes + VT_BIN_HEAD_BYTES, n - VT_BIN_HEAD_BYTES,
                                  json_object_get(item, "body"), copy + VT_BIN_HEAD_BYTES);
        assert_int_equal(body + VT_BIN_HEAD_BYTES, n);
        assert_memory_equal(copy, bytes, n);
    }
    json_decref(file);
}

static void bad_frames_are_refused(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MAX];
    struct vt_bin_head head;
    json_t *file = vectors_load("frames");
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(file, "invalid"), i, item)
    {
        const size_t n = vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes));
        assert_int_equal(vt_bin_head_get(bytes, n, &head), 0);
        if (again(head.type, bytes + VT_BIN_HEAD_BYTES, n - VT_BIN_HEAD_BYTES, NULL, bytes) != 0)
            fail_msg("%s, %s: taken", vectors_text(item, "frame"), vectors_text(item, "name"));
    }
    json_array_foreach(json_object_get(file, "heads"), i, item)
    {
        const size_t n = vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes));
        assert_int_equal(vt_bin_head_get(bytes, n, &head), VT_ERR_FRAME_BAD);
    }
    json_decref(file);
}

/* Broken messages have no list of frames; what came before the break may still be handed out. */
static void messages_hold_their_frames(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MAX], wanted[FRAME_BYTES_MAX];
    json_t *file = vectors_load("frames");
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(file, "messages"), i, item)
    {
        const json_t *frames = json_object_get(item, "frames");
        struct vt_bin_message message;
        struct vt_bin_head head;
        const uint8_t *body;
        size_t n, count = 0;
        int result;
        vt_bin_message_init(&message, bytes, vectors_hex(vectors_text(item, "hex"), bytes, sizeof(bytes)));
        while ((result = vt_bin_message_next(&message, &head, &body, &n)) == 0) {
            const char *hex = json_string_value(json_array_get(frames, count++));
            if (!hex)
                continue;
            assert_int_equal(vectors_hex(hex, wanted, sizeof(wanted)), n + VT_BIN_HEAD_BYTES);
            assert_memory_equal(wanted, body - VT_BIN_HEAD_BYTES, n + VT_BIN_HEAD_BYTES);
        }
        if (result != (frames ? 1 : VT_ERR_FRAME_BAD) || (frames && count != json_array_size(frames)))
            fail_msg("%s: %d after %zu frames", vectors_text(item, "name"), result, count);
        assert_int_equal(vt_bin_message_next(&message, &head, &body, &n), 1);
    }
    json_decref(file);
}

static void a_put_never_writes_past_its_room(void **state)
{
    (void)state;
    uint8_t bytes[FRAME_BYTES_MAX];
    const struct vt_bin_ptr ptr = { .trail_n = 8 };
    const struct vt_bin_ptr wrong = { .trail_n = 9 };
    struct vt_bin_draw draw = { .points_n = 128 };
    const struct vt_bin_view view = { .scale = 1 };
    assert_int_equal(vt_bin_ptr_put(bytes, VT_BIN_PTR_BYTES_MAX, &ptr), VT_BIN_PTR_BYTES_MAX);
    assert_int_equal(vt_bin_ptr_put(bytes, VT_BIN_PTR_BYTES_MAX - 1, &ptr), 0);
    assert_int_equal(vt_bin_ptr_put(bytes, sizeof(bytes), &wrong), 0);
    assert_int_equal(vt_bin_draw_put(bytes, VT_BIN_DRAW_BYTES_MAX, &draw), VT_BIN_DRAW_BYTES_MAX);
    assert_int_equal(vt_bin_draw_put(bytes, VT_BIN_DRAW_BYTES_MAX - 1, &draw), 0);
    draw.points_n = 129;
    assert_int_equal(vt_bin_draw_put(bytes, sizeof(bytes), &draw), 0);
    assert_int_equal(vt_bin_view_put(bytes, VT_BIN_VIEW_BYTES - 1, &view), 0);
}

static void an_unknown_type_has_no_row(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        const bool is_known = (type >= VT_BIN_PTR && type <= VT_BIN_VIEW) || type == VT_BIN_MPTR ||
                              type == VT_BIN_ACK || type == VT_BIN_KREQ;
        assert_int_equal(vt_bin_row((uint8_t)type) != NULL, is_known);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(valid_frames_keep_their_bytes), cmocka_unit_test(bad_frames_are_refused),
        cmocka_unit_test(messages_hold_their_frames),    cmocka_unit_test(a_put_never_writes_past_its_room),
        cmocka_unit_test(an_unknown_type_has_no_row),
    };
    return cmocka_run_group_tests_name("frames", tests, NULL, NULL);
}
