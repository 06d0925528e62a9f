/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `vitrine admin` share. One command is one row: its options, its help, its function. */
#ifndef VT_ADMIN_INTERNAL_H
#define VT_ADMIN_INTERNAL_H

#include <stdbool.h>

#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/store/manage.h"

enum vt_admin_option {
    VT_ADMIN_DATA,
    VT_ADMIN_NAME,
    VT_ADMIN_ORIGIN,
    VT_ADMIN_KEY,
    VT_ADMIN_SITE,
    VT_ADMIN_LOGIN,
    VT_ADMIN_ROLE,
    VT_ADMIN_PASSWORD_STDIN,
    VT_ADMIN_IF_MISSING,
    VT_ADMIN_PICTURES,
    VT_ADMIN_DAYS,
    VT_ADMIN_VERBS,
    VT_ADMIN_SETTINGS,
    VT_ADMIN_RETRY,
    VT_ADMIN_TO,
    VT_ADMIN_FROM,
    VT_ADMIN_HEAD,
    VT_ADMIN_BASE_URL,
    VT_ADMIN_CONVERSATION,
    VT_ADMIN_CUSTOMER,
    VT_ADMIN_QUEUES,
    VT_ADMIN_LANGUAGES,
    VT_ADMIN_OPTIONS
};
#define VT_ADMIN_BIT(option) (1u << VT_ADMIN_##option)

enum { VT_ADMIN_FAILED = 1, VT_ADMIN_USAGE = 2, VT_ADMIN_ORIGINS = 64 };

struct vt_admin;
struct vt_admin_command {
    const char *words;                  /* "site add" */
    unsigned needs, may;                /* VT_ADMIN_BIT; --data and --help always */
    const char *operand;                /* "FILE.json"; NULL: none */
    const char *help;                   /* one line, and more for its own page */
    int (*run)(struct vt_admin *admin); /* the exit status */
};
extern const struct vt_admin_command vt_admin_site_commands[], vt_admin_people_commands[],
    vt_admin_token_commands[], vt_admin_audit_commands[], vt_admin_catalogue_commands[],
    vt_admin_pictures_commands[], vt_admin_mail_commands[],
    vt_admin_privacy_commands[]; /* each ends with a row without words */

struct vt_admin {
    const struct vt_admin_command *command;
    const char *values[VT_ADMIN_OPTIONS]; /* borrowed from argv; a flag's is "" */
    const char *origins[VT_ADMIN_ORIGINS];
    size_t origins_n;
    const char *operand;      /* NULL: not given */
    struct vt_config config;  /* the server's, by VITRINE_CONFIG and its environment; owned */
    struct vt_manage *manage; /* owned */
    struct vt_arena arena;    /* of everything that is read */
};

/* One sentence to standard error; always VT_ADMIN_FAILED. */
int vt_admin_fail(const char *format, ...) VT_PRINTF(1, 2);
/* The sentence for an error of the store, with `what` as its beginning. */
int vt_admin_fail_store(struct vt_admin *admin, int err, const char *what);
/* The site of --site, or a sentence and VT_ADMIN_FAILED. */
int vt_admin_find_site(struct vt_admin *admin, struct vt_store_site *ret_site);
/* The whole file into `text`, up to its maximum. 0 or a sentence and VT_ADMIN_FAILED. */
int vt_admin_read_file(const char *path, struct vt_buf *text);
/* The audit record of a command that has one. 0, or a sentence and VT_ADMIN_FAILED. */
int vt_admin_record(struct vt_admin *admin);
/* A name for people: 1 to `most` bytes of UTF-8 without control characters. */
bool vt_admin_is_name(const char *text, size_t most);

#endif
