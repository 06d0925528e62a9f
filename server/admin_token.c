/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "server/admin_internal.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"

enum { NAME_MOST = 64, DAYS_MOST = 365, DAYS_DEFAULT = 90, SECRET_BYTES = 32, SECRET_TEXT = 3 + 44 };

static const int64_t day_ms = 86400000;

static int read_days(const char *text, uint64_t *ret_days)
{
    *ret_days = DAYS_DEFAULT;
    if (!text || vt_str_to_u64(vt_str(text), 1, DAYS_MOST, ret_days) == VT_OK)
        return 0;
    return vt_admin_fail("--days must be a number from 1 to %d; a token may live a year at most.", DAYS_MOST);
}

static int read_verbs(const char *text, const char **ret_verbs)
{
    static const char *const known[] = { "read", "write", "read,write" };
    *ret_verbs = text ? text : "read";
    for (size_t i = 0; i < VT_COUNT(known); i++)
        if (strcmp(*ret_verbs, known[i]) == 0)
            return 0;
    return vt_admin_fail("--verbs must be read, write, or read,write.");
}

static int run_add(struct vt_admin *admin)
{
    unsigned char bytes[SECRET_BYTES];
    char secret[SECRET_TEXT] = "vt_", hash[VT_SHA256_TEXT]; /* a prefix that secret scanners know */
    const char *name = admin->values[VT_ADMIN_NAME], *verbs;
    struct vt_store_site site;
    uint64_t days;
    int status = read_days(admin->values[VT_ADMIN_DAYS], &days);
    if (!status)
        status = read_verbs(admin->values[VT_ADMIN_VERBS], &verbs);
    if (!status && !vt_admin_is_name(name, NAME_MOST))
        status = vt_admin_fail("The name must have 1 to %d bytes and no control characters.", NAME_MOST);
    if (!status)
        status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    vt_random(bytes, sizeof(bytes));
    vt_base64url(bytes, sizeof(bytes), secret + 3);
    if (vt_sha256_hex(vt_str(secret), hash) != VT_OK)
        return vt_admin_fail("There is not enough memory to hash the token.");
    int64_t now = vt_wall_ms();
    struct vt_manage_token token = { .site = site.site,
                                     .name = vt_str(name),
                                     .hash = vt_str(hash),
                                     .verbs = vt_str(verbs),
                                     .created = now,
                                     .expires = now + (int64_t)days * day_ms };
    int err = vt_manage_token_add(admin->manage, &token);
    if (err == VT_ERR_EXISTS)
        return vt_admin_fail("The site has a token named %s already.", name);
    if (err)
        return vt_admin_fail_store(admin, err, "The token cannot be added");
    printf("%s\n", secret);
    return 0;
}

static const char *day_of(int64_t ms, char ret_text[16])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm day;
    if (ms == 0 || !gmtime_r(&seconds, &day) || strftime(ret_text, 16, "%Y-%m-%d", &day) == 0)
        return "never";
    return ret_text;
}

static int run_list(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_manage_token *tokens;
    size_t n;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int err = vt_manage_tokens(admin->manage, site.site, &admin->arena, &tokens, &n);
    if (err)
        return vt_admin_fail_store(admin, err, "The tokens cannot be read");
    for (size_t i = 0; i < n; i++) {
        char expires[16], used[16];
        printf("%.*s\t%.*s\texpires %s%s\tused %s\n", VT_STR_ARG(tokens[i].name), VT_STR_ARG(tokens[i].verbs),
               day_of(tokens[i].expires, expires), tokens[i].expires <= vt_wall_ms() ? " (over)" : "",
               day_of(tokens[i].used, used));
    }
    return 0;
}

static int run_remove(struct vt_admin *admin)
{
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int err = vt_manage_token_remove(admin->manage, site.site, vt_str(admin->values[VT_ADMIN_NAME]));
    if (err == VT_ERR_MISSING)
        return vt_admin_fail("The site has no token named %s.", admin->values[VT_ADMIN_NAME]);
    return err ? vt_admin_fail_store(admin, err, "The token cannot be removed") : 0;
}

const struct vt_admin_command vt_admin_token_commands[] = {
    { "token add", VT_ADMIN_BIT(SITE) | VT_ADMIN_BIT(NAME), VT_ADMIN_BIT(DAYS) | VT_ADMIN_BIT(VERBS), NULL,
      "Makes an API token of a site and prints it, this once.", run_add },
    { "token list", VT_ADMIN_BIT(SITE), 0, NULL, "Lists a site's tokens: name, verbs, expiry, last use.",
      run_list },
    { "token remove", VT_ADMIN_BIT(SITE) | VT_ADMIN_BIT(NAME), 0, NULL,
      "Removes a token; it is refused from then on.", run_remove },
    { 0 },
};
