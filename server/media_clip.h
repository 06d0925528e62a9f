/* SPDX-License-Identifier: Apache-2.0 */
/* Clips inside the server: cut, kept, coded anew.
 *
 *     vt_media_cut         what was sent becomes its chosen part, a file without a name
 *     vt_media_clip_keep   that gets one; from now on it can be looked at
 *     vt_media_clip_make   and is coded anew: begun after that, at the start for what a crash left, and when
 *                          somebody looks at one that failed
 *
 * What was sent never has a name here. Loop thread only, but for vt_media_clip_keep. */
#ifndef VT_MEDIA_CLIP_SERVICE_H
#define VT_MEDIA_CLIP_SERVICE_H

#include "media/clip.h"
#include "server/media_service.h"

/* Once, never from within. `problem` NULL: `cut_fd` (borrowed while the call lasts) is the part. */
typedef void vt_media_cut_fn(void *arg, const struct vt_media_problem *problem, int cut_fd);
/* `text` is clip.h's; `fd` stays the caller's. VT_MEDIA_OK: `fn` will be called. */
enum vt_media_err vt_media_cut(struct vt_media *media, struct vt_str id, const char *text, int fd,
                               vt_media_cut_fn *fn, void *arg, struct vt_media_problem *problem);

/* Waits for the disk: any thread but the loop's. VT_OK, VT_ERR_FULL or VT_ERR_IO. */
int vt_media_clip_keep(struct vt_media *media, const char *id, struct vt_str text, int cut_fd);

/* Unless it is coded anew already, on its way, or refused. False: too much waits; ask again. */
bool vt_media_clip_make(struct vt_media *media, struct vt_str id);

/* A descriptor for what there is of a clip, or -1: it is not here. */
int vt_media_clip_open(struct vt_media *media, struct vt_str id, bool *ret_is_made);
/* Appends clip.h's text. VT_OK, VT_ERR_MISSING or VT_ERR_IO. */
int vt_media_clip_text(struct vt_media *media, struct vt_str id, struct vt_buf *out);

/* How far it is; `ret_position` while it waits, `ret_problem` when it failed a moment ago. */
enum vt_media_clip_state {
    VT_MEDIA_CLIP_QUEUED,
    VT_MEDIA_CLIP_ENCODING,
    VT_MEDIA_CLIP_READY,
    VT_MEDIA_CLIP_FAILED
};
enum vt_media_clip_state vt_media_clip_state(struct vt_media *media, struct vt_str id, uint32_t *ret_position,
                                             struct vt_media_problem *ret_problem);

#endif
