/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/admin_internal.h"
#include "server/base/err.h"
#include "server/base/map.h"
#include "server/catalogue/import.h"
#include "server/catalogue/originals.h"

/* One import under way: products are gathered first and stored at once, so a broken file changes nothing. */
struct import {
    struct vt_admin *admin;
    int pictures_fd;
    struct vt_arena texts;
    struct vt_store_product *products; /* owned */
    size_t n, refused, pictures, pictures_new;
    struct vt_manage_picture *addresses; /* owned */
    size_t addresses_n;
    struct vt_map addresses_seen;
};

enum { TEXTS_BYTES = 256 << 20, ADDRESSES_MOST = 100000 };

static int take_picture(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why)
{
    struct import *import = arg;
    bool is_new = false;
    int err = vt_originals_take(import->pictures_fd, path, import->admin->values[VT_ADMIN_DATA], ret_media,
                                &is_new, ret_why);
    import->pictures += err == VT_OK;
    import->pictures_new += is_new;
    return err;
}

static int take_size(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why)
{
    struct import *import = arg;
    return vt_originals_size(import->pictures_fd, path, ret_size, ret_why);
}

/* Once each, however many products name it. */
static int take_address(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why)
{
    struct import *import = arg;
    if (vt_map_get(&import->addresses_seen, url))
        return VT_OK;
    if (import->addresses_n == ADDRESSES_MOST) {
        vt_buf_printf(ret_why, "more than %d pictures by address: the rest is left out", ADDRESSES_MOST);
        return VT_ERR_FULL;
    }
    struct vt_manage_picture address = { vt_arena_str(&import->texts, url),
                                         vt_arena_str(&import->texts, sku) };
    if (!address.url.ptr || !address.sku.ptr || vt_map_set(&import->addresses_seen, url, import) != VT_OK)
        return VT_ERR_NOMEM;
    import->addresses[import->addresses_n++] = address;
    return VT_OK;
}

static int take_product(void *arg, struct vt_str sku, struct vt_str body)
{
    struct import *import = arg;
    struct vt_store_product product = { vt_arena_str(&import->texts, sku),
                                        vt_arena_str(&import->texts, body) };
    if (!product.sku.ptr || !product.body.ptr)
        return VT_ERR_NOMEM;
    import->products[import->n++] = product;
    return VT_OK;
}

static void note_refused(void *arg, size_t number, struct vt_str sku, struct vt_str why)
{
    struct import *import = arg;
    import->refused++;
    fprintf(stderr, "row %zu%s%.*s%s: %.*s\n", number, sku.ptr ? " (" : "", VT_STR_ARG(sku),
            sku.ptr ? ")" : "", VT_STR_ARG(why));
}

/* --- the file ------------------------------------------------------------------------------ */

static int open_pictures(struct vt_admin *admin)
{
    VT_FREE
    char *copy = strdup(admin->operand);
    const char *dir = admin->values[VT_ADMIN_PICTURES];
    if (!dir)
        dir = copy ? dirname(copy) : ".";
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        vt_admin_fail("The pictures' directory %s cannot be opened: %s.", dir, strerror(errno));
    return fd;
}

static int run_import_of(struct import *import, const struct vt_store_site *site, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    const struct vt_import_calls calls = { .picture = take_picture,
                                           .size = take_size,
                                           .address = take_address,
                                           .product = take_product,
                                           .refused = note_refused,
                                           .arg = import };
    if (vt_catalogue_import(text, &calls, &error) != VT_OK)
        return vt_admin_fail("%s: %s Nothing was changed.", import->admin->operand, vt_buf_cstr(&error));
    if (import->n == 0)
        return vt_admin_fail("%s holds no product that can be taken. Nothing was changed.",
                             import->admin->operand);
    int err = vt_manage_catalogue_put(import->admin->manage, site->site, import->products, import->n,
                                      import->addresses, import->addresses_n);
    if (err)
        return vt_admin_fail_store(import->admin, err, "The products cannot be stored");
    printf("%zu products, %zu pictures (%zu new), %zu complaints\n", import->n, import->pictures,
           import->pictures_new, import->refused);
    if (import->addresses_n > 0)
        printf(
            "%zu pictures by address: a running server fetches them; vitrine admin pictures shows how far\n",
            import->addresses_n);
    return 0;
}

static int run_import(struct vt_admin *admin)
{
    struct import import = { .admin = admin };
    struct vt_store_site site;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_IMPORT_BYTES + 65536);
    int status = vt_admin_find_site(admin, &site);
    if (!status)
        status = vt_admin_read_file(admin->operand, &text);
    if (status)
        return status;
    import.pictures_fd = open_pictures(admin);
    if (import.pictures_fd < 0)
        return VT_ADMIN_FAILED;
    import.products = calloc(VT_IMPORT_PRODUCTS, sizeof(*import.products));
    vt_arena_init(&import.texts, TEXTS_BYTES);
    import.addresses = calloc(ADDRESSES_MOST, sizeof(*import.addresses));
    vt_map_init(&import.addresses_seen);
    status = import.products && import.addresses ? run_import_of(&import, &site, vt_buf_view(&text))
                                                 : vt_admin_fail("There is no memory left.");
    vt_arena_finish(&import.texts);
    free(import.products);
    free(import.addresses);
    vt_map_finish(&import.addresses_seen);
    close(import.pictures_fd);
    return status;
}

const struct vt_admin_command vt_admin_catalogue_commands[] = {
    { "catalogue import", VT_ADMIN_BIT(SITE), VT_ADMIN_BIT(PICTURES), "FILE.json",
      "Replaces a site's products by those of a file of Vitrine's JSON.\nA bad row is named on standard "
      "error and left out; a "
      "broken file changes nothing.",
      run_import },
    { 0 },
};
