/* SPDX-License-Identifier: Apache-2.0 */
/* Opens the library on our loop, and takes it down in the order it needs. */
#include <assert.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn_internal.h"
#include "server/log.h"

/* Half a request is gone in ten seconds, which a busy machine may not stretch: nine for the library. */
enum { HEADER_TABLE_BYTES = 16384, REQUEST_SECONDS = 9, KEPT_SECONDS = 15 };

/* Of each socket, for its whole life: the largest part of what an idle one costs. What is longer comes in
 * pieces, which RECEIVE must take anyway; nearly all that browsers send is shorter. */
enum { SOCKET_RX_BYTES = 2048, AWAY_MS = 1000 };

static const struct lws_protocols protocols[] = {
    { .name = "http",
      .callback = vt_conn_callback,
      .rx_buffer_size = VT_CONN_CHUNK,
      .tx_packet_size = 1 << 20 },
    /* The byte of session data is for WS_SERVER_DROP_PROTOCOL, which comes only to those who have some. */
    { .name = VT_CONN_PROTOCOL,
      .callback = vt_conn_callback,
      .per_session_data_size = 1,
      .rx_buffer_size = SOCKET_RX_BYTES,
      .id = 1,
      .tx_packet_size = 1 << 20 },
    { .name = NULL },
};

/* The library's own lines: errors and warnings only, through our log and its limit a second. They
 * may quote what a peer sent, so only their beginning is kept, as one event. */
static void handle_library_line(int level, const char *line)
{
    char text[100];
    vt_str_copy(text, sizeof(text), (struct vt_str){ line, strcspn(line, "\r\n") });
    vt_log(level == LLL_ERR ? VT_LOG_WARN : VT_LOG_DEBUG, "conn.library", VT_LOG_T("text", text));
}

static void tick(void *arg);

static int64_t tick_ms(const struct vt_config *config)
{
    int64_t least = config->hello_timeout;
    least = config->beat_live < least ? config->beat_live : least;
    least = config->beat_idle < least ? config->beat_idle : least;
    return least / 5 > 1000 ? 1000 : least / 5 < 20 ? 20 : least / 5;
}

static struct lws_context *open_context(struct vt_net *net)
{
    void *loops[] = { vt_loop_uv(net->loop) };
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT,
        .foreign_loops = loops,
        .pcontext = &net->context,
        .user = net,
        .max_http_header_data2 = HEADER_TABLE_BYTES,
        .pt_serv_buf_size = VT_CONN_CHUNK,
        .timeout_secs = REQUEST_SECONDS,
        .gid = -1,
        .uid = -1,
        .count_threads = 1,
    };
    return lws_create_context(&info);
}

/* Heartbeats are ours (conn_flush.c). The library's own are off: each pong would put a timer of 300 s into
 * one sorted list of all lines, from its front, which is a walk over all who have answered since. */
static const lws_retry_bo_t no_heartbeat = { .secs_since_valid_hangup = 0 };

static struct lws_vhost *open_vhost(struct vt_net *net)
{
    struct lws_context_creation_info info = {
        /* -1 would switch TLS off for a vhost, -2 is "TLS, and no listener of yours". */
        .port = net->tls ? CONTEXT_PORT_NO_LISTEN_SERVER : CONTEXT_PORT_NO_LISTEN,
        .vhost_name = "vitrine",
        .protocols = protocols,
        .retry_and_idle_policy = &no_heartbeat,
        /* Each TLS vhost makes a client context too, which nobody here uses: without its CAs at least. */
        .options = LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
                   (net->tls ? LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT : 0),
        .keepalive_timeout = KEPT_SECONDS,
        .timeout_secs = REQUEST_SECONDS,
        .alpn = "http/1.1",
        .gid = -1,
        .uid = -1,
    };
    if (net->tls) {
        info.ssl_cert_filepath = net->config->tls_cert;
        info.ssl_private_key_filepath = net->config->tls_key;
        info.ssl_options_set = SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION;
    }
    return lws_create_vhost(net->context, &info);
}

static int read_networks(struct vt_net *net, struct vt_buf *ret_error)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    int err = vt_networks_parse(&net->trusted, net->config->trusted_proxies, &why);
    if (err)
        vt_buf_printf(ret_error, "--trusted-proxies: %s.", vt_buf_cstr(&why));
    else if ((err = vt_networks_parse(&net->exempt, net->config->exempt_addresses, &why)) != 0)
        vt_buf_printf(ret_error, "--exempt-addresses: %s.", vt_buf_cstr(&why));
    return err;
}

static int open_library(struct vt_net *net, struct vt_buf *ret_error)
{
    lws_set_log_level(LLL_ERR | LLL_WARN, handle_library_line);
    net->context = open_context(net);
    if (!net->context) {
        vt_buf_text(ret_error, "libwebsockets did not start on libuv; is its event loop plugin installed "
                               "(package libwebsockets-evlib-uv)?");
        return VT_ERR_IO;
    }
    net->vhost = open_vhost(net);
    if (!net->vhost) {
        vt_buf_text(ret_error,
                    net->tls ? "The certificate or its key cannot be used: see --tls-cert and --tls-key."
                             : "libwebsockets could not make its host.");
        return VT_ERR_INVALID;
    }
    return VT_OK;
}

static void init(struct vt_net *net, struct vt_loop *loop, const struct vt_config *config,
                 const struct vt_conn_handler *handler)
{
    *net = (struct vt_net){ .loop = loop, .config = config, .handler = *handler };
    for (size_t i = 0; i < VT_NET_LINGERS; i++)
        net->lingers[i].fd = -1;
    vt_list_init(&net->conns);
    vt_list_init(&net->dirty);
    vt_list_init(&net->waiting);
    vt_list_init(&net->turn_end.link);
    vt_map_init(&net->counts);
    vt_http_routes_init(&net->routes);
    /* A fill gives one outbox at most; the rest is for what a turn may add to it. */
    vt_buf_init(&net->out, (size_t)config->outbox_limit + (1 << 20));
    net->tls = *config->tls_cert || *config->tls_key;
    vt_conn_metrics_open();
}

/* Half open: takes the library down with the loop turned by hand, since it will not run again. */
static struct vt_net *abandon(struct vt_net *net)
{
    vt_net_stop(net);
    for (int i = 0; i < 1000 && (net->stopping || !vt_list_is_empty(&net->conns)); i++)
        if (!uv_run(vt_loop_uv(net->loop), UV_RUN_NOWAIT))
            break;
    /* The library's own handles end a few turns later, and its event loop plugin is unloaded below. */
    for (int i = 0; i < 10; i++)
        uv_run(vt_loop_uv(net->loop), UV_RUN_NOWAIT);
    vt_net_destroy(net);
    return NULL;
}

static int take_listeners(struct vt_net *net, struct vt_buf *ret_error)
{
    const struct vt_config *config = net->config;
    if (!net->listeners)
        net->listeners = vt_listeners_open(net->loop, "--listen", config->listen, config->share_port,
                                           ret_error);
    if (!net->listeners)
        return VT_ERR_IO;
    snprintf(net->url, sizeof(net->url), "%s://%s", net->tls ? "https" : "http",
             vt_listeners_where(net->listeners));
    net->hsts = net->tls && !vt_listeners_loopback(net->listeners);
    vt_listeners_to(net->listeners, vt_net_take, net);
    return VT_OK;
}

static void unlisten(struct vt_net *net)
{
    vt_listeners_close(net->listeners);
    net->listeners = NULL;
}

struct vt_net *vt_net_open(struct vt_loop *loop, const struct vt_config *config,
                           const struct vt_conn_handler *handler, struct vt_listeners *listeners,
                           struct vt_buf *ret_error)
{
    struct vt_net *net = malloc(sizeof(*net));
    char *chunk = malloc(VT_CONN_CHUNK);
    if (!net || !chunk) {
        free(net);
        free(chunk);
        vt_listeners_close(listeners);
        vt_buf_text(ret_error, "No memory for the network core.");
        return NULL;
    }
    init(net, loop, config, handler);
    net->chunk = chunk;
    net->listeners = listeners;
    net->socket_limit = vt_conn_raise_descriptors((size_t)config->max_sockets);
    vt_timer_init(loop, &net->tick, tick, net);
    vt_timer_init(loop, &net->ending, NULL, net);
    vt_timer_init(loop, &net->pace, vt_conn_pace, net);
    net->turn_end.fn = vt_conn_flush_all;
    net->turn_end.arg = net;
    vt_loop_on_turn_end(loop, &net->turn_end);
    if (read_networks(net, ret_error) || vt_net_reload(net, ret_error) || open_library(net, ret_error) ||
        take_listeners(net, ret_error))
        return abandon(net);
    net->tick_ms = tick_ms(config);
    net->ticked_ms = vt_now_ms();
    vt_timer_start(&net->tick, (uint64_t)net->tick_ms, 0);
    return net;
}

const char *vt_net_url(const struct vt_net *net)
{
    return net->url;
}

static void end_drain(struct vt_net *net)
{
    vt_call_fn *drained = net->drained;
    net->drained = NULL;
    if (drained)
        drained(net->drained_arg);
}

static int64_t later(int64_t at_ms, int64_t by_ms, int64_t now)
{
    return at_ms + by_ms < now ? at_ms + by_ms : now;
}

/* The process stood still, as when its machine was paused: what the lines said meanwhile has not been read
 * yet. The time we were away is no silence of theirs. */
static void forgive(struct vt_net *net, int64_t now)
{
    int64_t away_ms = now - net->ticked_ms - net->tick_ms;
    net->ticked_ms = now;
    if (away_ms < AWAY_MS)
        return;
    vt_log(VT_LOG_WARN, "net.stood_still", VT_LOG_N("ms", away_ms));
    VT_LIST_EACH (conn, &net->conns, struct vt_conn, link) {
        conn->heard_ms = later(conn->heard_ms, away_ms, now);
        conn->opened_ms = later(conn->opened_ms, away_ms, now);
    }
}

/* A slice of all lines: heartbeats due in the same second would be some ten microseconds each on end. */
static void tick(void *arg)
{
    struct vt_net *net = arg;
    int64_t now = vt_now_ms();
    forgive(net, now);
    const size_t slices = net->draining ? 1 : vt_list_slices(net->conn_count);
    struct vt_list *link;
    for (size_t n = (net->conn_count + slices - 1) / slices; n > 0 && (link = vt_list_turn(&net->conns)); n--)
        vt_conn_tick(VT_CONTAINER_OF(link, struct vt_conn, link), now);
    vt_conn_tick_lingers(net, now, false);
    if (net->draining && (net->conn_count == 0 || now >= net->drain_by_ms))
        end_drain(net);
    if (!net->stopping)
        vt_timer_start(&net->tick, net->draining ? 20 : (uint64_t)net->tick_ms / slices, 0);
}

void vt_net_drain(struct vt_net *net, uint64_t deadline_ms, vt_call_fn *drained, void *arg)
{
    assert(!net->draining);
    net->draining = true;
    net->drained = drained;
    net->drained_arg = arg;
    net->drain_by_ms = vt_now_ms() + (int64_t)deadline_ms;
    unlisten(net);
    VT_LIST_EACH (conn, &net->conns, struct vt_conn, link)
        if (conn->phase == VT_CONN_HTTP && !conn->req) /* idle, half a request, half a TLS handshake */
            vt_conn_kill(conn);
    vt_timer_start(&net->tick, 0, 0);
}

static void handle_closed(void *arg)
{
    ((struct vt_net *)arg)->stopping = false;
}

/* From a timer, so that no call of the library is on the stack; it only starts the closes here,
 * and the second call in vt_net_destroy frees. */
static void destroy_context(void *arg)
{
    struct vt_net *net = arg;
    if (net->context)
        lws_context_destroy(net->context);
    vt_timer_close(&net->tick, NULL);
    vt_timer_close(&net->pace, NULL);
    vt_timer_close(&net->ending, handle_closed);
}

void vt_net_stop(struct vt_net *net)
{
    net->draining = net->stopping = true;
    unlisten(net);
    vt_list_remove(&net->turn_end.link);
    vt_conn_tick_lingers(net, 0, true);
    VT_LIST_EACH (conn, &net->conns, struct vt_conn, link)
        vt_conn_kill(conn);
    net->ending.fn = destroy_context;
    vt_timer_start(&net->ending, 0, 0);
}

void vt_net_destroy(struct vt_net *net)
{
    if (!net)
        return;
    if (net->context)
        lws_context_destroy(net->context);
    assert(vt_list_is_empty(&net->conns));
    vt_conn_pair_destroy(net->pair);
    vt_http_routes_finish(&net->routes);
    vt_map_finish(&net->counts);
    vt_buf_finish(&net->out);
    free(net->chunk);
    free(net);
}
