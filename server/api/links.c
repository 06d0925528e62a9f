/* SPDX-License-Identifier: Apache-2.0 */
/* One-time links: invitations and resets, made by admins, used by whoever holds them. The secret
 * stands in the fragment of the address, so it reaches no log of any server on the way. */
#include <stdio.h>

#include "server/api/rows.h"
#include "server/auth/digest.h"
#include "server/conn.h"
#include "server/mail.h"

enum { NAME_MOST = 80, LIFE_MS = 86400000, LINK_BYTES = 1024 };

int vt_api_secret(char ret_text[VT_API_SECRET_TEXT], char ret_hash[VT_SHA256_TEXT])
{
    unsigned char bytes[VT_API_SECRET];
    vt_random(bytes, sizeof(bytes));
    vt_base64url(bytes, sizeof(bytes), ret_text);
    vt_secret_wipe(bytes, sizeof(bytes));
    return vt_sha256_hex(vt_str(ret_text), ret_hash);
}

void vt_api_link(struct vt_api_call *call, const char *kind, const char *secret, struct vt_buf *out)
{
    const struct vt_api_deps *deps = &call->api->deps;
    const char *base = deps->config->base_url[0] ? deps->config->base_url : vt_net_url(deps->net);
    size_t len = strlen(base);
    vt_buf_printf(out, "%.*s/admin/#%s=%s", (int)(len > 0 && base[len - 1] == '/' ? len - 1 : len), base,
                  kind, secret);
}

/* --- by mail ------------------------------------------------------------------------------- */

enum { MAIL_BYTES = 32768, TEXT_BYTES = 4096 };

static void write_letter(const struct vt_manage_link *link, const struct vt_store_site *site,
                         struct vt_str address, struct vt_buf *out)
{
    bool is_reset = vt_str_eq(link->kind, VT_STR("reset"));
    vt_buf_printf(out,
                  is_reset ? "Hello %.*s,\n\na new password was asked for at %.*s. Set it here:\n\n"
                           : "Hello %.*s,\n\nyou are invited to serve customers of %.*s. Begin here:\n\n",
                  VT_STR_ARG(link->name), VT_STR_ARG(site->name));
    vt_buf_str(out, address);
    vt_buf_text(out, "\n\nThe link is yours alone, works once, and ends after 24 hours.\n");
}

/* In the link's own transaction, so that there is a mail exactly when there is a link. The outbox sends it
 * within seconds. VT_ERR_MISSING: no mail is set up, or the person has no address. */
static int mail_link(struct vt_api_call *call, struct vt_manage *manage, const struct vt_manage_link *link,
                     struct vt_str address)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(TEXT_BYTES);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(MAIL_BYTES);
    const struct vt_config *config = call->api->deps.config;
    struct vt_store_site site;
    char id[VT_ID_TEXT];
    if (!config->mail_url[0] || link->mail.len == 0)
        return VT_ERR_MISSING;
    int err = vt_manage_site_get(manage, link->site, &call->arena, &site);
    if (err)
        return err;
    write_letter(link, &site, address, &text);
    const struct vt_mail mail = { .site = link->site,
                                  .to = link->mail,
                                  .from_name = site.name,
                                  .subject = vt_str_eq(link->kind, VT_STR("reset"))
                                                 ? VT_STR("Your new password")
                                                 : VT_STR("Your invitation"),
                                  .text = vt_buf_view(&text) };
    vt_id_new(id);
    err = vt_mail_write(&mail, vt_str(config->mail_from), id, link->created, &body);
    const struct vt_store_mail row = { .site = link->site,
                                       .id = vt_str(id),
                                       .to = link->mail,
                                       .body = vt_buf_view(&body),
                                       .created = link->created,
                                       .next = link->created };
    return err ? err : vt_manage_mail_add(manage, &row, (uint32_t)config->mail_per_day);
}

/* --- making -------------------------------------------------------------------------------- */

static int make_link(struct vt_api_call *call, struct vt_manage *manage, struct vt_manage_link *link)
{
    char secret[VT_API_SECRET_TEXT], hash[VT_SHA256_TEXT];
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(LINK_BYTES);
    int err = vt_api_secret(secret, hash);
    if (err)
        return err;
    link->hash = vt_api_keep(call, vt_str(hash));
    link->site = call->site;
    link->maker = call->actor;
    link->created = vt_wall_ms();
    link->expires = link->created + LIFE_MS;
    err = vt_manage_link_add(manage, link);
    vt_api_link(call, link->kind.ptr, secret, &text);
    bool is_mailed = !err && mail_link(call, manage, link, vt_buf_view(&text)) == VT_OK;
    vt_secret_wipe(secret, sizeof(secret));
    call->status = 201;
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "id", (struct vt_str){ hash, VT_MANAGE_ID });
    vt_json_put_text(&call->out, "link", vt_buf_view(&text));
    vt_json_put_number(&call->out, "expires", link->expires);
    vt_json_put_raw(&call->out, "mailed", is_mailed ? VT_STR("true") : VT_STR("false"));
    vt_buf_byte(&call->out, '}');
    return err;
}

static int check_free(struct vt_api_call *call, struct vt_manage *manage, struct vt_str login)
{
    struct vt_store_person person;
    int err = login.ptr ? vt_manage_person_find(manage, login, &call->arena, &person) : VT_ERR_MISSING;
    if (err == VT_ERR_MISSING)
        return VT_OK;
    call->pointer = VT_STR("/login");
    return err ? err
               : vt_api_refuse(call, 409, "exists", "There is one already",
                               "The login is taken; logins are unique on this server.");
}

int vt_api_invite(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_link link = { .kind = VT_STR("invite") };
    int err = vt_api_name(call, "name", NAME_MOST, true, &link.name);
    if (!err)
        err = vt_api_role(call, true, &link.role);
    if (!err)
        err = vt_api_login_name(call, &link.login);
    if (!err)
        err = vt_api_mail(call, &link.mail);
    if (!err)
        err = vt_api_take_queues(call, manage, &link.queues);
    if (!err)
        err = check_free(call, manage, link.login);
    if (err)
        return err;
    if (!link.mail.ptr)
        link.mail = VT_STR("");
    err = make_link(call, manage, &link);
    if (err)
        return err;
    vt_api_note(call, "person.invited", (struct vt_str){ link.hash.ptr, VT_MANAGE_ID }, "{\"role\":\"%.*s\"}",
                VT_STR_ARG(link.role));
    return VT_OK;
}

int vt_api_person_reset(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &person);
    if (!err)
        err = vt_manage_links_void(manage, call->site, person.person);
    if (err)
        return err;
    struct vt_manage_link link = { .kind = VT_STR("reset"),
                                   .person = person.person,
                                   .login = person.login,
                                   .name = person.name,
                                   .role = person.role,
                                   .mail = person.mail };
    vt_api_note(call, "person.reset", person.person, "{}");
    return make_link(call, manage, &link);
}

/* --- listing ------------------------------------------------------------------------------- */

static void put_link(struct vt_buf *out, const struct vt_manage_link *link)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", (struct vt_str){ link->hash.ptr, VT_MANAGE_ID });
    vt_json_put_text(out, "kind", link->kind);
    vt_json_put_text(out, "name", link->name);
    if (link->login.ptr)
        vt_json_put_text(out, "login", link->login);
    else
        vt_json_put_raw(out, "login", VT_STR("null"));
    vt_json_put_text(out, "role", link->role);
    vt_json_put_text(out, "mail", link->mail);
    vt_api_put_words(out, "queues", link->queues);
    vt_json_put_number(out, "created", link->created);
    vt_json_put_number(out, "expires", link->expires);
    vt_json_put_text(out, "by", link->maker);
    vt_buf_byte(out, '}');
}

int vt_api_invitations(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_link *links;
    size_t n;
    int err = vt_manage_links(manage, call->site, vt_latest_ms(), &call->arena, &links, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"invitations\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_link(&call->out, &links[i]);
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

int vt_api_invitation_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    call->status = 204;
    vt_api_note(call, "invitation.removed", call->id, "{}");
    return vt_manage_link_remove(manage, call->site, call->id);
}

/* --- using --------------------------------------------------------------------------------- */

static int find_link(struct vt_api_call *call, struct vt_manage *manage, struct vt_manage_link *ret_link)
{
    char hash[VT_SHA256_TEXT];
    struct vt_str secret;
    int err = vt_api_text(call, "link", 1, 64, true, &secret);
    if (!err)
        err = vt_sha256_hex(secret, hash);
    if (!err)
        err = vt_manage_link_find(manage, vt_str(hash), vt_latest_ms(), &call->arena, ret_link);
    if (err == VT_ERR_MISSING)
        return vt_api_refuse(call, 410, "link", "This link is over",
                             "It was used, or more than a day has gone by. Ask for a new one.");
    return err;
}

int vt_api_link_look(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_link link;
    struct vt_store_site site;
    int err = find_link(call, manage, &link);
    if (!err)
        err = vt_manage_site_get(manage, link.site, &call->arena, &site);
    if (err)
        return err;
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "kind", link.kind);
    vt_json_put_text(&call->out, "site", site.name);
    vt_json_put_text(&call->out, "name", link.name);
    if (link.login.ptr)
        vt_json_put_text(&call->out, "login", link.login);
    else
        vt_json_put_raw(&call->out, "login", VT_STR("null"));
    vt_json_put_text(&call->out, "role", link.role);
    vt_json_put_number(&call->out, "expires", link.expires);
    vt_buf_byte(&call->out, '}');
    return VT_OK;
}

static int join(struct vt_api_call *call, struct vt_manage *manage, const struct vt_manage_link *link,
                struct vt_str *login)
{
    char id[VT_ID_TEXT];
    struct vt_str name = { 0 }, wanted = { 0 };
    int err = vt_api_name(call, "name", NAME_MOST, false, &name);
    if (!err)
        err = vt_api_login_name(call, &wanted);
    if (!err && !link->login.ptr && !wanted.ptr)
        err = vt_api_refuse_field(call, "/login", "login is missing.");
    *login = link->login.ptr ? link->login : wanted;
    if (!err)
        err = check_free(call, manage, *login);
    if (err)
        return err;
    vt_id_new(id);
    const struct vt_store_person person = { .site = link->site,
                                            .person = vt_str(id),
                                            .login = *login,
                                            .name = name.ptr ? name : link->name,
                                            .role = link->role,
                                            .mail = link->mail,
                                            .queues = link->queues,
                                            .password = vt_str(call->hashed) };
    call->actor = vt_api_keep(call, vt_str(id));
    vt_api_note(call, "person.joined", vt_str(id), "{\"role\":\"%.*s\"}", VT_STR_ARG(link->role));
    return vt_manage_person_add(manage, &person);
}

static int reset(struct vt_api_call *call, struct vt_manage *manage, const struct vt_manage_link *link,
                 struct vt_str *login)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, link->site, link->person, &call->arena, &person);
    if (err)
        return err;
    *login = person.login;
    person.password = vt_str(call->hashed);
    call->actor = call->end_person = person.person;
    vt_api_note(call, "password.changed", person.person, "{\"by\":\"reset\"}");
    err = vt_manage_person_put(manage, &person);
    return err ? err : vt_manage_factor_remove(manage, person.site, person.person);
}

int vt_api_link_accept(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_link link;
    struct vt_str login = { 0 };
    int err = find_link(call, manage, &link);
    if (err)
        return err;
    call->site = link.site;
    err = vt_str_eq(link.kind, VT_STR("reset")) ? reset(call, manage, &link, &login)
                                                : join(call, manage, &link, &login);
    if (!err)
        err = vt_manage_link_remove(manage, link.site, (struct vt_str){ link.hash.ptr, VT_MANAGE_ID });
    vt_buf_byte(&call->out, '{');
    vt_json_put_text(&call->out, "login", login);
    vt_buf_byte(&call->out, '}');
    return err;
}
