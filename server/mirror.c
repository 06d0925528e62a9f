/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/consent.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"

struct vt_viewer {
    uint32_t credit;
};

struct vt_mirror {
    struct vt_t_mirror told; /* the last mirror.state */
};

/* --- how it stands --------------------------------------------------------------------------- */

static uint8_t viewers_of(const struct vt_conversation *conv)
{
    uint8_t n = 0;
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        n += member->viewer != NULL;
    return n;
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
    *told = now;
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_MIRROR_STATE, .d = &now }, NULL);
}

void vt_mirror_finish(struct vt_conversation *conv)
{
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
    tell(conv, &told);
}

void vt_mirror_update(struct vt_conversation *conv)
{
    bool runs = conv->session.state == VT_STATE_LIVE || conv->session.state == VT_STATE_AWAY;
    bool agreed = runs && vt_consent_is_on(conv, VT_CAPABILITY_MIRROR);
    if (!agreed && conv->mirror)
        end(conv);
    if (!agreed)
        return;
    if (!conv->mirror)
        conv->mirror = calloc(1, sizeof(*conv->mirror));
    if (!conv->mirror)
        return;
    open_channels(conv);
    tell(conv, &conv->mirror->told);
}

/* --- who watches ------------------------------------------------------------------------------- */

int vt_mirror_watch(struct vt_member *member, bool on)
{
    if (on && !member->viewer) {
        member->viewer = calloc(1, sizeof(*member->viewer));
        if (!member->viewer)
            return VT_ERR_OVERLOADED;
    } else if (!on) {
        free(member->viewer);
        member->viewer = NULL;
    }
    vt_mirror_update(member->conv);
    return VT_OK;
}

void vt_mirror_left(struct vt_member *member)
{
    free(member->viewer);
    member->viewer = NULL;
}

void vt_mirror_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    (void)conv;
    (void)now_ms;
}
