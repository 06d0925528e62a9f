/* SPDX-License-Identifier: Apache-2.0 */
/* Practice: a conversation in which somebody new to the console learns it, with a customer who is a script in
 * the same browser. Everything on the wire is real; what sets it apart is the customer's id, "practice:" and
 * the id of the person who practises, which no other customer can have.
 *
 * Nobody else sees it or is asked for it, whoever practises is asked whether available or not, it is nobody's
 * load and counts in no report, and it is erased once its customer is gone, at the latest when its person
 * begins anew or the server starts. Loop thread. */
#ifndef VT_PRACTICE_H
#define VT_PRACTICE_H

#include "server/conversation.h"

#define VT_PRACTICE_PREFIX "practice:"

/* Who practises in it; NULL: it is a customer's. */
const char *vt_practice_person(const struct vt_conversation *conv);
static inline bool vt_practice_is(const struct vt_conversation *conv)
{
    return vt_practice_person(conv) != NULL;
}
/* The name under which coord counts a session that `person` serves: of a practice it is one of its own. */
struct vt_str vt_practice_load(const struct vt_conversation *conv, const char *person);

/* A new practice of this person, after whatever there was of an earlier one has been erased. `code` is a
 * one-time secret for hello. */
struct vt_practice_begun {
    char conv[VT_ID_TEXT], code[VT_ID_TEXT], customer[VT_PERSON_TEXT];
};
typedef void vt_practice_fn(void *arg, int err, const struct vt_practice_begun *begun);
int vt_practice_begin(struct vt_app *app, struct vt_str site, struct vt_str person, vt_practice_fn *done,
                      void *arg);
/* Erases what there is of this person's; person absent: everybody's, of all sites. `done` may be NULL. */
int vt_practice_erase(struct vt_app *app, struct vt_str site, struct vt_str person, vt_store_done_fn *done,
                      void *arg);
/* Erases a practice that is over. Once a second. */
void vt_practice_sweep(const struct vt_conversation *conv, int64_t now_ms);

#endif
