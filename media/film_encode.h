/* SPDX-License-Identifier: Apache-2.0 */
/* One door to every encoder of films: pictures in, packets out.
 *
 * No B frames and no lookahead for H.264, so each push gives its packet at once; AV1 may keep some
 * back until the flush. Encoders run in the thread that pushes, or bring threads of their own (AV1).
 * Worker process only. */
#ifndef VT_MEDIA_FILM_ENCODE_H
#define VT_MEDIA_FILM_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "media/film_planes.h"

enum vt_film_codec { VT_FILM_H264, VT_FILM_AV1 };
/* Who encodes H.264; X264 only when it was built in. */
enum vt_film_maker { VT_FILM_OPENH264, VT_FILM_X264, VT_FILM_SVTAV1 };

struct vt_film_encode_config {
    enum vt_film_maker maker;
    uint32_t width, height; /* even */
    uint32_t fps;
    uint32_t gop; /* frames between two key frames; 0: two seconds */
    uint32_t bits_per_s;
    bool is_limited; /* the rate is not only what is good enough: AV1 goes by quality else */
};

struct vt_film_packet {
    const uint8_t *bytes; /* borrowed until the next call for this encoder */
    size_t len;
    int64_t pts; /* in frames, as pushed */
    bool is_key;
};

struct vt_film_encoder;

/* VT_OK, VT_ERR_INVALID (sizes, or a maker that is not built in), VT_ERR_NOMEM or VT_ERR_IO. */
int vt_film_encode_open(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder);
void vt_film_encode_close(struct vt_film_encoder *encoder);
bool vt_film_encode_has(enum vt_film_maker maker);
enum vt_film_codec vt_film_encode_codec(const struct vt_film_encoder *encoder);

/* What a file's index says of the stream before its first packet: SPS and PPS behind start codes, or
 * AV1's sequence header. Borrowed from the encoder. */
void vt_film_encode_header(const struct vt_film_encoder *encoder, const uint8_t **ret_bytes, size_t *ret_len);

/* `frame` NULL: no more will come. Then pull until VT_ERR_MISSING. */
int vt_film_encode_push(struct vt_film_encoder *encoder, const struct vt_film_planes *frame, int64_t pts);
/* VT_OK; VT_ERR_MISSING: none now (after the flush: none any more); VT_ERR_IO. */
int vt_film_encode_pull(struct vt_film_encoder *encoder, struct vt_film_packet *ret_packet);

/* --- for the makers' files ----------------------------------------------------------------------------- */

struct vt_film_maker_calls {
    enum vt_film_codec codec;
    int (*open)(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder);
    void (*close)(struct vt_film_encoder *encoder);
    void (*header)(const struct vt_film_encoder *encoder, const uint8_t **ret_bytes, size_t *ret_len);
    int (*push)(struct vt_film_encoder *encoder, const struct vt_film_planes *frame, int64_t pts);
    int (*pull)(struct vt_film_encoder *encoder, struct vt_film_packet *ret_packet);
};

/* The first member of each maker's own struct. */
struct vt_film_encoder {
    const struct vt_film_maker_calls *calls;
};

extern const struct vt_film_maker_calls vt_film_openh264, vt_film_svtav1, vt_film_x264;

#endif
