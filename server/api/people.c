/* SPDX-License-Identifier: Apache-2.0 */
/* The people of a site, as its admins see and change them. */
#include "server/api/rows.h"

enum { NAME_MOST = 80 };

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
    if (person.disabled != was.disabled || !vt_str_eq(person.role, was.role))
        call->end_person = was.person;
    vt_api_note(call, "person.changed", was.person, "{\"role\":\"%.*s\",\"was\":\"%.*s\",\"disabled\":%s}",
                VT_STR_ARG(person.role), VT_STR_ARG(was.role), person.disabled ? "true" : "false");
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
