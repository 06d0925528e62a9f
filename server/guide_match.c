/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide_match.h"

#include <ctype.h>

#include "server/catalogue/fold.h"
#include "server/store/spelling.h"

enum { ONE_OFF = 5, TWO_OFF = 8, AMOUNT_MOST = 100000000 };

void vt_guide_line_init(struct vt_guide_line *line, struct vt_str text)
{
    *line = (struct vt_guide_line){ .n = 0 };
    vt_buf_init(&line->folded, 4 * VT_GUIDE_TEXT);
    if (text.len > VT_GUIDE_TEXT)
        text.len = VT_GUIDE_TEXT;
    vt_fold(&line->folded, text);
    if (line->folded.len == 0)
        return;
    const char *at = line->folded.data, *end = at + line->folded.len;
    while (at < end && line->n < VT_GUIDE_WORDS_MOST) {
        const char *space = ++at < end ? memchr(at, ' ', (size_t)(end - at)) : NULL;
        const char *stop = space ? space : end;
        if (stop > at)
            line->words[line->n++] = (struct vt_str){ at, (size_t)(stop - at) };
        at = stop;
    }
}

void vt_guide_line_finish(struct vt_guide_line *line)
{
    vt_buf_finish(&line->folded);
}

static bool has_digit(struct vt_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (isdigit((unsigned char)word.ptr[i]))
            return true;
    return false;
}

/* "ring" and "rings" are one word. */
static bool is_plural(struct vt_str one, struct vt_str many)
{
    return one.len >= 3 && many.len == one.len + 1 && many.ptr[one.len] == 's' &&
           memcmp(one.ptr, many.ptr, one.len) == 0;
}

/* Slips between the two; above what the word may have: SIZE_MAX. */
static size_t slips(struct vt_str word, struct vt_str said)
{
    if (vt_str_eq(word, said) || is_plural(word, said) || is_plural(said, word))
        return 0;
    unsigned most = word.len >= TWO_OFF ? 2 : word.len >= ONE_OFF ? 1 : 0;
    if (most == 0 || has_digit(word) || has_digit(said))
        return SIZE_MAX;
    unsigned off = vt_spelling_distance(word, said, most);
    return off <= most ? off : SIZE_MAX;
}

static size_t nearest(const struct vt_guide_line *line, struct vt_str word)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < line->n && best > 0; i++) {
        size_t off = slips(word, line->words[i]);
        best = off < best ? off : best;
    }
    return best;
}

size_t vt_guide_holds(const struct vt_guide_line *line, struct vt_str phrase)
{
    struct vt_guide_line words;
    size_t letters = 0;
    vt_guide_line_init(&words, phrase);
    for (size_t i = 0; i < words.n; i++) {
        size_t off = nearest(line, words.words[i]);
        if (off == SIZE_MAX) {
            letters = 0;
            break;
        }
        letters += words.words[i].len > off ? words.words[i].len - off : 1;
    }
    vt_guide_line_finish(&words);
    return letters;
}

/* A separator before exactly three digits groups thousands; before one or two it begins the cents. */
int64_t vt_guide_amount(struct vt_str text)
{
    const char *at = text.ptr, *end = text.ptr + text.len;
    int64_t whole = 0;
    while (at < end && !isdigit((unsigned char)*at))
        at++;
    if (at == end)
        return -1;
    while (at < end && whole < AMOUNT_MOST) {
        if (isdigit((unsigned char)*at)) {
            whole = whole * 10 + (*at++ - '0');
            continue;
        }
        size_t run = 0;
        while (at + 1 + run < end && isdigit((unsigned char)at[1 + run]))
            run++;
        if (run == 3 && strchr(" .,'", *at)) {
            at++;
            continue;
        }
        if ((run == 1 || run == 2) && (*at == '.' || *at == ','))
            return whole * 100 + (at[1] - '0') * 10 + (run == 2 ? at[2] - '0' : 0);
        break;
    }
    return whole * 100;
}
