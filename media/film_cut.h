/* SPDX-License-Identifier: Apache-2.0 */
/* The chosen part of a clip as a file of its own, by copying packets: there at once, as nothing is coded
 * anew.
 *
 * One picture, one sound and no other word of what the phone wrote; the turn of a phone held upright stays,
 * as players obey it. MP4 with its index first; VP8, which MP4 does not know, stays in Matroska. It begins at
 * the key frame before the part: MP4 says so in its edit list, Matroska keeps the times of what was sent.
 * From here on nothing needs what was sent. Worker process only. */
#ifndef VT_MEDIA_FILM_CUT_H
#define VT_MEDIA_FILM_CUT_H

#include "media/clip.h"

/* `out_fd`: an empty file. VT_MEDIA_OK, or what is wrong with `problem` filled. */
enum vt_media_err vt_film_cut(int fd, const struct vt_clip *clip, int out_fd,
                              struct vt_media_problem *problem);

#endif
