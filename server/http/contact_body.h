/* SPDX-License-Identifier: Apache-2.0 */
/* What a message left by plain HTTPS says: its fields, checked. */
#ifndef VT_HTTP_CONTACT_BODY_H
#define VT_HTTP_CONTACT_BODY_H

#include "server/api/json.h"
#include "server/base/arena.h"

struct vt_contact_body {
    struct vt_str cid; /* of the page, a UUID: the same when it is sent again */
    struct vt_str text, email;
    struct vt_str name, lang, url, title; /* empty: not said */
};

/* Texts live in `arena`. VT_OK; VT_ERR_NOMEM; else a sentence in `why` and in `ret_at` the field's pointer.
 */
int vt_contact_body_read(const json_t *body, size_t text_most, struct vt_arena *arena,
                         struct vt_contact_body *ret_said, struct vt_buf *why, const char **ret_at);

#endif
