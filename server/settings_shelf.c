/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings_shelf.h"

#include <stdarg.h>
#include <stdio.h>

struct looking {
    struct vt_shelf *shelf; /* borrowed; NULL: none */
    vt_settings_missing_fn *fn;
    void *arg;
    size_t n;
};

static void tell(struct looking *looking, const char *field, const char *what, struct vt_str name)
{
    char why[200];
    snprintf(why, sizeof(why), "is %s the catalogue does not have: %.*s", what, VT_STR_ARG(name));
    looking->n++;
    looking->fn(looking->arg, field, why);
}

static void look_sku(struct looking *looking, struct vt_str sku, const char *format, ...) VT_PRINTF(3, 4);
static void look_sku(struct looking *looking, struct vt_str sku, const char *format, ...)
{
    char field[100];
    va_list args;
    va_start(args, format);
    vsnprintf(field, sizeof(field), format, args);
    va_end(args);
    if (sku.len > 0 && (!looking->shelf || vt_shelf_number(looking->shelf, sku) == 0))
        tell(looking, field, "a piece", sku);
}

static void look_value(struct looking *looking, enum vt_facet facet, struct vt_str value, const char *format,
                       ...) VT_PRINTF(4, 5);
static void look_value(struct looking *looking, enum vt_facet facet, struct vt_str value, const char *format,
                       ...)
{
    char field[100], what[32];
    va_list args;
    va_start(args, format);
    vsnprintf(field, sizeof(field), format, args);
    va_end(args);
    snprintf(what, sizeof(what), "a %s", vt_facet_name(facet));
    /* Branches come with the stock, and go with it. */
    if (value.len > 0 && facet != VT_FACET_BRANCH &&
        (!looking->shelf || !vt_shelf_has_value(looking->shelf, facet, value)))
        tell(looking, field, what, value);
}

static void look_question(struct looking *looking, const struct vt_setting_question *question,
                          size_t category, size_t n)
{
    for (size_t i = 0; i < question->choices_n; i++) {
        const struct vt_setting_choice *choice = &question->choices[i];
        if (choice->facet >= 0)
            look_value(looking, (enum vt_facet)choice->facet, choice->value,
                       "/helper/categories/%zu/questions/%zu/choices/%zu/value", category, n, i);
    }
}

static void look_category(struct looking *looking, const struct vt_setting_category *category, size_t n)
{
    look_value(looking, VT_FACET_TYPE, category->type, "/helper/categories/%zu/type", n);
    for (size_t i = 0; i < category->best.n; i++)
        look_sku(looking, category->best.at[i], "/helper/categories/%zu/best/%zu", n, i);
    for (size_t i = 0; i < category->questions_n; i++)
        look_question(looking, &category->questions[i], n, i);
}

size_t vt_settings_missing(const struct vt_settings *settings, struct vt_shelf *shelf,
                           vt_settings_missing_fn *fn, void *arg)
{
    struct looking looking = { .shelf = shelf, .fn = fn, .arg = arg };
    const struct vt_setting_helper *helper = &settings->helper;
    look_sku(&looking, settings->greeting.sku, "/greeting/sku");
    for (size_t i = 0; i < helper->best.n; i++)
        look_sku(&looking, helper->best.at[i], "/helper/best/%zu", i);
    for (size_t i = 0; i < helper->categories_n; i++)
        look_category(&looking, &helper->categories[i], i);
    return looking.n;
}
