/* SPDX-License-Identifier: Apache-2.0 */
/* Folding, products in memory and the check of each at import. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/catalogue/catalogue.h"
#include "server/catalogue/fold.h"
#include "server/catalogue/import.h"
#include "server/catalogue/spins.h"

static void assert_folds(const char *from, const char *to)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(1024);
    vt_fold(&out, vt_str(from));
    assert_string_equal(vt_buf_cstr(&out), to);
}

static void test_fold(void **state)
{
    (void)state;
    assert_folds("Rosé-Gold, 750", " rose gold 750");
    assert_folds("Straße ŒUVRE Łódź", " strasse oeuvre lodz");
    assert_folds("e\xcc\x81t\xcc\x81", " et"); /* combining acute */
    assert_folds("  --  ", "");
    assert_folds("\xc2\xab"
                 "Anna\xc2\xbb\xe2\x80\x94"
                 "Ring\xc2\xa0"
                 "5×3",
                 " anna ring 5 3");
    assert_folds("指輪 ゴールド", " 指輪 ゴールド");
    assert_folds("bad\xff\xc3 end\xe2\x82", " bad\xff\xc3 end\xe2\x82"); /* no UTF-8: kept */
}

static struct vt_catalogue *make(void)
{
    static const char *const bodies[] = {
        "{\"sku\":\"VT-1\",\"title\":\"Solitaire ring\",\"description\":\"Diamond on rose "
        "gold\",\"variants\":[{\"sku\":\"VT-1-48\",\"size\":\"48\"}]}",
        "{\"sku\":\"VT-2\",\"title\":\"Halo "
        "ring\",\"description\":\"Sapphire\",\"variants\":[{\"sku\":\"VT-2-R\",\"colour\":\"Rosé\"}]}",
        "{\"sku\":\"VT-3\",\"title\":\"Rose pendant\",\"description\":\"A ring of "
        "pearls\",\"width_mm\":12,\"height_mm\":16.5,\"variants\":[{\"sku\":\"VT-3-S\"}]}",
    };
    static const char *const skus[] = { "VT-1", "VT-2", "VT-3" };
    struct vt_catalogue *catalogue = vt_catalogue_create();
    static const char *const names[] = { "VT-1-48", "VT-2-R", "VT-3-S" };
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(vt_catalogue_add(catalogue, vt_str(skus[i]), vt_str(bodies[i])), VT_OK);
        assert_int_equal(vt_catalogue_name(catalogue, i, vt_str(names[i])), VT_OK);
    }
    return catalogue;
}

static void test_get_by_product_and_variant(void **state)
{
    struct vt_catalogue *catalogue = make();
    (void)state;
    assert_non_null(strstr(vt_catalogue_get(catalogue, VT_STR("VT-2")).ptr, "Halo"));
    assert_non_null(strstr(vt_catalogue_get(catalogue, VT_STR("VT-1-48")).ptr, "Solitaire"));
    assert_null(vt_catalogue_get(catalogue, VT_STR("VT-9")).ptr);
    assert_null(vt_catalogue_get(catalogue, VT_STR("")).ptr);
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("X"), VT_STR("no json")), VT_ERR_INVALID);
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("X"), VT_STR("[]")), VT_ERR_INVALID);
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR(""), VT_STR("{}")), VT_ERR_INVALID);
    vt_catalogue_unref(catalogue);
}

/* --- import --------------------------------------------------------------------------------- */

struct taken {
    char bodies[8192], refused[8192];
    size_t products, refusals;
};

static int take_picture(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why)
{
    (void)arg;
    if (vt_str_eq(path, VT_STR("bad.jpg"))) {
        vt_buf_text(ret_why, "bad picture");
        return VT_ERR_MISSING;
    }
    return vt_sha256_hex(path, ret_media);
}

/* "NxM.jpg" has that size. */
static int take_size(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why)
{
    char name[64];
    (void)arg;
    vt_str_copy(name, sizeof(name), path);
    if (sscanf(name, "%ux%u", &ret_size[0], &ret_size[1]) == 2)
        return VT_OK;
    vt_buf_text(ret_why, "no such file");
    return VT_ERR_MISSING;
}

static int take_product(void *arg, struct vt_str sku, struct vt_str body, const json_t *tree)
{
    struct taken *taken = arg;
    (void)sku, (void)tree;
    taken->products++;
    snprintf(taken->bodies + strlen(taken->bodies), sizeof(taken->bodies) - strlen(taken->bodies), "%.*s\n",
             VT_STR_ARG(body));
    return VT_OK;
}

static void note_refused(void *arg, size_t number, struct vt_str sku, struct vt_str why)
{
    struct taken *taken = arg;
    taken->refusals++;
    snprintf(taken->refused + strlen(taken->refused), sizeof(taken->refused) - strlen(taken->refused),
             "%zu %.*s: %.*s\n", number, VT_STR_ARG(sku), VT_STR_ARG(why));
}

static int take_address(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why)
{
    (void)arg, (void)sku, (void)url, (void)ret_why;
    return VT_OK;
}

static int import(struct taken *taken, const char *products)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(1 << 20);
    const struct vt_import_calls calls = { take_picture, take_size,    take_address,
                                           take_product, note_refused, taken };
    struct vt_import *run = vt_import_create(&calls);
    const json_t *product;
    size_t i;
    int err = VT_OK;
    *taken = (struct taken){ 0 };
    vt_buf_printf(&json, "[%s]", products);
    json_t *list = json_loads(vt_buf_cstr(&json), 0, NULL);
    assert_non_null(list);
    vt_import_currency(run, VT_STR("EUR"));
    json_array_foreach(list, i, product) if (!err) err = vt_import_take(run, i + 1, product);
    vt_import_destroy(run);
    json_decref(list);
    return err;
}

static void test_import_writes_the_wire_product(void **state)
{
    struct taken taken;
    (void)state;
    assert_int_equal(
        import(&taken, "{\"sku\":\"A\",\"title\":\"Ring\\nof "
                       "\\\"Anna\\\"\",\"price\":\"2450.00\",\"currency\":\"CHF\",\"url\":\"/a/\","
                       "\"description\":\"Gold\",\"future\":[1],\"variants\":[{\"sku\":\"A-48\",\"size\":"
                       "\"48\",\"colour\":\"rosé\","
                       "\"price\":\"1.5\",\"available\":false,\"stock\":{\"paris\":0}},{\"sku\":\"A-50\"}]}"),
        VT_OK);
    assert_string_equal(taken.bodies,
                        "{\"sku\":\"A\",\"title\":\"Ring of "
                        "\\\"Anna\\\"\",\"price\":\"2450.00\",\"currency\":\"CHF\",\"url\":\"/a/\","
                        "\"description\":\"Gold\",\"media\":[],\"variants\":[{\"sku\":\"A-48\",\"size\":"
                        "\"48\",\"colour\":\"rosé\","
                        "\"price\":\"1.5\",\"available\":false},{\"sku\":\"A-50\",\"available\":true}]}\n");
    assert_int_equal(taken.refusals, 0);
}

static void test_import_names_what_is_wrong(void **state)
{
    static const struct {
        const char *product, *says;
    } cases[] = {
        { "1", "1 : a product must be an object\n" },
        { "{}", "1 : sku is missing\n" },
        { "{\"sku\":\"a b\",\"title\":\"T\",\"price\":\"1\"}",
          "1 a b: sku holds a space or a control character\n" },
        { "{\"sku\":\"A\",\"price\":\"1\"}", "1 A: title is missing\n" },
        { "{\"sku\":\"A\",\"title\":\"T\"}", "1 A: price is missing\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":12}", "1 A: price must be a text\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1.\"}",
          "1 A: price \"1.\" is no decimal such as \"2450.00\"\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"-1\"}",
          "1 A: price \"-1\" is no decimal such as \"2450.00\"\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"currency\":\"euro\"}",
          "1 A: currency must be three capital letters of ISO 4217, such as EUR\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"url\":\"javascript:alert(1)\"}",
          "1 A: url must be" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"url\":\"//evil.example\"}", "1 A: url must be" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"variants\":[1]}",
          "1 A: variant 1: must be an object\n" },
        { "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"variants\":[{\"sku\":\"V\"},{\"sku\":\"V\"}]}",
          "1 A: variant 2: sku \"V\" is there twice\n" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        struct taken taken;
        assert_int_equal(import(&taken, cases[i].product), VT_OK);
        assert_int_equal(taken.products, 0);
        if (strncmp(taken.refused, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("%s: %s", cases[i].product, taken.refused);
    }
}

static void test_import_refused_product_keeps_no_names(void **state)
{
    struct taken taken;
    (void)state;
    assert_int_equal(
        import(
            &taken,
            "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"variants\":[{\"sku\":\"V\"},{\"sku\":\"\"}]},"
            "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"variants\":[{\"sku\":\"V\"}]},"
            "{\"sku\":\"B\",\"title\":\"T\",\"price\":\"1\",\"variants\":[{\"sku\":\"V\"}]},"
            "{\"sku\":\"C\",\"title\":\"T\",\"price\":\"1\",\"variants\":[{\"sku\":\"A\"}]}"),
        VT_OK);
    assert_int_equal(taken.products, 1);
    assert_int_equal(taken.refusals, 3);
}

static void test_import_goes_on_without_a_bad_picture(void **state)
{
    struct taken taken;
    (void)state;
    assert_int_equal(import(&taken, "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"pictures\":[\"a.jpg\","
                                    "\"bad.jpg\",3,\"b.jpg\"]}"),
                     VT_OK);
    assert_int_equal(taken.products, 1);
    assert_string_equal(taken.refused, "1 A: bad picture\n1 A: a picture is no text\n");
    char *media = strstr(taken.bodies, "\"media\":[\"");
    assert_non_null(media);
    assert_int_equal(strcspn(media + 10, "\""), 64);
}

/* A product whose spin has `n` frames, the last of another size when `last` names one. */
static int import_spin(struct taken *taken, size_t n, const char *last)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(1 << 20);
    vt_buf_text(&json, "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"spin\":[");
    for (size_t i = 0; i < n; i++)
        vt_buf_printf(&json, "%s\"%s\"", i ? "," : "", i + 1 == n && last ? last : "540x540.jpg");
    vt_buf_text(&json, "]}");
    return import(taken, vt_buf_cstr(&json));
}

static void test_import_takes_a_whole_spin_or_none(void **state)
{
    static const struct {
        size_t n;
        const char *last, *says;
    } cases[] = {
        { 7, NULL, "1 A: spin: 7 pictures; a spin takes 8 to 72, once around\n" },
        { 73, NULL, "1 A: spin: 73 pictures; a spin takes 8 to 72, once around\n" },
        { 9, "540x500.jpg",
          "1 A: spin: frame 9, \"540x500.jpg\", is 540 x 500 pixels, the first 540 x 540; export all in one "
          "size\n" },
        { 8, "none.jpg", "1 A: spin: no such file\n" },
    };
    struct taken taken;
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(import_spin(&taken, cases[i].n, cases[i].last), VT_OK);
        assert_string_equal(taken.refused, cases[i].says);
        assert_null(strstr(taken.bodies, "spin"));
        assert_int_equal(taken.products, 1);
    }
    import(&taken, "{\"sku\":\"A\",\"title\":\"T\",\"price\":\"1\",\"spin\":\"x\"}");
    assert_string_equal(taken.refused, "1 A: spin: it must be a list of pictures, once around\n");
    for (size_t n = 8; n <= 72; n += 64) {
        import_spin(&taken, n, NULL);
        assert_int_equal(taken.refusals, 0);
        assert_non_null(strstr(taken.bodies, ",\"spin\":[\""));
    }
}

/* Frames "f1" to "f8", the last by address. */
static struct vt_catalogue *make_spin(const char *media)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(4096);
    struct vt_catalogue *catalogue = vt_catalogue_create();
    vt_buf_printf(&body, "{\"sku\":\"A\",\"title\":\"T\",\"media\":[%s],\"spin\":[", media);
    for (int i = 1; i < 8; i++)
        vt_buf_printf(&body, "\"f%d\",", i);
    vt_buf_text(&body, "\"https://x.example/8.jpg\"]}");
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("A"), vt_buf_view(&body)), VT_OK);
    return catalogue;
}

static void test_a_spin_is_there_once_its_last_frame_is(void **state)
{
    struct vt_catalogue *catalogue = make_spin("\"hero\",\"back\"");
    (void)state;
    assert_null(vt_catalogue_spin_from(catalogue, VT_STR("f1")));
    assert_null(memmem(vt_catalogue_get(catalogue, VT_STR("A")).ptr,
                       vt_catalogue_get(catalogue, VT_STR("A")).len, "spin", 4));
    assert_int_equal(vt_catalogue_picture(catalogue, VT_STR("https://x.example/8.jpg"), VT_STR("f8")), VT_OK);
    const struct vt_spin *spin = vt_catalogue_spin_from(catalogue, VT_STR("f1"));
    assert_non_null(spin);
    assert_int_equal(spin->n, 8);
    assert_string_equal(spin->frames[7], "f8");
    assert_ptr_equal(vt_catalogue_spin(catalogue, vt_str(spin->id)), spin);
    assert_string_equal(vt_catalogue_get(catalogue, VT_STR("A")).ptr,
                        "{\"sku\":\"A\",\"title\":\"T\",\"media\":[\"hero\",\"f1\",\"back\"]}");
    vt_catalogue_unref(catalogue);
}

static void test_a_spin_among_the_pictures_stays_where_it_is(void **state)
{
    struct vt_catalogue *catalogue = make_spin("\"hero\",\"back\",\"f1\"");
    (void)state;
    vt_catalogue_picture(catalogue, VT_STR("https://x.example/8.jpg"), VT_STR("f8"));
    assert_string_equal(vt_catalogue_get(catalogue, VT_STR("A")).ptr,
                        "{\"sku\":\"A\",\"title\":\"T\",\"media\":[\"hero\",\"back\",\"f1\"]}");
    vt_catalogue_unref(catalogue);
}

static void test_stock_goes_before_the_feeds_word(void **state)
{
    static const struct vt_store_stock rows[] = { { { "A-1", 3 }, { "lisbon", 6 }, 0 },
                                                  { { "A-1", 3 }, { "paris", 5 }, 2 },
                                                  { { "A-2", 3 }, { "paris", 5 }, 0 } };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(4096);
    struct vt_catalogue *catalogue = vt_catalogue_create();
    (void)state;
    vt_catalogue_add(
        catalogue, VT_STR("A"),
        VT_STR("{\"sku\":\"A\",\"variants\":[{\"sku\":\"A-1\",\"available\":false},{\"sku\":\"A-2\","
               "\"available\":true},{\"sku\":\"A-3\",\"available\":true}]}"));
    assert_int_equal(vt_catalogue_tell(catalogue, VT_STR("A"), rows, 3, false, &out), VT_OK);
    assert_string_equal(vt_buf_cstr(&out),
                        "{\"sku\":\"A\",\"variants\":[{\"sku\":\"A-1\",\"available\":true},{\"sku\":\"A-2\","
                        "\"available\":false},{\"sku\":\"A-3\",\"available\":true}]}");
    vt_buf_reset(&out);
    assert_int_equal(vt_catalogue_tell(catalogue, VT_STR("A"), rows, 3, true, &out), VT_OK);
    assert_non_null(strstr(vt_buf_cstr(&out), "\"stock\":[{\"branch\":\"lisbon\",\"quantity\":0},"
                                              "{\"branch\":\"paris\",\"quantity\":2}]"));
    assert_int_equal(vt_catalogue_tell(catalogue, VT_STR("B"), rows, 3, true, &out), VT_ERR_MISSING);
    vt_catalogue_unref(catalogue);
}

/* --- pictures by address ---------------------------------------------------------------------- */

#define ID_A        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B        "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define RING(media) VT_STR("{\"sku\":\"R\",\"title\":\"Ring\",\"media\":[" media "],\"variants\":[]}")

static void assert_media(struct vt_catalogue *catalogue, const char *media)
{
    char text[512];
    struct vt_str body = vt_catalogue_get(catalogue, VT_STR("R"));
    snprintf(text, sizeof(text), "\"media\":[%s]", media);
    if (!memmem(body.ptr, body.len, text, strlen(text)))
        fail_msg("%s is not in %.*s", text, VT_STR_ARG(body));
}

static void test_a_product_shows_the_pictures_that_are_there(void **state)
{
    struct vt_catalogue *catalogue = vt_catalogue_create();
    const struct vt_str first = VT_STR("https://a.example/1.jpg"), second = VT_STR("https://a.example/2.jpg");
    (void)state;
    assert_int_equal(vt_catalogue_picture(catalogue, first, VT_STR(ID_A)), VT_OK); /* of an earlier run */
    assert_int_equal(
        vt_catalogue_add(catalogue, VT_STR("R"),
                         RING("\"https://a.example/2.jpg\",\"local\",\"https://a.example/1.jpg\"")),
        VT_OK);
    assert_media(catalogue, "\"local\",\"" ID_A "\"");
    assert_int_equal(vt_catalogue_picture(catalogue, second, VT_STR(ID_B)), VT_OK);
    assert_media(catalogue, "\"" ID_B "\",\"local\",\"" ID_A "\"");
    assert_int_equal(vt_catalogue_picture(catalogue, second, VT_STR(ID_A)), VT_OK); /* it changed there */
    assert_media(catalogue, "\"" ID_A "\",\"local\",\"" ID_A "\"");
    vt_catalogue_unref(catalogue);
}

static void test_a_product_without_addresses_stays_as_it_came(void **state)
{
    struct vt_catalogue *catalogue = vt_catalogue_create();
    const struct vt_str body = VT_STR("{ \"sku\":\"R\", \"title\":\"Ring\", \"media\":[ \"local\" ] }");
    (void)state;
    assert_int_equal(vt_catalogue_add(catalogue, VT_STR("R"), body), VT_OK);
    assert_true(vt_str_eq(vt_catalogue_get(catalogue, VT_STR("R")), body));
    vt_catalogue_unref(catalogue);
}

static void test_sizes(void **state)
{
    struct vt_catalogue *catalogue = make();
    double width = 0, height = 0;
    (void)state;
    assert_false(vt_catalogue_size(catalogue, VT_STR("VT-1"), &width, &height));
    assert_false(vt_catalogue_size(catalogue, VT_STR("VT-9"), &width, &height));
    assert_true(vt_catalogue_size(catalogue, VT_STR("VT-3-S"), &width, &height));
    assert_true(width == 12 && height == 16.5);
    vt_catalogue_unref(catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_get_by_product_and_variant),
        cmocka_unit_test(test_import_writes_the_wire_product),
        cmocka_unit_test(test_import_names_what_is_wrong),
        cmocka_unit_test(test_import_refused_product_keeps_no_names),
        cmocka_unit_test(test_import_goes_on_without_a_bad_picture),
        cmocka_unit_test(test_import_takes_a_whole_spin_or_none),
        cmocka_unit_test(test_a_spin_is_there_once_its_last_frame_is),
        cmocka_unit_test(test_a_spin_among_the_pictures_stays_where_it_is),
        cmocka_unit_test(test_stock_goes_before_the_feeds_word),
        cmocka_unit_test(test_a_product_shows_the_pictures_that_are_there),
        cmocka_unit_test(test_a_product_without_addresses_stays_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
