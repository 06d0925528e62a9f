/* SPDX-License-Identifier: Apache-2.0 */
#include "server/erase.h"

#include "server/conversation.h"
#include "server/fanout.h"
#include "server/merchant.h"
#include "server/session.h"

void vt_erase_conversation(struct vt_app *app, struct vt_str site, struct vt_str id)
{
    static const struct vt_evt_chat_erased all = { .all = true };
    struct vt_conversation *conv = vt_conv_find(app, site, id);
    if (app->deps.merchant)
        vt_merchant_forget(app->deps.merchant, site, id);
    if (!conv)
        return;
    if (vt_session_runs(&conv->session))
        vt_session_set(conv, VT_STATE_ENDED, "erased");
    vt_fanout_link(conv, VT_OP_CHAT_ERASED, &all, NULL);
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (!vt_peer_is_staff(member->peer) && member->peer->phase != VT_PHASE_CLOSING)
            vt_peer_close(member->peer, VT_CLOSE_ENDED, "erased");
    vt_conv_destroy(conv);
}
