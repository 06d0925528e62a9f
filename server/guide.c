/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide.h"

#include <stdio.h>

#include "server/base/money.h"
#include "server/guide_match.h"
#include "server/guide_words.h"
#include "server/letter.h"

enum { OPEN_MOST = 500, ANSWER_MOST = 120, LINE_MOST = 2048, ID_MOST = 32 };

/* One step on its way. */
struct stepping {
    const struct vt_guide_around *around;
    const struct vt_guide_locale *locale;
    struct vt_t_guide *state;
    struct vt_arena *arena;
    struct vt_guide_acts *out;
};

/* --- texts ----------------------------------------------------------------------------------- */

static struct vt_str site_words(const struct stepping *step, const struct vt_setting_words *words)
{
    return vt_settings_say_any(words, step->around->lang);
}

/* Appends one sentence, a space before it where there is one already. */
static void put(const struct stepping *step, struct vt_buf *line, enum vt_guide_word word, const char *blank,
                struct vt_str value)
{
    const struct vt_letter_blank blanks[] = { { blank ? blank : "", value }, { 0 } };
    vt_buf_text(line, line->len ? " " : "");
    vt_letter_fill(line, step->locale->words[word], blank ? blanks : &blanks[1], NULL);
}

static struct vt_str keep(const struct stepping *step, const struct vt_buf *line)
{
    return vt_arena_str(step->arena, vt_buf_view(line));
}

static void add(struct stepping *step, struct vt_guide_act act)
{
    if (step->out->n < VT_GUIDE_LINES && (act.kind == VT_GUIDE_SHOW || act.text.len > 0))
        step->out->at[step->out->n++] = act;
}

static void say(struct stepping *step, struct vt_str text)
{
    add(step, (struct vt_guide_act){ .kind = VT_GUIDE_SAY, .text = text });
}

static void say_word(struct stepping *step, enum vt_guide_word word)
{
    say(step, vt_str(step->locale->words[word]));
}

/* At most `most` bytes, cut between characters. */
static struct vt_str cut(const struct stepping *step, struct vt_str text, size_t most)
{
    if (text.len > most) {
        text.len = most;
        while (text.len > 0 && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80)
            text.len--;
    }
    return vt_arena_str(step->arena, text);
}

/* --- questions --------------------------------------------------------------------------------- */

const struct vt_setting_category *vt_guide_category(const struct vt_setting_helper *helper, struct vt_str id)
{
    for (size_t i = 0; id.len > 0 && i < helper->categories_n; i++)
        if (vt_str_eq(helper->categories[i].id, id))
            return &helper->categories[i];
    return NULL;
}

static const struct vt_t_guide_answer *answer_of(const struct vt_t_guide *state, struct vt_str question)
{
    for (size_t i = 0; i < state->answers_n; i++)
        if (vt_str_eq(state->answers[i].id, question))
            return &state->answers[i];
    return NULL;
}

static const struct vt_setting_question *question_of(const struct vt_setting_category *category,
                                                     struct vt_str id)
{
    for (size_t i = 0; category && i < category->questions_n; i++)
        if (vt_str_eq(category->questions[i].id, id))
            return &category->questions[i];
    return NULL;
}

static const struct vt_setting_choice *choice_of(const struct vt_setting_question *question, struct vt_str id)
{
    for (size_t i = 0; question && i < question->choices_n; i++)
        if (vt_str_eq(question->choices[i].id, id))
            return &question->choices[i];
    return NULL;
}

static void add_option(struct stepping *step, struct vt_guide_act *ask, const char *begin, struct vt_str id,
                       struct vt_str label)
{
    char text[ID_MOST + 1];
    if (ask->options_n == VT_GUIDE_OPTIONS || label.len == 0)
        return;
    snprintf(text, sizeof(text), "%s%.*s", begin, VT_STR_ARG(id));
    ask->options[ask->options_n++] = (struct vt_t_chat_option){ vt_arena_str(step->arena, vt_str(text)),
                                                                label };
}

static struct vt_guide_act begin_ask(struct stepping *step, struct vt_str text)
{
    return (struct vt_guide_act){ .kind = VT_GUIDE_ASK,
                                  .text = text,
                                  .options = vt_arena_array(step->arena, VT_GUIDE_OPTIONS,
                                                            sizeof(struct vt_t_chat_option)) };
}

/* A person is always one of the answers. */
static void end_ask(struct stepping *step, struct vt_guide_act *ask)
{
    add_option(step, ask, "", VT_STR(VT_GUIDE_PERSON_ID), vt_str(step->locale->words[VT_GUIDE_PERSON]));
    if (ask->options_n > 1)
        add(step, *ask);
}

static void ask_question(struct stepping *step, const struct vt_setting_question *question)
{
    char begin[ID_MOST];
    struct vt_guide_act ask = begin_ask(step, site_words(step, &question->text));
    if (!ask.options)
        return;
    snprintf(begin, sizeof(begin), "a:%.*s:", VT_STR_ARG(question->id));
    step->state->step = vt_arena_str(step->arena, question->id);
    for (size_t i = 0; i < question->choices_n; i++)
        add_option(step, &ask, begin, question->choices[i].id, site_words(step, &question->choices[i].label));
    end_ask(step, &ask);
}

/* The first question without an answer; behind the last the pieces that fit. */
static void go_on(struct stepping *step)
{
    const struct vt_setting_category *category = vt_guide_category(step->around->helper,
                                                                   step->state->category);
    step->state->step = VT_STR("");
    for (size_t i = 0; category && i < category->questions_n; i++)
        if (!answer_of(step->state, category->questions[i].id)) {
            ask_question(step, &category->questions[i]);
            return;
        }
    if (category)
        add(step, (struct vt_guide_act){ .kind = VT_GUIDE_SHOW });
}

static void choose_category(struct stepping *step, const struct vt_setting_category *category)
{
    struct vt_t_guide *state = step->state;
    state->category = vt_arena_str(step->arena, category->id);
    state->label = cut(step, site_words(step, &category->label), 80);
    state->answers_n = 0;
    state->shown_n = 0;
    go_on(step);
}

static void ask_about(struct stepping *step)
{
    const struct vt_setting_helper *helper = step->around->helper;
    struct vt_guide_act ask = begin_ask(step, vt_str(step->locale->words[VT_GUIDE_ABOUT]));
    if (!ask.options || helper->categories_n == 0)
        return;
    if (helper->categories_n == 1) {
        choose_category(step, &helper->categories[0]);
        return;
    }
    step->state->step = VT_STR("?");
    for (size_t i = 0; i < helper->categories_n; i++)
        add_option(step, &ask, "c:", helper->categories[i].id,
                   site_words(step, &helper->categories[i].label));
    end_ask(step, &ask);
}

/* Answering again puts the new answer in the place of the old. */
static void note_answer(struct stepping *step, const struct vt_setting_question *question,
                        struct vt_str value, struct vt_str said)
{
    struct vt_t_guide *state = step->state;
    struct vt_t_guide_answer *all = vt_arena_array(step->arena, 3, sizeof(*all));
    size_t n = 0;
    for (size_t i = 0; all && i < state->answers_n; i++)
        if (!vt_str_eq(state->answers[i].id, question->id))
            all[n++] = state->answers[i];
    if (!all || n >= 3)
        return;
    all[n++] = (struct vt_t_guide_answer){ .id = vt_arena_str(step->arena, question->id),
                                           .value = value,
                                           .question = cut(step, site_words(step, &question->text), 300),
                                           .answer = cut(step, said, ANSWER_MOST) };
    state->answers = all;
    state->answers_n = n;
    go_on(step);
}

static void choose(struct stepping *step, const struct vt_setting_question *question,
                   const struct vt_setting_choice *choice)
{
    if (question->budget && (choice->most >= 0 || choice->least >= 0))
        step->out->budget = choice->most >= 0 ? choice->most : choice->least;
    note_answer(step, question, vt_arena_str(step->arena, choice->id), site_words(step, &choice->label));
}

/* "a:metal:rose", "c:rings". What the settings no longer have says nothing. */
static bool take_option(struct stepping *step, struct vt_str id)
{
    const struct vt_setting_helper *helper = step->around->helper;
    if (id.len > 2 && memcmp(id.ptr, "c:", 2) == 0) {
        const struct vt_setting_category *category = vt_guide_category(
            helper, (struct vt_str){ id.ptr + 2, id.len - 2 });
        if (category)
            choose_category(step, category);
        return category != NULL;
    }
    const char *colon = id.len > 2 && memcmp(id.ptr, "a:", 2) == 0 ? memchr(id.ptr + 2, ':', id.len - 2)
                                                                   : NULL;
    if (!colon)
        return false;
    struct vt_str asked = { id.ptr + 2, (size_t)(colon - id.ptr - 2) };
    struct vt_str chosen = { colon + 1, (size_t)(id.ptr + id.len - colon - 1) };
    const struct vt_setting_question *question = question_of(vt_guide_category(helper, step->state->category),
                                                             asked);
    const struct vt_setting_choice *choice = choice_of(question, chosen);
    if (choice)
        choose(step, question, choice);
    return choice != NULL;
}

/* --- what is written ----------------------------------------------------------------------------- */

/* The one of several labels that the line holds; two are no answer. */
struct best {
    size_t score, at;
    bool tied;
};

static void rate(struct best *best, size_t score, size_t at)
{
    if (score == 0 || score < best->score)
        return;
    best->tied = score == best->score;
    best->score = score;
    best->at = at;
}

static bool is_sure(const struct best *best)
{
    return best->score > 0 && !best->tied;
}

static struct best rate_labels(const struct stepping *step, const struct vt_guide_line *line)
{
    const struct vt_setting_helper *helper = step->around->helper;
    const struct vt_setting_question *question = question_of(vt_guide_category(helper, step->state->category),
                                                             step->state->step);
    struct best best = { 0 };
    bool about = vt_str_eq(step->state->step, VT_STR("?"));
    for (size_t i = 0; about && i < helper->categories_n; i++)
        rate(&best, vt_guide_holds(line, site_words(step, &helper->categories[i].label)), i);
    for (size_t i = 0; !about && question && i < question->choices_n; i++)
        rate(&best, vt_guide_holds(line, site_words(step, &question->choices[i].label)), i);
    return best;
}

static void take_label(struct stepping *step, size_t at)
{
    const struct vt_setting_helper *helper = step->around->helper;
    const struct vt_setting_question *question = question_of(vt_guide_category(helper, step->state->category),
                                                             step->state->step);
    if (question)
        choose(step, question, &question->choices[at]);
    else
        choose_category(step, &helper->categories[at]);
}

static struct best rate_faq(const struct stepping *step, const struct vt_guide_line *line)
{
    const struct vt_setting_helper *helper = step->around->helper;
    struct best best = { 0 };
    for (size_t i = 0; i < helper->faq_n; i++) {
        size_t most = 0;
        for (size_t k = 0; k < helper->faq[i].ask.n; k++) {
            size_t score = vt_guide_holds(line, helper->faq[i].ask.at[k]);
            most = score > most ? score : most;
        }
        rate(&best, most, i);
    }
    return best;
}

/* A budget may be said in figures; its value is "=" and the amount. */
static bool take_amount(struct stepping *step, struct vt_str text)
{
    const struct vt_setting_question *question = question_of(
        vt_guide_category(step->around->helper, step->state->category), step->state->step);
    int64_t amount = question && question->budget ? vt_guide_amount(text) : -1;
    char value[VT_MONEY_TEXT + 1] = "=";
    if (amount <= 0)
        return false;
    snprintf(value + 1, sizeof(value) - 1, "%lld.%02d", (long long)(amount / 100), (int)(amount % 100));
    step->out->budget = amount;
    note_answer(step, question, vt_arena_str(step->arena, vt_str(value)), text);
    return true;
}

static bool is_any(const struct vt_guide_line *line, const char *const *phrases)
{
    for (; *phrases; phrases++)
        if (vt_guide_holds(line, vt_str(*phrases)) > 0)
            return true;
    return false;
}

static void call_person(struct stepping *step)
{
    step->state->quiet = true;
    step->state->step = VT_STR("");
    say_word(step, step->around->closed ? VT_GUIDE_PERSON_CLOSED : VT_GUIDE_PERSON_WAITS);
}

/* Said once: whoever writes more to the person who will come is not answered line by line. */
static void leave_open(struct stepping *step, struct vt_str text)
{
    struct vt_t_guide *state = step->state;
    bool first = state->open.len == 0;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf all = VT_BUF_INIT(LINE_MOST + OPEN_MOST + 1);
    vt_buf_str(&all, state->open);
    vt_buf_text(&all, first ? "" : "\n");
    vt_buf_str(&all, cut(step, text, LINE_MOST));
    state->open = cut(step, vt_buf_view(&all), OPEN_MOST);
    if (first && step->out->n == 0)
        say_word(step, step->around->waits ? VT_GUIDE_UNKNOWN_WAITS : VT_GUIDE_UNKNOWN_CLOSED);
}

/* Whatever holds more of what was written is meant: "can you resize rings?" is a question, though "rings" was
 * one of the answers. */
static void take_line(struct stepping *step, const struct vt_guide_line *line, struct vt_str text)
{
    struct best label = rate_labels(step, line), faq = rate_faq(step, line);
    if (is_sure(&faq) && faq.score > label.score)
        say(step, site_words(step, &step->around->helper->faq[faq.at].answer));
    else if (is_sure(&label))
        take_label(step, label.at);
    else if (step->around->hours.len > 0 && is_any(line, step->locale->hours))
        say(step, step->around->hours);
    else if (!take_amount(step, text))
        leave_open(step, text);
}

static void take_text(struct stepping *step, struct vt_str text)
{
    struct vt_guide_line line;
    vt_guide_line_init(&line, text);
    if (is_any(&line, step->locale->person))
        call_person(step);
    else
        take_line(step, &line, text);
    vt_guide_line_finish(&line);
}

/* --- steps --------------------------------------------------------------------------------------- */

static void put_why_here(struct stepping *step, struct vt_buf *line)
{
    const struct vt_guide_around *around = step->around;
    if (around->waits)
        put(step, line, VT_GUIDE_CALLING, NULL, around->name);
    else if (around->closed && around->opens.len > 0)
        put(step, line, VT_GUIDE_CLOSED_UNTIL, "when", around->opens);
    else
        put(step, line, around->closed ? VT_GUIDE_CLOSED : VT_GUIDE_NOBODY, NULL, around->name);
}

static void greet(struct stepping *step, bool again)
{
    const struct vt_guide_around *around = step->around;
    struct vt_str own = site_words(step, &around->helper->greeting);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(LINE_MOST);
    if (again)
        put(step, &line, VT_GUIDE_LEFT, NULL, around->name);
    else
        put(step, &line, around->name.len > 0 ? VT_GUIDE_HELLO_NAME : VT_GUIDE_HELLO, "name", around->name);
    put(step, &line, VT_GUIDE_AUTOMATIC, "site", around->site);
    if (!again && own.len > 0) {
        vt_buf_byte(&line, ' ');
        vt_buf_str(&line, own);
    }
    put_why_here(step, &line);
    say(step, keep(step, &line));
}

/* What was asked already is answered first; then the helper's own questions, unless it knows all or was sent
 * away. */
static void begin(struct stepping *step, const struct vt_guide_event *event)
{
    struct vt_t_guide *state = step->state;
    bool again = event->what == VT_GUIDE_AGAIN || event->what == VT_GUIDE_GREETS_AGAIN;
    state->quiet = false;
    state->open = (struct vt_str){ 0 };
    state->step = VT_STR("");
    if (event->what != VT_GUIDE_RESUMES)
        greet(step, again);
    if (event->what == VT_GUIDE_GREETS || event->what == VT_GUIDE_GREETS_AGAIN)
        return;
    size_t said = step->out->n;
    if (event->text.len > 0)
        take_text(step, event->text);
    bool asked = step->out->n > said && step->out->at[step->out->n - 1].kind != VT_GUIDE_SAY;
    if (!asked && !state->quiet && !again)
        ask_about(step);
}

bool vt_guide_wants_person(struct vt_str lang, struct vt_str text)
{
    struct vt_guide_line line;
    vt_guide_line_init(&line, text);
    bool wants = is_any(&line, vt_guide_locale(lang)->person);
    vt_guide_line_finish(&line);
    return wants;
}

void vt_guide_step(const struct vt_guide_around *around, struct vt_t_guide *state,
                   const struct vt_guide_event *event, struct vt_arena *arena, struct vt_guide_acts *ret)
{
    struct stepping step = {
        .around = around, .locale = vt_guide_locale(around->lang), .state = state, .arena = arena, .out = ret
    };
    *ret = (struct vt_guide_acts){ .budget = -1 };
    if (event->what == VT_GUIDE_OFFS)
        say_word(&step, VT_GUIDE_OFF);
    else if (event->what <= VT_GUIDE_RESUMES)
        begin(&step, event);
    else if (state->quiet)
        return;
    else if (event->what == VT_GUIDE_SAYS)
        take_text(&step, event->text);
    else if (vt_str_eq(event->text, VT_STR(VT_GUIDE_PERSON_ID)))
        call_person(&step);
    else
        take_option(&step, event->text);
}

/* --- the pieces ---------------------------------------------------------------------------------- */

static void add_words(struct vt_buf *text, struct vt_str words)
{
    vt_buf_text(text, words.len > 0 && text->len > 0 ? " " : "");
    vt_buf_str(text, words);
}

static void add_want(struct vt_shelf_query *query, enum vt_facet facet, struct vt_str value)
{
    if (query->wants_n < VT_SHELF_WANTS)
        query->wants[query->wants_n++] = (struct vt_shelf_want){ facet, value };
}

static int64_t amount_of(struct vt_str value)
{
    return vt_guide_amount((struct vt_str){ value.ptr + 1, value.len - 1 });
}

void vt_guide_query(const struct vt_setting_helper *helper, const struct vt_t_guide *state,
                    struct vt_arena *arena, struct vt_shelf_query *ret)
{
    const struct vt_setting_category *category = vt_guide_category(helper, state->category);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(1024);
    *ret = (struct vt_shelf_query){ .least = -1, .most = -1, .in_stock = true, .n = VT_SHELF_HITS };
    if (category && category->type.len > 0)
        add_want(ret, VT_FACET_TYPE, vt_arena_str(arena, category->type));
    if (category)
        add_words(&text, category->words);
    for (size_t i = 0; category && i < state->answers_n; i++) {
        const struct vt_t_guide_answer *answer = &state->answers[i];
        const struct vt_setting_choice *choice = choice_of(question_of(category, answer->id), answer->value);
        if (answer->value.len > 1 && answer->value.ptr[0] == '=')
            ret->most = amount_of(answer->value);
        if (!choice)
            continue;
        add_words(&text, choice->words);
        if (choice->facet >= 0)
            add_want(ret, (enum vt_facet)choice->facet, vt_arena_str(arena, choice->value));
        ret->least = choice->least >= 0 ? choice->least : ret->least;
        ret->most = choice->most >= 0 ? choice->most : ret->most;
    }
    ret->text = vt_arena_str(arena, vt_buf_view(&text));
}

struct vt_str vt_guide_over_pieces(const struct vt_guide_around *around, struct vt_t_guide *state, bool any,
                                   struct vt_arena *arena)
{
    const struct vt_setting_helper *helper = around->helper;
    struct stepping step = {
        .around = around, .locale = vt_guide_locale(around->lang), .state = state, .arena = arena
    };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(LINE_MOST);
    if (any && helper->code.text.len > 0 && !state->code) {
        state->code = true;
        vt_buf_str(&line, site_words(&step, &helper->code.about));
        put(&step, &line, VT_GUIDE_CODE, "code", helper->code.text);
        vt_buf_byte(&line, '\n');
    }
    vt_buf_text(&line, step.locale->words[any ? VT_GUIDE_FITS : VT_GUIDE_FITS_NOTHING]); /* over the pieces */
    return keep(&step, &line);
}
