/* SPDX-License-Identifier: Apache-2.0 */
#include "server/staff.h"

#include "server/base/err.h"
#include "server/practice.h"
#include "server/presence.h"
#include "server/session.h"

uint32_t vt_staff_used(struct vt_app *app, const char *person)
{
    uint32_t used = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        used += vt_session_is_of(&conv->session, person) && !vt_practice_is(conv);
    return used;
}

int vt_staff_available(struct vt_app *app, const char *site, struct vt_str person,
                       char ret_name[VT_NAME_TEXT])
{
    const struct vt_staff *staff = vt_map_get(&app->staff, person);
    if (!staff || strcmp(staff->site, site) != 0 || staff->windows == 0)
        return VT_ERR_NOT_FOUND;
    if (staff->used >= vt_presence_cap(app, staff))
        return VT_ERR_CAP_REACHED;
    if (!vt_presence_takes(app, staff))
        return VT_ERR_NOT_FOUND; /* busy or off by choice */
    memcpy(ret_name, staff->name, VT_NAME_TEXT);
    return VT_OK;
}

bool vt_staff_has_room(struct vt_app *app, const char *person)
{
    const struct vt_staff *staff = vt_presence_find(app, person);
    return staff && vt_staff_used(app, person) < vt_presence_cap(app, staff);
}
