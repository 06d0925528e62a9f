/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_encode.h"

#include "server/base/err.h"

static const struct vt_film_maker_calls *calls_of(enum vt_film_maker maker)
{
    switch (maker) {
    case VT_FILM_OPENH264:
        return &vt_film_openh264;
    case VT_FILM_SVTAV1:
        return &vt_film_svtav1;
    case VT_FILM_X264:
#ifdef VT_WITH_X264
        return &vt_film_x264;
#else
        break;
#endif
    }
    return NULL;
}

bool vt_film_encode_has(enum vt_film_maker maker)
{
    return calls_of(maker) != NULL;
}

int vt_film_encode_open(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder)
{
    const struct vt_film_maker_calls *calls = calls_of(config->maker);
    struct vt_film_encode_config whole = *config;
    if (!calls || config->width % 2 || config->height % 2 || config->width < 16 || config->height < 16 ||
        config->fps == 0 || config->bits_per_s == 0)
        return VT_ERR_INVALID;
    if (whole.gop == 0)
        whole.gop = 2 * whole.fps;
    return calls->open(&whole, ret_encoder);
}

void vt_film_encode_close(struct vt_film_encoder *encoder)
{
    if (encoder)
        encoder->calls->close(encoder);
}

enum vt_film_codec vt_film_encode_codec(const struct vt_film_encoder *encoder)
{
    return encoder->calls->codec;
}

void vt_film_encode_header(const struct vt_film_encoder *encoder, const uint8_t **ret_bytes, size_t *ret_len)
{
    encoder->calls->header(encoder, ret_bytes, ret_len);
}

int vt_film_encode_push(struct vt_film_encoder *encoder, const struct vt_film_planes *frame, int64_t pts)
{
    return encoder->calls->push(encoder, frame, pts);
}

int vt_film_encode_pull(struct vt_film_encoder *encoder, struct vt_film_packet *ret_packet)
{
    return encoder->calls->pull(encoder, ret_packet);
}
