/* SPDX-License-Identifier: Apache-2.0 */
/* Watches: customers are told of pieces they wait for.
 *
 *     stock or a catalogue has changed -> the site's watches are compared, a few in a turn (watch.h) -> due
 *     due -> looked at again -> a row of the thread -> a mail, unless the customer is here -> told
 *
 * What is due lies in the store, the row's cid and the mail's `about` name the note: after a crash at any
 * point it goes out once. How far a site is compared lies there, too, and is written when all of it is. One
 * thing at a time for the whole server, with a pause behind each, so that nobody waits behind it. Loop thread
 * only. */
#ifndef VT_WATCHES_H
#define VT_WATCHES_H

#include "server/app.h"

struct vt_watches;

struct vt_watches *vt_watches_create(struct vt_app *app); /* NULL: no memory. `app` is borrowed */
/* Before vt_app_stop. The memory goes with vt_watches_destroy, after the store has closed. */
void vt_watches_close(struct vt_watches *watches);
void vt_watches_destroy(struct vt_watches *watches);

#endif
