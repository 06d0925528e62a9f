/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of server/outgoing/ share: the engine and one transfer. */
#ifndef VT_OUTGOING_INTERNAL_H
#define VT_OUTGOING_INTERNAL_H

#include <curl/curl.h>
#include <uv.h>

#include "server/address.h"
#include "server/base/arena.h"
#include "server/base/list.h"
#include "server/outgoing/outgoing.h"
#include "server/outgoing/url.h"

enum { VT_TRANSFER_ADDRESSES = 16 };

struct vt_outgoing {
    struct vt_loop *loop;     /* borrowed */
    struct vt_quotas *quotas; /* borrowed; NULL: no site has any */
    bool allow_private;
    char *ca_file;                  /* owned; NULL: the system's */
    CURLM *multi;                   /* owned; NULL once closed */
    struct vt_timer wake;           /* libcurl's */
    struct vt_timer second;         /* ends what waits for a name too long */
    struct vt_list queued, running; /* list of vt_transfer.link */
    size_t queued_n, running_n;
    bool pump_posted, closing;
};

struct vt_transfer {
    struct vt_list link; /* vt_outgoing.queued or .running */
    struct vt_outgoing *outgoing;
    struct vt_arena arena; /* of all its texts */
    vt_outgoing_done_fn *done;
    void *arg;
    const char *site;       /* NULL: nobody's */
    bool is_mail, is_ended; /* is_ended: done was called, the resolver still holds it */
    struct vt_url url;      /* of mail: https stands for smtps, http for smtp */
    const char **hosts;     /* NULL: the URL's own */
    const char *etag, *modified, *accept, *type, *user, *password, *from, *to;
    const char **headers;
    struct vt_str body;
    size_t body_at; /* of a mail: sent so far */
    int out_fd;
    uint64_t max_bytes, arrived;
    unsigned redirects;
    bool plain_ok;
    int64_t deadline_ms;
    uv_getaddrinfo_t dns;
    bool is_resolving;
    struct vt_address addresses[VT_TRANSFER_ADDRESSES];
    size_t addresses_n;
    CURL *easy;                         /* owned; NULL: not begun */
    struct curl_slist *resolve, *extra; /* owned */
    bool socket_refused, too_big, disk_failed;
    struct vt_outgoing_result result;
};

/* transfer.c: hands it to libcurl. VT_OK or VT_ERR_NOMEM. */
int vt_transfer_begin(struct vt_transfer *transfer);
/* Takes it back from libcurl. */
void vt_transfer_end(struct vt_transfer *transfer);
/* Fills the result from how libcurl's part ended. */
void vt_transfer_judge(struct vt_transfer *transfer, CURLcode code);
/* err and why, with one sentence. */
void vt_transfer_fail(struct vt_transfer *transfer, enum vt_outgoing_err err, const char *format, ...)
    VT_PRINTF(3, 4);

/* resolve.c: finds and checks the addresses, then calls vt_outgoing_resolved, perhaps at once. */
void vt_transfer_resolve(struct vt_transfer *transfer);
/* Takes the addresses of an answer, or refuses them all with the reason in the result. */
void vt_transfer_take(struct vt_transfer *transfer, const struct addrinfo *found);
/* `err` OK: its addresses are there and may be used; else the result says why not. */
void vt_outgoing_resolved(struct vt_transfer *transfer);

/* watch.c: libcurl's sockets and timer on the loop. */
int vt_outgoing_watch(struct vt_outgoing *outgoing);
/* outgoing.c: libcurl may have finished some. */
void vt_outgoing_collect(struct vt_outgoing *outgoing);

#endif
