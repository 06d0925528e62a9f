/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_transcode.h"

#include <stdlib.h>
#include <string.h>

#include "media/film_encode.h"
#include "media/film_make.h"
#include "media/film_mux.h"
#include "media/film_reader.h"
#include "media/film_sound.h"
#include "server/base/err.h"

/* A hand moves a camera all the time, a film of stills is moved by us: twice the bits. */
enum {
    RATE_TIMES = 2,
    RATE_LEAST = 60000,
    SOUND_BITS = 128000,
    HEAD_BYTES = 48 << 10,
    AAC_FRAME_LEAST = 1024
};

struct transcode {
    const struct vt_clip *clip;
    struct vt_film_reader *reader;   /* owned */
    struct vt_film_encoder *encoder; /* owned */
    struct vt_film_sound *sound;     /* owned; NULL: none */
    struct vt_film_mux *mux;         /* owned */
    struct vt_film_planes frame;
    uint32_t fps;
};

/* A tenth stays: the encoder keeps to its rate on average only. */
static uint32_t rate_of(const struct transcode *job, uint32_t max_bytes)
{
    const uint32_t rate = RATE_TIMES * vt_film_rate(VT_FILM_OPENH264, job->clip->width, job->clip->height);
    if (!max_bytes)
        return rate;
    const uint64_t room = max_bytes > 2 * HEAD_BYTES ? max_bytes - HEAD_BYTES : max_bytes / 2;
    const uint64_t bits = room * 8 * 900 / vt_clip_ms(job->clip);
    const uint64_t most = bits > SOUND_BITS && job->sound ? bits - SOUND_BITS : bits;
    return most >= rate ? rate : (uint32_t)(most > RATE_LEAST ? most : RATE_LEAST);
}

/* --- opening ----------------------------------------------------------------------------------------------
 */

static int take_sound(void *arg, const uint8_t *bytes, size_t len, int64_t pts, int64_t duration)
{
    struct transcode *job = arg;
    return vt_film_mux_packet(job->mux, 1, bytes, len, pts, duration, true);
}

static void hand_over(void *arg, const struct AVPacket *packet)
{
    struct transcode *job = arg;
    vt_film_sound_take(job->sound, packet);
}

/* A sound that cannot be decoded is none; the pictures are worth showing without. */
static int open_sound(struct transcode *job)
{
    int64_t zero_ms = 0;
    const struct AVStream *stream = vt_film_reader_sound(job->reader, hand_over, job, &zero_ms);
    if (!stream)
        return VT_OK;
    int err = vt_film_sound_open(stream, zero_ms, vt_clip_ms(job->clip), take_sound, job, &job->sound);
    if (err == VT_ERR_INVALID)
        vt_film_reader_sound(job->reader, NULL, NULL, &zero_ms);
    return err == VT_ERR_INVALID ? VT_OK : err;
}

static uint32_t packets_most(const struct transcode *job)
{
    const uint32_t pictures = vt_clip_ms(job->clip) * job->fps / 1000 + 2;
    struct vt_film_sound_format format = { .rate = 0 };
    if (job->sound)
        vt_film_sound_format(job->sound, &format);
    return pictures + (uint32_t)((uint64_t)vt_clip_ms(job->clip) * format.rate / 1000 / AAC_FRAME_LEAST) + 4;
}

static int open_mux(struct transcode *job)
{
    struct vt_film_mux_config config = {
        .container = VT_FILM_FASTSTART,
        .tracks = { { .stream = VT_FILM_STREAM_H264,
                      .rate = job->fps,
                      .width = job->clip->width,
                      .height = job->clip->height } },
        .n_tracks = 1,
        .packets_most = packets_most(job),
    };
    vt_film_encode_header(job->encoder, &config.tracks[0].header, &config.tracks[0].header_len);
    if (job->sound) {
        struct vt_film_sound_format format;
        vt_film_sound_format(job->sound, &format);
        config.tracks[config.n_tracks++] = (struct vt_film_track){ .stream = VT_FILM_STREAM_AAC,
                                                                   .rate = format.rate,
                                                                   .channels = format.channels,
                                                                   .frame_samples = format.frame_samples,
                                                                   .header = format.header,
                                                                   .header_len = format.header_len };
    }
    return vt_film_mux_open(&config, &job->mux);
}

static int open_job(struct transcode *job, uint32_t max_bytes)
{
    job->fps = vt_film_reader_fps(job->reader);
    int err = open_sound(job);
    const struct vt_film_encode_config set = { .maker = VT_FILM_OPENH264,
                                               .width = job->clip->width,
                                               .height = job->clip->height,
                                               .fps = job->fps,
                                               .bits_per_s = rate_of(job, max_bytes) };
    if (!err)
        err = vt_film_encode_open(&set, &job->encoder);
    if (!err)
        err = vt_film_planes_init(&job->frame, job->clip->width, job->clip->height);
    return err ? err : open_mux(job);
}

static void finish(struct transcode *job)
{
    vt_film_sound_close(job->sound);
    vt_film_mux_close(job->mux);
    vt_film_encode_close(job->encoder);
    vt_film_planes_finish(&job->frame);
    vt_film_reader_close(job->reader);
}

/* --- coding ------------------------------------------------------------------------------------------------
 */

static int take_packets(struct transcode *job)
{
    struct vt_film_packet packet;
    int err;
    while ((err = vt_film_encode_pull(job->encoder, &packet)) == VT_OK) {
        err = vt_film_mux_packet(job->mux, 0, packet.bytes, packet.len, packet.pts, 1, packet.is_key);
        if (err)
            return err;
    }
    return err == VT_ERR_MISSING ? VT_OK : err;
}

/* However uneven the phone's times were, from here on every picture is as long as the next. */
static int code_pictures(struct transcode *job)
{
    int err = VT_OK;
    uint32_t n = 0;
    while (!err) {
        err = vt_film_reader_at(job->reader, (uint32_t)((uint64_t)n * 1000 / job->fps), &job->frame);
        if (!err)
            err = vt_film_encode_push(job->encoder, &job->frame, n++);
        if (!err)
            err = take_packets(job);
    }
    if (err != VT_ERR_MISSING)
        return err;
    err = vt_film_encode_push(job->encoder, NULL, n);
    return err ? err : take_packets(job);
}

static int code_all(struct transcode *job, uint8_t **ret_bytes, size_t *ret_len)
{
    const uint8_t *bytes;
    int err = code_pictures(job);
    if (!err && job->sound) {
        vt_film_reader_drain(job->reader);
        err = vt_film_sound_end(job->sound);
    }
    if (!err)
        err = vt_film_mux_end(job->mux, &bytes, ret_len);
    if (err)
        return err;
    *ret_bytes = malloc(*ret_len);
    if (!*ret_bytes)
        return VT_ERR_NOMEM;
    memcpy(*ret_bytes, bytes, *ret_len);
    return VT_OK;
}

static enum vt_media_err explain(int err, struct vt_media_problem *problem)
{
    if (err == VT_ERR_NOMEM)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    return vt_media_problem_set(problem, VT_MEDIA_BROKEN,
                                "The pictures of this clip cannot be decoded; record it again.");
}

enum vt_media_err vt_film_transcode(int fd, const struct vt_clip *clip, uint32_t max_bytes,
                                    uint8_t **ret_bytes, size_t *ret_len, struct vt_media_problem *problem)
{
    struct transcode job = { .clip = clip };
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum vt_media_err err = vt_film_reader_open(fd, clip, clip->width, clip->height, &job.reader, problem);
    int failed = err ? 0 : open_job(&job, max_bytes);
    if (!err && !failed)
        failed = code_all(&job, &bytes, &len);
    finish(&job);
    if (failed)
        err = explain(failed, problem);
    if (!err && max_bytes && len > max_bytes)
        err = vt_media_problem_limit(problem, VT_MEDIA_TOO_LONG, max_bytes, len,
                                     "Even at its lowest quality this clip does not fit %u bytes; choose a "
                                     "shorter part.",
                                     max_bytes);
    if (err) {
        free(bytes);
        return err;
    }
    *ret_bytes = bytes;
    *ret_len = len;
    return VT_MEDIA_OK;
}
