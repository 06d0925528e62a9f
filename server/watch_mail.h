/* SPDX-License-Identifier: Apache-2.0 */
/* Watch mail: what a customer who is not here waits for has happened: a mail with the piece, a way back into
 * the conversation, and a way to have no more of them. Loop thread only. */
#ifndef VT_WATCH_MAIL_H
#define VT_WATCH_MAIL_H

#include "server/conversation.h"
#include "server/watch.h"

/* What the stop link's secret is kept as (store.h, one-time secrets). */
#define VT_WATCH_STOP "stop"

/* `note` as in the thread, which lives while this runs; `about` tells the mails of a conversation apart, so
 * that one that is asked for again is not sent again. done(arg, err), err: VT_OK; VT_ERR_MISSING: there is no
 * mail here, or no address is known, and none is needed; or why not. VT_OK and then `done` in a later turn,
 * or the error at once. */
int vt_watch_mail(struct vt_conversation *conv, const struct vt_t_watch *note, int64_t until,
                  struct vt_str about, vt_store_done_fn *done, void *arg);

#endif
