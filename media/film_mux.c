/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_mux.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"

enum { IO_BYTES = 32 << 10, FRAGMENT_MS = 100, INDEX_BYTES = 4096, INDEX_PACKET_BYTES = 16 };

struct vt_film_mux {
    struct vt_film_mux_config config;
    AVFormatContext *format; /* owned */
    AVIOContext *io;         /* owned */
    AVPacket *packet;        /* owned */
    uint8_t *bytes;          /* owned; what is written to memory */
    size_t len, size, at;
    int64_t fragment_start; /* of the first track, in its time */
    int write_err;
    bool is_begun;
};

/* --- where the bytes go ----------------------------------------------------------------------------------
 */

static int write_out(void *opaque, uint8_t *bytes, int len)
{
    struct vt_film_mux *mux = opaque;
    if (!mux->write_err)
        mux->write_err = mux->config.write(mux->config.arg, bytes, (size_t)len);
    return mux->write_err ? AVERROR(EIO) : len;
}

static int grow(struct vt_film_mux *mux, size_t need)
{
    size_t size = mux->size ? mux->size : 256 << 10;
    while (size < need)
        size *= 2;
    if (need > VT_FILM_BYTES_MAX)
        return VT_ERR_FULL;
    uint8_t *bytes = size == mux->size ? mux->bytes : realloc(mux->bytes, size);
    if (!bytes)
        return VT_ERR_NOMEM;
    mux->bytes = bytes;
    mux->size = size;
    return VT_OK;
}

static int write_memory(void *opaque, uint8_t *bytes, int len)
{
    struct vt_film_mux *mux = opaque;
    const size_t end = mux->at + (size_t)len;
    if (!mux->write_err)
        mux->write_err = grow(mux, end);
    if (mux->write_err)
        return AVERROR(EIO);
    if (mux->at > mux->len)
        memset(mux->bytes + mux->len, 0, mux->at - mux->len);
    memcpy(mux->bytes + mux->at, bytes, (size_t)len);
    mux->at = end;
    if (end > mux->len)
        mux->len = end;
    return len;
}

static int64_t seek_memory(void *opaque, int64_t offset, int whence)
{
    struct vt_film_mux *mux = opaque;
    int64_t at = offset;
    if (whence == AVSEEK_SIZE)
        return (int64_t)mux->len;
    if (whence == SEEK_CUR)
        at += (int64_t)mux->at;
    else if (whence == SEEK_END)
        at += (int64_t)mux->len;
    /* Beyond the end too: the room for the index is left by going over it. */
    if (at < 0 || at > VT_FILM_BYTES_MAX)
        return AVERROR(EINVAL);
    mux->at = (size_t)at;
    return at;
}

static int open_io(struct vt_film_mux *mux)
{
    const bool is_live = mux->config.container == VT_FILM_FRAGMENTS;
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (buffer)
        mux->io = avio_alloc_context(buffer, IO_BYTES, 1, mux, NULL, is_live ? write_out : write_memory,
                                     is_live ? NULL : seek_memory);
    if (!mux->io) {
        av_free(buffer);
        return VT_ERR_NOMEM;
    }
    mux->format->pb = mux->io;
    mux->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    return VT_OK;
}

/* --- the streams ------------------------------------------------------------------------------------------
 */

static enum AVCodecID codec_of(enum vt_film_stream stream)
{
    switch (stream) {
    case VT_FILM_STREAM_H264:
        return AV_CODEC_ID_H264;
    case VT_FILM_STREAM_AV1:
        return AV_CODEC_ID_AV1;
    case VT_FILM_STREAM_AAC:
        return AV_CODEC_ID_AAC;
    }
    return AV_CODEC_ID_NONE;
}

static void describe_picture(AVCodecParameters *to, const struct vt_film_track *track)
{
    to->codec_type = AVMEDIA_TYPE_VIDEO;
    to->width = (int)track->width;
    to->height = (int)track->height;
    to->format = 0; /* yuv420p; its name is libavutil's, which is not included for one number */
    to->color_range = AVCOL_RANGE_MPEG;
    to->color_primaries = AVCOL_PRI_BT709;
    to->color_trc = AVCOL_TRC_BT709;
    to->color_space = AVCOL_SPC_BT709;
}

static void describe_sound(AVCodecParameters *to, const struct vt_film_track *track)
{
    to->codec_type = AVMEDIA_TYPE_AUDIO;
    to->sample_rate = (int)track->rate;
    to->frame_size = (int)track->frame_samples;
    av_channel_layout_default(&to->ch_layout, (int)track->channels);
}

static int add_stream(struct vt_film_mux *mux, const struct vt_film_track *track)
{
    AVStream *stream = avformat_new_stream(mux->format, NULL);
    if (!stream)
        return VT_ERR_NOMEM;
    AVCodecParameters *to = stream->codecpar;
    to->codec_id = codec_of(track->stream);
    if (track->stream == VT_FILM_STREAM_AAC)
        describe_sound(to, track);
    else
        describe_picture(to, track);
    to->extradata = av_mallocz(track->header_len + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!to->extradata)
        return VT_ERR_NOMEM;
    memcpy(to->extradata, track->header, track->header_len);
    to->extradata_size = (int)track->header_len;
    stream->time_base = (AVRational){ 1, (int)track->rate };
    stream->avg_frame_rate = (AVRational){ (int)track->rate, 1 };
    return VT_OK;
}

/* --- open, close ------------------------------------------------------------------------------------------
 */

static int begin(struct vt_film_mux *mux)
{
    AVDictionary *options = NULL;
    char room[24];
    switch (mux->config.container) {
    case VT_FILM_FRAGMENTS:
        av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof", 0);
        break;
    case VT_FILM_FASTSTART:
        /* Room for the index in front: the other way writes the file twice, and wants to open it. */
        snprintf(room, sizeof(room), "%u", INDEX_BYTES + mux->config.packets_most * INDEX_PACKET_BYTES);
        av_dict_set(&options, "moov_size", room, 0);
        break;
    case VT_FILM_WEBM:
        av_dict_set_int(&options, "reserve_index_space", INDEX_BYTES, 0);
        break;
    }
    int got = avformat_write_header(mux->format, &options);
    const bool is_known = av_dict_count(options) == 0;
    av_dict_free(&options);
    if (got < 0 || !is_known)
        return VT_ERR_IO;
    mux->is_begun = true;
    avio_flush(mux->io);
    return mux->write_err;
}

int vt_film_mux_open(const struct vt_film_mux_config *config, struct vt_film_mux **ret_mux)
{
    if (config->n_tracks < 1 || config->n_tracks > VT_FILM_TRACKS ||
        (config->container == VT_FILM_FRAGMENTS && !config->write))
        return VT_ERR_INVALID;
    struct vt_film_mux *mux = calloc(1, sizeof(*mux));
    if (!mux)
        return VT_ERR_NOMEM;
    mux->config = *config;
    mux->packet = av_packet_alloc();
    av_log_set_level(AV_LOG_QUIET);
    avformat_alloc_output_context2(&mux->format, NULL, config->container == VT_FILM_WEBM ? "webm" : "mp4",
                                   NULL);
    int err = mux->packet && mux->format ? open_io(mux) : VT_ERR_NOMEM;
    for (size_t i = 0; !err && i < config->n_tracks; i++)
        err = add_stream(mux, &config->tracks[i]);
    if (!err)
        err = begin(mux);
    if (err) {
        vt_film_mux_close(mux);
        return err;
    }
    *ret_mux = mux;
    return VT_OK;
}

void vt_film_mux_close(struct vt_film_mux *mux)
{
    if (!mux)
        return;
    if (mux->format)
        mux->format->pb = NULL;
    avformat_free_context(mux->format);
    if (mux->io)
        av_freep(&mux->io->buffer);
    avio_context_free(&mux->io);
    av_packet_free(&mux->packet);
    free(mux->bytes);
    free(mux);
}

/* --- packets
 * ------------------------------------------------------------------------------------------------
 */

/* Ends the fragment when the picture's time since its start is full. */
static int cut(struct vt_film_mux *mux, size_t track, int64_t pts)
{
    if (mux->config.container != VT_FILM_FRAGMENTS || track != 0 ||
        (pts - mux->fragment_start) * 1000 < (int64_t)FRAGMENT_MS * mux->config.tracks[0].rate)
        return VT_OK;
    mux->fragment_start = pts;
    if (av_write_frame(mux->format, NULL) < 0)
        return mux->write_err ? mux->write_err : VT_ERR_IO;
    avio_flush(mux->io);
    return mux->write_err;
}

int vt_film_mux_packet(struct vt_film_mux *mux, size_t track, const uint8_t *bytes, size_t len, int64_t pts,
                       int64_t duration, bool is_key)
{
    if (track >= mux->config.n_tracks || len > VT_FILM_BYTES_MAX)
        return VT_ERR_INVALID;
    int err = cut(mux, track, pts);
    if (err)
        return err;
    if (av_new_packet(mux->packet, (int)len) < 0)
        return VT_ERR_NOMEM;
    const AVStream *stream = mux->format->streams[track];
    const AVRational from = { 1, (int)mux->config.tracks[track].rate };
    memcpy(mux->packet->data, bytes, len);
    mux->packet->stream_index = (int)track;
    mux->packet->pts = mux->packet->dts = pts;
    mux->packet->duration = duration;
    mux->packet->flags = is_key ? AV_PKT_FLAG_KEY : 0;
    av_packet_rescale_ts(mux->packet, from, stream->time_base);
    int got = mux->config.n_tracks > 1 && mux->config.container != VT_FILM_FRAGMENTS
                  ? av_interleaved_write_frame(mux->format, mux->packet)
                  : av_write_frame(mux->format, mux->packet);
    av_packet_unref(mux->packet);
    if (got < 0)
        return mux->write_err ? mux->write_err : VT_ERR_IO;
    return VT_OK;
}

int vt_film_mux_end(struct vt_film_mux *mux, const uint8_t **ret_bytes, size_t *ret_len)
{
    if (av_write_trailer(mux->format) < 0)
        return mux->write_err ? mux->write_err : VT_ERR_IO;
    avio_flush(mux->io);
    if (mux->write_err)
        return mux->write_err;
    *ret_bytes = mux->config.container == VT_FILM_FRAGMENTS ? NULL : mux->bytes;
    *ret_len = mux->len;
    return VT_OK;
}
