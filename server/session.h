/* SPDX-License-Identifier: Apache-2.0 */
/* Session: the live pairing inside a conversation, and the only code that changes its state.
 *
 *     none -> waiting -> claimed -> live <-> away -> ended -> waiting (the next session)
 *
 * One setter, one mask of allowed changes. Every change is published, stored and shown in the
 * lists of staff; counters move here and nowhere else. */
#ifndef VT_SESSION_H
#define VT_SESSION_H

#include "server/conversation.h"

bool vt_session_may(enum vt_state from, enum vt_state to);
/* VT_OK or VT_ERR_STATE_WRONG. `why` (may be NULL) is for people's programs: left, ended, associate-left, …
 */
int vt_session_set(struct vt_conversation *conv, enum vt_state state, const char *why);
/* The running pairing goes to another associate, who is a member already. VT_OK or VT_ERR_STATE_WRONG. */
int vt_session_pair(struct vt_conversation *conv, const char *person, const char *why);
/* A new session in a conversation without one: sid, reference, joining time. */
void vt_session_begin(struct vt_conversation *conv, struct vt_str queue);
/* The session as people see it. Texts borrowed from `conv`. */
void vt_session_info(const struct vt_conversation *conv, struct vt_t_session_info *ret,
                     struct vt_t_associate *ret_associate);
/* Stores the session with its view; `done` may be NULL. */
int vt_session_save(struct vt_conversation *conv, vt_store_done_fn *done, void *arg);
/* The end of a gesture or a change of the view: saved at once. One save is on its way at a time and
 * takes all that changed meanwhile with the next, so the commit is the window (as the store's own). */
void vt_session_view_changed(struct vt_conversation *conv);
/* Before the piece on show gives way to another, or the session ends: its last view and marks become a row
 * of the thread (settled: the recap). A row that cannot be stored is missed by the recap alone. */
void vt_session_keep_view(struct vt_conversation *conv);
static inline bool vt_session_runs(const struct vt_session *session)
{
    return session->state != VT_STATE_NONE && session->state != VT_STATE_ENDED;
}
static inline bool vt_session_waits(const struct vt_session *session)
{
    return session->state == VT_STATE_WAITING || session->state == VT_STATE_CLAIMED;
}
/* Everybody was asked and nobody could come: the customer is told, once. */
void vt_session_unclaimed(struct vt_conversation *conv);

/* Whether `person` is the associate of a running pairing. */
static inline bool vt_session_is_of(const struct vt_session *session, const char *person)
{
    return (session->state == VT_STATE_LIVE || session->state == VT_STATE_AWAY) &&
           strcmp(session->associate, person) == 0;
}
/* The conversation goes from memory. */
void vt_session_finish(struct vt_conversation *conv);

#endif
