/* SPDX-License-Identifier: Apache-2.0 */
/* What files are taken for, from bytes built here; whole pictures of every kind meet it in the worker's
 * tests. */
#include <stdlib.h>

#include "media/sniff.h"
#include "server/base/buf.h"
#include "tests/unit/cm.h"

static void put(struct vt_buf *out, uint64_t value, int n, bool big)
{
    for (int i = 0; i < n; i++)
        vt_buf_byte(out, (char)(uint8_t)(value >> 8 * (big ? n - 1 - i : i)));
}

#define BYTES(out, literal) vt_buf_append(out, literal, sizeof(literal) - 1)

/* From memory of exactly that size, so that ASan sees a byte too many. */
static struct vt_sniffed sniff(const void *bytes, size_t len)
{
    uint8_t *copy = malloc(len ? len : 1);
    assert_non_null(copy);
    if (len)
        memcpy(copy, bytes, len);
    struct vt_sniffed sniffed = vt_sniff_header(copy, len);
    vt_sniff_is_whole(&sniffed, copy, len);
    free(copy);
    return sniffed;
}

static enum vt_media_err judge(const struct vt_buf *file, struct vt_media_problem *problem)
{
    struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    struct vt_sniffed sniffed = sniff(file->data, file->len);
    return vt_sniff_check(&sniffed, file->len, &limits, problem);
}

static bool is_whole(const struct vt_buf *file, size_t len)
{
    struct vt_sniffed sniffed = vt_sniff_header((uint8_t *)file->data, len);
    return vt_sniff_is_whole(&sniffed, (uint8_t *)file->data, len);
}

/* --- JPEG ------------------------------------------------------------------------------------ */

static void put_exif(struct vt_buf *out, unsigned orientation, bool big)
{
    BYTES(out, "\xff\xe1");
    put(out, 2 + 6 + 8 + 2 + 12 + 4, 2, true);
    BYTES(out, "Exif\0\0");
    vt_buf_text(out, big ? "MM" : "II");
    put(out, 42, 2, big);
    put(out, 8, 4, big);
    put(out, 1, 2, big);
    put(out, 0x0112, 2, big);
    put(out, 3, 2, big);
    put(out, 1, 4, big);
    put(out, orientation, 2, big);
    put(out, 0, 2, big);
    put(out, 0, 4, big);
}

static void make_jpeg(struct vt_buf *out, unsigned w, unsigned h, unsigned orientation, bool big)
{
    BYTES(out, "\xff\xd8");
    if (orientation)
        put_exif(out, orientation, big);
    BYTES(out, "\xff\xff\xff\xc2"); /* fill bytes before a marker are allowed */
    put(out, 11, 2, true);
    put(out, 8, 1, true);
    put(out, h, 2, true);
    put(out, w, 2, true);
    BYTES(out, "\x01\x01\x11\x00");
    BYTES(out, "\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
    BYTES(out, "abc\xff\x00zz\xff\xd0more\xff\xd9");
}

static void jpeg(void **state)
{
    (void)state;
    for (unsigned orientation = 0; orientation <= 9; orientation++)
        for (int big = 0; big < 2; big++) {
            VT_CLEANUP(vt_buf_finish)
            struct vt_buf file = VT_BUF_INIT(4096);
            make_jpeg(&file, 4000, 3000, orientation, big);
            struct vt_sniffed s = sniff(file.data, file.len);
            uint32_t w, h;
            assert_int_equal(s.type, VT_SNIFFED_JPEG);
            assert_int_equal(s.width, 4000);
            assert_int_equal(s.height, 3000);
            assert_true(s.is_progressive);
            assert_int_equal(s.orientation, orientation >= 1 && orientation <= 8 ? orientation : 1);
            vt_sniff_upright(&s, &w, &h);
            assert_int_equal(w, s.orientation >= 5 ? 3000 : 4000);
            assert_int_equal(judge(&file, NULL), VT_MEDIA_OK);
            assert_true(is_whole(&file, file.len));
            for (size_t len = 0; len < file.len; len++) {
                sniff(file.data, len);
                assert_false(is_whole(&file, len));
            }
        }
}

static void jpeg_of_many_scans(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(4096);
    make_jpeg(&file, 10, 10, 0, false);
    file.len -= 2;
    BYTES(&file, "\xff\xc4\x00\x03q\xff\xda\x00\x02scan\xff\xd9trailer");
    assert_true(is_whole(&file, file.len));
    assert_false(is_whole(&file, file.len - 8));
    vt_buf_reset(&file);
    BYTES(&file, "\xff\xd8\xff\xd9"); /* an end, but nothing before it */
    assert_false(is_whole(&file, file.len));
    assert_int_equal(judge(&file, NULL), VT_MEDIA_BROKEN);
}

/* --- PNG ------------------------------------------------------------------------------------- */

static void put_chunk(struct vt_buf *out, const char *name, const void *data, size_t len)
{
    put(out, len, 4, true);
    vt_buf_text(out, name);
    vt_buf_append(out, data, len);
    put(out, 0, 4, true);
}

static void make_png(struct vt_buf *out, uint32_t w, uint32_t h, uint32_t frames)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf head = VT_BUF_INIT(64);
    BYTES(out, "\x89PNG\r\n\x1a\n");
    put(&head, w, 4, true);
    put(&head, h, 4, true);
    BYTES(&head, "\x08\x06\0\0\0");
    put_chunk(out, "IHDR", head.data, head.len);
    vt_buf_reset(&head);
    put(&head, frames, 4, true);
    put(&head, 0, 4, true);
    if (frames)
        put_chunk(out, "acTL", head.data, head.len);
    put_chunk(out, "IDAT", "pixels", 6);
    put_chunk(out, "IEND", "", 0);
}

static void png(void **state)
{
    (void)state;
    struct vt_media_problem problem;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(4096);
    make_png(&file, 7000, 7000, 0);
    struct vt_sniffed s = sniff(file.data, file.len);
    assert_int_equal(s.type, VT_SNIFFED_PNG);
    assert_true(s.is_lossless && s.has_alpha);
    assert_int_equal(judge(&file, NULL), VT_MEDIA_OK);
    for (size_t len = 0; len <= file.len; len++) {
        sniff(file.data, len);
        assert_int_equal(is_whole(&file, len), len == file.len);
    }
    vt_buf_reset(&file);
    make_png(&file, 30000, 30000, 0);
    assert_int_equal(judge(&file, &problem), VT_MEDIA_TOO_BIG);
    assert_int_equal(problem.limit, 16384);
    assert_int_equal(problem.given, 30000);
    vt_buf_reset(&file);
    make_png(&file, 16384, 16384, 0);
    assert_int_equal(judge(&file, &problem), VT_MEDIA_TOO_BIG);
    assert_int_equal(problem.given, 268435456);
    vt_buf_reset(&file);
    make_png(&file, 16384, 3051, 0);
    assert_int_equal(judge(&file, NULL), VT_MEDIA_OK); /* 49 987 584 */
    vt_buf_reset(&file);
    make_png(&file, 16384, 3052, 0);
    assert_int_equal(judge(&file, NULL), VT_MEDIA_TOO_BIG);
    vt_buf_reset(&file);
    make_png(&file, 100, 100, 5);
    assert_int_equal(judge(&file, &problem), VT_MEDIA_TOO_BIG);
    assert_int_equal(problem.given, 5);
    vt_buf_reset(&file);
    make_png(&file, 0, 100, 0);
    assert_int_equal(judge(&file, NULL), VT_MEDIA_BROKEN);
}

/* --- WebP ------------------------------------------------------------------------------------ */

static void make_webp(struct vt_buf *out, const char *chunks, size_t len)
{
    BYTES(out, "RIFF");
    put(out, len + 4, 4, false);
    BYTES(out, "WEBP");
    vt_buf_append(out, chunks, len);
}

static void webp(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(4096);
    static const char lossy[] = "VP8 \x0a\0\0\0\x30\x01\x00\x9d\x01\x2a\x90\x01\x2c\x01";
    make_webp(&file, lossy, sizeof(lossy) - 1);
    struct vt_sniffed s = sniff(file.data, file.len);
    assert_int_equal(s.type, VT_SNIFFED_WEBP);
    assert_int_equal(s.width, 400);
    assert_int_equal(s.height, 300);
    assert_true(is_whole(&file, file.len));
    assert_false(is_whole(&file, file.len - 1));
    vt_buf_reset(&file);
    static const char lossless[] = "VP8L\x05\0\0\0\x2f\x8f\xc1\x4a\x10\0";
    make_webp(&file, lossless, sizeof(lossless) - 1);
    s = sniff(file.data, file.len);
    assert_int_equal(s.width, 400);
    assert_int_equal(s.height, 300);
    assert_true(s.is_lossless && s.has_alpha);
    vt_buf_reset(&file);
    /* A small canvas cannot hide a large picture. */
    static const char moving[] = "VP8X\x0a\0\0\0\x02\0\0\0\x09\0\0\x09\0\0ANMF\0\0\0\0ANMF\0\0\0\0"
                                 "VP8 \x0a\0\0\0\x30\x01\x00\x9d\x01\x2a\xff\x3f\xff\x3f";
    make_webp(&file, moving, sizeof(moving) - 1);
    s = sniff(file.data, file.len);
    assert_int_equal(s.frames, 2);
    assert_int_equal(s.width, 16383);
    for (size_t len = 0; len < file.len; len++)
        sniff(file.data, len);
}

/* --- AVIF and HEIF --------------------------------------------------------------------------- */

static void put_box(struct vt_buf *out, const char *name, const struct vt_buf *body)
{
    put(out, body->len + 8, 4, true);
    vt_buf_text(out, name);
    vt_buf_append(out, body->data, body->len);
}

static void put_full_box(struct vt_buf *out, const char *name, const char *bytes, size_t len)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(4096);
    vt_buf_append(&body, bytes, len);
    put_box(out, name, &body);
}

static void make_heif(struct vt_buf *out, const char *brand, const char *turn, size_t turn_len)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf ipco = VT_BUF_INIT(4096), iprp = VT_BUF_INIT(4096), meta = VT_BUF_INIT(4096),
                  ftyp = VT_BUF_INIT(64);
    vt_buf_text(&ftyp, brand);
    BYTES(&ftyp, "\0\0\0\0mif1");
    put_box(out, "ftyp", &ftyp);
    put_full_box(&ipco, "ispe", "\0\0\0\0\0\0\0\x40\0\0\0\x40", 12); /* of a tile, not of the picture */
    put_full_box(&ipco, "ispe", "\0\0\0\0\0\0\x0f\xc0\0\0\x0b\xd0", 12);
    vt_buf_append(&ipco, turn, turn_len);
    put_box(&iprp, "ipco", &ipco);
    put_full_box(&iprp, "ipma", "\0\0\0\0\0\0\0\x02\0\x01\x01\x01\0\x07\x03\x02\x83\x04", 18);
    BYTES(&meta, "\0\0\0\0");
    put_full_box(&meta, "pitm", "\0\0\0\0\0\x07", 6);
    put_box(&meta, "iprp", &iprp);
    put_box(out, "meta", &meta);
    put_full_box(out, "mdat", "pixels", 6);
}

static void heif(void **state)
{
    (void)state;
    static const struct {
        const char *turn;
        size_t len;
        int orientation;
    } rows[] = { { "", 0, 1 },
                 { "\0\0\0\x09irot\0", 9, 1 },
                 { "\0\0\0\x09irot\1", 9, 8 },
                 { "\0\0\0\x09irot\2", 9, 3 },
                 { "\0\0\0\x09irot\3", 9, 6 },
                 { "\0\0\0\x09imir\0", 9, 2 },
                 { "\0\0\0\x09imir\1", 9, 4 },
                 { "\0\0\0\x09irot\1\0\0\0\x09imir\1", 18, 5 } };
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf file = VT_BUF_INIT(4096);
        make_heif(&file, i % 2 ? "avif" : "heic", rows[i].turn, rows[i].len);
        struct vt_sniffed s = sniff(file.data, file.len);
        assert_int_equal(s.type, i % 2 ? VT_SNIFFED_AVIF : VT_SNIFFED_HEIF);
        assert_int_equal(s.width, 4032);
        assert_int_equal(s.height, 3024);
        assert_int_equal(s.orientation, rows[i].orientation);
        assert_int_equal(s.frames, 1);
        assert_int_equal(judge(&file, NULL), VT_MEDIA_OK);
        for (size_t len = 0; len <= file.len; len++) {
            sniff(file.data, len);
            assert_int_equal(is_whole(&file, len), len == file.len);
        }
    }
}

static void a_sequence_is_no_picture(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(4096), one = VT_BUF_INIT(4096), two = VT_BUF_INIT(4096);
    static const char *const path[] = { "stbl", "minf", "mdia", "trak", "moov" };
    struct vt_media_problem problem;
    make_heif(&file, "avis", "", 0);
    put_full_box(&one, "stsz", "\0\0\0\0\0\0\0\0\0\0\0\x30", 12);
    for (size_t i = 0; i < VT_COUNT(path); i++) {
        vt_buf_reset(&two);
        put_box(&two, path[i], &one);
        vt_buf_reset(&one);
        vt_buf_append(&one, two.data, two.len);
    }
    vt_buf_append(&file, one.data, one.len);
    assert_int_equal(judge(&file, &problem), VT_MEDIA_TOO_BIG);
    assert_int_equal(problem.given, 48);
}

/* --- everything else --------------------------------------------------------------------------- */

static void others_are_named(void **state)
{
    (void)state;
#define ROW(bytes, name)                                                                                     \
    {                                                                                                        \
        bytes, sizeof(bytes) - 1, name                                                                       \
    }
    static const struct {
        const char *bytes;
        size_t len;
        const char *name;
    } rows[] = {
        ROW("", "an empty file"),
        ROW("GIF89a....", "a GIF picture"),
        ROW("%PDF-1.7 ...", "a PDF document"),
        ROW("junk before %PDF-1.7", "a PDF document"),
        ROW("<svg xmlns='x'/>", "an SVG drawing"),
        ROW("\xef\xbb\xbf  <?xml version='1.0'?><!-- c --><SVG/>", "an SVG drawing"),
        ROW("<?xml version='1.0'?><x/>", "an XML file"),
        ROW("push graphic-context\nviewbox 0 0 1 1", "an MVG drawing"),
        ROW("#EXTM3U\n#EXT-X", "a playlist"),
        ROW("ffconcat version 1.0", "a playlist"),
        ROW("  <!DOCTYPE HTML><p>", "an HTML page"),
        ROW("hello <script>", "an HTML page"),
        ROW("II*\0....", "a TIFF picture"),
        ROW("MM\0*....", "a TIFF picture"),
        ROW("BM......", "a BMP picture"),
        ROW("PK\3\4....", "a ZIP archive"),
        ROW("\x1a\x45\xdf\xa3....", "a Matroska or WebM clip"),
        ROW("\0\0\0\x18"
            "ftypisom\0\0\0\0isommp42",
            "an MP4 or QuickTime clip"),
        ROW("RIFF\4\0\0\0WAVEfmt ", "a sound file"),
        ROW("\x7f"
            "ELF....",
            "a program"),
        ROW("only words", "a text file"),
        ROW("\1\2\3\4", "a file of a kind unknown here"),
        ROW("JUNK\4\0\0\0WEBP", "a file of a kind unknown here"),
    };
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        struct vt_media_problem problem;
        struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
        struct vt_sniffed s = sniff(rows[i].bytes, rows[i].len);
        assert_string_equal(s.name, rows[i].name);
        assert_int_equal(vt_sniff_check(&s, rows[i].len, &limits, &problem), VT_MEDIA_NOT_A_PICTURE);
        assert_non_null(strstr(problem.detail, rows[i].name));
    }
}

static void too_many_bytes(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf file = VT_BUF_INIT(4096);
    struct vt_sniff_limits limits = VT_SNIFF_LIMITS;
    make_jpeg(&file, 10, 10, 0, false);
    struct vt_sniffed s = sniff(file.data, file.len);
    assert_int_equal(vt_sniff_check(&s, 40000000, &limits, NULL), VT_MEDIA_OK);
    assert_int_equal(vt_sniff_check(&s, 40000001, &limits, NULL), VT_MEDIA_TOO_BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jpeg),
        cmocka_unit_test(jpeg_of_many_scans),
        cmocka_unit_test(png),
        cmocka_unit_test(webp),
        cmocka_unit_test(heif),
        cmocka_unit_test(a_sequence_is_no_picture),
        cmocka_unit_test(others_are_named),
        cmocka_unit_test(too_many_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
