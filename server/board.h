/* SPDX-License-Identifier: Apache-2.0 */
/* Board: what the consoles of a site are told beside their conversations: rows of the list, the shop's
 * people, claim cards. Goes by the bus, so it reaches them on whichever node they are. */
#ifndef VT_BOARD_H
#define VT_BOARD_H

#include "protocol/c/messages.h"
#include "server/conversation.h"

struct vt_board {
    enum vt_op op;
    const char *site;
    const char *person; /* NULL: every console that watches a list; else that person's windows */
    const char *queue;  /* only those who may see it (rights.h); NULL: everybody */
    enum vt_op slot;    /* whose slot it takes: claim.gone stands in claim.ask's */
    uint32_t subject;   /* what it is about, so a newer one takes the place of the older */
};
/* `d` is what messages.h names as the op's evt. */
void vt_board_tell(struct vt_app *app, const struct vt_board *to, const void *d);
/* To one window alone, at once: what it missed by coming now. */
void vt_board_show(struct vt_peer *peer, const struct vt_board *to, const void *d);
/* The bus' topic "board": subscribed once by app.c. */
void vt_board_on_bus(void *app, struct vt_str bytes);

#endif
