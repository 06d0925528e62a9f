/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a site, as its admins see and change them. */
#include "server/api/rows.h"
#include "server/settings.h"

enum { NAME_MOST = 80 };

void vt_api_put_words(struct vt_buf *out, const char *key, struct vt_str words)
{
    vt_buf_printf(out, ",\"%s\":[", key);
    for (size_t at = 0; at < words.len; at++) {
        const char *space = memchr(words.ptr + at, ' ', words.len - at);
        size_t end = space ? (size_t)(space - words.ptr) : words.len;
        vt_buf_text(out, at ? "," : "");
        vt_buf_json_string(out, (struct vt_str){ words.ptr + at, end - at });
        at = end;
    }
    vt_buf_byte(out, ']');
}

void vt_api_put_person(struct vt_buf *out, const struct vt_store_person *person)
{
    vt_json_put_text(out, "id", person->person);
    vt_json_put_text(out, "name", person->name);
    vt_json_put_text(out, "login", person->login);
    vt_json_put_text(out, "role", person->role);
    vt_json_put_text(out, "mail", person->mail);
    vt_json_put_raw(out, "disabled", person->disabled ? VT_STR("true") : VT_STR("false"));
    vt_json_put_text(out, "secondFactor", person->factor ? VT_STR("on") : VT_STR("off"));
    vt_json_put_number(out, "created", person->created);
    vt_api_put_words(out, "queues", person->queues);
    vt_api_put_words(out, "languages", person->languages);
}

static int put_with_use(struct vt_api_call *call, struct vt_manage *manage,
                        const struct vt_store_person *person)
{
    int64_t used = 0;
    int err = vt_manage_person_used(manage, person->person, &used);
    vt_buf_byte(&call->out, '{');
    vt_api_put_person(&call->out, person);
    if (used > 0)
        vt_json_put_number(&call->out, "used", used);
    vt_buf_byte(&call->out, '}');
    return err;
}

int vt_api_people(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person *people;
    size_t n, limit;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_manage_people(manage, call->site, vt_api_query(call, "after"), limit + 1, &call->arena,
                               &people, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"people\":[");
    for (size_t i = 0; i < n && i < limit && !err; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        err = put_with_use(call, manage, &people[i]);
    }
    vt_buf_byte(&call->out, ']');
    if (n > limit)
        vt_json_put_text(&call->out, "next", people[limit - 1].login);
    vt_buf_byte(&call->out, '}');
    return err;
}

int vt_api_person(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &person);
    return err ? err : put_with_use(call, manage, &person);
}

static int refuse_last_admin(struct vt_api_call *call)
{
    return vt_api_refuse(call, 409, "last-admin", "The last admin stays",
                         "Make somebody else an admin first: the site would be left without one.");
}

/* `person` will be no admin any more, or cannot log in. */
static int check_last_admin(struct vt_api_call *call, struct vt_manage *manage,
                            const struct vt_store_person *person)
{
    bool last = false;
    if (person->disabled || !vt_str_eq(person->role, VT_STR("admin")))
        return VT_OK;
    int err = vt_manage_is_last_admin(manage, call->site, person->person, &last);
    return !err && last ? refuse_last_admin(call) : err;
}

static int take_disabled(struct vt_api_call *call, bool *disabled)
{
    const json_t *value = json_object_get(call->tree, "disabled");
    if (value && !json_is_boolean(value))
        return vt_api_refuse_field(call, "/disabled", "disabled must be true or false.");
    if (value)
        *disabled = json_is_true(value);
    return VT_OK;
}

/* As rights.h keeps them. */
static int write_queues(struct vt_api_call *call, const struct vt_settings *settings, const json_t *list,
                        struct vt_buf *text)
{
    const json_t *one;
    size_t i;
    if (!json_is_array(list))
        return vt_api_refuse_field(call, "/queues", "queues must be a list of ids; an empty one means all.");
    json_array_foreach(list, i, one)
    {
        struct vt_str id = { json_string_value(one), json_string_length(one) };
        if (!id.ptr || !vt_settings_queue(settings, id))
            return vt_api_refuse_field(call, "/queues", "Each must be the id of one of the site's queues.");
        vt_buf_text(text, i ? " " : "");
        vt_buf_str(text, id);
    }
    return text->failed ? vt_api_refuse_field(call, "/queues", "The ids must not exceed %d bytes in all.",
                                              VT_QUEUES_TEXT - 1)
                        : VT_OK;
}

int vt_api_take_queues(struct vt_api_call *call, struct vt_manage *manage, struct vt_str *queues)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_QUEUES_TEXT - 1);
    const json_t *list = json_object_get(call->tree, "queues");
    struct vt_settings_error why;
    struct vt_store_site site;
    if (!list)
        return VT_OK;
    int err = vt_manage_site_get(manage, call->site, &call->arena, &site);
    struct vt_settings *settings = err ? NULL : vt_settings_parse(site.settings, &why);
    if (!settings)
        return err ? err : VT_ERR_NOMEM; /* what is stored has been checked */
    err = write_queues(call, settings, list, &text);
    vt_settings_destroy(settings);
    if (err)
        return err;
    *queues = text.len > 0 ? vt_api_keep(call, vt_buf_view(&text)) : VT_STR("");
    return queues->ptr ? VT_OK : VT_ERR_NOMEM;
}

static int take_languages(struct vt_api_call *call, struct vt_str *languages)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_LANGUAGES_TEXT - 1);
    const json_t *list = json_object_get(call->tree, "languages"), *one;
    size_t i;
    if (!list)
        return VT_OK;
    if (!json_is_array(list))
        return vt_api_refuse_field(call, "/languages", "languages must be a list, as [\"fr\",\"de\"].");
    json_array_foreach(list, i, one)
    {
        struct vt_str tag = { json_string_value(one), json_string_length(one) };
        if (!tag.ptr || !vt_settings_is_tag(tag))
            return vt_api_refuse_field(call, "/languages", "Each must be two or three letters, as fr or de.");
        vt_buf_text(&text, i ? " " : "");
        vt_buf_str(&text, tag);
    }
    if (text.failed)
        return vt_api_refuse_field(call, "/languages", "The languages must not exceed %d bytes in all.",
                                   VT_LANGUAGES_TEXT - 1);
    *languages = text.len > 0 ? vt_api_keep(call, vt_buf_view(&text)) : VT_STR("");
    return languages->ptr ? VT_OK : VT_ERR_NOMEM;
}

int vt_api_person_put(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person was, person;
    struct vt_str name = { 0 }, role = { 0 }, mail = { 0 };
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &was);
    if (err)
        return err;
    person = was;
    err = vt_api_name(call, "name", NAME_MOST, false, &name);
    if (!err)
        err = vt_api_role(call, false, &role);
    if (!err)
        err = vt_api_mail(call, &mail);
    if (!err)
        err = take_disabled(call, &person.disabled);
    if (!err)
        err = vt_api_take_queues(call, manage, &person.queues);
    if (!err)
        err = take_languages(call, &person.languages);
    if (err)
        return err;
    person.name = name.ptr ? name : was.name;
    person.role = role.ptr ? role : was.role;
    person.mail = mail.ptr ? mail : was.mail;
    if (person.disabled || !vt_str_eq(person.role, VT_STR("admin")))
        err = check_last_admin(call, manage, &was);
    if (!err)
        err = vt_manage_person_put(manage, &person);
    if (err)
        return err;
    bool requeued = !vt_str_eq(person.queues, was.queues) || !vt_str_eq(person.languages, was.languages);
    if (person.disabled != was.disabled || !vt_str_eq(person.role, was.role) || requeued)
        call->end_person = was.person;
    vt_api_note(call, "person.changed", was.person,
                "{\"role\":\"%.*s\",\"was\":\"%.*s\",\"disabled\":%s,\"queues\":\"%.*s\","
                "\"languages\":\"%.*s\"}",
                VT_STR_ARG(person.role), VT_STR_ARG(was.role), person.disabled ? "true" : "false",
                VT_STR_ARG(person.queues), VT_STR_ARG(person.languages));
    return put_with_use(call, manage, &person);
}

int vt_api_person_remove(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &person);
    if (!err)
        err = check_last_admin(call, manage, &person);
    if (err)
        return err;
    call->status = 204;
    call->end_person = person.person;
    vt_api_note(call, "person.removed", person.person, "{\"role\":\"%.*s\"}", VT_STR_ARG(person.role));
    return vt_manage_person_remove(manage, call->site, person.person);
}

int vt_api_person_logins(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &person);
    return err ? err : vt_api_put_logins(call, manage, person.person);
}

/* Whose it is the id says; their other logins stay, and bring their sockets back. */
int vt_api_login_end(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_str person;
    int err = vt_manage_login_drop(manage, call->site, call->id, &call->arena, &person);
    if (err)
        return err;
    call->status = 204;
    call->end_person = person;
    vt_api_note(call, "login.revoked", person, "{\"login\":\"one\"}");
    return VT_OK;
}

int vt_api_person_logins_end(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_store_person person;
    int err = vt_manage_person_get(manage, call->site, call->id, &call->arena, &person);
    if (err)
        return err;
    call->status = 204;
    call->end_person = person.person;
    vt_api_note(call, "login.revoked", person.person, "{\"login\":\"all\"}");
    return vt_manage_logins_remove(manage, person.person, (struct vt_str){ 0 });
}
