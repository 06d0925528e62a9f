/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds as shops export them, from their bytes to the products on the shelf and the list of what was refused.
 */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/catalogue/feed_text.h"
#include "tests/unit/server/catalogue_fixture.h"
#include "tests/unit/server/store_fixture.h"

/* --- prices and texts ----------------------------------------------------------------------- */

static void test_prices(void **state)
{
    static const struct {
        const char *text, *price, *currency; /* price NULL: refused */
    } cases[] = {
        { "19.99 EUR", "19.99", "EUR" },
        { "19,99 EUR", "19.99", "EUR" },
        { "EUR 19.99", "19.99", "EUR" },
        { "€19,99", "19.99", "EUR" },
        { "1.234,50 EUR", "1234.50", "EUR" },
        { "1,234.50 USD", "1234.50", "USD" },
        { "1 234,50 €", "1234.50", "EUR" },
        { "1\xc2\xa0"
          "234,50\xc2\xa0€",
          "1234.50", "EUR" },
        { "CHF 1'234.50", "1234.50", "CHF" },
        { "1.234 EUR", "1234", "EUR" },
        { "1.234 KWD", "1.234", "KWD" },
        { "1,234,567 JPY", "1234567", "JPY" },
        { "12.5 eur", "12.5", "EUR" },
        { "12", "12", "" },
        { "12.", "12", "" },
        { "0.00 EUR", "0.00", "EUR" },
        { "", NULL, "" },
        { "EUR", NULL, "" },
        { "-5.00 EUR", NULL, "" },
        { "12.00 EUX", NULL, "" },
        { "12.00 EURO", NULL, "" },
        { "12 to 15 EUR", NULL, "" },
        { "12 EUR 15", NULL, "" },
        { "12 EUR USD", NULL, "" },
        { "1234567890123 EUR", NULL, "" },
        { "free", NULL, "" },
        { "12.34567 EUR", NULL, "" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        char price[VT_FEED_PRICE_TEXT], currency[4];
        bool taken = vt_feed_price(vt_str(cases[i].text), price, currency);
        if (taken != (cases[i].price != NULL))
            fail_msg("\"%s\" is %s", cases[i].text, taken ? price : "refused");
        if (taken && (strcmp(price, cases[i].price) != 0 || strcmp(currency, cases[i].currency) != 0))
            fail_msg("\"%s\" is %s %s", cases[i].text, price, currency);
    }
    assert_int_equal(vt_feed_hundredths(VT_STR("2450.5")), 245050);
    assert_int_equal(vt_feed_hundredths(VT_STR("1.234")), 123);
    assert_int_equal(vt_feed_hundredths(VT_STR("12")), 1200);
    assert_int_equal(vt_feed_hundredths(VT_STR("")), -1);
    assert_int_equal(vt_feed_hundredths(VT_STR("1,5")), -1);
    assert_int_equal(vt_feed_hundredths(VT_STR("99999999999999999999")), -1);
}

static void assert_plain(const char *html, size_t most, const char *text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(4096);
    vt_feed_plain(vt_str(html), most, &out);
    if (!vt_str_eq(vt_buf_view(&out), vt_str(text)))
        fail_msg("\"%s\" is \"%s\"", html, vt_buf_cstr(&out));
}

static void test_html_becomes_text(void **state)
{
    (void)state;
    assert_plain("Plain text", 100, "Plain text");
    assert_plain(" a \n\t b ", 100, "a b");
    assert_plain("<p>One</p><p>Two<br/>three</p>", 100, "One Two three");
    assert_plain("<b>Bold</b>, <i class=\"x>y\">not", 100, "Bold , y\">not");
    assert_plain("a < b and 3<4", 100, "a < b and 3<4");
    assert_plain("x<!-- hidden <b> -->y", 100, "x y");
    assert_plain("x<script>alert('<b>')</script>y<style>p{}</style>z", 100, "x y z");
    assert_plain("x<script>never closed", 100, "x");
    assert_plain("R&amp;D &eacute;t&eacute; &#233;&#xE9; &euro;5&nbsp;only", 100, "R&D été éé €5 only");
    assert_plain("&unknown; & &; &#; &#xZZ; x.", 100, "&unknown; & &; &#; &#xZZ; x.");
    assert_plain("&#55296;&#1114112;&#x1F48D;", 100, "💍");
    assert_plain("ééé", 5, "éé");
    assert_plain("ééé", 6, "ééé");
    assert_plain("abc def", 4, "abc");
    assert_plain("💍💍", 7, "💍");
    assert_plain("<p></p>", 10, "");
}

/* --- whole feeds ------------------------------------------------------------------------------ */

struct feed {
    struct fixture f;
    int64_t generation;
    int err;
    struct vt_intake_result result;
    struct vt_buf bodies;
};

static int setup(void **state)
{
    struct feed *feed = calloc(1, sizeof(*feed));
    fixture_dir(&feed->f);
    vt_buf_init(&feed->bodies, 8 << 20);
    vt_intake_result_init(&feed->result);
    *state = feed;
    return 0;
}

static int teardown(void **state)
{
    struct feed *feed = *state;
    vt_intake_result_finish(&feed->result);
    vt_buf_finish(&feed->bodies);
    fixture_remove(&feed->f);
    free(feed);
    return 0;
}

static void take_bytes(struct feed *feed, const void *bytes, size_t n)
{
    vt_intake_result_finish(&feed->result);
    feed->err = intake_bytes(feed->f.dir, "s", ++feed->generation, bytes, n, &feed->result);
    vt_buf_reset(&feed->bodies);
    if (!feed->err)
        shelf_bodies(feed->f.dir, "s", feed->generation, &feed->bodies);
}

static void take(struct feed *feed, const char *text)
{
    take_bytes(feed, text, strlen(text));
    if (feed->err)
        fail_msg("%s", vt_buf_cstr(&feed->result.error));
}

static void assert_says(struct vt_buf *text, const char *part)
{
    if (!strstr(vt_buf_cstr(text), part))
        fail_msg("\"%s\" is not in %s", part, vt_buf_cstr(text));
}

#define RSS(items)                                                                                           \
    "<?xml version=\"1.0\"?><rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel>"        \
    "<title>Shop</title>" items "</channel></rss>"
#define ITEM(id, more)                                                                                       \
    "<item><g:id>" id "</g:id><g:title>Ring</g:title><g:price>10.00 EUR</g:price>" more "</item>"

static void test_rss_with_variants_wherever_they_stand(void **state)
{
    struct feed *feed = *state;
    take(feed,
         RSS(ITEM("A-1",
                  "<g:item_group_id>A</g:item_group_id><g:size>48</g:size><g:color>gold</g:color>"
                  "<g:image_link>https://x.example/a.jpg</g:image_link>"
                  "<g:product_type>Rings &gt; Halo</g:product_type><g:shipping><g:price>5.00 EUR</g:price>"
                  "<g:country>FR</g:country></g:shipping>"
                  "<description>&lt;p&gt;Set in &lt;b&gt;gold&lt;/b&gt;&lt;/p&gt;</description>")
                 ITEM("B", "<g:availability>out of stock</g:availability>") ITEM(
                     "A-2", "<g:item_group_id>A</g:item_group_id><g:size>50</g:size><g:sale_price>8,50 "
                            "EUR</g:sale_price>"
                            "<g:additional_image_link>https://x.example/b.jpg</g:additional_image_link>"
                            "<g:additional_image_link>https://x.example/c.jpg</g:additional_image_link>")));
    assert_int_equal(feed->result.products, 2);
    assert_int_equal(feed->result.complaints, 0);
    assert_string_equal(
        vt_buf_cstr(&feed->bodies),
        "{\"sku\":\"A\",\"title\":\"Ring\",\"price\":\"8.50\",\"was\":\"10.00\",\"currency\":\"EUR\","
        "\"type\":\"Rings > "
        "Halo\",\"description\":\"Set in "
        "gold\",\"media\":[\"https://x.example/a.jpg\",\"https://x.example/b.jpg\","
        "\"https://x.example/"
        "c.jpg\"],\"variants\":[{\"sku\":\"A-1\",\"size\":\"48\",\"colour\":\"gold\",\"price\":"
        "\"10.00\",\"available\":true},{\"sku\":\"A-2\",\"size\":\"50\",\"price\":\"8.50\",\"was\":\"10.00\","
        "\"available\":true}]}\n"
        "{\"sku\":\"B\",\"title\":\"Ring\",\"price\":\"10.00\",\"currency\":\"EUR\",\"media\":[],"
        "\"variants\":[{\"sku\":"
        "\"B\",\"price\":\"10.00\",\"available\":false}]}\n");
}

static void test_atom(void **state)
{
    struct feed *feed = *state;
    take(feed, "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
               "xmlns:g=\"http://base.google.com/ns/1.0\"><title>Shop</title>"
               "<entry><id>tag:shop,1</id><title>Plain</title><g:title>Ring &amp; box</g:title><g:id>A</g:id>"
               "<link rel=\"self\" href=\"https://x.example/feed\"/><link href=\"https://x.example/a\"/>"
               "<summary><p>One</p><p>two</p></summary><g:price>1.00 EUR</g:price></entry></feed>");
    assert_says(&feed->bodies, "{\"sku\":\"A\",\"title\":\"Ring & box\",");
    assert_says(&feed->bodies, "\"url\":\"https://x.example/a\"");
    assert_says(&feed->bodies, "\"description\":\"One two\"");
}

static void test_tables(void **state)
{
    struct feed *feed = *state;
    static const char *const tables[] = {
        "id\ttitle\tprice\tadditional image link\nA\tRing \"Eva\"\t10.00 "
        "EUR\thttps://x.example/1,2.jpg,https://x.example/3.jpg\n",
        "\xef\xbb\xbfid,title,price,additional_image_link\r\nA,\"Ring \"\"Eva\"\"\",10.00 "
        "EUR,\"https://x.example/1,2.jpg, https://x.example/3.jpg\"\r\n",
        "g:ID; Title ;ignored;Price;Additional-Image-Link\nA;\"Ring\n \"\"Eva\"\"\";;10,00 "
        "EUR;https://x.example/1,2.jpg,https://x.example/3.jpg",
    };
    for (size_t i = 0; i < VT_COUNT(tables); i++) {
        take(feed, tables[i]);
        assert_string_equal(
            vt_buf_cstr(&feed->bodies),
            "{\"sku\":\"A\",\"title\":\"Ring \\\"Eva\\\"\",\"price\":\"10.00\",\"currency\":\"EUR\","
            "\"media\":[\"https://x.example/1,2.jpg\",\"https://x.example/3.jpg\"],\"variants\":[{"
            "\"sku\":\"A\",\"price\":\"10.00\",\"available\":true}]}\n");
        assert_int_equal(feed->result.complaints, 0);
    }
}

static void test_encodings(void **state)
{
    struct feed *feed = *state;
    static const struct {
        const char *bytes;
        size_t n;
    } feeds[] = {
#define BYTES(text) { text, sizeof(text) - 1 }
        BYTES("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss><item><id>A</id><title>Ros\xe9 \x80 "
              "5</title>"
              "<price>1 EUR</price></item></rss>"),
        BYTES("<?xml version='1.0' encoding='utf-8'?><rss><item><id>A</id><title>Ros\xe9 \x80 5</title>"
              "<price>1 EUR</price></item></rss>"), /* it says what it is not */
        BYTES("id,title,price\nA,Ros\xe9 \x80 5,1 EUR\n"),
        BYTES("\xff\xfei\0d\0,\0t\0i\0t\0l\0e\0,\0p\0r\0i\0c\0e\0\n\0A\0,\0R\0o\0s\0\xe9\0 \0\xac\x20 \0"
              "5\0,\0"
              "1\0 \0E\0U\0R\0"),
        BYTES("id,title,price\nA,Ros\xc3\xa9 \xe2\x82\xac 5,1 EUR\n"),
    };
    for (size_t i = 0; i < VT_COUNT(feeds); i++) {
        take_bytes(feed, feeds[i].bytes, feeds[i].n);
        assert_int_equal(feed->err, VT_OK);
        assert_says(&feed->bodies, "\"title\":\"Rosé € 5\"");
    }
    /* One bad byte among good characters is one bad character. */
    take(feed, "id,title,price\nA,\xc3\xa9\xc3\xa9\xe9 x,1 EUR\n");
    assert_says(&feed->bodies, "\"title\":\"éé\xef\xbf\xbd x\"");
    take_bytes(feed, "id,title,price\nA,a\0\x0b b,1 EUR\n", 29);
    assert_says(&feed->bodies, "\"title\":\"a b\"");
}

static void test_a_bad_row_is_named_and_left_out(void **state)
{
    struct feed *feed = *state;
    static const struct {
        const char *row, *says;
    } cases[] = {
        { ",Ring,1 EUR,,", "id is missing" },
        { "a b,Ring,1 EUR,,", "id \\\"a b\\\" is longer than 64 bytes or holds a space" },
        { "B,,1 EUR,,", "title is missing" },
        { "B,<b></b>,1 EUR,,", "title is missing" },
        { "B,Ring,,,", "price is missing" },
        { "B,Ring,19.99,,", "price \\\"19.99\\\" is no amount with a currency" },
        { "B,Ring,19.99 EUX,,", "price \\\"19.99 EUX\\\" is no amount with a currency" },
        { "GOOD,Ring,1 EUR,,", "id is there twice: row 1 has it, too" },
        { "B,Ring,1 EUR,,javascript:alert(1)", "url must be a path" },
        { "B,Ring,2 USD,GROUP,", "its price is in USD, that of its group in EUR" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        char text[512];
        snprintf(text, sizeof(text),
                 "id,title,price,item_group_id,link\nGOOD,Ring,1 EUR,,\nG1,Ring,1 EUR,GROUP,\n%s\n",
                 cases[i].row);
        take(feed, text);
        assert_int_equal(feed->result.products, 2);
        assert_int_equal(feed->result.complaints, 1);
        assert_says(&feed->result.report, "[{\"row\":3,");
        assert_says(&feed->result.report, cases[i].says);
    }
    take(feed, "id,title,price,availability\nA,Ring,1 EUR,maybe\n");
    assert_says(&feed->result.report, "availability \\\"maybe\\\" is unknown: taken as out of stock");
    assert_says(&feed->bodies, "\"available\":false");
}

static void test_the_report_is_bounded(void **state)
{
    struct feed *feed = *state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(8 << 20);
    vt_buf_text(&text, "id,title,price\nA,Ring,1 EUR\n");
    for (int i = 0; i < 5000; i++)
        vt_buf_printf(&text, "B%d,Ring,none\n", i);
    take(feed, vt_buf_cstr(&text));
    assert_int_equal(feed->result.complaints, 5000);
    assert_int_equal(feed->result.reported, VT_INTAKE_REPORT);
    assert_true(feed->result.report.len <= VT_INTAKE_REPORT_BYTES);
    assert_int_equal(feed->result.report.data[feed->result.report.len - 1], ']');
}

static void test_a_long_description_is_cut(void **state)
{
    struct feed *feed = *state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(8 << 20);
    vt_buf_text(&text, "<rss><item><id>A</id><title>Ring</title><price>1 EUR</price><description>");
    for (int i = 0; i < 100000; i++)
        vt_buf_text(&text, "long words ");
    vt_buf_text(&text, "</description></item></rss>");
    take(feed, vt_buf_cstr(&text));
    assert_int_equal(feed->result.complaints, 0);
    assert_in_range(feed->bodies.len, 2000, 2300);
}

static void test_a_sale_counts_while_it_lasts(void **state)
{
    struct feed *feed = *state;
    take(feed, "id,title,price,sale_price,sale_price_effective_date\n"
               "A,Over,10 EUR,5 EUR,2020-01-01T00:00+0100/2020-02-01T00:00+0100\n"
               "B,Later,10 EUR,5 EUR,2199-01-01/2199-02-01\n"
               "C,Now,10 EUR,5 EUR,2020-01-01T00:00-0500/2199-02-01T00:00Z\n"
               "D,No less,10 EUR,10 EUR,\n"
               "E,Other money,10 EUR,5 USD,\n");
    vt_buf_cstr(&feed->bodies); /* strtok wants its end */
    char *line = strtok(feed->bodies.data, "\n");
    static const bool reduced[] = { false, false, true, false, false };
    for (size_t i = 0; i < VT_COUNT(reduced); i++, line = strtok(NULL, "\n"))
        assert_int_equal(strstr(line, "\"price\":\"5\",\"was\":\"10\"") != NULL, reduced[i]);
}

static void test_a_broken_file_leaves_no_file(void **state)
{
    struct feed *feed = *state;
    static const struct {
        const char *text, *says;
    } cases[] = {
        { "", "The file is empty." },
        { " \n\t", "The file is empty." },
        { "<html><body>Login</body></html>", "neither an <item> (RSS) nor an <entry> (Atom)" },
        { "<rss><item><id>A</id><title>x</title><price>1 EUR</price></item>", "The XML is broken at line 1" },
        { "<rss>\n<item><id>A</b></item></rss>", "The XML is broken at line 2: mismatched tag." },
        { "<!DOCTYPE x [<!ENTITY a \"b\">]><rss><item><id>&a;</id></item></rss>", "document type" },
        { "<rss><item><id>&nope;</id></item></rss>", "undefined entity" },
        { "<?xml version=\"1.0\" encoding=\"klingon\"?><rss/>", "\"klingon\", which is not known" },
        { "name,cost\nA,1\n", "there is no \"id\" among them" },
        { "id,title,price\n", "The table has no row but its first." },
        { "id,title,price\nA,\"Ring,1 EUR\n", "quote that is opened in line 2 is not closed" },
        { "id,title,price\nA,Ring,free\n", "holds no product that can be taken" },
        { "{\"version\":1,\"products\":[{\"sku\":\"A\"}",
          "The JSON is broken at byte 36: it ends too early." },
        { "{\"version\":1,\"products\":[{\"sku\":}]}", "The JSON is broken" },
        { "{\"version\":1,\"products\":[]} x", "something stands behind its end" },
        { "{\"version\":1,\"products\":[],\"products\":[]}", "\"products\" is there twice" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        char command[128];
        take_bytes(feed, cases[i].text, strlen(cases[i].text));
        assert_int_not_equal(feed->err, VT_OK);
        assert_says(&feed->result.error, cases[i].says);
        snprintf(command, sizeof(command), "test -z \"$(ls %s/catalogue)\"", feed->f.dir);
        if (system(command) != 0)
            fail_msg("%s leaves a file", cases[i].text);
    }
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf deep = VT_BUF_INIT(4096);
    for (int i = 0; i < 70; i++)
        vt_buf_text(&deep, "<a>");
    take_bytes(feed, deep.data, deep.len);
    assert_says(&feed->result.error, "nested more than 64 deep");
}

static void test_json_in_any_order(void **state)
{
    struct feed *feed = *state;
    take(feed,
         "{ \"products\" : [ "
         "{\"sku\":\"A\",\"title\":\"]}\\\"[{\",\"price\":\"1\",\"variants\":[{\"sku\":\"A-1\","
         "\"stock\":{\"paris\":2,\"bad\":-1}}]} , 7,\n {\"sku\":\"B\",\"title\":\"T\",\"price\":\"1\"} ],"
         "\"more\":[[{\"x\":\"}\"}]], \"version\":1, \"currency\":\"CHF\" } ");
    assert_int_equal(feed->result.products, 2);
    assert_says(&feed->bodies, "{\"sku\":\"A\",\"title\":\"]}\\\"[{\",\"price\":\"1\",\"currency\":\"CHF\"");
    assert_says(&feed->result.report, "[{\"row\":2,\"why\":\"a product must be an object\"}]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prices),
        cmocka_unit_test(test_html_becomes_text),
        TEST(test_rss_with_variants_wherever_they_stand),
        TEST(test_atom),
        TEST(test_tables),
        TEST(test_encodings),
        TEST(test_a_bad_row_is_named_and_left_out),
        TEST(test_the_report_is_bounded),
        TEST(test_a_long_description_is_cut),
        TEST(test_a_sale_counts_while_it_lasts),
        TEST(test_a_broken_file_leaves_no_file),
        TEST(test_json_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
