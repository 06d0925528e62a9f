/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/base/arena.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct vt_arena arena;
    vt_arena_init(&arena, 100000);
    for (size_t n = 1; n < 200; n += 7) {
        unsigned char *memory = vt_arena_alloc(&arena, n);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % 16, 0);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(memory[i], 0);
            memory[i] = 0xff;
        }
    }
    vt_arena_finish(&arena);
}

static void reset_gives_zeroed_memory_again(void **state)
{
    (void)state;
    struct vt_arena arena;
    vt_arena_init(&arena, 100000);
    for (int round = 0; round < 3; round++) {
        unsigned char *memory = vt_arena_alloc(&arena, 10000);
        assert_non_null(memory);
        assert_int_equal(memory[0] + memory[9999], 0);
        memset(memory, 0xff, 10000);
        vt_arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    vt_arena_finish(&arena);
}

static void the_maximum_holds(void **state)
{
    (void)state;
    struct vt_arena arena;
    vt_arena_init(&arena, 1024);
    assert_null(vt_arena_alloc(&arena, 1025));
    assert_non_null(vt_arena_alloc(&arena, 1024));
    assert_null(vt_arena_alloc(&arena, 1));
    vt_arena_reset(&arena);
    assert_non_null(vt_arena_alloc(&arena, 16));
    assert_null(vt_arena_alloc(&arena, SIZE_MAX));
    assert_null(vt_arena_alloc(&arena, SIZE_MAX - 8));
    vt_arena_finish(&arena);
}

static void array_sizes_do_not_overflow(void **state)
{
    (void)state;
    struct vt_arena arena;
    vt_arena_init(&arena, 4096);
    assert_null(vt_arena_array(&arena, SIZE_MAX / 2, 16));
    assert_null(vt_arena_array(&arena, SIZE_MAX, SIZE_MAX));
    assert_non_null(vt_arena_array(&arena, 10, 16));
    assert_non_null(vt_arena_array(&arena, 10, 0));
    vt_arena_finish(&arena);
}

static void texts_are_copied_and_absent_stays_absent(void **state)
{
    (void)state;
    struct vt_arena arena;
    char text[] = "abc";
    vt_arena_init(&arena, 4096);
    struct vt_str copy = vt_arena_str(&arena, vt_str(text));
    text[0] = 'X';
    assert_string_equal(copy.ptr, "abc");
    assert_null(vt_arena_str(&arena, (struct vt_str){ NULL, 0 }).ptr);
    assert_string_equal(vt_arena_str(&arena, VT_STR("")).ptr, "");
    vt_arena_finish(&arena);
    vt_arena_init(&arena, 16);
    copy = vt_arena_str(&arena, VT_STR("longer than sixteen bytes"));
    assert_null(copy.ptr);
    assert_int_equal(copy.len, 0);
    vt_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(reset_gives_zeroed_memory_again),
        cmocka_unit_test(the_maximum_holds),
        cmocka_unit_test(array_sizes_do_not_overflow),
        cmocka_unit_test(texts_are_copied_and_absent_stays_absent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
