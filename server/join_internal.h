/* SPDX-License-Identifier: Apache-2.0 */
/* What join.c (gathering, holding) and join_flush.c (sending) share. */
#ifndef VT_JOIN_INTERNAL_H
#define VT_JOIN_INTERNAL_H

#include "server/join.h"

/* An answer to the member's own request: whatever a snapshot says, somebody waits for it. */
#define VT_JOIN_REPLY_KEY UINT64_MAX

struct vt_held {
    struct vt_frame *frame; /* owned */
    enum vt_class class;
    uint64_t key;
    bool sent; /* by a replay or a snapshot that ended while another still held */
};

struct vt_fifo_held {
    size_t n;
    struct vt_held frames[VT_HELD_MAX];
};

struct vt_kept_row {
    struct vt_t_row row; /* texts in `memory` */
    char *memory;        /* owned */
};

struct vt_join {
    struct vt_app *app;
    struct vt_list failed; /* in vt_app.failed_joins; set up when it goes there */
    char peer[VT_ID_TEXT], site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_position from;
    uint32_t epoch, s0, cs0; /* when the member was attached */
    bool recovered, more;
    bool attached;               /* this join made the peer a member, so a join that fails ends that again */
    bool restarted;              /* `held` has overflowed once, so channels have to be told again */
    struct vt_fifo_held *replay; /* owned: control events the client misses */
    struct vt_kept_row *rows;    /* owned: the thread's rows, for replay or snapshot */
    size_t rows_n;
    vt_join_fn *done;
    void *arg;
};

/* How many bytes a replay or a snapshot may bring to this member now. */
size_t vt_join_room(const struct vt_member *member);
void vt_join_held_free(struct vt_fifo_held **held);
/* The member holds no longer; what it held is dropped. */
void vt_join_let_go(struct vt_member *member);
void vt_join_free(struct vt_join *join);

#endif
