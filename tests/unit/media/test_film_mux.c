/* SPDX-License-Identifier: Apache-2.0 */
/* Encoders and files: what is pushed comes out again as a film others can read, piece by piece. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <stdlib.h>
#include <string.h>

#include "media/film_encode.h"
#include "media/film_mux.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

enum { SIDE = 192, FPS = 30, FRAMES = 60, BYTES_MOST = 4 << 20 };

struct film {
    uint8_t *bytes;
    size_t len;
    size_t len_at_frame[FRAMES];
    size_t writes;
};

static int take(void *arg, const uint8_t *bytes, size_t len)
{
    struct film *film = arg;
    assert_true(film->len + len <= BYTES_MOST);
    memcpy(film->bytes + film->len, bytes, len);
    film->len += len;
    film->writes++;
    return VT_OK;
}

/* A lighter square wanders over a ramp. */
static void draw(struct vt_film_planes *frame, int n)
{
    for (uint32_t y = 0; y < SIDE; y++)
        for (uint32_t x = 0; x < SIDE; x++) {
            const bool is_in = x >= (uint32_t)n && x < (uint32_t)n + 40 && y >= 60 && y < 100;
            frame->plane[0][y * frame->stride[0] + x] = (uint8_t)(is_in ? 220 : 30 + y / 2);
        }
    for (int i = 1; i < VT_FILM_PLANES; i++)
        for (uint32_t y = 0; y < SIDE / 2; y++)
            memset(frame->plane[i] + y * frame->stride[i], i == 1 ? 110 : 140, SIDE / 2);
}

static void pull_all(struct vt_film_encoder *encoder, struct vt_film_mux *mux, int *ret_packets)
{
    struct vt_film_packet packet;
    int err;
    while ((err = vt_film_encode_pull(encoder, &packet)) == VT_OK) {
        assert_int_equal(vt_film_mux_packet(mux, 0, packet.bytes, packet.len, packet.pts, 1, packet.is_key),
                         VT_OK);
        (*ret_packets)++;
    }
    assert_int_equal(err, VT_ERR_MISSING);
}

static void make(enum vt_film_maker maker, enum vt_film_container container, struct film *film)
{
    struct vt_film_encoder *encoder;
    struct vt_film_planes frame = { 0 };
    struct vt_film_mux *mux;
    const struct vt_film_encode_config set = {
        .maker = maker, .width = SIDE, .height = SIDE, .fps = FPS, .bits_per_s = 400000
    };
    assert_int_equal(vt_film_encode_open(&set, &encoder), VT_OK);
    struct vt_film_mux_config config = {
        .container = container,
        .tracks = { { .stream = maker == VT_FILM_SVTAV1 ? VT_FILM_STREAM_AV1 : VT_FILM_STREAM_H264,
                      .rate = FPS,
                      .width = SIDE,
                      .height = SIDE } },
        .n_tracks = 1,
        .packets_most = FRAMES,
        .write = take,
        .arg = film,
    };
    int packets = 0;
    film->bytes = malloc(BYTES_MOST);
    film->len = film->writes = 0;
    vt_film_encode_header(encoder, &config.tracks[0].header, &config.tracks[0].header_len);
    assert_int_equal(vt_film_mux_open(&config, &mux), VT_OK);
    assert_int_equal(vt_film_planes_init(&frame, SIDE, SIDE), VT_OK);
    for (int n = 0; n < FRAMES; n++) {
        draw(&frame, n);
        assert_int_equal(vt_film_encode_push(encoder, &frame, n), VT_OK);
        pull_all(encoder, mux, &packets);
        film->len_at_frame[n] = film->len;
    }
    assert_int_equal(vt_film_encode_push(encoder, NULL, 0), VT_OK);
    pull_all(encoder, mux, &packets);
    assert_int_equal(packets, FRAMES);
    const uint8_t *bytes;
    size_t len;
    assert_int_equal(vt_film_mux_end(mux, &bytes, &len), VT_OK);
    if (container == VT_FILM_FRAGMENTS)
        assert_null(bytes);
    else
        assert_int_equal(take(film, bytes, len), VT_OK);
    vt_film_mux_close(mux);
    vt_film_encode_close(encoder);
    vt_film_planes_finish(&frame);
}

/* --- read again ------------------------------------------------------------------------------------------
 */

struct reader {
    const struct film *film;
    size_t len, at;
};

static int read_film(void *arg, uint8_t *bytes, int len)
{
    struct reader *reader = arg;
    size_t left = reader->len - reader->at, n = left < (size_t)len ? left : (size_t)len;
    memcpy(bytes, reader->film->bytes + reader->at, n);
    reader->at += n;
    return n ? (int)n : AVERROR_EOF;
}

/* Decodes the first `len` bytes from front to back, never seeking, as a browser does while they come. Gives
 * the number of frames and how far the last one is from what was drawn. */
static int decode(const struct film *film, size_t len, double *ret_apart)
{
    struct reader reader = { film, len, 0 };
    AVFormatContext *format = avformat_alloc_context();
    struct vt_film_planes wanted = { 0 };
    int frames = 0;
    *ret_apart = 255;
    format->pb = avio_alloc_context(av_malloc(4096), 4096, 0, &reader, read_film, NULL, NULL);
    assert_true(avformat_open_input(&format, NULL, NULL, NULL) == 0);
    assert_int_equal(format->nb_streams, 1);
    const AVCodecParameters *is = format->streams[0]->codecpar;
    assert_int_equal(is->width, SIDE);
    const AVCodec *codec = avcodec_find_decoder(is->codec_id);
    AVCodecContext *context = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(context, is);
    assert_true(avcodec_open2(context, codec, NULL) == 0);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    assert_int_equal(vt_film_planes_init(&wanted, SIDE, SIDE), VT_OK);
    for (bool goes_on = true; goes_on;) {
        goes_on = av_read_frame(format, packet) == 0;
        avcodec_send_packet(context, goes_on ? packet : NULL);
        av_packet_unref(packet);
        while (avcodec_receive_frame(context, frame) == 0) {
            double sum = 0;
            draw(&wanted, frames++);
            for (int y = 0; y < SIDE; y++)
                for (int x = 0; x < SIDE; x++)
                    sum += abs(frame->data[0][y * frame->linesize[0] + x] -
                               wanted.plane[0][(uint32_t)y * wanted.stride[0] + (uint32_t)x]);
            *ret_apart = sum / (SIDE * SIDE);
        }
    }
    vt_film_planes_finish(&wanted);
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
    av_freep(&format->pb->buffer);
    avio_context_free(&format->pb);
    avformat_close_input(&format);
    return frames;
}

/* How many boxes of this kind lie on top, and where the first does. */
static int count_boxes(const struct film *film, const char *kind, size_t *ret_first)
{
    int n = 0;
    for (size_t at = 0; at + 8 <= film->len;) {
        const uint8_t *box = film->bytes + at;
        const size_t len = (size_t)box[0] << 24 | (size_t)box[1] << 16 | (size_t)box[2] << 8 | box[3];
        if (memcmp(box + 4, kind, 4) == 0 && n++ == 0)
            *ret_first = at;
        assert_true(len >= 8);
        at += len;
    }
    return n;
}

static void fragments_come_as_they_are_made(void **state)
{
    struct film film;
    double apart;
    size_t first = 0;
    (void)state;
    make(VT_FILM_OPENH264, VT_FILM_FRAGMENTS, &film);
    assert_int_equal(count_boxes(&film, "moof", &first), FRAMES * 10 / FPS);
    assert_true(film.len_at_frame[2] < first + 8);
    /* The first is out when the picture behind it is in. */
    assert_true(film.len_at_frame[3] > film.len_at_frame[2]);
    assert_int_equal(decode(&film, film.len_at_frame[3], &apart), 3);
    assert_int_equal(decode(&film, film.len, &apart), FRAMES);
    assert_true(apart < 4);
    free(film.bytes);
}

static void the_index_comes_first(void **state)
{
    struct film film;
    double apart;
    size_t index = 0, data = 0;
    (void)state;
    make(VT_FILM_OPENH264, VT_FILM_FASTSTART, &film);
    assert_int_equal(count_boxes(&film, "moov", &index), 1);
    assert_int_equal(count_boxes(&film, "mdat", &data), 1);
    assert_true(index < data);
    assert_int_equal(count_boxes(&film, "moof", &data), 0);
    assert_int_equal(decode(&film, film.len, &apart), FRAMES);
    assert_true(apart < 4);
    free(film.bytes);
}

static void av1_comes_in_webm(void **state)
{
    struct film film;
    double apart;
    (void)state;
    make(VT_FILM_SVTAV1, VT_FILM_WEBM, &film);
    assert_memory_equal(film.bytes, "\x1a\x45\xdf\xa3", 4);
    assert_int_equal(decode(&film, film.len, &apart), FRAMES);
    assert_true(apart < 4);
    free(film.bytes);
}

static int refuse(void *arg, const uint8_t *bytes, size_t len)
{
    (void)arg, (void)bytes, (void)len;
    return VT_ERR_IO;
}

static void a_full_disk_is_told(void **state)
{
    static const uint8_t header[] = { 0, 0, 0, 1, 0x67, 0x64, 0, 0x1f, 0xac, 0, 0, 0, 1, 0x68, 0xee, 0x3c };
    struct vt_film_mux *mux = NULL;
    (void)state;
    const struct vt_film_mux_config config = { .container = VT_FILM_FRAGMENTS,
                                               .tracks = { { .stream = VT_FILM_STREAM_H264,
                                                             .rate = FPS,
                                                             .width = SIDE,
                                                             .height = SIDE,
                                                             .header = header,
                                                             .header_len = sizeof(header) } },
                                               .n_tracks = 1,
                                               .write = refuse };
    assert_int_equal(vt_film_mux_open(&config, &mux), VT_ERR_IO);
    assert_null(mux);
}

static void odd_wishes_are_refused(void **state)
{
    struct vt_film_encoder *encoder = NULL;
    (void)state;
    struct vt_film_encode_config set = {
        .maker = VT_FILM_OPENH264, .width = 101, .height = 100, .fps = 30, .bits_per_s = 1
    };
    assert_int_equal(vt_film_encode_open(&set, &encoder), VT_ERR_INVALID);
    set.width = 100;
    set.fps = 0;
    assert_int_equal(vt_film_encode_open(&set, &encoder), VT_ERR_INVALID);
    assert_true(vt_film_encode_has(VT_FILM_OPENH264));
    vt_film_encode_close(NULL);
    vt_film_mux_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_come_as_they_are_made),
        cmocka_unit_test(the_index_comes_first),
        cmocka_unit_test(av1_comes_in_webm),
        cmocka_unit_test(a_full_disk_is_told),
        cmocka_unit_test(odd_wishes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
