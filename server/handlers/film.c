/* SPDX-License-Identifier: Apache-2.0 */
/* film.make: a film of pictures for this conversation. film.play: one film, seen together. */
#include "server/film.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/media_film.h"
#include "server/media_told.h"
#include "server/session.h"
#include "server/view.h"

static void put_rect(const char *key, const double side[4], struct vt_buf *out)
{
    vt_buf_printf(out, ",\"%s\":[%.6f,%.6f,%.6f,%.6f]", key, side[0], side[1], side[2], side[3]);
}

static void put_still(const struct vt_t_film_still *still, struct vt_buf *out)
{
    vt_buf_text(out, "{\"id\":");
    vt_buf_json_string(out, vt_media_bare(still->id));
    if (still->has_from)
        put_rect("from", still->from, out);
    if (still->has_to)
        put_rect("to", still->to, out);
    if (still->has_seconds)
        vt_buf_printf(out, ",\"seconds\":%.3f", still->seconds);
    if (still->caption.ptr) {
        vt_buf_text(out, ",\"caption\":");
        vt_buf_json_string(out, still->caption);
    }
    vt_buf_byte(out, '}');
}

/* As media/film.h wants it, which judges it then: one set of rules, whoever asks. */
static int put_film(const struct vt_msg_film_make *msg, struct vt_buf *out)
{
    vt_buf_text(out, "{\"stills\":[");
    for (size_t i = 0; i < msg->stills_n; i++) {
        vt_buf_text(out, i ? "," : "");
        put_still(&msg->stills[i], out);
    }
    vt_buf_byte(out, ']');
    if (msg->has_size)
        vt_buf_printf(out, ",\"size\":[%u,%u]", msg->size[0], msg->size[1]);
    if (msg->name.ptr) {
        vt_buf_text(out, ",\"name\":");
        vt_buf_json_string(out, msg->name);
    }
    return vt_buf_byte(out, '}');
}

static int read_film(struct vt_request *rq, struct vt_film *film)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_MEDIA_FILM_TEXT);
    struct vt_media_problem problem = { .detail = "" };
    if (put_film(rq->env->msg, &text) != VT_OK)
        return VT_ERR_OVERLOADED;
    if (vt_film_decode(vt_buf_view(&text), film, &problem) == VT_MEDIA_OK)
        return VT_OK;
    struct vt_str why = vt_arena_str(&rq->app->arena, vt_str(problem.detail));
    return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d", why.ptr ? why.ptr : "this is no film");
}

static void handle_ordered(void *arg, const char *id, const struct vt_media_problem *problem)
{
    struct vt_reply_to *to = arg;
    struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    if (!id) {
        vt_reply_error(to, VT_ERR_OVERLOADED, problem->detail);
    } else {
        const struct vt_rep_film_make rep = { .job = vt_str(id),
                                              .media = conv ? vt_told_media(conv, &to->app->arena, vt_str(id))
                                                            : vt_str(id) };
        vt_reply_ok(to, NULL, &rep);
    }
    free(to);
}

int vt_on_film_make(struct vt_request *rq)
{
    const struct vt_msg_film_make *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_film *film = vt_arena_alloc(&rq->app->arena, sizeof(*film));
    int err = film ? read_film(rq, film) : VT_ERR_OVERLOADED;
    for (size_t i = 0; !err && i < msg->stills_n; i++)
        if (!vt_told_may_name(conv, msg->stills[i].id))
            err = vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/stills", "there is no such picture here");
    if (err)
        return err;
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    vt_film_order(conv, vt_member_who(rq->member), film, handle_ordered, to);
    return VT_OK;
}

/* What was on show is kept before a film takes its place. */
static void keep_other(struct vt_conversation *conv, uint16_t slot)
{
    if (slot != vt_view_active(conv->view))
        vt_session_keep_view(conv);
}

int vt_on_film_play(struct vt_request *rq)
{
    const struct vt_msg_film_play *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_event_head numbers;
    struct vt_t_view_item item;
    if (!conv->view || !vt_view_item_at(conv->view, msg->slot, &item))
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/slot", "nothing has this slot");
    const uint32_t ms = vt_told_film_ms(conv, item.media);
    if (ms == 0)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/slot", "what this slot holds is no film");
    const int64_t wall_ms = vt_wall_ms();
    keep_other(conv, msg->slot);
    int err = vt_view_play(conv->view, msg, ms, rq->now_ms, wall_ms);
    if (err)
        return vt_request_fail(rq, err, "/d/t", "the film is shorter");
    const struct vt_evt_film_play d = { .seq = vt_view_seq(conv->view),
                                        .slot = msg->slot,
                                        .t = msg->t,
                                        .rate = msg->rate,
                                        .paused = msg->paused,
                                        .at = wall_ms,
                                        .active = msg->slot,
                                        .mode = VT_VIEW_MODE_FILM };
    vt_fanout_control(conv,
                      &(struct vt_event){
                          .op = rq->env->op, .by = vt_member_who(rq->member), .d = &d, .except = rq->member },
                      &numbers);
    vt_session_view_changed(conv);
    const struct vt_rep_film_play rep = { .seq = d.seq, .at = d.at, .active = d.active, .mode = d.mode };
    return vt_reply_now(rq, &numbers, &rep);
}
