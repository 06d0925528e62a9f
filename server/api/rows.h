/* SPDX-License-Identifier: Apache-2.0 */
/* The rows' functions, by file. */
#ifndef VT_API_ROWS_H
#define VT_API_ROWS_H

#include "server/api/api_internal.h"

/* me.c */
vt_api_run_fn vt_api_me_password, vt_api_me_logins, vt_api_me_login_remove, vt_api_me_logins_remove;
vt_api_run_fn vt_api_me_totp, vt_api_me_totp_confirm, vt_api_me_totp_recovery, vt_api_me_totp_disable;
/* people.c */
vt_api_run_fn vt_api_people, vt_api_person, vt_api_person_put, vt_api_person_remove;
vt_api_run_fn vt_api_person_logins, vt_api_person_logins_end, vt_api_login_end;
/* links.c */
vt_api_run_fn vt_api_link_look, vt_api_link_accept, vt_api_person_reset;
vt_api_run_fn vt_api_invitations, vt_api_invite, vt_api_invitation_remove;
/* desk.c */
vt_api_run_fn vt_api_desk;
/* site.c */
vt_api_run_fn vt_api_site, vt_api_site_put, vt_api_site_secret;
vt_api_run_fn vt_api_tokens, vt_api_token_make, vt_api_token_remove;
/* privacy.c */
vt_api_run_fn vt_api_conversations, vt_api_erase;
/* export.c */
vt_api_run_fn vt_api_export;
vt_api_after_fn vt_api_erase_after;
/* practice.c */
vt_api_run_fn vt_api_practice;
vt_api_after_fn vt_api_practice_begin, vt_api_practice_end;
/* orders.c */
vt_api_run_fn vt_api_orders, vt_api_order_put, vt_api_order_back, vt_api_redeem;
vt_api_after_fn vt_api_order_tell, vt_api_order_back_tell;
/* reports.c */
vt_api_run_fn vt_api_report;
/* mirror.c */
vt_api_run_fn vt_api_mirror_css;
vt_api_after_fn vt_api_mirror_css_after;
/* seen.c */
vt_api_run_fn vt_api_seen, vt_api_site_invitations;
vt_api_after_fn vt_api_seen_after;
/* search.c */
vt_api_run_fn vt_api_search;
/* records.c */
vt_api_run_fn vt_api_audit, vt_api_audit_export, vt_api_audit_verify;
vt_api_after_fn vt_api_audit_after, vt_api_audit_export_after, vt_api_audit_verify_after;
/* catalogue.c */
vt_api_run_fn vt_api_pictures, vt_api_pictures_retry, vt_api_mails, vt_api_mails_retry;
/* feeds.c */
vt_api_run_fn vt_api_catalogue, vt_api_catalogue_put, vt_api_catalogue_refresh, vt_api_catalogue_upload;
vt_api_after_fn vt_api_catalogue_after, vt_api_catalogue_look, vt_api_catalogue_leave;
vt_api_run_fn vt_api_stock, vt_api_stock_put;
/* hooks.c */
vt_api_run_fn vt_api_hooks, vt_api_hook_add, vt_api_hook_put, vt_api_hook_remove, vt_api_hook_secret;
vt_api_run_fn vt_api_hook_retry, vt_api_hook_test, vt_api_hook_events, vt_api_merchant, vt_api_merchant_put;
vt_api_after_fn vt_api_hook_look, vt_api_hook_test_now, vt_api_merchant_after;
/* helper.c */
vt_api_run_fn vt_api_helper_secret, vt_api_helper_test;
vt_api_after_fn vt_api_helper_tell_secret, vt_api_helper_test_now;

#endif
