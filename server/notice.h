/* SPDX-License-Identifier: Apache-2.0 */
/* Notices: what the site says to those who ask or wait: load, specials, tips, and a greeting card with the
 * customer's name. Shown and dropped as their time and the line's length have it. */
#ifndef VT_NOTICE_H
#define VT_NOTICE_H

#include "server/conversation.h"

/* Shows what holds now and is not shown yet, drops what no longer holds: once a second while somebody waits.
 */
void vt_notice_sweep(struct vt_conversation *conv);
/* The customer's page is new: what is shown is shown again. */
void vt_notice_again(struct vt_conversation *conv);
void vt_notice_finish(struct vt_conversation *conv);

#endif
