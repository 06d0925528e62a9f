/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what a customer wrote holds certain words, letters and accents compared as search does and small
 * slips forgiven: words of 5 bytes may be one off, of 8 two; shorter ones, and numbers, none. */
#ifndef VT_GUIDE_MATCH_H
#define VT_GUIDE_MATCH_H

#include "server/base/buf.h"

enum { VT_GUIDE_WORDS_MOST = 40, VT_GUIDE_TEXT = 2048 };

/* A line, taken apart; what is beyond VT_GUIDE_WORDS_MOST words is not read. */
struct vt_guide_line {
    struct vt_buf folded; /* owned */
    struct vt_str words[VT_GUIDE_WORDS_MOST];
    size_t n;
};
void vt_guide_line_init(struct vt_guide_line *line, struct vt_str text);
void vt_guide_line_finish(struct vt_guide_line *line);

/* Every word of `phrase` is in the line: how many letters that are, less the slips; 0: one is not. */
size_t vt_guide_holds(const struct vt_guide_line *line, struct vt_str phrase);
/* The first amount in the text, in hundredths; -1: none. "1 500", "1,500.50" and "1.500" are amounts. */
int64_t vt_guide_amount(struct vt_str text);

#endif
