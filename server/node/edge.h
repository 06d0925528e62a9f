/* SPDX-License-Identifier: Apache-2.0 */
/* The edge: the lines that come in at a node which does not lead. Loop thread only.
 *
 * Each is passed on to the leader (splice.h). While nobody leads they wait, unread, at most ten seconds; if
 * this node is the next leader they become its own. When the leader changes, the lines that the former one
 * served are closed: their browsers come back with what they know. */
#ifndef VT_NODE_EDGE_H
#define VT_NODE_EDGE_H

#include "server/conn_listen.h"
#include "server/loop.h"
#include "server/node/lease.h"

struct vt_edge_config {
    struct vt_loop *loop;
    size_t lines_most;
    /* A line of the leader's has ended or could not begin: perhaps it is gone. Often only a browser is. */
    vt_call_fn *doubt;
    void *doubt_arg;
};

struct vt_edge;
struct vt_edge *vt_edge_create(const struct vt_edge_config *config); /* NULL: no memory */
/* A vt_accepted_fn, the edge its argument. */
void vt_edge_take(void *edge, int fd, const struct vt_address *from);
/* Another node leads, or nobody (epoch 0). */
void vt_edge_leader(struct vt_edge *edge, const struct vt_leader *leader);
/* This node leads: lines of the former leader are closed, the rest wait until they are handed over. */
void vt_edge_won(struct vt_edge *edge);
void vt_edge_hand_over(struct vt_edge *edge, vt_accepted_fn *fn, void *arg);
void vt_edge_close(struct vt_edge *edge); /* frees itself once all is closed. NULL: nothing */

#endif
