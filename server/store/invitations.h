/* SPDX-License-Identifier: Apache-2.0 */
/* How often invitations were shown, accepted and closed, by rule and day. As manage.h: at once, on the
 * store's thread. */
#ifndef VT_STORE_INVITATIONS_H
#define VT_STORE_INVITATIONS_H

#include "server/store/manage.h"

enum vt_invitation_event {
    VT_INVITATION_SHOWN,
    VT_INVITATION_ACCEPTED,
    VT_INVITATION_CLOSED,
    VT_INVITATION_EVENTS
};

struct vt_invitation_count {
    struct vt_str site, rule;
    int64_t day; /* since 1970, UTC */
    int64_t n[VT_INVITATION_EVENTS];
};
/* Adds to what there is. */
int vt_invitation_add(struct vt_manage *manage, const struct vt_invitation_count *count);
/* From this day on, added up by rule; the most shown first. */
int vt_invitation_counts(struct vt_manage *manage, struct vt_str site, int64_t from_day,
                         struct vt_arena *arena, struct vt_invitation_count **ret_counts, size_t *ret_n);

#endif
