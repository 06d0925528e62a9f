/* SPDX-License-Identifier: Apache-2.0 */
/* The binary: picks the subcommand. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "media/worker.h"
#include "server/admin.h"
#include "server/api/api.h"
#include "server/backup/backup.h"
#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/config.h"
#include "server/doctor/doctor.h"
#include "server/serve.h"

static int print_page(int (*write_page)(struct vt_buf *out))
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(1 << 17);
    if (write_page(&page) != VT_OK)
        return EXIT_FAILURE;
    fputs(vt_buf_cstr(&page), stdout);
    return EXIT_SUCCESS;
}

static int main_serve(int argc, char **argv)
{
    return vt_serve_main(argc - 1, argv + 1);
}

static int main_version(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("vitrine %s\n", VT_VERSION);
    return EXIT_SUCCESS;
}

static int main_sample(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return print_page(vt_config_sample);
}

static int main_options_page(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return print_page(vt_config_markdown);
}

static int write_routes(struct vt_buf *out)
{
    vt_api_write_rows(out);
    return out->failed ? VT_ERR_FULL : VT_OK;
}

static int main_routes(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return print_page(write_routes);
}

static int main_help(int argc, char **argv);

static const struct command {
    const char *name;
    int (*main)(int argc, char **argv); /* argv[0]: the name */
    const char *help;
} commands[] = {
    { "serve", main_serve, "serves shops and their associates; the default. --help lists the options" },
    { "admin", vt_admin_main,
      "creates sites, associates and tokens, imports catalogues. --help lists what it can do" },
    { "backup", vt_backup_main, "copies everything while the server runs, into a folder of its own" },
    { "restore", vt_restore_main, "puts a backup back, while the server is stopped" },
    { "doctor", vt_doctor_main,
      "looks at disk, key, certificate, proxy, mail and a shop's page, and names the line to change" },
    { "sample-config", main_sample, "prints a configuration file with every option at its default" },
    { "options-page", main_options_page, "prints the page of all options, in Markdown" },
    { "api-routes", main_routes, "prints the routes of the REST interface, a line of JSON each" },
    { "media-worker", vt_worker_main, "decodes pictures behind a filter; serve starts it, people do not" },
    { "version", main_version, "prints the version" },
    { "help", main_help, "prints this" },
};

static int main_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("Usage: vitrine [command] [options]\n\n");
    for (size_t i = 0; i < VT_COUNT(commands); i++)
        printf("  %-14s %s\n", commands[i].name, commands[i].help);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "serve";
    if (strcmp(name, "--version") == 0)
        name = "version";
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    /* Options alone, or nothing at all, mean serve. */
    if (argc < 2 || name[0] == '-')
        return vt_serve_main(argc - 1, argv + 1);
    for (size_t i = 0; i < VT_COUNT(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].main(argc - 1, argv + 1);
    fprintf(stderr, "vitrine: there is no command \"%.40s\"; vitrine help lists them\n", name);
    return 2;
}
