/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_internal.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"

#define GAUGE(word)                                                                                          \
    {                                                                                                        \
        .name = "vitrine_mirrors", .help = "Mirrored pages by state.", .labels = "state=\"" word "\"",       \
        .kind = VT_METRIC_GAUGE                                                                              \
    }
static struct vt_metric mirrors[VT_MIRROR_WORD_COUNT] = {
    [VT_MIRROR_WORD_HELD] = GAUGE("held"), [VT_MIRROR_WORD_ON] = GAUGE("on")
};

static void count(enum vt_mirror_word word, int by)
{
    if (word == VT_MIRROR_WORD_OFF)
        return;
    vt_metrics_add(&mirrors[VT_MIRROR_WORD_HELD]);
    vt_metrics_add(&mirrors[VT_MIRROR_WORD_ON]);
    vt_metric_inc(&mirrors[word], by);
}

/* --- how it stands ----------------------------------------------------------------------------- */

static uint8_t viewers_of(const struct vt_conversation *conv)
{
    uint8_t n = 0;
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        n += member->viewer != NULL;
    return n;
}

bool vt_mirror_is_on(const struct vt_conversation *conv)
{
    return conv->mirror && conv->mirror->told.state == VT_MIRROR_WORD_ON;
}

void vt_mirror_wire(const struct vt_conversation *conv, struct vt_t_mirror *ret)
{
    *ret = (struct vt_t_mirror){ .state = VT_MIRROR_WORD_OFF, .page = conv->page };
    if (!conv->mirror)
        return;
    ret->viewers = viewers_of(conv);
    ret->state = conv->session.state == VT_STATE_LIVE && ret->viewers > 0 ? VT_MIRROR_WORD_ON
                                                                          : VT_MIRROR_WORD_HELD;
}

static void open_channels(struct vt_conversation *conv)
{
    bool live = conv->mirror && conv->session.state == VT_STATE_LIVE;
    bool point = live && vt_consent_is_on(conv, VT_CAPABILITY_POINT);
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv) {
        int err = VT_OK;
        if (member->peer->role == VT_ROLE_CUSTOMER)
            err = vt_chan_need(member, VT_CHAN_KIND_DOM, live);
        else if (vt_peer_is_staff(member->peer))
            err = vt_chan_need(member, VT_CHAN_KIND_MPTR, point && member->viewer);
        if (err)
            vt_log(VT_LOG_WARN, "mirror.channels", VT_LOG_T("reference", conv->session.reference));
    }
}

static void tell(struct vt_conversation *conv, struct vt_t_mirror *told)
{
    struct vt_t_mirror now;
    vt_mirror_wire(conv, &now);
    if (now.state == told->state && now.page == told->page && now.viewers == told->viewers)
        return;
    count(told->state, -1);
    count(now.state, 1);
    *told = now;
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_MIRROR_STATE, .d = &now }, NULL);
}

void vt_mirror_finish(struct vt_conversation *conv)
{
    if (!conv->mirror)
        return;
    count(conv->mirror->told.state, -1);
    vt_mirror_in_reset(conv->mirror);
    vt_book_finish(&conv->mirror->book);
    free(conv->mirror);
    conv->mirror = NULL;
}

static void end(struct vt_conversation *conv)
{
    struct vt_t_mirror told = conv->mirror->told;
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv) {
        free(member->viewer);
        member->viewer = NULL;
    }
    vt_mirror_finish(conv);
    open_channels(conv);
    told.page = conv->page;
    if (told.state == VT_MIRROR_WORD_OFF)
        return;
    struct vt_t_mirror off = { .state = VT_MIRROR_WORD_OFF, .page = conv->page };
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_MIRROR_STATE, .d = &off }, NULL);
}

void vt_mirror_update(struct vt_conversation *conv)
{
    bool runs = conv->session.state == VT_STATE_LIVE || conv->session.state == VT_STATE_AWAY;
    bool agreed = runs && vt_consent_is_on(conv, VT_CAPABILITY_MIRROR);
    if (!agreed && conv->mirror)
        end(conv);
    if (!agreed)
        return;
    if (!conv->mirror) {
        conv->mirror = calloc(1, sizeof(*conv->mirror));
        if (!conv->mirror) {
            vt_fanout_break(conv); /* joining again asks for it again */
            return;
        }
        vt_mirror_in_init(conv->mirror);
    }
    bool was_on = vt_mirror_is_on(conv);
    open_channels(conv);
    tell(conv, &conv->mirror->told);
    /* The recorder stops, so what is known of the page grows old; or it starts, with a keyframe. */
    if (was_on != vt_mirror_is_on(conv)) {
        vt_mirror_in_reset(conv->mirror);
        if (!was_on)
            conv->mirror->asked_ms = vt_now_ms();
    }
}

/* --- who watches --------------------------------------------------------------------------------- */

int vt_mirror_watch(struct vt_member *member, bool on)
{
    if (on && !member->viewer) {
        member->viewer = calloc(1, sizeof(*member->viewer));
        if (!member->viewer)
            return VT_ERR_OVERLOADED;
        member->viewer->credit = VT_MIRROR_CREDIT;
    } else if (!on) {
        free(member->viewer);
        member->viewer = NULL;
    }
    vt_mirror_update(member->conv);
    if (on)
        vt_mirror_pump(member);
    return VT_OK;
}

void vt_mirror_left(struct vt_member *member)
{
    struct vt_mirror *mirror = member->conv->mirror;
    free(member->viewer);
    member->viewer = NULL;
    if (mirror && member->dom)
        vt_mirror_in_reset(mirror);
}

void vt_mirror_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    if (!vt_mirror_is_on(conv))
        return;
    vt_mirror_in_sweep(conv, now_ms);
    vt_mirror_pump_all(conv);
}
