/* SPDX-License-Identifier: Apache-2.0 */
/* The three pages made from the rows: --help, a sample file, server/docs/options.md. */
#include <string.h>

#include "server/base/err.h"
#include "server/config_internal.h"

static const char *const value_words[] = { "TEXT", "NUMBER", "YES|NO", "SIZE", "TIME" };

/* Writes `text` in lines of at most `width` bytes, each after the first behind `indent`. */
static void append_wrapped(struct vt_buf *out, const char *text, size_t width, const char *indent)
{
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column > 0 && column + 1 + word > width) {
            vt_buf_printf(out, "\n%s", indent);
            column = 0;
        }
        vt_buf_printf(out, "%s%.*s", column > 0 ? " " : "", (int)word, text);
        column += word + (column > 0);
        text += word + strspn(text + word, " ");
    }
}

static void append_default(struct vt_buf *out, const struct vt_option *option)
{
    if (option->default_[0])
        vt_buf_printf(out, " [%s]", option->default_);
}

static void append_help(struct vt_buf *out, const struct vt_option *option)
{
    static const char indent[] = "        ";
    char env[VT_OPTION_ENV_MAX];
    vt_option_env(option, env);
    if (option->secret)
        vt_buf_printf(out, "  %s (not as a flag)\n%s", env, indent);
    else if (option->type == VT_OPTION_flag)
        vt_buf_printf(out, "  --%s, --no-%s", option->name, option->name);
    else
        vt_buf_printf(out, "  --%s %s", option->name, value_words[option->type]);
    if (!option->secret) {
        append_default(out, option);
        vt_buf_printf(out, "\n%s", indent);
    }
    append_wrapped(out, option->help, 88, indent);
    vt_buf_text(out, "\n");
}

int vt_config_help(struct vt_buf *out)
{
    vt_buf_text(
        out, "Usage: vitrine serve [options]\n\n"
             "Serves shops and their associates until SIGTERM. With no options: data in ./data, plain HTTP\n"
             "on loopback. Each option can also stand in the environment (VITRINE_MAX_SOCKETS for\n"
             "--max-sockets) and in a file (max-sockets = 20000); a flag beats the environment, the\n"
             "environment beats the file. Sizes take k, m, g; times take ms, s, m, h, d.\n\n"
             "Options, with their defaults:\n"
             "  --config FILE\n        File of options; vitrine sample-config prints one.\n");
    for (size_t i = 0; i < vt_options_n; i++)
        append_help(out, &vt_options[i]);
    return out->failed ? VT_ERR_FULL : VT_OK;
}

int vt_config_sample(struct vt_buf *out)
{
    vt_buf_text(out, "# Options of vitrine serve, all at their defaults. Take the # away to change one.\n");
    for (size_t i = 0; i < vt_options_n; i++) {
        const struct vt_option *option = &vt_options[i];
        vt_buf_text(out, "\n# ");
        append_wrapped(out, option->help, 94, "# ");
        if (option->type != VT_OPTION_text) {
            vt_buf_text(out, "\n# Allowed: ");
            vt_option_allowed(option, out);
        }
        vt_buf_printf(out, "\n# %s =%s%s\n", option->name, option->default_[0] ? " " : "", option->default_);
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}

static void append_markdown(struct vt_buf *out, const struct vt_option *option)
{
    char env[VT_OPTION_ENV_MAX];
    vt_option_env(option, env);
    vt_buf_printf(out, "\n### %s\n\n%s\n\n", option->name, option->help);
    if (option->secret)
        vt_buf_printf(
            out,
            "Environment `%s` or `%s = …` in the file; refused as a flag, since a command line can be "
            "read by others.\n",
            env, option->name);
    else
        vt_buf_printf(out, "Flag `--%s`, environment `%s`, file `%s = …`.\n", option->name, env,
                      option->name);
    if (option->default_[0])
        vt_buf_printf(out, "Default `%s`.", option->default_);
    else
        vt_buf_text(out, "Default: empty.");
    if (option->type != VT_OPTION_text) {
        vt_buf_text(out, " Allowed: ");
        vt_option_allowed(option, out);
        vt_buf_byte(out, '.');
    }
    vt_buf_text(out, option->reloadable ? " The file is read or opened again on SIGHUP.\n" : "\n");
}

int vt_config_markdown(struct vt_buf *out)
{
    vt_buf_text(
        out,
        "# Options of `vitrine serve`\n\n"
        "Made from `server/config_rows.h` by `vitrine options-page`; do not edit. A flag beats the\n"
        "environment, the environment beats the file of `--config`, the file beats the default. Sizes are\n"
        "bytes or take `k`, `m`, `g` (1024 each); times are milliseconds or take `ms`, `s`, `m`, `h`, "
        "`d`.\n");
    for (size_t i = 0; i < vt_options_n; i++)
        append_markdown(out, &vt_options[i]);
    return out->failed ? VT_ERR_FULL : VT_OK;
}
