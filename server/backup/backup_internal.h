/* SPDX-License-Identifier: Apache-2.0 */
/* What backup.c and restore.c share. */
#ifndef VT_BACKUP_INTERNAL_H
#define VT_BACKUP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "server/auth/digest.h"
#include "server/backup/tree.h"
#include "server/config.h"

enum { VT_BACKUP_FAILED = 1, VT_BACKUP_USAGE = 2, VT_BACKUP_LISTS = 16, VT_BACKUP_FOLDERS = 4 };

#define VT_BACKUP_MANIFEST "manifest.txt"
#define VT_BACKUP_KEY      "vitrine.key"

extern const char *const vt_backup_folders[VT_BACKUP_FOLDERS]; /* "masters", … */

/* A command line taken apart. */
struct vt_backup_line {
    struct vt_config config; /* vt_config_finish */
    const char *folder;      /* of --to or --from */
    const char *lists[VT_BACKUP_LISTS];
    size_t lists_n; /* of --erasures */
    bool with_key;
};
/* 0, or the exit status after a sentence. `option`: "--to" or "--from". */
int vt_backup_read_line(int argc, char **argv, const char *option, struct vt_backup_line *ret_line);
/* One sentence to standard error; always VT_BACKUP_FAILED. */
int vt_backup_fail(const char *format, ...) VT_PRINTF(1, 2);

/* What a backup says of itself. */
struct vt_backup_manifest {
    char version[32], made[32]; /* made: "20261122T101500Z" */
    int64_t schema;
    struct vt_tree_count count; /* of the folders */
    char store[VT_SHA256_TEXT], audit[VT_SHA256_TEXT];
};
int vt_backup_write_manifest(const char *folder, const struct vt_backup_manifest *manifest);
/* VT_OK, or VT_ERR_MISSING (it is no backup, or not a whole one), VT_ERR_INVALID. */
int vt_backup_read_manifest(const char *folder, struct vt_backup_manifest *ret_manifest);
/* The digest of a file. */
int vt_backup_digest(const char *path, char ret_hash[VT_SHA256_TEXT]);

#endif
