/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_make.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "media/film_mux.h"
#include "server/base/err.h"

/* openh264 at 450 kbit/s for 640 x 640 is as good as x264 veryfast (media.md); AV1 needs less than half. */
enum { RATE = 450000, RATE_AV1 = 180000, RATE_AREA = 640 * 640, RATE_LEAST = 10000 };
enum { HEAD_BYTES = 6000, HEAD_BYTES_SECOND = 500 };

/* Under a limit of bytes: below a sixth of its rate a film looks worse than one of half its size; and how
 * often a rate that was too much is lowered. */
enum { RATE_POOREST = 6, TRIES = 3 };

struct making {
    const struct vt_film_order *order;
    struct vt_film_encoder *encoder; /* owned */
    struct vt_film_mux *live;        /* owned; NULL: nobody looks on */
    struct vt_film_mux *whole;       /* owned */
    uint64_t bytes;                  /* of the packets so far */
};

uint32_t vt_film_rate(enum vt_film_maker maker, uint32_t width, uint32_t height)
{
    const uint64_t rate = maker == VT_FILM_SVTAV1 ? RATE_AV1 : RATE;
    return (uint32_t)(rate * width * height / RATE_AREA);
}

/* What the file needs beside its pictures: film_mux.h reserves the index before it knows. */
static uint64_t rate_for(uint32_t max_bytes, uint64_t ms)
{
    const uint64_t head = HEAD_BYTES + ms * HEAD_BYTES_SECOND / 1000;
    const uint64_t room = max_bytes > 2 * head ? max_bytes - head : max_bytes / 2;
    return room * 8 * 1000 / (ms ? ms : 1);
}

uint32_t vt_film_halves(enum vt_film_maker maker, uint32_t width, uint32_t height, uint32_t ms,
                        uint32_t max_bytes)
{
    uint32_t halves = 0;
    while (halves < VT_FILM_HALVES &&
           rate_for(max_bytes, ms) * RATE_POOREST < vt_film_rate(maker, width >> halves, height >> halves))
        halves++;
    return halves;
}

static uint32_t rate_within(const struct vt_film_source *source, const struct vt_film_order *order)
{
    const uint32_t rate = vt_film_rate(order->maker, source->width, source->height);
    if (!order->max_bytes)
        return rate;
    /* A tenth stays: the encoder keeps to its rate on average only. */
    const uint64_t most = rate_for(order->max_bytes, (uint64_t)source->frames * 1000 / source->fps) * 9 / 10;
    return most < rate ? (uint32_t)(most > RATE_LEAST ? most : RATE_LEAST) : rate;
}

static int write_live(void *arg, const uint8_t *bytes, size_t len)
{
    const struct vt_film_order *order = arg;
    while (len > 0) {
        const ssize_t n = write(order->live_fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return VT_ERR_IO;
        bytes += n;
        len -= (size_t)n;
    }
    if (order->grown)
        order->grown(order->arg);
    return VT_OK;
}

static int open_mux(struct making *making, const struct vt_film_source *source, bool is_live,
                    struct vt_film_mux **ret_mux)
{
    const bool is_av1 = making->order->maker == VT_FILM_SVTAV1;
    struct vt_film_mux_config config = {
        .container = is_av1    ? VT_FILM_WEBM
                     : is_live ? VT_FILM_FRAGMENTS
                               : VT_FILM_FASTSTART,
        .tracks = { { .stream = is_av1 ? VT_FILM_STREAM_AV1 : VT_FILM_STREAM_H264,
                      .rate = source->fps,
                      .width = source->width,
                      .height = source->height } },
        .n_tracks = 1,
        .packets_most = source->frames,
        .write = write_live,
        .arg = (void *)making->order,
    };
    vt_film_encode_header(making->encoder, &config.tracks[0].header, &config.tracks[0].header_len);
    return vt_film_mux_open(&config, ret_mux);
}

static int open_making(struct making *making, const struct vt_film_source *source, uint32_t rate)
{
    const struct vt_film_order *order = making->order;
    const struct vt_film_encode_config set = { .maker = order->maker,
                                               .width = source->width,
                                               .height = source->height,
                                               .fps = source->fps,
                                               .bits_per_s = rate,
                                               .is_limited = order->max_bytes > 0 };
    int err = vt_film_encode_open(&set, &making->encoder);
    if (!err && order->live_fd >= 0)
        err = open_mux(making, source, true, &making->live);
    return err ? err : open_mux(making, source, false, &making->whole);
}

static void close_making(struct making *making)
{
    vt_film_mux_close(making->live);
    vt_film_mux_close(making->whole);
    vt_film_encode_close(making->encoder);
}

static int take_packets(struct making *making)
{
    struct vt_film_packet packet;
    int err;
    while ((err = vt_film_encode_pull(making->encoder, &packet)) == VT_OK) {
        making->bytes += packet.len;
        if (making->order->max_bytes && making->bytes > making->order->max_bytes)
            return VT_ERR_FULL;
        if (making->live)
            err = vt_film_mux_packet(making->live, 0, packet.bytes, packet.len, packet.pts, 1, packet.is_key);
        if (!err)
            err = vt_film_mux_packet(making->whole, 0, packet.bytes, packet.len, packet.pts, 1,
                                     packet.is_key);
        if (err)
            return err;
    }
    return err == VT_ERR_MISSING ? VT_OK : err;
}

static int draw_all(struct making *making, const struct vt_film_source *source, uint32_t *ret_drawn)
{
    struct vt_film_planes frame = { .width = 0 };
    int err = vt_film_planes_init(&frame, source->width, source->height);
    for (uint32_t n = 0; !err && n < source->frames; n++) {
        err = source->draw(source->arg, n, &frame);
        if (!err)
            err = vt_film_encode_push(making->encoder, &frame, n);
        if (!err)
            err = take_packets(making);
        *ret_drawn = n + 1;
    }
    if (!err)
        err = vt_film_encode_push(making->encoder, NULL, source->frames);
    vt_film_planes_finish(&frame);
    return err ? err : take_packets(making);
}

static int end_all(struct making *making, uint8_t **ret_bytes, size_t *ret_len)
{
    const uint8_t *bytes = NULL;
    size_t len = 0;
    int err = making->live ? vt_film_mux_end(making->live, &bytes, &len) : VT_OK;
    if (!err)
        err = vt_film_mux_end(making->whole, &bytes, &len);
    if (err)
        return err;
    uint8_t *copy = malloc(len);
    if (!copy)
        return VT_ERR_NOMEM;
    memcpy(copy, bytes, len);
    *ret_bytes = copy;
    *ret_len = len;
    return making->order->max_bytes && len > making->order->max_bytes ? VT_ERR_FULL : VT_OK;
}

/* `ret_over`: how many times the limit it would have been, of VT_ERR_FULL. */
static int make_once(const struct vt_film_source *source, const struct vt_film_order *order, uint32_t rate,
                     uint8_t **ret_bytes, size_t *ret_len, double *ret_over)
{
    struct making making = { .order = order };
    uint8_t *bytes = NULL;
    uint32_t drawn = 0;
    int err = open_making(&making, source, rate);
    if (!err)
        err = draw_all(&making, source, &drawn);
    if (!err)
        err = end_all(&making, &bytes, ret_len);
    close_making(&making);
    if (err == VT_ERR_FULL && order->max_bytes)
        *ret_over = (double)making.bytes / order->max_bytes * source->frames / (drawn ? drawn : 1);
    if (err)
        free(bytes);
    else
        *ret_bytes = bytes;
    return err;
}

int vt_film_make(const struct vt_film_source *source, const struct vt_film_order *order, uint8_t **ret_bytes,
                 size_t *ret_len)
{
    uint32_t rate = rate_within(source, order);
    int err = VT_ERR_FULL;
    for (int i = 0; i < (order->max_bytes ? TRIES : 1) && err == VT_ERR_FULL && rate >= RATE_LEAST; i++) {
        double over = 1;
        err = make_once(source, order, rate, ret_bytes, ret_len, &over);
        rate = (uint32_t)(rate * 0.85 / (over > 1 ? over : 1));
    }
    return err;
}
