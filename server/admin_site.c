/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/admin_internal.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/hooks.h"
#include "server/origin.h"
#include "server/outgoing/url.h"
#include "server/settings_shelf.h"
#include "server/site_secret.h"
#include "server/store/imports.h"

enum { NAME_MOST = 80, KEY_MOST = 64, ORIGINS_BYTES = 16384, SETTINGS_ROOM = VT_SETTINGS_BYTES + 131072 };

static bool is_key(const char *key)
{
    size_t len = strlen(key);
    return strncmp(key, "pk_", 3) == 0 && len > 3 && len <= KEY_MOST &&
           strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

/* True when `origin`, in its canonical text, stands in a list parted by spaces. */
static bool holds(struct vt_str list, struct vt_str origin)
{
    while (list.len > 0) {
        const char *space = memchr(list.ptr, ' ', list.len);
        size_t len = space ? (size_t)(space - list.ptr) : list.len;
        if (vt_str_eq((struct vt_str){ list.ptr, len }, origin))
            return true;
        len += space != NULL;
        list.ptr += len;
        list.len -= len;
    }
    return false;
}

static int read_origin(const char *text, char ret_text[VT_ORIGIN_TEXT])
{
    struct vt_origin origin;
    if (vt_origin_parse(vt_str(text), &origin) != VT_OK)
        return vt_admin_fail("%s is no origin: write scheme, host and port only, as https://shop.example or "
                             "http://localhost:3000.",
                             text);
    vt_origin_text(&origin, ret_text);
    return 0;
}

/* Appends those of --origin that the list lacks. */
static int add_origins(struct vt_admin *admin, struct vt_buf *list)
{
    for (size_t i = 0; i < admin->origins_n; i++) {
        char text[VT_ORIGIN_TEXT];
        int status = read_origin(admin->origins[i], text);
        if (status)
            return status;
        if (!holds(vt_buf_view(list), vt_str(text)))
            vt_buf_printf(list, "%s%s", list->len ? " " : "", text);
    }
    return list->failed ? vt_admin_fail("These are too many origins for one site.") : 0;
}

static int put_origins(struct vt_admin *admin, struct vt_store_site *site, const struct vt_buf *list)
{
    site->origins = vt_buf_view(list);
    int err = vt_manage_site_put(admin->manage, site);
    return err ? vt_admin_fail_store(admin, err, "The origins cannot be changed") : 0;
}

/* --if-missing also adds origins, so a start script can say what it needs each time. */
static int keep_site(struct vt_admin *admin, struct vt_store_site *site)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(ORIGINS_BYTES);
    vt_buf_str(&list, site->origins);
    int status = add_origins(admin, &list);
    if (!status && list.len != site->origins.len)
        status = put_origins(admin, site, &list);
    if (!status)
        printf("%.*s\n", VT_STR_ARG(site->key));
    return status;
}

/* The file of --settings, checked; without the option what a site without settings has. */
static int read_settings(struct vt_admin *admin, struct vt_buf *text)
{
    const char *path = admin->values[VT_ADMIN_SETTINGS];
    struct vt_settings_error error;
    if (!path)
        vt_buf_text(text, "{}");
    int status = path ? vt_admin_read_file(path, text) : 0;
    if (status)
        return status;
    struct vt_settings *settings = vt_settings_parse(vt_buf_view(text), &error);
    if (!settings)
        return vt_admin_fail("%s: %s %s. Nothing was changed.", path,
                             error.field[0] ? error.field : "the whole", error.msg);
    vt_settings_destroy(settings);
    return 0;
}

static int run_add(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(ORIGINS_BYTES);
    char id[VT_ID_TEXT], made[VT_ID_TEXT + 3] = "pk_";
    const char *name = admin->values[VT_ADMIN_NAME], *key = admin->values[VT_ADMIN_KEY];
    struct vt_store_site there;
    if (key && !is_key(key))
        return vt_admin_fail(
            "%s is no site key: it begins with pk_ and goes on with A-Z a-z 0-9 _ -, at most %d in all.", key,
            KEY_MOST);
    if (!vt_admin_is_name(name, NAME_MOST))
        return vt_admin_fail("The name must have 1 to %d bytes and no control characters.", NAME_MOST);
    if (key && admin->values[VT_ADMIN_IF_MISSING] &&
        vt_manage_site_find(admin->manage, vt_str(key), &admin->arena, &there) == VT_OK)
        return keep_site(admin, &there);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf settings = VT_BUF_INIT(SETTINGS_ROOM);
    int status = add_origins(admin, &list);
    if (!status)
        status = read_settings(admin, &settings);
    if (status)
        return status;
    vt_id_new(id);
    vt_id_new(made + 3);
    struct vt_store_site site = { .site = vt_str(id),
                                  .key = vt_str(key ? key : made),
                                  .name = vt_str(name),
                                  .origins = vt_buf_view(&list),
                                  .settings = vt_buf_view(&settings) };
    int err = vt_manage_site_add(admin->manage, &site);
    if (err == VT_ERR_EXISTS)
        return vt_admin_fail("A site with the key %s is there already; --if-missing would leave it.",
                             key ? key : made);
    if (err)
        return vt_admin_fail_store(admin, err, "The site cannot be added");
    printf("%.*s\n", VT_STR_ARG(site.key));
    return 0;
}

static int run_list(struct vt_admin *admin)
{
    struct vt_store_site *sites;
    size_t n;
    int err = vt_manage_sites(admin->manage, &admin->arena, &sites, &n);
    if (err)
        return vt_admin_fail_store(admin, err, "The sites cannot be read");
    for (size_t i = 0; i < n; i++)
        printf("%.*s\t%.*s\t%.*s\n", VT_STR_ARG(sites[i].key), VT_STR_ARG(sites[i].name),
               VT_STR_ARG(sites[i].origins));
    return 0;
}

static int run_origin_add(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(ORIGINS_BYTES);
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    vt_buf_str(&list, site.origins);
    admin->origins[admin->origins_n++] = admin->operand;
    status = add_origins(admin, &list);
    return status ? status : put_origins(admin, &site, &list);
}

static int run_origin_remove(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf list = VT_BUF_INIT(ORIGINS_BYTES);
    struct vt_store_site site;
    char text[VT_ORIGIN_TEXT];
    int status = vt_admin_find_site(admin, &site);
    if (!status)
        status = read_origin(admin->operand, text);
    if (status)
        return status;
    if (!holds(site.origins, vt_str(text)))
        return vt_admin_fail("The site does not list %s; `vitrine admin site list` shows what it lists.",
                             text);
    for (struct vt_str rest = site.origins; rest.len > 0;) {
        const char *space = memchr(rest.ptr, ' ', rest.len);
        size_t len = space ? (size_t)(space - rest.ptr) : rest.len;
        if (!vt_str_eq((struct vt_str){ rest.ptr, len }, vt_str(text)))
            vt_buf_printf(&list, "%s%.*s", list.len ? " " : "", (int)len, rest.ptr);
        len += space != NULL;
        rest.ptr += len;
        rest.len -= len;
    }
    return put_origins(admin, &site, &list);
}

/* --- settings ------------------------------------------------------------------------------ */

static void note(void *arg, const char *field, const char *why)
{
    (void)arg;
    fprintf(stderr, "vitrine: note: %s %s.\n", field, why);
}

/* They are taken all the same: the catalogue may come after them. */
static void note_missing(struct vt_admin *admin, const struct vt_store_site *site)
{
    struct vt_settings_error error;
    struct vt_store_catalogue catalogue = { .generation = 0 };
    struct vt_settings *settings = vt_settings_parse(site->settings, &error);
    int err = vt_manage_catalogue_get(admin->manage, site->site, &admin->arena, &catalogue);
    struct vt_shelf *shelf = err || catalogue.generation == 0
                                 ? NULL
                                 : vt_shelf_names(admin->values[VT_ADMIN_DATA], site->site,
                                                  catalogue.generation);
    if (settings)
        vt_settings_missing(settings, shelf, note, NULL);
    vt_settings_destroy(settings);
    vt_shelf_unref(shelf);
}

static int run_set(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(SETTINGS_ROOM);
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (!status)
        status = read_settings(admin, &text);
    if (status)
        return status;
    site.settings = vt_buf_view(&text);
    int err = vt_manage_site_put(admin->manage, &site);
    if (err)
        return vt_admin_fail_store(admin, err, "The settings cannot be changed");
    note_missing(admin, &site);
    return 0;
}

static int run_show(struct vt_admin *admin)
{
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (!status)
        printf("%.*s\n", VT_STR_ARG(site.settings));
    return status;
}

static int run_rotate_secret(struct vt_admin *admin)
{
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int err = vt_manage_site_rotate(admin->manage, site.site);
    if (err == VT_ERR_STALE)
        return vt_admin_fail(
            "The site waits for its new secret since the last rotation; the server makes it, "
            "so start the server and try again.");
    return err ? vt_admin_fail_store(admin, err, "The secret cannot be rotated") : 0;
}

/* The key file is where the server finds it: by its configuration, systemd's credential, the data directory.
 * NULL after a sentence. */
static struct vt_seal *open_seal(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(500);
    struct vt_seal *seal = vt_seal_open(admin->values[VT_ADMIN_DATA], admin->config.key_file, &why);
    if (!seal)
        vt_admin_fail("%s", vt_buf_cstr(&why));
    return seal;
}

static int run_identity_key(struct vt_admin *admin)
{
    char key[VT_SITE_SHOP_KEY];
    struct vt_site_secret secret;
    struct vt_store_site site;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    if (!site.secret.ptr)
        return vt_admin_fail(
            "The site has no secret yet; the server makes it, so start the server and try again.");
    struct vt_seal *seal = open_seal(admin);
    if (!seal)
        return VT_ADMIN_FAILED;
    int err = vt_site_secret_open(seal, site.site, site.secret, site.secret_before, &secret);
    vt_seal_close(seal);
    if (!err)
        err = vt_site_shop_key(&secret, key);
    vt_secret_wipe(&secret, sizeof(secret));
    if (err)
        return vt_admin_fail("The site's secret does not open: is this the key file the server uses?");
    printf("%s\n", key);
    vt_secret_wipe(key, sizeof(key));
    return 0;
}

/* Everything may be asked; the admin page narrows it. */
static int run_merchant(struct vt_admin *admin)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(500);
    char text[VT_WEBHOOK_SECRET], sealed[VT_SEAL_TEXT];
    struct vt_url url;
    struct vt_store_site site;
    int64_t now = vt_wall_ms();
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    if (vt_url_parse(vt_str(admin->operand), &url, &why) != VT_OK)
        return vt_admin_fail("%s cannot be asked: %s.", admin->operand, vt_buf_cstr(&why));
    struct vt_seal *seal = open_seal(admin);
    if (!seal)
        return VT_ADMIN_FAILED;
    int err = vt_hook_secret(seal, site.site, VT_HOOK_MERCHANT, text, sealed);
    vt_seal_close(seal);
    const struct vt_hook hook = { .id = VT_HOOK_MERCHANT,
                                  .url = vt_str(admin->operand),
                                  .events = VT_STR(" customer orders wishlist reconcile "),
                                  .secret = vt_str(sealed),
                                  .created = now };
    if (!err)
        err = vt_hook_put(admin->manage, site.site, &hook);
    err = err == VT_ERR_MISSING ? vt_hook_add(admin->manage, site.site, &hook)
          : err                 ? err
                : vt_hook_rotate(admin->manage, site.site, hook.id, hook.secret, now + VT_HOOK_OVERLAP_MS);
    if (err)
        return vt_admin_fail_store(admin, err, "The address could not be stored");
    printf("%s\n", text);
    vt_secret_wipe(text, sizeof(text));
    return 0;
}

const struct vt_admin_command vt_admin_site_commands[] = {
    { "site add", VT_ADMIN_BIT(NAME) | VT_ADMIN_BIT(ORIGIN),
      VT_ADMIN_BIT(KEY) | VT_ADMIN_BIT(IF_MISSING) | VT_ADMIN_BIT(SETTINGS), NULL,
      "Adds a site and prints its public key.\nWith --if-missing and --key an existing site stays as it is, "
      "but gets the "
      "origins it lacks.",
      run_add },
    { "site list", 0, 0, NULL, "Lists the sites: key, name, origins, parted by tabs.", run_list },
    { "site origin add", VT_ADMIN_BIT(SITE), 0, "ORIGIN", "Lets pages of one more origin embed the site.",
      run_origin_add },
    { "site origin remove", VT_ADMIN_BIT(SITE), 0, "ORIGIN",
      "Takes an origin away; open sockets stay until they close.", run_origin_remove },
    { "site set", VT_ADMIN_BIT(SITE) | VT_ADMIN_BIT(SETTINGS), 0, NULL,
      "Takes the site's settings: queues, hours, notices, theme and so on.\nThey are checked first; what is "
      "wrong is named by its place in the file.",
      run_set },
    { "site show", VT_ADMIN_BIT(SITE), 0, NULL, "Prints the site's settings.", run_show },
    { "site rotate-secret", VT_ADMIN_BIT(SITE), 0, NULL,
      "Gives the site a new secret to sign addresses with.\nWhat was signed with the one before stays good "
      "until it expires or the secret is rotated again.",
      run_rotate_secret },
    { "site identity-key", VT_ADMIN_BIT(SITE), 0, NULL,
      "Prints the key with which the shop's server signs its customers' tokens (JWT, HS256).\nIt changes "
      "with "
      "rotate-secret; tokens under the one before stay good until the next.",
      run_identity_key },
    { "site merchant", VT_ADMIN_BIT(SITE), 0, "URL",
      "Sets the address of the shop's own data (docs/merchant.md) and prints a new secret for it.\n"
      "The secret before stays good for a day.",
      run_merchant },
    { 0 },
};
