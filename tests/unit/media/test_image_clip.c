/* SPDX-License-Identifier: Apache-2.0 */
/* Clips by real workers behind their filter: the committed ones (tests/server/clips) are cut, coded anew and
 * looked at; whoever reads what comes out finds no word of the phone's. */
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "media/clip.h"
#include "media/sniff.h"
#include "server/base/cleanup.h"
#include "tests/unit/media/pool_fixture.h"

enum { DEADLINE_MS = 60000 };

static struct fixture fx;

static int open_clip(const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "tests/server/clips/%s", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static struct vt_clip clip_of(int fd, uint64_t from_ms, uint64_t to_ms)
{
    struct stat st;
    struct vt_clip clip;
    struct vt_media_problem problem;
    assert_int_equal(fstat(fd, &st), 0);
    uint8_t *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    assert_true(bytes != MAP_FAILED);
    const struct vt_sniffed_clip sniffed = vt_sniff_clip(bytes, (size_t)st.st_size);
    assert_int_equal(vt_clip_choose(&sniffed, from_ms, to_ms, &clip, &problem), VT_MEDIA_OK);
    munmap(bytes, (size_t)st.st_size);
    return clip;
}

static struct outcome run(enum vt_recipe_kind kind, enum vt_picture_format format, const struct vt_clip *clip,
                          int source, int out_fd)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_CLIP_TEXT_MAX);
    assert_int_equal(vt_clip_text(clip, &text), VT_OK);
    const struct vt_recipe recipe = {
        .kind = kind, .format = format, .media = "clip", .template_json = vt_buf_cstr(&text)
    };
    return fixture_run(&fx, &recipe, &source, 1, out_fd, DEADLINE_MS);
}

/* --- what others see in it --------------------------------------------------------------------------------
 */

struct seen {
    int pictures, width, height, turn;
    double seconds, sound_seconds;
    enum AVCodecID picture, sound;
    int tags;
};

static void count_tags(struct seen *seen, const AVDictionary *tags)
{
    const AVDictionaryEntry *tag = NULL;
    while ((tag = av_dict_get(tags, "", tag, AV_DICT_IGNORE_SUFFIX)) != NULL) {
        /* What every MP4 has: its brands, and who handles a stream. */
        static const char *const usual[] = { "major_brand",  "minor_version", "compatible_brands",
                                             "handler_name", "vendor_id",     "language",
                                             "encoder" };
        bool is_usual = false;
        for (size_t i = 0; i < VT_COUNT(usual); i++)
            is_usual = is_usual || strcmp(tag->key, usual[i]) == 0;
        seen->tags += !is_usual && strcmp(tag->key, "DURATION") != 0;
    }
}

static void look_at_stream(struct seen *seen, const AVStream *stream)
{
    count_tags(seen, stream->metadata);
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_VIDEO) {
        seen->sound = stream->codecpar->codec_id;
        return;
    }
    const int32_t *matrix = (const int32_t *)(const void *)av_stream_get_side_data(
        stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    seen->picture = stream->codecpar->codec_id;
    seen->width = stream->codecpar->width;
    seen->height = stream->codecpar->height;
    seen->turn = matrix && matrix[1] ? (matrix[1] > 0 ? 90 : 270) : 0;
}

/* Packets that are shown, and how long they are together. */
static void look_at_packets(struct seen *seen, AVFormatContext *format)
{
    AVPacket *packet = av_packet_alloc();
    while (av_read_frame(format, packet) == 0) {
        const AVStream *stream = format->streams[packet->stream_index];
        const double seconds = (double)packet->duration * av_q2d(stream->time_base);
        const bool is_picture = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
        const bool is_shown = !(packet->flags & AV_PKT_FLAG_DISCARD);
        if (is_picture)
            seen->pictures += is_shown;
        *(is_picture ? &seen->seconds : &seen->sound_seconds) += is_shown ? seconds : 0;
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
}

static struct seen look(int fd)
{
    char path[64];
    struct seen seen = { 0 };
    AVFormatContext *format = NULL;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    assert_int_equal(avformat_open_input(&format, path, NULL, NULL), 0);
    assert_true(avformat_find_stream_info(format, NULL) >= 0);
    assert_in_range(format->nb_streams, 1, 2);
    count_tags(&seen, format->metadata);
    for (unsigned i = 0; i < format->nb_streams; i++)
        look_at_stream(&seen, format->streams[i]);
    look_at_packets(&seen, format);
    avformat_close_input(&format);
    return seen;
}

static bool has_bytes(int fd, const char *what)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    char *bytes = malloc((size_t)st.st_size);
    assert_int_equal(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
    const bool has = memmem(bytes, (size_t)st.st_size, what, strlen(what)) != NULL;
    free(bytes);
    return has;
}

static int cut_of(const char *name, const struct vt_clip *clip, int from)
{
    int cut = memfd_create("cut", MFD_CLOEXEC);
    struct outcome out = run(VT_RECIPE_CLIP_CUT, VT_FMT_JPEG, clip, from, cut);
    if (out.last.err)
        print_error("%s: %s\n", name, out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    assert_int_equal(out.len, 0);
    outcome_finish(&out);
    return cut;
}

static int transcode_of(const struct vt_clip *clip, int cut)
{
    struct outcome out = run(VT_RECIPE_CLIP, VT_FMT_JPEG, clip, cut, -1);
    if (out.last.err)
        print_error("%s\n", out.last.problem.detail);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    int whole = file_of(out.bytes, out.len);
    outcome_finish(&out);
    return whole;
}

static void assert_near(double is, double wanted, double slip)
{
    if (is < wanted - slip || is > wanted + slip)
        fail_msg("%.3f is not %.3f", is, wanted);
}

/* --- tests ------------------------------------------------------------------------------------------------
 */

static void every_clip_is_cut_and_coded_anew(void **state)
{
    static const struct {
        const char *name;
        uint32_t from_ms, to_ms;
        int width, height; /* upright */
        int pictures;      /* of what is coded anew */
        enum AVCodecID picture, sound;
        bool has_sound; /* afterwards */
    } rows[] = {
        { "phone.mov", 1200, 3200, 360, 640, 60, AV_CODEC_ID_H264, AV_CODEC_ID_AAC, true },
        { "phone.mov", 0, 4000, 360, 640, 120, AV_CODEC_ID_H264, AV_CODEC_ID_AAC, true },
        { "recorded.webm", 500, 1500, 320, 240, 15, AV_CODEC_ID_VP8, AV_CODEC_ID_OPUS, true },
        { "silent.webm", 500, 1500, 320, 240, 25, AV_CODEC_ID_VP9, AV_CODEC_ID_NONE, false },
        { "ten-bit.mp4", 0, 1000, 320, 180, 24, AV_CODEC_ID_HEVC, AV_CODEC_ID_NONE, false },
        { "av1.mp4", 0, 1000, 320, 180, 25, AV_CODEC_ID_AV1, AV_CODEC_ID_NONE, false },
        { "fragments.mp4", 700, 1700, 320, 240, 30, AV_CODEC_ID_H264, AV_CODEC_ID_MP3, true },
        { "raw-sound.mkv", 0, 1000, 320, 240, 25, AV_CODEC_ID_H264, AV_CODEC_ID_NONE, false },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        print_message("%s from %u ms\n", rows[i].name, rows[i].from_ms);
        int from = open_clip(rows[i].name);
        const struct vt_clip clip = clip_of(from, rows[i].from_ms, rows[i].to_ms);
        const double seconds = vt_clip_ms(&clip) / 1000.0;
        int cut = cut_of(rows[i].name, &clip, from), whole = transcode_of(&clip, cut);
        const struct seen part = look(cut), made = look(whole);
        assert_int_equal(part.picture, rows[i].picture);
        assert_int_equal(part.sound, rows[i].sound);
        assert_int_equal(part.tags, 0);
        assert_int_equal(part.turn, strcmp(rows[i].name, "phone.mov") == 0 ? 90 : 0);
        assert_int_equal(made.picture, AV_CODEC_ID_H264);
        assert_int_equal(made.sound, rows[i].has_sound ? AV_CODEC_ID_AAC : AV_CODEC_ID_NONE);
        assert_int_equal(made.width, rows[i].width);
        assert_int_equal(made.height, rows[i].height);
        assert_int_equal(made.turn, 0);
        assert_int_equal(made.tags, 0);
        assert_in_range(made.pictures, rows[i].pictures - 1, rows[i].pictures + 1);
        assert_near(made.seconds, seconds, 0.07);
        if (rows[i].has_sound)
            assert_near(made.sound_seconds, seconds, 0.06);
        close(whole);
        close(cut);
        close(from);
    }
}

static void nothing_says_where_it_was_or_whose_it_is(void **state)
{
    static const char *const words[] = { "48.85", "Anna", "Apple", "Lavf", "Lavc" };
    int from = open_clip("phone.mov");
    const struct vt_clip clip = clip_of(from, 0, 500);
    int cut = cut_of("phone.mov", &clip, from), whole = transcode_of(&clip, cut);
    (void)state;
    for (size_t i = 0; i < 3; i++)
        assert_true(has_bytes(from, words[i]));
    for (size_t i = 0; i < VT_COUNT(words); i++) {
        assert_false(has_bytes(cut, words[i]));
        assert_false(has_bytes(whole, words[i]));
    }
    close(whole);
    close(cut);
    close(from);
}

static void assert_jpeg(const struct outcome *out, uint32_t width, uint32_t height)
{
    const struct vt_sniffed sniffed = vt_sniff_header((const uint8_t *)out->bytes, out->len);
    assert_int_equal(out->last.err, VT_MEDIA_OK);
    assert_int_equal(sniffed.type, VT_SNIFFED_JPEG);
    assert_int_equal(sniffed.width, width);
    assert_int_equal(sniffed.height, height);
}

static void it_is_looked_at_upright(void **state)
{
    int from = open_clip("phone.mov");
    const struct vt_clip clip = clip_of(from, 0, 2000);
    int cut = cut_of("phone.mov", &clip, from);
    (void)state;
    struct outcome poster = run(VT_RECIPE_CLIP_LOOK, VT_FMT_JPEG, &clip, cut, -1);
    assert_jpeg(&poster, 360, 640);
    outcome_finish(&poster);
    struct outcome strip = run(VT_RECIPE_CLIP_STRIP, VT_FMT_JPEG, &clip, cut, -1);
    assert_jpeg(&strip, 54 * VT_CLIP_STRIP_FRAMES, VT_CLIP_STRIP_PX);
    outcome_finish(&strip);
    struct outcome moving = run(VT_RECIPE_CLIP_LOOK, VT_FMT_WEBP, &clip, cut, -1);
    const struct vt_sniffed sniffed = vt_sniff_header((const uint8_t *)moving.bytes, moving.len);
    assert_int_equal(sniffed.type, VT_SNIFFED_WEBP);
    assert_in_range(sniffed.frames, 20, 24); /* equal ones may be joined */
    assert_int_equal(sniffed.width, 202);
    outcome_finish(&moving);
    close(cut);
    close(from);
}

/* Whatever came through as a clip's beginning: a worker says no, lives, and opens nothing. */
static void what_is_no_clip_is_told_and_survived(void **state)
{
    const struct vt_str others[] = {
        VT_STR("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/x.ts\n"),
        VT_STR("ffconcat version 1.0\nfile '/etc/passwd'\n"),
        VT_STR("\0\0\0\030ftypqt  \0\0\0\0qt  \0\0\0\0"),
        VT_STR("\x1a\x45\xdf\xa3\x84"),
    };
    const struct vt_clip clip = { 0, 1000, 320, 240, false };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(others); i++) {
        int from = file_of(others[i].ptr, others[i].len), cut = memfd_create("cut", MFD_CLOEXEC);
        struct outcome out = run(VT_RECIPE_CLIP_CUT, VT_FMT_JPEG, &clip, from, cut);
        assert_int_equal(out.last.err, VT_MEDIA_BROKEN);
        outcome_finish(&out);
        close(cut);
        close(from);
    }
}

/* A head that says 320 x 240 over pictures of another size, half of the packets changed: something comes of
 * it or a problem does, in time, and the worker goes on. */
static void changed_bytes_do_no_harm(void **state)
{
    static const char *const names[] = { "phone.mov", "recorded.webm", "ten-bit.mp4", "fragments.mp4" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        int from = open_clip(names[i]);
        const struct vt_clip clip = clip_of(from, 0, 1000);
        struct stat st;
        assert_int_equal(fstat(from, &st), 0);
        uint8_t *bytes = malloc((size_t)st.st_size);
        assert_int_equal(pread(from, bytes, (size_t)st.st_size, 0), st.st_size);
        for (off_t at = 600; at < st.st_size; at += 397)
            bytes[at] ^= 0x55;
        int bad = file_of(bytes, (size_t)st.st_size), cut = memfd_create("cut", MFD_CLOEXEC);
        struct outcome out = run(VT_RECIPE_CLIP_CUT, VT_FMT_JPEG, &clip, bad, cut);
        if (out.last.err == VT_MEDIA_OK) {
            struct outcome made = run(VT_RECIPE_CLIP, VT_FMT_JPEG, &clip, cut, -1);
            assert_true(made.last.err == VT_MEDIA_OK || made.last.err == VT_MEDIA_BROKEN);
            outcome_finish(&made);
        } else {
            assert_true(vt_media_err_status(out.last.err) < 500);
        }
        outcome_finish(&out);
        free(bytes);
        close(bad);
        close(cut);
        close(from);
    }
}

static int set_up(void **state)
{
    (void)state;
    fixture_open(&fx, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fixture_close(&fx);
    return 0;
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_clip_is_cut_and_coded_anew),
    cmocka_unit_test(nothing_says_where_it_was_or_whose_it_is),
    cmocka_unit_test(it_is_looked_at_upright),
    cmocka_unit_test(what_is_no_clip_is_told_and_survived),
    cmocka_unit_test(changed_bytes_do_no_harm),
};

FIXTURE_MAIN(tests, set_up, tear_down)
