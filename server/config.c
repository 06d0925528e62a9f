/* SPDX-License-Identifier: Apache-2.0 */
#include "server/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/config_internal.h"

int vt_config_refuse(struct vt_config_load *load, const char *format, ...)
{
    char sentence[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    vt_buf_reset(load->error);
    vt_buf_text(load->error, sentence);
    return VT_ERR_INVALID;
}

void vt_config_quote(struct vt_buf *out, struct vt_str value)
{
    char cut[65];
    bool whole = vt_str_copy(cut, sizeof(cut), value);
    for (char *p = cut; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    vt_buf_printf(out, "\"%s%s\"", vt_utf8_valid(cut, strlen(cut)) ? cut : "(not UTF-8)", whole ? "" : "...");
}

void vt_config_suggest(struct vt_config_load *load, struct vt_str name, const char *prefix)
{
    const struct vt_option *near = vt_option_nearest(name);
    if (near)
        vt_buf_printf(load->error, "; did you mean %s%s?", prefix, near->name);
    else
        vt_buf_text(load->error, "; vitrine serve --help lists all");
}

int vt_config_set(struct vt_config_load *load, const struct vt_option *option, struct vt_str value,
                  const char *source)
{
    char *field = (char *)load->config + option->offset;
    int err = vt_option_parse(option, value, field);
    if (err == VT_OK) {
        snprintf(load->sources[option - vt_options], VT_OPTION_SOURCE_MAX, "%s", source);
        return VT_OK;
    }
    vt_config_refuse(load, "%s: ", source);
    if (option->secret)
        vt_buf_text(load->error, "the value");
    else
        vt_config_quote(load->error, value);
    vt_buf_text(load->error, " is not ");
    vt_option_allowed(option, load->error);
    return VT_ERR_INVALID;
}

static int load_defaults(struct vt_config_load *load)
{
    for (size_t i = 0; i < vt_options_n; i++) {
        int err = vt_config_set(load, &vt_options[i], vt_str(vt_options[i].default_), "the default");
        if (err)
            return err;
    }
    return VT_OK;
}

static int load_environment(struct vt_config_load *load)
{
    char name[VT_OPTION_ENV_MAX];
    for (size_t i = 0; i < vt_options_n; i++) {
        vt_option_env(&vt_options[i], name);
        const char *value = getenv(name);
        int err = value ? vt_config_set(load, &vt_options[i], vt_str(value), name) : VT_OK;
        if (err)
            return err;
    }
    return VT_OK;
}

/* One argument taken apart: --name, --name=value, --no-name. */
struct flag {
    struct vt_str name;
    struct vt_str value;            /* absent until known */
    const struct vt_option *option; /* NULL: --config */
};

static int unknown_flag(struct vt_config_load *load, struct vt_str name)
{
    vt_config_refuse(load, "there is no option ");
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf dashed = VT_BUF_INIT(VT_OPTION_TEXT_MAX);
    vt_buf_printf(&dashed, "--%.80s", name.ptr);
    vt_config_quote(load->error, vt_buf_view(&dashed));
    vt_config_suggest(load, name, "--");
    return VT_ERR_INVALID;
}

static int secret_flag(struct vt_config_load *load, const struct vt_option *option)
{
    char env[VT_OPTION_ENV_MAX];
    vt_option_env(option, env);
    return vt_config_refuse(load,
                            "--%s is a secret and every user of this machine can read a command line: "
                            "give it as %s or in the file of --config",
                            option->name, env);
}

static int split_flag(struct vt_config_load *load, const char *arg, struct flag *ret_flag)
{
    const char *equals = strchr(arg, '=');
    struct flag flag = { { arg + 2, equals ? (size_t)(equals - arg - 2) : strlen(arg) - 2 },
                         { NULL, 0 },
                         NULL };
    if (equals)
        flag.value = vt_str(equals + 1);
    if (!vt_str_eq(flag.name, VT_STR("config"))) {
        flag.option = vt_option_find(flag.name);
        if (!flag.option && flag.name.len > 3 && memcmp(flag.name.ptr, "no-", 3) == 0 && !equals) {
            flag.option = vt_option_find((struct vt_str){ flag.name.ptr + 3, flag.name.len - 3 });
            if (flag.option && flag.option->type != VT_OPTION_flag)
                flag.option = NULL;
            flag.value = VT_STR("no");
        }
        if (!flag.option)
            return unknown_flag(load, flag.name);
        if (flag.option->type == VT_OPTION_flag && !flag.value.ptr)
            flag.value = VT_STR("yes");
        if (flag.option->secret)
            return secret_flag(load, flag.option);
    }
    *ret_flag = flag;
    return VT_OK;
}

typedef int take_flag_fn(struct vt_config_load *load, const struct flag *flag, void *arg);

/* Calls `take` for each flag up to the first argument that is none. */
static int each_flag(struct vt_config_load *load, int argc, char **argv, int *ret_next, take_flag_fn *take,
                     void *arg)
{
    int i = 0;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] == '-'; i++) {
        struct flag flag = { 0 };
        if (argv[i][2] == '\0') {
            i++;
            break;
        }
        int err = split_flag(load, argv[i], &flag);
        if (err)
            return err;
        if (!flag.value.ptr) {
            if (++i >= argc)
                return vt_config_refuse(load, "--%.*s needs a value", VT_STR_ARG(flag.name));
            flag.value = vt_str(argv[i]);
        }
        err = take(load, &flag, arg);
        if (err)
            return err;
    }
    *ret_next = i;
    return VT_OK;
}

static int take_file_name(struct vt_config_load *load, const struct flag *flag, void *arg)
{
    (void)load;
    if (!flag->option)
        *(const char **)arg = flag->value.ptr;
    return VT_OK;
}

static int take_value(struct vt_config_load *load, const struct flag *flag, void *arg)
{
    char source[VT_OPTION_SOURCE_MAX];
    (void)arg;
    if (!flag->option)
        return VT_OK;
    snprintf(source, sizeof(source), "--%s", flag->option->name);
    return vt_config_set(load, flag->option, flag->value, source);
}

/* Weakest source first. The flags are walked twice: the file they name comes before them. */
static int load_all(struct vt_config_load *load, int argc, char **argv, int *rest)
{
    const char *file = getenv("VITRINE_CONFIG");
    int next = 0;
    int err = load_defaults(load);
    if (err == VT_OK)
        err = each_flag(load, argc, argv, &next, take_file_name, &file);
    if (err == VT_OK && file && file[0])
        err = vt_config_read_file(load, file);
    if (err == VT_OK)
        err = load_environment(load);
    if (err == VT_OK)
        err = each_flag(load, argc, argv, &next, take_value, NULL);
    if (err == VT_OK && !rest && next < argc) {
        vt_config_refuse(load, "there is one argument too many: ");
        vt_config_quote(load->error, vt_str(argv[next]));
        return VT_ERR_INVALID;
    }
    if (err == VT_OK && rest)
        *rest = next;
    return err == VT_OK ? vt_config_check(load) : err;
}

int vt_config_load(struct vt_config *config, int argc, char **argv, int *rest, struct vt_buf *ret_error)
{
    struct vt_config_load load = { config, ret_error, calloc(vt_options_n, VT_OPTION_SOURCE_MAX) };
    *config = (struct vt_config){ 0 };
    int err = load.sources ? load_all(&load, argc, argv, rest) : vt_config_refuse(&load, "no memory");
    free(load.sources);
    if (err)
        vt_config_finish(config);
    return err;
}

void vt_config_finish(struct vt_config *config)
{
    for (size_t i = 0; i < vt_options_n; i++)
        if (vt_options[i].type == VT_OPTION_text)
            free(*(char **)((char *)config + vt_options[i].offset));
    *config = (struct vt_config){ 0 };
}
