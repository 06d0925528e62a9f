/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/map.h"

enum { KEYS = 500 };

static struct vt_str key_of(char text[16], int i)
{
    snprintf(text, 16, "key-%d", i);
    return vt_str(text);
}

static void sets_gets_replaces_removes(void **state)
{
    (void)state;
    struct vt_map map;
    int one = 1, two = 2;
    vt_map_init(&map);
    assert_null(vt_map_get(&map, VT_STR("a")));
    assert_null(vt_map_remove(&map, VT_STR("a")));
    assert_int_equal(vt_map_set(&map, VT_STR("a"), &one), VT_OK);
    assert_ptr_equal(vt_map_get(&map, VT_STR("a")), &one);
    assert_int_equal(vt_map_set(&map, VT_STR("a"), &two), VT_OK);
    assert_int_equal(map.count, 1);
    assert_ptr_equal(vt_map_remove(&map, VT_STR("a")), &two);
    assert_null(vt_map_get(&map, VT_STR("a")));
    assert_int_equal(map.count, 0);
    vt_map_finish(&map);
}

static void keys_are_copied_and_compared_whole(void **state)
{
    (void)state;
    struct vt_map map;
    char key[] = "alpha";
    int value = 0, other = 0;
    vt_map_init(&map);
    vt_map_set(&map, vt_str(key), &value);
    key[0] = 'X';
    assert_ptr_equal(vt_map_get(&map, VT_STR("alpha")), &value);
    assert_null(vt_map_get(&map, VT_STR("alph")));
    assert_null(vt_map_get(&map, VT_STR("alphab")));
    vt_map_set(&map, (struct vt_str){ "alpha\0x", 7 }, &other);
    vt_map_set(&map, VT_STR(""), &other);
    assert_int_equal(map.count, 3);
    assert_ptr_equal(vt_map_get(&map, VT_STR("")), &other);
    vt_map_finish(&map);
}

/* Against an array that cannot be wrong: a long random mix of sets and removals. */
static void agrees_with_a_plain_array(void **state)
{
    (void)state;
    struct vt_map map;
    static int values[KEYS];
    static int *model[KEYS];
    size_t count = 0;
    char text[16];
    vt_map_init(&map);
    srand(7);
    for (int step = 0; step < 100000; step++) {
        int i = rand() % KEYS;
        struct vt_str key = key_of(text, i);
        if (rand() % 2) {
            assert_int_equal(vt_map_set(&map, key, &values[i]), VT_OK);
            count += model[i] == NULL;
            model[i] = &values[i];
        } else {
            assert_ptr_equal(vt_map_remove(&map, key), model[i]);
            count -= model[i] != NULL;
            model[i] = NULL;
        }
        assert_int_equal(map.count, count);
    }
    for (int i = 0; i < KEYS; i++)
        assert_ptr_equal(vt_map_get(&map, key_of(text, i)), model[i]);
    /* Graves must not make the table grow without end. */
    assert_true(map.cap <= 2048);
    vt_map_finish(&map);
}

static void the_current_entry_may_go_while_walking(void **state)
{
    (void)state;
    struct vt_map map;
    static char keys[KEYS][16];
    size_t seen = 0;
    char *key;
    vt_map_init(&map);
    for (int i = 0; i < KEYS; i++) {
        struct vt_str k = key_of(keys[i], i);
        vt_map_set(&map, k, keys[i]);
    }
    for (size_t at = 0; (key = vt_map_next(&map, &at)) != NULL; seen++)
        assert_ptr_equal(vt_map_remove(&map, vt_str(key)), key);
    assert_int_equal(seen, KEYS);
    assert_int_equal(map.count, 0);
    vt_map_finish(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_gets_replaces_removes),
        cmocka_unit_test(keys_are_copied_and_compared_whole),
        cmocka_unit_test(agrees_with_a_plain_array),
        cmocka_unit_test(the_current_entry_may_go_while_walking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
