/* SPDX-License-Identifier: Apache-2.0 */
/* IIIF Image API 3.0: what a path means, in pixels, and what is refused. */
#include <stdio.h>

#include "media/iiif.h"
#include "media/info.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

enum { W = 6000, H = 4000 };

static enum vt_media_err ask(const char *path, struct vt_recipe *recipe, struct vt_media_problem *problem)
{
    struct vt_iiif_request request;
    struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    enum vt_media_err err = vt_iiif_parse(vt_str(path), &request, problem);
    return err ? err : vt_iiif_resolve(&request, W, H, &limits, recipe, problem);
}

/* "x,y,w,h WxH" and the canonical rest of the path. */
static void assert_image(const char *path, const char *want, const char *canonical)
{
    struct vt_recipe r;
    struct vt_media_problem problem = { .detail = "" };
    struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    char got[96];
    if (ask(path, &r, &problem) != VT_MEDIA_OK)
        fail_msg("%s: %s", path, problem.detail);
    snprintf(got, sizeof(got), "%u,%u,%u,%u %ux%u", r.x, r.y, r.w, r.h, r.out_w, r.out_h);
    assert_string_equal(got, want);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(256);
    assert_int_equal(vt_iiif_canonical(&r, &limits, &text), VT_OK);
    assert_string_equal(vt_buf_cstr(&text), canonical);
}

static void assert_refused(const char *path, enum vt_media_err want)
{
    struct vt_recipe r;
    struct vt_media_problem problem = { .detail = "" };
    enum vt_media_err got = ask(path, &r, &problem);
    if (got != want)
        fail_msg("%s: %s, not %s (%s)", path, vt_media_err_word(got), vt_media_err_word(want),
                 problem.detail);
    assert_true(problem.detail[0] != '\0');
    assert_int_equal(problem.err, want);
}

static void regions(void **state)
{
    (void)state;
    assert_image("a/full/600,/0/default.jpg", "0,0,6000,4000 600x400", "full/600,400/0/default.jpg");
    assert_image("a/square/max/0/default.jpg", "1000,0,4000,4000 4000x4000",
                 "1000,0,4000,4000/max/0/default.jpg");
    assert_image("a/10,20,300,400/max/0/default.jpg", "10,20,300,400 300x400",
                 "10,20,300,400/max/0/default.jpg");
    /* Cut at the edge, no empty space. */
    assert_image("a/5900,3900,512,512/max/0/default.jpg", "5900,3900,100,100 100x100",
                 "5900,3900,100,100/max/0/default.jpg");
    assert_image("a/0,0,999999999,999999999/600,400/0/default.jpg", "0,0,6000,4000 600x400",
                 "full/600,400/0/default.jpg");
    assert_image("a/pct:0,0,100,100/300,/0/color.jpg", "0,0,6000,4000 300x200", "full/300,200/0/default.jpg");
    assert_image("a/pct:12.5,25,50,.1/max/0/gray.png", "750,1000,3000,4 3000x4",
                 "750,1000,3000,4/max/0/gray.png");
    assert_image("a/pct:90,90,50,50/max/0/default.jpg", "5400,3600,600,400 600x400",
                 "5400,3600,600,400/max/0/default.jpg");
    assert_refused("a/6000,0,1,1/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/0,4000,1,1/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/0,0,0,10/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/0,0,10,0/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/pct:100,0,1,1/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/pct:0,0,0.0001,1/max/0/default.jpg", VT_MEDIA_OUTSIDE);
    static const char *const bad[] = { "Full",         "1,2,3",    "1,2,3,4,5",        "-1,0,5,5",
                                       "1.5,0,5,5",    "",         "pct:1,2,3",        "pct:a",
                                       "0,0,1e3,10",   " 0,0,1,1", "0,0,1,1 ",         "full,",
                                       "square1",      "0,,1,1",   "9999999999,0,1,1", "%00full",
                                       "pct:1.,1,1,1", "fu%6" };
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        char path[96];
        snprintf(path, sizeof(path), "a/%s/max/0/default.jpg", bad[i]);
        assert_refused(path, VT_MEDIA_SYNTAX);
    }
}

static void sizes(void **state)
{
    (void)state;
    /* 24 MP is below maxArea: nothing is cut; of a larger region ^max goes up to the area. */
    assert_image("a/full/max/0/default.jpg", "0,0,6000,4000 6000x4000", "full/max/0/default.jpg");
    assert_image("a/full/^max/0/default.jpg", "0,0,6000,4000 6124x4082", "full/^max/0/default.jpg");
    assert_image("a/0,0,100,100/^max/0/default.jpg", "0,0,100,100 5000x5000",
                 "0,0,100,100/^max/0/default.jpg");
    assert_image("a/full/,1000/0/default.jpg", "0,0,6000,4000 1500x1000", "full/1500,1000/0/default.jpg");
    assert_image("a/full/pct:50/0/default.jpg", "0,0,6000,4000 3000x2000", "full/3000,2000/0/default.jpg");
    assert_image("a/full/pct:33.333/0/default.jpg", "0,0,6000,4000 2000x1333",
                 "full/2000,1333/0/default.jpg");
    assert_image("a/full/300,300/0/default.jpg", "0,0,6000,4000 300x300", "full/300,300/0/default.jpg");
    assert_image("a/full/!300,300/0/default.jpg", "0,0,6000,4000 300x200", "full/300,200/0/default.jpg");
    assert_image("a/0,0,100,50/!300,300/0/default.jpg", "0,0,100,50 100x50", "0,0,100,50/max/0/default.jpg");
    assert_image("a/0,0,100,50/^!300,300/0/default.jpg", "0,0,100,50 300x150",
                 "0,0,100,50/^300,150/0/default.jpg");
    assert_image("a/0,0,100,50/^!99999,99999/0/default.jpg", "0,0,100,50 7071x3535",
                 "0,0,100,50/^max/0/default.jpg");
    assert_image("a/0,0,100,100/^200,/0/default.jpg", "0,0,100,100 200x200",
                 "0,0,100,100/^200,200/0/default.jpg");
    assert_image("a/0,0,100,100/^50,/0/default.jpg", "0,0,100,100 50x50", "0,0,100,100/50,50/0/default.jpg");
    assert_image("a/0,0,100,100/^pct:150/0/default.jpg", "0,0,100,100 150x150",
                 "0,0,100,100/^150,150/0/default.jpg");
    assert_image("a/0,0,100,100/^120,90/0/default.jpg", "0,0,100,100 120x90",
                 "0,0,100,100/^120,90/0/default.jpg");
    /* The same picture asked for in three ways is one recipe. */
    assert_image("a/full/6000,4000/0/default.jpg", "0,0,6000,4000 6000x4000", "full/max/0/default.jpg");
    assert_image("a/full/6000,/0/color.jpg", "0,0,6000,4000 6000x4000", "full/max/0/default.jpg");

    assert_refused("a/0,0,100,100/101,/0/default.jpg", VT_MEDIA_UPSCALE);
    assert_refused("a/0,0,100,100/,101/0/default.jpg", VT_MEDIA_UPSCALE);
    assert_refused("a/0,0,100,100/100,101/0/default.jpg", VT_MEDIA_UPSCALE);
    assert_refused("a/0,0,100,100/pct:101/0/default.jpg", VT_MEDIA_UPSCALE);
    assert_refused("a/0,0,3,3/pct:100.1/0/default.jpg", VT_MEDIA_UPSCALE);
    assert_refused("a/full/^6500,/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/^16385,1/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/^999999999,/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/0,/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/,0/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/0,0/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/!0,10/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/full/pct:0/0/default.jpg", VT_MEDIA_OUTSIDE);
    assert_refused("a/0,0,1000,1/100,/0/default.jpg", VT_MEDIA_OUTSIDE);
    static const char *const bad[] = { "full", "^full", ",",      "^,",      "!10,", "!,10",
                                       "pct:", "100",   "10;10",  "-1,",     "1.5,", "^^max",
                                       "max^", "!max",  "pct:-1", "pct:1e2", "" };
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        char path[96];
        snprintf(path, sizeof(path), "a/full/%s/0/default.jpg", bad[i]);
        assert_refused(path, VT_MEDIA_SYNTAX);
    }
}

static void turning_and_quality(void **state)
{
    (void)state;
    assert_image("a/full/9,/90/default.jpg", "0,0,6000,4000 9x6", "full/9,6/90/default.jpg");
    assert_image("a/full/9,/!0/default.webp", "0,0,6000,4000 9x6", "full/9,6/!0/default.webp");
    assert_image("a/full/9,/!22.50/bitonal.png", "0,0,6000,4000 9x6", "full/9,6/!22.5/bitonal.png");
    assert_image("a/full/9,/.5/default.avif", "0,0,6000,4000 9x6", "full/9,6/0.5/default.avif");
    assert_image("a/full/9,/360/default.jpg", "0,0,6000,4000 9x6", "full/9,6/0/default.jpg");
    assert_image("a/full/9,/0.050/default.jpg", "0,0,6000,4000 9x6", "full/9,6/0.05/default.jpg");
    static const char *const bad_turns[] = { "361", "-90", "!", "!-1", "90!", "", "1e1", "360.1", "ninety" };
    static const char *const bad_ends[] = { "default",     "default.",   ".jpg",         "default.gif",
                                            "default.tif", "native.jpg", "DEFAULT.jpg",  "default.jpeg",
                                            "default.JPG", "grey.jpg",   "default.jpg.", "default.jp2" };
    char path[96];
    for (size_t i = 0; i < VT_COUNT(bad_turns); i++) {
        snprintf(path, sizeof(path), "a/full/max/%s/default.jpg", bad_turns[i]);
        assert_refused(path, VT_MEDIA_SYNTAX);
    }
    for (size_t i = 0; i < VT_COUNT(bad_ends); i++) {
        snprintf(path, sizeof(path), "a/full/max/0/%s", bad_ends[i]);
        assert_refused(path, VT_MEDIA_SYNTAX);
    }
}

static void kinds_and_escapes(void **state)
{
    (void)state;
    struct vt_iiif_request request;
    struct vt_media_problem problem;
    assert_int_equal(vt_iiif_parse(VT_STR("ring%2D1"), &request, &problem), VT_MEDIA_OK);
    assert_int_equal(request.kind, VT_IIIF_BASE);
    assert_string_equal(request.media, "ring-1");
    assert_true(vt_str_eq(request.raw_id, VT_STR("ring%2D1")));
    assert_int_equal(vt_iiif_parse(VT_STR("a/"), &request, &problem), VT_MEDIA_OK);
    assert_int_equal(request.kind, VT_IIIF_BASE);
    assert_int_equal(vt_iiif_parse(VT_STR("a/info.json"), &request, &problem), VT_MEDIA_OK);
    assert_int_equal(request.kind, VT_IIIF_INFO);
    /* Decoded once, after the split. */
    assert_image("a/%66ull/%5Emax/%210/default%2Ejpg", "0,0,6000,4000 6124x4082", "full/^max/!0/default.jpg");
    assert_image("a/0%2c0%2C10%2c10/max/0/default.jpg", "0,0,10,10 10x10", "0,0,10,10/max/0/default.jpg");
    assert_refused("a/%2566ull/max/0/default.jpg", VT_MEDIA_SYNTAX);
    assert_refused("a/full%2Fmax/0/default.jpg", VT_MEDIA_SYNTAX);
    assert_refused("a/full/max/0/default.jpg/", VT_MEDIA_SYNTAX);
    assert_refused("a/full/max/0", VT_MEDIA_SYNTAX);
    assert_refused("a/info.jsn", VT_MEDIA_SYNTAX);
    static const char *const ids[] = { "",    "..",  ".hidden", "a%2Fb", "a%00b", "a b",
                                       "a%2", "%zz", "%C3%A9",  "a+b",   "a?b" };
    for (size_t i = 0; i < VT_COUNT(ids); i++)
        assert_int_equal(vt_iiif_parse(vt_str(ids[i]), &request, &problem), VT_MEDIA_UNKNOWN);
}

static void complaints_name_the_segment(void **state)
{
    (void)state;
    struct vt_recipe r;
    struct vt_media_problem problem;
    ask("a/full/<script>/0/default.jpg", &r, &problem);
    assert_non_null(strstr(problem.detail, "size \"<script>\""));
    assert_non_null(strstr(problem.detail, "pct:n"));
    char path[400] = "a/";
    memset(path + 2, 'x', 200);
    strcat(path, "/max/0/default.jpg");
    ask(path, &r, &problem);
    assert_non_null(strstr(problem.detail, "…"));
    assert_true(strlen(problem.detail) < VT_MEDIA_DETAIL_MAX);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(2048);
    ask("a/full/^6500,/0/default.jpg", &r, &problem);
    assert_int_equal(vt_media_problem_json(&problem, "7f3a", &json), VT_OK);
    const char *text = vt_buf_cstr(&json);
    assert_non_null(strstr(text, "\"type\":\"outside\""));
    assert_non_null(strstr(text, "\"status\":400"));
    assert_non_null(strstr(text, "\"limit\":25000000,\"given\":28164500"));
    assert_non_null(strstr(text, "\"reference\":\"7f3a\"}"));
}

static void max_never_passes_the_limits(void **state)
{
    (void)state;
    struct vt_iiif_limits limits = { 25000000, 16384 };
    for (uint32_t w = 1; w <= 16384; w += 97)
        for (uint32_t h = 1; h <= 16384; h += 389) {
            uint32_t out_w, out_h;
            vt_iiif_max_size(w, h, (w + h) % 2, &limits, &out_w, &out_h);
            assert_true(out_w >= 1 && out_h >= 1 && out_w <= 16384 && out_h <= 16384);
            assert_true((uint64_t)out_w * out_h <= limits.max_area);
        }
}

static void info_document(void **state)
{
    (void)state;
    struct vt_iiif_limits limits = VT_IIIF_LIMITS;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(4096);
    assert_int_equal(vt_info_json(VT_STR("https://shop.example/iiif/3/a%2Db"), 8000, 6000,
                                  (const uint16_t[4]){ 0 }, &limits, &out),
                     VT_OK);
    const char *text = vt_buf_cstr(&out);
    assert_non_null(strstr(text, "\"id\":\"https://shop.example/iiif/3/a%2Db\""));
    assert_non_null(strstr(text, "\"width\":8000,\"height\":6000,"));
    assert_non_null(strstr(text, "\"scaleFactors\":[1,2,4,8,16]"));
    assert_non_null(strstr(text, "{\"width\":500,\"height\":375},"));
    assert_non_null(strstr(text, "{\"width\":4000,\"height\":3000}]"));
    assert_null(strstr(text, "{\"width\":8000")); /* above maxArea */
    assert_null(strstr(text, "object"));
    assert_non_null(strstr(text, "\"maxArea\":25000000"));
    vt_buf_reset(&out);
    vt_info_json(VT_STR("a"), 8000, 6000, (const uint16_t[4]){ 6553, 13107, 32768, 26214 }, &limits, &out);
    assert_non_null(strstr(vt_buf_cstr(&out), ",\"object\":[0.09999,0.20000,0.50001,0.40000],"));
    assert_true(vt_info_wants_ld(VT_STR("application/ld+json")));
    assert_true(
        vt_info_wants_ld(VT_STR("text/html, Application/LD+JSON;profile=\"x\", application/json;q=0.9")));
    assert_false(vt_info_wants_ld(VT_STR("*/*")));
    assert_false(vt_info_wants_ld(VT_STR("application/json, application/ld+json;q=0.5")));
    assert_false(vt_info_wants_ld(VT_STR("application/ld+json;q=0")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(regions),
        cmocka_unit_test(sizes),
        cmocka_unit_test(turning_and_quality),
        cmocka_unit_test(kinds_and_escapes),
        cmocka_unit_test(complaints_name_the_segment),
        cmocka_unit_test(max_never_passes_the_limits),
        cmocka_unit_test(info_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
