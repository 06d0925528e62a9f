/* SPDX-License-Identifier: Apache-2.0 */
/* What reaches the running server from outside the network: signals, and each second the state of the store.
 */
#include <errno.h>
#include <signal.h>

#include "server/base/err.h"
#include "server/conn.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/serve_internal.h"
#include "server/store/store.h"

enum { SECOND_MS = 1000, ERROR_BYTES = 4096 };

static const char unable[] = "the store cannot write\n";

static struct vt_metric store_unable = { .name = "vitrine_store_unable_seconds",
                                         .help = "For how long the store has not been able to write; 0: it "
                                                 "is.",
                                         .kind = VT_METRIC_GAUGE };

void vt_serve_metrics(void)
{
    vt_metrics_add(&store_unable);
}

static void handle_stop(uv_signal_t *signal, int number)
{
    struct serve *serve = signal->data;
    vt_log(VT_LOG_INFO, "serve.stopping", VT_LOG_T("signal", number == SIGTERM ? "SIGTERM" : "SIGINT"));
    uv_signal_stop(&serve->term);
    uv_signal_stop(&serve->interrupt);
    serve->stop_asked = true;
    if (serve->net)
        vt_serve_drain(serve);
}

static void open_log_again(const struct serve *serve)
{
    if (vt_log_open(serve->config.log_file) != VT_OK)
        vt_log(VT_LOG_ERROR, "log.reopen", VT_LOG_T("why", strerror(errno)));
}

/* Certificate, key and log: the files, not the options that name them. */
static void handle_hangup(uv_signal_t *signal, int number)
{
    struct serve *serve = signal->data;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(ERROR_BYTES);
    open_log_again(serve);
    int err = number == SIGHUP && serve->net ? vt_net_reload(serve->net, &error) : VT_OK;
    if (err)
        vt_log(VT_LOG_ERROR, "serve.reload", VT_LOG_T("why", vt_buf_cstr(&error)),
               VT_LOG_T("detail", "the certificate that was there stays"));
    else
        vt_log(VT_LOG_INFO, "serve.reload", VT_LOG_T("signal", number == SIGHUP ? "SIGHUP" : "SIGUSR1"));
}

/* Of a server that is up: customers are better sent to one that can keep what they say. Those who are here
 * stay, for all but that goes on. */
static void look_at_store(struct serve *serve)
{
    const int64_t unable_ms = vt_store_unable_ms(serve->store);
    const char *state = unable_ms >= serve->config.store_unready ? unable : NULL;
    vt_metric_set(&store_unable, (double)unable_ms / 1000);
    if (state == serve->ops.not_ready)
        return;
    serve->ops.not_ready = state;
    if (state)
        vt_log(VT_LOG_ERROR, "store.unable", VT_LOG_N("ms", unable_ms),
               VT_LOG_T("detail", "the disk of the data directory is full or does not answer"));
    else
        vt_log(VT_LOG_INFO, "store.able", VT_LOG_T("detail", "it writes again"));
}

static void handle_second(void *arg)
{
    struct serve *serve = arg;
    vt_log_flush();
    vt_serve_look_at_lead(serve);
    if (!serve->ops.not_ready || serve->ops.not_ready == unable)
        look_at_store(serve);
}

void vt_serve_open_handles(struct serve *serve)
{
    uv_loop_t *uv = vt_loop_uv(serve->loop);
    uv_signal_t *const signals[] = { &serve->term, &serve->interrupt, &serve->hangup, &serve->user };
    signal(SIGPIPE, SIG_IGN);
    for (size_t i = 0; i < VT_COUNT(signals); i++) {
        uv_signal_init(uv, signals[i]);
        signals[i]->data = serve;
    }
    uv_signal_start(&serve->term, handle_stop, SIGTERM);
    uv_signal_start(&serve->interrupt, handle_stop, SIGINT);
    uv_signal_start(&serve->hangup, handle_hangup, SIGHUP);
    uv_signal_start(&serve->user, handle_hangup, SIGUSR1);
    vt_timer_init(serve->loop, &serve->second, handle_second, serve);
    vt_timer_start(&serve->second, SECOND_MS, SECOND_MS);
    serve->handles_open = true;
}

void vt_serve_close_handles(struct serve *serve)
{
    if (!serve->handles_open)
        return;
    uv_close((uv_handle_t *)&serve->term, NULL);
    uv_close((uv_handle_t *)&serve->interrupt, NULL);
    uv_close((uv_handle_t *)&serve->hangup, NULL);
    uv_close((uv_handle_t *)&serve->user, NULL);
    vt_timer_close(&serve->second, NULL);
}
