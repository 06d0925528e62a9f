/* SPDX-License-Identifier: Apache-2.0 */
/* Rights per queue: which conversations are whose business (security.md 2).
 *
 * An account names the queues its person works for, parted by spaces; with none it is all of the site, as it
 * is for every admin. A conversation is of the queue its session stands in, or stood in last; one that never
 * stood in any is everybody's. Whoever was given it (a hand-over, a colleague's call, the customer's own
 * code) may, whatever their queues, and whoever served it last: there is a wrap-up to write. The list, the
 * rings, the search and the reports ask here, and so does whatever opens a conversation by its id: what is
 * another queue's is answered as what is missing. A right that ends while somebody looks on ends the looking
 * within a second. A practice is its own person's alone, whatever the queues. */
#ifndef VT_RIGHTS_H
#define VT_RIGHTS_H

#include "server/conversation.h"

/* `queues` as an account has them; "" or NULL: every queue. */
bool vt_rights_queue(const char *queues, struct vt_str queue);
bool vt_rights_conv(const struct vt_conversation *conv, const struct vt_peer *peer);
/* Once a second: members of staff who may no longer be here leave. */
void vt_rights_sweep(struct vt_conversation *conv);
/* A member of staff has come. Who has no part in the conversation leaves a record in the audit log, once an
 * hour at most. */
void vt_rights_note(struct vt_member *member);

#endif
