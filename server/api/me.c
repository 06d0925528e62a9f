/* SPDX-License-Identifier: Apache-2.0 */
/* What people do with their own account. */
#include "server/api/rows.h"

#include <stdio.h>

#include "server/api/factor.h"
#include "server/auth/digest.h"

static bool is_mine(const struct vt_api_call *call, const struct vt_manage_login *login)
{
    return vt_str_eq(login->hash, vt_str(call->cookie_hash));
}

/* --- password ------------------------------------------------------------------------------ */

int vt_api_me_password(struct vt_api_call *call, struct vt_manage *manage)
{
    int err = vt_manage_password_put(manage, call->person.site, call->person.person, vt_str(call->hashed));
    if (!err)
        err = vt_manage_logins_remove(manage, call->person.person, vt_str(call->cookie_hash));
    if (!err)
        err = vt_manage_links_void(manage, call->site, call->person.person);
    call->status = 204;
    call->end_person = call->person.person;
    vt_api_note(call, "password.changed", call->person.person, "{}");
    return err;
}

/* --- logins -------------------------------------------------------------------------------- */

static void put_login(struct vt_api_call *call, const struct vt_manage_login *login)
{
    struct vt_buf *out = &call->out;
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", (struct vt_str){ login->hash.ptr, VT_MANAGE_ID });
    vt_json_put_text(out, "device", login->device);
    vt_json_put_number(out, "created", login->created);
    vt_json_put_number(out, "used", login->used);
    vt_json_put_raw(out, "current", is_mine(call, login) ? VT_STR("true") : VT_STR("false"));
    vt_buf_byte(out, '}');
}

int vt_api_put_logins(struct vt_api_call *call, struct vt_manage *manage, struct vt_str person)
{
    struct vt_manage_login *logins;
    size_t n;
    int err = vt_manage_logins(manage, person, vt_steady_ms(), call->api->deps.config->login_idle,
                               &call->arena, &logins, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"logins\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_login(call, &logins[i]);
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

int vt_api_me_logins(struct vt_api_call *call, struct vt_manage *manage)
{
    return vt_api_put_logins(call, manage, call->person.person);
}

int vt_api_me_login_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    call->status = 204;
    call->end_person = call->person.person; /* whoever still has a good login comes back by a new ticket */
    vt_api_note(call, "login.revoked", call->person.person, "{\"login\":\"one\"}");
    return vt_manage_login_remove(manage, call->person.person, call->id);
}

int vt_api_me_logins_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    call->status = 204;
    call->end_person = call->person.person;
    vt_api_note(call, "login.revoked", call->person.person, "{\"login\":\"others\"}");
    return vt_manage_logins_remove(manage, call->person.person, vt_str(call->cookie_hash));
}

/* --- second factor ------------------------------------------------------------------------- */

int vt_api_me_totp(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf uri = VT_BUF_INIT(1024);
    uint8_t secret[VT_SEAL_BYTES];
    char text[VT_TOTP_TEXT];
    if (call->person.factor)
        return vt_api_refuse(call, 409, "state", "There is one already",
                             "Switch the second factor off before setting up another.");
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (!err)
        err = vt_factor_make(call->api->deps.seal, manage, &call->person, secret);
    if (err)
        return err;
    vt_totp_base32(secret, VT_TOTP_SECRET, text);
    vt_totp_uri(&uri, site.name, call->person.login, text);
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "secret", vt_str(text));
    vt_json_put_text(&call->out, "uri", vt_buf_view(&uri));
    vt_buf_byte(&call->out, '}');
    vt_secret_wipe(secret, sizeof(secret));
    return VT_OK;
}

static int reply_codes(struct vt_api_call *call, struct vt_manage *manage)
{
    char codes[VT_FACTOR_CODES][VT_FACTOR_CODE_TEXT];
    int err = vt_factor_make_codes(manage, &call->person, codes);
    vt_buf_text(&call->out, "{\"recovery\":[");
    for (size_t i = 0; i < VT_FACTOR_CODES; i++)
        vt_buf_printf(&call->out, "%s\"%s\"", i ? "," : "", codes[i]);
    vt_buf_text(&call->out, "]}");
    vt_secret_wipe(codes, sizeof(codes));
    return err;
}

int vt_api_me_totp_confirm(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str code;
    int err = vt_api_text(call, "code", 6, 6, true, &code);
    if (!err)
        err = vt_factor_confirm(call->api->deps.seal, manage, &call->person, code, vt_wall_ms());
    if (err == VT_ERR_MISSING)
        return vt_api_refuse(call, 409, "state", "Nothing to confirm", "Begin with POST /me/totp.");
    if (err == VT_ERR_STALE)
        return vt_api_refuse_field(call, "/code",
                                   "The code is wrong. Is the clock of the phone right? Take the next one.");
    if (err)
        return err;
    vt_api_note(call, "factor.on", call->person.person, "{}");
    return reply_codes(call, manage);
}

int vt_api_me_totp_recovery(struct vt_api_call *call, struct vt_manage *manage)
{
    if (!call->person.factor)
        return vt_api_refuse(call, 409, "state", "No second factor", "There is none to recover.");
    vt_api_note(call, "factor.recovery", call->person.person, "{}");
    return reply_codes(call, manage);
}

int vt_api_me_totp_disable(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (err)
        return err;
    if (call->person.factor && vt_api_wants_factor(site.settings, call->person.role))
        return vt_api_refuse(call, 409, "state", "Your site asks for it",
                             "The site asks your role for a second factor; an admin can change that.");
    call->status = 204;
    vt_api_note(call, "factor.off", call->person.person, "{}");
    return vt_manage_factor_remove(manage, call->site, call->person.person);
}
