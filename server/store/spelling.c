/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/spelling.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum { SHORTEST = 3, LONGER = 6, LONGEST = 40 };

void vt_spelling_finish(struct vt_spelling *spelling)
{
    free(spelling->words);
    *spelling = (struct vt_spelling){ 0 };
}

static uint32_t letters_of(struct vt_str text)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < text.len; i++)
        letters |= (uint32_t)1 << ((unsigned char)text.ptr[i] & 31);
    return letters;
}

int vt_spelling_add(struct vt_spelling *spelling, struct vt_str text, uint32_t uses)
{
    if (spelling->n == spelling->cap) {
        size_t cap = spelling->cap ? spelling->cap * 2 : 1024;
        struct vt_spelling_word *words = realloc(spelling->words, cap * sizeof(*words));
        if (!words)
            return VT_ERR_NOMEM;
        spelling->words = words;
        spelling->cap = cap;
    }
    spelling->words[spelling->n++] = (struct vt_spelling_word){ text, letters_of(text), uses };
    return VT_OK;
}

static int compare(struct vt_str a, struct vt_str b)
{
    int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool vt_spelling_knows(const struct vt_spelling *spelling, struct vt_str begin)
{
    size_t low = 0, high = spelling->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(spelling->words[middle].text, begin) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < spelling->n && spelling->words[low].text.len >= begin.len &&
           memcmp(spelling->words[low].text.ptr, begin.ptr, begin.len) == 0;
}

static unsigned least_of(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Of `word` to `other`, or with `open` to the nearest beginning of it; above `most`: most + 1. */
static unsigned distance(struct vt_str word, struct vt_str other, bool open, unsigned most)
{
    unsigned rows[3][LONGEST + 3], *before = rows[0], *above = rows[1], *row = rows[2], best = 0;
    size_t n = other.len < word.len + most ? other.len : word.len + most;
    for (size_t j = 0; j <= n; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= word.len; i++) {
        best = row[0] = (unsigned)i;
        for (size_t j = 1; j <= n; j++) {
            unsigned same = word.ptr[i - 1] == other.ptr[j - 1];
            row[j] = least_of(above[j - 1] + !same, least_of(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && word.ptr[i - 1] == other.ptr[j - 2] && word.ptr[i - 2] == other.ptr[j - 1])
                row[j] = least_of(row[j], before[j - 2] + 1);
            best = least_of(best, row[j]);
        }
        if (best > most)
            return most + 1;
        unsigned *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    if (!open)
        return n < other.len ? most + 1 : above[n];
    for (size_t j = 0; j <= n; j++)
        best = least_of(best, above[j]);
    return best;
}

unsigned vt_spelling_distance(struct vt_str word, struct vt_str other, unsigned most)
{
    size_t apart = word.len > other.len ? word.len - other.len : other.len - word.len;
    return word.len > LONGEST || apart > most ? most + 1 : distance(word, other, false, most);
}

static bool has_digit(struct vt_str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
            return true;
    return false;
}

struct guess {
    const struct vt_spelling_word *word;
    unsigned cost; /* twice the distance, and one more when the first letter differs */
};

static bool is_better(const struct guess *a, const struct guess *b)
{
    return a->cost != b->cost ? a->cost < b->cost : a->word->uses > b->word->uses;
}

/* Keeps the best, the best one first. */
static size_t insert(struct guess guesses[VT_SPELLING_GUESSES], size_t n, struct guess guess)
{
    if (n == VT_SPELLING_GUESSES && !is_better(&guess, &guesses[n - 1]))
        return n;
    size_t at = n < VT_SPELLING_GUESSES ? n++ : n - 1;
    for (; at > 0 && is_better(&guess, &guesses[at - 1]); at--)
        guesses[at] = guesses[at - 1];
    guesses[at] = guess;
    return n;
}

static size_t look(const struct vt_spelling *spelling, struct vt_str word, bool open,
                   struct guess guesses[VT_SPELLING_GUESSES])
{
    unsigned most = word.len < LONGER ? 1 : 2;
    uint32_t letters = letters_of(word);
    size_t n = 0;
    for (size_t i = 0; i < spelling->n; i++) {
        const struct vt_spelling_word *other = &spelling->words[i];
        bool too_long = !open && other->text.len > word.len + most;
        if (too_long || other->text.len + most < word.len ||
            (unsigned)__builtin_popcount(letters & ~other->letters) > most)
            continue;
        unsigned d = distance(word, other->text, open, most);
        if (d <= most)
            n = insert(guesses, n, (struct guess){ other, 2 * d + (other->text.ptr[0] != word.ptr[0]) });
    }
    return n;
}

size_t vt_spelling_guess(const struct vt_spelling *spelling, struct vt_str word, bool open,
                         struct vt_str ret_words[VT_SPELLING_GUESSES])
{
    struct guess guesses[VT_SPELLING_GUESSES];
    if (word.len < SHORTEST || word.len > LONGEST || has_digit(word))
        return 0;
    size_t n = look(spelling, word, false, guesses), taken = 0;
    if (n == 0 && open)
        n = look(spelling, word, true, guesses);
    /* Those that are as near as the nearest. */
    while (taken < n && guesses[taken].cost / 2 == guesses[0].cost / 2) {
        ret_words[taken] = guesses[taken].word->text;
        taken++;
    }
    return taken;
}
