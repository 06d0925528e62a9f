/* SPDX-License-Identifier: Apache-2.0 */
/* Every option of the server: one row in config_rows.h gives flag, environment name, file key,
 * default, range, help line and the page in docs.
 *
 * Order of precedence: flag (--listen), environment (VITRINE_LISTEN), file (listen = …), default. */
#ifndef VT_CONFIG_H
#define VT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

/* X(type, field, "flag-name", "default", min, max, reloadable, secret, "help")
 * types: text -> char *, number -> int64_t, flag -> bool, size (bytes, k/m/g), time (ms, s/m/h) -> int64_t */
#include "server/config_rows.h"

struct vt_config {
#define VT_CONFIG_text                                                     char *
#define VT_CONFIG_number                                                   int64_t
#define VT_CONFIG_flag                                                     bool
#define VT_CONFIG_size                                                     int64_t
#define VT_CONFIG_time                                                     int64_t
#define X(type, field, flag, default_, min, max, reloadable, secret, help) VT_CONFIG_##type field;
    VT_CONFIG_ROWS(X)
#undef X
};

/* Reads all sources. On VT_ERR_INVALID `ret_error` holds one sentence: which option, from where,
 * what came, what is allowed. `args` are what follows the subcommand; `rest` (may be NULL) takes the index
 * of the first that is not an option. */
int vt_config_load(struct vt_config *config, int argc, char **argv, int *rest, struct vt_buf *ret_error);
void vt_config_finish(struct vt_config *config);

int vt_config_help(struct vt_buf *out);     /* for --help */
int vt_config_sample(struct vt_buf *out);   /* a commented configuration file */
int vt_config_markdown(struct vt_buf *out); /* server/docs/options.md; a test compares */

#endif
