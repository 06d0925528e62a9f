/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_sound.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum {
    CHANNELS = 2,
    FRAME = 1024, /* samples of an AAC packet */
    BITS_CHANNEL = 64000,
    SLIP_PARTS = 20 /* a twentieth of a second is no gap: phones' clocks are not that good */
};

struct vt_film_sound {
    AVCodecContext *decoder, *encoder; /* owned */
    AVFrame *decoded, *raw;            /* owned */
    AVPacket *coded;                   /* owned */
    AVRational base;                   /* of the stream's times */
    int64_t zero, length;              /* in samples */
    int64_t at;                        /* samples of the part that are there */
    float rest[CHANNELS][FRAME];
    uint32_t n_rest;
    int64_t pts; /* of the next raw frame */
    vt_film_sound_fn *give;
    void *arg;
    int err;
};

/* --- opening ----------------------------------------------------------------------------------------------
 */

static int open_decoder(struct vt_film_sound *sound, const AVStream *stream)
{
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    sound->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!sound->decoder || avcodec_parameters_to_context(sound->decoder, stream->codecpar) < 0)
        return VT_ERR_NOMEM;
    sound->decoder->pkt_timebase = stream->time_base;
    sound->decoder->thread_count = 1;
    return avcodec_open2(sound->decoder, codec, NULL) < 0 ? VT_ERR_INVALID : VT_OK;
}

static int open_encoder(struct vt_film_sound *sound, int rate, int channels)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    sound->encoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!sound->encoder)
        return VT_ERR_NOMEM;
    av_channel_layout_default(&sound->encoder->ch_layout, channels);
    sound->encoder->sample_rate = rate;
    sound->encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
    sound->encoder->bit_rate = (int64_t)BITS_CHANNEL * channels;
    sound->encoder->time_base = (AVRational){ 1, rate };
    sound->encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER | AV_CODEC_FLAG_BITEXACT;
    return avcodec_open2(sound->encoder, codec, NULL) < 0 ? VT_ERR_INVALID : VT_OK;
}

static int open_raw(struct vt_film_sound *sound)
{
    sound->raw = av_frame_alloc();
    sound->decoded = av_frame_alloc();
    sound->coded = av_packet_alloc();
    if (!sound->raw || !sound->decoded || !sound->coded)
        return VT_ERR_NOMEM;
    sound->raw->format = AV_SAMPLE_FMT_FLTP;
    sound->raw->sample_rate = sound->encoder->sample_rate;
    sound->raw->nb_samples = FRAME;
    if (av_channel_layout_copy(&sound->raw->ch_layout, &sound->encoder->ch_layout) < 0 ||
        av_frame_get_buffer(sound->raw, 0) < 0)
        return VT_ERR_NOMEM;
    return VT_OK;
}

int vt_film_sound_open(const AVStream *stream, int64_t zero_ms, uint32_t length_ms, vt_film_sound_fn *coded,
                       void *arg, struct vt_film_sound **ret_sound)
{
    const AVCodecParameters *from = stream->codecpar;
    struct vt_film_sound *sound = calloc(1, sizeof(*sound));
    if (!sound)
        return VT_ERR_NOMEM;
    const int channels = from->ch_layout.nb_channels > 1 ? CHANNELS : 1;
    int err = from->sample_rate > 0 ? open_decoder(sound, stream) : VT_ERR_INVALID;
    if (!err)
        err = open_encoder(sound, from->sample_rate, channels);
    if (!err)
        err = open_raw(sound);
    if (err) {
        vt_film_sound_close(sound);
        return err;
    }
    sound->base = stream->time_base;
    sound->zero = zero_ms * from->sample_rate / 1000;
    sound->length = (int64_t)length_ms * from->sample_rate / 1000;
    sound->give = coded;
    sound->arg = arg;
    *ret_sound = sound;
    return VT_OK;
}

void vt_film_sound_close(struct vt_film_sound *sound)
{
    if (!sound)
        return;
    avcodec_free_context(&sound->decoder);
    avcodec_free_context(&sound->encoder);
    av_frame_free(&sound->decoded);
    av_frame_free(&sound->raw);
    av_packet_free(&sound->coded);
    free(sound);
}

void vt_film_sound_format(const struct vt_film_sound *sound, struct vt_film_sound_format *ret_format)
{
    *ret_format = (struct vt_film_sound_format){ .rate = (uint32_t)sound->encoder->sample_rate,
                                                 .channels = (uint32_t)sound->encoder->ch_layout.nb_channels,
                                                 .frame_samples = FRAME,
                                                 .header = sound->encoder->extradata,
                                                 .header_len = (size_t)sound->encoder->extradata_size };
}

/* --- coding ------------------------------------------------------------------------------------------------
 */

static void take_coded(struct vt_film_sound *sound)
{
    while (!sound->err && avcodec_receive_packet(sound->encoder, sound->coded) == 0) {
        const AVPacket *coded = sound->coded;
        sound->err = sound->give(sound->arg, coded->data, (size_t)coded->size, coded->pts, coded->duration);
        av_packet_unref(sound->coded);
    }
}

static void code(struct vt_film_sound *sound)
{
    if (sound->err)
        return;
    if (av_frame_make_writable(sound->raw) < 0) {
        sound->err = VT_ERR_NOMEM;
        return;
    }
    for (int i = 0; i < sound->encoder->ch_layout.nb_channels; i++)
        memcpy(sound->raw->data[i], sound->rest[i], sizeof(sound->rest[i]));
    sound->raw->pts = sound->pts;
    sound->pts += FRAME;
    if (avcodec_send_frame(sound->encoder, sound->raw) < 0)
        sound->err = VT_ERR_IO;
    take_coded(sound);
}

static void push(struct vt_film_sound *sound, float left, float right)
{
    sound->rest[0][sound->n_rest] = left;
    sound->rest[1][sound->n_rest] = right;
    sound->at++;
    if (++sound->n_rest == FRAME) {
        code(sound);
        sound->n_rest = 0;
    }
}

/* --- decoding ----------------------------------------------------------------------------------------------
 */

/* More than two channels: the middle goes to both sides, as does what is behind; low tones are left out. */
static float side_of(const AVFrame *frame, int side, int at)
{
    const int n = frame->ch_layout.nb_channels;
    const float *const *data = (const float *const *)(const void *)frame->extended_data;
    if (n < 3)
        return data[side < n ? side : 0][at];
    const float middle = 0.707f * data[2][at];
    return 0.5f * (data[side][at] + middle + (n > 5 ? 0.707f * data[4 + side][at] : 0));
}

static void take_frame(struct vt_film_sound *sound)
{
    const AVFrame *frame = sound->decoded;
    const int rate = sound->encoder->sample_rate;
    /* Every decoder that is taken gives this; a file that changes its rate has no sound from there on. */
    if (frame->format != AV_SAMPLE_FMT_FLTP || frame->sample_rate != rate)
        return;
    int64_t start = sound->at;
    if (frame->best_effort_timestamp != AV_NOPTS_VALUE)
        start = av_rescale_q(frame->best_effort_timestamp, sound->base, (AVRational){ 1, rate }) -
                sound->zero;
    if (llabs(start - sound->at) < rate / SLIP_PARTS && sound->at > 0)
        start = sound->at;
    while (sound->at < start && sound->at < sound->length)
        push(sound, 0, 0);
    for (int64_t i = sound->at - start; i < frame->nb_samples && sound->at < sound->length; i++)
        push(sound, side_of(frame, 0, (int)i), side_of(frame, 1, (int)i));
}

void vt_film_sound_take(struct vt_film_sound *sound, const AVPacket *packet)
{
    if (sound->err || sound->at >= sound->length)
        return;
    if (avcodec_send_packet(sound->decoder, packet) < 0)
        return; /* a damaged packet is a gap */
    while (avcodec_receive_frame(sound->decoder, sound->decoded) == 0) {
        take_frame(sound);
        av_frame_unref(sound->decoded);
    }
}

int vt_film_sound_end(struct vt_film_sound *sound)
{
    vt_film_sound_take(sound, NULL);
    while (sound->n_rest > 0 && !sound->err)
        push(sound, 0, 0); /* the last packet is filled */
    if (!sound->err && avcodec_send_frame(sound->encoder, NULL) < 0)
        sound->err = VT_ERR_IO;
    take_coded(sound);
    return sound->err;
}
