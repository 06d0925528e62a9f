/* SPDX-License-Identifier: Apache-2.0 */
/* Trail: the pages a customer has been on, newest last, as staff see them. */
#ifndef VT_TRAIL_H
#define VT_TRAIL_H

#include "server/conversation.h"

/* The customer is on this page: kept, stored, shown to staff. A page that is named again, as a
 * reconnect does, changes nothing unless it brings a product. Sets the page's time. */
void vt_trail_add(struct vt_conversation *conv, struct vt_t_page *page);
/* The same from the JSON of `page`; what does not decode is left out. */
void vt_trail_add_json(struct vt_conversation *conv, const char *json);

/* Keeps the JSON of a page as the newest, the oldest gives way; what there is no memory for is left out. */
void vt_trail_keep(struct vt_conversation *conv, struct vt_str json);

#endif
