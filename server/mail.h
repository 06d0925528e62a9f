/* SPDX-License-Identifier: Apache-2.0 */
/* Mail: what the server sends to customers and staff, through the operator's mail server.
 *
 * A mail is written into the store's outbox and only then promised; it leaves at once when the mail
 * server takes it, else with growing waits for three days, and is then dead with its reason
 * (`vitrine admin mail`). Sites take turns, and none has more than its share of what is under way. At most
 * --mail-per-day go to one address in 24 hours. A crash between the server's "250" and our commit sends a
 * mail twice, with one Message-ID. Loop thread only. */
#ifndef VT_MAIL_H
#define VT_MAIL_H

#include <stdbool.h>

#include "server/base/buf.h"
#include "server/config.h"
#include "server/loop.h"
#include "server/outgoing/outgoing.h"
#include "server/store/mails.h"

struct vt_mailer;

struct vt_mailer_deps { /* borrowed, alive until vt_mailer_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_quotas *quotas; /* NULL: no site has any */
    struct vt_store *store;
    struct vt_outgoing *outgoing;
};

/* NULL with a sentence in ret_error: no memory, or the password's file cannot be read. Without --mail-url
 * it is there all the same and sends nothing. */
struct vt_mailer *vt_mailer_create(const struct vt_mailer_deps *deps, struct vt_buf *ret_error);
/* Before vt_outgoing_close. The memory goes with vt_mailer_destroy, after the store has closed. */
void vt_mailer_close(struct vt_mailer *mailer);
void vt_mailer_destroy(struct vt_mailer *mailer);
/* False: say "mail is not set up" rather than ask for an address. */
bool vt_mailer_is_set_up(const struct vt_mailer *mailer);

enum { VT_MAIL_BYTES = 10 << 20, VT_MAIL_FILES = 32, VT_MAIL_ADDRESS = 254 };

/* A picture inside the HTML (<img src="cid:…">) when it has a cid of [A-Za-z0-9._-], else an attachment. */
struct vt_mail_file {
    struct vt_str cid, name, type, bytes; /* type: "image/jpeg" */
};

struct vt_mail {             /* everything is copied; texts are UTF-8 */
    struct vt_str site;      /* its id */
    struct vt_str conv;      /* whose erasure takes it along; absent: not a customer's */
    struct vt_str to;        /* one address, nothing else */
    struct vt_str from_name; /* whom people see it from, such as the shop; absent: the address alone */
    struct vt_str reply_to;  /* an address; absent: none */
    struct vt_str subject;
    struct vt_str text;        /* for readers without HTML; needed */
    struct vt_str html;        /* a whole document, escaped by the caller; absent: text alone */
    struct vt_str unsubscribe; /* https address for List-Unsubscribe; absent: none */
    const struct vt_mail_file *files;
    size_t files_n;
    struct vt_str about; /* for vt_mailer_on_tried; absent: nobody asks */
    uint32_t about_most; /* mails of this conversation and `about`, in 3 days; 0: any number */
};

/* err: VT_OK: it will be sent or its failure shown; VT_ERR_RATE_LIMITED: too many to this address, or about
 * this; else as the store says. */
typedef void vt_mail_fn(void *arg, int err);

/* VT_OK, then `done` (may be NULL) in a later turn; VT_ERR_MISSING: mail is not set up; VT_ERR_INVALID: an
 * address, cid or type that is none; VT_ERR_FULL: larger than VT_MAIL_BYTES, or the store's queue. */
int vt_mail_send(struct vt_mailer *mailer, const struct vt_mail *mail, vt_mail_fn *done, void *arg);

/* Told of each try of a mail with a conversation and an `about`, also of an earlier run's, once it is stored.
 * Texts live while the call lasts. */
struct vt_mail_tried {
    struct vt_str site, conv, about;
    enum vt_mail_state state; /* waiting: it will be tried again */
    uint32_t tries;
};
typedef void vt_mail_tried_fn(void *arg, const struct vt_mail_tried *tried);
void vt_mailer_on_tried(struct vt_mailer *mailer, vt_mail_tried_fn *fn, void *arg);

/* local@domain as most of the world has it: ASCII, no quotes, no comments. */
bool vt_mail_address_ok(struct vt_str address);

/* mail_mime.c: appends the whole message. `id` becomes the Message-ID's left half. VT_OK, VT_ERR_INVALID or
 * VT_ERR_FULL. */
int vt_mail_write(const struct vt_mail *mail, struct vt_str from, const char *id, int64_t now_ms,
                  struct vt_buf *out);

#endif
