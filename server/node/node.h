/* SPDX-License-Identifier: Apache-2.0 */
/* Node: one process of several that serve the same sites (--redis). Loop thread only.
 *
 * One of a group leads: it has the store and runs all sessions, as a server alone does. Every other takes
 * browsers in and passes their lines on to it (edge.h), and one of them leads when it is gone: it starts on
 * the store as after a crash. A node that leads no more must end and begin anew; nothing of it may go on.
 *
 * Order: open, wait until `*vt_node_placed` (it may announce itself), until `*vt_node_won` (start the server;
 * its epoch is vt_node_epoch), vt_node_serve with the network, … ; at the end vt_node_unref, the store
 * closed, vt_node_release, close, destroy. */
#ifndef VT_NODE_NODE_H
#define VT_NODE_NODE_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"
#include "server/config.h"
#include "server/conn.h"
#include "server/conn_listen.h"
#include "server/loop.h"

struct vt_node;
/* `lost(arg)`: it had won, and another leads. On an error a sentence, and what was made so far or NULL: close
 * and destroy it all the same. */
struct vt_node *vt_node_open(struct vt_loop *loop, const struct vt_config *config, vt_call_fn *lost,
                             void *arg, struct vt_buf *ret_error, int *ret_err);
const bool *vt_node_placed(const struct vt_node *node); /* somebody leads, perhaps this node */
const bool *vt_node_won(const struct vt_node *node);
int64_t vt_node_epoch(const struct vt_node *node);
/* The store has been led with `floor` already: `won` is false until a higher epoch is there. */
void vt_node_raise(struct vt_node *node, int64_t floor);
/* "127.0.0.1:8080": where it takes browsers in. */
const char *vt_node_where(const struct vt_node *node);
/* Its listening sockets, for the network: once. */
struct vt_listeners *vt_node_listeners(struct vt_node *node);
/* The server is up: whoever waits, and whatever other nodes bring, goes to the network. */
void vt_node_serve(struct vt_node *node, struct vt_net *net);
/* Redis is away: nobody can say whether another leads but the store. */
bool vt_node_is_cut_off(const struct vt_node *node);
void vt_node_unref(struct vt_node *node);
/* Nothing more is brought in: whoever comes at another node waits there for the next leader. */
void vt_node_shut(struct vt_node *node);
/* Nothing is handed to the network any more. */
void vt_node_leave(struct vt_node *node);
/* Another may lead at once. Waits for Redis half a second at most, by turning the loop. */
void vt_node_release(struct vt_node *node);
void vt_node_close(struct vt_node *node); /* the memory goes with vt_node_destroy, once the loop ran dry */
void vt_node_destroy(struct vt_node *node);

#endif
