/* SPDX-License-Identifier: Apache-2.0 */
/* The mirror's book: what it takes, what is late, what is a hole, and its bounds. */
#include "tests/unit/cm.h"

#include "server/base/err.h"
#include "server/conn.h"
#include "server/mirror_book.h"

static struct vt_unit *unit(uint32_t page, uint32_t base, uint32_t seq, bool key, size_t pieces, size_t bytes)
{
    struct vt_unit *made = vt_unit_create(page, base, seq, key, false);
    assert_non_null(made);
    for (size_t i = 0; i < pieces; i++) {
        struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, "x", 1);
        assert_int_equal(vt_unit_add(made, frame, bytes), VT_OK);
        vt_frame_unref(frame);
    }
    made->ops = 1;
    return made;
}

#define KEY(page, seq, pieces)         unit(page, seq, seq, true, pieces, 1000)
#define DELTA(page, base, seq, pieces) unit(page, base, seq, false, pieces, 10)

static void test_a_book_opens_with_a_keyframe(void **state)
{
    (void)state;
    struct vt_book book = { 0 };
    assert_int_equal(vt_book_put(&book, DELTA(1, 1, 2, 1)), VT_BOOK_GAP);
    assert_int_equal(vt_book_put(&book, KEY(1, 10, 3)), VT_BOOK_TAKEN);
    assert_int_equal(book.volume, 1);
    assert_int_equal(vt_book_put(&book, DELTA(1, 10, 13, 2)), VT_BOOK_TAKEN);
    assert_int_equal(vt_book_put(&book, DELTA(1, 10, 15, 1)), VT_BOOK_TAKEN);
    assert_int_equal(book.n, 3);
    assert_int_equal(vt_book_bytes(&book), 3030);
    vt_book_finish(&book);
}

static void test_late_ones_and_holes(void **state)
{
    (void)state;
    struct vt_book book = { 0 };
    vt_book_put(&book, KEY(2, 10, 1));
    assert_int_equal(vt_book_put(&book, DELTA(2, 10, 12, 1)), VT_BOOK_GAP); /* 11 is missing */
    assert_int_equal(vt_book_put(&book, DELTA(1, 10, 11, 1)), VT_BOOK_OLD); /* of the page before */
    assert_int_equal(vt_book_put(&book, KEY(1, 11, 1)), VT_BOOK_OLD);
    assert_int_equal(vt_book_put(&book, DELTA(3, 10, 11, 1)), VT_BOOK_GAP); /* a page nobody has seen */
    assert_int_equal(vt_book_put(&book, DELTA(2, 9, 11, 1)), VT_BOOK_OLD);  /* of the keyframe before */
    assert_int_equal(vt_book_put(&book, DELTA(2, 11, 11, 1)), VT_BOOK_GAP);
    assert_int_equal(vt_book_put(&book, KEY(2, 20, 1)), VT_BOOK_TAKEN);
    assert_int_equal(book.volume, 2);
    assert_int_equal(book.n, 1);
    vt_book_close(&book);
    assert_int_equal(book.volume, 3);
    assert_int_equal(vt_book_put(&book, KEY(1, 1, 1)), VT_BOOK_TAKEN); /* whatever the page: all is new */
    vt_book_finish(&book);
}

static void test_numbers_go_round(void **state)
{
    (void)state;
    struct vt_book book = { 0 };
    vt_book_put(&book, KEY(UINT32_MAX, UINT32_MAX - 1, 1));
    assert_int_equal(vt_book_put(&book, DELTA(UINT32_MAX, UINT32_MAX - 1, UINT32_MAX, 1)), VT_BOOK_TAKEN);
    assert_int_equal(vt_book_put(&book, DELTA(UINT32_MAX, UINT32_MAX - 1, 0, 1)), VT_BOOK_TAKEN);
    assert_int_equal(vt_book_put(&book, KEY(0, 1, 1)), VT_BOOK_TAKEN);
    vt_book_finish(&book);
}

static void test_long_books_and_bounds(void **state)
{
    (void)state;
    struct vt_book book = { 0 };
    vt_book_put(&book, KEY(1, 1, 1));
    struct vt_unit *many = DELTA(1, 1, 2, 1);
    many->ops = VT_BOOK_OPS + 1;
    assert_int_equal(vt_book_put(&book, many), VT_BOOK_TAKEN);
    assert_false(vt_book_is_long(&book)); /* many, and small beside the keyframe */
    assert_int_equal(vt_book_put(&book, unit(1, 1, 3, false, 1, 600)), VT_BOOK_TAKEN);
    assert_true(vt_book_is_long(&book));
    assert_int_equal(vt_book_put(&book, unit(1, 1, 4, false, 1, VT_BOOK_BYTES)), VT_BOOK_GAP);
    vt_book_put(&book, KEY(1, 100, 1));
    assert_false(vt_book_is_long(&book));
    for (uint32_t i = 1; i < VT_BOOK_UNITS; i++)
        assert_int_equal(vt_book_put(&book, DELTA(1, 100, 100 + i, 1)), VT_BOOK_TAKEN);
    assert_int_equal(vt_book_put(&book, DELTA(1, 100, 100 + VT_BOOK_UNITS, 1)), VT_BOOK_GAP);
    vt_book_finish(&book);
    vt_book_finish(&book);
    vt_unit_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_book_opens_with_a_keyframe),
        cmocka_unit_test(test_late_ones_and_holes),
        cmocka_unit_test(test_numbers_go_round),
        cmocka_unit_test(test_long_books_and_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
