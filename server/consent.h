/* SPDX-License-Identifier: Apache-2.0 */
/* Consent: what the customer has agreed to, capability by capability, while a session runs.
 *
 * The state is in memory and the gate reads it; the rows of the thread are the ledger: who, when, which
 * capability, in which wording, under which mask rules. Granting waits for its row, stopping does not. point,
 * scroll, click and fill go with mirror. What nobody used for 15 minutes ends, and with the session all six
 * of the page do. Loop thread only. */
#ifndef VT_CONSENT_H
#define VT_CONSENT_H

#include "server/conversation.h"

enum {
    VT_CONSENT_MIRROR = 1 << VT_CAPABILITY_MIRROR,
    /* Of what is seen; without it there is nothing to act on. */
    VT_CONSENT_WITH_MIRROR = 1 << VT_CAPABILITY_POINT | 1 << VT_CAPABILITY_SCROLL | 1 << VT_CAPABILITY_CLICK |
                             1 << VT_CAPABILITY_FILL,
    /* Of the customer and no session: these stand until they say otherwise. */
    VT_CONSENT_STANDING = 1 << VT_CAPABILITY_TRAIL | 1 << VT_CAPABILITY_CONTACT,
    VT_CONSENT_PAGE = VT_CONSENT_MIRROR | VT_CONSENT_WITH_MIRROR | 1 << VT_CAPABILITY_NAVIGATE,
    VT_CONSENT_OPS = 16,    /* operations a capability opens */
    VT_CONSENT_ROWS = 1000, /* of one session's ledger */
    VT_CONSENT_LAST = 200   /* of the whole one, for what stands */
};

/* Bits 1 << enum vt_capability of a message's list. */
uint8_t vt_consent_bits(const enum vt_capability *capabilities, size_t n);

static inline bool vt_consent_is_on(const struct vt_conversation *conv, enum vt_capability capability)
{
    return conv->consents.state[capability] == VT_CONSENT_WORD_ON;
}
/* Whether all of these are on; then they count as used. */
bool vt_consent_may(struct vt_conversation *conv, uint8_t needs, int64_t now_ms);
/* Counts as use, without asking for it: the mirror moves. */
void vt_consent_use(struct vt_conversation *conv, enum vt_capability capability, int64_t now_ms);

/* What a committed row says. Each tells everybody when something has changed. Asking changes nothing that is
 * on or rejected. */
void vt_consent_asked(struct vt_conversation *conv, uint8_t bits);
/* `then`: how it stood when the customer said so; what was stopped since stays off. */
void vt_consent_given(struct vt_conversation *conv, uint8_t bits, const struct vt_consents *then);
void vt_consent_refused(struct vt_conversation *conv, uint8_t bits);
/* At once; *ret_bits: what of it was on or asked for, with what goes with it. */
void vt_consent_stopped(struct vt_conversation *conv, uint8_t bits, uint8_t *ret_bits);
/* By the server itself: stops what is on and writes the row. */
void vt_consent_end(struct vt_conversation *conv, uint8_t bits, enum vt_consent_why why);
/* Once a second: what nobody has used for long ends. */
void vt_consent_sweep(struct vt_conversation *conv, int64_t now_ms);

/* For the wire; `can` is borrowed and written. */
void vt_consent_wire(const struct vt_conversation *conv, struct vt_str can[VT_CONSENT_OPS],
                     struct vt_t_consents *ret);
/* The version of the site's mask rules, for the ledger. "" when the site is gone. */
struct vt_str vt_consent_mask(const struct vt_conversation *conv);

/* A conversation that comes into memory: what of `trail` and `contact` its last rows say. */
void vt_consent_load(struct vt_conversation *conv, const struct vt_store_row *rows, size_t n);
/* A session of the last run: the ledger's rows say how it stood. */
void vt_consent_restore(struct vt_conversation *conv);

/* The audit log's record of a verb that was refused for want of consent, or was carried out. `detail`: a JSON
 * object without content. */
void vt_consent_record(const struct vt_conversation *conv, const char *person, const char *verb,
                       struct vt_str detail);

#endif
