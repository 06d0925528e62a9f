/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_reader.h"

#include <libavcodec/avcodec.h>
#include <libavutil/display.h>
#include <libavutil/frame.h>
#include <libswscale/swscale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "media/film_demux.h"
#include "media/film_turn.h"
#include "server/base/cleanup.h"
#include "server/base/err.h"

enum {
    FPS_MOST = 30,
    HD_LEAST = 720,
    SLIP_MS = 2 /* times are rounded: a picture that is due in 2 ms is due */
};

/* What the scaler was made for. */
struct form {
    int width, height, format, is_full;
};

struct vt_film_reader {
    struct vt_film_demux in;
    AVCodecContext *decoder; /* owned */
    AVPacket *packet;        /* owned */
    AVFrame *shown, *next;   /* owned; what is shown, and what comes then */
    bool has_shown, has_next, is_read, is_decoded;
    struct SwsContext *scaler; /* owned */
    struct form form;
    struct vt_film_planes lying; /* as stored, scaled */
    uint32_t width, height;
    unsigned quarters;  /* to be turned clockwise */
    int64_t zero_ms;    /* where the part begins in the file's time */
    uint32_t length_ms; /* of the part */
    void (*take_sound)(void *arg, const AVPacket *packet);
    void *arg;
};

/* --- opening ----------------------------------------------------------------------------------------------
 */

static unsigned quarters_of(const AVStream *stream)
{
    const uint8_t *matrix = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    const double turn = matrix ? -av_display_rotation_get((const int32_t *)(const void *)matrix) : 0;
    return isnan(turn) ? 0 : (unsigned)(lrint(turn / 90) + 8) % 4;
}

static const AVCodec *decoder_of(enum AVCodecID id)
{
    /* libavcodec's own needs a graphics card. */
    return id == AV_CODEC_ID_AV1 ? avcodec_find_decoder_by_name("libdav1d") : avcodec_find_decoder(id);
}

static int open_decoder(struct vt_film_reader *reader)
{
    const AVStream *stream = vt_film_demux_picture(&reader->in);
    const AVCodec *codec = decoder_of(stream->codecpar->codec_id);
    reader->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    if (!reader->decoder || avcodec_parameters_to_context(reader->decoder, stream->codecpar) < 0)
        return VT_ERR_NOMEM;
    reader->decoder->pkt_timebase = stream->time_base;
    reader->decoder->thread_count = 1;
    reader->decoder->max_pixels = (int64_t)VT_CLIP_LIMITS.wide * VT_CLIP_LIMITS.high;
    return avcodec_open2(reader->decoder, codec, NULL) < 0 ? VT_ERR_INVALID : VT_OK;
}

static int open_parts(struct vt_film_reader *reader)
{
    const bool is_turned = reader->quarters % 2;
    reader->packet = av_packet_alloc();
    reader->shown = av_frame_alloc();
    reader->next = av_frame_alloc();
    if (!reader->packet || !reader->shown || !reader->next)
        return VT_ERR_NOMEM;
    int err = vt_film_planes_init(&reader->lying, is_turned ? reader->height : reader->width,
                                  is_turned ? reader->width : reader->height);
    return err ? err : open_decoder(reader);
}

enum vt_media_err vt_film_reader_open(int fd, const struct vt_clip *clip, uint32_t width, uint32_t height,
                                      struct vt_film_reader **ret_reader, struct vt_media_problem *problem)
{
    struct vt_film_reader *reader = calloc(1, sizeof(*reader));
    if (!reader)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    enum vt_media_err err = vt_film_demux_open(&reader->in, fd, problem);
    if (!err) {
        reader->width = width;
        reader->height = height;
        reader->length_ms = vt_clip_ms(clip);
        reader->zero_ms = reader->in.is_matroska ? clip->from_ms : 0;
        reader->quarters = quarters_of(vt_film_demux_picture(&reader->in));
        if (open_parts(reader) != VT_OK)
            err = vt_film_broken(problem);
    }
    if (err)
        vt_film_reader_close(reader);
    else
        *ret_reader = reader;
    return err;
}

void vt_film_reader_close(struct vt_film_reader *reader)
{
    if (!reader)
        return;
    sws_freeContext(reader->scaler);
    av_frame_free(&reader->shown);
    av_frame_free(&reader->next);
    av_packet_free(&reader->packet);
    avcodec_free_context(&reader->decoder);
    vt_film_planes_finish(&reader->lying);
    vt_film_demux_finish(&reader->in);
    free(reader);
}

/* Even is what has one step from picture to picture, so that its mean is its step. */
uint32_t vt_film_reader_fps(const struct vt_film_reader *reader)
{
    const AVStream *stream = vt_film_demux_picture(&reader->in);
    const AVRational mean = stream->avg_frame_rate, each = stream->r_frame_rate;
    double fps = mean.num > 0 && mean.den > 0 ? av_q2d(mean) : 0;
    const double steps = each.num > 0 && each.den > 0 ? av_q2d(each) : 0;
    if (fps < 1 || fabs(fps - steps) > fps / 50)
        return FPS_MOST;
    while (fps > FPS_MOST + 0.5)
        fps /= 2; /* 60 and 50 */
    return (uint32_t)lrint(fps);
}

/* --- decoding ---------------------------------------------------------------------------------------------
 */

const AVStream *vt_film_reader_sound(struct vt_film_reader *reader,
                                     void (*take)(void *arg, const AVPacket *packet), void *arg,
                                     int64_t *ret_zero_ms)
{
    if (reader->in.sound < 0)
        return NULL;
    reader->take_sound = take;
    reader->arg = arg;
    *ret_zero_ms = reader->zero_ms;
    return reader->in.format->streams[reader->in.sound];
}

/* The next picture's packet; sounds are handed on by the way. False at the end. */
static bool read_packet(struct vt_film_reader *reader)
{
    while (!reader->is_read) {
        av_packet_unref(reader->packet);
        if (av_read_frame(reader->in.format, reader->packet) < 0) {
            reader->is_read = true;
            break;
        }
        if (reader->packet->stream_index == reader->in.picture)
            return true;
        if (reader->packet->stream_index == reader->in.sound && reader->take_sound)
            reader->take_sound(reader->arg, reader->packet);
    }
    return false;
}

void vt_film_reader_drain(struct vt_film_reader *reader)
{
    while (read_packet(reader))
        ;
}

/* A damaged packet costs its picture, not the clip. */
static void decode(struct vt_film_reader *reader)
{
    while (!reader->has_next && !reader->is_decoded) {
        const int got = avcodec_receive_frame(reader->decoder, reader->next);
        if (got == 0)
            reader->has_next = true;
        else if (got == AVERROR_EOF)
            reader->is_decoded = true;
        else
            avcodec_send_packet(reader->decoder, read_packet(reader) ? reader->packet : NULL);
    }
}

static int64_t shown_ms(const struct vt_film_reader *reader, const AVFrame *frame)
{
    const AVRational base = vt_film_demux_picture(&reader->in)->time_base;
    const int64_t time = frame->best_effort_timestamp;
    return time == AV_NOPTS_VALUE ? 0 : av_rescale_q(time, base, (AVRational){ 1, 1000 }) - reader->zero_ms;
}

static void step(struct vt_film_reader *reader)
{
    AVFrame *old = reader->shown;
    reader->shown = reader->next;
    reader->next = old;
    av_frame_unref(old);
    reader->has_shown = true;
    reader->has_next = false;
}

/* --- drawing ----------------------------------------------------------------------------------------------
 */

/* libavcodec has names of their own for those in full range; to libswscale that is another matter. */
static struct form form_of(const AVFrame *frame)
{
    struct form form = { frame->width, frame->height, frame->format, frame->color_range == AVCOL_RANGE_JPEG };
    static const enum AVPixelFormat full[][2] = { { AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P },
                                                  { AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P },
                                                  { AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P } };
    for (size_t i = 0; i < VT_COUNT(full); i++)
        if (frame->format == full[i][0]) {
            form.format = full[i][1];
            form.is_full = true;
        }
    return form;
}

/* The matrix stays what it is here: libswscale would only change it by way of RGB. */
static int open_scaler(struct vt_film_reader *reader, struct form form)
{
    const int *same = sws_getCoefficients(SWS_CS_ITU709);
    if (reader->scaler && memcmp(&form, &reader->form, sizeof(form)) == 0)
        return VT_OK;
    sws_freeContext(reader->scaler);
    reader->form = form;
    reader->scaler = sws_getContext(form.width, form.height, form.format, (int)reader->lying.width,
                                    (int)reader->lying.height, AV_PIX_FMT_YUV420P, SWS_BICUBIC, NULL, NULL,
                                    NULL);
    if (!reader->scaler)
        return VT_ERR_INVALID;
    sws_setColorspaceDetails(reader->scaler, same, form.is_full, same, 0, 0, 1 << 16, 1 << 16);
    return VT_OK;
}

static int scale(struct vt_film_reader *reader)
{
    const AVFrame *frame = reader->shown;
    struct vt_film_planes *to = &reader->lying;
    int strides[VT_FILM_PLANES];
    int err = open_scaler(reader, form_of(frame));
    for (int i = 0; i < VT_FILM_PLANES; i++)
        strides[i] = (int)to->stride[i];
    if (!err && sws_scale(reader->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0,
                          frame->height, to->plane, strides) <= 0)
        err = VT_ERR_INVALID;
    return err;
}

/* Where a clip does not say, small pictures are taken for those of old, as browsers do. */
static bool is_601(const AVFrame *frame)
{
    const int least = frame->width < frame->height ? frame->width : frame->height;
    if (frame->colorspace == AVCOL_SPC_UNSPECIFIED)
        return least < HD_LEAST;
    return frame->colorspace == AVCOL_SPC_SMPTE170M || frame->colorspace == AVCOL_SPC_BT470BG;
}

static int draw(struct vt_film_reader *reader, struct vt_film_planes *planes)
{
    int err = scale(reader);
    if (err)
        return err;
    if (is_601(reader->shown))
        vt_film_planes_from_601(&reader->lying);
    vt_film_planes_turn(&reader->lying, reader->quarters, planes);
    return VT_OK;
}

int vt_film_reader_at(struct vt_film_reader *reader, uint32_t ms, struct vt_film_planes *planes)
{
    decode(reader);
    while (reader->has_next &&
           (!reader->has_shown || shown_ms(reader, reader->next) <= (int64_t)ms + SLIP_MS)) {
        step(reader);
        decode(reader);
    }
    if (!reader->has_shown)
        return VT_ERR_INVALID;
    const int64_t last_ms = shown_ms(reader, reader->shown) + 1000 / vt_film_reader_fps(reader);
    if (ms >= reader->length_ms || (!reader->has_next && ms > last_ms))
        return VT_ERR_MISSING;
    return draw(reader, planes);
}
