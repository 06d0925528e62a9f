/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "server/admin_internal.h"
#include "server/base/err.h"

enum { ARENA_BYTES = 64 << 20, WORDS_BYTES = 64 };

static const struct {
    const char *name, *value, *help; /* value NULL: a flag */
} options[VT_ADMIN_OPTIONS] = {
    [VT_ADMIN_DATA] = { "--data", "DIR",
                        "the server's data directory (default: as the server has it, by VITRINE_CONFIG "
                        "or VITRINE_DATA; else ./data)" },
    [VT_ADMIN_NAME] = { "--name", "NAME", "the name people read" },
    [VT_ADMIN_ORIGIN] = { "--origin", "ORIGIN",
                          "where the shop's pages live, as https://shop.example; may stand several times" },
    [VT_ADMIN_KEY] = { "--key", "pk_KEY", "the site's public key (default: a new one)" },
    [VT_ADMIN_SITE] = { "--site", "pk_KEY", "the site's public key, as `site list` shows it" },
    [VT_ADMIN_LOGIN] = { "--login", "LOGIN", "the name to log in with: a-z 0-9 . _ @ + -" },
    [VT_ADMIN_ROLE] = { "--role", "ROLE", "associate (default), supervisor or admin" },
    [VT_ADMIN_PASSWORD_STDIN] = { "--password-stdin", NULL,
                                  "read the password from standard input; else one is made and printed "
                                  "once" },
    [VT_ADMIN_IF_MISSING] = { "--if-missing", NULL, "succeed when it is there already" },
    [VT_ADMIN_PICTURES] = { "--pictures", "DIR",
                            "where the pictures' paths begin (default: beside the file)" },
    [VT_ADMIN_DAYS] = { "--days", "N", "days until it expires, 1 to 365 (default 90)" },
    [VT_ADMIN_VERBS] = { "--verbs", "VERBS", "what it may do: read, write, or read,write (default read)" },
    [VT_ADMIN_RETRY] = { "--retry", NULL, "try what has failed again, now" },
    [VT_ADMIN_TO] = { "--to", "ADDRESS", "whom the mail goes to" },
    [VT_ADMIN_FROM] = { "--from", "ADDRESS", "the server's --mail-from" },
    [VT_ADMIN_SETTINGS] = { "--settings", "FILE",
                            "the site's settings as JSON, all of them: what is left out has its default" },
    [VT_ADMIN_HEAD] = { "--head", "N:HASH", "a head of the audit log that the server's log told" },
    [VT_ADMIN_BASE_URL] = { "--base-url", "URL",
                            "where browsers reach the server (default: VITRINE_BASE_URL, or "
                            "http://127.0.0.1:8080)" },
    [VT_ADMIN_CONVERSATION] = { "--conversation", "ID", "a conversation's id" },
    [VT_ADMIN_CUSTOMER] = { "--customer", "ID", "a customer's id: all their conversations" },
    [VT_ADMIN_QUEUES] = { "--queues", "IDS",
                          "the queues they work for, as rings,watches (default: all of the site)" },
    [VT_ADMIN_LANGUAGES] = { "--languages", "TAGS",
                             "the languages they speak, as fr,de: asked first for customers of these" },
};

static const struct vt_admin_command *const groups[] = {
    vt_admin_site_commands,  vt_admin_people_commands,    vt_admin_token_commands,
    vt_admin_audit_commands, vt_admin_catalogue_commands, vt_admin_pictures_commands,
    vt_admin_mail_commands,  vt_admin_privacy_commands
};

/* --- sentences ----------------------------------------------------------------------------- */

int vt_admin_fail(const char *format, ...)
{
    va_list args;
    fputs("vitrine admin: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return VT_ADMIN_FAILED;
}

int vt_admin_fail_store(struct vt_admin *admin, int err, const char *what)
{
    if (err == VT_ERR_FULL)
        return vt_admin_fail("%s: the disk is full.", what);
    if (err == VT_ERR_EXISTS)
        return vt_admin_fail("%s: it is there already.", what);
    if (err == VT_ERR_MISSING)
        return vt_admin_fail("%s: there is no such one.", what);
    return vt_admin_fail("%s: %s.", what, vt_manage_error(admin->manage));
}

int vt_admin_find_site(struct vt_admin *admin, struct vt_store_site *ret_site)
{
    const char *key = admin->values[VT_ADMIN_SITE];
    int err = vt_manage_site_find(admin->manage, vt_str(key), &admin->arena, ret_site);
    if (err == VT_ERR_MISSING)
        return vt_admin_fail(
            "There is no site with the key %s; `vitrine admin site list` shows those there are.", key);
    return err ? vt_admin_fail_store(admin, err, "The site cannot be read") : 0;
}

bool vt_admin_is_name(const char *text, size_t most)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return len >= 1 && len <= most && vt_utf8_valid(text, len);
}

int vt_admin_read_file(const char *path, struct vt_buf *text)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return vt_admin_fail("%s cannot be opened: %s.", path, strerror(errno));
    size_t n = 1;
    while (n > 0) {
        char *room = vt_buf_reserve(text, 65536);
        n = room ? fread(room, 1, 65536, file) : 0;
        vt_buf_commit(text, n);
    }
    bool bad = ferror(file);
    fclose(file);
    if (bad)
        return vt_admin_fail("%s cannot be read: %s.", path, strerror(errno));
    if (text->failed)
        return vt_admin_fail("%s is larger than %zu KiB.", path, text->max_bytes >> 10);
    return 0;
}

/* --- help ---------------------------------------------------------------------------------- */

static void print_all_help(FILE *out)
{
    fputs(
        "Usage: vitrine admin COMMAND [OPTIONS]\n\n"
        "Works on the data directory, also while the server runs; the server notices within two seconds.\n\n"
        "Commands:\n",
        out);
    for (size_t g = 0; g < VT_COUNT(groups); g++)
        for (const struct vt_admin_command *command = groups[g]; command->words; command++)
            fprintf(out, "  %-22s %.*s\n", command->words, (int)strcspn(command->help, "\n"), command->help);
    fputs("\n`vitrine admin COMMAND --help` shows a command's options.\n", out);
}

static void print_help(const struct vt_admin_command *command, FILE *out)
{
    fprintf(out, "Usage: vitrine admin %s", command->words);
    if (command->operand)
        fprintf(out, " %s", command->operand);
    for (unsigned i = 0; i < VT_ADMIN_OPTIONS; i++) {
        bool needed = command->needs & (1u << i);
        if (!needed && !(command->may & (1u << i)) && i != VT_ADMIN_DATA)
            continue;
        fprintf(out, needed ? " %s%s%s" : " [%s%s%s]", options[i].name, options[i].value ? " " : "",
                options[i].value ? options[i].value : "");
    }
    fprintf(out, "\n\n%s\n\nOptions:\n", command->help);
    for (unsigned i = 0; i < VT_ADMIN_OPTIONS; i++)
        if (((command->needs | command->may) & (1u << i)) || i == VT_ADMIN_DATA)
            fprintf(out, "  %-18s %s\n", options[i].name, options[i].help);
}

/* --- command line -------------------------------------------------------------------------- */

/* The command whose words argv begins with; *ret_used counts them. */
static const struct vt_admin_command *find_command(int argc, char **argv, int *ret_used)
{
    for (int used = 3; used > 0; used--) {
        char words[WORDS_BYTES] = "";
        if (used > argc)
            continue;
        for (int i = 0; i < used; i++) {
            size_t len = strlen(words);
            snprintf(words + len, sizeof(words) - len, "%s%s", i ? " " : "", argv[i]);
        }
        for (size_t g = 0; g < VT_COUNT(groups); g++)
            for (const struct vt_admin_command *command = groups[g]; command->words; command++)
                if (strcmp(command->words, words) == 0) {
                    *ret_used = used;
                    return command;
                }
    }
    return NULL;
}

static int usage(const struct vt_admin_command *command, const char *format, const char *what)
{
    fputs("vitrine admin: ", stderr);
    fprintf(stderr, command ? "%s: " : "%s", command ? command->words : "");
    char line[512];
    snprintf(line, sizeof(line), "%.300s", what);
    for (const char *p = format; *p; p++) {
        if (p[0] == '%')
            fputs(line, stderr);
        else
            fputc(*p, stderr);
    }
    fprintf(stderr, "\n`vitrine admin %s%s--help` shows what it takes.\n", command ? command->words : "",
            command ? " " : "");
    return VT_ADMIN_USAGE;
}

static int option_of(const struct vt_admin_command *command, const char *arg, size_t len)
{
    for (int i = 0; i < VT_ADMIN_OPTIONS; i++)
        if (strlen(options[i].name) == len && memcmp(options[i].name, arg, len) == 0 &&
            (i == VT_ADMIN_DATA || ((command->needs | command->may) & (1u << i))))
            return i;
    return -1;
}

static int set_option(struct vt_admin *admin, int option, const char *value)
{
    const char *name = options[option].name;
    if (option == VT_ADMIN_ORIGIN) {
        if (admin->origins_n == VT_ADMIN_ORIGINS)
            return usage(admin->command, "% stands too often.", name);
        admin->origins[admin->origins_n++] = value;
    } else if (admin->values[option]) {
        return usage(admin->command, "% stands twice.", name);
    }
    admin->values[option] = value;
    return 0;
}

/* "--name value" or "--name=value"; *at moves past what was used. */
static int read_option(struct vt_admin *admin, int argc, char **argv, int *at)
{
    const char *arg = argv[(*at)++], *equals = strchr(arg, '=');
    int option = option_of(admin->command, arg, equals ? (size_t)(equals - arg) : strlen(arg));
    if (option < 0)
        return usage(admin->command, "unknown option %.", arg);
    if (!options[option].value)
        return equals ? usage(admin->command, "% takes no value.", options[option].name)
                      : set_option(admin, option, "");
    if (equals)
        return set_option(admin, option, equals + 1);
    if (*at >= argc)
        return usage(admin->command, "% needs a value.", arg);
    return set_option(admin, option, argv[(*at)++]);
}

static int read_line(struct vt_admin *admin, int argc, char **argv)
{
    for (int at = 0; at < argc;) {
        int status = 0;
        if (argv[at][0] == '-' && argv[at][1] != '\0')
            status = read_option(admin, argc, argv, &at);
        else if (admin->command->operand && !admin->operand)
            admin->operand = argv[at++];
        else
            status = usage(admin->command, "% is one argument too many.", argv[at]);
        if (status)
            return status;
    }
    for (unsigned i = 0; i < VT_ADMIN_OPTIONS; i++)
        if ((admin->command->needs & (1u << i)) && !admin->values[i])
            return usage(admin->command, "% is needed.", options[i].name);
    if (admin->command->operand && !admin->operand)
        return usage(admin->command, "% is needed.", admin->command->operand);
    return 0;
}

static int run(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    if (vt_config_load(&admin->config, 0, NULL, NULL, &error) != VT_OK)
        return vt_admin_fail("%s", vt_buf_cstr(&error));
    if (!admin->values[VT_ADMIN_DATA])
        admin->values[VT_ADMIN_DATA] = admin->config.data;
    admin->manage = vt_manage_open(admin->values[VT_ADMIN_DATA], admin->config.store, &error);
    if (!admin->manage) {
        vt_config_finish(&admin->config);
        return vt_admin_fail("%s", vt_buf_cstr(&error));
    }
    vt_arena_init(&admin->arena, ARENA_BYTES);
    int status = admin->command->run(admin);
    if (status == 0)
        status = vt_admin_record(admin);
    vt_arena_finish(&admin->arena);
    vt_manage_close(admin->manage);
    vt_config_finish(&admin->config);
    if (fflush(stdout) != 0 && status == 0)
        status = vt_admin_fail("The output could not be written.");
    return status;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int vt_admin_main(int argc, char **argv)
{
    int used = 0;
    struct vt_admin admin = { .command = argc > 1 ? find_command(argc - 1, argv + 1, &used) : NULL };
    bool help = asks_for_help(argc, argv);
    if (!admin.command) {
        char words[128];
        snprintf(words, sizeof(words), "%s%s%s", argc > 1 ? argv[1] : "", argc > 2 ? " " : "",
                 argc > 2 ? argv[2] : "");
        if (!help && argc > 1)
            return usage(NULL, "there is no command \"%\".", words);
        print_all_help(help ? stdout : stderr);
        return help ? 0 : VT_ADMIN_USAGE;
    }
    if (help) {
        print_help(admin.command, stdout);
        return 0;
    }
    int status = read_line(&admin, argc - 1 - used, argv + 1 + used);
    return status ? status : run(&admin);
}
