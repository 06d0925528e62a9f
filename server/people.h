/* SPDX-License-Identifier: Apache-2.0 */
/* People of a conversation: handles, presence, and what each has read.
 *
 * The customer is "c"; staff are a1, a2 … in the order of their coming, the same for ever, since
 * the thread names them. A lost line reads "changing" for 5 s, then "away"; at the end of the hold
 * the place is given up. */
#ifndef VT_PEOPLE_H
#define VT_PEOPLE_H

#include "server/conversation.h"

int vt_people_load(struct vt_conversation *conv, const struct vt_store_mark *marks, size_t n);
/* The person behind `peer`, added if new. VT_OK, VT_ERR_CAP_REACHED, VT_ERR_OVERLOADED. */
int vt_people_add(struct vt_conversation *conv, const struct vt_peer *peer, uint8_t *ret_index);
/* The customer, added under this name if none has been here: they may write without a socket. NULL: full. */
struct vt_person *vt_people_customer(struct vt_conversation *conv, struct vt_str name);
struct vt_person *vt_people_find(struct vt_conversation *conv, const char *who);
/* Whether everybody in the session knows of this person: customer, guests, its associate, a colleague called
 * in. Whoever else looks in is the staff's business. */
bool vt_people_counts(const struct vt_conversation *conv, const struct vt_person *person);
/* A new name, and whether the shop has signed for it; told to the others when it changed. */
void vt_people_rename(struct vt_conversation *conv, struct vt_person *person, struct vt_str name,
                      bool verified);
/* Called in, or let go again: everybody is told. */
void vt_people_call(struct vt_member *member, bool called);
/* The session has ended: guests go with it. */
void vt_guests_out(struct vt_conversation *conv);
/* Another associate has the session: for customer and guests `former` has gone, and the new one is there. */
void vt_people_paired(struct vt_conversation *conv, const char *former);
void vt_people_wire(const struct vt_person *person, struct vt_t_person *ret);

/* Somebody's socket has joined: tells the others; a session that was away is live again. */
void vt_people_here(struct vt_member *member);
/* One of the person's sockets has gone. */
void vt_people_left(struct vt_conversation *conv, struct vt_person *person);
/* After a restart nobody is here yet: the holds begin. */
void vt_people_restored(struct vt_conversation *conv);
void vt_people_sweep(struct vt_conversation *conv, int64_t now_ms);
/* `left`: the person says goodbye, so the hold is over at once. */
void vt_people_goodbye(struct vt_conversation *conv, struct vt_person *person);

/* Everything up to `cs` has been read, or received; told to the others when it moved. */
void vt_people_read(struct vt_member *member, uint32_t cs);
void vt_people_delivered(struct vt_member *member, uint32_t cs);

#endif
