/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a catalogue, and those nearest to one that is not among them.
 *
 * Distance counts a letter changed, missing, too many, or two that changed places (Damerau 1964, optimal
 * string alignment). Words of 3 to 5 bytes may be one off, longer ones two; numbers are never corrected. */
#ifndef VT_STORE_SPELLING_H
#define VT_STORE_SPELLING_H

#include "server/base/arena.h"

struct vt_spelling_word {
    struct vt_str text; /* in the caller's arena */
    uint32_t letters;   /* one bit each, for a quick no */
    uint32_t uses;      /* the more, the likelier it was meant */
};

struct vt_spelling {
    struct vt_spelling_word *words; /* owned, sorted by their bytes */
    size_t n, cap;
};

void vt_spelling_finish(struct vt_spelling *spelling);
/* In the order of their bytes. VT_OK or VT_ERR_NOMEM. */
int vt_spelling_add(struct vt_spelling *spelling, struct vt_str text, uint32_t uses);
/* Some word begins so. */
bool vt_spelling_knows(const struct vt_spelling *spelling, struct vt_str begin);
/* The nearest words, the most used first; `open`: the word may go on. How many. */
enum { VT_SPELLING_GUESSES = 3 };
size_t vt_spelling_guess(const struct vt_spelling *spelling, struct vt_str word, bool open,
                         struct vt_str ret_words[VT_SPELLING_GUESSES]);
/* Between two words of at most 40 bytes; longer ones, or more than `most` (2 at most), give most + 1. */
unsigned vt_spelling_distance(struct vt_str word, struct vt_str other, unsigned most);

#endif
