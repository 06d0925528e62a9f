/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/config_internal.h"

/* Loads from words parted by spaces; the error sentence stays in `error`. */
static struct vt_buf error = VT_BUF_INIT(8192);

static int load(struct vt_config *config, const char *words, int *rest)
{
    static char text[2048];
    char *argv[64];
    int argc = 0;
    snprintf(text, sizeof(text), "%s", words);
    for (char *at = strtok(text, " "); at; at = strtok(NULL, " "))
        argv[argc++] = at;
    vt_buf_reset(&error);
    return vt_config_load(config, argc, argv, rest, &error);
}

static void refuses(const char *words, const char *part)
{
    struct vt_config config;
    assert_int_equal(load(&config, words, NULL), VT_ERR_INVALID);
    if (!strstr(vt_buf_cstr(&error), part))
        fail_msg("%s: \"%s\" does not say \"%s\"", words, vt_buf_cstr(&error), part);
    assert_null(config.data);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static char folder[] = "/tmp/vt-config-XXXXXX";
static char file_path[64];

static int make_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(file_path, sizeof(file_path), "%s/a.conf", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(file_path);
    vt_buf_finish(&error);
    return rmdir(folder);
}

static int clean_environment(void **state)
{
    char name[VT_OPTION_ENV_MAX];
    (void)state;
    for (size_t i = 0; i < vt_options_n; i++) {
        vt_option_env(&vt_options[i], name);
        unsetenv(name);
    }
    unsetenv("VITRINE_CONFIG");
    return 0;
}

static void defaults_are_the_rows(void **state)
{
    (void)state;
    struct vt_config config;
    assert_int_equal(load(&config, "", NULL), VT_OK);
    assert_string_equal(config.data, "./data");
    assert_string_equal(config.listen, "127.0.0.1:8080");
    assert_int_equal(config.max_sockets, 20000);
    assert_int_equal(config.hello_timeout, 5000);
    assert_int_equal(config.away_hold, 120000);
    assert_int_equal(config.outbox_limit, 512 * 1024);
    vt_config_finish(&config);
    assert_null(config.data);
}

static void flags_take_both_forms(void **state)
{
    (void)state;
    struct vt_config config;
    int rest = -1;
    assert_int_equal(load(&config, "--data /tmp/x --max-sockets=7 --away-hold 30s file --data y", &rest),
                     VT_OK);
    assert_string_equal(config.data, "/tmp/x");
    assert_int_equal(config.max_sockets, 7);
    assert_int_equal(config.away_hold, 30000);
    assert_int_equal(rest, 5);
    vt_config_finish(&config);
    assert_int_equal(load(&config, "--data a --data b --", NULL), VT_OK);
    assert_string_equal(config.data, "b");
    vt_config_finish(&config);
}

static void flag_beats_environment_beats_file(void **state)
{
    (void)state;
    static const char text[] = "# a comment\r\n\n people = 10\r\n\tcapacity=11  \nqueue-capacity = \"12\"\n";
    struct vt_config config;
    char words[128];
    write_file(file_path, text, sizeof(text) - 1);
    setenv("VITRINE_CAPACITY", "21", 1);
    setenv("VITRINE_QUEUE_CAPACITY", "22", 1);
    snprintf(words, sizeof(words), "--queue-capacity 32 --config %s", file_path);
    assert_int_equal(load(&config, words, NULL), VT_OK);
    assert_int_equal(config.people, 10);
    assert_int_equal(config.capacity, 21);
    assert_int_equal(config.queue_capacity, 32);
    vt_config_finish(&config);
    setenv("VITRINE_CONFIG", file_path, 1);
    assert_int_equal(load(&config, "", NULL), VT_OK);
    assert_int_equal(config.people, 10);
    vt_config_finish(&config);
}

static void errors_name_option_source_and_what_is_allowed(void **state)
{
    (void)state;
    refuses("--max-sockets abc", "--max-sockets: \"abc\" is not a number from 1 to 1000000");
    refuses("--max-sockets 0", "a number from 1 to 1000000");
    refuses("--max-sockets 1000001", "a number from 1 to 1000000");
    refuses("--max-sockets -1", "a number from");
    refuses("--max-sockets 1k", "a number from");
    refuses("--away-hold 31m", "a time from 100ms to 30m");
    refuses("--outbox-limit 5q", "a size from 64k to 64m");
    refuses("--outbox-limit 99999999999999999999", "a size from");
    refuses("--data", "--data needs a value");
    refuses("--listen 127.0.0.1:8080 more", "one argument too many: \"more\"");
    setenv("VITRINE_PEOPLE", "1", 1);
    refuses("", "VITRINE_PEOPLE: \"1\" is not a number from 2 to 64");
}

static void unknown_options_get_a_suggestion(void **state)
{
    (void)state;
    refuses("--max-socket 5", "did you mean --max-sockets?");
    refuses("--lisen=1", "there is no option \"--lisen=1\"; did you mean --listen?");
    refuses("--zzzzzzzzzzzzzzz", "--help lists all");
    refuses("--no-data", "there is no option \"--no-data\"");
}

static void secrets_do_not_come_by_flag(void **state)
{
    (void)state;
    struct vt_config config;
    refuses("--metrics-token abc", "VITRINE_METRICS_TOKEN");
    setenv("VITRINE_METRICS_TOKEN", "hush", 1);
    assert_int_equal(load(&config, "", NULL), VT_OK);
    assert_string_equal(config.metrics_token, "hush");
    vt_config_finish(&config);
    setenv("VITRINE_METRICS_TOKEN", "hu\x01sh", 1);
    refuses("", "VITRINE_METRICS_TOKEN: the value is not text");
    assert_null(strstr(vt_buf_cstr(&error), "hu"));
}

static void what_rows_cannot_say_is_checked(void **state)
{
    (void)state;
    refuses("--log-level loud", "--log-level: \"loud\" is not one of debug, info, warn, error");
    refuses("--log-format xml", "not one of text, json");
    refuses("--listen 8080", "is not an address and port");
    refuses("--listen 127.0.0.1:8080,", "is not an address and port");
    refuses("--listen 127.0.0.1:70000", "is not an address and port");
    refuses("--listen ::1:80", "is not an address and port");
    refuses("--listen=", "is not an address and port");
    refuses("--data=", "--data: is empty");
    refuses("--base-url ftp://x", "is not an address of the form");
    refuses("--base-url https://x/", "is not an address of the form");
    refuses("--tls-cert a.pem", "tls-cert is given without tls-key");
    refuses("--tls-key a.pem", "tls-key is given without tls-cert");
    refuses("--trusted-proxies 10.0.0.0/33", "is not an address or a network");
    refuses("--exempt-addresses ::1/129", "is not an address or a network");
    refuses("--outbox-credit 1m",
            "outbox-credit (from --outbox-credit) may not be greater than outbox-limit (from "
            "the default)");
}

static void good_lists_pass(void **state)
{
    (void)state;
    struct vt_config config;
    assert_int_equal(
        load(&config,
             "--listen 127.0.0.1:0,[::1]:8080,localhost:1 --trusted-proxies 10.0.0.0/8,::1/128,192.0.2.1 "
             "--base-url https://help.shop.example:8443 --tls-cert a --tls-key b",
             NULL),
        VT_OK);
    vt_config_finish(&config);
}

static void refuses_text(const char *text, size_t n, const char *part)
{
    char words[128];
    snprintf(words, sizeof(words), "--config %s", file_path);
    write_file(file_path, text, n);
    refuses(words, part);
}

static void files_are_read_strictly(void **state)
{
    (void)state;
    static char large[VT_CONFIG_FILE_MAX + 1];
    memset(large, '#', sizeof(large));
    refuses_text("people = 5\npeopel = 6\n", 22, ":2: there is no option \"peopel\"; did you mean people?");
    refuses_text("people = 5\npeople = 6\n", 22, ":2: people stands in the file twice");
    refuses_text("\n\npeople\n", 9, ":3: a line has the form name = value");
    refuses_text("people = 1", 10, ":1: people: \"1\" is not a number from 2 to 64");
    refuses_text("people\0= 1", 10, "this is not a text file");
    refuses_text(large, sizeof(large), "is longer than 65536 bytes");
    refuses("--config /nonexistent/file", "/nonexistent/file: cannot be read: No such file");
    refuses("--config /tmp", "/tmp: is not a regular file");
    struct vt_config config;
    char words[128];
    snprintf(words, sizeof(words), "--config %s", file_path);
    write_file(file_path, large, sizeof(large) - 1);
    assert_int_equal(load(&config, words, NULL), VT_OK);
    vt_config_finish(&config);
}

static void foreign_values_are_quoted_harmlessly(void **state)
{
    (void)state;
    char *argv[] = { "--max-sockets", "\x1b[31mred\n\xff" };
    struct vt_config config;
    vt_buf_reset(&error);
    assert_int_equal(vt_config_load(&config, 2, argv, NULL, &error), VT_ERR_INVALID);
    assert_null(strchr(vt_buf_cstr(&error), '\x1b'));
    assert_null(strchr(vt_buf_cstr(&error), '\n'));
}

static void values_of_each_type(void **state)
{
    (void)state;
    static const struct vt_option yes_no = { .name = "x", .type = VT_OPTION_flag };
    static const struct vt_option size = { .name = "s", .type = VT_OPTION_size, .min = 0, .max = INT64_MAX };
    static const struct vt_option time = { .name = "t", .type = VT_OPTION_time, .min = 0, .max = 1000000000 };
    bool flag = false;
    int64_t number = 0;
    assert_int_equal(vt_option_parse(&yes_no, VT_STR("on"), &flag), VT_OK);
    assert_true(flag);
    assert_int_equal(vt_option_parse(&yes_no, VT_STR("0"), &flag), VT_OK);
    assert_false(flag);
    assert_int_equal(vt_option_parse(&yes_no, VT_STR("maybe"), &flag), VT_ERR_INVALID);
    assert_int_equal(vt_option_parse(&size, VT_STR("3k"), &number), VT_OK);
    assert_int_equal(number, 3072);
    assert_int_equal(vt_option_parse(&size, VT_STR("9223372036854775807g"), &number), VT_ERR_INVALID);
    assert_int_equal(vt_option_parse(&size, VT_STR("k"), &number), VT_ERR_INVALID);
    assert_int_equal(vt_option_parse(&time, VT_STR("250"), &number), VT_OK);
    assert_int_equal(number, 250);
    assert_int_equal(vt_option_parse(&time, VT_STR("2d"), &number), VT_OK);
    assert_int_equal(number, 172800000);
    assert_int_equal(vt_option_parse(&time, VT_STR("2 s"), &number), VT_ERR_INVALID);
    assert_int_equal(number, 172800000);
}

static void every_row_is_sound(void **state)
{
    (void)state;
    for (size_t i = 0; i < vt_options_n; i++) {
        const struct vt_option *option = &vt_options[i];
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(option->name, vt_options[j].name);
        bool has_range = option->type != VT_OPTION_text && option->type != VT_OPTION_flag;
        assert_true(!has_range || option->min < option->max);
        assert_true(strlen(option->help) > 10 && option->help[strlen(option->help) - 1] == '.');
        assert_int_equal(strspn(option->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(option->name));
    }
}

static void pages_name_every_option(void **state)
{
    (void)state;
    int (*const pages[])(struct vt_buf *) = { vt_config_help, vt_config_sample, vt_config_markdown };
    for (size_t p = 0; p < VT_COUNT(pages); p++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf page = VT_BUF_INIT(1 << 16);
        char env[VT_OPTION_ENV_MAX];
        assert_int_equal(pages[p](&page), VT_OK);
        for (size_t i = 0; i < vt_options_n; i++) {
            vt_option_env(&vt_options[i], env);
            assert_true(strstr(vt_buf_cstr(&page), vt_options[i].name) || strstr(vt_buf_cstr(&page), env));
        }
    }
}

/* server/docs/options.md is what the rows give; tests run from the repository's top. */
static void the_committed_page_is_in_step(void **state)
{
    (void)state;
    static char committed[1 << 17];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(1 << 17);
    FILE *file = fopen("server/docs/options.md", "rb");
    assert_non_null(file);
    size_t n = fread(committed, 1, sizeof(committed) - 1, file);
    fclose(file);
    assert_int_equal(vt_config_markdown(&page), VT_OK);
    if (n != page.len || memcmp(committed, page.data, n) != 0)
        fail_msg("server/docs/options.md differs: write it anew with vitrine options-page");
}

/* The sample with every # before a name taken away is a file that sets every default. */
static void the_sample_is_a_good_file(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(1 << 16);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(1 << 16);
    struct vt_config config;
    char words[128];
    vt_config_sample(&page);
    for (char *line = strtok((char *)vt_buf_cstr(&page), "\n"); line; line = strtok(NULL, "\n")) {
        char *equals = strstr(line, " =");
        bool is_option = equals && strcspn(line + 2, " ") == (size_t)(equals - line - 2);
        vt_buf_printf(&text, "%s\n", line + (is_option ? 2 : 0));
    }
    write_file(file_path, vt_buf_cstr(&text), text.len);
    snprintf(words, sizeof(words), "--config %s", file_path);
    if (load(&config, words, NULL) != VT_OK)
        fail_msg("%s", vt_buf_cstr(&error));
    assert_int_equal(config.max_sockets, 20000);
    vt_config_finish(&config);
}

#define TEST(name) cmocka_unit_test_setup(name, clean_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_the_rows),
        TEST(flags_take_both_forms),
        TEST(flag_beats_environment_beats_file),
        TEST(errors_name_option_source_and_what_is_allowed),
        TEST(unknown_options_get_a_suggestion),
        TEST(secrets_do_not_come_by_flag),
        TEST(what_rows_cannot_say_is_checked),
        TEST(good_lists_pass),
        TEST(files_are_read_strictly),
        TEST(foreign_values_are_quoted_harmlessly),
        TEST(values_of_each_type),
        TEST(every_row_is_sound),
        TEST(pages_name_every_option),
        TEST(the_committed_page_is_in_step),
        TEST(the_sample_is_a_good_file),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
