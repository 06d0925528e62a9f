/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_helper.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "protocol/c/messages.h"
#include "server/base/err.h"
#include "server/catalogue/feed_text.h"
#include "server/settings_rows.h"

enum { LANGS_MOST = 20 };

/* --- texts by language ----------------------------------------------------------------------- */

static bool is_lang(const char *lang)
{
    size_t len = strspn(lang, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    return isalpha((unsigned char)lang[0]) && lang[len] == '\0' && len >= 2 && len <= 35;
}

static int take_one(struct vt_reading *reading, const json_t *value, int64_t most_bytes, const char *lang,
                    struct vt_setting_words *to)
{
    const struct vt_row row = { .name = "", .kind = VT_ROW_TEXT, .min = 1, .max = most_bytes };
    struct vt_setting_label *one = &to->at[to->n];
    int err = vt_read_text(reading, &row, value, &one->text);
    if (err)
        return err;
    to->n++;
    one->lang = vt_arena_str(reading->arena, vt_str(lang));
    return one->lang.ptr ? VT_OK : vt_read_refuse(reading, "is more than the server can hold");
}

int vt_settings_words(struct vt_reading *reading, const json_t *value, int64_t most_bytes,
                      struct vt_setting_words *to)
{
    size_t n = json_is_object(value) ? json_object_size(value) : 1;
    const char *lang;
    json_t *text;
    *to = (struct vt_setting_words){ 0 };
    if (n < 1 || n > LANGS_MOST || (!json_is_object(value) && !json_is_string(value)))
        return vt_read_refuse(
            reading, "must be a text, or texts by language as {\"fr\": \"Bagues\"}; at most %d", LANGS_MOST);
    to->at = vt_arena_array(reading->arena, n, sizeof(to->at[0]));
    if (!to->at)
        return vt_read_refuse(reading, "is more than the server can hold");
    if (json_is_string(value))
        return take_one(reading, value, most_bytes, "", to);
    json_object_foreach((json_t *)value, lang, text)
    {
        size_t here = vt_read_down(reading, lang);
        int err = is_lang(lang) ? take_one(reading, text, most_bytes, lang, to)
                                : vt_read_refuse(reading, "must be under a language such as fr or fr-CH");
        if (err)
            return err;
        vt_read_up(reading, here);
    }
    return VT_OK;
}

static int take_words(struct vt_reading *reading, const json_t *value, void *to, int64_t most_bytes)
{
    return vt_settings_words(reading, value, most_bytes, to);
}

static int take_label(struct vt_reading *reading, const json_t *value, void *to)
{
    return take_words(reading, value, to, 80);
}

static int take_line(struct vt_reading *reading, const json_t *value, void *to)
{
    return take_words(reading, value, to, 300);
}

static int take_greeting(struct vt_reading *reading, const json_t *value, void *to)
{
    return take_words(reading, value, to, 500);
}

static int take_answer(struct vt_reading *reading, const json_t *value, void *to)
{
    return take_words(reading, value, to, 1500);
}

/* --- single values ----------------------------------------------------------------------------- */

static int take_facet(struct vt_reading *reading, const json_t *value, void *to)
{
    const char *word = json_string_value(value);
    for (int i = 0; word && i < VT_FACET_COUNT; i++) {
        if (strcmp(vt_facet_name((enum vt_facet)i), word) != 0)
            continue;
        struct vt_setting_choice *choice = VT_CONTAINER_OF(to, struct vt_setting_choice, facet);
        choice->facet = i + 1; /* 0: not written */
        return VT_OK;
    }
    return vt_read_refuse(reading, "must be one of type, brand, colour, size, material, branch");
}

static int check_currency(struct vt_reading *reading, const void *value)
{
    return vt_feed_is_currency(*(const struct vt_str *)value)
               ? VT_OK
               : vt_read_refuse(reading, "must be a currency such as EUR");
}

static int check_amount(struct vt_reading *reading, const void *value)
{
    return vt_feed_hundredths(*(const struct vt_str *)value) >= 0
               ? VT_OK
               : vt_read_refuse(reading, "must be an amount such as 1290.00");
}

/* Where lines go is known to be ours to call only at the call: a name may change its address (outgoing.h). */
static int check_bot_url(struct vt_reading *reading, const void *value)
{
    const struct vt_str *url = value;
    bool web = (url->len > 8 && memcmp(url->ptr, "https://", 8) == 0) ||
               (url->len > 7 && memcmp(url->ptr, "http://", 7) == 0);
    for (size_t i = 0; i < url->len; i++)
        web = web && (unsigned char)url->ptr[i] > ' ';
    return web ? VT_OK
               : vt_read_refuse(reading,
                                "must be the address of your bot, as https://bot.shop.example/answer");
}

/* --- tables ------------------------------------------------------------------------------------ */

SHAPE(choice_shape, sizeof(struct vt_setting_choice),
      { AT(vt_setting_choice, id), TEXT(1, VT_HELPER_ID), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_choice, label), .kind = VT_ROW_OWN, .take = take_label, .required = true },
      { AT(vt_setting_choice, facet), .kind = VT_ROW_OWN, .take = take_facet },
      { AT(vt_setting_choice, value), TEXT(1, 120) }, { AT(vt_setting_choice, words), TEXT(1, 120) },
      { NAMED("least", vt_setting_choice, least_text), TEXT(1, 20), .check = check_amount },
      { NAMED("most", vt_setting_choice, most_text), TEXT(1, 20), .check = check_amount });

SHAPE(question_shape, sizeof(struct vt_setting_question),
      { AT(vt_setting_question, id), TEXT(1, VT_HELPER_ID), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_question, text), .kind = VT_ROW_OWN, .take = take_line, .required = true },
      { AT(vt_setting_question, budget), .kind = VT_ROW_FLAG },
      { AT(vt_setting_question, choices), LIST(vt_setting_question, choices, VT_HELPER_CHOICES, choice_shape),
        .required = true });

SHAPE(category_shape, sizeof(struct vt_setting_category),
      { AT(vt_setting_category, id), TEXT(1, VT_HELPER_ID), .required = true, .check = vt_read_check_id },
      { AT(vt_setting_category, label), .kind = VT_ROW_OWN, .take = take_label, .required = true },
      { AT(vt_setting_category, type), TEXT(1, 120) }, { AT(vt_setting_category, words), TEXT(1, 120) },
      { AT(vt_setting_category, questions),
        LIST(vt_setting_category, questions, VT_HELPER_QUESTIONS, question_shape) },
      { AT(vt_setting_category, best), TEXTS(24, 64) });

SHAPE(faq_shape, sizeof(struct vt_setting_faq), { AT(vt_setting_faq, ask), TEXTS(12, 120), .required = true },
      { AT(vt_setting_faq, answer), .kind = VT_ROW_OWN, .take = take_answer, .required = true });

/* Rows of the small parts: offsets are those in struct vt_setting_helper, less where the part begins. */
#define IN(part, label, field)                                                                               \
    .name = label,                                                                                           \
    .offset = offsetof(struct vt_setting_helper, field) - offsetof(struct vt_setting_helper, part)
SHAPE(code_shape, 0, { IN(code, "text", code.text), TEXT(1, 40), .required = true },
      { IN(code, "about", code.about), .kind = VT_ROW_OWN, .take = take_line });
SHAPE(bot_shape, 0, { IN(bot, "on", bot.on), .kind = VT_ROW_FLAG, .required = true },
      { IN(bot, "url", bot.url), TEXT(1, 1000), .check = check_bot_url });

static const struct vt_row helper_rows[] = {
    { AT(vt_setting_helper, on), .kind = VT_ROW_FLAG, .required = true },
    { AT(vt_setting_helper, greeting), .kind = VT_ROW_OWN, .take = take_greeting },
    { AT(vt_setting_helper, currency), TEXT(3, 3), .check = check_currency },
    { AT(vt_setting_helper, categories),
      LIST(vt_setting_helper, categories, VT_HELPER_CATEGORIES, category_shape) },
    { AT(vt_setting_helper, best), TEXTS(24, 64) },
    { AT(vt_setting_helper, faq), LIST(vt_setting_helper, faq, 100, faq_shape) },
    { AT(vt_setting_helper, code), PART(code_shape) },
    { AT(vt_setting_helper, bot), PART(bot_shape) },
    { 0 },
};
const struct vt_shape_rows vt_settings_helper_shape = { 0, helper_rows };

/* --- what concerns several values -------------------------------------------------------------- */

static int refuse(struct vt_settings_error *error, const char *field, const char *msg)
{
    snprintf(error->field, sizeof(error->field), "/helper/%s", field);
    snprintf(error->msg, sizeof(error->msg), "%s", msg);
    return VT_ERR_INVALID;
}

static int check_choices(struct vt_setting_question *question, const char *at,
                         struct vt_settings_error *error)
{
    char field[120];
    if (question->choices_n < 2) {
        snprintf(field, sizeof(field), "%s/choices", at);
        return refuse(error, field, "must have at least two answers to choose from");
    }
    for (size_t i = 0; i < question->choices_n; i++) {
        struct vt_setting_choice *choice = &question->choices[i];
        choice->facet = choice->facet - 1;
        choice->least = choice->least_text.ptr ? vt_feed_hundredths(choice->least_text) : -1;
        choice->most = choice->most_text.ptr ? vt_feed_hundredths(choice->most_text) : -1;
        snprintf(field, sizeof(field), "%s/choices/%zu", at, i);
        if ((choice->facet >= 0) != (choice->value.ptr != NULL))
            return refuse(error, field, "must have facet and value together, or neither");
        if (choice->most >= 0 && choice->least > choice->most)
            return refuse(error, field, "must have a least that is not above its most");
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(choice->id, question->choices[k].id)) {
                snprintf(field, sizeof(field), "%s/choices/%zu/id", at, i);
                return refuse(error, field, "is another answer's already");
            }
    }
    return VT_OK;
}

static int check_questions(const struct vt_setting_category *category, size_t at,
                           struct vt_settings_error *error)
{
    char field[80];
    for (size_t i = 0; i < category->questions_n; i++) {
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(category->questions[i].id, category->questions[k].id)) {
                snprintf(field, sizeof(field), "categories/%zu/questions/%zu/id", at, i);
                return refuse(error, field, "is another question's already");
            }
        snprintf(field, sizeof(field), "categories/%zu/questions/%zu", at, i);
        int err = check_choices(&category->questions[i], field, error);
        if (err)
            return err;
    }
    return VT_OK;
}

static bool asks_budget(const struct vt_setting_helper *helper)
{
    for (size_t i = 0; i < helper->categories_n; i++)
        for (size_t k = 0; k < helper->categories[i].questions_n; k++)
            if (helper->categories[i].questions[k].budget)
                return true;
    return false;
}

int vt_settings_check_helper(const struct vt_setting_helper *helper, struct vt_settings_error *error)
{
    char field[60];
    for (size_t i = 0; i < helper->categories_n; i++) {
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(helper->categories[i].id, helper->categories[k].id)) {
                snprintf(field, sizeof(field), "categories/%zu/id", i);
                return refuse(error, field, "is another category's already");
            }
        int err = check_questions(&helper->categories[i], i, error);
        if (err)
            return err;
    }
    if (!helper->currency.ptr && asks_budget(helper))
        return refuse(error, "currency", "is missing: in which a budget is meant");
    for (size_t i = 0; i < helper->faq_n; i++)
        if (helper->faq[i].ask.n == 0) {
            snprintf(field, sizeof(field), "faq/%zu/ask", i);
            return refuse(error, field, "must hold the words of at least one question");
        }
    return helper->bot.on && !helper->bot.url.ptr
               ? refuse(error, "bot/url", "is missing: where your bot answers")
               : VT_OK;
}
