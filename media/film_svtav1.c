/* SPDX-License-Identifier: Apache-2.0 */
/* AV1 by SVT-AV1, for the copy that is made when nothing else is to do: its own threads, and packets
 * that come some frames after their pictures. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <svt-av1/EbSvtAv1Enc.h>

#include "media/film_encode.h"
#include "server/base/err.h"

/* No worse than the H.264 copy, which somebody waited for, in a quarter of its bytes. */
enum { CRF = 50 };
enum { PRESET = 12, HEADER_MOST = 256, STACK_BYTES = 1 << 20 };

struct encoder {
    struct vt_film_encoder base;
    EbComponentType *svt; /* owned */
    uint8_t header[HEADER_MOST];
    size_t header_len;
    EbBufferHeaderType *packet; /* the library's, given back at the next call; NULL: none */
    bool is_open, is_flushed, is_over;
};

static void release_packet(struct encoder *encoder)
{
    if (encoder->packet)
        svt_av1_enc_release_out_buffer(&encoder->packet);
    encoder->packet = NULL;
}

static void close_encoder(struct vt_film_encoder *base)
{
    struct encoder *encoder = (struct encoder *)base;
    release_packet(encoder);
    if (encoder->is_open)
        svt_av1_enc_deinit(encoder->svt);
    if (encoder->svt)
        svt_av1_enc_deinit_handle(encoder->svt);
    free(encoder);
}

static void set_config(EbSvtAv1EncConfiguration *to, const struct vt_film_encode_config *config)
{
    to->enc_mode = PRESET;
    to->source_width = config->width;
    to->source_height = config->height;
    to->frame_rate_numerator = config->fps;
    to->frame_rate_denominator = 1;
    to->intra_period_length = (int32_t)config->gop - 1;
    to->intra_refresh_type = SVT_AV1_KF_REFRESH;
    if (config->is_limited) {
        to->rate_control_mode = SVT_AV1_RC_MODE_VBR;
        to->target_bit_rate = config->bits_per_s;
    } else {
        to->rate_control_mode = SVT_AV1_RC_MODE_CQP_OR_CRF;
        to->enable_adaptive_quantization = 2; /* which makes it the latter */
        to->qp = CRF;
    }
    to->encoder_bit_depth = 8;
    to->encoder_color_format = EB_YUV420;
    to->color_description_present_flag = TRUE;
    to->color_primaries = EB_CICP_CP_BT_709;
    to->transfer_characteristics = EB_CICP_TC_BT_709;
    to->matrix_coefficients = EB_CICP_MC_BT_709;
    to->color_range = EB_CR_STUDIO_RANGE;
    /* Memory and threads of one core; the machine's others serve somebody who waits. */
    to->logical_processors = 1;
}

static int read_header(struct encoder *encoder)
{
    EbBufferHeaderType *header = NULL;
    if (svt_av1_enc_stream_header(encoder->svt, &header) != EB_ErrorNone || !header)
        return VT_ERR_IO;
    const size_t len = header->n_filled_len;
    if (len <= HEADER_MOST) {
        memcpy(encoder->header, header->p_buffer, len);
        encoder->header_len = len;
    }
    svt_av1_enc_stream_header_release(header);
    return len <= HEADER_MOST ? VT_OK : VT_ERR_FULL;
}

/* Its log says hello on every film; what goes wrong comes back as a number. The library starts some thirty
 * threads; with the system's 8 MB of stack each they alone would fill what a worker may map. */
static void prepare(void)
{
    pthread_attr_t attr;
    setenv("SVT_LOG", "1", 1);
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    pthread_setattr_default_np(&attr);
    pthread_attr_destroy(&attr);
}

static int open_encoder(const struct vt_film_encode_config *config, struct vt_film_encoder **ret_encoder)
{
    EbSvtAv1EncConfiguration set;
    struct encoder *encoder = calloc(1, sizeof(*encoder));
    if (!encoder)
        return VT_ERR_NOMEM;
    encoder->base.calls = &vt_film_svtav1;
    memset(&set, 0, sizeof(set));
    prepare();
    int err = svt_av1_enc_init_handle(&encoder->svt, NULL, &set) == EB_ErrorNone ? VT_OK : VT_ERR_NOMEM;
    if (!err) {
        set_config(&set, config);
        err = svt_av1_enc_set_parameter(encoder->svt, &set) == EB_ErrorNone ? VT_OK : VT_ERR_INVALID;
    }
    if (!err) {
        encoder->is_open = svt_av1_enc_init(encoder->svt) == EB_ErrorNone;
        err = encoder->is_open ? read_header(encoder) : VT_ERR_NOMEM;
    }
    if (err) {
        close_encoder(&encoder->base);
        return err;
    }
    *ret_encoder = &encoder->base;
    return VT_OK;
}

static void header_of(const struct vt_film_encoder *base, const uint8_t **ret_bytes, size_t *ret_len)
{
    const struct encoder *encoder = (const struct encoder *)base;
    *ret_bytes = encoder->header;
    *ret_len = encoder->header_len;
}

static int push(struct vt_film_encoder *base, const struct vt_film_planes *frame, int64_t pts)
{
    struct encoder *encoder = (struct encoder *)base;
    EbSvtIOFormat picture = { .color_fmt = EB_YUV420, .bit_depth = EB_EIGHT_BIT };
    EbBufferHeaderType in = { .size = sizeof(in), .pic_type = EB_AV1_INVALID_PICTURE, .pts = pts };
    if (frame) {
        picture.luma = frame->plane[0];
        picture.cb = frame->plane[1];
        picture.cr = frame->plane[2];
        picture.y_stride = frame->stride[0];
        picture.cb_stride = frame->stride[1];
        picture.cr_stride = frame->stride[2];
        picture.width = frame->width;
        picture.height = frame->height;
        in.p_buffer = (uint8_t *)&picture;
        in.n_filled_len = frame->width * frame->height * 3 / 2;
    } else {
        in.flags = EB_BUFFERFLAG_EOS;
        encoder->is_flushed = true;
    }
    return svt_av1_enc_send_picture(encoder->svt, &in) == EB_ErrorNone ? VT_OK : VT_ERR_IO;
}

static int pull(struct vt_film_encoder *base, struct vt_film_packet *ret_packet)
{
    struct encoder *encoder = (struct encoder *)base;
    release_packet(encoder);
    if (encoder->is_over)
        return VT_ERR_MISSING;
    EbErrorType got = svt_av1_enc_get_packet(encoder->svt, &encoder->packet, encoder->is_flushed);
    if (got == EB_NoErrorEmptyQueue || (got == EB_ErrorNone && !encoder->packet))
        return VT_ERR_MISSING;
    if (got != EB_ErrorNone)
        return VT_ERR_IO;
    const EbBufferHeaderType *packet = encoder->packet;
    encoder->is_over = packet->flags & EB_BUFFERFLAG_EOS;
    if (packet->n_filled_len == 0)
        return VT_ERR_MISSING;
    *ret_packet = (struct vt_film_packet){ packet->p_buffer, packet->n_filled_len, packet->pts,
                                           packet->pic_type == EB_AV1_KEY_PICTURE };
    return VT_OK;
}

const struct vt_film_maker_calls vt_film_svtav1 = {
    .codec = VT_FILM_AV1,
    .open = open_encoder,
    .close = close_encoder,
    .header = header_of,
    .push = push,
    .pull = pull,
};
