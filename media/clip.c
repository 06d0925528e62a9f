/* SPDX-License-Identifier: Apache-2.0 */
#include "media/clip.h"

#include <jansson.h>

#include "media/film_size.h"
#include "server/base/err.h"

enum { SIDE_LEAST = 16, SIDE_MOST = VT_FILM_MAX_W };

/* At most 720p, whichever way it stands. */
static void fit(uint32_t width, uint32_t height, struct vt_clip *clip)
{
    uint32_t w, h;
    if (height > width)
        vt_film_fit(height, width, &h, &w);
    else
        vt_film_fit(width, height, &w, &h);
    clip->width = (uint16_t)(w < SIDE_LEAST ? SIDE_LEAST : w);
    clip->height = (uint16_t)(h < SIDE_LEAST ? SIDE_LEAST : h);
}

enum vt_media_err vt_clip_choose(const struct vt_sniffed_clip *sniffed, uint64_t from_ms, uint64_t to_ms,
                                 struct vt_clip *ret_clip, struct vt_media_problem *problem)
{
    uint32_t width, height;
    const uint64_t end_ms = to_ms == 0 && sniffed->ms - from_ms > VT_CLIP_MS_MOST ? from_ms + VT_CLIP_MS_MOST
                            : to_ms == 0 || to_ms > sniffed->ms                   ? sniffed->ms
                                                                                  : to_ms;
    if (from_ms >= sniffed->ms)
        return vt_media_problem_limit(problem, VT_MEDIA_OUTSIDE, sniffed->ms, from_ms,
                                      "The cut begins at %.1f s; the clip ends at %.1f s.", from_ms / 1000.0,
                                      sniffed->ms / 1000.0);
    if (end_ms < from_ms + VT_CLIP_MS_LEAST)
        return vt_media_problem_set(
            problem, VT_MEDIA_OUTSIDE,
            "The cut goes from %.1f to %.1f s; its end must come after its beginning.", from_ms / 1000.0,
            end_ms / 1000.0);
    if (end_ms - from_ms > VT_CLIP_MS_MOST)
        return vt_media_problem_limit(problem, VT_MEDIA_TOO_LONG, VT_CLIP_MS_MOST, end_ms - from_ms,
                                      "The cut is %.1f s long; a clip has at most %d. Choose a shorter part.",
                                      (end_ms - from_ms) / 1000.0, VT_CLIP_MS_MOST / 1000);
    *ret_clip = (struct vt_clip){ .from_ms = (uint32_t)from_ms,
                                  .to_ms = (uint32_t)end_ms,
                                  .has_sound = sniffed->sound != VT_CLIP_NONE &&
                                               sniffed->sound != VT_CLIP_OTHER };
    vt_sniff_clip_upright(sniffed, &width, &height);
    fit(width, height, ret_clip);
    return VT_MEDIA_OK;
}

int vt_clip_text(const struct vt_clip *clip, struct vt_buf *out)
{
    return vt_buf_printf(out, "{\"clip\":{\"from\":%u,\"to\":%u,\"size\":[%u,%u],\"sound\":%s}}",
                         clip->from_ms, clip->to_ms, clip->width, clip->height,
                         clip->has_sound ? "true" : "false");
}

static bool is_side(json_int_t side)
{
    return side >= SIDE_LEAST && side <= SIDE_MOST && side % 2 == 0;
}

int vt_clip_decode(struct vt_str text, struct vt_clip *ret_clip)
{
    json_int_t from, to, width, height;
    int has_sound;
    json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
    const int got = root ? json_unpack(root, "{s:{s:I,s:I,s:[I,I],s:b}}", "clip", "from", &from, "to", &to,
                                       "size", &width, &height, "sound", &has_sound)
                         : -1;
    json_decref(root);
    if (got != 0 || from < 0 || to <= from || to - from > VT_CLIP_MS_MOST || to > INT32_MAX ||
        !is_side(width) || !is_side(height))
        return VT_ERR_INVALID;
    *ret_clip = (struct vt_clip){ .from_ms = (uint32_t)from,
                                  .to_ms = (uint32_t)to,
                                  .width = (uint16_t)width,
                                  .height = (uint16_t)height,
                                  .has_sound = has_sound };
    return VT_OK;
}
