/* SPDX-License-Identifier: Apache-2.0 */
/* Made by server/letters/generate.mjs; not to be edited. */
#ifndef VT_LETTER_WORDS_H
#define VT_LETTER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* clang-format off */
enum vt_letter_word {
    VT_LETTER_TITLE, /* What we looked at together */
    VT_LETTER_WITH, /* {date}, with {name}. Reference {reference} */
    VT_LETTER_ON, /* {price} on {date} */
    VT_LETTER_SAID, /* What was said */
    VT_LETTER_YOU, /* You */
    VT_LETTER_PICTURE, /* Picture */
    VT_LETTER_FILM, /* Film */
    VT_LETTER_FILE, /* File */
    VT_LETTER_PRODUCT, /* Piece */
    VT_LETTER_PIECE, /* A picture */
    VT_LETTER_PICTURES, /* See it with the pictures, until {date}: */
    VT_LETTER_OPEN, /* Open the recap */
    VT_LETTER_OPENS, /* It opens until {date}. The pictures in this mail stay. */
    VT_LETTER_ANSWER, /* An answer from {site} */
    VT_LETTER_READ, /* Answer, or read it all: {url} */
    VT_LETTER_ONCE, /* The link is yours alone and works once, within {days} days. */
    VT_LETTER_WATCH_STOCK, /* {piece} is there again */
    VT_LETTER_WATCH_PRICE, /* {piece} costs less now */
    VT_LETTER_WATCH_NOW, /* {piece}: {price} now, {was} when you looked. */
    VT_LETTER_WATCH_HAS, /* {piece}: {price}. */
    VT_LETTER_WATCH_SEE, /* See it, or ask us: {url} */
    VT_LETTER_WATCH_ASKED, /* You asked us to tell you of this piece, until {date}. */
    VT_LETTER_WATCH_STOP, /* No more notes like this: {url} */
    VT_LETTER_WORDS
};
/* clang-format on */

struct vt_letter_locale {
    const char *lang; /* the base of BCP 47 */
    bool is_rtl;
    const char *date;          /* with {day} {month} {year} */
    const char *point, *group; /* of a number */
    const char *money;         /* with {number} {symbol} */
    const char *months[12];
    const char *words[VT_LETTER_WORDS];
};

/* English among them. */
extern const struct vt_letter_locale vt_letter_locales[];
extern const size_t vt_letter_locales_n;

#endif
