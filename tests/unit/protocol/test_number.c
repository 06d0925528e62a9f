/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers do not follow the locale: neither the way out nor the way in. A locale with a comma is
 * built by localedef where the machine has it; without one that test says so and skips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/number.h"

static const char *text_of(struct vt_buf *out, double value)
{
    vt_buf_reset(out);
    assert_int_equal(vt_json_number(out, value), 0);
    return vt_buf_cstr(out);
}

static void check_numbers(void)
{
    struct vt_buf out = VT_BUF_INIT(256);
    assert_string_equal(text_of(&out, 0.5), "0.5");
    assert_string_equal(text_of(&out, -0.3725), "-0.3725");
    assert_string_equal(text_of(&out, 1.0 / 3), "0.3333333333333333");
    assert_string_equal(text_of(&out, 1e21), "1e+21");
    assert_string_equal(text_of(&out, 1.5e-7), "1.5e-7");
    assert_string_equal(text_of(&out, -0.0), "0");
    assert_string_equal(text_of(&out, (double)NAN), "0");
    assert_string_equal(text_of(&out, (double)INFINITY), "0");
    vt_buf_finish(&out);
}

static void check_round_trip(void)
{
    static const char text[] =
        "{\"op\":\"view.set\",\"id\":1,\"cid\":\"01890a5d-ac96-774b-bcce-b302099a8057\","
        "\"d\":{\"base\":1,\"rect\":[0.1,0.25,0.3333333333333333,1],\"t\":2.5}}";
    struct vt_arena arena;
    struct vt_envelope env;
    struct vt_error error;
    struct vt_buf out = VT_BUF_INIT(1024);
    const char *cursor = text;
    vt_arena_init(&arena, 1 << 16);
    assert_int_equal(vt_decode_text(&arena, &cursor, text + strlen(text), &env, &error), 0);
    const struct vt_msg_view_set *set = env.msg;
    assert_true(set->t == 2.5);
    assert_int_equal(vt_encode_request(&out, &env), 0);
    assert_string_equal(vt_buf_cstr(&out), text);
    vt_buf_finish(&out);
    vt_arena_finish(&arena);
}

static void numbers_in_the_plain_locale(void **state)
{
    (void)state;
    check_numbers();
    check_round_trip();
}

static bool has_comma(void)
{
    return strcmp(localeconv()->decimal_point, ",") == 0;
}

/* Installed, or made in a folder of our own. */
static bool set_comma_locale(const char *folder)
{
    char command[512];
    if (setlocale(LC_NUMERIC, "de_DE.UTF-8") && has_comma())
        return true;
    snprintf(command, sizeof(command), "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1",
             folder);
    if (system(command) != 0)
        return false;
    setenv("LOCPATH", folder, 1);
    return setlocale(LC_NUMERIC, "de_DE.UTF-8") && has_comma();
}

static void remove_folder(const char *folder)
{
    char command[512];
    snprintf(command, sizeof(command), "rm -r '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void numbers_in_a_locale_with_a_comma(void **state)
{
    (void)state;
    char folder[] = "/tmp/vt-locale-XXXXXX";
    assert_non_null(mkdtemp(folder));
    const bool is_set = set_comma_locale(folder);
    if (is_set) {
        char plain[16];
        snprintf(plain, sizeof(plain), "%.1f", 0.5);
        assert_string_equal(plain, "0,5"); /* the locale is really on */
        check_numbers();
        check_round_trip();
    }
    setlocale(LC_NUMERIC, "C");
    remove_folder(folder);
    if (!is_set) {
        print_message("no locale with a comma on this machine\n");
        skip();
    }
}

static void integers_at_their_ends(void **state)
{
    (void)state;
    struct vt_buf out = VT_BUF_INIT(256);
    vt_json_int(&out, INT64_MIN);
    vt_buf_byte(&out, ' ');
    vt_json_int(&out, INT64_MAX);
    vt_buf_byte(&out, ' ');
    vt_json_int(&out, 0);
    assert_string_equal(vt_buf_cstr(&out), "-9223372036854775808 9223372036854775807 0");
    vt_buf_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_the_plain_locale),
        cmocka_unit_test(numbers_in_a_locale_with_a_comma),
        cmocka_unit_test(integers_at_their_ends),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
