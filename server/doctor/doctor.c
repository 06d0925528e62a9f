/* SPDX-License-Identifier: Apache-2.0 */
#include "server/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/doctor/doctor_internal.h"
#include "server/listen.h"

enum { EXIT_FAILS = 1, EXIT_USAGE = 2, ERROR_BYTES = 4096, OUT_BYTES = 1 << 20 };

/* --- findings ------------------------------------------------------------------------------------ */

void vt_doctor_say(struct vt_doctor *doctor, enum vt_doctor_level level, const char *check,
                   const char *format, ...)
{
    if (doctor->n == VT_DOCTOR_FINDINGS)
        return;
    struct vt_doctor_finding *finding = &doctor->findings[doctor->n++];
    va_list args;
    finding->level = level;
    finding->check = check;
    finding->cure[0] = '\0';
    va_start(args, format);
    vsnprintf(finding->seen, sizeof(finding->seen), format, args);
    va_end(args);
}

void vt_doctor_cure(struct vt_doctor *doctor, const char *format, ...)
{
    struct vt_doctor_finding *finding = &doctor->findings[doctor->n - 1];
    size_t len = strlen(finding->cure);
    va_list args;
    if (len > 0 && len + 1 < sizeof(finding->cure))
        finding->cure[len++] = '\n';
    va_start(args, format);
    vsnprintf(finding->cure + len, sizeof(finding->cure) - len, format, args);
    va_end(args);
}

void vt_doctor_cure_proxy(struct vt_doctor *doctor, const char *nginx, const char *apache, const char *caddy)
{
    static const char by_itself[] = "does so by itself: look at what stands before it";
    vt_doctor_cure(doctor, "nginx   %s", nginx ? nginx : by_itself);
    vt_doctor_cure(doctor, "Apache  %s", apache ? apache : by_itself);
    vt_doctor_cure(doctor, "Caddy   %s", caddy ? caddy : by_itself);
}

/* The line of the configuration file that sets `option`; 0: none does. */
static int line_of(const char *path, const char *option, char *ret_line, size_t size)
{
    const size_t len = strlen(option);
    char text[1024];
    int found = 0;
    FILE *file = path ? fopen(path, "re") : NULL;
    for (int n = 1; file && fgets(text, sizeof(text), file); n++) {
        const char *at = text + strspn(text, " \t");
        if (strncmp(at, option, len) != 0 || (at[len + strspn(at + len, " \t")] != '='))
            continue;
        snprintf(ret_line, size, "%.*s", (int)strcspn(at, "\r\n"), at);
        found = n; /* the last one counts */
    }
    if (file)
        fclose(file);
    return found;
}

void vt_doctor_cure_option(struct vt_doctor *doctor, const char *option, const char *value)
{
    char line[256];
    int n = line_of(doctor->config_file, option, line, sizeof(line));
    if (n > 0)
        vt_doctor_cure(doctor, "%s:%d: change `%s` to `%s = %s`", doctor->config_file, n, line, option,
                       value);
    else if (doctor->config_file)
        vt_doctor_cure(doctor, "%s: add `%s = %s`", doctor->config_file, option, value);
    else
        vt_doctor_cure(doctor, "the server's options: --%s %s", option, value);
}

/* --- what is told -------------------------------------------------------------------------------- */

static const char *const levels[] = { "ok", "warn", "fail" };

static size_t count(const struct vt_doctor *doctor, enum vt_doctor_level level)
{
    size_t n = 0;
    for (size_t i = 0; i < doctor->n; i++)
        n += doctor->findings[i].level == level;
    return n;
}

static void print_json(const struct vt_doctor *doctor)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(OUT_BYTES);
    vt_buf_text(&out, "{\"version\":\"" VT_VERSION "\",\"findings\":[");
    for (size_t i = 0; i < doctor->n; i++) {
        const struct vt_doctor_finding *finding = &doctor->findings[i];
        vt_buf_printf(&out, "%s{\"check\":\"%s\",\"level\":\"%s\",\"seen\":", i ? "," : "", finding->check,
                      levels[finding->level]);
        vt_buf_json_string(&out, vt_str(finding->seen));
        vt_buf_text(&out, ",\"cure\":");
        vt_buf_json_string(&out, vt_str(finding->cure));
        vt_buf_byte(&out, '}');
    }
    vt_buf_printf(&out, "],\"ok\":%zu,\"warn\":%zu,\"fail\":%zu}\n", count(doctor, VT_DOCTOR_OK),
                  count(doctor, VT_DOCTOR_WARN), count(doctor, VT_DOCTOR_FAIL));
    fputs(vt_buf_cstr(&out), stdout);
}

static void print_text(const struct vt_doctor *doctor)
{
    for (size_t i = 0; i < doctor->n; i++) {
        const struct vt_doctor_finding *finding = &doctor->findings[i];
        printf("%-4s  %-18s %s\n", levels[finding->level], finding->check, finding->seen);
        for (const char *at = finding->cure; *at;) {
            int len = (int)strcspn(at, "\n");
            printf("      %-18s %.*s\n", "", len, at);
            at += len + (at[len] == '\n');
        }
    }
    printf("\n%zu ok, %zu to look at, %zu to mend\n", count(doctor, VT_DOCTOR_OK),
           count(doctor, VT_DOCTOR_WARN), count(doctor, VT_DOCTOR_FAIL));
}

/* --- the command line ---------------------------------------------------------------------------- */

static int print_help(void)
{
    fputs(
        "Usage: vitrine doctor [--config FILE] [OPTIONS of serve] [--url URL] [--page URL] [--json]\n\n"
        "Looks at what the server needs around it, and names the line to change: disk, key, limits, clock,\n"
        "picture workers, mail server; and where the server runs, by its public address, the certificate\n"
        "and what the proxy before it does to sockets, uploads, addresses and silences. It waits through\n"
        "one silence as long as --beat-idle. Give it the options the server has, and run it as the\n"
        "server's user while the server runs.\n\n"
        "  --url URL    the public address (default: --base-url, else where the server listens)\n"
        "  --page URL   also a page of the shop that has the script tag: site key, origins, CSP\n"
        "  --json       one line of JSON\n\n"
        "It ends with 0, with 1 when something has to be mended, with 2 for a wrong command line.\n",
        stdout);
    return 0;
}

/* Takes our own options out of argv; what is left are those of serve. -1: one lacks its value. */
static int take_own(struct vt_doctor *doctor, int argc, char **argv)
{
    int left = 0;
    doctor->config_file = getenv("VITRINE_CONFIG");
    for (int i = 0; i < argc; i++) {
        const char **place = strcmp(argv[i], "--url") == 0    ? &doctor->url
                             : strcmp(argv[i], "--page") == 0 ? &doctor->page
                                                              : NULL;
        if (strcmp(argv[i], "--json") == 0) {
            doctor->json = true;
            continue;
        }
        if (place && i + 1 >= argc) {
            fprintf(stderr, "vitrine doctor: %s needs an address\n", argv[i]);
            return -1;
        }
        if (place) {
            *place = argv[++i];
            continue;
        }
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            doctor->config_file = argv[i + 1];
        else if (strncmp(argv[i], "--config=", 9) == 0)
            doctor->config_file = argv[i] + 9;
        argv[left++] = argv[i];
    }
    if (doctor->config_file && !doctor->config_file[0])
        doctor->config_file = NULL;
    return left;
}

/* A server that listens on every address is found on loopback. */
static void find_listen(struct vt_doctor *doctor)
{
    struct vt_config own = doctor->config;
    struct vt_origin origin;
    char none[] = "";
    own.base_url = none;
    vt_listen_origin(&own, doctor->listen_text);
    if (vt_origin_parse(vt_str(doctor->listen_text), &origin) != VT_OK)
        return;
    if (strcmp(origin.host, "0.0.0.0") == 0)
        snprintf(origin.host, sizeof(origin.host), "127.0.0.1");
    if (strcmp(origin.host, "[::]") == 0)
        snprintf(origin.host, sizeof(origin.host), "[::1]");
    vt_origin_text(&origin, doctor->listen_text);
}

static int find_address(struct vt_doctor *doctor)
{
    const char *text = doctor->url                  ? doctor->url
                       : doctor->config.base_url[0] ? doctor->config.base_url
                                                    : doctor->listen_text;
    size_t len = strlen(text);
    struct vt_str origin = { text, len > 0 && text[len - 1] == '/' ? len - 1 : len };
    if (vt_origin_parse(origin, &doctor->to) != VT_OK) {
        fprintf(stderr,
                "vitrine doctor: %.200s is no public address: write scheme and host alone, as "
                "https://help.shop.example\n",
                text);
        return VT_ERR_INVALID;
    }
    vt_origin_text(&doctor->to, doctor->to_text);
    return VT_OK;
}

static int examine(struct vt_doctor *doctor)
{
    vt_doctor_machine(doctor);
    vt_doctor_tables(doctor);
    vt_doctor_tools(doctor);
    vt_doctor_nodes(doctor);
    vt_doctor_tls_files(doctor);
    vt_doctor_public(doctor);
    if (doctor->page)
        vt_doctor_page(doctor);
    if (doctor->json)
        print_json(doctor);
    else
        print_text(doctor);
    return count(doctor, VT_DOCTOR_FAIL) ? EXIT_FAILS : EXIT_SUCCESS;
}

int vt_doctor_main(int argc, char **argv)
{
    struct vt_doctor doctor = { .findings = calloc(VT_DOCTOR_FINDINGS, sizeof(*doctor.findings)) };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(ERROR_BYTES);
    int status = EXIT_USAGE;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            free(doctor.findings);
            return print_help();
        }
    int left = doctor.findings ? take_own(&doctor, argc - 1, argv + 1) : -1;
    if (left >= 0 && vt_config_load(&doctor.config, left, argv + 1, NULL, &error) == VT_OK) {
        find_listen(&doctor);
        if (find_address(&doctor) == VT_OK)
            status = examine(&doctor);
        vt_config_finish(&doctor.config);
    } else if (error.len > 0) {
        fprintf(stderr, "vitrine doctor: %s\n", vt_buf_cstr(&error));
    }
    vt_seal_close(doctor.seal);
    free(doctor.findings);
    return status;
}
