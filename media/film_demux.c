/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_demux.h"

#include <errno.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/sniff_video.h"
#include "server/base/cleanup.h"

/* Phones write what they measured beside picture and sound: five streams of it and more. */
enum { IO_BYTES = 64 << 10, STREAMS_MOST = 16, PROBE_BYTES = 5 << 20 };

#define CODECS "h264,hevc,vp8,vp9,av1,libdav1d,aac,opus,libopus,mp3,mp3float"

static const enum AVCodecID pictures[] = { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_VP8,
                                           AV_CODEC_ID_VP9, AV_CODEC_ID_AV1 };
static const enum AVCodecID sounds[] = { AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_MP3 };

/* --- the descriptor ---------------------------------------------------------------------------------------
 */

static int read_bytes(void *opaque, uint8_t *bytes, int len)
{
    struct vt_film_demux *demux = opaque;
    ssize_t n;
    do
        n = pread(demux->fd, bytes, (size_t)len, demux->at);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return AVERROR(EIO);
    demux->at += n;
    return n ? (int)n : AVERROR_EOF;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence)
{
    struct vt_film_demux *demux = opaque;
    if (whence & AVSEEK_SIZE)
        return demux->size;
    const int64_t from = (whence & ~AVSEEK_FORCE) == SEEK_CUR ? demux->at : 0;
    if ((whence & ~AVSEEK_FORCE) == SEEK_END || offset < -from || offset > demux->size - from)
        return AVERROR(EINVAL);
    return demux->at = from + offset;
}

/* Whatever a file asks to be opened beside itself. */
static int refuse_open(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                       AVDictionary **options)
{
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static int open_io(struct vt_film_demux *demux)
{
    struct stat st;
    uint8_t head[4] = { 0 };
    if (fstat(demux->fd, &st) != 0 || pread(demux->fd, head, sizeof(head), 0) != sizeof(head))
        return AVERROR(EIO);
    demux->size = st.st_size;
    demux->is_matroska = memcmp(head, "\x1a\x45\xdf\xa3", sizeof(head)) == 0;
    uint8_t *buffer = av_malloc(IO_BYTES);
    if (buffer)
        demux->io = avio_alloc_context(buffer, IO_BYTES, 0, demux, read_bytes, NULL, seek_bytes);
    if (demux->io)
        return 0;
    av_free(buffer);
    return AVERROR(ENOMEM);
}

/* --- the streams ------------------------------------------------------------------------------------------
 */

static bool is_among(enum AVCodecID id, const enum AVCodecID *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void choose(struct vt_film_demux *demux)
{
    demux->picture = demux->sound = -1;
    for (unsigned i = 0; i < demux->format->nb_streams; i++) {
        AVStream *stream = demux->format->streams[i];
        const enum AVCodecID id = stream->codecpar->codec_id;
        const bool is_cover = stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
        stream->discard = AVDISCARD_ALL;
        if (demux->picture < 0 && !is_cover && is_among(id, pictures, VT_COUNT(pictures)))
            demux->picture = (int)i;
        else if (demux->sound < 0 && is_among(id, sounds, VT_COUNT(sounds)))
            demux->sound = (int)i;
    }
    if (demux->picture >= 0)
        vt_film_demux_picture(demux)->discard = AVDISCARD_DEFAULT;
    if (demux->sound >= 0)
        demux->format->streams[demux->sound]->discard = AVDISCARD_DEFAULT;
}

static int open_format(struct vt_film_demux *demux)
{
    const AVInputFormat *kind = av_find_input_format(demux->is_matroska ? "matroska" : "mov");
    demux->format = kind ? avformat_alloc_context() : NULL;
    if (!demux->format)
        return AVERROR(ENOMEM);
    demux->format->pb = demux->io;
    demux->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    demux->format->io_open = refuse_open;
    demux->format->max_streams = STREAMS_MOST;
    demux->format->probesize = PROBE_BYTES;
    av_opt_set(demux->format, "codec_whitelist", CODECS, 0);
    av_opt_set(demux->format, "protocol_whitelist", "", 0);
    int got = avformat_open_input(&demux->format, NULL, kind, NULL); /* frees it when it fails */
    return got < 0 ? got : avformat_find_stream_info(demux->format, NULL);
}

enum vt_media_err vt_film_broken(struct vt_media_problem *problem)
{
    return vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                                "This clip cannot be read; record it again, or save it anew on the phone.");
}

enum vt_media_err vt_film_demux_open(struct vt_film_demux *demux, int fd, struct vt_media_problem *problem)
{
    const struct vt_clip_limits limits = VT_CLIP_LIMITS;
    demux->fd = fd;
    av_log_set_level(AV_LOG_QUIET);
    if (open_io(demux) < 0 || open_format(demux) < 0)
        return vt_film_broken(problem);
    choose(demux);
    if (demux->picture < 0)
        return vt_media_problem_set(problem, VT_MEDIA_NOT_A_CLIP,
                                    "This clip has no picture coded as H.264, HEVC, VP8, VP9 or AV1.");
    const AVCodecParameters *picture = vt_film_demux_picture(demux)->codecpar;
    if (picture->width <= 0 || picture->height <= 0)
        return vt_film_broken(problem);
    return vt_sniff_clip_size((uint32_t)picture->width, (uint32_t)picture->height, &limits, problem);
}

void vt_film_demux_finish(struct vt_film_demux *demux)
{
    avformat_close_input(&demux->format);
    if (demux->io)
        av_freep(&demux->io->buffer);
    avio_context_free(&demux->io);
}
