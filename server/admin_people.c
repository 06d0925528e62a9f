/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/admin_internal.h"
#include "server/auth/digest.h"
#include "server/auth/password.h"
#include "server/auth/ticket.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/settings.h"

enum { NAME_MOST = 80, LOGIN_MOST = 64, MADE_BYTES = 15, MADE_TEXT = 21, PEOPLE_MOST = 100000 };
enum { LINK_BYTES = 24, LINK_TEXT = 33, LINK_LIFE_MS = 86400000 };

/* --- passwords ----------------------------------------------------------------------------- */

/* A password and whether it was made here, and so must be shown once. */
struct password {
    char text[VT_PASSWORD_MAX + 3];
    char hash[VT_PASSWORD_TEXT];
    bool made;
};

static int read_password(struct password *password)
{
    if (!fgets(password->text, sizeof(password->text), stdin))
        return vt_admin_fail("Standard input holds no password.");
    password->text[strcspn(password->text, "\r\n")] = '\0';
    size_t len = strlen(password->text);
    if (len >= VT_PASSWORD_MIN && len <= VT_PASSWORD_MAX)
        return 0;
    return vt_admin_fail("The password must have %d to %d bytes; this one has %zu.", VT_PASSWORD_MIN,
                         VT_PASSWORD_MAX, len);
}

static int take_password(struct vt_admin *admin, struct password *password)
{
    password->made = !admin->values[VT_ADMIN_PASSWORD_STDIN];
    if (password->made) {
        unsigned char bytes[MADE_BYTES];
        vt_random(bytes, sizeof(bytes));
        vt_base64url(bytes, sizeof(bytes), password->text);
    } else {
        int status = read_password(password);
        if (status)
            return status;
    }
    if (vt_password_hash(vt_str(password->text), password->hash) != VT_OK)
        return vt_admin_fail("There is not enough memory to hash the password.");
    return 0;
}

static void show_password(struct password *password)
{
    if (password->made)
        printf("password: %s\n", password->text);
    vt_secret_wipe(password, sizeof(*password));
}

/* --- associates ---------------------------------------------------------------------------- */

static bool is_login(const char *login)
{
    size_t len = strlen(login);
    return len >= 1 && len <= LOGIN_MOST && strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._@+-") == len;
}

static bool is_role(const char *role)
{
    return strcmp(role, "associate") == 0 || strcmp(role, "supervisor") == 0 || strcmp(role, "admin") == 0;
}

static int check_new(const char *login, const char *name, const char *role)
{
    if (!is_login(login))
        return vt_admin_fail("The login must have 1 to %d characters of a-z 0-9 . _ @ + -.", LOGIN_MOST);
    if (!vt_admin_is_name(name, NAME_MOST))
        return vt_admin_fail("The name must have 1 to %d bytes and no control characters.", NAME_MOST);
    if (!is_role(role))
        return vt_admin_fail("There is no role %s; there are associate, supervisor and admin.", role);
    return 0;
}

/* --queues as an account keeps them: ids of the site's queues, parted by spaces. */
static int take_queues(const struct vt_admin *admin, const struct vt_store_site *site,
                       char ret_queues[VT_QUEUES_TEXT])
{
    const char *at = admin->values[VT_ADMIN_QUEUES] ? admin->values[VT_ADMIN_QUEUES] : "";
    struct vt_settings_error why;
    int status = 0;
    size_t len = 0;
    ret_queues[0] = '\0';
    if (!*at)
        return 0;
    struct vt_settings *settings = vt_settings_parse(site->settings, &why);
    if (!settings)
        return vt_admin_fail("The site's settings cannot be read: %s %s", why.field, why.msg);
    for (at += strspn(at, ", "); *at && !status; at += strspn(at, ", ")) {
        struct vt_str id = { at, strcspn(at, ", ") };
        at += id.len;
        if (!vt_settings_queue(settings, id))
            status = vt_admin_fail("The site has no queue %.*s.", VT_STR_ARG(id));
        else if (len + 1 + id.len >= VT_QUEUES_TEXT)
            status = vt_admin_fail("The queues' ids must not exceed %d bytes in all.", VT_QUEUES_TEXT - 1);
        else
            len += (size_t)snprintf(ret_queues + len, VT_QUEUES_TEXT - len, "%s%.*s", len ? " " : "",
                                    VT_STR_ARG(id));
    }
    vt_settings_destroy(settings);
    return status;
}

/* --languages as an account keeps them: fr de. */
static int take_languages(const struct vt_admin *admin, char ret_languages[VT_LANGUAGES_TEXT])
{
    const char *at = admin->values[VT_ADMIN_LANGUAGES] ? admin->values[VT_ADMIN_LANGUAGES] : "";
    size_t len = 0;
    ret_languages[0] = '\0';
    for (at += strspn(at, ", "); *at; at += strspn(at, ", ")) {
        struct vt_str tag = { at, strcspn(at, ", ") };
        at += tag.len;
        if (!vt_settings_is_tag(tag))
            return vt_admin_fail("A language is two or three letters, as fr or de; %.*s is not.",
                                 VT_STR_ARG(tag));
        if (len + 1 + tag.len >= VT_LANGUAGES_TEXT)
            return vt_admin_fail("The languages must not exceed %d bytes in all.", VT_LANGUAGES_TEXT - 1);
        len += (size_t)snprintf(ret_languages + len, VT_LANGUAGES_TEXT - len, "%s%.*s", len ? " " : "",
                                VT_STR_ARG(tag));
    }
    return 0;
}

static int run_add(struct vt_admin *admin)
{
    const char *login = admin->values[VT_ADMIN_LOGIN], *name = admin->values[VT_ADMIN_NAME];
    const char *role = admin->values[VT_ADMIN_ROLE] ? admin->values[VT_ADMIN_ROLE] : "associate";
    struct vt_store_site site;
    struct vt_store_person person;
    struct password password;
    char id[VT_ID_TEXT], queues[VT_QUEUES_TEXT], languages[VT_LANGUAGES_TEXT];
    int status = check_new(login, name, role);
    if (!status)
        status = vt_admin_find_site(admin, &site);
    if (!status)
        status = take_queues(admin, &site, queues);
    if (!status)
        status = take_languages(admin, languages);
    if (status)
        return status;
    if (vt_manage_person_find(admin->manage, vt_str(login), &admin->arena, &person) == VT_OK) {
        if (admin->values[VT_ADMIN_IF_MISSING] && vt_str_eq(person.site, site.site))
            return 0;
        return vt_admin_fail("The login %s is taken; logins are unique across all sites.", login);
    }
    status = take_password(admin, &password);
    if (status)
        return status;
    vt_id_new(id);
    person = (struct vt_store_person){ .site = site.site,
                                       .person = vt_str(id),
                                       .login = vt_str(login),
                                       .name = vt_str(name),
                                       .role = vt_str(role),
                                       .password = vt_str(password.hash),
                                       .queues = vt_str(queues),
                                       .languages = vt_str(languages) };
    int err = vt_manage_person_add(admin->manage, &person);
    if (err)
        return vt_admin_fail_store(admin, err, "The associate cannot be added");
    show_password(&password);
    return 0;
}

static int run_list(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_store_person *people;
    size_t n;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int err = vt_manage_people(admin->manage, site.site, (struct vt_str){ 0 }, PEOPLE_MOST, &admin->arena,
                               &people, &n);
    if (err)
        return vt_admin_fail_store(admin, err, "The associates cannot be read");
    for (size_t i = 0; i < n; i++)
        printf("%.*s\t%.*s\t%.*s\t%s\n", VT_STR_ARG(people[i].login), VT_STR_ARG(people[i].name),
               VT_STR_ARG(people[i].role), people[i].disabled ? "disabled" : "active");
    return 0;
}

static int find_person(struct vt_admin *admin, struct vt_store_person *ret_person)
{
    const char *login = admin->values[VT_ADMIN_LOGIN];
    int err = vt_manage_person_find(admin->manage, vt_str(login), &admin->arena, ret_person);
    if (err == VT_ERR_MISSING)
        return vt_admin_fail("There is no associate with the login %s.", login);
    return err ? vt_admin_fail_store(admin, err, "The associate cannot be read") : 0;
}

static int put_disabled(struct vt_admin *admin, bool disabled)
{
    struct vt_store_person person;
    int status = find_person(admin, &person);
    if (status)
        return status;
    person.disabled = disabled;
    int err = vt_manage_person_put(admin->manage, &person);
    return err ? vt_admin_fail_store(admin, err, "The associate cannot be changed") : 0;
}

static int run_disable(struct vt_admin *admin)
{
    return put_disabled(admin, true);
}

static int run_enable(struct vt_admin *admin)
{
    return put_disabled(admin, false);
}

static int run_password(struct vt_admin *admin)
{
    struct vt_store_person person;
    struct password password;
    int status = find_person(admin, &person);
    if (!status)
        status = take_password(admin, &password);
    if (status)
        return status;
    person.password = vt_str(password.hash);
    int err = vt_manage_person_put(admin->manage, &person);
    if (err)
        return vt_admin_fail_store(admin, err, "The password cannot be changed");
    show_password(&password);
    return 0;
}

/* --- invitations --------------------------------------------------------------------------- */

static const char *base_url(const struct vt_admin *admin)
{
    const char *from = admin->config.base_url;
    return admin->values[VT_ADMIN_BASE_URL] ? admin->values[VT_ADMIN_BASE_URL]
           : *from                          ? from
                                            : "http://127.0.0.1:8080";
}

static int run_invite(struct vt_admin *admin)
{
    const char *login = admin->values[VT_ADMIN_LOGIN], *role = admin->values[VT_ADMIN_ROLE];
    const char *name = admin->values[VT_ADMIN_NAME] ? admin->values[VT_ADMIN_NAME] : "Admin";
    unsigned char bytes[LINK_BYTES];
    char secret[LINK_TEXT], hash[VT_SHA256_TEXT], queues[VT_QUEUES_TEXT];
    struct vt_store_site site;
    struct vt_store_person person;
    int status = check_new(login ? login : "x", name, role ? role : "associate");
    if (!status)
        status = vt_admin_find_site(admin, &site);
    if (!status)
        status = take_queues(admin, &site, queues);
    if (status)
        return status;
    if (login && vt_manage_person_find(admin->manage, vt_str(login), &admin->arena, &person) == VT_OK)
        return vt_admin_fail("The login %s is taken; logins are unique across all sites.", login);
    vt_random(bytes, sizeof(bytes));
    vt_base64url(bytes, sizeof(bytes), secret);
    if (vt_sha256_hex(vt_str(secret), hash) != VT_OK)
        return vt_admin_fail("There is not enough memory to hash the link.");
    int64_t now = vt_wall_ms();
    const struct vt_manage_link link = { .hash = vt_str(hash),
                                         .site = site.site,
                                         .kind = VT_STR("invite"),
                                         .login = vt_str(login),
                                         .name = vt_str(name),
                                         .role = vt_str(role ? role : "associate"),
                                         .mail = VT_STR(""),
                                         .maker = VT_STR("operator"),
                                         .queues = vt_str(queues),
                                         .created = now,
                                         .expires = now + LINK_LIFE_MS };
    int err = vt_manage_link_add(admin->manage, &link);
    if (err)
        return vt_admin_fail_store(admin, err, "The invitation cannot be made");
    printf("%s/admin/#invite=%s\n", base_url(admin), secret);
    return 0;
}

const struct vt_admin_command vt_admin_people_commands[] = {
    { "invite", VT_ADMIN_BIT(SITE),
      VT_ADMIN_BIT(ROLE) | VT_ADMIN_BIT(LOGIN) | VT_ADMIN_BIT(NAME) | VT_ADMIN_BIT(BASE_URL) |
          VT_ADMIN_BIT(QUEUES),
      NULL,
      "Prints a one-time link by which somebody sets a password and joins; good for a day.\nThis is how a "
      "new "
      "site gets its first admin.",
      run_invite },
    { "associate add", VT_ADMIN_BIT(SITE) | VT_ADMIN_BIT(LOGIN) | VT_ADMIN_BIT(NAME),
      VT_ADMIN_BIT(ROLE) | VT_ADMIN_BIT(PASSWORD_STDIN) | VT_ADMIN_BIT(IF_MISSING) | VT_ADMIN_BIT(QUEUES) |
          VT_ADMIN_BIT(LANGUAGES),
      NULL,
      "Adds an associate, a supervisor or an admin of a site.\nWith --if-missing an existing one stays as it "
      "is, password "
      "and all.",
      run_add },
    { "associate list", VT_ADMIN_BIT(SITE), 0, NULL,
      "Lists a site's people: login, name, role, active or disabled.", run_list },
    { "associate disable", VT_ADMIN_BIT(LOGIN), 0, NULL, "Ends a person's logins and lets none begin.",
      run_disable },
    { "associate enable", VT_ADMIN_BIT(LOGIN), 0, NULL, "Lets a disabled person log in again.", run_enable },
    { "associate password", VT_ADMIN_BIT(LOGIN), VT_ADMIN_BIT(PASSWORD_STDIN), NULL,
      "Sets a person's password and ends their logins.", run_password },
    { 0 },
};
