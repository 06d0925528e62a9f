/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include "server/base/list.h"

struct item {
    int number;
    struct vt_list link;
};

static void fill(struct vt_list *head, struct item *items, int n)
{
    vt_list_init(head);
    for (int i = 0; i < n; i++) {
        items[i].number = i;
        vt_list_append(head, &items[i].link);
    }
}

static void keeps_the_order_of_appending(void **state)
{
    (void)state;
    struct vt_list head;
    struct item items[4];
    int expected = 0;
    vt_list_init(&head);
    assert_true(vt_list_is_empty(&head));
    fill(&head, items, 4);
    assert_false(vt_list_is_empty(&head));
    VT_LIST_EACH (item, &head, struct item, link)
        assert_int_equal(item->number, expected++);
    assert_int_equal(expected, 4);
}

static void removing_twice_is_harmless(void **state)
{
    (void)state;
    struct vt_list head;
    struct item items[2];
    fill(&head, items, 2);
    vt_list_remove(&items[0].link);
    vt_list_remove(&items[0].link);
    assert_ptr_equal(head.next, &items[1].link);
    vt_list_remove(&items[1].link);
    assert_true(vt_list_is_empty(&head));
}

static void the_current_one_may_leave(void **state)
{
    (void)state;
    struct vt_list head;
    struct item items[5];
    int seen = 0;
    fill(&head, items, 5);
    VT_LIST_EACH (item, &head, struct item, link) {
        seen++;
        if (item->number % 2 == 0)
            vt_list_remove(&item->link);
    }
    assert_int_equal(seen, 5);
    VT_LIST_EACH (item, &head, struct item, link)
        assert_int_equal(item->number % 2, 1);
}

static void walking_an_empty_list_does_nothing(void **state)
{
    (void)state;
    struct vt_list head;
    vt_list_init(&head);
    VT_LIST_EACH (item, &head, struct item, link)
        fail_msg("item %d of an empty list", item->number);
}

/* The macro is two loops: a break must leave both. */
static void a_break_ends_the_walk(void **state)
{
    (void)state;
    struct vt_list head;
    struct item items[5];
    int seen = 0;
    fill(&head, items, 5);
    VT_LIST_EACH (item, &head, struct item, link) {
        seen++;
        if (item->number == 1)
            break;
    }
    assert_int_equal(seen, 2);
}

static void slices_visit_everybody_once_a_round(void **state)
{
    (void)state;
    struct vt_list head;
    struct item items[5];
    int visits[5] = { 0 };
    vt_list_init(&head);
    assert_null(vt_list_turn(&head));
    fill(&head, items, 5);
    for (int i = 0; i < 5; i++)
        visits[VT_CONTAINER_OF(vt_list_turn(&head), struct item, link)->number]++;
    for (int i = 0; i < 5; i++)
        assert_int_equal(visits[i], 1);
    assert_ptr_equal(head.next, &items[0].link); /* a whole round leaves the order */
    assert_int_equal(vt_list_slices(0), 1);
    assert_int_equal(vt_list_slices(VT_LIST_SLICE - 1), 1);
    assert_int_equal(vt_list_slices(1000000), VT_LIST_SLICES_MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_order_of_appending), cmocka_unit_test(removing_twice_is_harmless),
        cmocka_unit_test(the_current_one_may_leave),    cmocka_unit_test(walking_an_empty_list_does_nothing),
        cmocka_unit_test(a_break_ends_the_walk),        cmocka_unit_test(slices_visit_everybody_once_a_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
