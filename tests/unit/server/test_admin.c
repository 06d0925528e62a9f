/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine admin` as it is typed: what it prints, what it refuses, what the store holds after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "server/admin.h"
#include "server/auth/digest.h"
#include "server/auth/password.h"
#include "server/store/manage.h"
#include "tests/unit/server/catalogue_fixture.h"
#include "tests/unit/server/store_fixture.h"

struct console {
    struct fixture f;
    char out[16384], err[16384];
    struct vt_arena arena;
};

static int setup(void **state)
{
    struct console *c = calloc(1, sizeof(*c));
    fixture_dir(&c->f);
    vt_arena_init(&c->arena, 1 << 20);
    *state = c;
    return 0;
}

static int teardown(void **state)
{
    struct console *c = *state;
    vt_arena_finish(&c->arena);
    fixture_remove(&c->f);
    free(c);
    return 0;
}

static int redirect(int fd, FILE *into)
{
    int old = dup(fd);
    dup2(fileno(into), fd);
    return old;
}

static void restore(int fd, int old, FILE *from, char *text, size_t size)
{
    dup2(old, fd);
    close(old);
    rewind(from);
    text[fread(text, 1, size - 1, from)] = '\0';
    fclose(from);
}

/* Runs one line, its words parted by '|', "%" standing for the data directory; `input` becomes standard
 * input. */
static int type(struct console *c, const char *input, const char *line)
{
    char words[4096], *argv[64] = { "admin" };
    int argc = 1, status;
    snprintf(words, sizeof(words), "%s", line);
    for (char *word = strtok(words, "|"); word; word = strtok(NULL, "|"))
        argv[argc++] = strcmp(word, "%") == 0 ? c->f.dir : word;
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    fputs(input ? input : "", in);
    rewind(in);
    fflush(stdout);
    int old_in = dup(0), old_out = redirect(1, out), old_err = redirect(2, err);
    dup2(fileno(in), 0);
    clearerr(stdin);
    status = vt_admin_main(argc, argv);
    fflush(stdout);
    fflush(stderr);
    dup2(old_in, 0);
    close(old_in);
    fclose(in);
    restore(1, old_out, out, c->out, sizeof(c->out));
    restore(2, old_err, err, c->err, sizeof(c->err));
    return status;
}

static struct vt_manage *open_manage(struct console *c)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(c->f.dir, store_place(c->f.dir), &error);
    assert_non_null(manage);
    return manage;
}

static void add_site(struct console *c)
{
    assert_int_equal(
        type(c, NULL, "site|add|--data|%|--key|pk_demo|--name|Maison Vitrine|--origin|http://127.0.0.1:3000"),
        0);
    assert_string_equal(c->out, "pk_demo\n");
}

/* --- help and command lines ----------------------------------------------------------------- */

static void test_help_names_every_command(void **state)
{
    struct console *c = *state;
    static const char *const commands[] = { "site add",           "site list",        "site origin add",
                                            "site origin remove", "associate add",    "associate list",
                                            "associate disable",  "associate enable", "associate password",
                                            "token add",          "token list",       "token remove",
                                            "catalogue import",   "site set",         "site show" };
    assert_int_equal(type(c, NULL, "--help"), 0);
    for (size_t i = 0; i < VT_COUNT(commands); i++) {
        assert_non_null(strstr(c->out, commands[i]));
    }
    for (size_t i = 0; i < VT_COUNT(commands); i++) {
        char line[128];
        snprintf(line, sizeof(line), "%s|--help", commands[i]);
        for (char *p = line; *p; p++)
            if (*p == ' ')
                *p = '|';
        assert_int_equal(type(c, NULL, line), 0);
        assert_non_null(strstr(c->out, "--data"));
    }
}

static void test_wrong_lines_are_refused_with_a_reason(void **state)
{
    struct console *c = *state;
    static const struct {
        const char *line, *says;
    } cases[] = {
        { "nonsense", "there is no command \"nonsense\"" },
        { "site|add|--data|%", "--name is needed" },
        { "site|add|--data|%|--name|X|--origin", "--origin needs a value" },
        { "site|add|--data|%|--colour|red", "unknown option --colour" },
        { "site|list|--data|%|extra", "one argument too many" },
        { "site|list|--data|%|--data|%", "--data stands twice" },
        { "site|list|--login|x", "unknown option --login" },
        { "catalogue|import|--data|%|--site|pk_x", "FILE is needed" },
        { "associate|add|--if-missing=1", "--if-missing takes no value" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        assert_int_equal(type(c, NULL, cases[i].line), 2);
        if (!strstr(c->err, cases[i].says))
            fail_msg("%s: %s", cases[i].line, c->err);
    }
    assert_int_equal(type(c, NULL, ""), 2);
}

/* --- sites ---------------------------------------------------------------------------------- */

static void test_site_add_list_origins(void **state)
{
    struct console *c = *state;
    add_site(c);
    assert_int_equal(type(c, NULL, "site|add|--data|%|--key|pk_demo|--name|Again|--origin|http://a.example"),
                     1);
    assert_non_null(strstr(c->err, "there already"));
    assert_int_equal(
        type(c, NULL,
             "site|add|--if-missing|--data|%|--key|pk_demo|--name|Again|--origin|HTTP://127.0.0.1:3000"
             "|--origin|http://localhost:3000"),
        0);
    assert_string_equal(c->out, "pk_demo\n");
    assert_int_equal(type(c, NULL, "site|origin|add|--data|%|--site|pk_demo|https://Shop.Example:443"), 0);
    assert_int_equal(type(c, NULL, "site|origin|remove|--data|%|--site|pk_demo|http://localhost:3000"), 0);
    assert_int_equal(type(c, NULL, "site|origin|remove|--data|%|--site|pk_demo|http://localhost:3000"), 1);
    assert_int_equal(type(c, NULL, "site|list|--data|%"), 0);
    assert_string_equal(c->out, "pk_demo\tMaison Vitrine\thttp://127.0.0.1:3000 https://shop.example\n");
    assert_int_equal(type(c, NULL, "site|add|--data|%|--name|Second|--origin|https://two.example"), 0);
    assert_int_equal(strlen(c->out), 3 + 22 + 1);
}

static void test_site_refuses_what_is_no_origin(void **state)
{
    struct console *c = *state;
    static const char *const bad[] = { "shop.example", "https://shop.example/path", "null",
                                       "https://*.example", "ftp://x.example" };
    for (size_t i = 0; i < VT_COUNT(bad); i++) {
        char line[256];
        snprintf(line, sizeof(line), "site|add|--data|%%|--name|X|--origin|%s", bad[i]);
        assert_int_equal(type(c, NULL, line), 1);
        assert_non_null(strstr(c->err, "is no origin"));
    }
    assert_int_equal(type(c, NULL, "site|add|--data|%|--name|X|--key|demo|--origin|https://a.example"), 1);
    assert_int_equal(type(c, NULL, "site|add|--data|%|--name|a\tb|--origin|https://a.example"), 1);
}

/* --- people --------------------------------------------------------------------------------- */

static void test_associate_with_a_made_password(void **state)
{
    struct console *c = *state;
    add_site(c);
    assert_int_equal(type(c, NULL, "associate|add|--data|%|--site|pk_demo|--login|camille|--name|Camille"),
                     0);
    assert_int_equal(strncmp(c->out, "password: ", 10), 0);
    char password[64];
    assert_int_equal(sscanf(c->out, "password: %63s", password), 1);
    assert_true(strlen(password) >= 20);
    struct vt_manage *manage = open_manage(c);
    struct vt_store_person person;
    assert_int_equal(vt_manage_person_find(manage, VT_STR("camille"), &c->arena, &person), VT_OK);
    assert_true(vt_str_eq(person.role, VT_STR("associate")));
    assert_true(vt_password_verify(vt_str(password), person.password, NULL));
    vt_manage_close(manage);
    assert_int_equal(
        type(c, NULL, "associate|add|--data|%|--site|pk_demo|--login|camille|--name|C|--if-missing"), 0);
    assert_string_equal(c->out, "");
    assert_int_equal(type(c, NULL, "associate|add|--data|%|--site|pk_demo|--login|camille|--name|C"), 1);
}

static void test_associate_with_a_password_from_input(void **state)
{
    struct console *c = *state;
    add_site(c);
    const char *line =
        "associate|add|--data|%|--site|pk_demo|--login|noor|--name|Noor|--role|supervisor|--password-stdin";
    assert_int_equal(type(c, "short\n", line), 1);
    assert_non_null(strstr(c->err, "12 to 256"));
    assert_int_equal(type(c, "", line), 1);
    assert_int_equal(type(c, "a good long password\n", line), 0);
    assert_string_equal(c->out, "");
    assert_int_equal(type(c, NULL, "associate|disable|--data|%|--login|noor"), 0);
    assert_int_equal(type(c, NULL, "associate|list|--data|%|--site|pk_demo"), 0);
    assert_string_equal(c->out, "noor\tNoor\tsupervisor\tdisabled\n");
    assert_int_equal(type(c, NULL, "associate|enable|--data|%|--login|noor"), 0);
    assert_int_equal(
        type(c, "another long password\n", "associate|password|--data|%|--login|noor|--password-stdin"), 0);
    struct vt_manage *manage = open_manage(c);
    struct vt_store_person person;
    assert_int_equal(vt_manage_person_find(manage, VT_STR("noor"), &c->arena, &person), VT_OK);
    assert_false(person.disabled);
    assert_true(vt_password_verify(VT_STR("another long password"), person.password, NULL));
    assert_false(vt_password_verify(VT_STR("a good long password"), person.password, NULL));
    vt_manage_close(manage);
    assert_int_equal(type(c, NULL, "associate|disable|--data|%|--login|nobody"), 1);
    assert_int_equal(type(c, NULL, "associate|add|--data|%|--site|pk_demo|--login|Big|--name|B"), 1);
    assert_int_equal(type(c, NULL, "associate|add|--data|%|--site|pk_demo|--login|b|--name|B|--role|boss"),
                     1);
    assert_int_equal(type(c, NULL, "associate|add|--data|%|--site|pk_none|--login|b|--name|B"), 1);
    assert_non_null(strstr(c->err, "no site with the key pk_none"));
}

/* --- tokens --------------------------------------------------------------------------------- */

static void test_token_is_shown_once_and_kept_hashed(void **state)
{
    struct console *c = *state;
    add_site(c);
    assert_int_equal(
        type(c, NULL, "token|add|--data|%|--site|pk_demo|--name|erp|--days|365|--verbs|read,write"), 0);
    assert_int_equal(strncmp(c->out, "vt_", 3), 0);
    char secret[80], hash[VT_SHA256_TEXT];
    sscanf(c->out, "%79s", secret);
    assert_int_equal(strlen(secret), 3 + 43);
    vt_sha256_hex(vt_str(secret), hash);
    struct vt_manage *manage = open_manage(c);
    struct vt_store_site site;
    struct vt_manage_token *tokens;
    size_t n;
    assert_int_equal(vt_manage_site_find(manage, VT_STR("pk_demo"), &c->arena, &site), VT_OK);
    assert_int_equal(vt_manage_tokens(manage, site.site, &c->arena, &tokens, &n), VT_OK);
    assert_int_equal(n, 1);
    assert_true(vt_str_eq(tokens[0].hash, vt_str(hash)));
    assert_in_range((tokens[0].expires - tokens[0].created) / 86400000, 365, 365);
    vt_manage_close(manage);
    assert_int_equal(type(c, NULL, "token|list|--data|%|--site|pk_demo"), 0);
    assert_null(strstr(c->out, secret));
    assert_non_null(strstr(c->out, "used never"));
    assert_int_equal(type(c, NULL, "token|add|--data|%|--site|pk_demo|--name|erp"), 1);
    assert_int_equal(type(c, NULL, "token|add|--data|%|--site|pk_demo|--name|x|--days|366"), 1);
    assert_int_equal(type(c, NULL, "token|add|--data|%|--site|pk_demo|--name|x|--verbs|all"), 1);
    assert_int_equal(type(c, NULL, "token|remove|--data|%|--site|pk_demo|--name|erp"), 0);
    assert_int_equal(type(c, NULL, "token|remove|--data|%|--site|pk_demo|--name|erp"), 1);
}

/* --- catalogue ------------------------------------------------------------------------------ */

static void write_file(struct console *c, const char *name, const void *bytes, size_t n)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", c->f.dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fwrite(bytes, 1, n, file);
    fclose(file);
}

static int import(struct console *c, const char *json)
{
    char line[512];
    write_file(c, "in.json", json, strlen(json));
    snprintf(line, sizeof(line), "catalogue|import|--data|%%|--site|pk_demo|%s/in.json", c->f.dir);
    return type(c, NULL, line);
}

static void test_import_takes_products_and_pictures(void **state)
{
    struct console *c = *state;
    add_site(c);
    char path[256], hash[VT_SHA256_TEXT];
    snprintf(path, sizeof(path), "%s/photos", c->f.dir);
    assert_int_equal(mkdir(path, 0755), 0);
    char jpeg[100] = "\xff\xd8\xff\xe0 not much of a picture";
    write_file(c, "photos/a.jpg", jpeg, sizeof(jpeg));
    write_file(c, "photos/b.svg", "<svg>", 5);
    const char *json = "{\"version\":1,\"currency\":\"EUR\",\"products\":["
                       "{\"sku\":\"A1\",\"title\":\"Ring\",\"price\":\"12.00\",\"pictures\":[\"photos/"
                       "a.jpg\",\"photos/b.svg\",\"../x\"],"
                       "\"variants\":[{\"sku\":\"A1-48\",\"size\":\"48\",\"available\":false}]},"
                       "{\"sku\":\"A2\",\"title\":\"Ring\",\"price\":\"12,00\"}]}";
    assert_int_equal(import(c, json), 0);
    assert_string_equal(c->out, "1 products, 1 pictures (1 new), 3 complaints\n");
    assert_non_null(strstr(c->err, "row 1 (A1): picture \"photos/b.svg\" is no JPEG, PNG or WebP"));
    assert_non_null(strstr(c->err, "row 1 (A1): picture \"../x\": leads outside"));
    assert_non_null(strstr(c->err, "row 2 (A2): price \"12,00\" is no decimal"));
    vt_sha256_hex((struct vt_str){ jpeg, sizeof(jpeg) }, hash);
    snprintf(path, sizeof(path), "%s/originals/%.2s/%.2s/%s", c->f.dir, hash, hash + 2, hash);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, sizeof(jpeg));
    assert_int_equal(import(c, json), 0);
    assert_string_equal(c->out, "1 products, 1 pictures (0 new), 3 complaints\n");
}

static void test_stock_from_a_table(void **state)
{
    struct console *c = *state;
    char line[512];
    struct vt_store_site site;
    struct vt_store_stock *rows;
    const struct vt_str skus[] = { VT_STR("A1"), VT_STR("A2") };
    size_t n;
    add_site(c);
    static const char *const tables[] = { "id,store_code,quantity\nA1,paris,2\nA2,paris,1\nA2,oslo,x\n",
                                          "id\tstore_code\tquantity\nA1\tparis\t3\n" };
    snprintf(line, sizeof(line), "catalogue|stock|--data|%%|--site|pk_demo|%s/stock.csv", c->f.dir);
    for (size_t i = 0; i < VT_COUNT(tables); i++) {
        write_file(c, "stock.csv", tables[i], strlen(tables[i]));
        assert_int_equal(type(c, NULL, line), 0);
        assert_string_equal(c->out,
                            i ? "1 rows of stock, 0 complaints\n" : "2 rows of stock, 1 complaints\n");
        assert_true(i == 1 || strstr(c->err, "row 3 (A2): quantity \"x\" is no whole number"));
    }
    struct vt_manage *manage = open_manage(c);
    assert_int_equal(vt_manage_site_find(manage, VT_STR("pk_demo"), &c->arena, &site), VT_OK);
    assert_int_equal(vt_manage_stock_of(manage, site.site, skus, 2, &c->arena, &rows, &n), VT_OK);
    assert_int_equal(n, 2);
    assert_int_equal(rows[0].quantity, 3);
    assert_int_equal(rows[1].quantity, 0); /* no longer named */
    vt_manage_close(manage);
    write_file(c, "stock.csv", "<rss/>", 6);
    assert_int_equal(type(c, NULL, line), 1);
    assert_non_null(strstr(c->err, "Nothing was changed"));
}

static void test_a_broken_file_changes_nothing(void **state)
{
    struct console *c = *state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf bodies = VT_BUF_INIT(4096);
    struct vt_store_site site;
    add_site(c);
    assert_int_equal(import(c, "{\"version\":1,\"currency\":\"EUR\",\"products\":[{\"sku\":\"A1\",\"title\":"
                               "\"Ring\",\"price\":\"1\"}]}"),
                     0);
    static const char *const broken[] = { "",
                                          "{",
                                          "[]",
                                          "{\"version\":2,\"products\":[]}",
                                          "{\"version\":1}",
                                          "{\"version\":1,\"products\":[]}",
                                          "{\"version\":1,\"version\":1,\"products\":[]}",
                                          "{\"version\":1,\"products\":[{\"sku\":\"B1\"}]}" };
    for (size_t i = 0; i < VT_COUNT(broken); i++) {
        assert_int_equal(import(c, broken[i]), 1);
        assert_non_null(strstr(c->err, "Nothing was changed"));
    }
    struct vt_manage *manage = open_manage(c);
    assert_int_equal(vt_manage_site_find(manage, VT_STR("pk_demo"), &c->arena, &site), VT_OK);
    vt_manage_close(manage);
    char id[64];
    vt_str_copy(id, sizeof(id), site.site);
    shelf_bodies(c->f.dir, id, site.catalogue, &bodies);
    assert_string_equal(vt_buf_cstr(&bodies),
                        "{\"sku\":\"A1\",\"title\":\"Ring\",\"price\":\"1\",\"currency\":\"EUR\","
                        "\"media\":[],\"variants\":[]}\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void test_settings_are_checked_before_they_are_kept(void **state)
{
    struct console *c = *state;
    char path[512], line[640];
    add_site(c);
    snprintf(path, sizeof(path), "%s/settings.json", c->f.dir);
    snprintf(line, sizeof(line), "site|set|--data|%%|--site|pk_demo|--settings|%s", path);
    assert_int_equal(type(c, NULL, line), 1);
    assert_non_null(strstr(c->err, "cannot be opened"));
    static const char *const texts[] = { "{\"cap\":5}", "{\"cap\":50}" };
    for (size_t i = 0; i < 2; i++) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(texts[i], file);
        fclose(file);
        assert_int_equal(type(c, NULL, line), i);
    }
    assert_non_null(strstr(c->err, "/cap must be a whole number from 1 to 20. Nothing was changed."));
    assert_int_equal(type(c, NULL, "site|show|--data|%|--site|pk_demo"), 0);
    assert_string_equal(c->out, "{\"cap\":5}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_help_names_every_command),
        TEST(test_wrong_lines_are_refused_with_a_reason),
        TEST(test_site_add_list_origins),
        TEST(test_site_refuses_what_is_no_origin),
        TEST(test_associate_with_a_made_password),
        TEST(test_associate_with_a_password_from_input),
        TEST(test_token_is_shown_once_and_kept_hashed),
        TEST(test_import_takes_products_and_pictures),
        TEST(test_stock_from_a_table),
        TEST(test_a_broken_file_changes_nothing),
        TEST(test_settings_are_checked_before_they_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
