/* SPDX-License-Identifier: Apache-2.0 */
/* The sound of a clip, decoded and coded again as AAC in one or two channels: what comes too early is left
 * out, gaps are silence, so that it stays with its pictures. For film_* files alone. Worker process only. */
#ifndef VT_MEDIA_FILM_SOUND_H
#define VT_MEDIA_FILM_SOUND_H

#include <stddef.h>
#include <stdint.h>

struct AVPacket;
struct AVStream;
struct vt_film_sound;

/* A coded packet; times in samples. 0, or what went wrong. */
typedef int vt_film_sound_fn(void *arg, const uint8_t *bytes, size_t len, int64_t pts, int64_t duration);

struct vt_film_sound_format {
    uint32_t rate, channels, frame_samples;
    const uint8_t *header; /* AudioSpecificConfig, borrowed */
    size_t header_len;
};

/* `zero_ms`: where the part begins in the stream's time; `length_ms`: of the part. VT_OK, VT_ERR_INVALID (it
 * cannot be decoded) or VT_ERR_NOMEM. */
int vt_film_sound_open(const struct AVStream *stream, int64_t zero_ms, uint32_t length_ms,
                       vt_film_sound_fn *coded, void *arg, struct vt_film_sound **ret_sound);
void vt_film_sound_close(struct vt_film_sound *sound);
void vt_film_sound_format(const struct vt_film_sound *sound, struct vt_film_sound_format *ret_format);

/* What goes wrong is told by vt_film_sound_end. */
void vt_film_sound_take(struct vt_film_sound *sound, const struct AVPacket *packet);
int vt_film_sound_end(struct vt_film_sound *sound);

#endif
