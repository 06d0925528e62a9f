/* SPDX-License-Identifier: Apache-2.0 */
/* Grants: what lets a browser see a personal picture. `id?e=…&s=…` opens every size, tile and format of the
 * id until `e`; it is made anew each time a row is sent, never stored. Loop thread only. */
#ifndef VT_MEDIA_GRANT_H
#define VT_MEDIA_GRANT_H

#include "server/base/arena.h"
#include "server/media_index.h"
#include "server/site.h"

enum { VT_GRANT_TEXT = VT_SIGN_ID + 64, VT_GRANT_LIFE_S = 12 * 3600 };

/* Appends `id?e=…&s=…`. VT_OK, VT_ERR_MISSING (the site has no secret), VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_media_grant(const struct vt_site *site, struct vt_str id, int64_t expiry_s, struct vt_buf *out);

/* `e` and `s` as they came as parameters; absent ones are refused. VT_MEDIA_OK, SIGNATURE or EXPIRED. Both
 * keys of the site are good. */
enum vt_media_err vt_media_grant_check(const struct vt_site *site, struct vt_str id, struct vt_str e,
                                       struct vt_str s, struct vt_media_problem *problem);

/* Appends `&e=…&s=…` to an address of a template, path and query `d`. As vt_media_grant. */
int vt_media_sign_address(const struct vt_site *site, int64_t expiry_s, struct vt_buf *address);

/* Expiry of what is sent now: 12 to 13 hours from now at a full hour, so that a picture keeps its address
 * for a while and the browser its copy. */
int64_t vt_media_grant_expiry(void);

/* `media` as it is told to a browser: a catalogue's id as it is, a personal one and a spin's (which means its
 * film) with a fresh grant from the arena. Without a secret or memory the bare id: what shows it says 403,
 * nothing else suffers. */
struct vt_str vt_media_told(const struct vt_media_index *index, const struct vt_sites *sites,
                            struct vt_arena *arena, struct vt_str media);

#endif
