/* SPDX-License-Identifier: Apache-2.0 */
#include "server/letter.h"

#include <ctype.h>
#include <stdio.h>
#include <time.h>

enum { NUMBER_BYTES = 256 };
#define NBSP "\xc2\xa0"

const struct vt_letter_locale *vt_letter_locale(struct vt_str lang)
{
    const char *dash = lang.len > 0 ? memchr(lang.ptr, '-', lang.len) : NULL;
    struct vt_str base = { lang.ptr, dash ? (size_t)(dash - lang.ptr) : lang.len };
    const struct vt_letter_locale *english = &vt_letter_locales[0];
    for (size_t i = 0; i < vt_letter_locales_n; i++) {
        if (vt_str_eq(vt_str(vt_letter_locales[i].lang), base))
            return &vt_letter_locales[i];
        if (strcmp(vt_letter_locales[i].lang, "en") == 0)
            english = &vt_letter_locales[i];
    }
    return english;
}

static void put_as_it_is(struct vt_buf *out, struct vt_str part)
{
    vt_buf_str(out, part);
}

void vt_letter_fill(struct vt_buf *out, const char *text, const struct vt_letter_blank *blanks,
                    vt_letter_put *put)
{
    if (!put)
        put = put_as_it_is;
    while (*text) {
        size_t n = strcspn(text, "{");
        put(out, (struct vt_str){ text, n });
        text += n;
        size_t len = *text ? strcspn(text, "}") : 0;
        if (len == 0 || !text[len]) {
            put(out, vt_str(text));
            return;
        }
        const struct vt_str name = { text + 1, len - 1 };
        const struct vt_letter_blank *blank = blanks;
        while (blank->name && !vt_str_eq(vt_str(blank->name), name))
            blank++;
        if (blank->name)
            put(out, blank->value);
        text += len + 1;
    }
}

void vt_letter_date(const struct vt_letter_locale *locale, int64_t ms, char ret[VT_LETTER_DATE])
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_LETTER_DATE);
    char day[8], year[16];
    time_t seconds = (time_t)(ms / 1000);
    struct tm at;
    gmtime_r(&seconds, &at);
    snprintf(day, sizeof(day), "%d", at.tm_mday);
    snprintf(year, sizeof(year), "%d", at.tm_year + 1900);
    const struct vt_letter_blank blanks[] = { { "day", vt_str(day) },
                                              { "month", vt_str(locale->months[at.tm_mon]) },
                                              { "year", vt_str(year) },
                                              { 0 } };
    vt_letter_fill(&text, locale->date, blanks, NULL);
    vt_str_copy(ret, VT_LETTER_DATE, vt_buf_view(&text));
}

/* Cents that are none are left out. */
static void put_number(const struct vt_letter_locale *locale, struct vt_str price, struct vt_buf *out)
{
    const char *point = memchr(price.ptr, '.', price.len);
    size_t whole = point ? (size_t)(point - price.ptr) : price.len, end = price.len;
    while (point && end > whole + 1 && price.ptr[end - 1] == '0')
        end--;
    for (size_t i = 0; i < whole; i++)
        vt_buf_printf(out, "%s%c", i > 0 && (whole - i) % 3 == 0 ? locale->group : "", price.ptr[i]);
    if (point && end > whole + 1) /* 12.50, never 12.5 */
        vt_buf_printf(out, "%s%.*s", locale->point, (int)(price.len - whole - 1), point + 1);
}

static struct vt_str symbol_of(struct vt_str currency)
{
    static const struct {
        const char *code, *symbol;
    } symbols[] = { { "EUR", "€" }, { "GBP", "£" }, { "USD", "$" }, { "JPY", "¥" } };
    for (size_t i = 0; i < VT_COUNT(symbols); i++)
        if (vt_str_eq(currency, vt_str(symbols[i].code)))
            return vt_str(symbols[i].symbol);
    return currency;
}

void vt_letter_price(const struct vt_letter_locale *locale, struct vt_str price, struct vt_str currency,
                     struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf number = VT_BUF_INIT(NUMBER_BYTES), sign = VT_BUF_INIT(NUMBER_BYTES);
    struct vt_str symbol = symbol_of(currency);
    if (price.len == 0)
        return;
    put_number(locale, price, &number);
    vt_buf_str(&sign, symbol);
    bool touches = strncmp(locale->money, "{symbol}{", 9) == 0;
    if (touches && symbol.len > 0 && isalpha((unsigned char)symbol.ptr[symbol.len - 1]))
        vt_buf_text(&sign, NBSP); /* "€5", but "CHF 5" */
    const struct vt_letter_blank blanks[] = { { "number", vt_buf_view(&number) },
                                              { "symbol", vt_buf_view(&sign) },
                                              { 0 } };
    vt_letter_fill(out, locale->money, blanks, NULL);
}
