/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of config share this: the rows as data, one option's parsing, and a load under way.
 * Nobody outside config*.c and its tests includes it. */
#ifndef VT_CONFIG_INTERNAL_H
#define VT_CONFIG_INTERNAL_H

#include "server/config.h"

enum vt_option_type { VT_OPTION_text, VT_OPTION_number, VT_OPTION_flag, VT_OPTION_size, VT_OPTION_time };

struct vt_option {
    const char *name; /* "max-sockets": flag without its dashes, and the key in a file */
    enum vt_option_type type;
    size_t offset; /* of the field in struct vt_config */
    const char *default_;
    int64_t min, max; /* numbers, sizes in bytes, times in milliseconds */
    bool reloadable;
    bool secret; /* refused as a flag: a command line can be read by every user of the machine */
    const char *help;
};

enum {
    VT_OPTION_TEXT_MAX = 4096,  /* bytes of one text value */
    VT_CONFIG_FILE_MAX = 65536, /* bytes of a configuration file */
    VT_OPTION_ENV_MAX = 64,
    VT_OPTION_SOURCE_MAX = 384
};

extern const struct vt_option vt_options[];
extern const size_t vt_options_n;

/* Exact name, or NULL. */
const struct vt_option *vt_option_find(struct vt_str name);
/* The row most like `name`, or NULL when none is near. */
const struct vt_option *vt_option_nearest(struct vt_str name);
/* "max-sockets" -> "VITRINE_MAX_SOCKETS" */
void vt_option_env(const struct vt_option *option, char ret_name[VT_OPTION_ENV_MAX]);

/* Parses `text` into `field` (char *, int64_t or bool by type; an old text is freed). VT_ERR_INVALID
 * leaves the field as it was. */
int vt_option_parse(const struct vt_option *option, struct vt_str text, void *field);
/* "a number from 1 to 1000000", for error sentences and docs. */
void vt_option_allowed(const struct vt_option *option, struct vt_buf *out);

/* One load: what it fills and where each value came from, so that a refusal can name it. */
struct vt_config_load {
    struct vt_config *config;              /* borrowed */
    struct vt_buf *error;                  /* borrowed */
    char (*sources)[VT_OPTION_SOURCE_MAX]; /* owned, one an option: "--listen", "vitrine.conf:3: listen" */
};

/* Sets an option and notes the source, or writes the error sentence. */
int vt_config_set(struct vt_config_load *load, const struct vt_option *option, struct vt_str value,
                  const char *source);
/* Starts the error sentence over; always VT_ERR_INVALID. */
int vt_config_refuse(struct vt_config_load *load, const char *format, ...) VT_PRINTF(2, 3);
/* `name` as a "did you mean" or a hint at --help, behind the sentence. */
void vt_config_suggest(struct vt_config_load *load, struct vt_str name, const char *prefix);

int vt_config_read_file(struct vt_config_load *load, const char *path);
int vt_config_read_text(struct vt_config_load *load, struct vt_str text, const char *path);
/* What no single row can say: words allowed, pairs that belong together, order of limits. */
int vt_config_check(struct vt_config_load *load);

/* Appends foreign text for an error sentence: quoted, cut, control characters masked. */
void vt_config_quote(struct vt_buf *out, struct vt_str value);

#endif
