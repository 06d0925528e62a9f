/* SPDX-License-Identifier: Apache-2.0 */
/* What runs a job: one function per kind, on the writer's or the reader's thread. Private. */
#ifndef VT_STORE_SQLITE_RUN_H
#define VT_STORE_SQLITE_RUN_H

#include "server/store/db.h"
#include "server/store/job.h"

typedef int vt_run_fn(struct vt_db *db, struct vt_job *job);

vt_run_fn vt_run_append, vt_run_since, vt_run_before, vt_run_rows_of, vt_run_consents;
vt_run_fn vt_run_conv_create, vt_run_conv_own, vt_run_mark_put, vt_run_marks, vt_run_page_put, vt_run_pages;
vt_run_fn vt_run_session_put, vt_run_sessions_open;
vt_run_fn vt_run_resume_put, vt_run_resume_get, vt_run_resume_drop;
vt_run_fn vt_run_sites, vt_run_site_secret_put, vt_run_person_by_login, vt_run_person_get,
    vt_run_password_put;
vt_run_fn vt_run_resume_drop_person, vt_run_profile_put, vt_run_contacts;
vt_run_fn vt_run_session_wrap, vt_run_sessions_of, vt_run_once_put, vt_run_once_take;
vt_run_fn vt_run_work, vt_run_login_get, vt_run_login_drop, vt_run_version;
vt_run_fn vt_run_medium_put, vt_run_media;
vt_run_fn vt_run_mail_put, vt_run_mail_tried, vt_run_mails_due;
vt_run_fn vt_run_pictures_due, vt_run_picture_put;

/* Nothing is kept for a conversation that was erased while it was on its way: VT_ERR_MISSING. */
int vt_run_conv_there(struct vt_db *db, const struct vt_job *job);

/* VT_ERR_RATE_LIMITED: its address has had `day_most` in the 24 hours before it. */
int vt_mail_has_room(struct vt_db *db, const struct vt_store_mail *mail, uint32_t day_most);
/* Mails whose time in the outbox is over, at most `limit`; adds how many went. */
int vt_mails_sweep(struct vt_db *db, int64_t now, size_t limit, size_t *io_n);

/* Reads the row of an associate. */
#define VT_PERSON_COLUMNS                                                                                    \
    "associate.site, associate.person, associate.login, associate.name, role, password, disabled, mail, "    \
    "associate.created, EXISTS (SELECT 1 FROM factor WHERE factor.site = associate.site"                     \
    " AND factor.person = associate.person AND confirmed = 1), queues, languages"
enum { VT_PERSON_NEXT = 12 /* the column after them */ };
struct vt_store_person vt_run_read_person(struct vt_stmt *stmt, struct vt_arena *arena, int *err);
#define VT_SITE_COLUMNS                                                                                      \
    "site, key, name, origins, settings, secret, secret_before, version,"                                    \
    " coalesce((SELECT generation FROM catalogue c WHERE c.site=site.site), 0)"
struct vt_store_site vt_run_read_site(struct vt_stmt *stmt, struct vt_arena *arena, int *err);

#endif
