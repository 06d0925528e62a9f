/* SPDX-License-Identifier: Apache-2.0 */
/* What leaves the server about pictures: the store and the view hold bare ids and unsigned addresses,
 * browsers get each with a fresh grant or signature. Whoever sends rows or views passes them through here
 * last. Texts come from the arena or are those that were given. Loop thread only. */
#ifndef VT_MEDIA_TOLD_H
#define VT_MEDIA_TOLD_H

#include "server/conversation.h"

/* A row's body, JSON: behind each `"media":"<id>"` of a personal picture comes its grant, behind each
 * `"address":"/p/…"` its expiry and signature. */
struct vt_str vt_told_body(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_str body);

/* One such address. */
struct vt_str vt_told_address(const struct vt_conversation *conv, struct vt_arena *arena,
                              struct vt_str address);

struct vt_str vt_told_media(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_str media);
/* An item of the view: with its grant, the spin that begins with it, and the length of a film. */
void vt_told_item(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_view_item *item);
void vt_told_view(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_t_view *view);

/* The spin of the site's catalogue that begins with this picture; good for the turn. NULL: there is none. */
const struct vt_spin *vt_told_spin(const struct vt_conversation *conv, struct vt_str media);

/* How long this film or clip is; 0: it is none. */
uint32_t vt_told_film_ms(const struct vt_conversation *conv, struct vt_str media);

/* Whether somebody in this conversation may name the picture, with or without a grant. */
bool vt_told_may_name(const struct vt_conversation *conv, struct vt_str media);

#endif
