/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the ring share: ring.c asks, ring_card.c keeps the cards that are out. */
#ifndef VT_RING_INTERNAL_H
#define VT_RING_INTERNAL_H

#include "server/ring.h"

enum vt_card_answer { VT_CARD_ASKED, VT_CARD_DECLINED, VT_CARD_EXPIRED };

struct vt_card {
    char person[VT_PERSON_TEXT];
    enum vt_card_answer answer;
    int64_t until_ms; /* ms since 1970, as the card says */
    int64_t ends_ms;  /* vt_now_ms */
};

struct vt_ring {
    size_t circle;     /* 0: known from before; then two for each group and for everybody: who speaks the
                          customer's language (odd), all (even) */
    int64_t circle_ms; /* the first card of it, or of its group's speakers; 0: none yet */
    int64_t began_ms;  /* the first card of this round, or since nobody at all is there; 0: not yet */
    int64_t first_ms;  /* the first card of all rounds; 0: none yet */
    bool alone;        /* the latter */
    bool asking;       /* coord has been asked */
    struct vt_card cards[VT_RING_ASKS];
    size_t cards_n;
};

/* The card of this person, whatever became of it; NULL: not asked in this round. */
struct vt_card *vt_card_of(struct vt_ring *ring, const char *person);
/* A card for somebody whom coord has asked. The ring has room. */
void vt_card_give(struct vt_conversation *conv, struct vt_str person, int64_t until_ms);
/* Those whose time is over. */
void vt_cards_expire(struct vt_conversation *conv, int64_t now_ms);

#endif
