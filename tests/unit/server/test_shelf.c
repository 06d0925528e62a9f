/* SPDX-License-Identifier: Apache-2.0 */
/* The search over a shelf: words, typos, facets, prices, stock. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/store/spelling.h"
#include "tests/unit/server/catalogue_fixture.h"
#include "tests/unit/server/store_fixture.h"

/* Rows alternate between groups; price in cents keeps the order visible. */
static const char feed_text[] =
    "id,item_group_id,title,price,description,product_type,brand,color,size,material,availability\n"
    "VT-1-48,VT-1,Solitaire ring,900 EUR,Diamond on rose gold,Rings > Engagement,Maison,Yellow "
    "gold,48,Gold,in stock\n"
    "VT-2,,Halo ring,1200 EUR,Sapphire in a circle,Rings > Engagement,Maison,Rosé,50,Platinum,in stock\n"
    "VT-1-50,VT-1,Solitaire ring,950 EUR,,Rings > Engagement,Maison,Yellow gold,50,Gold,out of stock\n"
    "VT-3,,Rose pendant,300 EUR,A ring of pearls,Necklaces,Atelier,White,,Silver,in stock\n"
    "VT-4,,Ringlet earrings,150 EUR,,Earrings > Hoops,Atelier,yellow GOLD,,Gold,out of stock\n";

struct search {
    struct fixture f;
    struct vt_shelf *shelf;
    struct vt_arena arena;
    struct vt_shelf_query query;
    struct vt_shelf_hits hits;
    char found[256];
};

static int setup(void **state)
{
    struct search *s = calloc(1, sizeof(*s));
    struct vt_intake_result result;
    fixture_dir(&s->f);
    fixture_open(&s->f, 100);
    vt_arena_init(&s->arena, 16 << 20);
    assert_int_equal(intake_bytes(s->f.dir, "s", 7, feed_text, sizeof(feed_text) - 1, &result), VT_OK);
    assert_int_equal(result.products, 4);
    assert_int_equal(result.variants, 5);
    assert_int_equal(result.complaints, 0);
    vt_intake_result_finish(&result);
    s->shelf = shelf_of(s->f.dir, "s", 7);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    struct search *s = *state;
    vt_shelf_unref(s->shelf);
    vt_arena_finish(&s->arena);
    fixture_close(&s->f);
    fixture_remove(&s->f);
    free(s);
    return 0;
}

static struct vt_shelf_query *ask(struct search *s, const char *text)
{
    s->query = (struct vt_shelf_query){
        .text = vt_str(text), .least = -1, .most = -1, .n = 24, .counts = true
    };
    return &s->query;
}

static void want(struct search *s, enum vt_facet facet, const char *value)
{
    s->query.wants[s->query.wants_n++] = (struct vt_shelf_want){ facet, vt_str(value) };
}

/* The hits' skus without their "VT-", and the total: "1 2/2". */
static const char *run(struct search *s)
{
    vt_arena_reset(&s->arena);
    assert_int_equal(vt_shelf_search(s->shelf, &s->query, &s->arena, &s->hits), VT_OK);
    s->found[0] = '\0';
    for (size_t i = 0; i < s->hits.n; i++)
        snprintf(s->found + strlen(s->found), sizeof(s->found) - strlen(s->found), "%s%s", i ? " " : "",
                 s->hits.skus[i].ptr + 3);
    snprintf(s->found + strlen(s->found), sizeof(s->found) - strlen(s->found), "/%zu", s->hits.total);
    return s->found;
}

static const char *find(struct search *s, const char *text)
{
    ask(s, text);
    return run(s);
}

static uint32_t counted(const struct search *s, enum vt_facet facet, const char *value)
{
    for (size_t i = 0; i < s->hits.counted_n; i++)
        if (s->hits.counted[i].facet == facet && vt_str_eq(s->hits.counted[i].value, vt_str(value)))
            return s->hits.counted[i].n;
    return 0;
}

static void test_names_before_what_is_said_of_them(void **state)
{
    struct search *s = *state;
    assert_string_equal(find(s, ""), "1 2 3 4/4");
    assert_string_equal(find(s, "ring"), "1 2 4/3"); /* the very word in the title first */
    assert_string_equal(find(s, "rings"), "1 2/2");  /* a type */
    assert_string_equal(find(s, "ROSÉ"), "3 2/2");   /* title, colour; no description */
    assert_string_equal(find(s, "pearls"), "3/1");   /* only a description has it */
    assert_string_equal(find(s, "ring pearls"), "3/1");
    assert_string_equal(find(s, "gold ring"), "1 4/2");
    assert_string_equal(find(s, "vt-1-50"), "1/1");
    assert_string_equal(find(s, "platinum halo"), "2/1");
    assert_string_equal(find(s, "ring nothing-like-it"), "/0");
    assert_string_equal(find(s, "\"*) OR title:("), "/0"); /* no operator of the database */
    ask(s, "");
    s->query.from = 1;
    s->query.n = 2;
    assert_string_equal(run(s), "2 3/4");
    s->query.from = 9;
    assert_string_equal(run(s), "/4");
}

static void test_typos(void **state)
{
    static const struct {
        const char *text, *found, *read_as;
    } cases[] = {
        { "rign", "1 2 4/3", "ring" },
        { "solitare", "1/1", "solitaire" },
        { "diamnod", "1/1", "diamond" },
        { "saphire", "2/1", "sapphire" },
        { "pendnat", "3/1", "pendant" },
        { "haol rnig", "2/1", "halo ring" },
        { "platnum hal", "2/1", "platinum hal" },
        { "solitiar", "1/1", "solitaire" },
        { "vt-9", "/0", NULL },
        { "xq", "/0", NULL },
        { "telephone", "/0", NULL },
        { "necklase", "3/1", NULL },
    };
    struct search *s = *state;
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        const char *found = find(s, cases[i].text);
        if (strcmp(found, cases[i].found) != 0)
            fail_msg("\"%s\" finds %s", cases[i].text, found);
        if (cases[i].read_as &&
            !(s->hits.read_as.ptr && vt_str_eq(s->hits.read_as, vt_str(cases[i].read_as))))
            fail_msg("\"%s\" is read as \"%.*s\"", cases[i].text, VT_STR_ARG(s->hits.read_as));
    }
    find(s, "ring");
    assert_null(s->hits.read_as.ptr);
}

static void test_filters_meet_in_one_variant(void **state)
{
    struct search *s = *state;
    ask(s, "");
    want(s, VT_FACET_COLOUR, "yellow gold"); /* in any case */
    assert_string_equal(run(s), "1 4/2");
    want(s, VT_FACET_SIZE, "50");
    assert_string_equal(run(s), "1/1");
    s->query.in_stock = true; /* size 48 is, 50 is not */
    assert_string_equal(run(s), "/0");
    assert_int_equal(counted(s, VT_FACET_SIZE, "48"), 1); /* what another choice of size would find */
    assert_int_equal(counted(s, VT_FACET_SIZE, "50"), 0);
    ask(s, "");
    want(s, VT_FACET_TYPE, "Rings");
    want(s, VT_FACET_TYPE, "Necklaces");
    assert_string_equal(run(s), "1 2 3/3"); /* of one facet any */
    want(s, VT_FACET_BRAND, "Atelier");
    assert_string_equal(run(s), "3/1");
    ask(s, "");
    want(s, VT_FACET_MATERIAL, "wood");
    assert_string_equal(run(s), "/0");
    ask(s, "");
    s->query.least = 20000;
    s->query.most = 92000;
    assert_string_equal(run(s), "1 3/2");
    assert_int_equal(s->hits.least, 15000); /* the prices there are, not those that are asked for */
    assert_int_equal(s->hits.most, 120000);
}

static void test_counts(void **state)
{
    struct search *s = *state;
    find(s, "");
    assert_int_equal(counted(s, VT_FACET_TYPE, "Rings"), 2);
    assert_int_equal(counted(s, VT_FACET_TYPE, "Rings > Engagement"), 2);
    assert_int_equal(counted(s, VT_FACET_TYPE, "Earrings"), 1);
    assert_int_equal(counted(s, VT_FACET_COLOUR, "Yellow gold"),
                     2); /* a product once, whatever its variants */
    assert_int_equal(counted(s, VT_FACET_SIZE, "50"), 2);
    assert_int_equal(s->hits.stocked, 3);
    ask(s, "");
    want(s, VT_FACET_BRAND, "Maison");
    assert_string_equal(run(s), "1 2/2");
    assert_int_equal(counted(s, VT_FACET_BRAND, "Atelier"), 2); /* its own facet stays open */
    assert_int_equal(counted(s, VT_FACET_COLOUR, "White"), 0);
    assert_int_equal(counted(s, VT_FACET_COLOUR, "Rosé"), 1);
}

static void put_stock(struct search *s, const char *sku, const char *branch, int64_t quantity)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(s->f.dir, store_place(s->f.dir), &error);
    const struct vt_store_stock row = { vt_str(sku), vt_str(branch), quantity };
    assert_int_equal(vt_manage_stock_put(manage, VT_STR("s"), 0, &row, 1), VT_OK);
    assert_int_equal(vt_manage_stock_put(manage, VT_STR("other"), 0, &row, 1), VT_OK);
    assert_int_equal(vt_shelf_look_stock(s->shelf, manage, VT_STR("s")), VT_OK);
    vt_manage_close(manage);
}

static void test_stock_moves_without_an_import(void **state)
{
    struct search *s = *state;
    put_stock(s, "VT-4", "paris", 2);
    put_stock(s, "VT-2", "paris", 0);
    put_stock(s, "VT-1-50", "lisbon", 1);
    put_stock(s, "NO-SUCH", "paris", 1);
    ask(s, "");
    s->query.in_stock = true;
    assert_string_equal(run(s), "1 3 4/3");
    ask(s, "");
    want(s, VT_FACET_BRANCH, "paris");
    assert_string_equal(run(s), "4/1");
    assert_int_equal(counted(s, VT_FACET_BRANCH, "lisbon"), 1);
    want(s, VT_FACET_BRANCH, "lisbon");
    assert_string_equal(run(s), "1 4/2");
    put_stock(s, "VT-4", "paris", 0);
    assert_string_equal(run(s), "1/1");
    ask(s, "");
    want(s, VT_FACET_BRANCH, "atlantis");
    assert_string_equal(run(s), "/0");
}

static void test_a_new_shelf_knows_the_stock_there_is(void **state)
{
    struct search *s = *state;
    put_stock(s, "VT-4", "paris", 2);
    vt_shelf_unref(s->shelf);
    s->shelf = shelf_of(s->f.dir, "s", 7);
    assert_false(vt_shelf_has_stock(s->shelf));
    assert_int_equal(vt_shelf_load_stock(s->shelf, s->f.dir, store_place(s->f.dir), VT_STR("s")), VT_OK);
    ask(s, "");
    want(s, VT_FACET_BRANCH, "paris");
    assert_string_equal(run(s), "4/1");
}

/* Around A, 100.00: what shares most comes first, then what is nearest in price. */
static const char alike_text[] =
    "id,item_group_id,title,price,product_type,brand,color,material,availability\n"
    "A,,A,100 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock\n"
    "B,,B,99 EUR,Rings > Engagement,Atelier,White,Silver,in stock\n"
    "C,,C,60 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock\n"
    "D,,D,85 EUR,Rings > Engagement,Atelier,Yellow,Gold,in stock\n"
    "E,,E,115 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock\n"
    "F,,F,115.01 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock\n"
    "G,,G,84.99 EUR,Rings > Bands,Maison,Yellow,Gold,in stock\n"
    "H,,H,98 EUR,Rings > Engagement,Maison,Yellow,Gold,out of stock\n"
    "I,,I,97 EUR,Necklaces,Maison,Yellow,Gold,in stock\n"
    "J-1,J,J,90 EUR,Rings > Engagement,Maison,Yellow,Gold,out of stock\n"
    "J-2,J,J,130 EUR,Rings > Engagement,Maison,Yellow,Gold,in stock\n"
    "K,,K,10 EUR,,Maison,Red,,in stock\n"
    "L,,L,9 EUR,,Other,Blue,,in stock\n"
    "M,,M,8 EUR,,Maison,Blue,,in stock\n";

/* "cheaper|comparable". */
static const char *alike(struct search *s, struct vt_shelf *shelf, const char *sku, int64_t budget)
{
    struct vt_shelf_alike found;
    vt_arena_reset(&s->arena);
    assert_int_equal(vt_shelf_alike(shelf, vt_str(sku), budget, &s->arena, &found), VT_OK);
    size_t at = 0;
    for (size_t i = 0; i <= found.hits.n; i++) {
        if (i == found.cheaper_n)
            s->found[at++] = '|';
        if (i < found.hits.n)
            s->found[at++] = found.hits.skus[i].ptr[0];
    }
    s->found[at] = '\0';
    return s->found;
}

static void test_what_is_like_a_piece(void **state)
{
    struct search *s = *state;
    struct vt_intake_result result;
    struct vt_shelf_alike found;
    assert_int_equal(intake_bytes(s->f.dir, "s", 8, alike_text, sizeof(alike_text) - 1, &result), VT_OK);
    vt_intake_result_finish(&result);
    struct vt_shelf *shelf = shelf_of(s->f.dir, "s", 8);
    assert_string_equal(alike(s, shelf, "A", -1), "CDBG|EDB");
    assert_string_equal(alike(s, shelf, "A", 8500), "CDGB|EDB"); /* 85.00 is within 85.00 */
    assert_string_equal(alike(s, shelf, "A", 5999), "CDBG|EDB"); /* nothing is: as without one */
    assert_string_equal(alike(s, shelf, "C", -1), "|");
    assert_string_equal(alike(s, shelf, "I", -1), "|");  /* the only one of its type */
    assert_string_equal(alike(s, shelf, "K", -1), "M|"); /* no type: something else is the same */
    assert_int_equal(vt_shelf_alike(shelf, VT_STR("J-2"), -1, &s->arena, &found), VT_OK);
    assert_int_equal(found.price, 13000);
    assert_int_equal(vt_shelf_alike(shelf, VT_STR("J"), -1, &s->arena, &found), VT_OK);
    assert_int_equal(found.price, 9000);
    assert_int_equal(vt_shelf_alike(shelf, VT_STR("Z"), -1, &s->arena, &found), VT_ERR_MISSING);
    vt_shelf_unref(shelf);
}

static void test_old_files_are_swept(void **state)
{
    struct search *s = *state;
    struct vt_intake_result result;
    char command[160];
    assert_int_equal(intake_bytes(s->f.dir, "s", 8, feed_text, sizeof(feed_text) - 1, &result), VT_OK);
    vt_intake_result_finish(&result);
    assert_int_equal(intake_bytes(s->f.dir, "s-x", 1, feed_text, sizeof(feed_text) - 1, &result), VT_OK);
    vt_intake_result_finish(&result);
    vt_shelf_sweep(s->f.dir, VT_STR("s"), 8);
    snprintf(command, sizeof(command), "test \"$(ls %s/catalogue | tr '\\n' ' ')\" = 's-8.db s-x-1.db '",
             s->f.dir);
    assert_int_equal(system(command), 0);
    assert_string_equal(find(s, "halo"), "2/1"); /* who has it open goes on */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_names_before_what_is_said_of_them),
        TEST(test_typos),
        TEST(test_filters_meet_in_one_variant),
        TEST(test_counts),
        TEST(test_stock_moves_without_an_import),
        TEST(test_a_new_shelf_knows_the_stock_there_is),
        TEST(test_what_is_like_a_piece),
        TEST(test_old_files_are_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
