/* SPDX-License-Identifier: Apache-2.0 */
/* Ask: one associate asks another to take the session over (transfer) or to come in (colleague).
 *
 * Who is asked is no member yet, so the question reaches their windows by staff.ask and ends by staff.gone;
 * it is open for a minute, one at a time in a conversation. Answers come back by its number, and only from
 * the person asked. */
#ifndef VT_ASK_H
#define VT_ASK_H

#include "server/conversation.h"

enum { VT_ASK_MS = 60000, VT_ASK_NOTE = 501 };

struct vt_ask {
    uint32_t id;
    enum vt_ask_kind kind;
    char person[VT_PERSON_TEXT]; /* who is asked */
    char name[VT_NAME_TEXT];     /* theirs */
    char by[VT_NAME_TEXT];       /* the name of who asks */
    char note[VT_ASK_NOTE];
    int64_t until;   /* ms since 1970, as it is told */
    int64_t ends_ms; /* vt_now_ms */
    bool answered;   /* the answer is on its way to the store */
};

/* Takes `ask` by copy and tells the windows of the person asked. False: one is open already, or no memory. */
bool vt_ask_open(struct vt_conversation *conv, const struct vt_ask *ask);
/* NULL is harmless: nobody is asked. `why`: answered, expired, ended. */
void vt_ask_close(struct vt_conversation *conv, const char *why);
/* The open question of this number put to this person; NULL: none. */
struct vt_ask *vt_ask_find(struct vt_app *app, const struct vt_peer *peer, struct vt_str conv, uint32_t id,
                           enum vt_ask_kind kind);
/* Once a second: a question nobody has answered is closed, and the thread says so. */
void vt_ask_sweep(struct vt_conversation *conv);
/* A window of staff that has just come: what its person is being asked. */
void vt_ask_tell(struct vt_peer *peer);

#endif
