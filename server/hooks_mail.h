/* SPDX-License-Identifier: Apache-2.0 */
/* The mail that says an address was switched off. */
#ifndef VT_HOOKS_MAIL_H
#define VT_HOOKS_MAIL_H

#include "server/config.h"
#include "server/store/hooks.h"

/* To every admin of the site who has an address, inside the caller's transaction. Without mail: nobody. */
int vt_hooks_mail_off(struct vt_manage *manage, const struct vt_config *config,
                      const struct vt_hook_try *tried);

#endif
