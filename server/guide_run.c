/* SPDX-License-Identifier: Apache-2.0 */
#include "server/guide_run.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/api/json.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/guide_hours.h"
#include "server/guide_work.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/practice.h"
#include "server/profile.h"
#include "server/queue_status.h"
#include "server/session.h"
#include "server/site.h"
#include "server/thread.h"

enum { ARENA_BYTES = 1 << 20, ROWS = 16, LOOK_BACK = 8, CONTEXT_BYTES = 8192 };
static const int64_t new_visit_ms = 6 * 3600 * 1000, day_ms = 86400000;

static struct vt_metric lines_total = { .name = "vitrine_helper_lines_total",
                                        .help = "Rows the automatic helper has written.",
                                        .kind = VT_METRIC_COUNTER };

/* --- where it speaks ----------------------------------------------------------------------------- */

static const struct vt_site *site_of(const struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    return site && site->settings->helper.on && !vt_practice_is(conv) ? site : NULL;
}

static bool is_served(const struct vt_conversation *conv)
{
    return conv->session.state == VT_STATE_LIVE || conv->session.state == VT_STATE_AWAY;
}

static bool is_customer_here(const struct vt_conversation *conv)
{
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_CUSTOMER && member->peer->phase == VT_PHASE_OPEN)
            return true;
    return false;
}

/* In the line, or before it when nobody could come. */
static bool is_alone(const struct vt_conversation *conv, const struct vt_site *site)
{
    return !conv->session.joining && is_customer_here(conv) &&
           (vt_session_waits(&conv->session) ||
            (!is_served(conv) && vt_queue_status_best(conv->app, site) != VT_QUEUE_STATE_AVAILABLE));
}

static struct vt_conversation *find(const struct vt_guide_work *work)
{
    return vt_conv_find(work->app, vt_str(work->site), vt_str(work->conv));
}

struct vt_conversation *vt_guide_conv(const struct vt_guide_work *work)
{
    struct vt_conversation *conv = find(work);
    const struct vt_site *site = conv ? site_of(conv) : NULL;
    return site && !is_served(conv) && is_customer_here(conv) ? conv : NULL;
}

void vt_guide_around(struct vt_guide_work *work, const struct vt_conversation *conv,
                     const struct vt_site *site, struct vt_guide_around *ret)
{
    struct vt_t_profile profile;
    struct vt_str queue = vt_str(conv->session.queue);
    int64_t now_ms = vt_wall_ms();
    vt_profile_read(conv, &work->arena, &profile);
    struct vt_str lang = profile.lang.len > 0 ? profile.lang : vt_str(conv->session.lang);
    bool waits = vt_session_waits(&conv->session);
    *ret = (struct vt_guide_around){
        .helper = &site->settings->helper,
        .lang = lang,
        .site = vt_str(site->name),
        .name = profile.customer.name,
        .waits = waits,
        .closed = !waits && vt_queue_status_best(conv->app, site) == VT_QUEUE_STATE_CLOSED,
        .hours = vt_guide_hours(site->settings, queue, lang, now_ms, &work->arena),
    };
    if (ret->closed)
        ret->opens = vt_guide_opens(site->settings, VT_STR(""), lang, now_ms, &work->arena);
}

/* --- what it keeps ------------------------------------------------------------------------------- */

static void tell(struct vt_conversation *conv, const struct vt_t_guide *state)
{
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_HELPER_LEARNED, .d = state });
}

/* Behind the rows it has written: the store keeps the order. */
static void save(struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_guide *state)
{
    struct vt_t_profile profile;
    vt_profile_read(conv, arena, &profile);
    profile.guide = state;
    int err = vt_profile_write(conv, &profile);
    if (err) /* the next step keeps it; until then a restart says again what it had said, which is dropped */
        vt_log(VT_LOG_WARN, "helper.store", VT_LOG_T("conv", conv->conv), VT_LOG_T("err", vt_err_name(err)));
    tell(conv, state);
}

static void read_state(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_guide *ret)
{
    struct vt_t_profile profile;
    vt_profile_read(conv, arena, &profile);
    *ret = profile.guide ? *profile.guide : (struct vt_t_guide){ 0 };
}

/* What the customer wants to spend is context as the page's own: {amount, currency}. */
static void keep_budget(struct vt_conversation *conv, struct vt_arena *arena, int64_t amount,
                        struct vt_str currency)
{
    VT_CLEANUP(vt_json_unref)
    json_t *all = NULL;
    VT_CLEANUP(vt_json_unref)
    json_t *keys = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    struct vt_t_profile profile;
    char text[32];
    vt_profile_read(conv, arena, &profile);
    snprintf(text, sizeof(text), "%lld.%02d", (long long)(amount / 100), (int)(amount % 100));
    all = profile.context.len > 0 ? vt_json_parse(profile.context, CONTEXT_BYTES, &why) : json_object();
    keys = json_pack("{s:{s:s, s:s%}}", "budget", "amount", text, "currency",
                     currency.ptr ? currency.ptr : "", currency.len);
    if (!all || !keys || json_object_update(all, keys) != 0)
        return;
    VT_FREE
    char *merged = json_dumps(all, JSON_COMPACT);
    VT_FREE
    char *said = json_dumps(keys, JSON_COMPACT);
    if (!merged || !said || strlen(merged) > CONTEXT_BYTES)
        return;
    profile.context = vt_str(merged);
    struct vt_evt_context d = { .keys = vt_str(said) };
    if (vt_profile_write(conv, &profile) == VT_OK)
        vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_CONTEXT, .by = VT_GUIDE_WHO, .d = &d }, NULL);
}

/* --- what it says -------------------------------------------------------------------------------- */

static bool has_room(struct vt_t_guide *state)
{
    uint32_t day = (uint32_t)(vt_wall_ms() / day_ms);
    if (state->day != day) {
        state->day = day;
        state->today = 0;
    }
    return state->lines < VT_GUIDE_LINES && state->today < VT_GUIDE_DAY;
}

bool vt_guide_write(struct vt_guide_work *work, struct vt_conversation *conv,
                    const struct vt_evt_chat_send *d)
{
    char cid[VT_CID_BYTES + 1];
    struct vt_t_guide *state = &work->state;
    if (!has_room(state))
        return false;
    snprintf(cid, sizeof(cid), "helper:%u:%u:%u", (unsigned)state->turn, work->about, (unsigned)work->line++);
    const struct vt_thread_row row = {
        .op = VT_OP_CHAT_SEND, .by = VT_GUIDE_WHO, .cid = vt_str(cid), .d = d
    };
    if (vt_thread_append(conv, &row, NULL, NULL, NULL) != VT_OK)
        return false;
    state->lines++;
    state->today++;
    state->at = vt_wall_ms();
    vt_metrics_add(&lines_total);
    vt_metric_inc(&lines_total, 1);
    return true;
}

static void write_act(struct vt_guide_work *work, struct vt_conversation *conv,
                      const struct vt_guide_act *act)
{
    struct vt_evt_chat_send d = {
        .kind = act->kind == VT_GUIDE_ASK ? VT_CHAT_KIND_CHOICE : VT_CHAT_KIND_TEXT,
        .body = { .text = act->text, .options = act->options, .options_n = act->options_n }
    };
    vt_guide_write(work, conv, &d);
}

void vt_guide_by_rules(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site)
{
    struct vt_guide_around around;
    struct vt_guide_acts acts;
    bool shows = false;
    vt_guide_around(work, conv, site, &around);
    vt_guide_step(&around, &work->state, &work->event, &work->arena, &acts);
    if (acts.budget > 0)
        keep_budget(conv, &work->arena, acts.budget, around.helper->currency);
    for (size_t i = 0; i < acts.n; i++) {
        shows |= acts.at[i].kind == VT_GUIDE_SHOW;
        if (acts.at[i].kind != VT_GUIDE_SHOW)
            write_act(work, conv, &acts.at[i]);
    }
    if (shows)
        vt_guide_show(work, site);
    else
        vt_guide_end(work);
}

/* "I want a person" is never left to a bot. */
static bool is_for_bot(struct vt_guide_work *work, const struct vt_conversation *conv,
                       const struct vt_site *site)
{
    const struct vt_guide_event *event = &work->event;
    struct vt_guide_around around;
    if (!site->settings->helper.bot.on || !work->app->deps.outgoing)
        return false;
    vt_guide_around(work, conv, site, &around);
    if (event->what == VT_GUIDE_CHOOSES)
        return !vt_str_eq(event->text, VT_STR(VT_GUIDE_PERSON_ID));
    return event->text.len == 0 || !vt_guide_wants_person(around.lang, event->text);
}

/* The first line is ours, whoever goes on: it says that nobody is there. */
static void greet(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site)
{
    struct vt_guide_around around;
    struct vt_guide_acts acts;
    const struct vt_guide_event event = { work->event.what == VT_GUIDE_AGAIN ? VT_GUIDE_GREETS_AGAIN
                                                                             : VT_GUIDE_GREETS,
                                          work->event.text };
    vt_guide_around(work, conv, site, &around);
    vt_guide_step(&around, &work->state, &event, &work->arena, &acts);
    for (size_t i = 0; i < acts.n; i++)
        write_act(work, conv, &acts.at[i]);
}

static void take_step(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site)
{
    if (!is_for_bot(work, conv, site)) {
        vt_guide_by_rules(work, conv, site);
        return;
    }
    if (work->event.what == VT_GUIDE_BEGINS || work->event.what == VT_GUIDE_AGAIN) {
        greet(work, conv, site);
        work->event.what = VT_GUIDE_RESUMES;
    } else if (work->state.quiet) {
        vt_guide_end(work);
        return;
    }
    vt_guide_ask_bot(work, conv, site);
}

/* --- one step ------------------------------------------------------------------------------------ */

static void work_free(struct vt_guide_work *work)
{
    vt_arena_finish(&work->arena);
    free(work);
}

void vt_guide_end(struct vt_guide_work *work)
{
    struct vt_conversation *conv = find(work);
    if (conv) {
        bool again = work->more || conv->guide_again;
        conv->guide_busy = conv->guide_again = false;
        save(conv, &work->arena, &work->state);
        if (again)
            vt_guide_wake(conv);
    }
    work_free(work);
}

void vt_guide_leave(struct vt_guide_work *work)
{
    struct vt_conversation *conv = find(work);
    if (conv) {
        bool again = conv->guide_again;
        conv->guide_busy = conv->guide_again = false;
        if (again)
            vt_guide_wake(conv);
    }
    work_free(work);
}

/* What one row of the customer's says; false: nothing for it. */
static bool read_row(struct vt_guide_work *work, const struct vt_store_row *row, struct vt_guide_event *ret)
{
    struct vt_msg_chat_send said;
    struct vt_error error;
    if (!vt_str_eq(row->by, VT_STR("c")) || !vt_str_eq(row->op, VT_STR("chat.send")) ||
        vt_decode_body(&work->arena, vt_op_rows[VT_OP_CHAT_SEND].msg, row->body, &said, &error) != VT_OK)
        return false;
    if (said.kind == VT_CHAT_KIND_TEXT) {
        *ret = (struct vt_guide_event){ VT_GUIDE_SAYS, said.body.text };
    } else if (said.kind == VT_CHAT_KIND_ANSWER && said.body.values_n == 1) {
        *ret = (struct vt_guide_event){ VT_GUIDE_CHOOSES, said.body.values[0].id };
        work->label = said.body.values[0].value;
    } else {
        return false;
    }
    return true;
}

/* The first row of the customer's behind `after` and up to `upto`; its number, 0: none. */
static uint32_t next_said(struct vt_guide_work *work, const struct vt_store_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        work->state.cs = rows[i].cs;
        if (!read_row(work, &rows[i], &work->event))
            continue;
        work->more = i + 1 < n;
        return rows[i].cs;
    }
    return 0;
}

static bool is_new_visit(const struct vt_t_guide *state)
{
    return state->turn == 0 || state->human || vt_wall_ms() - state->at > new_visit_ms;
}

/* What was asked last before it began; what somebody who was there has read is not asked any more. */
static bool begin(struct vt_guide_work *work, const struct vt_conversation *conv,
                  const struct vt_store_row *rows, size_t n)
{
    struct vt_t_guide *state = &work->state;
    bool again = state->human, waits = vt_session_waits(&conv->session);
    struct vt_str text = { 0 };
    struct vt_guide_event last;
    if (n > 0 && !(again && waits) && read_row(work, &rows[n - 1], &last) && last.what == VT_GUIDE_SAYS)
        text = last.text;
    if (again && !waits && text.len == 0)
        return false; /* the conversation is over: only who writes on is answered */
    work->event = (struct vt_guide_event){ again && waits ? VT_GUIDE_AGAIN : VT_GUIDE_BEGINS, text };
    work->about = 0;
    state->cs = n > 0 ? rows[n - 1].cs : state->cs;
    state->turn++;
    state->human = false;
    state->lines = 0;
    return true;
}

static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_guide_work *work = arg;
    struct vt_conversation *conv = err ? NULL : vt_guide_conv(work);
    if (!conv || !is_alone(conv, site_of(conv))) {
        vt_guide_leave(work);
        return;
    }
    read_state(conv, &work->arena, &work->state);
    if (is_new_visit(&work->state)) {
        if (begin(work, conv, rows, n))
            take_step(work, conv, site_of(conv));
        else
            vt_guide_leave(work);
        return;
    }
    work->about = next_said(work, rows, n);
    work->more |= more;
    if (work->about == 0) {
        vt_guide_leave(work);
        return;
    }
    work->state.lines = 0;
    take_step(work, conv, site_of(conv));
}

static int start(struct vt_conversation *conv, uint32_t after)
{
    struct vt_guide_work *work = calloc(1, sizeof(*work));
    if (!work)
        return VT_ERR_NOMEM;
    work->app = conv->app;
    memcpy(work->site, conv->site, sizeof(work->site));
    memcpy(work->conv, conv->conv, sizeof(work->conv));
    vt_arena_init(&work->arena, ARENA_BYTES);
    int err = vt_store_since(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                             1 << VT_AUDIENCE_CUSTOMER, after, ROWS, handle_rows, work);
    if (err)
        work_free(work);
    return err;
}

void vt_guide_wake(struct vt_conversation *conv)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_guide state;
    const struct vt_site *site = conv->loaded ? site_of(conv) : NULL;
    vt_arena_init(&arena, ARENA_BYTES);
    conv->guide_again = conv->guide_busy;
    if (!site || conv->guide_busy)
        return;
    read_state(conv, &arena, &state);
    if (is_served(conv) && state.turn > 0 && !state.human) {
        state.human = true;
        state.cs = conv->cs;
        save(conv, &arena, &state);
    }
    if (state.off || (state.quiet && !is_new_visit(&state)) || !is_alone(conv, site))
        return;
    uint32_t after = state.cs;
    if (is_new_visit(&state))
        after = conv->cs > LOOK_BACK && conv->cs - LOOK_BACK > after ? conv->cs - LOOK_BACK : after;
    else if (after == conv->cs)
        return;
    conv->guide_busy = start(conv, after) == VT_OK; /* else the next row, state or page wakes it */
}

/* --- the customer's own word ----------------------------------------------------------------------- */

void vt_guide_set(struct vt_conversation *conv, bool on, uint32_t cs)
{
    struct vt_guide_work work = { .app = conv->app, .about = cs };
    const struct vt_site *site = site_of(conv);
    struct vt_guide_around around;
    struct vt_guide_acts acts;
    if (!site)
        return;
    vt_arena_init(&work.arena, ARENA_BYTES);
    memcpy(work.site, conv->site, sizeof(work.site));
    memcpy(work.conv, conv->conv, sizeof(work.conv));
    read_state(conv, &work.arena, &work.state);
    if (work.state.off != !on) {
        work.state.off = !on;
        work.state.cs = cs;
        work.state.lines = 0;
        if (on)
            work.state.at = 0; /* it begins anew */
        work.event.what = VT_GUIDE_OFFS;
        vt_guide_around(&work, conv, site, &around);
        vt_guide_step(&around, &work.state, &work.event, &work.arena, &acts);
        if (!on && !is_served(conv))
            write_act(&work, conv, &acts.at[0]);
        save(conv, &work.arena, &work.state);
    }
    vt_arena_finish(&work.arena);
    vt_guide_wake(conv);
}
