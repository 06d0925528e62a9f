/* SPDX-License-Identifier: Apache-2.0 */
/* The tables: found by name, in order, with the rights the contract gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/c/errors.h"
#include "protocol/c/messages.h"
#include "protocol/c/ops.h"

static void every_text_op_is_found_by_its_name(void **state)
{
    (void)state;
    for (int op = 1; op < VT_OP_TEXT_COUNT; op++) {
        const struct vt_op_row *row = &vt_op_rows[op];
        assert_int_equal(row->op, op);
        assert_ptr_equal(vt_op_find(row->name, strlen(row->name)), row);
        assert_null(vt_op_find(row->name, strlen(row->name) - 1) == row ? row : NULL);
        if (op > 1)
            assert_true(strcmp(vt_op_rows[op - 1].name, row->name) < 0);
    }
}

static void other_names_are_not_found(void **state)
{
    (void)state;
    static const char *const names[] = { "",          "a",   "chat", "chat.", "chat.sendx",
                                         "CHAT.SEND", "zzz", "PTR",  "VIEW",  "DRAW" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_null(vt_op_find(names[i], strlen(names[i])));
    assert_null(vt_op_find("hb\0", 3));
}

static void shapes_fit_the_kind(void **state)
{
    (void)state;
    for (int op = 1; op < VT_OP_TEXT_COUNT; op++) {
        const struct vt_op_row *row = &vt_op_rows[op];
        const bool is_request = row->kind == 'q' || row->kind == 'x' || row->kind == 'p';
        assert_int_equal(row->msg != NULL, row->kind != 'e');
        assert_int_equal(row->rep != NULL, is_request);
        assert_int_equal(row->from_roles == 0, row->kind == 'e');
        assert_true(row->kind == 'q' ? row->evt == NULL : true);
        assert_true(row->kind == 'x' || row->kind == 'e' ? row->evt != NULL && row->to_roles != 0 : true);
        assert_true(row->states != 0 && row->max_bytes > 0);
    }
}

static void a_supervisor_may_what_an_associate_may(void **state)
{
    (void)state;
    for (int op = 1; op < VT_OP_COUNT; op++) {
        const struct vt_op_row *row = &vt_op_rows[op];
        if (row->from_roles & 1 << VT_ROLE_ASSOCIATE) /* and some things only they may */
            assert_true(row->from_roles & 1 << VT_ROLE_SUPERVISOR);
        assert_int_equal((row->to_roles >> VT_ROLE_ASSOCIATE) & 1, (row->to_roles >> VT_ROLE_SUPERVISOR) & 1);
    }
}

static void only_the_driver_moves_the_view(void **state)
{
    (void)state;
    assert_int_equal(vt_op_rows[VT_OP_VIEW_SET].from_roles, VT_FROM_DRIVER);
    assert_int_equal(vt_op_rows[VT_OP_VIEW].from_roles, VT_FROM_DRIVER);
    assert_int_equal(vt_op_rows[VT_OP_VIEW_SET].states, 1 << VT_STATE_LIVE);
    assert_int_equal(vt_op_rows[VT_OP_CHAT_SEND].class_, VT_CLASS_DURABLE);
    assert_int_equal(vt_op_rows[VT_OP_CLAIM_TAKE].states, 1 << VT_STATE_WAITING | 1 << VT_STATE_CLAIMED);
}

static void errors_are_the_negated_wire_numbers(void **state)
{
    (void)state;
    unsigned n;
    const struct vt_err_row *rows = vt_err_rows(&n);
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(rows[i].err, -rows[i].n);
        assert_ptr_equal(vt_err_row(rows[i].err), &rows[i]);
        assert_int_equal(vt_err_find(rows[i].code), rows[i].err);
        assert_int_equal(rows[i].closes, rows[i].close_code != 0);
    }
    assert_null(vt_err_row(0));
    assert_null(vt_err_row(-1));
    assert_int_equal(vt_err_find("no.such"), 0);
}

static void words_have_names(void **state)
{
    (void)state;
    assert_string_equal(vt_state_name(VT_STATE_CLAIMED), "claimed");
    assert_string_equal(vt_role_name(VT_ROLE_SUPERVISOR), "supervisor");
    assert_null(vt_role_name((enum vt_role)VT_ROLE_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_text_op_is_found_by_its_name),
        cmocka_unit_test(other_names_are_not_found),
        cmocka_unit_test(shapes_fit_the_kind),
        cmocka_unit_test(a_supervisor_may_what_an_associate_may),
        cmocka_unit_test(only_the_driver_moves_the_view),
        cmocka_unit_test(errors_are_the_negated_wire_numbers),
        cmocka_unit_test(words_have_names),
    };
    return cmocka_run_group_tests_name("ops", tests, NULL, NULL);
}
