/* SPDX-License-Identifier: Apache-2.0 */
/* The site itself, its signing secret and its API tokens. */
#include <stdio.h>
#include <stdlib.h>

#include "server/api/rows.h"
#include "server/auth/digest.h"
#include "server/origin.h"
#include "server/settings_shelf.h"
#include "server/store/imports.h"

enum { NAME_MOST = 80, ORIGINS_MOST = 64, ORIGINS_BYTES = 16384, TOKEN_NAME = 64 };
enum { WARNING_BYTES = 600, WARNINGS_BYTES = 32 * 1024 };
enum { DAYS_DEFAULT = 90, DAYS_MOST = 365 };
static const int64_t day_ms = 86400000;

/* --- reading ------------------------------------------------------------------------------- */

static void put_origins(struct vt_buf *out, struct vt_str list)
{
    vt_json_put_raw(out, "origins", VT_STR("["));
    for (bool first = true; list.len > 0; first = false) {
        const char *space = memchr(list.ptr, ' ', list.len);
        size_t len = space ? (size_t)(space - list.ptr) : list.len;
        vt_buf_text(out, first ? "" : ",");
        vt_buf_json_string(out, (struct vt_str){ list.ptr, len });
        len += space != NULL;
        list.ptr += len;
        list.len -= len;
    }
    vt_buf_byte(out, ']');
}

static void put_site(struct vt_api_call *call, const struct vt_store_site *site, struct vt_str warnings)
{
    struct vt_buf *out = &call->out;
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "key", site->key);
    vt_json_put_text(out, "name", site->name);
    put_origins(out, site->origins);
    vt_json_put_raw(out, "settings", site->settings);
    vt_json_put_number(out, "version", site->version);
    vt_json_put_raw(out, "secret", VT_STR("{"));
    vt_json_put_raw(out, "current", site->secret.ptr ? VT_STR("true") : VT_STR("false"));
    vt_json_put_raw(out, "former", site->secret_before.ptr ? VT_STR("true") : VT_STR("false"));
    vt_buf_byte(out, '}');
    if (warnings.ptr)
        vt_json_put_raw(out, "warnings", warnings);
    vt_buf_byte(out, '}');
    call->etag = site->version;
}

int vt_api_site(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (!err)
        put_site(call, &site, (struct vt_str){ 0 });
    return err;
}

/* --- changing ------------------------------------------------------------------------------ */

static int take_origin(struct vt_api_call *call, const json_t *value, size_t at, struct vt_buf *list)
{
    struct vt_origin origin;
    char pointer[32], text[VT_ORIGIN_TEXT];
    struct vt_str given = { json_string_value(value), json_string_length(value) };
    snprintf(pointer, sizeof(pointer), "/origins/%zu", at);
    if (!given.ptr || vt_origin_parse(given, &origin) != VT_OK)
        return vt_api_refuse_field(call, pointer,
                                   "An origin is scheme, host and port only, as https://shop.example or "
                                   "http://localhost:3000.");
    vt_origin_text(&origin, text);
    vt_buf_printf(list, "%s%s", list->len ? " " : "", text);
    return VT_OK;
}

static int take_origins(struct vt_api_call *call, struct vt_str *origins)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(ORIGINS_BYTES);
    const json_t *values = json_object_get(call->tree, "origins");
    int err = VT_OK;
    if (!values)
        return VT_OK;
    if (!json_is_array(values) || json_array_size(values) > ORIGINS_MOST)
        return vt_api_refuse_field(call, "/origins", "origins must be a list of at most %d.", ORIGINS_MOST);
    for (size_t i = 0; i < json_array_size(values) && !err; i++)
        err = take_origin(call, json_array_get(values, i), i, &list);
    *origins = vt_api_keep(call, vt_buf_view(&list));
    return err ? err : origins->ptr ? VT_OK : VT_ERR_NOMEM;
}

static int check_settings(struct vt_api_call *call, struct vt_str text)
{
    struct vt_settings_error why;
    char pointer[sizeof(why.field) + 16];
    struct vt_settings *settings = vt_settings_parse(text, &why);
    if (!settings) {
        snprintf(pointer, sizeof(pointer), "/settings%s", why.field);
        call->pointer = vt_api_keep(call, vt_str(pointer));
        return vt_api_refuse(call, 422, "settings", "A setting cannot be right", "%s %s",
                             why.field[0] ? why.field : "settings", why.msg);
    }
    vt_settings_destroy(settings);
    return VT_OK;
}

static int take_settings(struct vt_api_call *call, struct vt_str *settings)
{
    const json_t *value = json_object_get(call->tree, "settings");
    if (!value)
        return VT_OK;
    if (!json_is_object(value))
        return vt_api_refuse_field(call, "/settings", "settings must be an object.");
    VT_FREE
    char *text = json_dumps(value, JSON_COMPACT);
    *settings = vt_api_keep(call, vt_str(text));
    return settings->ptr ? check_settings(call, *settings) : VT_ERR_NOMEM;
}

/* --- what the settings name and the catalogue lacks ------------------------------------------- */

static void warn(void *arg, const char *field, const char *why)
{
    struct vt_buf *list = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(1024);
    if (list->len + WARNING_BYTES > WARNINGS_BYTES)
        return; /* the first fifty or so say enough */
    vt_buf_printf(&text, "/settings%s", field);
    vt_buf_text(list, list->len > 1 ? ",{\"pointer\":" : "{\"pointer\":");
    vt_buf_json_string(list, vt_buf_view(&text));
    vt_buf_reset(&text);
    vt_buf_printf(&text, "%s %s", field, why);
    vt_buf_text(list, ",\"detail\":");
    vt_buf_json_string(list, vt_buf_view(&text));
    vt_buf_byte(list, '}');
}

/* A JSON list, empty when all is there. */
static struct vt_str find_missing(struct vt_api_call *call, struct vt_manage *manage, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(WARNINGS_BYTES + 16);
    struct vt_settings_error error;
    struct vt_store_catalogue catalogue = { .generation = 0 };
    struct vt_settings *settings = vt_settings_parse(text, &error);
    int err = vt_manage_catalogue_get(manage, call->site, &call->arena, &catalogue);
    struct vt_shelf *shelf = err || catalogue.generation == 0
                                 ? NULL
                                 : vt_shelf_names(call->api->deps.config->data, call->site,
                                                  catalogue.generation);
    vt_buf_byte(&list, '[');
    if (settings)
        vt_settings_missing(settings, shelf, warn, &list);
    vt_buf_byte(&list, ']');
    vt_settings_destroy(settings);
    vt_shelf_unref(shelf);
    return vt_api_keep(call, vt_buf_view(&list));
}

static int take_version(struct vt_api_call *call, int64_t *ret_version)
{
    struct vt_str text = call->if_match;
    uint64_t version;
    if (!text.ptr)
        return vt_api_refuse(call, 428, "version", "Which version?",
                             "Send If-Match with the ETag of the site as you read it.");
    bool quoted = text.len > 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';
    if (!quoted ||
        vt_str_to_u64((struct vt_str){ text.ptr + 1, text.len - 2 }, 1, INT64_MAX, &version) != VT_OK)
        version = 0;
    *ret_version = (int64_t)version;
    return VT_OK;
}

static int refuse_version(struct vt_api_call *call)
{
    return vt_api_refuse(call, 412, "version", "Somebody was faster",
                         "The site was changed since you read it: read it again and make your change there.");
}

int vt_api_site_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_site site;
    struct vt_str name = { 0 }, origins = { 0 }, settings = { 0 };
    int64_t version = 0;
    int err = take_version(call, &version);
    if (!err)
        err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    if (!err && site.version != version)
        err = refuse_version(call);
    if (!err)
        err = vt_api_name(call, "name", NAME_MOST, false, &name);
    if (!err)
        err = take_origins(call, &origins);
    if (!err)
        err = take_settings(call, &settings);
    if (err)
        return err;
    site.name = name.ptr ? name : site.name;
    site.origins = origins.ptr ? origins : site.origins;
    site.settings = settings.ptr ? settings : site.settings;
    err = vt_manage_site_put(manage, &site);
    if (err)
        return err == VT_ERR_STALE ? refuse_version(call) : err;
    site.version++;
    vt_api_note(call, "site.changed", call->site, "{\"name\":%s,\"origins\":%s,\"settings\":%s}",
                name.ptr ? "true" : "false", origins.ptr ? "true" : "false", settings.ptr ? "true" : "false");
    put_site(call, &site, settings.ptr ? find_missing(call, manage, settings) : (struct vt_str){ 0 });
    return VT_OK;
}

int vt_api_site_secret(struct vt_api_call *call, struct vt_manage *manage)
{
    int err = vt_manage_site_rotate(manage, call->site);
    if (err == VT_ERR_STALE)
        return vt_api_refuse(call, 409, "state", "Not yet",
                             "The secret of the last rotation is still being made: try again in a second.");
    call->status = 201;
    vt_buf_text(&call->out, "{\"current\":false,\"former\":true}");
    vt_api_note(call, "secret.rotated", call->site, "{}");
    return err;
}

/* --- tokens -------------------------------------------------------------------------------- */

static void put_verbs(struct vt_buf *out, struct vt_str verbs)
{
    bool both = memchr(verbs.ptr, ',', verbs.len) != NULL;
    vt_json_put_raw(out, "verbs",
                    both                                ? VT_STR("[\"read\",\"write\"]")
                    : vt_str_eq(verbs, VT_STR("write")) ? VT_STR("[\"write\"]")
                                                        : VT_STR("[\"read\"]"));
}

static void put_token(struct vt_buf *out, const struct vt_manage_token *token)
{
    vt_json_put_text(out, "id", (struct vt_str){ token->hash.ptr, VT_MANAGE_ID });
    vt_json_put_text(out, "name", token->name);
    put_verbs(out, token->verbs);
    vt_json_put_number(out, "created", token->created);
    vt_json_put_number(out, "expires", token->expires);
    if (token->used > 0)
        vt_json_put_number(out, "used", token->used);
    else
        vt_json_put_raw(out, "used", VT_STR("null"));
}

int vt_api_tokens(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_manage_token *tokens;
    size_t n;
    int err = vt_manage_tokens(manage, call->site, &call->arena, &tokens, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"tokens\":[");
    for (size_t i = 0; i < n; i++) {
        vt_buf_text(&call->out, i ? ",{" : "{");
        put_token(&call->out, &tokens[i]);
        vt_buf_byte(&call->out, '}');
    }
    vt_buf_text(&call->out, "]}");
    return VT_OK;
}

static int take_verbs(struct vt_api_call *call, struct vt_str *ret_verbs)
{
    const json_t *list = json_object_get(call->tree, "verbs");
    bool read = false, write = false, other = !json_is_array(list) || json_array_size(list) == 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *verb = json_string_value(json_array_get(list, i));
        read = read || (verb && strcmp(verb, "read") == 0);
        write = write || (verb && strcmp(verb, "write") == 0);
        other = other || !verb || (strcmp(verb, "read") != 0 && strcmp(verb, "write") != 0);
    }
    *ret_verbs = read && write ? VT_STR("read,write") : read ? VT_STR("read") : VT_STR("write");
    return other ? vt_api_refuse_field(call, "/verbs", "verbs must be a list of \"read\" and \"write\".")
                 : VT_OK;
}

static int take_days(struct vt_api_call *call, int64_t *ret_days)
{
    const json_t *value = json_object_get(call->tree, "days");
    *ret_days = value ? json_integer_value(value) : DAYS_DEFAULT;
    if (value && (!json_is_integer(value) || *ret_days < 1 || *ret_days > DAYS_MOST))
        return vt_api_refuse_field(call, "/days", "days must be 1 to %d: a token lives a year at most.",
                                   DAYS_MOST);
    return VT_OK;
}

int vt_api_token_make(struct vt_api_call *call, struct vt_manage *manage)
{
    char secret[3 + VT_API_SECRET_TEXT] = "vt_",
                    hash[VT_SHA256_TEXT]; /* a prefix that secret scanners know */
    struct vt_manage_token token = { .site = call->site, .created = vt_wall_ms() };
    int64_t days;
    int err = vt_api_name(call, "name", TOKEN_NAME, true, &token.name);
    if (!err)
        err = take_verbs(call, &token.verbs);
    if (!err)
        err = take_days(call, &days);
    if (err)
        return err;
    err = vt_api_secret(secret + 3, hash);
    if (!err)
        err = vt_sha256_hex(vt_str(secret), hash);
    token.hash = vt_str(hash);
    token.expires = token.created + days * day_ms;
    if (!err)
        err = vt_manage_token_add(manage, &token);
    call->status = 201;
    vt_buf_byte(&call->out, '{');
    put_token(&call->out, &token);
    vt_json_put_text(&call->out, "token", vt_str(secret));
    vt_buf_byte(&call->out, '}');
    vt_secret_wipe(secret, sizeof(secret));
    vt_api_note(call, "token.made", (struct vt_str){ hash, VT_MANAGE_ID }, "{\"verbs\":\"%.*s\"}",
                VT_STR_ARG(token.verbs));
    return err;
}

int vt_api_token_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    call->status = 204;
    vt_api_note(call, "token.removed", call->id, "{}");
    return vt_manage_token_drop(manage, call->site, call->id);
}
