/* SPDX-License-Identifier: Apache-2.0 */
/* Recap: what a customer keeps of a session: every piece seen with its last marks and its price then, what
 * was said, with whom and when.
 *
 * Nothing is made in advance: it is gathered from the thread's rows when somebody opens or mails it, so
 * erasure and retention need no second place. Its link names conversation and session, is signed by the
 * site and ends with settings' recap.days after the session; the pictures' addresses in it end then too.
 * Loop thread only. */
#ifndef VT_RECAP_H
#define VT_RECAP_H

#include "server/conversation.h"

enum { VT_RECAP_PIECES = 24, VT_RECAP_LINES = 1000, VT_RECAP_LINK = 1024 };

struct vt_recap_piece {
    uint32_t cs;                                                 /* of its row */
    struct vt_str sku, media, title, price, currency, url, body; /* url: absolute; body: the row's */
    bool has_marks;
    bool is_film; /* that was watched together, or sent; media is its id */
};

struct vt_recap_line {
    int64_t ts;
    struct vt_str by;   /* a name; absent: the customer */
    struct vt_str text; /* absent: what the kind shows has none */
    enum vt_chat_kind kind;
};

struct vt_recap {
    struct vt_arena arena; /* of all texts */
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_str sid, reference, associate; /* associate: the name */
    struct vt_str lang;                      /* the customer's, as BCP 47; absent: not said */
    int64_t created, ended, until;           /* ms since 1970 */
    struct vt_recap_piece pieces[VT_RECAP_PIECES];
    size_t pieces_n;
    struct vt_recap_line *lines;
    size_t lines_n;
};

void vt_recap_destroy(struct vt_recap *recap);

/* VT_OK with the recap, the callee's from now on; VT_ERR_MISSING: no such session that has ended, nobody took
 * it, it has run out, or the site has no recaps; else as the store says. */
typedef void vt_recap_fn(void *arg, int err, struct vt_recap *recap);
/* `sid` absent: the newest that has one. VT_OK and then `done` in a later turn, always; or VT_ERR_FULL. */
int vt_recap_gather(struct vt_store *store, const struct vt_sites *sites, struct vt_str site,
                    struct vt_str conv, struct vt_str sid, vt_recap_fn *done, void *arg);

/* Appends the page's address, its secret in the fragment. VT_OK or as vt_media_sign_address. */
int vt_recap_link(const struct vt_sites *sites, const struct vt_recap *recap, struct vt_buf *out);
/* The fragment of such an address. The site whose signature it is, NULL: `problem` says why not. conv and sid
 * are borrowed from `fragment`. */
const struct vt_site *vt_recap_open(const struct vt_sites *sites, struct vt_str fragment,
                                    struct vt_str *ret_conv, struct vt_str *ret_sid,
                                    struct vt_media_problem *problem);
/* Appends a piece's picture, of a film its poster, signed until the recap's end. */
int vt_recap_picture(const struct vt_site *site, const struct vt_recap *recap,
                     const struct vt_recap_piece *piece, struct vt_buf *out);

/* Appends a film's file with this ending, good until the recap's end. */
int vt_recap_film(const struct vt_site *site, const struct vt_recap *recap,
                  const struct vt_recap_piece *piece, const char *ending, struct vt_buf *out);

/* An address of the shop: as it is when it has http(s), else behind the site's first origin. */
void vt_recap_url(const struct vt_site *site, struct vt_str url, struct vt_buf *out);

/* What the catalogue says of the piece now goes into its row. Texts come from `arena`. */
void vt_recap_note(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_evt_view_kept *kept);
/* A row that says how the recap of session `sid` stands; until 0: not said. */
void vt_recap_tell(struct vt_conversation *conv, enum vt_recap_word word, struct vt_str sid, int64_t until);
/* The session that has just been stored as ended has a recap from now on. Said until the store has taken it. */
void vt_recap_ready(struct vt_conversation *conv);
void vt_recap_sweep(struct vt_conversation *conv);

#endif
