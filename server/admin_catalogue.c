/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/admin_internal.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/catalogue/intake.h"
#include "server/store/imports.h"

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

static void print_report(struct vt_intake_result *result)
{
    json_t *report = json_loadb(result->report.len ? result->report.data : "[]",
                                result->report.len ? result->report.len : 2, 0, NULL);
    const json_t *entry;
    size_t i;
    json_array_foreach(report, i, entry)
    {
        const char *sku = json_string_value(json_object_get(entry, "sku"));
        fprintf(stderr, "row %lld%s%s%s: %s\n", (long long)json_integer_value(json_object_get(entry, "row")),
                sku ? " (" : "", sku ? sku : "", sku ? ")" : "",
                json_string_value(json_object_get(entry, "why")));
    }
    if (result->complaints > json_array_size(report))
        fprintf(stderr, "and %zu more like these\n", result->complaints - json_array_size(report));
    json_decref(report);
}

/* --- after the file is read ------------------------------------------------------------------- */

/* The pictures it names and its stock, a chunk at a time: a running server gets its turn in between. */
static int follow(struct vt_admin *admin, const struct vt_store_site *site, int64_t generation, bool is_stock)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_imports_progress progress = { .step = is_stock ? VT_IMPORTS_STOCK : VT_IMPORTS_PICTURES,
                                            .is_stock = is_stock };
    struct vt_shelf *shelf = vt_shelf_open(admin->values[VT_ADMIN_DATA], site->site, generation, &error);
    int err = VT_OK;
    if (!shelf)
        return vt_admin_fail("%s", vt_buf_cstr(&error));
    while (!err && !progress.done)
        err = vt_manage_catalogue_follow(admin->manage, shelf, site->site, generation, &progress);
    vt_shelf_unref(shelf);
    if (is_stock)
        vt_shelf_remove(admin->values[VT_ADMIN_DATA], site->site, generation);
    if (err)
        return vt_admin_fail_store(admin, err, "The pictures and the stock cannot be stored");
    if (!is_stock)
        vt_shelf_sweep(admin->values[VT_ADMIN_DATA], site->site, generation);
    return 0;
}

static int serve(struct vt_admin *admin, const struct vt_store_site *site, int64_t generation, int64_t began,
                 struct vt_intake_result *result)
{
    const char *slash = strrchr(admin->operand, '/');
    struct vt_store_catalogue row = { .site = site->site,
                                      .generation = generation,
                                      .began = began,
                                      .ended = vt_wall_ms(),
                                      .source = vt_str(slash ? slash + 1 : admin->operand),
                                      .products = (int64_t)result->products,
                                      .variants = (int64_t)result->variants,
                                      .refused = (int64_t)result->complaints };
    struct vt_store_catalogue before;
    if (result->report.len > 0)
        row.report = vt_buf_view(&result->report);
    if (vt_manage_catalogue_get(admin->manage, site->site, &admin->arena, &before) == VT_OK &&
        before.url.len > 0)
        row.next = before.next; /* its address is asked when it is due, and whole */
    int err = vt_manage_catalogue_serve(admin->manage, &row);
    if (err == VT_ERR_STALE)
        return vt_admin_fail("Another import has been faster. Nothing was changed.");
    return err ? vt_admin_fail_store(admin, err, "The products cannot be stored")
               : follow(admin, site, generation, false);
}

static int run_intake(struct vt_admin *admin, const struct vt_store_site *site, int fd, int pictures_fd,
                      struct vt_intake_result *result)
{
    int64_t began = vt_wall_ms();
    const struct vt_intake intake = { .data_dir = admin->values[VT_ADMIN_DATA],
                                      .site = site->site,
                                      .generation = began > site->catalogue ? began : site->catalogue + 1,
                                      .fd = fd,
                                      .pictures_fd = pictures_fd };
    int err = vt_intake_run(&intake, result);
    print_report(result);
    if (err)
        return vt_admin_fail("%s: %s Nothing was changed.", admin->operand, vt_buf_cstr(&result->error));
    int status = serve(admin, site, intake.generation, began, result);
    if (status)
        return status;
    printf("%zu products, %zu pictures (%zu new), %zu complaints\n", result->products, result->pictures,
           result->pictures_new, result->complaints);
    if (result->addresses > 0)
        printf(
            "%zu pictures by address: a running server fetches them; vitrine admin pictures shows how far\n",
            result->addresses);
    return 0;
}

static int run_import(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_intake_result result;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int fd = open(admin->operand, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return vt_admin_fail("%s cannot be opened: %s.", admin->operand, strerror(errno));
    int pictures_fd = open_pictures(admin);
    vt_intake_result_init(&result);
    status = pictures_fd < 0 ? VT_ADMIN_FAILED : run_intake(admin, &site, fd, pictures_fd, &result);
    vt_intake_result_finish(&result);
    if (pictures_fd >= 0)
        close(pictures_fd);
    close(fd);
    return status;
}

/* --- stock ------------------------------------------------------------------------------------ */

static int run_stock_of(struct vt_admin *admin, const struct vt_store_site *site, int fd,
                        struct vt_intake_result *result)
{
    const struct vt_intake intake = { .data_dir = admin->values[VT_ADMIN_DATA],
                                      .site = site->site,
                                      .generation = vt_wall_ms(),
                                      .fd = fd,
                                      .pictures_fd = -1,
                                      .is_stock = true };
    int err = vt_intake_run(&intake, result);
    print_report(result);
    if (err)
        return vt_admin_fail("%s: %s Nothing was changed.", admin->operand, vt_buf_cstr(&result->error));
    int status = follow(admin, site, intake.generation, true);
    if (!status)
        printf("%zu rows of stock, %zu complaints\n", result->stocked, result->complaints);
    return status;
}

static int run_stock(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_intake_result result;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int fd = open(admin->operand, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return vt_admin_fail("%s cannot be opened: %s.", admin->operand, strerror(errno));
    vt_intake_result_init(&result);
    status = run_stock_of(admin, &site, fd, &result);
    vt_intake_result_finish(&result);
    close(fd);
    return status;
}

const struct vt_admin_command vt_admin_catalogue_commands[] = {
    { "catalogue stock", VT_ADMIN_BIT(SITE), 0, "FILE",
      "Sets a site's stock from a table with the columns id, store_code and quantity.\nWhat it does not name "
      "counts "
      "as none; a broken file changes nothing.",
      run_stock },
    { "catalogue import", VT_ADMIN_BIT(SITE), VT_ADMIN_BIT(PICTURES), "FILE",
      "Replaces a site's products by those of a file: a Google Merchant feed as XML (RSS or Atom), CSV or "
      "TSV, or "
      "Vitrine's JSON.\nA bad row is named on standard error and left out; a broken file changes nothing.",
      run_import },
    { 0 },
};
