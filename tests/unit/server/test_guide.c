/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/guide.h"
#include "server/guide_match.h"
#include "server/guide_words.h"

/* --- words ----------------------------------------------------------------------------------- */

static size_t holds(const char *text, const char *phrase)
{
    struct vt_guide_line line;
    vt_guide_line_init(&line, vt_str(text));
    size_t score = vt_guide_holds(&line, vt_str(phrase));
    vt_guide_line_finish(&line);
    return score;
}

static void words_are_found_with_slips_and_accents(void **state)
{
    (void)state;
    assert_true(holds("Can I send it back?", "send back"));
    assert_true(holds("BACK it, please: send!", "send back"));
    assert_true(holds("Wie sind die Öffnungszeiten?", "oeffnungszeiten") ||
                holds("Wie sind die Öffnungszeiten?", "offnungszeiten"));
    assert_true(holds("resise my rings", "resize ring"));
    assert_true(holds("garanties", "garantie"));
    assert_false(holds("tome", "time"));           /* too short for a slip */
    assert_false(holds("reduce it", "refuse it")); /* two slips in six letters */
    assert_false(holds("send it", "send back"));
    assert_false(holds("750", "751"));
    assert_false(holds("", "send"));
    assert_false(holds("send", ""));
    assert_true(holds("send back now", "send back") > holds("send back now", "back"));
}

static void amounts_are_read(void **state)
{
    (void)state;
    const struct {
        const char *text;
        int64_t amount;
    } rows[] = { { "1500", 150000 },     { "about 1 500 EUR", 150000 },
                 { "1,500.50", 150050 }, { "1.500", 150000 },
                 { "12.5", 1250 },       { "99,90", 9990 },
                 { "none", -1 },         { "", -1 },
                 { "1500.", 150000 },    { "2 rings for 90", 200 } };
    for (size_t i = 0; i < VT_COUNT(rows); i++)
        assert_int_equal(vt_guide_amount(vt_str(rows[i].text)), rows[i].amount);
    assert_true(vt_guide_amount(VT_STR("99999999999999999999")) > 0); /* cut short, not run over */
}

/* --- steps ----------------------------------------------------------------------------------- */

static const char settings_json[] =
    "{\"helper\":{\"on\":true,\"currency\":\"EUR\",\"categories\":["
    "{\"id\":\"rings\",\"label\":{\"en\":\"Rings\",\"fr\":\"Bagues\"},\"type\":\"Rings\",\"questions\":["
    "{\"id\":\"metal\",\"text\":\"Which metal?\",\"choices\":["
    "{\"id\":\"rose\",\"label\":\"Rose gold\",\"facet\":\"material\",\"value\":\"Rose gold\"},"
    "{\"id\":\"white\",\"label\":\"White gold\",\"words\":\"white\"}]},"
    "{\"id\":\"budget\",\"text\":\"How much?\",\"budget\":true,\"choices\":["
    "{\"id\":\"low\",\"label\":\"Up to 500\",\"most\":\"500.00\"},"
    "{\"id\":\"high\",\"label\":\"More\",\"least\":\"500.00\"}]}]},"
    "{\"id\":\"care\",\"label\":\"Care\"}],"
    "\"faq\":[{\"ask\":[\"return\"],\"answer\":\"30 days.\"},{\"ask\":[\"return abroad\"],\"answer\":\"60 "
    "days.\"},"
    "{\"ask\":[\"engrave\"],\"answer\":\"Yes.\"},{\"ask\":[\"polish\"],\"answer\":\"Of course.\"}],"
    "\"code\":{\"text\":\"HELLO\",\"about\":\"A gift.\"}}}";

struct fixture {
    struct vt_settings *settings;
    struct vt_arena arena;
    struct vt_guide_around around;
    struct vt_t_guide state;
    struct vt_guide_acts acts;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct vt_settings_error error;
    f->settings = vt_settings_parse(vt_str(settings_json), &error);
    assert_non_null(f->settings);
    vt_arena_init(&f->arena, 1 << 20);
    f->around = (struct vt_guide_around){ .helper = &f->settings->helper,
                                          .lang = VT_STR("en"),
                                          .site = VT_STR("Maison"),
                                          .waits = true,
                                          .hours = VT_STR("We are open now, until 18:00.") };
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    vt_settings_destroy(f->settings);
    vt_arena_finish(&f->arena);
    free(f);
    return 0;
}

static void step(struct fixture *f, enum vt_guide_happened what, const char *text)
{
    struct vt_guide_event event = { what, vt_str(text) };
    vt_guide_step(&f->around, &f->state, &event, &f->arena, &f->acts);
    assert_true(f->acts.n <= VT_GUIDE_LINES);
}

static void assert_act(const struct fixture *f, size_t i, enum vt_guide_kind kind, const char *text)
{
    assert_true(i < f->acts.n);
    assert_int_equal(f->acts.at[i].kind, kind);
    assert_string_equal(f->acts.at[i].text.ptr, text);
}

static void it_says_what_it_is_in_its_first_line(void **state)
{
    struct fixture *f = *state;
    step(f, VT_GUIDE_BEGINS, NULL);
    assert_int_equal(f->acts.n, 2);
    assert_non_null(strstr(f->acts.at[0].text.ptr, "automatic assistant of Maison"));
    assert_act(f, 1, VT_GUIDE_ASK, "What is it about?");
    assert_int_equal(f->acts.at[1].options_n, 3);
    assert_string_equal(f->acts.at[1].options[2].id.ptr, VT_GUIDE_PERSON_ID);
    f->around.lang = VT_STR("fr-CH");
    f->around.name = VT_STR("Ada");
    step(f, VT_GUIDE_BEGINS, NULL);
    assert_non_null(strstr(f->acts.at[0].text.ptr, "Bonjour Ada"));
    assert_non_null(strstr(f->acts.at[0].text.ptr, "automatique"));
    assert_string_equal(f->acts.at[1].options[0].label.ptr, "Bagues");
    f->around.lang = VT_STR("xx");
    step(f, VT_GUIDE_AGAIN, NULL);
    assert_int_equal(f->acts.n, 1);
    assert_non_null(strstr(f->acts.at[0].text.ptr, "Your advisor had to leave. I am the automatic"));
}

static void answers_lead_to_pieces(void **state)
{
    struct fixture *f = *state;
    struct vt_shelf_query query;
    step(f, VT_GUIDE_BEGINS, NULL);
    step(f, VT_GUIDE_CHOOSES, "c:rings");
    assert_act(f, 0, VT_GUIDE_ASK, "Which metal?");
    step(f, VT_GUIDE_SAYS, "gold"); /* two answers hold it: no guess */
    assert_int_equal(f->state.answers_n, 0);
    step(f, VT_GUIDE_SAYS, "white, please");
    assert_int_equal(f->state.answers_n, 0); /* all of a label, not half of it */
    step(f, VT_GUIDE_CHOOSES, "a:metal:white");
    assert_act(f, 0, VT_GUIDE_ASK, "How much?");
    step(f, VT_GUIDE_SAYS, "350");
    assert_int_equal(f->acts.budget, 35000);
    assert_int_equal(f->acts.at[0].kind, VT_GUIDE_SHOW);
    vt_guide_query(&f->settings->helper, &f->state, &f->arena, &query);
    assert_int_equal(query.most, 35000);
    assert_string_equal(query.text.ptr, "white");
    assert_int_equal(query.wants_n, 1);
    step(f, VT_GUIDE_CHOOSES, "a:budget:high"); /* another answer takes the place of the first */
    assert_int_equal(f->state.answers_n, 2);
    vt_guide_query(&f->settings->helper, &f->state, &f->arena, &query);
    assert_int_equal(query.least, 50000);
    assert_int_equal(query.most, -1);
    assert_non_null(strstr(vt_guide_over_pieces(&f->around, &f->state, true, &f->arena).ptr, "HELLO"));
    assert_null(strstr(vt_guide_over_pieces(&f->around, &f->state, true, &f->arena).ptr, "HELLO"));
    step(f, VT_GUIDE_CHOOSES, "a:metal:gone");
    assert_int_equal(f->acts.n, 0);
}

static void it_answers_what_is_written_and_never_guesses(void **state)
{
    struct fixture *f = *state;
    step(f, VT_GUIDE_BEGINS, NULL);
    step(f, VT_GUIDE_SAYS, "Can I retrun it?"); /* two letters changed places */
    assert_act(f, 0, VT_GUIDE_SAY, "30 days.");
    step(f, VT_GUIDE_SAYS, "A return from abroad?");
    assert_act(f, 0, VT_GUIDE_SAY, "60 days.");
    step(f, VT_GUIDE_SAYS, "until when are you open today");
    assert_act(f, 0, VT_GUIDE_SAY, "We are open now, until 18:00.");
    step(f, VT_GUIDE_SAYS, "what is the meaning of this");
    assert_int_equal(f->acts.n, 1);
    assert_non_null(strstr(f->acts.at[0].text.ptr, "An advisor will answer it"));
    assert_string_equal(f->state.open.ptr, "what is the meaning of this");
    step(f, VT_GUIDE_SAYS, "and of that");
    assert_int_equal(f->acts.n, 0); /* said once */
    assert_string_equal(f->state.open.ptr, "what is the meaning of this\nand of that");
    f->around.hours = (struct vt_str){ 0 };
    f->state.open = (struct vt_str){ 0 };
    step(f, VT_GUIDE_SAYS, "opening hours?");
    assert_non_null(strstr(f->acts.at[0].text.ptr, "do not know"));
}

static void a_tie_is_no_answer(void **state)
{
    struct fixture *f = *state;
    step(f, VT_GUIDE_SAYS, "engrave"); /* 7 letters, as "polish" has 6: surer */
    assert_act(f, 0, VT_GUIDE_SAY, "Yes.");
    step(f, VT_GUIDE_SAYS, "polish and return");
    assert_int_equal(f->acts.n, 1); /* six letters each */
    assert_non_null(strstr(f->acts.at[0].text.ptr, "do not know"));
}

static void a_person_is_always_at_hand(void **state)
{
    struct fixture *f = *state;
    step(f, VT_GUIDE_BEGINS, "let me talk to a person");
    assert_int_equal(f->acts.n, 2);
    assert_non_null(strstr(f->acts.at[1].text.ptr, "Of course"));
    step(f, VT_GUIDE_SAYS, "return?");
    assert_int_equal(f->acts.n, 0);
    step(f, VT_GUIDE_AGAIN, NULL);
    assert_false(f->state.quiet);
    step(f, VT_GUIDE_CHOOSES, VT_GUIDE_PERSON_ID);
    assert_true(f->state.quiet);
}

static void texts_are_cut_between_characters(void **state)
{
    struct fixture *f = *state;
    char text[1200];
    for (size_t i = 0; i + 2 < sizeof(text); i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[sizeof(text) - 2] = '\0';
    step(f, VT_GUIDE_SAYS, text);
    assert_int_equal(f->state.open.len, 500);
    f->state.open = VT_STR("x");
    step(f, VT_GUIDE_SAYS, text);
    assert_int_equal(f->state.open.len % 2, 0); /* "x\n" and whole letters */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_with_slips_and_accents),
        cmocka_unit_test(amounts_are_read),
        cmocka_unit_test_setup_teardown(it_says_what_it_is_in_its_first_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_lead_to_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(it_answers_what_is_written_and_never_guesses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_tie_is_no_answer, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_person_is_always_at_hand, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_are_cut_between_characters, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
