/* SPDX-License-Identifier: Apache-2.0 */
/* What clips are taken for by their headers: the committed ones (tests/server/clips), cut at every place, and
 * headers that lie. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/sniff_video.h"
#include "server/base/cleanup.h"
#include "tests/unit/cm.h"

struct file {
    uint8_t *bytes; /* owned, exactly as long as the file: ASan sees a byte too many */
    size_t len;
};

static struct file load(const char *name)
{
    char path[128];
    struct file file;
    snprintf(path, sizeof(path), "tests/server/clips/%s", name);
    FILE *from = fopen(path, "rb");
    assert_non_null(from);
    fseek(from, 0, SEEK_END);
    file.len = (size_t)ftell(from);
    rewind(from);
    file.bytes = malloc(file.len);
    assert_non_null(file.bytes);
    assert_int_equal(fread(file.bytes, 1, file.len, from), file.len);
    fclose(from);
    return file;
}

static enum vt_media_err judge(const struct file *file, struct vt_media_problem *problem)
{
    const struct vt_clip_limits limits = VT_CLIP_LIMITS;
    const struct vt_sniffed_clip clip = vt_sniff_clip(file->bytes, file->len);
    return vt_sniff_clip_check(&clip, file->len, &limits, problem);
}

static void every_clip_is_what_it_is(void **state)
{
    static const struct {
        const char *name;
        uint32_t width, height, ms;
        uint16_t turn;
        enum vt_clip_codec picture, sound;
        enum vt_media_err err;
    } rows[] = {
        { "phone.mov", 640, 360, 4000, 90, VT_CLIP_H264, VT_CLIP_AAC, VT_MEDIA_OK },
        { "recorded.webm", 320, 240, 1980, 0, VT_CLIP_VP8, VT_CLIP_OPUS, VT_MEDIA_OK },
        { "silent.webm", 320, 240, 2000, 0, VT_CLIP_VP9, VT_CLIP_NONE, VT_MEDIA_OK },
        { "ten-bit.mp4", 320, 180, 2000, 0, VT_CLIP_HEVC, VT_CLIP_NONE, VT_MEDIA_OK },
        { "av1.mp4", 320, 180, 1000, 0, VT_CLIP_AV1, VT_CLIP_NONE, VT_MEDIA_OK },
        { "fragments.mp4", 320, 240, 2000, 0, VT_CLIP_H264, VT_CLIP_AAC, VT_MEDIA_OK },
        { "raw-sound.mkv", 320, 240, 1000, 0, VT_CLIP_H264, VT_CLIP_OTHER, VT_MEDIA_OK },
        { "half-minute.mp4", 160, 120, 25000, 0, VT_CLIP_H264, VT_CLIP_NONE, VT_MEDIA_OK },
        { "four-k.mp4", 3840, 2160, 1000, 0, VT_CLIP_H264, VT_CLIP_NONE, VT_MEDIA_TOO_BIG },
        { "over-a-minute.mp4", 160, 120, 61000, 0, VT_CLIP_H264, VT_CLIP_NONE, VT_MEDIA_TOO_BIG },
        { "old.3gp", 352, 288, 400, 0, VT_CLIP_OTHER, VT_CLIP_NONE, VT_MEDIA_NOT_A_CLIP },
        { "sound-only.m4a", 0, 0, 0, 0, VT_CLIP_NONE, VT_CLIP_AAC, VT_MEDIA_NOT_A_CLIP },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_media_problem problem = { .err = VT_MEDIA_OK };
        struct file file = load(rows[i].name);
        const struct vt_sniffed_clip clip = vt_sniff_clip(file.bytes, file.len);
        assert_true(clip.is_clip);
        assert_false(clip.is_cut);
        assert_int_equal(clip.width, rows[i].width);
        assert_int_equal(clip.height, rows[i].height);
        assert_in_range(clip.ms, rows[i].ms - (rows[i].ms ? 20 : 0), rows[i].ms + 40);
        assert_int_equal(clip.turn, rows[i].turn);
        assert_int_equal(clip.picture, rows[i].picture);
        assert_int_equal(clip.sound, rows[i].sound);
        assert_int_equal(judge(&file, &problem), rows[i].err);
        free(file.bytes);
    }
}

static void refusals_say_what_came(void **state)
{
    static const struct {
        const char *name, *says;
    } rows[] = {
        { "four-k.mp4", "3840 x 2160 pixels; 1920 x 1080" },
        { "over-a-minute.mp4", "61 s long; 60 s" },
        { "old.3gp", "coded as \"s263\"; H.264" },
        { "sound-only.m4a", "without a moving picture" },
    };
    static const struct {
        const char *text, *says;
    } others[] = {
        { "#EXTM3U\n#EXT-X-TARGETDURATION:10\n", "a playlist" },
        { "ffconcat version 1.0\nfile /etc/passwd\n", "a playlist" },
        { "GIF89a\1\0\1\0", "a GIF picture" },
        { "", "an empty file" },
    };
    struct vt_media_problem problem;
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct file file = load(rows[i].name);
        assert_int_not_equal(judge(&file, &problem), VT_MEDIA_OK);
        assert_non_null(strstr(problem.detail, rows[i].says));
        free(file.bytes);
    }
    for (size_t i = 0; i < VT_COUNT(others); i++) {
        struct file file = { (uint8_t *)others[i].text, strlen(others[i].text) };
        assert_int_equal(judge(&file, &problem), VT_MEDIA_NOT_A_CLIP);
        assert_non_null(strstr(problem.detail, others[i].says));
    }
}

/* From memory of exactly the part that is left. */
static void a_cut_file_is_no_clip(void **state)
{
    static const char *const names[] = { "phone.mov", "half-minute.mp4", "silent.webm", "fragments.mp4" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        struct file whole = load(names[i]);
        for (size_t len = 0; len < whole.len; len += len < 4096 ? 1 : whole.len / 97) {
            struct vt_media_problem problem;
            struct file part = { malloc(len ? len : 1), len };
            assert_non_null(part.bytes);
            memcpy(part.bytes, whole.bytes, len);
            const enum vt_media_err err = judge(&part, &problem);
            /* Fragments that are whole are a shorter clip, and nothing says that more were to come. */
            assert_true(err != VT_MEDIA_OK || strcmp(names[i], "fragments.mp4") == 0);
            if (len > 32)
                assert_true(err == VT_MEDIA_OK || err == VT_MEDIA_TRUNCATED || err == VT_MEDIA_NOT_A_CLIP);
            free(part.bytes);
        }
        free(whole.bytes);
    }
}

/* Bytes of the head, each changed in turn: whatever it says then, it is said without leaving the file. */
static void a_changed_head_does_no_harm(void **state)
{
    static const char *const names[] = { "ten-bit.mp4", "recorded.webm", "fragments.mp4" };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(names); i++) {
        struct file file = load(names[i]);
        for (size_t at = 0; at < file.len; at += at < 2048 ? 1 : 211) {
            const uint8_t was = file.bytes[at];
            struct vt_media_problem problem;
            file.bytes[at] = (uint8_t)(was ^ 0xff);
            judge(&file, &problem);
            file.bytes[at] = 0;
            judge(&file, &problem);
            file.bytes[at] = was;
        }
        free(file.bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_clip_is_what_it_is),
        cmocka_unit_test(refusals_say_what_came),
        cmocka_unit_test(a_cut_file_is_no_clip),
        cmocka_unit_test(a_changed_head_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
