/* SPDX-License-Identifier: Apache-2.0 */
/* The customer's trail: shared by page.at and the page a hello brings. */
#ifndef VT_HANDLERS_PAGE_H
#define VT_HANDLERS_PAGE_H

#include "server/conversation.h"

/* The customer is on this page: kept in the trail, stored, shown to staff. `json`: body of `page`. */
void vt_page_arrived(struct vt_member *member, const char *json);

#endif
