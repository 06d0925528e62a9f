/* SPDX-License-Identifier: Apache-2.0 */
/* Splice: one browser's connection that this node passes on to the leader, bytes as they come.
 *
 * Nothing is read here: TLS, HTTP and the WebSocket are the leader's, so is every limit, under the browser's
 * own address. Who does not read is noticed there, too: what stands here is one buffer each way and what two
 * sockets hold, which the kernel is told to keep small. Loop thread only. */
#ifndef VT_NODE_SPLICE_H
#define VT_NODE_SPLICE_H

#include <uv.h>

#include "server/address.h"
#include "server/base/list.h"
#include "server/loop.h"
#include "server/node/lease.h"
#include "server/node/preamble.h"

enum vt_splice_phase {
    VT_SPLICE_WAITING,    /* for a leader: a bare descriptor, nothing was read */
    VT_SPLICE_CONNECTING, /* the same, and a connection to the leader begins */
    VT_SPLICE_OPEN,
    VT_SPLICE_CLOSING
};

struct vt_splice;
struct vt_splice_owner {
    struct vt_loop *loop;
    char *scratch;            /* owned; VT_SPLICE_SCRATCH bytes, shared by all lines */
    void (*waits)(void *arg); /* the connection of one to the leader could not begin */
    void (*gone)(void *arg);  /* one has ended and is out of its list */
    void *arg;
};

struct vt_splice_side {
    uv_tcp_t tcp;
    uv_shutdown_t ending;
    struct vt_splice *line;
    bool made, ended; /* ended: nothing more comes from there */
};

enum { VT_SPLICE_UP, VT_SPLICE_DOWN, VT_SPLICE_SIDES, VT_SPLICE_SCRATCH = 65536 };

struct vt_splice {
    struct vt_list link; /* its owner's */
    const struct vt_splice_owner *owner;
    enum vt_splice_phase phase;
    int fd; /* of the browser; -1: side DOWN has it, or it was given back */
    struct vt_address from;
    int64_t since_ms; /* vt_now_ms: created */
    int64_t half_ms;  /* vt_now_ms: one side has ended; 0: none */
    struct vt_splice_side sides[VT_SPLICE_SIDES];
    size_t closing;
    bool waits_again;
    uv_connect_t connecting;
    uint8_t preamble[VT_PREAMBLE_BYTES];
};

/* NULL: no memory; the descriptor stays the caller's then. */
struct vt_splice *vt_splice_create(const struct vt_splice_owner *owner, int fd,
                                   const struct vt_address *from);
void vt_splice_connect(struct vt_splice *line, const struct vt_leader *leader);
/* Of one that waits or connects: the descriptor is the caller's, the line goes. */
int vt_splice_take_back(struct vt_splice *line, struct vt_address *ret_from);
void vt_splice_close(struct vt_splice *line);

#endif
