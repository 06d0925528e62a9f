/* SPDX-License-Identifier: Apache-2.0 */
/* How often the site's invitations were shown, accepted and closed. */
#include "server/api/rows.h"
#include "server/store/invitations.h"

enum { DAYS = 28, DAYS_MOST = 400 };
#define DAY_MS INT64_C(86400000)

int vt_api_site_invitations(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_invitation_count *counts = NULL;
    int64_t days;
    size_t n = 0;
    int err = vt_api_query_number(call, "days", DAYS, &days);
    if (!err && (days < 1 || days > DAYS_MOST))
        err = vt_api_refuse(call, 400, "query", "The query cannot be read", "days must be 1 to %d.",
                            DAYS_MOST);
    if (!err)
        err = vt_invitation_counts(manage, call->site, vt_wall_ms() / DAY_MS - days + 1, &call->arena,
                                   &counts, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"rules\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i > 0 ? ",{" : "{");
        vt_json_put_text(&call->out, "id", counts[i].rule);
        vt_json_put_number(&call->out, "shown", counts[i].n[VT_INVITATION_SHOWN]);
        vt_json_put_number(&call->out, "accepted", counts[i].n[VT_INVITATION_ACCEPTED]);
        vt_json_put_number(&call->out, "closed", counts[i].n[VT_INVITATION_CLOSED]);
        vt_buf_byte(&call->out, '}');
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}
