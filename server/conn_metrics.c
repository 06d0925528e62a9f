/* SPDX-License-Identifier: Apache-2.0 */
/* What the network core counts. */
#include "server/conn_internal.h"

static struct vt_metric connections = { .name = "vitrine_connections",
                                        .kind = VT_METRIC_GAUGE,
                                        .help = "Open sockets of all kinds." };
static struct vt_metric accepted = { .name = "vitrine_connections_accepted_total",
                                     .kind = VT_METRIC_COUNTER,
                                     .help = "Sockets taken in." };
static struct vt_metric bytes_in = { .name = "vitrine_ws_bytes_total",
                                     .labels = "dir=\"in\"",
                                     .kind = VT_METRIC_COUNTER,
                                     .help = "Bytes of WebSocket peers: payload in, frames out." };
static struct vt_metric bytes_out = { .name = "vitrine_ws_bytes_total",
                                      .labels = "dir=\"out\"",
                                      .kind = VT_METRIC_COUNTER,
                                      .help = "Bytes of WebSocket peers: payload in, frames out." };
static struct vt_metric writes = { .name = "vitrine_ws_writes_total",
                                   .labels = "kind=\"whole\"",
                                   .kind = VT_METRIC_COUNTER,
                                   .help = "Writes to WebSocket peers." };
static struct vt_metric partials = { .name = "vitrine_ws_writes_total",
                                     .labels = "kind=\"partial\"",
                                     .kind = VT_METRIC_COUNTER,
                                     .help = "Writes to WebSocket peers." };

#define REFUSED(why)                                                                                         \
    {                                                                                                        \
        .name = "vitrine_connections_refused_total", .labels = "reason=\"" why "\"",                         \
        .kind = VT_METRIC_COUNTER, .help = "Sockets and handshakes refused, by reason."                      \
    }
static struct vt_metric refused[VT_REFUSALS] = {
    [VT_REFUSED_ADDRESS] = REFUSED("address"), [VT_REFUSED_SOCKETS] = REFUSED("sockets"),
    [VT_REFUSED_FILES] = REFUSED("files"),     [VT_REFUSED_ORIGIN] = REFUSED("origin"),
    [VT_REFUSED_UPGRADE] = REFUSED("upgrade"), [VT_REFUSED_DRAIN] = REFUSED("drain"),
    [VT_REFUSED_MEMORY] = REFUSED("memory"),
};

#define REQUESTS(class)                                                                                      \
    {                                                                                                        \
        .name = "vitrine_http_requests_total", .labels = "status=\"" class "\"", .kind = VT_METRIC_COUNTER,  \
        .help = "HTTP answers, by class of status."                                                          \
    }
static struct vt_metric requests[] = { REQUESTS("2xx"), REQUESTS("3xx"), REQUESTS("4xx"), REQUESTS("5xx") };

#define CLOSED(class)                                                                                        \
    {                                                                                                        \
        .name = "vitrine_ws_closed_total", .labels = "code=\"" class "\"", .kind = VT_METRIC_COUNTER,        \
        .help = "WebSockets ended, by close code."                                                           \
    }
static struct {
    int first, last;
    struct vt_metric metric;
} closed[] = {
    { 1000, 1001, CLOSED("1000") }, { 1006, 1006, CLOSED("1006") }, { 1002, 1011, CLOSED("10xx") },
    { 4000, 4000, CLOSED("4000") }, { 4001, 4001, CLOSED("4001") }, { 4101, 4101, CLOSED("4101") },
    { 4506, 4506, CLOSED("4506") }, { 0, 65535, CLOSED("other") },
};

void vt_conn_metrics_open(void)
{
    static bool done;
    if (done)
        return;
    done = true;
    struct vt_metric *plain[] = { &connections, &accepted, &bytes_in, &bytes_out, &writes, &partials };
    for (size_t i = 0; i < VT_COUNT(plain); i++)
        vt_metrics_add(plain[i]);
    for (size_t i = 0; i < VT_COUNT(refused); i++)
        vt_metrics_add(&refused[i]);
    for (size_t i = 0; i < VT_COUNT(requests); i++)
        vt_metrics_add(&requests[i]);
    for (size_t i = 0; i < VT_COUNT(closed); i++)
        vt_metrics_add(&closed[i].metric);
}

void vt_conn_metrics_conns(size_t conns)
{
    if ((double)conns > connections.value)
        vt_metric_inc(&accepted, 1);
    vt_metric_set(&connections, (double)conns);
}

void vt_conn_metrics_refused(enum vt_conn_refusal why)
{
    vt_metric_inc(&refused[why], 1);
}

void vt_conn_metrics_bytes_in(size_t n)
{
    vt_metric_inc(&bytes_in, (double)n);
}

void vt_conn_metrics_bytes_out(size_t n)
{
    vt_metric_inc(&bytes_out, (double)n);
}

void vt_conn_metrics_write(bool partial)
{
    vt_metric_inc(partial ? &partials : &writes, 1);
}

void vt_conn_metrics_closed(int code)
{
    for (size_t i = 0; i < VT_COUNT(closed); i++)
        if (code >= closed[i].first && code <= closed[i].last) {
            vt_metric_inc(&closed[i].metric, 1);
            return;
        }
}

void vt_conn_metrics_request(int status)
{
    int class = status / 100;
    if (class >= 2 && class <= 5)
        vt_metric_inc(&requests[class - 2], 1);
}
