/* SPDX-License-Identifier: Apache-2.0 */
/* film.make: a film of pictures for this conversation. film.play: one film, seen together. */
#include "server/film.h"

#include <stdlib.h>

#include "media/film.h"
#include "media/film_spin.h"
#include "server/base/cleanup.h"
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

static int put_spin(const struct vt_msg_film_make *msg, struct vt_buf *out)
{
    vt_buf_text(out, "{\"frames\":[");
    for (size_t i = 0; i < msg->frames_n; i++) {
        vt_buf_text(out, i ? "," : "");
        vt_buf_json_string(out, msg->frames[i]);
    }
    return vt_buf_text(out, msg->has_reverse && msg->reverse ? "],\"reverse\":true}" : "]}");
}

static enum vt_media_err judge_spin(struct vt_str text, struct vt_buf *out, struct vt_media_problem *problem)
{
    struct vt_film_spin spin;
    enum vt_media_err err = vt_film_spin_decode(text, &spin, problem);
    return err || vt_film_spin_text(&spin, out) == VT_OK ? err : VT_MEDIA_BUSY;
}

static enum vt_media_err judge_film(struct vt_str text, struct vt_buf *out, struct vt_media_problem *problem)
{
    VT_FREE
    struct vt_film *film = malloc(sizeof(*film));
    enum vt_media_err err = film ? vt_film_decode(text, film, problem) : VT_MEDIA_BUSY;
    return err || vt_film_text(film, out) == VT_OK ? err : VT_MEDIA_BUSY;
}

/* Its canonical text. */
static int read_film(struct vt_request *rq, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_MEDIA_FILM_TEXT);
    const struct vt_msg_film_make *msg = rq->env->msg;
    struct vt_media_problem problem = { .detail = "" };
    const bool is_spin = msg->frames_n > 0;
    if ((is_spin ? put_spin(msg, &text) : put_film(msg, &text)) != VT_OK)
        return VT_ERR_OVERLOADED;
    enum vt_media_err err = is_spin ? judge_spin(vt_buf_view(&text), out, &problem)
                                    : judge_film(vt_buf_view(&text), out, &problem);
    if (err == VT_MEDIA_OK || err == VT_MEDIA_BUSY)
        return err ? VT_ERR_OVERLOADED : VT_OK;
    struct vt_str why = vt_arena_str(&rq->app->arena, vt_str(problem.detail));
    return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d", why.ptr ? why.ptr : "this is no film");
}

static int may_name_all(struct vt_request *rq)
{
    const struct vt_msg_film_make *msg = rq->env->msg;
    const struct vt_conversation *conv = rq->member->conv;
    bool may = true;
    for (size_t i = 0; i < msg->stills_n; i++)
        may = may && vt_told_may_name(conv, msg->stills[i].id);
    for (size_t i = 0; i < msg->frames_n; i++)
        may = may && vt_told_may_name(conv, msg->frames[i]);
    return may ? VT_OK
               : vt_request_fail(rq, VT_ERR_NOT_FOUND, msg->frames_n ? "/d/frames" : "/d/stills",
                                 "there is no such picture here");
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
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_MEDIA_FILM_TEXT);
    int err = read_film(rq, &text);
    if (!err)
        err = may_name_all(rq);
    if (err)
        return err;
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    vt_film_order(rq->member->conv, vt_member_who(rq->member), vt_buf_view(&text), handle_ordered, to);
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
