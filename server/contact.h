/* SPDX-License-Identifier: Apache-2.0 */
/* Contact: a message that waits for an answer when nobody serves the customer.
 *
 * Who leaves an address stands in the consoles' lists until staff answer; so does one who writes again later.
 * The conversation stays in memory for as long, and is loaded again at a start. */
#ifndef VT_CONTACT_H
#define VT_CONTACT_H

#include "server/conversation.h"

/* One @, something before it, a name with a dot behind it, nothing a mail header could break at. */
bool vt_email_valid(struct vt_str email);
/* A message of this author has been committed; `text` is absent for what is no text. Where the customer is
 * not here to read what staff say, it goes by mail (answer_mail.h). */
void vt_contact_said(struct vt_conversation *conv, const char *by, struct vt_str text, bool note);
/* At the start: the conversations in which a message waits are loaded. */
void vt_contact_restore(struct vt_app *app);

#endif
