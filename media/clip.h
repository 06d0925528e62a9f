/* SPDX-License-Identifier: Apache-2.0 */
/* A clip: the part that was chosen of what a phone filmed, and how large it will be.
 *
 *     {"clip":{"from":1500,"to":9000,"size":[406,720],"sound":true}}
 *
 * Times in milliseconds of what was sent. It is cut at once by copying its packets (film_cut.h), which is
 * what is looked at first, and then coded anew (film_transcode.h). Both, and every picture out of it, have
 * this text in their recipe. */
#ifndef VT_MEDIA_CLIP_H
#define VT_MEDIA_CLIP_H

#include <stdbool.h>
#include <stdint.h>

#include "media/media_errors.h"
#include "media/sniff_video.h"
#include "server/base/buf.h"

enum {
    VT_CLIP_MS_MOST = 20000,
    VT_CLIP_MS_LEAST = 100,
    VT_CLIP_STRIP_FRAMES = 10,
    VT_CLIP_STRIP_PX = 96, /* the height of a strip */
    VT_CLIP_TEXT_MAX = 256
};

struct vt_clip {
    uint32_t from_ms, to_ms;
    uint16_t width, height; /* upright, even */
    bool has_sound;
};

/* The part from `from_ms` on, to `to_ms` (0: 20 s, or the end) of what `sniffed` describes. VT_MEDIA_OK,
 * OUTSIDE or TOO_LONG with `problem` filled. */
enum vt_media_err vt_clip_choose(const struct vt_sniffed_clip *sniffed, uint64_t from_ms, uint64_t to_ms,
                                 struct vt_clip *ret_clip, struct vt_media_problem *problem);

int vt_clip_text(const struct vt_clip *clip, struct vt_buf *out);
/* VT_OK or VT_ERR_INVALID: it is no clip's text. */
int vt_clip_decode(struct vt_str text, struct vt_clip *ret_clip);

static inline uint32_t vt_clip_ms(const struct vt_clip *clip)
{
    return clip->to_ms - clip->from_ms;
}

#endif
