/* SPDX-License-Identifier: Apache-2.0 */
/* One step of the automatic helper on its way; private to guide_*.c.
 *
 * A conversation has one at a time (guide_busy). It holds names, not pointers: whatever it waits for, it
 * looks anew whether the conversation is there and nobody has come (vt_guide_conv), and says nothing else. */
#ifndef VT_GUIDE_WORK_H
#define VT_GUIDE_WORK_H

#include "server/conversation.h"
#include "server/guide.h"

struct vt_guide_work {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_arena arena;
    struct vt_t_guide state; /* as it will be kept; texts in the arena */
    struct vt_guide_event event;
    uint32_t about;         /* the row that is answered; 0: none, it begins */
    uint16_t line;          /* rows of this step */
    bool more;              /* further rows of the customer wait */
    struct vt_str label;    /* of the option chosen, as the customer read it */
    struct vt_shelf *shelf; /* a reference, while the catalogue is looked through */
    struct vt_shelf_query query;
    struct vt_str *best; /* skus, the best first */
    size_t best_n;
    struct vt_str chosen[VT_GUIDE_PIECES];
    size_t chosen_n;
    struct vt_store_stock *stock;
    size_t stock_n;
};

/* NULL: it has gone, or somebody is there by now. A place in the line that is just being given is nobody. */
struct vt_conversation *vt_guide_conv(const struct vt_guide_work *work);
/* Texts in the work's arena, in `site` and in `conv`: for the turn. */
void vt_guide_around(struct vt_guide_work *work, const struct vt_conversation *conv,
                     const struct vt_site *site, struct vt_guide_around *ret);
/* One row. False: no further one now. */
bool vt_guide_write(struct vt_guide_work *work, struct vt_conversation *conv,
                    const struct vt_evt_chat_send *d);
/* Takes the step by rules, and carries it out. */
void vt_guide_by_rules(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site);
/* Keeps where it stands, tells staff, frees, and goes on with what has happened meanwhile. */
void vt_guide_end(struct vt_guide_work *work);
/* Nothing is kept: what the customer said is answered when they are back, or by whoever has come. */
void vt_guide_leave(struct vt_guide_work *work);
/* guide_bot.c: asks the site's own bot; ends the work, by rules when there is no answer. */
void vt_guide_ask_bot(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site);
/* guide_show.c: the pieces that fit; ends the work. */
void vt_guide_show(struct vt_guide_work *work, const struct vt_site *site);
/* A piece as a card, with today's price and stock. False: it is gone. */
bool vt_guide_card(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site,
                   struct vt_str sku);

#endif
