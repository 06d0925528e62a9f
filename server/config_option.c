/* SPDX-License-Identifier: Apache-2.0 */
/* The rows as data, and the parsing of one value. */
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/config_internal.h"

const struct vt_option vt_options[] = {
#define X(type, field, flag, default_, min, max, reloadable, secret, help)                                   \
    {                                                                                                        \
        flag, VT_OPTION_##type, offsetof(struct vt_config, field), default_, min, max, reloadable, secret,   \
        help                                                                                                 \
    },
    VT_CONFIG_ROWS(X)
#undef X
};
const size_t vt_options_n = VT_COUNT(vt_options);

const struct vt_option *vt_option_find(struct vt_str name)
{
    for (size_t i = 0; i < vt_options_n; i++)
        if (vt_str_eq(name, vt_str(vt_options[i].name)))
            return &vt_options[i];
    return NULL;
}

/* Edits (insert, drop, replace) from `a` to `b`; names longer than the table's are never near. */
static size_t distance(struct vt_str a, struct vt_str b)
{
    enum { LEN_MAX = 40 };
    size_t row[LEN_MAX + 1];
    if (a.len > LEN_MAX || b.len > LEN_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replace = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            size_t other = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
            diagonal = row[j];
            row[j] = replace < other ? replace : other;
        }
    }
    return row[b.len];
}

const struct vt_option *vt_option_nearest(struct vt_str name)
{
    const struct vt_option *best = NULL;
    size_t best_edits = name.len / 3 + 2;
    for (size_t i = 0; i < vt_options_n; i++) {
        size_t edits = distance(name, vt_str(vt_options[i].name));
        if (edits < best_edits) {
            best = &vt_options[i];
            best_edits = edits;
        }
    }
    return best;
}

void vt_option_env(const struct vt_option *option, char ret_name[VT_OPTION_ENV_MAX])
{
    static const char prefix[] = "VITRINE_";
    size_t n = sizeof(prefix) - 1;
    memcpy(ret_name, prefix, n);
    for (const char *p = option->name; *p && n + 1 < VT_OPTION_ENV_MAX; p++)
        ret_name[n++] = *p == '-' ? '_' : (char)toupper((unsigned char)*p);
    ret_name[n] = '\0';
}

struct unit {
    const char *name;
    uint64_t factor;
};
static const struct unit size_units[] = {
    { "", 1 }, { "k", 1024 }, { "m", 1024 * 1024 }, { "g", 1024 * 1024 * 1024 }, { NULL, 0 },
};
static const struct unit time_units[] = {
    { "", 1 }, { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 }, { "d", 86400000 }, { NULL, 0 },
};
static const struct unit no_units[] = { { "", 1 }, { NULL, 0 } };

static int parse_integer(const struct vt_option *option, const struct unit *units, struct vt_str text,
                         int64_t *ret_value)
{
    size_t digits = 0;
    while (digits < text.len && isdigit((unsigned char)text.ptr[digits]))
        digits++;
    struct vt_str suffix = { text.ptr + digits, text.len - digits };
    uint64_t value;
    if (vt_str_to_u64((struct vt_str){ text.ptr, digits }, 0, INT64_MAX, &value) != VT_OK)
        return VT_ERR_INVALID;
    for (; units->name; units++)
        if (vt_str_eq(suffix, vt_str(units->name)))
            break;
    if (!units->name || value > (uint64_t)option->max / units->factor)
        return VT_ERR_INVALID;
    value *= units->factor;
    if (value < (uint64_t)option->min)
        return VT_ERR_INVALID;
    *ret_value = (int64_t)value;
    return VT_OK;
}

static int parse_flag(struct vt_str text, bool *ret_value)
{
    static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };
    for (size_t i = 0; i < VT_COUNT(words); i++) {
        if (vt_str_eq(text, vt_str(words[i]))) {
            *ret_value = i % 2 == 1;
            return VT_OK;
        }
    }
    return VT_ERR_INVALID;
}

static int parse_text(struct vt_str text, char **ret_value)
{
    if (text.len > VT_OPTION_TEXT_MAX || !vt_utf8_valid(text.ptr, text.len))
        return VT_ERR_INVALID;
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return VT_ERR_INVALID;
    char *copy = vt_str_dup(text);
    if (!copy)
        return VT_ERR_NOMEM;
    free(*ret_value);
    *ret_value = copy;
    return VT_OK;
}

int vt_option_parse(const struct vt_option *option, struct vt_str text, void *field)
{
    switch (option->type) {
    case VT_OPTION_text:
        return parse_text(text, field);
    case VT_OPTION_flag:
        return parse_flag(text, field);
    case VT_OPTION_number:
        return parse_integer(option, no_units, text, field);
    case VT_OPTION_size:
        return parse_integer(option, size_units, text, field);
    case VT_OPTION_time:
        return parse_integer(option, time_units, text, field);
    }
    return VT_ERR_INVALID;
}

/* The largest unit that divides the value: 524288 -> "512k". */
static void append_with_unit(struct vt_buf *out, const struct unit *units, int64_t value)
{
    const struct unit *best = units;
    for (const struct unit *unit = units; unit->name; unit++)
        if (value != 0 && (uint64_t)value % unit->factor == 0)
            best = unit;
    vt_buf_printf(out, "%llu%s", (unsigned long long)((uint64_t)value / best->factor), best->name);
}

static void append_range(struct vt_buf *out, const char *what, const struct unit *units,
                         const struct vt_option *option)
{
    vt_buf_printf(out, "%s from ", what);
    append_with_unit(out, units, option->min);
    vt_buf_text(out, " to ");
    append_with_unit(out, units, option->max);
}

void vt_option_allowed(const struct vt_option *option, struct vt_buf *out)
{
    switch (option->type) {
    case VT_OPTION_text:
        vt_buf_printf(out, "text of at most %d bytes without control characters", (int)VT_OPTION_TEXT_MAX);
        break;
    case VT_OPTION_flag:
        vt_buf_text(out, "yes or no");
        break;
    case VT_OPTION_number:
        append_range(out, "a number", no_units, option);
        break;
    case VT_OPTION_size:
        append_range(out, "a size", size_units, option);
        break;
    case VT_OPTION_time:
        append_range(out, "a time", time_units, option);
        break;
    }
}
