/* SPDX-License-Identifier: Apache-2.0 */
/* A conversation that is about to be erased leaves the memory: whoever has it open is told and put out. */
#ifndef VT_ERASE_H
#define VT_ERASE_H

#include "server/app.h"

/* Before the rows go, and again after: a page that came back in between holds a thread that is gone.
 * What was to be stored for it is in the store's queue when this returns. Loop thread. */
void vt_erase_conversation(struct vt_app *app, struct vt_str site, struct vt_str conv);

#endif
