/* SPDX-License-Identifier: Apache-2.0 */
/* Recipe keys, thumbs, the Accept header, signed addresses. */
#include <locale.h>

#include "media/accept.h"
#include "media/recipe.h"
#include "media/refusals.h"
#include "media/sign.h"
#include "media/thumb.h"
#include "server/base/err.h"
#include "tests/unit/cm.h"

static struct vt_recipe plain(void)
{
    return (struct vt_recipe){ .kind = VT_RECIPE_IIIF,
                               .media = "ring",
                               .full_w = 100,
                               .full_h = 80,
                               .w = 100,
                               .h = 80,
                               .out_w = 50,
                               .out_h = 40,
                               .rotation = 22.5 };
}

static void every_field_is_in_the_key(void **state)
{
    (void)state;
    struct vt_recipe base = plain();
    char first[65], other[65], again[65];
    assert_int_equal(vt_recipe_key(&base, first), VT_OK);
    setlocale(LC_ALL, "de_DE.UTF-8");
    assert_int_equal(vt_recipe_key(&base, again), VT_OK);
    setlocale(LC_ALL, "C");
    assert_string_equal(first, again);
#define DIFFERS(change)                                                                                      \
    do {                                                                                                     \
        struct vt_recipe r = plain();                                                                        \
        change;                                                                                              \
        assert_int_equal(vt_recipe_key(&r, other), VT_OK);                                                   \
        assert_string_not_equal(first, other);                                                               \
    } while (0)
    DIFFERS(r.kind = VT_RECIPE_THUMB);
    DIFFERS(r.media[0] = 'k');
    DIFFERS(r.full_w++);
    DIFFERS(r.full_h++);
    DIFFERS(r.x++);
    DIFFERS(r.y++);
    DIFFERS(r.w--);
    DIFFERS(r.h--);
    DIFFERS(r.out_w++);
    DIFFERS(r.out_h++);
    DIFFERS(r.rotation = 22.500001);
    DIFFERS(r.mirror = true);
    DIFFERS(r.quality = VT_QUALITY_GRAY);
    DIFFERS(r.format = VT_FMT_AVIF);
    DIFFERS(r.effort = 3);
    DIFFERS(r.max_bytes = 1);
    DIFFERS(r.template_json = "{}");
}

static void ids_and_names(void **state)
{
    (void)state;
    char longest[130];
    memset(longest, 'a', sizeof(longest));
    assert_true(vt_media_id_ok((struct vt_str){ longest, 128 }));
    assert_false(vt_media_id_ok((struct vt_str){ longest, 129 }));
    assert_false(vt_media_id_ok(VT_STR("..")));
    assert_false(vt_media_id_ok(VT_STR("a/b")));
    assert_true(vt_media_id_is_hash((struct vt_str){ longest, 64 }));
    assert_false(vt_media_id_is_hash((struct vt_str){ longest, 63 }));
    longest[5] = 'A';
    assert_false(vt_media_id_is_hash((struct vt_str){ longest, 64 }));
}

static void ladder(void **state)
{
    (void)state;
    assert_int_equal(vt_thumb_width(1), 160);
    assert_int_equal(vt_thumb_width(160), 160);
    assert_int_equal(vt_thumb_width(161), 320);
    assert_int_equal(vt_thumb_width(1921), 1920);
    assert_int_equal(vt_thumb_width(UINT64_MAX), 1920);
    assert_int_equal(vt_thumb_smaller(640), 480);
    assert_int_equal(vt_thumb_smaller(160), 0);
    struct vt_recipe r;
    vt_thumb_recipe(VT_STR("ring"), 6000, 4000, 640, VT_FMT_WEBP, &r);
    assert_int_equal(r.out_w, 640);
    assert_int_equal(r.out_h, 427);
    vt_thumb_recipe(VT_STR("ring"), 300, 200, 640, VT_FMT_WEBP, &r);
    assert_int_equal(r.out_w, 300); /* never enlarged */
    vt_thumb_recipe(VT_STR("ring"), 16000, 1, 160, VT_FMT_WEBP, &r);
    assert_int_equal(r.out_h, 1);
    struct vt_str id;
    uint64_t wanted;
    assert_int_equal(vt_thumb_parse(VT_STR("ring/641"), &id, &wanted, NULL), VT_MEDIA_OK);
    assert_int_equal(wanted, 641);
    assert_int_equal(vt_thumb_parse(VT_STR("ring"), &id, &wanted, NULL), VT_MEDIA_SYNTAX);
    assert_int_equal(vt_thumb_parse(VT_STR("ring/0"), &id, &wanted, NULL), VT_MEDIA_SYNTAX);
    assert_int_equal(vt_thumb_parse(VT_STR("ring/64x"), &id, &wanted, NULL), VT_MEDIA_SYNTAX);
    assert_int_equal(vt_thumb_parse(VT_STR("../64"), &id, &wanted, NULL), VT_MEDIA_UNKNOWN);
}

static void formats_by_accept(void **state)
{
    (void)state;
    assert_int_equal(vt_thumb_format(VT_STR("image/avif,image/webp,image/apng,*/*;q=0.8")), VT_FMT_AVIF);
    assert_int_equal(vt_thumb_format(VT_STR("image/webp,*/*")), VT_FMT_WEBP);
    assert_int_equal(vt_thumb_format(VT_STR("image/avif;q=0, image/webp;q=0.1")), VT_FMT_WEBP);
    assert_int_equal(vt_thumb_format(VT_STR("image/avif;q=0.000")), VT_FMT_JPEG);
    assert_int_equal(vt_thumb_format(VT_STR("*/*")), VT_FMT_JPEG);
    assert_int_equal(vt_thumb_format(VT_STR("image/*")), VT_FMT_JPEG);
    assert_int_equal(vt_thumb_format((struct vt_str){ NULL, 0 }), VT_FMT_JPEG);
    assert_int_equal(vt_accept_quality(VT_STR("image/*;q=0.5, */*;q=0.1"), "image/png", true), 500);
    assert_int_equal(vt_accept_quality(VT_STR("text/html"), "image/png", true), -1);
    assert_int_equal(vt_accept_quality(VT_STR(",,;;,"), "image/png", true), -1);
}

/* --- signatures ------------------------------------------------------------------------------- */

static struct vt_sign_keys keys_of(uint8_t current, uint8_t previous)
{
    struct vt_sign_keys keys = { .has_previous = previous != 0 };
    memset(keys.current, current, sizeof(keys.current));
    memset(keys.previous, previous, sizeof(keys.previous));
    return keys;
}

static void signed_addresses(void **state)
{
    (void)state;
    struct vt_sign_keys keys = keys_of(1, 0), rotated = keys_of(2, 1), gone = keys_of(3, 2);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf url = VT_BUF_INIT(512);
    vt_buf_text(&url, "/p/card/ring.jpg?d=eyJ9&e=2000");
    assert_int_equal(vt_sign_url(&keys, &url), VT_OK);
    struct vt_str text = vt_buf_view(&url);
    assert_int_equal(text.len, 30 + 3 + 22);
    assert_int_equal(vt_sign_check_url(&keys, text, 1999, NULL), VT_MEDIA_OK);
    assert_int_equal(vt_sign_check_url(&keys, text, 2000, NULL), VT_MEDIA_EXPIRED);
    assert_int_equal(vt_sign_check_url(&rotated, text, 1999, NULL), VT_MEDIA_OK);
    assert_int_equal(vt_sign_check_url(&gone, text, 1999, NULL), VT_MEDIA_SIGNATURE);
    for (size_t i = 0; i < text.len; i++) {
        char changed[128];
        memcpy(changed, text.ptr, text.len);
        changed[i] ^= 1;
        assert_int_equal(vt_sign_check_url(&keys, (struct vt_str){ changed, text.len }, 1, NULL),
                         VT_MEDIA_SIGNATURE);
        assert_int_equal(vt_sign_check_url(&keys, (struct vt_str){ text.ptr, i }, 1, NULL),
                         VT_MEDIA_SIGNATURE);
    }
    vt_buf_text(&url, "&x=1"); /* nothing may follow */
    assert_int_equal(vt_sign_check_url(&keys, vt_buf_view(&url), 1, NULL), VT_MEDIA_SIGNATURE);
    vt_buf_reset(&url);
    vt_buf_text(&url, "/p/card/ring.jpg?d=eyJ9");
    assert_int_equal(vt_sign_url(&keys, &url), VT_ERR_INVALID); /* without an expiry nothing is signed */
    vt_buf_text(&url, "&e=1&e=2");
    assert_int_equal(vt_sign_url(&keys, &url), VT_ERR_INVALID);
    vt_buf_reset(&url);
    vt_buf_text(&url, "/p/card/ring.jpg?e=20x0");
    assert_int_equal(vt_sign_url(&keys, &url), VT_OK);
    assert_int_equal(vt_sign_check_url(&keys, vt_buf_view(&url), 1, NULL), VT_MEDIA_SIGNATURE);
}

static void grants(void **state)
{
    (void)state;
    struct vt_sign_keys keys = keys_of(1, 0);
    struct vt_media_problem problem;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(512);
    assert_int_equal(vt_sign_grant(&keys, VT_STR("photo"), 1700000000, &out), VT_OK);
    struct vt_str s = { out.data + out.len - 22, 22 };
    assert_true(strncmp(vt_buf_cstr(&out), "photo?e=1700000000&s=", 21) == 0);
    assert_int_equal(vt_sign_check_grant(&keys, VT_STR("photo"), VT_STR("1700000000"), s, 1, NULL),
                     VT_MEDIA_OK);
    assert_int_equal(vt_sign_check_grant(&keys, VT_STR("phot"), VT_STR("o1700000000"), s, 1, NULL),
                     VT_MEDIA_SIGNATURE);
    assert_int_equal(vt_sign_check_grant(&keys, VT_STR("photo"), VT_STR("1700000001"), s, 1, NULL),
                     VT_MEDIA_SIGNATURE);
    assert_int_equal(vt_sign_check_grant(&keys, VT_STR("photo"), VT_STR("1700000000"), VT_STR(""), 1, NULL),
                     VT_MEDIA_SIGNATURE);
    assert_int_equal(
        vt_sign_check_grant(&keys, VT_STR("photo"), VT_STR("1700000000"), s, 1700000000, &problem),
        VT_MEDIA_EXPIRED);
    assert_non_null(strstr(problem.detail, "2023-11-14T22:13:20Z"));
    /* A grant is not the signature of an address of the same text. */
    assert_int_equal(vt_sign_check_url(&keys, vt_buf_view(&out), 1, NULL), VT_MEDIA_SIGNATURE);
    char a[65], b[65];
    vt_sign_media_id(keys.current, "upload", VT_STR("conv1"), VT_STR("sha"), a);
    vt_sign_media_id(keys.current, "upload", VT_STR("conv"), VT_STR("1sha"), b);
    assert_string_not_equal(a, b);
    assert_true(vt_media_id_is_hash(vt_str(a)));
}

static void refusals(void **state)
{
    (void)state;
    struct vt_refusals r;
    struct vt_media_problem problem;
    vt_refusals_init(&r, 3);
    vt_media_problem_set(&problem, VT_MEDIA_SYNTAX, "no");
    vt_refusals_add(&r, VT_STR("a"), &problem, 0);
    assert_non_null(vt_refusals_find(&r, VT_STR("a"), VT_REFUSAL_MS - 1));
    assert_null(vt_refusals_find(&r, VT_STR("a"), VT_REFUSAL_MS));
    vt_media_problem_set(&problem, VT_MEDIA_BUSY, "later");
    vt_refusals_add(&r, VT_STR("a"), &problem, 0);
    vt_media_problem_set(&problem, VT_MEDIA_BUDGET, "later");
    vt_refusals_add(&r, VT_STR("a"), &problem, 0);
    assert_null(vt_refusals_find(&r, VT_STR("a"), 1));
    assert_false(vt_refusals_strike(&r, VT_STR("bomb"), 0));
    assert_null(vt_refusals_find(&r, VT_STR("bomb"), 1));
    assert_true(vt_refusals_strike(&r, VT_STR("bomb"), 5));
    assert_int_equal(vt_refusals_find(&r, VT_STR("bomb"), 6)->err, VT_MEDIA_WORKER_DIED);
    assert_null(vt_refusals_find(&r, VT_STR("bomb"), 5 + VT_REFUSAL_STRUCK_MS));
    vt_media_problem_set(&problem, VT_MEDIA_SYNTAX, "no");
    for (int i = 0; i < 10; i++) {
        char key[2] = { (char)('a' + i), '\0' };
        vt_refusals_add(&r, vt_str(key), &problem, 0);
    }
    assert_int_equal(r.by_key.count, 3);
    vt_refusals_forget(&r, VT_STR("j"));
    assert_null(vt_refusals_find(&r, VT_STR("j"), 1));
    vt_refusals_finish(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_in_the_key),
        cmocka_unit_test(ids_and_names),
        cmocka_unit_test(ladder),
        cmocka_unit_test(formats_by_accept),
        cmocka_unit_test(signed_addresses),
        cmocka_unit_test(grants),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
