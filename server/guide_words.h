/* SPDX-License-Identifier: Apache-2.0 */
/* What the automatic helper says and listens for by itself, in the languages that somebody has written here;
 * in any other it speaks English. Blanks stand in braces (letter.h). */
#ifndef VT_GUIDE_WORDS_H
#define VT_GUIDE_WORDS_H

#include "server/base/str.h"

enum vt_guide_word {
    VT_GUIDE_HELLO,
    VT_GUIDE_HELLO_NAME, /* {name} */
    VT_GUIDE_AUTOMATIC,  /* {site} */
    VT_GUIDE_CALLING,
    VT_GUIDE_CLOSED_UNTIL, /* {when} */
    VT_GUIDE_CLOSED,
    VT_GUIDE_NOBODY,
    VT_GUIDE_LEFT,
    VT_GUIDE_ABOUT,
    VT_GUIDE_PERSON,
    VT_GUIDE_PERSON_WAITS,
    VT_GUIDE_PERSON_CLOSED,
    VT_GUIDE_UNKNOWN_WAITS,
    VT_GUIDE_UNKNOWN_CLOSED,
    VT_GUIDE_FITS,
    VT_GUIDE_FITS_NOTHING,
    VT_GUIDE_CODE,       /* {code} */
    VT_GUIDE_OPEN_UNTIL, /* {when} */
    VT_GUIDE_OPENS,      /* {when} */
    VT_GUIDE_OFF,
    VT_GUIDE_WHEN, /* {day} {time} */
    VT_GUIDE_WORDS
};

struct vt_guide_locale {
    const char *lang; /* the base of BCP 47 */
    const char *words[VT_GUIDE_WORDS];
    const char *days[7]; /* Monday first */
    /* Each line is words that are all in what somebody writes; ends with NULL. */
    const char *const *person;
    const char *const *hours;
};

/* "fr" is the locale of "fr-CH". Never NULL. */
const struct vt_guide_locale *vt_guide_locale(struct vt_str lang);

#endif
