/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: the numbers binary frames carry, one table for the node.
 *
 * A live session has one for its view and, for each member, one for the pointer and one for
 * strokes. A number belongs to one writer (the view's to whoever drives). Loop thread only. */
#ifndef VT_CHAN_H
#define VT_CHAN_H

#include "protocol/c/frames.h"
#include "server/bucket.h"
#include "server/conversation.h"

enum { VT_CHAN_HZ = 30, VT_CHAN_EASE_MS = 2000 };

struct vt_chan {
    uint16_t n;
    enum vt_chan_kind kind;
    struct vt_conversation *conv; /* borrowed */
    struct vt_member *writer;     /* borrowed; NULL: the view's */
    uint32_t seq;                 /* the last one taken; the view's is ours */
    bool used;                    /* seq counts */
    uint8_t hz;                   /* what the writer was told */
    int64_t slow_ms;              /* when a reader last fell behind */
    struct vt_bucket motion;
};

/* Opens what is missing for a live session and tells those who are here. VT_OK or VT_ERR_OVERLOADED. */
int vt_chans_open(struct vt_conversation *conv);
/* Tells one member of every open channel by chan.open; used where no welcome lists them. */
void vt_chans_tell(struct vt_member *member);
/* For the welcome: channels of a conversation as this member sees them; returns how many were written. */
size_t vt_chans_list(struct vt_member *member, struct vt_t_chan *ret, size_t cap);
/* The channels of a colleague who is called in, or is let go: those outside get to know them, or lose them.
 */
void vt_chans_shown(struct vt_member *writer, bool shown);
/* Whether this reader may know who writes here: customer and guests know only those the session is about. */
bool vt_chan_is_shown(const struct vt_chan *chan, const struct vt_member *reader);
/* The member's channel of the mirror, dom or mptr: there when it is needed, else not. VT_OK or
 * VT_ERR_OVERLOADED.
 */
int vt_chan_need(struct vt_member *member, enum vt_chan_kind kind, bool needed);
void vt_chans_close_member(struct vt_member *member);
void vt_chans_close(struct vt_conversation *conv);

struct vt_chan *vt_chan_find(struct vt_app *app, uint16_t n); /* NULL: no such channel */
/* A reader of the channel falls behind: its writer is told to send less often. */
void vt_chan_slow(struct vt_app *app, uint16_t n);
/* Up again after 2 s without. Once a second. */
void vt_chans_ease(struct vt_conversation *conv, int64_t now_ms);

#endif
