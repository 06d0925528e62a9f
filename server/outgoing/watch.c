/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's sockets and timer on libuv's loop. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/outgoing/outgoing_internal.h"

struct watched {
    uv_poll_t uv;
    struct vt_outgoing *outgoing; /* borrowed */
    curl_socket_t socket;         /* libcurl's */
};

static void handle_ready(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;
    struct vt_outgoing *outgoing = watched->outgoing;
    int running, mask = (events & UV_READABLE ? CURL_CSELECT_IN : 0) |
                        (events & UV_WRITABLE ? CURL_CSELECT_OUT : 0) | (status < 0 ? CURL_CSELECT_ERR : 0);
    /* May end with `watched` closed. */
    curl_multi_socket_action(outgoing->multi, watched->socket, mask, &running);
    vt_outgoing_collect(outgoing);
}

static void handle_closed(uv_handle_t *handle)
{
    free(handle->data);
}

static struct watched *watch_new(struct vt_outgoing *outgoing, curl_socket_t socket)
{
    struct watched *watched = calloc(1, sizeof(*watched));
    if (!watched)
        return NULL;
    watched->outgoing = outgoing;
    watched->socket = socket;
    if (uv_poll_init_socket(vt_loop_uv(outgoing->loop), &watched->uv, socket) != 0) {
        free(watched);
        return NULL;
    }
    watched->uv.data = watched;
    curl_multi_assign(outgoing->multi, socket, watched);
    return watched;
}

static int handle_socket(CURL *easy, curl_socket_t socket, int what, void *arg, void *socket_arg)
{
    struct vt_outgoing *outgoing = arg;
    struct watched *watched = socket_arg;
    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        if (watched) {
            curl_multi_assign(outgoing->multi, socket, NULL);
            uv_poll_stop(&watched->uv);
            uv_close((uv_handle_t *)&watched->uv, handle_closed);
        }
        return 0;
    }
    if (!watched)
        watched = watch_new(outgoing, socket);
    if (!watched)
        return 0; /* nobody wakes it: it ends at its time limit */
    int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
    uv_poll_start(&watched->uv, events, handle_ready);
    return 0;
}

static int handle_timer(CURLM *multi, long in_ms, void *arg)
{
    struct vt_outgoing *outgoing = arg;
    (void)multi;
    if (in_ms < 0)
        vt_timer_stop(&outgoing->wake);
    else
        vt_timer_start(&outgoing->wake, (uint64_t)in_ms, 0); /* 0: libcurl must not be called from here */
    return 0;
}

static void handle_wake(void *arg)
{
    struct vt_outgoing *outgoing = arg;
    int running;
    if (outgoing->closing)
        return;
    curl_multi_socket_action(outgoing->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    vt_outgoing_collect(outgoing);
}

int vt_outgoing_watch(struct vt_outgoing *outgoing)
{
    enum { KEPT_MOST = 16 }; /* idle connections, for the next picture of the same host */
    outgoing->multi = curl_multi_init();
    if (!outgoing->multi)
        return VT_ERR_NOMEM;
    vt_timer_init(outgoing->loop, &outgoing->wake, handle_wake, outgoing);
    curl_multi_setopt(outgoing->multi, CURLMOPT_SOCKETFUNCTION, handle_socket);
    curl_multi_setopt(outgoing->multi, CURLMOPT_SOCKETDATA, outgoing);
    curl_multi_setopt(outgoing->multi, CURLMOPT_TIMERFUNCTION, handle_timer);
    curl_multi_setopt(outgoing->multi, CURLMOPT_TIMERDATA, outgoing);
    curl_multi_setopt(outgoing->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_MOST);
    curl_multi_setopt(outgoing->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return VT_OK;
}
