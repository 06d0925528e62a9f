/* SPDX-License-Identifier: Apache-2.0 */
/* Staff: who of a site's people can be given a customer now. */
#ifndef VT_STAFF_H
#define VT_STAFF_H

#include "server/conversation.h"

/* VT_OK with the person's name; VT_ERR_NOT_FOUND: no window of that person is open at this site, or they are
 * busy or off by choice; VT_ERR_CAP_REACHED: as many live conversations as they take. */
int vt_staff_available(struct vt_app *app, const char *site, struct vt_str person,
                       char ret_name[VT_NAME_TEXT]);
/* Live conversations of one person. */
uint32_t vt_staff_used(struct vt_app *app, const char *person);
/* Fewer than they take: the site's number, or their own. */
bool vt_staff_has_room(struct vt_app *app, const char *person);

#endif
