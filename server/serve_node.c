/* SPDX-License-Identifier: Apache-2.0 */
/* What a node of several does beside what a server alone does: it follows until it leads, opens the store as
 * the leader, and begins anew when it leads no more. */
#include <stdio.h>
#include <sys/types.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "server/app.h"
#include "server/base/err.h"
#include "server/conn.h"
#include "server/log.h"
#include "server/node/node.h"
#include "server/serve_internal.h"
#include "server/store/store.h"

enum { STEP_DOWN_MS = 300 };

void vt_serve_announce(struct serve *serve, const char *url)
{
    if (serve->announced) /* a node that begins to lead is where it was */
        return;
    serve->announced = true;
    printf("listening %s\n", url);
    fflush(stdout);
    sd_notify(0, "READY=1"); /* nothing, where systemd did not start it */
    vt_log(VT_LOG_INFO, "serve.ready", VT_LOG_T("url", url), VT_LOG_T("version", VT_VERSION));
}

/* Another node leads, or will: its browsers come back to that one. */
static void handle_lost(void *arg)
{
    struct serve *serve = arg;
    const bool is_up = serve->net && !serve->stop_asked && !serve->again;
    serve->again = true;
    if (!is_up)
        return;
    serve->ops.not_ready = "another node leads\n";
    vt_node_shut(serve->node);
    vt_app_move(serve->app);
    vt_net_drain(serve->net, STEP_DOWN_MS, vt_serve_drained, serve);
}

void vt_serve_look_at_lead(struct serve *serve)
{
    if (serve->node && serve->app_ready && vt_store_is_fenced(serve->store, vt_node_is_cut_off(serve->node)))
        handle_lost(serve);
}

int vt_serve_follow(struct serve *serve)
{
    char url[VT_LISTEN_ORIGIN];
    int err = vt_listen_hold(&serve->config, &serve->hold, &serve->error);
    if (err == VT_OK)
        serve->node = vt_node_open(serve->loop, &serve->config, handle_lost, serve, &serve->error, &err);
    vt_listen_release(&serve->hold);
    if (err && serve->error.len == 0)
        vt_buf_text(&serve->error, "No memory for the node.");
    if (err)
        return err;
    if (!vt_serve_turn_until(serve, vt_node_placed(serve->node)))
        return VT_ERR_GONE;
    if (!*vt_node_won(serve->node)) {
        snprintf(url, sizeof(url), "%s://%s", serve->config.tls_cert[0] ? "https" : "http",
                 vt_node_where(serve->node));
        vt_serve_announce(serve, url);
    }
    return vt_serve_turn_until(serve, vt_node_won(serve->node)) ? VT_OK : VT_ERR_GONE;
}

/* Redis may have forgotten who has led: the store has not, so the lease is claimed again above that. */
struct vt_store *vt_serve_open_store(struct serve *serve)
{
    struct vt_store_lead lead = { .group = serve->config.group };
    const struct vt_store_limits limits = { .address = serve->config.store,
                                            .lead = serve->node ? &lead : NULL,
                                            .queue_rows = (size_t)serve->config.store_queue,
                                            .queue_ms = serve->config.store_wait,
                                            .quotas = serve->quotas };
    for (;;) {
        lead.epoch = serve->node ? vt_node_epoch(serve->node) : 0;
        struct vt_store *store = vt_store_open(serve->loop, serve->config.data, &limits, &serve->error);
        if (store || !serve->node || lead.newest < lead.epoch)
            return store;
        vt_buf_reset(&serve->error);
        vt_node_raise(serve->node, lead.newest);
        if (!vt_serve_turn_until(serve, vt_node_won(serve->node)))
            return NULL;
    }
}

void vt_serve_begin_anew(char **argv)
{
    static char name[] = "vitrine";
    argv[-1] = name; /* the subcommand's place, or its own */
    execv("/proc/self/exe", argv - 1);
    fputs("vitrine: cannot begin anew.\n", stderr);
}
