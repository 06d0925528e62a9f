/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/edge.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/log.h"
#include "server/node/splice.h"

enum { LOOK_MS = 250, WAIT_MS = 10000, HALF_MS = 10000 };

struct vt_edge {
    struct vt_edge_config config;
    struct vt_splice_owner lines_owner;
    struct vt_list lines; /* of vt_splice_link */
    size_t count;
    struct vt_leader leader; /* the last one; epoch 0: there was none yet */
    bool leaderless;         /* nobody is known to lead now */
    bool mine;               /* this node leads: nothing is passed on any more */
    bool closed, timer_closed;
    struct vt_timer timer;
};

static void finish(struct vt_edge *edge)
{
    if (!edge->timer_closed || edge->count > 0)
        return;
    free(edge->lines_owner.scratch);
    free(edge);
}

static void handle_gone(void *arg)
{
    struct vt_edge *edge = arg;
    edge->count--;
    if (edge->closed)
        finish(edge);
    else if (!edge->mine)
        edge->config.doubt(edge->config.doubt_arg);
}

/* The timer tries again. */
static void handle_waits(void *arg)
{
    struct vt_edge *edge = arg;
    if (!edge->mine)
        edge->config.doubt(edge->config.doubt_arg);
}

static bool can_pass_on(const struct vt_edge *edge)
{
    return !edge->mine && !edge->leaderless && edge->leader.epoch > 0;
}

static bool is_overdue(const struct vt_splice *line, int64_t now)
{
    return line->phase == VT_SPLICE_OPEN ? line->half_ms > 0 && now - line->half_ms > HALF_MS
                                         : now - line->since_ms > WAIT_MS;
}

static void handle_timer(void *arg)
{
    struct vt_edge *edge = arg;
    const int64_t now = vt_now_ms();
    VT_LIST_EACH (line, &edge->lines, struct vt_splice, link)
        if (!edge->mine && line->phase != VT_SPLICE_CLOSING && is_overdue(line, now))
            vt_splice_close(line);
        else if (line->phase == VT_SPLICE_WAITING && can_pass_on(edge))
            vt_splice_connect(line, &edge->leader);
}

struct vt_edge *vt_edge_create(const struct vt_edge_config *config)
{
    struct vt_edge *edge = calloc(1, sizeof(*edge));
    char *scratch = malloc(VT_SPLICE_SCRATCH);
    if (!edge || !scratch) {
        free(edge);
        free(scratch);
        return NULL;
    }
    edge->config = *config;
    edge->lines_owner = (struct vt_splice_owner){
        .loop = config->loop, .scratch = scratch, .waits = handle_waits, .gone = handle_gone, .arg = edge
    };
    vt_list_init(&edge->lines);
    vt_timer_init(config->loop, &edge->timer, handle_timer, edge);
    vt_timer_start(&edge->timer, LOOK_MS, LOOK_MS);
    return edge;
}

void vt_edge_take(void *arg, int fd, const struct vt_address *from)
{
    struct vt_edge *edge = arg;
    struct vt_splice *line = edge->count < edge->config.lines_most
                                 ? vt_splice_create(&edge->lines_owner, fd, from)
                                 : NULL;
    if (!line) {
        vt_log(VT_LOG_WARN, "node.full", VT_LOG_N("lines", edge->count));
        close(fd);
        return;
    }
    vt_list_append(&edge->lines, &line->link);
    edge->count++;
    if (can_pass_on(edge))
        vt_splice_connect(line, &edge->leader);
}

static void close_passed_on(struct vt_edge *edge)
{
    VT_LIST_EACH (line, &edge->lines, struct vt_splice, link)
        if (line->phase == VT_SPLICE_OPEN)
            vt_splice_close(line);
}

void vt_edge_leader(struct vt_edge *edge, const struct vt_leader *leader)
{
    edge->leaderless = leader->epoch == 0;
    if (edge->leaderless)
        return; /* what the former one still says is heard until another leads: Redis may only have forgotten
                 */
    const bool is_same = leader->epoch == edge->leader.epoch && strcmp(leader->node, edge->leader.node) == 0;
    edge->leader = *leader;
    if (!is_same)
        close_passed_on(edge);
    VT_LIST_EACH (line, &edge->lines, struct vt_splice, link)
        if (line->phase == VT_SPLICE_WAITING)
            vt_splice_connect(line, leader);
}

void vt_edge_won(struct vt_edge *edge)
{
    edge->mine = true;
    close_passed_on(edge);
}

void vt_edge_hand_over(struct vt_edge *edge, vt_accepted_fn *fn, void *arg)
{
    VT_LIST_EACH (line, &edge->lines, struct vt_splice, link) {
        struct vt_address from;
        if (line->phase == VT_SPLICE_WAITING || line->phase == VT_SPLICE_CONNECTING) {
            int fd = vt_splice_take_back(line, &from);
            fn(arg, fd, &from);
        }
    }
}

static void handle_timer_closed(void *arg)
{
    struct vt_edge *edge = arg;
    edge->timer_closed = true;
    finish(edge);
}

void vt_edge_close(struct vt_edge *edge)
{
    if (!edge || edge->closed)
        return;
    edge->closed = true;
    vt_timer_close(&edge->timer, handle_timer_closed);
    VT_LIST_EACH (line, &edge->lines, struct vt_splice, link)
        vt_splice_close(line);
}
