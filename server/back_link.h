/* SPDX-License-Identifier: Apache-2.0 */
/* Back link: what a mail has in it so that a customer comes back into their conversation: a page of the shop
 * with a one-use secret as its fragment. Loop thread only. */
#ifndef VT_BACK_LINK_H
#define VT_BACK_LINK_H

#include "server/app.h"

enum { VT_BACK_LINK_DAYS = 7 };

/* Appends the page and the secret: `url` without its fragment where it is a page of the site, else the site's
 * first. */
void vt_back_link_write(const struct vt_site *site, struct vt_str url, const char *secret,
                        struct vt_buf *out);
/* The secret is good from `done` on. As vt_store_once_put. */
int vt_back_link_put(struct vt_app *app, struct vt_str site, struct vt_str conv, const char *secret,
                     vt_store_done_fn *done, void *arg);

#endif
