/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the mirror share: mirror.c (how it stands), mirror_in.c (from the customer), mirror_out.c
 * (to those who watch). */
#ifndef VT_MIRROR_INTERNAL_H
#define VT_MIRROR_INTERNAL_H

#include "server/mirror.h"
#include "server/mirror_book.h"

enum { VT_MIRROR_SCROLLS = 32, VT_MIRROR_FLIGHT = 64, VT_MIRROR_CREDIT = 256 * 1024 };
enum { VT_MIRROR_JOIN = 1, VT_MIRROR_GAP = 2, VT_MIRROR_SUM = 3, VT_MIRROR_SLOW = 4 }; /* of KREQ */

struct vt_incoming; /* mirror_in.c */

/* The last value of what moves, for whoever joins. */
struct vt_moved {
    uint32_t node, key;     /* key: number of the last keyframe begun before it came */
    struct vt_frame *frame; /* owned; NULL: free */
};

struct vt_mirror {
    struct vt_t_mirror told; /* the last mirror.state */
    struct vt_book book;
    uint32_t generation;        /* of all mirrors: changes when what is on its way counts no more */
    struct vt_incoming *coming; /* owned: a unit whose last piece is not there */
    struct vt_list inbox;       /* of vt_incoming.link: whole units that wait for the filter */
    size_t inbox_n, inbox_bytes;
    bool working; /* one is in the pool: the others wait, they go in order */
    uint32_t next_seq, key_seq;
    bool synced; /* next_seq counts */
    int64_t budget_bytes, budget_ms;
    uint8_t wanted; /* reason of the keyframe that is wanted; 0: none */
    int64_t asked_ms, wait_ms;
    uint32_t kreqs;
    struct vt_moved size, scrolls[VT_MIRROR_SCROLLS];
    uint8_t scrolls_next;
};

struct vt_viewer {
    uint32_t volume;
    size_t unit, piece; /* what comes next */
    uint16_t chan;      /* the customer's, whose numbers `flight` holds */
    struct {
        uint32_t seq, bytes;
    } flight[VT_MIRROR_FLIGHT];
    size_t flight_n;
    uint32_t flying, credit;
    int64_t again_ms; /* when it last began the book again */
    uint8_t again_n;  /* how often in this volume */
};

/* mirror.c */
bool vt_mirror_is_on(const struct vt_conversation *conv);
/* mirror_in.c */
void vt_mirror_in_init(struct vt_mirror *mirror);
/* What the customer's page has said so far counts no more. */
void vt_mirror_in_reset(struct vt_mirror *mirror);
/* A keyframe is needed; at most one request a second, and ever fewer while none comes. */
void vt_mirror_want(struct vt_conversation *conv, uint8_t reason);
void vt_mirror_in_sweep(struct vt_conversation *conv, int64_t now_ms);
/* mirror_out.c */
void vt_mirror_pump(struct vt_member *member);
void vt_mirror_pump_all(struct vt_conversation *conv);

#endif
