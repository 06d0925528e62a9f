/* SPDX-License-Identifier: Apache-2.0 */
/* Answer mail: what staff say to a customer who is not here goes to the address they left, with a one-time
 * link back into the conversation.
 *
 * Lines that follow each other go as one mail, --answer-window after the last, ten windows after the first at
 * the latest. Who has come back meanwhile, or has read them, gets none. The window is in memory: a crash in
 * it sends nothing, the thread has the answer all the same. Loop thread only. */
#ifndef VT_ANSWER_MAIL_H
#define VT_ANSWER_MAIL_H

#include "server/conversation.h"

/* The newest row of the thread is an answer of staff. */
void vt_answer_mail_said(struct vt_conversation *conv);
/* Once a second. */
void vt_answer_mail_sweep(struct vt_conversation *conv, int64_t now_ms);

#endif
