/* SPDX-License-Identifier: Apache-2.0 */
/* The one door through which a foreign clip reaches libavformat: out of a descriptor, by the reader its own
 * first bytes ask for, with a list of codecs, and with nothing else that could be opened.
 *
 * There is no protocol here and no name: what a playlist, a reference or an index wants to open is refused
 * before it is looked for. One picture and one sound at most; every other stream is thrown away as it comes.
 * For film_* files alone, as libavformat is known to them. Worker process only. */
#ifndef VT_MEDIA_FILM_DEMUX_H
#define VT_MEDIA_FILM_DEMUX_H

#include <libavformat/avformat.h>
#include <stdbool.h>
#include <stdint.h>

#include "media/media_errors.h"

struct vt_film_demux {
    AVFormatContext *format; /* owned */
    AVIOContext *io;         /* owned */
    int fd;                  /* borrowed */
    int64_t at, size;
    int picture, sound; /* indexes of streams; -1: none */
    bool is_matroska;
};

/* `demux` is zeroed by the caller and finished by the caller. VT_MEDIA_OK, NOT_A_CLIP, TOO_BIG or BROKEN with
 * `problem` filled. */
enum vt_media_err vt_film_demux_open(struct vt_film_demux *demux, int fd, struct vt_media_problem *problem);
void vt_film_demux_finish(struct vt_film_demux *demux);

/* A clip was taken, and cannot be read. */
enum vt_media_err vt_film_broken(struct vt_media_problem *problem);

static inline AVStream *vt_film_demux_picture(const struct vt_film_demux *demux)
{
    return demux->format->streams[demux->picture];
}

#endif
