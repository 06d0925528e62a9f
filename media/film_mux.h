/* SPDX-License-Identifier: Apache-2.0 */
/* Packets into a file: fragmented MP4 while a film is being encoded, then MP4 with its index first
 * from the same packets, or WebM.
 *
 * Fragments go out as they are whole, through `write`, so the first can be played while the second is
 * encoded. The other kinds are made in memory and given at the end. No metadata but what the streams
 * need. Worker process only. */
#ifndef VT_MEDIA_FILM_MUX_H
#define VT_MEDIA_FILM_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vt_film_container { VT_FILM_FRAGMENTS, VT_FILM_FASTSTART, VT_FILM_WEBM };
enum vt_film_stream { VT_FILM_STREAM_H264, VT_FILM_STREAM_AV1, VT_FILM_STREAM_AAC };

/* A stream of the file. Its packets' times count in 1/`rate` seconds. */
struct vt_film_track {
    enum vt_film_stream stream;
    uint32_t rate;          /* of the times: a picture's fps, a sound's sample rate */
    uint32_t width, height; /* pictures */
    uint32_t channels;      /* sound */
    uint32_t frame_samples; /* sound: of one packet */
    const uint8_t *header;  /* borrowed until vt_film_mux_open returns: as vt_film_encode_header, or AAC's
                               AudioSpecificConfig */
    size_t header_len;
};

enum { VT_FILM_TRACKS = 2, VT_FILM_BYTES_MAX = 60 << 20 };

struct vt_film_mux_config {
    enum vt_film_container container;
    struct vt_film_track tracks[VT_FILM_TRACKS]; /* the picture first */
    size_t n_tracks;
    uint32_t packets_most; /* FASTSTART: how many there can be in all; the index's room depends on it */
    /* FRAGMENTS: 0, or what went wrong */
    int (*write)(void *arg, const uint8_t *bytes, size_t len);
    void *arg;
};

struct vt_film_mux;

/* VT_OK, VT_ERR_INVALID, VT_ERR_NOMEM or VT_ERR_IO. */
int vt_film_mux_open(const struct vt_film_mux_config *config, struct vt_film_mux **ret_mux);
void vt_film_mux_close(struct vt_film_mux *mux);

/* Packets of a track in order; the bytes are copied. FRAGMENTS: one goes out whenever 100 ms are full. */
int vt_film_mux_packet(struct vt_film_mux *mux, size_t track, const uint8_t *bytes, size_t len, int64_t pts,
                       int64_t duration, bool is_key);

/* After the last packet. `ret_bytes` (borrowed until close) is NULL for FRAGMENTS. */
int vt_film_mux_end(struct vt_film_mux *mux, const uint8_t **ret_bytes, size_t *ret_len);

#endif
