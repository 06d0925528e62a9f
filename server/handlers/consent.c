/* SPDX-License-Identifier: Apache-2.0 */
/* consent.*: asking, giving, refusing, stopping. Each is a row of the thread; the rows are the ledger. */
#include "server/consent.h"

#include "server/answer.h"
#include "server/base/err.h"
#include "server/handlers/handlers.h"
#include "server/site.h"

struct changing {
    uint8_t bits;
    char sid[VT_ID_TEXT];
    struct vt_consents then; /* as it stood when it was said */
};

static const void *handle_row(const struct vt_committed *done, void *state)
{
    const struct changing *changing = state;
    struct vt_conversation *conv = done->conv;
    /* Between the request and its commit the session may have ended: nothing is granted to the next. */
    if (!done->fresh || !conv || strcmp(conv->session.sid, changing->sid) != 0 ||
        (conv->session.state != VT_STATE_LIVE && conv->session.state != VT_STATE_AWAY))
        return NULL;
    if (done->op == VT_OP_CONSENT_ASK)
        vt_consent_asked(conv, changing->bits);
    else if (done->op == VT_OP_CONSENT_GIVE)
        vt_consent_given(conv, changing->bits, &changing->then);
    else
        vt_consent_refused(conv, changing->bits);
    return NULL;
}

static int append(struct vt_request *rq, const void *d, uint8_t bits)
{
    struct vt_thread_row row = {
        .op = rq->env->op, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = d
    };
    struct changing changing = { .bits = bits, .then = rq->member->conv->consents };
    memcpy(changing.sid, rq->member->conv->session.sid, sizeof(changing.sid));
    return vt_answer_row(rq, &row, rq->env->op == VT_OP_CONSENT_STOP ? NULL : handle_row, &changing,
                         sizeof(changing));
}

static int refuse(struct vt_request *rq, const char *msg)
{
    return vt_request_fail(rq, VT_ERR_CONSENT_MISSING, "/d/capabilities", msg);
}

static bool site_allows(const struct vt_request *rq, uint8_t bits)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    return !(bits & VT_CONSENT_PAGE) || (site && site->settings->mirror.allowed);
}

int vt_on_consent_ask(struct vt_request *rq)
{
    const struct vt_msg_consent_ask *msg = rq->env->msg;
    uint8_t bits = vt_consent_bits(msg->capabilities, msg->capabilities_n);
    if (!site_allows(rq, bits))
        return refuse(rq, "the site's settings do not allow the mirror");
    for (size_t i = 0; i < msg->capabilities_n; i++)
        if (rq->member->conv->consents.state[msg->capabilities[i]] == VT_CONSENT_WORD_REJECTED)
            return refuse(rq, "the customer has said no to this; only they can reopen it");
    return append(rq, msg, bits);
}

int vt_on_consent_give(struct vt_request *rq)
{
    struct vt_msg_consent_give d = *(const struct vt_msg_consent_give *)rq->env->msg;
    uint8_t bits = vt_consent_bits(d.capabilities, d.capabilities_n);
    if (!site_allows(rq, bits))
        return refuse(rq, "the site's settings do not allow the mirror");
    if ((bits & VT_CONSENT_WITH_MIRROR) && !(bits & VT_CONSENT_MIRROR) &&
        !vt_consent_is_on(rq->member->conv, VT_CAPABILITY_MIRROR))
        return refuse(rq, "point, scroll, click and fill need mirror; give it with them");
    if (!d.mask.ptr)
        d.mask = vt_consent_mask(rq->member->conv);
    return append(rq, &d, bits);
}

int vt_on_consent_refuse(struct vt_request *rq)
{
    const struct vt_msg_consent_refuse *msg = rq->env->msg;
    uint8_t bits = vt_consent_bits(msg->capabilities, msg->capabilities_n);
    /* What is on ends now, as with a stop; that it is rejected waits for the row. */
    vt_consent_stopped(rq->member->conv, bits, &(uint8_t){ 0 });
    return append(rq, msg, bits);
}

int vt_on_consent_stop(struct vt_request *rq)
{
    const struct vt_msg_consent_stop *msg = rq->env->msg;
    uint8_t bits = vt_consent_bits(msg->capabilities, msg->capabilities_n);
    vt_consent_stopped(rq->member->conv, bits, &bits);
    return append(rq, msg, bits);
}
