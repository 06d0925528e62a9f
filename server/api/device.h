/* SPDX-License-Identifier: Apache-2.0 */
/* "Firefox on Linux": what a list of logins says of the browser, from its User-Agent. The header itself is
 * not kept: it is longer, and says more than a person needs to know their own device. */
#ifndef VT_API_DEVICE_H
#define VT_API_DEVICE_H

#include "server/base/str.h"

enum { VT_DEVICE_TEXT = 48 };

void vt_device_text(struct vt_str user_agent, char ret_text[VT_DEVICE_TEXT]);

#endif
