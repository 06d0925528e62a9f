/* SPDX-License-Identifier: Apache-2.0 */
/* The routes below /api/v1: who may ask, and what answers. docs/api.md and docs/openapi.json say the same;
 * tests/server/81-accounts compares them and tries every row as every role. */
#include "server/api/rows.h"

#define ANYONE     VT_API_ANYONE
#define ASSOCIATE  VT_API_ASSOCIATE
#define SUPERVISOR VT_API_SUPERVISOR
#define ADMIN      VT_API_ADMIN
#define TOKEN      VT_API_TOKEN
#define ENROL      VT_API_ENROL
#define READER     VT_API_READER

/* clang-format off */
const struct vt_api_row vt_api_rows[] = {
    { VT_POST,   "/links/look",            ANYONE,     0,     NULL,       NULL,       vt_api_link_look, NULL },
    { VT_POST,   "/links/accept",          ANYONE,     0,     NULL,       "password", vt_api_link_accept, NULL },
    { VT_POST,   "/me/password",           ASSOCIATE,  ENROL, "current",  "password", vt_api_me_password, NULL },
    { VT_GET,    "/me/logins",             ASSOCIATE,  ENROL, NULL,       NULL,       vt_api_me_logins, NULL },
    { VT_DELETE, "/me/logins",             ASSOCIATE,  ENROL, NULL,       NULL,       vt_api_me_logins_remove, NULL },
    { VT_DELETE, "/me/logins/{id}",        ASSOCIATE,  ENROL, NULL,       NULL,       vt_api_me_login_remove, NULL },
    { VT_POST,   "/me/totp",               ASSOCIATE,  ENROL, "password", NULL,       vt_api_me_totp, NULL },
    { VT_POST,   "/me/totp/confirm",       ASSOCIATE,  ENROL, NULL,       NULL,       vt_api_me_totp_confirm, NULL },
    { VT_POST,   "/me/totp/recovery",      ASSOCIATE,  0,     "password", NULL,       vt_api_me_totp_recovery, NULL },
    { VT_POST,   "/me/totp/disable",       ASSOCIATE,  0,     "password", NULL,       vt_api_me_totp_disable, NULL },
    { VT_POST,   "/practice",              ASSOCIATE,  0,     NULL,       NULL,       vt_api_practice, vt_api_practice_begin },
    { VT_DELETE, "/practice",              ASSOCIATE,  0,     NULL,       NULL,       vt_api_practice, vt_api_practice_end },
    { VT_GET,    "/people",                SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_people, NULL },
    { VT_GET,    "/people/{id}",           SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_person, NULL },
    { VT_PUT,    "/people/{id}",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_person_put, NULL },
    { VT_DELETE, "/people/{id}",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_person_remove, NULL },
    { VT_POST,   "/people/{id}/reset",     ADMIN,      TOKEN, NULL,       NULL,       vt_api_person_reset, NULL },
    { VT_GET,    "/people/{id}/logins",    ADMIN,      TOKEN, NULL,       NULL,       vt_api_person_logins, NULL },
    { VT_DELETE, "/people/{id}/logins",    ADMIN,      TOKEN, NULL,       NULL,       vt_api_person_logins_end, NULL },
    { VT_DELETE, "/logins/{id}",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_login_end, NULL },
    { VT_GET,    "/invitations",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_invitations, NULL },
    { VT_POST,   "/invitations",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_invite, NULL },
    { VT_DELETE, "/invitations/{id}",      ADMIN,      TOKEN, NULL,       NULL,       vt_api_invitation_remove, NULL },
    { VT_GET,    "/desk",                  ASSOCIATE,  0,     NULL,       NULL,       vt_api_desk, NULL },
    { VT_GET,    "/site",                  SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_site, NULL },
    { VT_PUT,    "/site",                  ADMIN,      TOKEN, NULL,       NULL,       vt_api_site_put, NULL },
    { VT_POST,   "/site/secret",           ADMIN,      0,     NULL,       NULL,       vt_api_site_secret, NULL },
    { VT_GET,    "/site/tokens",           ADMIN,      0,     NULL,       NULL,       vt_api_tokens, NULL },
    { VT_POST,   "/site/tokens",           ADMIN,      0,     NULL,       NULL,       vt_api_token_make, NULL },
    { VT_DELETE, "/site/tokens/{id}",      ADMIN,      0,     NULL,       NULL,       vt_api_token_remove, NULL },
    { VT_GET,    "/pictures",              SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_pictures, NULL },
    { VT_GET,    "/reports/{id}",          SUPERVISOR, TOKEN | READER, NULL, NULL,  vt_api_report, NULL },
    { VT_GET,    "/orders",                ADMIN,      TOKEN | READER, NULL, NULL,  vt_api_orders, NULL },
    { VT_POST,   "/orders",                ADMIN,      TOKEN, NULL,       NULL,       vt_api_order_put, vt_api_order_tell },
    { VT_POST,   "/returns",               ADMIN,      TOKEN, NULL,       NULL,       vt_api_order_back, vt_api_order_back_tell },
    { VT_POST,   "/redemptions",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_redeem, NULL },
    { VT_POST,   "/pictures/retry",        ADMIN,      TOKEN, NULL,       NULL,       vt_api_pictures_retry, NULL },
    { VT_GET,    "/catalogue",             SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_catalogue, vt_api_catalogue_after },
    { VT_PUT,    "/catalogue",             ADMIN,      TOKEN, NULL,       NULL,       vt_api_catalogue_put, vt_api_catalogue_look },
    { VT_POST,   "/catalogue/refresh",     ADMIN,      TOKEN, NULL,       NULL,       vt_api_catalogue_refresh, vt_api_catalogue_look },
    { VT_POST,   "/catalogue/upload",      ADMIN,      TOKEN, NULL,       NULL,       vt_api_catalogue_upload, vt_api_catalogue_leave },
    { VT_GET,    "/stock",                 ASSOCIATE,  TOKEN | READER, NULL, NULL,    vt_api_stock, NULL },
    { VT_PUT,    "/stock",                 SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_stock_put, NULL },
    { VT_GET,    "/webhooks",              ADMIN,      TOKEN, NULL,       NULL,       vt_api_hooks, NULL },
    { VT_POST,   "/webhooks",              ADMIN,      0,     NULL,       NULL,       vt_api_hook_add, NULL },
    { VT_PUT,    "/webhooks/{id}",         ADMIN,      0,     NULL,       NULL,       vt_api_hook_put, NULL },
    { VT_DELETE, "/webhooks/{id}",         ADMIN,      0,     NULL,       NULL,       vt_api_hook_remove, vt_api_merchant_after },
    { VT_POST,   "/webhooks/{id}/secret",  ADMIN,      0,     NULL,       NULL,       vt_api_hook_secret, NULL },
    { VT_POST,   "/webhooks/{id}/test",    ADMIN,      0,     NULL,       NULL,       vt_api_hook_test, vt_api_hook_test_now },
    { VT_POST,   "/webhooks/{id}/retry",   ADMIN,      TOKEN, NULL,       NULL,       vt_api_hook_retry, vt_api_hook_look },
    { VT_GET,    "/webhooks/{id}/deliveries", ADMIN,   TOKEN, NULL,       NULL,       vt_api_hook_events, NULL },
    { VT_POST,   "/helper/secret",         ADMIN,      0,     NULL,       NULL,       vt_api_helper_secret, vt_api_helper_tell_secret },
    { VT_POST,   "/helper/test",           ADMIN,      0,     NULL,       NULL,       vt_api_helper_test, vt_api_helper_test_now },
    { VT_GET,    "/merchant",              ADMIN,      TOKEN, NULL,       NULL,       vt_api_merchant, NULL },
    { VT_PUT,    "/merchant",              ADMIN,      0,     NULL,       NULL,       vt_api_merchant_put, vt_api_merchant_after },
    { VT_GET,    "/mails",                 ADMIN,      TOKEN, NULL,       NULL,       vt_api_mails, NULL },
    { VT_POST,   "/mails/retry",           ADMIN,      TOKEN, NULL,       NULL,       vt_api_mails_retry, NULL },
    { VT_GET,    "/audit",                 ADMIN,      TOKEN, NULL,       NULL,       vt_api_audit, vt_api_audit_after },
    { VT_GET,    "/audit/export",          ADMIN,      TOKEN, NULL,       NULL,       vt_api_audit_export, vt_api_audit_export_after },
    { VT_GET,    "/audit/verify",          ADMIN,      0,     NULL,       NULL,       vt_api_audit_verify, vt_api_audit_verify_after },
    { VT_GET,    "/conversations",         ADMIN,      TOKEN, NULL,       NULL,       vt_api_conversations, NULL },
    { VT_GET,    "/search",                ASSOCIATE,  TOKEN | READER, NULL, NULL,     vt_api_search, NULL },
    { VT_GET,    "/site/invitations",      SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_site_invitations, NULL },
    { VT_GET,    "/site/pages",            SUPERVISOR, TOKEN, NULL,       NULL,       vt_api_seen, vt_api_seen_after },
    { VT_GET,    "/mirror/css/{id}",       ASSOCIATE,  0,     NULL,       NULL,       vt_api_mirror_css, vt_api_mirror_css_after },
    { VT_GET,    "/conversations/{id}/export", ADMIN,  TOKEN | READER, NULL, NULL,   vt_api_export, NULL },
    { VT_DELETE, "/conversations/{id}",    ADMIN,      TOKEN, NULL,       NULL,       vt_api_erase, vt_api_erase_after },
    { VT_GET,    "/customers/{id}/export", ADMIN,      TOKEN | READER, NULL, NULL,   vt_api_export, NULL },
    { VT_DELETE, "/customers/{id}",        ADMIN,      TOKEN, NULL,       NULL,       vt_api_erase, vt_api_erase_after },
};
/* clang-format on */
const size_t vt_api_rows_n = VT_COUNT(vt_api_rows);
