/* SPDX-License-Identifier: Apache-2.0 */
/* Which pictures and films are personal, and whose: the record of every upload, clip and film.
 *
 * An id that is not here is a catalogue's and open to everyone. A personal id is looked at with a grant
 * (media_grant.h) and may be named only inside its conversation. All of it is in memory, read at the start,
 * so the answer comes at once and takes as long for another conversation's id as for none. On the wire
 * `media` may carry a grant behind the id; both calls here look at the id alone. Loop thread only. */
#ifndef VT_MEDIA_INDEX_H
#define VT_MEDIA_INDEX_H

#include "media/sign.h"
#include "server/base/ids.h"
#include "server/loop.h"
#include "server/store/media.h"

/* The store's numbers: never changed, only added to. */
enum vt_medium_kind { VT_MEDIUM_PICTURE = 1, VT_MEDIUM_CLIP = 2, VT_MEDIUM_FILM = 3 };

struct vt_medium {
    char id[VT_SIGN_ID + 1];
    char site[VT_ID_TEXT + 16], conv[VT_ID_TEXT + 16];
    enum vt_medium_kind kind;
    uint32_t width, height; /* upright; 0: not known yet */
    int64_t created;        /* ms since 1970 */
};

struct vt_media_index;
/* `ready(arg)` once all is read. NULL: no memory. */
struct vt_media_index *vt_media_index_create(struct vt_store *store, vt_call_fn *ready, void *arg);
/* Once the store is closed. */
void vt_media_index_destroy(struct vt_media_index *index);

/* Good for the turn; NULL: not personal. A NULL index holds nothing. */
const struct vt_medium *vt_media_index_find(const struct vt_media_index *index, struct vt_str media);
/* Whether it may be named in this conversation: a catalogue's anywhere, a personal one at home. */
bool vt_media_index_may_show(const struct vt_media_index *index, struct vt_str site, struct vt_str conv,
                             struct vt_str media);

/* `done` after the commit; the record is found from that moment. The same id again is no error: it is the
 * same picture in the same conversation. VT_ERR_INVALID, VT_ERR_FULL (the store's queue, or 1,000,000
 * records) or VT_ERR_NOMEM: `done` does not run. */
int vt_media_index_add(struct vt_media_index *index, const struct vt_medium *medium, vt_store_done_fn *done,
                       void *arg);

/* Erased: in the store it is gone already. */
void vt_media_index_remove(struct vt_media_index *index, struct vt_str id);

/* The id of what the wire calls `media`: without the grant. */
struct vt_str vt_media_bare(struct vt_str media);

#endif
