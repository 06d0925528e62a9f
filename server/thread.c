/* SPDX-License-Identifier: Apache-2.0 */
#include "server/thread.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/guide_run.h"
#include "server/queue.h"

enum { BODY_BYTES = 65536 };

struct appending {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    char author[VT_ID_TEXT]; /* peer; "" when everybody gets the event */
    char by[VT_WHO_TEXT];
    enum vt_op op;
    uint8_t audience;
    int64_t ts;
    struct vt_buf body;
    vt_thread_fn *done;
    void *arg;
};

static void appending_free(struct appending *appending)
{
    vt_buf_finish(&appending->body);
    free(appending);
}

static int wire_error(int err)
{
    return err == VT_ERR_FULL    ? VT_ERR_STORE_FULL
           : err == VT_ERR_STALE ? VT_ERR_MOVED
                                 : VT_ERR_STORE_UNAVAILABLE;
}

static void publish(struct appending *appending, uint32_t cs, struct vt_event_head *ret_numbers)
{
    struct vt_conversation *conv = vt_conv_find(appending->app, vt_str(appending->site),
                                                vt_str(appending->conv));
    struct vt_peer *peer = appending->author[0] ? vt_peer_find(appending->app, appending->author) : NULL;
    if (!conv || cs <= conv->cs)
        return; /* loaded again meanwhile: whoever is there has the row from the store */
    struct vt_store_row row = { .cs = cs,
                                .audience = appending->audience,
                                .ts = appending->ts,
                                .by = vt_str(appending->by),
                                .op = vt_str(vt_op_rows[appending->op].name),
                                .body = vt_buf_view(&appending->body) };
    vt_fanout_row(conv, &row, peer ? vt_conv_member(conv, peer) : NULL, ret_numbers);
    if (strcmp(appending->by, "c") == 0) {
        conv->unread_staff++;
        vt_queue_row_changed(conv);
        vt_guide_wake(conv);
    }
}

static void handle_committed(void *arg, int err, uint32_t cs, bool doubled)
{
    struct appending *appending = arg;
    struct vt_event_head numbers = { 0 };
    if (!err && !doubled)
        publish(appending, cs, &numbers);
    if (appending->done)
        appending->done(appending->arg, err ? wire_error(err) : VT_OK, cs, doubled ? NULL : &numbers);
    appending_free(appending);
}

int vt_thread_append(struct vt_conversation *conv, const struct vt_thread_row *row,
                     const struct vt_member *author, vt_thread_fn *done, void *arg)
{
    const struct vt_op_row *op = &vt_op_rows[row->op];
    struct appending *appending = calloc(1, sizeof(*appending));
    if (!appending)
        return VT_ERR_STORE_UNAVAILABLE;
    *appending = (struct appending){
        .app = conv->app, .op = row->op, .ts = vt_wall_ms(), .done = done, .arg = arg
    };
    memcpy(appending->site, conv->site, sizeof(appending->site));
    memcpy(appending->conv, conv->conv, sizeof(appending->conv));
    if (author)
        memcpy(appending->author, author->peer->id, sizeof(appending->author));
    vt_str_copy(appending->by, sizeof(appending->by), vt_str(row->by));
    appending->audience = row->audience ? row->audience : vt_fanout_audience(op->to_roles);
    vt_buf_init(&appending->body, BODY_BYTES);
    vt_encode_body(&appending->body, op->evt, row->d);
    struct vt_store_message message = { .site = vt_str(conv->site),
                                        .conv = vt_str(conv->conv),
                                        .sid = vt_str(conv->session.sid[0] ? conv->session.sid : NULL),
                                        .epoch = conv->epoch,
                                        .cid = row->cid,
                                        .audience = appending->audience,
                                        .ts = appending->ts,
                                        .by = vt_str(appending->by),
                                        .op = vt_str(op->name),
                                        .body = vt_buf_view(&appending->body) };
    int err = appending->body.failed ? VT_ERR_TOO_LARGE : VT_OK;
    if (!err && vt_store_append(conv->app->deps.store, &message, handle_committed, appending) != VT_OK)
        err = VT_ERR_STORE_UNAVAILABLE;
    if (err)
        appending_free(appending);
    return err;
}
