/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/node.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/node/door.h"
#include "server/node/edge.h"
#include "server/node/lease.h"

enum { RELEASE_MS = 500, SECOND_MS = 1000 };

struct vt_node {
    struct vt_loop *loop;
    struct vt_lease *lease;
    struct vt_edge *edge;
    struct vt_door *door;
    struct vt_listeners *listeners; /* NULL: the network has them */
    struct vt_net *net;             /* borrowed; NULL before vt_node_serve and after vt_node_leave */
    struct vt_timer second;
    vt_call_fn *lost;
    void *lost_arg;
    bool placed, won, closed;
};

static struct vt_metric epoch = { .name = "vitrine_node_epoch",
                                  .help = "How often a node of the group has begun to lead.",
                                  .kind = VT_METRIC_GAUGE };
static struct vt_metric nodes = { .name = "vitrine_nodes",
                                  .help = "Nodes of the group that are up.",
                                  .kind = VT_METRIC_GAUGE };
static struct vt_metric redis_up = { .name = "vitrine_node_redis_up",
                                     .help = "1 while Redis answers, else 0.",
                                     .kind = VT_METRIC_GAUGE };
static struct vt_metric brought = { .name = "vitrine_node_lines_total",
                                    .help = "Connections that other nodes have passed on to this one.",
                                    .kind = VT_METRIC_COUNTER };

/* --- the lease ------------------------------------------------------------------------------------- */

static void handle_won(void *owner, int64_t number)
{
    struct vt_node *node = owner;
    node->placed = node->won = true;
    vt_edge_won(node->edge);
    if (node->listeners)
        vt_listeners_to(node->listeners, NULL, NULL); /* the kernel holds them until the start is over */
    vt_log(VT_LOG_INFO, "node.leads", VT_LOG_N("epoch", number));
}

static void handle_lost(void *owner)
{
    struct vt_node *node = owner;
    vt_log(VT_LOG_WARN, "node.lost", VT_LOG_T("detail", "another node leads"));
    if (node->lost)
        node->lost(node->lost_arg);
}

static void handle_leader(void *owner, const struct vt_leader *leader)
{
    struct vt_node *node = owner;
    if (node->won)
        return;
    node->placed = node->placed || leader->epoch > 0;
    if (leader->epoch > 0)
        vt_log(VT_LOG_INFO, "node.follows", VT_LOG_T("leader", leader->address),
               VT_LOG_N("epoch", leader->epoch));
    vt_edge_leader(node->edge, leader);
}

static void handle_doubt(void *arg)
{
    struct vt_node *node = arg;
    if (!node->closed)
        vt_lease_look(node->lease);
}

/* --- leading ----------------------------------------------------------------------------------------- */

static void handle_line(void *arg, int fd, const struct vt_address *from)
{
    struct vt_node *node = arg;
    if (!node->net) {
        close(fd);
        return;
    }
    vt_metric_inc(&brought, 1);
    vt_net_take(node->net, fd, from);
}

static void handle_second(void *arg)
{
    struct vt_node *node = arg;
    vt_metric_set(&nodes, (double)vt_lease_nodes(node->lease));
    vt_metric_set(&redis_up, vt_lease_redis_up(node->lease));
}

void vt_node_serve(struct vt_node *node, struct vt_net *net)
{
    const struct vt_leader *me = vt_lease_me(node->lease);
    node->net = net;
    vt_metrics_add(&epoch);
    vt_metrics_add(&nodes);
    vt_metrics_add(&redis_up);
    vt_metrics_add(&brought);
    vt_metric_set(&epoch, (double)me->epoch);
    vt_timer_start(&node->second, 0, SECOND_MS);
    vt_edge_hand_over(node->edge, vt_net_take, net);
    vt_door_admit(node->door, me->token, handle_line, node);
    vt_lease_settle(node->lease);
}

bool vt_node_is_cut_off(const struct vt_node *node)
{
    return !vt_lease_redis_up(node->lease);
}

const bool *vt_node_placed(const struct vt_node *node)
{
    return &node->placed;
}

const bool *vt_node_won(const struct vt_node *node)
{
    return &node->won;
}

int64_t vt_node_epoch(const struct vt_node *node)
{
    return vt_lease_me(node->lease)->epoch;
}

void vt_node_raise(struct vt_node *node, int64_t floor)
{
    node->won = false;
    vt_lease_raise(node->lease, floor);
}

const char *vt_node_where(const struct vt_node *node)
{
    return vt_listeners_where(node->listeners);
}

struct vt_listeners *vt_node_listeners(struct vt_node *node)
{
    struct vt_listeners *listeners = node->listeners;
    node->listeners = NULL;
    return listeners;
}

/* --- life ---------------------------------------------------------------------------------------------- */

static int open_lease(struct vt_node *node, const struct vt_config *config, struct vt_buf *ret_error)
{
    const struct vt_lease_config lease = {
        .loop = node->loop,
        .redis = config->redis,
        .password = config->redis_password,
        .group = config->group,
        .address = vt_door_where(node->door),
        .handler = { .owner = node, .won = handle_won, .lost = handle_lost, .leader = handle_leader },
    };
    node->lease = vt_lease_open(&lease, ret_error);
    return node->lease ? VT_OK : VT_ERR_INVALID;
}

struct vt_node *vt_node_open(struct vt_loop *loop, const struct vt_config *config, vt_call_fn *lost,
                             void *arg, struct vt_buf *ret_error, int *ret_err)
{
    struct vt_node *node = calloc(1, sizeof(*node));
    *ret_err = VT_ERR_NOMEM;
    if (!node)
        return NULL;
    node->loop = loop;
    node->lost = lost;
    node->lost_arg = arg;
    vt_timer_init(loop, &node->second, handle_second, node);
    const struct vt_edge_config edge = {
        .loop = loop,
        .lines_most = vt_conn_raise_descriptors((size_t)config->max_sockets * 2) / 2,
        .doubt = handle_doubt,
        .doubt_arg = node
    };
    node->edge = vt_edge_create(&edge);
    node->door = node->edge ? vt_door_open(loop, config->node_address, ret_error) : NULL;
    if (node->door)
        node->listeners = vt_listeners_open(loop, "--listen", config->listen, config->share_port, ret_error);
    *ret_err = node->listeners ? open_lease(node, config, ret_error) : VT_ERR_IO;
    if (*ret_err == VT_OK)
        vt_listeners_to(node->listeners, vt_edge_take, node->edge);
    return node;
}

void vt_node_shut(struct vt_node *node)
{
    if (!node)
        return;
    vt_door_close(node->door);
    node->door = NULL;
}

void vt_node_unref(struct vt_node *node)
{
    if (!node || !node->lease)
        return;
    vt_lease_unref(node->lease);
}

void vt_node_leave(struct vt_node *node)
{
    if (!node)
        return;
    node->net = NULL;
    node->lost = NULL;
    vt_edge_close(node->edge);
    vt_node_shut(node);
    vt_listeners_close(node->listeners);
    node->edge = NULL;
    node->listeners = NULL;
    vt_timer_close(&node->second, NULL);
}

void vt_node_release(struct vt_node *node)
{
    bool is_done = false;
    if (!node || !node->lease)
        return;
    const int64_t by_ms = vt_now_ms() + RELEASE_MS;
    vt_lease_release(node->lease, &is_done);
    while (!is_done && vt_now_ms() < by_ms)
        uv_run(vt_loop_uv(node->loop), UV_RUN_ONCE);
}

void vt_node_close(struct vt_node *node)
{
    if (!node || node->closed)
        return;
    node->closed = true;
    vt_node_leave(node);
    vt_lease_close(node->lease);
}

void vt_node_destroy(struct vt_node *node)
{
    if (!node)
        return;
    vt_lease_destroy(node->lease);
    free(node);
}
