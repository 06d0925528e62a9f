/* SPDX-License-Identifier: Apache-2.0 */
#include "server/staff.h"

#include "server/base/err.h"
#include "server/session.h"

uint32_t vt_staff_used(struct vt_app *app, const char *person)
{
    uint32_t used = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        used += vt_session_is_of(&conv->session, person);
    return used;
}

int vt_staff_available(struct vt_app *app, const char *site, struct vt_str person,
                       char ret_name[VT_NAME_TEXT])
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link) {
        if (peer->phase != VT_PHASE_OPEN || !vt_peer_is_staff(peer) || strcmp(peer->site, site) != 0 ||
            !vt_str_eq(vt_str(peer->person), person))
            continue;
        if (vt_staff_used(app, peer->person) >= (uint32_t)app->deps.config->capacity)
            return VT_ERR_CAP_REACHED;
        memcpy(ret_name, peer->name, VT_NAME_TEXT);
        return VT_OK;
    }
    return VT_ERR_NOT_FOUND;
}
