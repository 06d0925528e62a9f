/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_cut.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/film_demux.h"
#include "server/base/err.h"

/* What a file without its packets needs at most: the index holds size, time, offset, place and key of each.
 */
enum {
    IO_BYTES = 64 << 10,
    BYTES_MOST = 60 << 20, /* workers write files of 64 MB at most */
    PACKETS_MOST = 16384,
    INDEX_BYTES = 8192,
    INDEX_PACKET_BYTES = 48
};

struct cut {
    const struct vt_clip *clip;
    struct vt_film_demux in;
    AVPacket **packets; /* owned, as are they */
    size_t n, bytes;
    AVFormatContext *out;
    AVIOContext *io;
    int fd; /* borrowed */
    bool is_matroska;
    bool has_key; /* pictures count from here on */
    int error;    /* errno of the first write that failed */
};

/* --- reading ----------------------------------------------------------------------------------------------
 */

static int64_t in_ms(const struct cut *cut, int stream, int64_t time)
{
    return av_rescale_q(time, cut->in.format->streams[stream]->time_base, (AVRational){ 1, 1000 });
}

/* When it is shown, or at least decoded; a packet that says neither is shown with the one before. */
static int64_t time_of(const struct cut *cut, const AVPacket *packet)
{
    const int64_t time = packet->dts != AV_NOPTS_VALUE ? packet->dts : packet->pts;
    return time == AV_NOPTS_VALUE ? 0 : in_ms(cut, packet->stream_index, time);
}

static enum vt_media_err keep(struct cut *cut, const AVPacket *packet, struct vt_media_problem *problem)
{
    cut->bytes += (size_t)packet->size;
    if (cut->bytes > BYTES_MOST || cut->n == PACKETS_MOST)
        return vt_media_problem_limit(
            problem, VT_MEDIA_TOO_BIG, BYTES_MOST, cut->bytes,
            "This part of the clip has more than %d MB; choose a shorter one, or film "
            "at a lower quality.",
            BYTES_MOST >> 20);
    AVPacket *copy = av_packet_clone(packet);
    if (!copy)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    cut->packets[cut->n++] = copy;
    return VT_MEDIA_OK;
}

/* A sound before the part is left out; pictures before it are needed from the key frame on. */
static bool is_wanted(struct cut *cut, const AVPacket *packet, int64_t time_ms)
{
    if (packet->stream_index == cut->in.picture) {
        cut->has_key = cut->has_key || packet->flags & AV_PKT_FLAG_KEY;
        return cut->has_key;
    }
    return packet->stream_index == cut->in.sound &&
           time_ms + in_ms(cut, cut->in.sound, packet->duration) > cut->clip->from_ms;
}

/* Each stream until its own end: how they lie in the file is the phone's matter. */
static enum vt_media_err collect(struct cut *cut, struct vt_media_problem *problem)
{
    enum vt_media_err err = VT_MEDIA_OK;
    bool has_picture = true, has_sound = cut->in.sound >= 0;
    AVPacket *packet = av_packet_alloc();
    cut->packets = calloc(PACKETS_MOST, sizeof(struct AVPacket *));
    if (!packet || !cut->packets)
        err = vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    while (!err && (has_picture || has_sound) && av_read_frame(cut->in.format, packet) >= 0) {
        const bool is_picture = packet->stream_index == cut->in.picture;
        const int64_t time_ms = time_of(cut, packet);
        if (time_ms >= cut->clip->to_ms)
            *(is_picture ? &has_picture : &has_sound) = false;
        else if (is_picture ? has_picture : has_sound)
            err = is_wanted(cut, packet, time_ms) ? keep(cut, packet, problem) : VT_MEDIA_OK;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return !err && !cut->has_key ? vt_film_broken(problem) : err;
}

static enum vt_media_err read_part(struct cut *cut, int fd, struct vt_media_problem *problem)
{
    enum vt_media_err err = vt_film_demux_open(&cut->in, fd, problem);
    if (err)
        return err;
    const AVStream *picture = vt_film_demux_picture(&cut->in);
    if (cut->clip->from_ms > 0)
        /* Where that fails it is read from its beginning. */
        av_seek_frame(cut->in.format, cut->in.picture,
                      av_rescale_q(cut->clip->from_ms, (AVRational){ 1, 1000 }, picture->time_base),
                      AVSEEK_FLAG_BACKWARD);
    return collect(cut, problem);
}

/* --- writing ----------------------------------------------------------------------------------------------
 */

static int write_bytes(void *opaque, uint8_t *bytes, int len)
{
    struct cut *cut = opaque;
    for (int done = 0; done < len;) {
        const ssize_t n = write(cut->fd, bytes + done, (size_t)(len - done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            cut->error = cut->error ? cut->error : errno;
            return AVERROR(EIO);
        }
        done += (int)n;
    }
    return len;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct cut *cut = opaque;
    if (whence & AVSEEK_SIZE)
        return AVERROR(ENOSYS);
    return lseek(cut->fd, offset, whence & ~AVSEEK_FORCE);
}

static int add_stream(struct cut *cut, int index)
{
    const AVStream *from = cut->in.format->streams[index];
    AVStream *to = avformat_new_stream(cut->out, NULL);
    if (!to || avcodec_parameters_copy(to->codecpar, from->codecpar) < 0)
        return VT_ERR_NOMEM;
    /* Apple's players want HEVC under this name; all others find their own. */
    const bool is_hevc = from->codecpar->codec_id == AV_CODEC_ID_HEVC && !cut->is_matroska;
    to->codecpar->codec_tag = is_hevc ? MKTAG('h', 'v', 'c', '1') : 0;
    to->time_base = from->time_base;
    to->avg_frame_rate = from->avg_frame_rate;
    size_t size;
    const uint8_t *matrix = av_stream_get_side_data(from, AV_PKT_DATA_DISPLAYMATRIX, &size);
    uint8_t *copy = matrix ? av_stream_new_side_data(to, AV_PKT_DATA_DISPLAYMATRIX, size) : NULL;
    if (copy)
        memcpy(copy, matrix, size);
    return matrix && !copy ? VT_ERR_NOMEM : VT_OK;
}

static const char *muxer_of(struct cut *cut)
{
    const bool is_opus = cut->in.sound < 0 ||
                         cut->in.format->streams[cut->in.sound]->codecpar->codec_id == AV_CODEC_ID_OPUS;
    cut->is_matroska = vt_film_demux_picture(&cut->in)->codecpar->codec_id == AV_CODEC_ID_VP8;
    return !cut->is_matroska ? "mp4" : is_opus ? "webm" : "matroska";
}

static int open_out(struct cut *cut)
{
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (buffer)
        cut->io = avio_alloc_context(buffer, IO_BYTES, 1, cut, NULL, write_bytes, seek_bytes);
    if (!cut->io) {
        av_free(buffer);
        return VT_ERR_NOMEM;
    }
    avformat_alloc_output_context2(&cut->out, NULL, muxer_of(cut), NULL);
    if (!cut->out)
        return VT_ERR_NOMEM;
    cut->out->pb = cut->io;
    cut->out->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    cut->out->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL; /* Opus in MP4, as browsers take it */
    cut->out->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    const int err = add_stream(cut, cut->in.picture);
    return err || cut->in.sound < 0 ? err : add_stream(cut, cut->in.sound);
}

static int begin(struct cut *cut)
{
    AVDictionary *options = NULL;
    char room[24];
    if (!cut->is_matroska) {
        snprintf(room, sizeof(room), "%zu", INDEX_BYTES + cut->n * INDEX_PACKET_BYTES);
        av_dict_set(&options, "moov_size", room, 0);
    }
    const int got = avformat_write_header(cut->out, &options);
    av_dict_free(&options);
    return got < 0 ? VT_ERR_IO : VT_OK;
}

static int copy_packet(struct cut *cut, AVPacket *packet)
{
    const AVStream *from = cut->in.format->streams[packet->stream_index];
    const bool is_sound = packet->stream_index == cut->in.sound;
    const int64_t start = cut->is_matroska
                              ? 0
                              : av_rescale_q(cut->clip->from_ms, (AVRational){ 1, 1000 }, from->time_base);
    packet->stream_index = is_sound ? 1 : 0;
    packet->pos = -1;
    av_packet_free_side_data(packet);
    if (packet->pts != AV_NOPTS_VALUE)
        packet->pts -= start;
    if (packet->dts != AV_NOPTS_VALUE)
        packet->dts -= start;
    av_packet_rescale_ts(packet, from->time_base, cut->out->streams[packet->stream_index]->time_base);
    return av_interleaved_write_frame(cut->out, packet) < 0 ? VT_ERR_IO : VT_OK;
}

static int write_part(struct cut *cut)
{
    int err = open_out(cut);
    if (!err)
        err = begin(cut);
    if (err)
        return err;
    for (size_t i = 0; !err && i < cut->n; i++)
        err = copy_packet(cut, cut->packets[i]);
    if (av_write_trailer(cut->out) < 0 && !err)
        err = VT_ERR_IO;
    avio_flush(cut->io);
    return cut->error ? VT_ERR_FULL : err;
}

/* --- the whole --------------------------------------------------------------------------------------------
 */

static void finish(struct cut *cut)
{
    for (size_t i = 0; i < cut->n; i++)
        av_packet_free(&cut->packets[i]);
    free(cut->packets);
    if (cut->out)
        cut->out->pb = NULL;
    avformat_free_context(cut->out);
    if (cut->io)
        av_freep(&cut->io->buffer);
    avio_context_free(&cut->io);
    vt_film_demux_finish(&cut->in);
}

static enum vt_media_err explain(const struct cut *cut, int err, struct vt_media_problem *problem)
{
    if (err == VT_ERR_NOMEM)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    if (cut->error == ENOSPC || cut->error == EDQUOT)
        return vt_media_problem_set(problem, VT_MEDIA_NO_ROOM, "The disk is full.");
    return vt_film_broken(problem);
}

enum vt_media_err vt_film_cut(int fd, const struct vt_clip *clip, int out_fd,
                              struct vt_media_problem *problem)
{
    struct cut cut = { .clip = clip, .fd = out_fd };
    enum vt_media_err err = read_part(&cut, fd, problem);
    if (!err) {
        const int wrote = write_part(&cut);
        err = wrote ? explain(&cut, wrote, problem) : VT_MEDIA_OK;
    }
    finish(&cut);
    return err;
}
