/* SPDX-License-Identifier: Apache-2.0 */
/* Guide: the automatic helper that speaks before a person is there, as a pure step: what it knows, what has
 * just happened, what it says.
 *
 * It says in its first line that it is automatic; asks what the customer looks for by the site's own
 * questions; answers opening hours and what the site has written answers for, and nothing else: what it is
 * not sure of waits for a person. Each step has room for VT_GUIDE_LINES lines, which is also the most it ever
 * says without an answer. guide_run.h feeds it and carries out what comes back. */
#ifndef VT_GUIDE_H
#define VT_GUIDE_H

#include "protocol/c/messages.h"
#include "server/base/arena.h"
#include "server/settings.h"
#include "server/store/shelf.h"

enum { VT_GUIDE_LINES = 4, VT_GUIDE_PIECES = 3, VT_GUIDE_OPTIONS = 8 };
#define VT_GUIDE_PERSON_ID "vt:person"

/* Where it speaks; texts borrowed. */
struct vt_guide_around {
    const struct vt_setting_helper *helper;
    struct vt_str lang, site, name; /* name: the customer's; absent: not known */
    bool waits;                     /* in the line: somebody is called */
    bool closed;
    struct vt_str opens; /* while closed: when, in words; absent: not foreseen */
    struct vt_str hours; /* the answer to "when are you open"; absent: the site has said nothing */
};

struct vt_guide_event {
    enum vt_guide_happened {
        VT_GUIDE_BEGINS, /* the customer came and nobody is there; `text`: what they have asked already */
        VT_GUIDE_AGAIN,  /* so too, after somebody was there */
        VT_GUIDE_GREETS, /* of BEGINS only the first line: the site's own bot does the rest */
        VT_GUIDE_GREETS_AGAIN,
        VT_GUIDE_RESUMES, /* of BEGINS all but the first line: the bot has not answered */
        VT_GUIDE_SAYS,
        VT_GUIDE_CHOOSES, /* `text`: the option's id */
        VT_GUIDE_OFFS
    } what;
    struct vt_str text;
};

struct vt_guide_act {
    enum vt_guide_kind { VT_GUIDE_SAY, VT_GUIDE_ASK, VT_GUIDE_SHOW } kind; /* SHOW: the pieces that fit */
    struct vt_str text;
    struct vt_t_chat_option *options;
    size_t options_n;
};
struct vt_guide_acts {
    struct vt_guide_act at[VT_GUIDE_LINES];
    size_t n;
    int64_t budget; /* in hundredths: the customer has just said it; -1: not */
};

/* Changes `state` and fills `ret`; texts live in `arena`. */
void vt_guide_step(const struct vt_guide_around *around, struct vt_t_guide *state,
                   const struct vt_guide_event *event, struct vt_arena *arena, struct vt_guide_acts *ret);
/* The customer asks for a person in so many words. */
bool vt_guide_wants_person(struct vt_str lang, struct vt_str text);
/* What the answers so far look for in the catalogue. */
void vt_guide_query(const struct vt_setting_helper *helper, const struct vt_t_guide *state,
                    struct vt_arena *arena, struct vt_shelf_query *ret);
const struct vt_setting_category *vt_guide_category(const struct vt_setting_helper *helper, struct vt_str id);
/* What is said over the pieces, or when there are none; with the site's code, once. */
struct vt_str vt_guide_over_pieces(const struct vt_guide_around *around, struct vt_t_guide *state, bool any,
                                   struct vt_arena *arena);

#endif
