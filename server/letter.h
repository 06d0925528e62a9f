/* SPDX-License-Identifier: Apache-2.0 */
/* Letter: what is mailed to a customer is said in their language: words, dates, prices. A language nobody has
 * written words for is English. */
#ifndef VT_LETTER_H
#define VT_LETTER_H

#include <stdint.h>

#include "server/base/buf.h"
#include "server/base/str.h"
#include "server/letter_words.h"

enum { VT_LETTER_DATE = 64 };

/* "fr" is the locale of "fr-CH". Never NULL. */
const struct vt_letter_locale *vt_letter_locale(struct vt_str lang);

/* What stands for {name} in a text. A list of them ends with an empty one. */
struct vt_letter_blank {
    const char *name;
    struct vt_str value;
};
/* Appends `text` with its blanks filled; each part goes through `put`, which escapes; NULL: as it is. */
typedef void vt_letter_put(struct vt_buf *out, struct vt_str part);
void vt_letter_fill(struct vt_buf *out, const char *text, const struct vt_letter_blank *blanks,
                    vt_letter_put *put);

/* The day, in UTC. */
void vt_letter_date(const struct vt_letter_locale *locale, int64_t ms, char ret[VT_LETTER_DATE]);
/* A price of the catalogue, "1490.00": €1,490 in English, 1 490 € in French. */
void vt_letter_price(const struct vt_letter_locale *locale, struct vt_str price, struct vt_str currency,
                     struct vt_buf *out);

#endif
