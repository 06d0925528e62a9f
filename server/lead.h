/* SPDX-License-Identifier: Apache-2.0 */
/* Where associates may lead a customer: a page that is pushed, the link of an offer. */
#ifndef VT_LEAD_H
#define VT_LEAD_H

#include "server/site.h"

/* A path of the shop, one of its origins, or a host of its settings. `site` may be NULL. */
bool vt_lead_allowed(const struct vt_site *site, struct vt_str text);

#endif
