/* SPDX-License-Identifier: Apache-2.0 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/rights.h"

struct answering {
    struct vt_reply_to to;
    vt_committed_fn *fn;
    max_align_t state[]; /* a copy of the caller's */
};

static void handle_appended(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct answering *answering = arg;
    const struct vt_reply_to *to = &answering->to;
    struct vt_committed done = { .app = to->app,
                                 .op = to->op,
                                 .conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv)),
                                 .cs = cs,
                                 .fresh = numbers != NULL };
    const void *rep = !err && answering->fn ? answering->fn(&done, answering->state) : NULL;
    if (err)
        vt_reply_error(to, err, NULL);
    else
        vt_reply_ok(to, numbers, rep);
    free(answering);
}

int vt_answer_row(struct vt_request *rq, const struct vt_thread_row *row, vt_committed_fn *fn,
                  const void *state, size_t state_bytes)
{
    struct answering *answering = calloc(1, sizeof(*answering) + state_bytes);
    if (!answering)
        return VT_ERR_OVERLOADED;
    answering->to = vt_reply_later(rq);
    answering->fn = fn;
    if (state_bytes > 0)
        memcpy(answering->state, state, state_bytes);
    int err = vt_thread_append(rq->member->conv, row, rq->member, handle_appended, answering);
    if (err) {
        rq->peer->requests_open--;
        free(answering);
    }
    return err;
}

/* --- entering ------------------------------------------------------------------------------ */

struct entering {
    struct vt_app *app;
    char peer[VT_ID_TEXT];
    bool given;
    vt_enter_fn *done;
    void *arg;
};

static void finish(struct entering *entering, struct vt_join *join, struct vt_member *member, int err)
{
    vt_enter_fn *done = entering->done;
    void *arg = entering->arg;
    free(entering);
    done(arg, join, member, err);
}

static void handle_joined(void *arg, struct vt_join *join, int err)
{
    struct vt_member *member = join ? vt_join_member(join) : NULL;
    if (!err && member) {
        finish(arg, join, member, VT_OK);
        return;
    }
    if (join)
        vt_join_drop(join);
    finish(arg, NULL, NULL, err && err != VT_ERR_GONE ? err : VT_ERR_NOT_FOUND);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct entering *entering = arg;
    struct vt_peer *peer = vt_peer_find(entering->app, entering->peer);
    if (!err && (!peer || !(entering->given || vt_rights_conv(conv, peer))))
        err = VT_ERR_NOT_FOUND;
    if (!err)
        err = vt_join_start(conv, peer, (struct vt_position){ 0 }, handle_joined, entering);
    if (err)
        finish(entering, NULL, NULL, err);
}

int vt_enter(struct vt_peer *peer, struct vt_str conv, bool given, vt_enter_fn *done, void *arg)
{
    struct entering *entering = calloc(1, sizeof(*entering));
    if (!entering)
        return VT_ERR_OVERLOADED;
    entering->app = peer->app;
    memcpy(entering->peer, peer->id, sizeof(entering->peer));
    entering->given = given;
    entering->done = done;
    entering->arg = arg;
    int err = vt_conv_load(peer->app, vt_str(peer->site), conv, handle_loaded, entering);
    if (err)
        free(entering);
    return err;
}
