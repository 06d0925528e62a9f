/* SPDX-License-Identifier: Apache-2.0 */
/* Order, slots, credit, limit, the 16 ms of latest frames, slow readers. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#include "server/conn.h"
#include "server/outbox.h"

enum { LIMIT = 4096, CREDIT = 1024 };

struct fixture {
    struct vt_outbox box;
    struct vt_buf out;
    int64_t now_ms;
    uint64_t slow_key;
    int slow;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    vt_outbox_init(&f->box, LIMIT, CREDIT);
    vt_buf_init(&f->out, 1024 * 1024);
    f->now_ms = 1000;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    vt_outbox_finish(&f->box);
    vt_buf_finish(&f->out);
    free(f);
    return 0;
}

static int push(struct fixture *f, const char *text, enum vt_class class, uint64_t key)
{
    struct vt_frame *frame = vt_frame_create(VT_WS_TEXT, text, strlen(text));
    int result = vt_outbox_push(&f->box, frame, class, key, f->now_ms);
    vt_frame_unref(frame);
    return result;
}

static int push_bytes(struct fixture *f, size_t n, enum vt_class class, uint64_t key)
{
    char text[LIMIT + 1];
    memset(text, 'x', n);
    text[n] = '\0';
    return push(f, text, class, key);
}

static void on_slow(void *arg, uint64_t key)
{
    struct fixture *f = arg;
    f->slow_key = key;
    f->slow++;
}

/* The payloads of what is due, parted by spaces; all are shorter than 126 bytes. */
static const char *take(struct fixture *f, uint32_t *ret_due_ms)
{
    static char texts[4096];
    vt_buf_reset(&f->out);
    uint32_t due_ms = vt_outbox_fill(&f->box, &f->out, f->now_ms, on_slow, f);
    if (ret_due_ms)
        *ret_due_ms = due_ms;
    size_t n = 0;
    for (size_t at = 0; at < f->out.len;) {
        size_t len = (uint8_t)f->out.data[at + 1];
        n += (size_t)snprintf(texts + n, sizeof(texts) - n, "%s%.*s", n ? " " : "", (int)len,
                              f->out.data + at + 2);
        at += 2 + len;
    }
    texts[n] = '\0';
    return texts;
}

static void test_order_by_class_then_time(void **state)
{
    struct fixture *f = *state;
    push(f, "l1", VT_CLASS_LATEST, 7);
    push(f, "r1", VT_CLASS_ORDERED, 0);
    push(f, "c1", VT_CLASS_CONTROL, 5);
    push(f, "d1", VT_CLASS_DURABLE, 5);
    push(f, "link1", VT_CLASS_LINK, 0);
    push(f, "c2", VT_CLASS_CONTROL, 6);
    push(f, "d2", VT_CLASS_DURABLE, 6);
    assert_string_equal(take(f, NULL), "link1 d1 d2 c1 c2 r1 l1");
    assert_true(vt_outbox_is_empty(&f->box));
    assert_string_equal(take(f, NULL), "");
}

static void test_a_ring_grows_and_wraps_in_order(void **state)
{
    struct fixture *f = *state;
    char text[16];
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 37; i++) {
            snprintf(text, sizeof(text), "%d", i);
            assert_int_equal(push(f, text, VT_CLASS_CONTROL, 0), VT_OUTBOX_OK);
        }
        const char *texts = take(f, NULL);
        for (int i = 0; i < 37; i++) {
            int n = 0, got = -1;
            assert_int_equal(sscanf(texts, "%d%n", &got, &n), 1);
            assert_int_equal(got, i);
            texts += n;
        }
        f->now_ms++;
    }
}

static void test_latest_takes_the_place(void **state)
{
    struct fixture *f = *state;
    push(f, "a1", VT_CLASS_LATEST, 1);
    push(f, "b1", VT_CLASS_LATEST, 2);
    push(f, "a2", VT_CLASS_LATEST, 1);
    uint32_t held = f->box.bytes;
    push(f, "a3", VT_CLASS_LATEST, 1);
    assert_int_equal(f->box.bytes, held);
    assert_string_equal(take(f, NULL), "a3 b1");
}

static void test_latest_at_most_every_16_ms(void **state)
{
    struct fixture *f = *state;
    uint32_t due_ms;
    push(f, "a1", VT_CLASS_LATEST, 1);
    assert_string_equal(take(f, &due_ms), "a1");
    assert_int_equal(due_ms, 0);
    f->now_ms += 5;
    push(f, "a2", VT_CLASS_LATEST, 1);
    push(f, "c", VT_CLASS_CONTROL, 0);
    assert_string_equal(take(f, &due_ms), "c");
    assert_int_equal(due_ms, VT_LATEST_EVERY_MS - 5);
    push(f, "a3", VT_CLASS_LATEST, 1);
    f->now_ms += due_ms;
    assert_string_equal(take(f, &due_ms), "a3"); /* the last value always arrives */
    assert_int_equal(due_ms, 0);
}

static void test_more_than_64_slots_stand_in_line(void **state)
{
    struct fixture *f = *state;
    char text[16];
    for (unsigned i = 0; i < 100; i++) {
        snprintf(text, sizeof(text), "k%u", i);
        assert_int_equal(push(f, text, VT_CLASS_LATEST, 1000 + i), VT_OUTBOX_OK);
    }
    assert_int_equal(push(f, "new", VT_CLASS_LATEST, 1099), VT_OUTBOX_OK);
    const char *texts = take(f, NULL);
    assert_non_null(strstr(texts, "k0 "));
    assert_true(strstr(texts, "new") > strstr(texts, "k99"));
    assert_true(vt_outbox_is_empty(&f->box));
}

static void test_credit_refuses_ordered_only(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(push_bytes(f, 600, VT_CLASS_ORDERED, 0), VT_OUTBOX_OK);
    assert_int_equal(push_bytes(f, 600, VT_CLASS_ORDERED, 0), VT_OUTBOX_NO_CREDIT);
    assert_int_equal(push_bytes(f, 600, VT_CLASS_CONTROL, 0), VT_OUTBOX_OK);
    vt_outbox_fill(&f->box, &f->out, f->now_ms, NULL, NULL);
    assert_int_equal(push_bytes(f, 600, VT_CLASS_ORDERED, 0), VT_OUTBOX_OK);
}

static void test_limit_refuses_all(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(push_bytes(f, 2000, VT_CLASS_DURABLE, 0), VT_OUTBOX_OK);
    assert_int_equal(push_bytes(f, 2000, VT_CLASS_LINK, 0), VT_OUTBOX_OK);
    assert_int_equal(push_bytes(f, 200, VT_CLASS_DURABLE, 0), VT_OUTBOX_FULL);
    assert_int_equal(push_bytes(f, 200, VT_CLASS_LATEST, 3), VT_OUTBOX_FULL);
    uint32_t bytes = f->box.bytes;
    assert_true(bytes <= LIMIT);
    vt_outbox_fill(&f->box, &f->out, f->now_ms, NULL, NULL);
    assert_int_equal(f->out.len, bytes);
    assert_true(vt_outbox_is_empty(&f->box));
}

static void test_since_when_it_waits(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->box.waiting_since_ms, 0);
    push(f, "c", VT_CLASS_CONTROL, 0);
    f->now_ms += 50;
    push(f, "c", VT_CLASS_CONTROL, 0);
    assert_int_equal(f->box.waiting_since_ms, 1000);
    take(f, NULL);
    assert_int_equal(f->box.waiting_since_ms, 0);
}

static void test_three_overwritten_flushes_are_slow(void **state)
{
    struct fixture *f = *state;
    for (int flush = 1; flush <= 7; flush++) {
        push(f, "a", VT_CLASS_LATEST, 9);
        push(f, "b", VT_CLASS_LATEST, 9);
        push(f, "other", VT_CLASS_LATEST, 10);
        take(f, NULL);
        assert_int_equal(f->slow, flush / VT_SLOW_FLUSHES);
        f->now_ms += 20;
    }
    assert_int_equal(f->slow_key, 9);
}

static void test_a_good_flush_ends_the_streak(void **state)
{
    struct fixture *f = *state;
    for (int flush = 0; flush < 12; flush++) {
        push(f, "a", VT_CLASS_LATEST, 9);
        if (flush % 3 != 2)
            push(f, "b", VT_CLASS_LATEST, 9);
        take(f, NULL);
        f->now_ms += 20;
    }
    assert_int_equal(f->slow, 0);
}

static void test_finish_lets_go_of_shared_frames(void **state)
{
    struct fixture *f = *state;
    struct vt_frame *frame = vt_frame_create(VT_WS_TEXT, "x", 1);
    vt_outbox_push(&f->box, frame, VT_CLASS_CONTROL, 0, f->now_ms);
    vt_outbox_push(&f->box, frame, VT_CLASS_LATEST, 4, f->now_ms);
    assert_int_equal(frame->refs, 3);
    vt_outbox_finish(&f->box);
    assert_int_equal(frame->refs, 1);
    vt_frame_unref(frame);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_order_by_class_then_time),
        T(test_a_ring_grows_and_wraps_in_order),
        T(test_latest_takes_the_place),
        T(test_latest_at_most_every_16_ms),
        T(test_more_than_64_slots_stand_in_line),
        T(test_credit_refuses_ordered_only),
        T(test_limit_refuses_all),
        T(test_since_when_it_waits),
        T(test_three_overwritten_flushes_are_slow),
        T(test_a_good_flush_ends_the_streak),
        T(test_finish_lets_go_of_shared_frames),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
