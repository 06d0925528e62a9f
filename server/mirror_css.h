/* SPDX-License-Identifier: Apache-2.0 */
/* Style texts of mirrored pages, by their SHA-256, once per site: in memory alone, the longest unused go
 * first.
 *
 * The hash is that of the text as the page has it; what is kept has passed the filter. Asked for again after
 * a restart, so nothing of a page reaches the disk. Loop thread only, but for vt_css_read. */
#ifndef VT_MIRROR_CSS_H
#define VT_MIRROR_CSS_H

#include "server/auth/digest.h"
#include "server/reply.h"

enum {
    VT_CSS_HASH = VT_SHA256_TEXT - 1,
    VT_CSS_POST = 4 * 1024 * 1024,
    VT_CSS_TEXT = 1024 * 1024,     /* one text: what a GET answers with has a cap as well */
    VT_CSS_SITE = 8 * 1024 * 1024, /* of one site */
    VT_CSS_ALL = 64 * 1024 * 1024,
    VT_CSS_TICKETS = 256,
    VT_CSS_TICKET_MS = 60000,
    VT_CSS_HASHES = 64
};

struct vt_css; /* of the app */
void vt_css_destroy(struct vt_css *css);

/* mirror.css: which of these are missing, and where they go. */
int vt_css_ask(struct vt_request *rq);
/* One use. The site of the ticket, or "" when it is not good, or not for this Origin. */
void vt_css_take_ticket(struct vt_app *app, struct vt_str ticket, struct vt_str origin,
                        char ret_site[VT_PERSON_TEXT]);

/* What a POST brought: texts whose hash is theirs, filtered. Any thread. VT_OK, or VT_ERR_INVALID with a
 * sentence. */
struct vt_css_text {
    char hash[VT_SHA256_TEXT];
    struct vt_buf text; /* owned */
};
struct vt_css_texts {
    struct vt_css_text at[VT_CSS_HASHES];
    size_t n;
};
int vt_css_read(struct vt_str json, struct vt_css_texts *ret, struct vt_buf *ret_why);
void vt_css_texts_finish(struct vt_css_texts *texts);
/* Keeps them; takes the texts' memory. */
void vt_css_keep(struct vt_app *app, const char *site, struct vt_css_texts *texts);
/* Absent: not there. Good for the turn. */
struct vt_str vt_css_get(struct vt_app *app, struct vt_str site, struct vt_str hash);

#endif
