/* SPDX-License-Identifier: Apache-2.0 */
/* The automatic helper at work in a conversation: feeds guide.h's step with what happens and carries out what
 * it says, as rows of the thread by VT_GUIDE_WHO.
 *
 * It speaks while the customer is here and nobody else: in the line, or before it when no queue has anybody;
 * an associate who comes silences it at once, and it begins again when they have gone. Rows are named by the
 * row they answer, so that one is never said twice, whatever is killed when; where it stands is kept with the
 * profile, behind its rows. Bounded: VT_GUIDE_LINES rows for one of the customer's, VT_GUIDE_DAY a day.
 * Loop thread only. */
#ifndef VT_GUIDE_RUN_H
#define VT_GUIDE_RUN_H

#include "server/conversation.h"

#define VT_GUIDE_WHO "helper"
enum { VT_GUIDE_DAY = 80 };

/* Something has happened that may concern it: a row, a state, somebody came. Cheap where there is none. */
void vt_guide_wake(struct vt_conversation *conv);
/* The customer's own word, row `cs` of the thread. */
void vt_guide_set(struct vt_conversation *conv, bool on, uint32_t cs);

#endif
