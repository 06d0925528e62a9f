/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/codec/number.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum { DIGITS_MAX = 17 };

/* Significant digits without point, and where the point goes: 0.d1d2d3 x 10^point. */
struct decimal {
    char digits[DIGITS_MAX + 1];
    int digits_n;
    int point;
};

int vt_json_int(struct vt_buf *out, int64_t value)
{
    char text[24];
    char *p = text + sizeof(text);
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--p = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        *--p = '-';
    return vt_buf_append(out, p, (size_t)(text + sizeof(text) - p));
}

/* Takes the digits out of "d<point>ddde+xx"; the point may be any bytes the locale likes. */
static void read_scientific(const char *text, struct decimal *ret)
{
    ret->digits_n = 0;
    while (*text && *text != 'e') {
        if (*text >= '0' && *text <= '9' && ret->digits_n < DIGITS_MAX)
            ret->digits[ret->digits_n++] = *text;
        text++;
    }
    ret->point = (int)strtol(*text ? text + 1 : "0", NULL, 10) + 1;
    while (ret->digits_n > 1 && ret->digits[ret->digits_n - 1] == '0')
        ret->digits_n--;
}

/* 15 digits name a double of the normal range uniquely, so their trimmed form is the shortest when
 * it reads back; subnormals have fewer to give. snprintf and strtod share one locale. */
static void shortest(double value, struct decimal *ret)
{
    char text[48];
    for (int digits = value < DBL_MIN ? 1 : 15; digits <= DIGITS_MAX; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, value);
        if (digits == DIGITS_MAX || strtod(text, NULL) == value)
            break;
    }
    read_scientific(text, ret);
}

static void put_zeros(struct vt_buf *out, int n)
{
    while (n-- > 0)
        vt_buf_byte(out, '0');
}

static void put_exponent(struct vt_buf *out, const struct decimal *d)
{
    vt_buf_byte(out, d->digits[0]);
    if (d->digits_n > 1) {
        vt_buf_byte(out, '.');
        vt_buf_append(out, d->digits + 1, (size_t)d->digits_n - 1);
    }
    vt_buf_text(out, d->point > 0 ? "e+" : "e-");
    vt_json_int(out, abs(d->point - 1));
}

static void put_decimal(struct vt_buf *out, const struct decimal *d)
{
    if (d->point > 21 || d->point <= -6) {
        put_exponent(out, d);
    } else if (d->point <= 0) {
        vt_buf_text(out, "0.");
        put_zeros(out, -d->point);
        vt_buf_append(out, d->digits, (size_t)d->digits_n);
    } else if (d->point >= d->digits_n) {
        vt_buf_append(out, d->digits, (size_t)d->digits_n);
        put_zeros(out, d->point - d->digits_n);
    } else {
        vt_buf_append(out, d->digits, (size_t)d->point);
        vt_buf_byte(out, '.');
        vt_buf_append(out, d->digits + d->point, (size_t)(d->digits_n - d->point));
    }
}

/* Coordinates come rounded to a few places. When value = n / 10^6 exactly as divided, n is its
 * shortest decimal: both are exact and the division rounds as reading the text would. Ten times
 * faster than printf, and a mark has up to 512 of them. */
static bool put_millionths(struct vt_buf *out, double value)
{
    double scaled = nearbyint(value * 1e6);
    if (value >= 1e6 || scaled < 1 || scaled / 1e6 != value)
        return false;
    struct decimal d = { .digits_n = 0, .point = 0 };
    char text[24];
    int n = snprintf(text, sizeof(text), "%06llu", (unsigned long long)scaled);
    const char *from = text;
    d.point = n - 6;
    while (*from == '0') {
        from++;
        d.point--;
    }
    d.digits_n = (int)strlen(from);
    memcpy(d.digits, from, (size_t)d.digits_n);
    while (d.digits_n > 1 && d.digits[d.digits_n - 1] == '0')
        d.digits_n--;
    put_decimal(out, &d);
    return true;
}

int vt_json_number(struct vt_buf *out, double value)
{
    if (!isfinite(value) || value == 0)
        return vt_buf_byte(out, '0');
    if (value < 0)
        vt_buf_byte(out, '-');
    value = fabs(value);
    if (!put_millionths(out, value)) {
        struct decimal d;
        shortest(value, &d);
        put_decimal(out, &d);
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}
