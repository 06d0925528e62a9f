/* SPDX-License-Identifier: Apache-2.0 */
/* The store's part of backup and restore: whole copies beside a running server, and what a copy needs before
 * it may be served again. At once, in whatever process asks. */
#ifndef VT_STORE_BACKUP_H
#define VT_STORE_BACKUP_H

#include "server/store/manage.h"

#define VT_BACKUP_STORE "store.db"
#define VT_BACKUP_AUDIT "audit.db"

/* Copies the file `name` of the data directory, as it was at one moment, to `path`, which must not be there:
 * all that was acknowledged before the call is in it. The copy is one file, synced. */
int vt_backup_copy(const char *data_dir, const char *name, const char *path, struct vt_buf *ret_error);
/* Looks whether the file is whole; the version of its tables. */
int vt_backup_check(const char *data_dir, const char *name, int64_t *ret_version, struct vt_buf *ret_error);
/* The version of the tables this build makes. */
int64_t vt_backup_newest(void);
/* Calls `fn` with the file of each catalogue that the store serves ("site-3.db"), until it returns an error.
 */
typedef int vt_backup_name_fn(void *arg, struct vt_str name);
int vt_backup_catalogues(struct vt_manage *manage, vt_backup_name_fn *fn, void *arg);

/* In a store that is to go on from a past: every epoch is raised far beyond any a client may have met, so
 * that nobody resumes into what is not there; nobody is logged in; mails that waited are held back, since
 * they have gone meanwhile. One transaction. */
struct vt_backup_renewed {
    size_t conversations, logins, mails;
};
int vt_backup_renew(struct vt_manage *manage, struct vt_backup_renewed *ret_renewed);

#endif
