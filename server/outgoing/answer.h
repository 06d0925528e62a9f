/* SPDX-License-Identifier: Apache-2.0 */
/* What other machines say before, or instead of, a body: header lines of HTTP, and a mail server's replies.
 * libcurl parts them into lines; what of a line is kept goes back into a request, or before people, later. */
#ifndef VT_OUTGOING_ANSWER_H
#define VT_OUTGOING_ANSWER_H

#include "server/outgoing/outgoing.h"

/* One line with its end, in the order they come. */
void vt_outgoing_take_line(struct vt_outgoing_result *result, bool is_mail, struct vt_str line);

#endif
