/* SPDX-License-Identifier: Apache-2.0 */
/* The encoders' door of media/film_encode.h once more, beside which every picture is also written, as it is,
 * to the file that VITRINE_FRAMES names: what a film is compared with. Linked before the library, whose own
 * door is not taken then. */
#include <stdio.h>
#include <stdlib.h>

#include "media/film_encode.h"
#include "server/base/err.h"

static FILE *frames; /* owned while an encoder is open */

bool vt_film_encode_has(enum vt_film_maker maker)
{
    return maker == VT_FILM_OPENH264;
}

int vt_film_encode_open(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder)
{
    struct vt_film_encode_config whole = *config;
    const char *path = getenv("VITRINE_FRAMES");
    whole.gop = 2 * whole.fps;
    frames = path ? fopen(path, "we") : NULL;
    return frames ? vt_film_openh264.open(&whole, ret_encoder) : VT_ERR_IO;
}

void vt_film_encode_close(struct vt_film_encoder *encoder)
{
    if (encoder)
        encoder->calls->close(encoder);
    if (frames)
        fclose(frames);
    frames = NULL;
}

enum vt_film_codec vt_film_encode_codec(const struct vt_film_encoder *encoder)
{
    return encoder->calls->codec;
}

void vt_film_encode_header(const struct vt_film_encoder *encoder, const uint8_t **ret_bytes, size_t *ret_len)
{
    encoder->calls->header(encoder, ret_bytes, ret_len);
}

static bool write_frame(const struct vt_film_planes *frame)
{
    bool is_written = true;
    for (int i = 0; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < vt_film_plane_height(frame, i); y++) {
            const size_t n = vt_film_plane_width(frame, i);
            is_written = fwrite(frame->plane[i] + (size_t)y * frame->stride[i], 1, n, frames) == n &&
                         is_written;
        }
    return is_written;
}

int vt_film_encode_push(struct vt_film_encoder *encoder, const struct vt_film_planes *frame, int64_t pts)
{
    if (frame && !write_frame(frame))
        return VT_ERR_IO;
    return encoder->calls->push(encoder, frame, pts);
}

int vt_film_encode_pull(struct vt_film_encoder *encoder, struct vt_film_packet *ret_packet)
{
    return encoder->calls->pull(encoder, ret_packet);
}
