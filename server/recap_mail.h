/* SPDX-License-Identifier: Apache-2.0 */
/* A recap as a mail: text and HTML, each piece's picture inside it, so that it outlives every link.
 *
 * The HTML is what old readers draw: tables, styles at each element, no script, nothing fetched. Whatever
 * people or a catalogue wrote is escaped. Loop thread only. */
#ifndef VT_RECAP_MAIL_H
#define VT_RECAP_MAIL_H

#include "server/mail.h"
#include "server/recap.h"

/* Draws the pictures one after the other (one that cannot be drawn is left out, its piece stays), writes the
 * mail and puts it into the outbox. Takes `recap`, also on an error. VT_OK and then `done` as vt_mail_send's,
 * in this or a later turn; or VT_ERR_NOMEM. */
int vt_recap_mail(struct vt_app *app, struct vt_recap *recap, struct vt_str to, vt_mail_fn *done, void *arg);

/* What came of a recap's mail goes into its thread: to be handed to vt_mailer_on_tried, `arg` the app. */
void vt_recap_mail_tried(void *arg, const struct vt_mail_tried *tried);

/* --- recap_letter.c: its words --------------------------------------------------------------------- */

/* All in the recap's language. */
void vt_recap_write_subject(const struct vt_recap *recap, struct vt_buf *out);
/* `link`: the page's address. `has_picture`: by piece, with cid "piece-<number from 1>". */
int vt_recap_write_text(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        struct vt_buf *out);
int vt_recap_write_html(const struct vt_recap *recap, const struct vt_site *site, struct vt_str link,
                        const bool *has_picture, struct vt_buf *out);

#endif
