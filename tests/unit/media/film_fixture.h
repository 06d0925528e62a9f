/* SPDX-License-Identifier: Apache-2.0 */
/* Recipes of films, and what the files made of them hold. */
#ifndef VT_TEST_FILM_FIXTURE_H
#define VT_TEST_FILM_FIXTURE_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <unistd.h>

#include "media/recipe.h"
#include "tests/unit/cm.h"

static inline struct vt_recipe film_recipe(enum vt_recipe_kind kind, const char *json)
{
    struct vt_recipe recipe = { .kind = kind, .media = "film", .template_json = json };
    return recipe;
}

/* Counts the frames that decode; checks the size. */
static inline int film_frames(const void *bytes, size_t len, int width, int height)
{
    char path[] = "/tmp/vitrine-film-XXXXXX";
    int fd = mkstemp(path), frames = 0;
    AVFormatContext *format = NULL;
    assert_true(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    assert_int_equal(avformat_open_input(&format, path, NULL, NULL), 0);
    unlink(path);
    close(fd);
    const AVCodecParameters *is = format->streams[0]->codecpar;
    assert_int_equal(is->width, width);
    assert_int_equal(is->height, height);
    const AVCodec *codec = avcodec_find_decoder(is->codec_id);
    AVCodecContext *context = avcodec_alloc_context3(codec);
    avcodec_parameters_to_context(context, is);
    assert_int_equal(avcodec_open2(context, codec, NULL), 0);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    for (bool goes_on = true; goes_on;) {
        goes_on = av_read_frame(format, packet) == 0;
        assert_int_equal(avcodec_send_packet(context, goes_on ? packet : NULL), 0);
        av_packet_unref(packet);
        while (avcodec_receive_frame(context, frame) == 0)
            frames++;
    }
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&context);
    avformat_close_input(&format);
    return frames;
}

#endif
