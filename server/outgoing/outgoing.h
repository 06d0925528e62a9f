/* SPDX-License-Identifier: Apache-2.0 */
/* Everything the server asks of other machines by itself: pictures, webhooks, mail. One libcurl multi
 * handle on the loop, no thread of its own; nothing outside this folder includes libcurl.
 *
 * What it refuses, it refuses before a byte leaves: a host that is not on the caller's list, user info,
 * anything but https on 443, and any host one of whose addresses is not public. A name is resolved once, the
 * connection goes to an address that was checked, and the socket is checked again as it opens. Redirects are
 * followed by hand, to the same host, each checked like the first. No proxy, no cookies, no content
 * encoding. `allow_private` (for development) lifts the rules of address, scheme and port, no other.
 *
 * 8 requests run at once, 2 of them to one host, 256 wait. Of several sites each has its share of both, and
 * waits while its quota is used up. Loop thread only. */
#ifndef VT_OUTGOING_H
#define VT_OUTGOING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/buf.h"
#include "server/loop.h"

struct vt_outgoing;

struct vt_outgoing_config {
    struct vt_loop *loop;     /* borrowed */
    struct vt_quotas *quotas; /* borrowed; NULL: no site has any */
    bool allow_private;
    const char
        *ca_file; /* borrowed; certificates trusted instead of the system's; NULL or "": the system's */
};

/* NULL: no memory. */
struct vt_outgoing *vt_outgoing_create(const struct vt_outgoing_config *config);
/* Every request that has not ended is told CLOSED. The memory goes with vt_outgoing_destroy once the loop
 * has run dry. */
void vt_outgoing_close(struct vt_outgoing *outgoing);
void vt_outgoing_destroy(struct vt_outgoing *outgoing);

enum vt_outgoing_err {
    VT_OUTGOING_OK,
    VT_OUTGOING_URL,      /* it may not be asked: scheme, port, user info, no address at all */
    VT_OUTGOING_HOST,     /* not on the list */
    VT_OUTGOING_PRIVATE,  /* an address of it is not public */
    VT_OUTGOING_REDIRECT, /* too many, to another host, or to a weaker scheme */
    VT_OUTGOING_NAME,     /* the name has no address */
    VT_OUTGOING_CONNECT,
    VT_OUTGOING_TLS,
    VT_OUTGOING_SLOW, /* one of the time limits */
    VT_OUTGOING_TOO_BIG,
    VT_OUTGOING_BROKEN,  /* the connection ended early, or the answer makes no sense */
    VT_OUTGOING_DISK,    /* the descriptor could not be written */
    VT_OUTGOING_REFUSED, /* mail: the server said no; `status` is its code */
    VT_OUTGOING_CLOSED
};

enum { VT_OUTGOING_WHY = 320, VT_OUTGOING_TAG = 200 };

/* `status`: of the last answer, any of HTTP's or SMTP's; 0: there was none. `why`: one clause for people
 * ("shop.example does not answer"), empty when OK. */
struct vt_outgoing_result {
    enum vt_outgoing_err err;
    int status;
    uint64_t bytes; /* written to the descriptor */
    char etag[VT_OUTGOING_TAG], modified[VT_OUTGOING_TAG];
    uint32_t retry_after_s; /* 0: none */
    char why[VT_OUTGOING_WHY];
};
typedef void vt_outgoing_done_fn(void *arg, const struct vt_outgoing_result *result);

struct vt_outgoing_request { /* everything is copied */
    struct vt_str site;      /* for whom; absent: the server itself */
    struct vt_str url;
    const char *const *hosts;     /* NULL-terminated, exact and in lower case; NULL: the URL's own */
    struct vt_str etag, modified; /* of a copy that is there: the answer may be 304; absent: none */
    const char *accept;           /* NULL: anything */
    struct vt_str body, type;     /* a POST when body.ptr; type: its Content-Type */
    const char *const *headers;   /* NULL-terminated "Name: value" without CR and LF; NULL: none */
    int out_fd;                   /* where the body of a 200 goes: borrowed until `done`; -1: nowhere */
    uint64_t max_bytes;           /* of the body */
    uint32_t time_ms;             /* for all of it; 0: 30 s */
    unsigned redirects;           /* followed at most; those of a POST never are */
};
/* `done(arg)` in a later turn, always. VT_OK, VT_ERR_FULL or VT_ERR_NOMEM; then `done` does not run. */
int vt_outgoing_fetch(struct vt_outgoing *outgoing, const struct vt_outgoing_request *request,
                      vt_outgoing_done_fn *done, void *arg);

/* The operator's own mail server, so its address may be private. TLS is required unless `plain_ok`. */
struct vt_outgoing_mail {         /* everything is copied */
    struct vt_str site;           /* for whom; absent: the server itself */
    struct vt_str url;            /* smtp://host[:587] or smtps://host[:465] */
    struct vt_str user, password; /* absent or empty: no login */
    struct vt_str from, to;       /* addresses alone */
    struct vt_str body;           /* the whole message, lines ended by CR LF */
    bool plain_ok;
};
int vt_outgoing_mail(struct vt_outgoing *outgoing, const struct vt_outgoing_mail *mail,
                     vt_outgoing_done_fn *done, void *arg);
/* True when `url` is one vt_outgoing_mail can take. */
bool vt_outgoing_mail_url_ok(struct vt_str url);

#endif
