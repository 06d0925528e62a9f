/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures of a cut clip (film_cut.h), one after the other: upright, as large as wanted, BT.709 in
 * limited range, whatever the phone wrote. Forward only. For film_* files, and for image_clip.c by the calls
 * without libavformat's names. Worker process only. */
#ifndef VT_MEDIA_FILM_READER_H
#define VT_MEDIA_FILM_READER_H

#include "media/clip.h"
#include "media/film_planes.h"

struct vt_film_reader;
struct AVPacket;
struct AVStream;

/* `width` x `height`: of what is given, upright. VT_MEDIA_OK, or what is wrong with `problem` filled. */
enum vt_media_err vt_film_reader_open(int fd, const struct vt_clip *clip, uint32_t width, uint32_t height,
                                      struct vt_film_reader **ret_reader, struct vt_media_problem *problem);
void vt_film_reader_close(struct vt_film_reader *reader);

/* Draws what is shown at `ms` of the part into `planes` (width x height); never less than the time before.
 * VT_OK, VT_ERR_MISSING behind the end (nothing is drawn), VT_ERR_INVALID when not one picture could be
 * decoded, or VT_ERR_NOMEM. */
int vt_film_reader_at(struct vt_film_reader *reader, uint32_t ms, struct vt_film_planes *planes);

/* Pictures a second that show all there are, at most 30. */
uint32_t vt_film_reader_fps(const struct vt_film_reader *reader);

/* The sound's stream, or NULL; its packets go to `take` as they come by. `zero_ms`: where the part begins in
 * their time. */
const struct AVStream *vt_film_reader_sound(struct vt_film_reader *reader,
                                            void (*take)(void *arg, const struct AVPacket *packet), void *arg,
                                            int64_t *ret_zero_ms);
/* Reads what is left of the sound, once the pictures have come to their end. */
void vt_film_reader_drain(struct vt_film_reader *reader);

#endif
