/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/intake.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/feed_text.h"
#include "server/catalogue/fold.h"
#include "server/catalogue/import.h"
#include "server/catalogue/originals.h"
#include "server/catalogue/rows.h"

enum { WORDS_BYTES = 64 << 10, BRANCH_MOST = 64, QUANTITY_MOST = 1000000000 };

struct run {
    const struct vt_intake *intake;
    struct vt_intake_result *result;
    struct vt_shelf_writer *shelf;
    struct vt_import *import;
    int64_t now_s;
    struct vt_row_part part;
    struct vt_buf why;
    struct vt_rows_group *group; /* the one being put together */
    size_t group_row;            /* its first row */
    struct vt_buf words[3];      /* title, tags, about */
};

void vt_intake_result_init(struct vt_intake_result *result)
{
    *result = (struct vt_intake_result){ .error = VT_BUF_INIT(1024),
                                         .report = VT_BUF_INIT(VT_INTAKE_REPORT_BYTES) };
}

void vt_intake_result_finish(struct vt_intake_result *result)
{
    vt_buf_finish(&result->error);
    vt_buf_finish(&result->report);
}

/* --- what is refused ---------------------------------------------------------------------------- */

static void refuse(void *arg, size_t number, struct vt_str sku, struct vt_str why)
{
    struct run *run = arg;
    struct vt_intake_result *result = run->result;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf entry = VT_BUF_INIT(4096);
    result->complaints++;
    vt_buf_byte(&entry, '{');
    vt_json_put_number(&entry, "row", (int64_t)number);
    vt_json_put_text(&entry, "sku", sku);
    vt_json_put_text(&entry, "why", why);
    vt_buf_byte(&entry, '}');
    bool fits = !entry.failed && result->report.len + entry.len + 2 < VT_INTAKE_REPORT_BYTES;
    if (!fits || result->reported == VT_INTAKE_REPORT || !vt_utf8_valid(entry.data, entry.len))
        return;
    vt_buf_byte(&result->report, result->reported++ ? ',' : '[');
    vt_buf_str(&result->report, vt_buf_view(&entry));
}

static int unreadable(void *arg, size_t number, struct vt_str why)
{
    refuse(arg, number, (struct vt_str){ 0 }, why);
    return VT_OK;
}

/* --- pictures ----------------------------------------------------------------------------------- */

static int take_picture(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why)
{
    struct run *run = arg;
    bool is_new = false;
    int err = vt_originals_take(run->intake->pictures_fd, path, run->intake->data_dir, ret_media, &is_new,
                                ret_why);
    run->result->pictures += err == VT_OK;
    run->result->pictures_new += is_new;
    return err;
}

static int take_size(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why)
{
    const struct run *run = arg;
    return vt_originals_size(run->intake->pictures_fd, path, ret_size, ret_why);
}

static int take_address(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why)
{
    struct run *run = arg;
    int err = vt_shelf_put_address(run->shelf, url, sku);
    if (err == VT_ERR_FULL)
        vt_buf_printf(ret_why, "more than %d pictures by address: the rest is left out", VT_SHELF_ADDRESSES);
    run->result->addresses += err == VT_OK;
    return err;
}

/* --- a good product ----------------------------------------------------------------------------- */

static int put_stock(struct run *run, const json_t *variant, struct vt_str sku)
{
    const char *branch;
    json_t *quantity;
    int err = VT_OK;
    json_object_foreach(json_object_get(variant, "stock"), branch, quantity)
    {
        int64_t n = json_is_integer(quantity) ? json_integer_value(quantity) : -1;
        if (!err && n >= 0 && n <= QUANTITY_MOST && strlen(branch) > 0 && strlen(branch) <= BRANCH_MOST)
            err = vt_shelf_put_stock(run->shelf, sku, vt_str(branch), n);
    }
    return err;
}

/* Words that a name may be found by: what it is sold as, not what is said of it. */
static void put_tags(struct vt_buf *tags, const json_t *from)
{
    static const char *const names[] = { "sku", "type", "brand", "material", "size", "colour" };
    for (size_t i = 0; i < VT_COUNT(names); i++)
        if (vt_json_text(from, names[i]).ptr)
            vt_fold(tags, vt_json_text(from, names[i]));
}

static size_t read_variants(const json_t *product, struct vt_shelf_variant variants[VT_IMPORT_VARIANTS])
{
    struct vt_str price = vt_json_text(product, "price"), material = vt_json_text(product, "material");
    const json_t *variant;
    size_t i, n = 0;
    json_array_foreach(json_object_get(product, "variants"), i, variant)
    {
        struct vt_str own = vt_json_text(variant, "price"), its = vt_json_text(variant, "material");
        variants[n++] = (struct vt_shelf_variant){ .sku = vt_json_text(variant, "sku"),
                                                   .colour = vt_json_text(variant, "colour"),
                                                   .size = vt_json_text(variant, "size"),
                                                   .material = its.ptr ? its : material,
                                                   .price = vt_feed_hundredths(own.ptr ? own : price),
                                                   .available = !json_is_false(
                                                       json_object_get(variant, "available")) };
    }
    if (n == 0) /* a piece of which there is one kind */
        variants[n++] = (struct vt_shelf_variant){ .sku = vt_json_text(product, "sku"),
                                                   .material = material,
                                                   .price = vt_feed_hundredths(price),
                                                   .available = true };
    return n;
}

static int take_product(void *arg, struct vt_str sku, struct vt_str body, const json_t *tree)
{
    struct run *run = arg;
    struct vt_shelf_variant variants[VT_IMPORT_VARIANTS + 1];
    const json_t *variant;
    size_t i;
    for (i = 0; i < VT_COUNT(run->words); i++)
        vt_buf_reset(&run->words[i]);
    vt_fold(&run->words[0], vt_json_text(tree, "title"));
    put_tags(&run->words[1], tree);
    json_array_foreach(json_object_get(tree, "variants"), i, variant) put_tags(&run->words[1], variant);
    vt_fold(&run->words[2], vt_json_text(tree, "description"));
    const struct vt_shelf_product product = { .sku = sku,
                                              .body = body,
                                              .title = vt_buf_view(&run->words[0]),
                                              .tags = vt_buf_view(&run->words[1]),
                                              .about = vt_buf_view(&run->words[2]),
                                              .type = vt_json_text(tree, "type"),
                                              .brand = vt_json_text(tree, "brand"),
                                              .has_spin = json_object_get(tree, "spin") != NULL,
                                              .variants = variants,
                                              .n = read_variants(tree, variants) };
    int err = vt_shelf_put(run->shelf, &product);
    run->result->products += !err;
    run->result->variants += err ? 0 : product.n;
    json_array_foreach(json_object_get(tree, "variants"), i, variant) if (!err)
        err = put_stock(run, variant, variants[i].sku);
    return err;
}

/* --- rows and groups ---------------------------------------------------------------------------- */

static bool is_stopped(const struct run *run)
{
    return run->intake->stop && atomic_load(run->intake->stop);
}

/* A row of a table of stock. */
static int take_stock(struct run *run, const struct vt_feed_row *row)
{
    struct vt_str sku = vt_buf_view(&row->fields[VT_FEED_ID]),
                  branch = vt_buf_view(&row->fields[VT_FEED_BRANCH]);
    struct vt_str text = vt_buf_view(&row->fields[VT_FEED_QUANTITY]);
    uint64_t quantity;
    vt_buf_reset(&run->why);
    if (sku.len == 0 || sku.len > VT_ROWS_SKU)
        vt_buf_printf(&run->why, "id is missing or longer than %d bytes", VT_ROWS_SKU);
    else if (branch.len == 0 || branch.len > BRANCH_MOST)
        vt_buf_printf(&run->why, "store_code is missing or longer than %d bytes", BRANCH_MOST);
    else if (vt_str_to_u64(text, 0, QUANTITY_MOST, &quantity) != VT_OK)
        vt_buf_printf(&run->why, "quantity \"%.*s\" is no whole number", (int)(text.len < 40 ? text.len : 40),
                      text.ptr);
    if (run->why.len > 0) {
        refuse(run, row->number, sku, vt_buf_view(&run->why));
        return VT_OK;
    }
    run->result->stocked++;
    return vt_shelf_put_stock(run->shelf, sku, branch, (int64_t)quantity);
}

static int take_row(void *arg, const struct vt_feed_row *row)
{
    struct run *run = arg;
    size_t before = 0;
    if (is_stopped(run))
        return VT_ERR_GONE;
    if (run->intake->is_stock)
        return take_stock(run, row);
    int err = vt_rows_read(row, run->now_s, &run->part, &run->why);
    if (run->why.len > 0)
        refuse(run, row->number, run->part.sku, vt_buf_view(&run->why));
    if (err)
        return err == VT_ERR_NOMEM ? err : VT_OK;
    err = vt_shelf_stage(run->shelf, row->number, run->part.sku, run->part.group,
                         vt_buf_view(&run->part.part), &before);
    if (err != VT_ERR_EXISTS)
        return err;
    vt_buf_reset(&run->why);
    vt_buf_printf(&run->why, "id is there twice: row %zu has it, too, and is the one that counts", before);
    refuse(run, row->number, run->part.sku, vt_buf_view(&run->why));
    return VT_OK;
}

static int end_group(struct run *run)
{
    int err = run->group ? vt_import_take(run->import, run->group_row, vt_rows_product(run->group)) : VT_OK;
    vt_rows_end(run->group);
    run->group = NULL;
    return err;
}

static int take_part(void *arg, size_t number, bool first, struct vt_str group, struct vt_str part)
{
    struct run *run = arg;
    int err = is_stopped(run) ? VT_ERR_GONE : first ? end_group(run) : VT_OK;
    if (!err && first) {
        run->group = vt_rows_begin(group, part);
        run->group_row = number;
        err = run->group ? VT_OK : VT_ERR_NOMEM;
    }
    vt_buf_reset(&run->why);
    if (!err)
        err = vt_rows_add(run->group, part, &run->why);
    if (err != VT_ERR_INVALID)
        return err;
    refuse(run, number, group, vt_buf_view(&run->why));
    return VT_OK;
}

static int take_json(void *arg, size_t number, const json_t *product)
{
    const struct run *run = arg;
    return is_stopped(run) ? VT_ERR_GONE : vt_import_take(run->import, number, product);
}

static void take_currency(void *arg, struct vt_str currency)
{
    const struct run *run = arg;
    vt_import_currency(run->import, currency);
}

/* --- the whole way ------------------------------------------------------------------------------ */

static int read_feed(struct run *run)
{
    const struct vt_feed_calls calls = { .row = take_row,
                                         .product = take_json,
                                         .unreadable = unreadable,
                                         .currency = take_currency,
                                         .is_stock = run->intake->is_stock,
                                         .arg = run };
    int err = vt_feed_read(run->intake->fd, &calls, &run->result->error);
    if (!err)
        err = vt_shelf_staged(run->shelf, take_part, run);
    if (!err)
        err = end_group(run);
    if (!err && run->result->products + run->result->stocked == 0) {
        vt_buf_text(&run->result->error, run->intake->is_stock
                                             ? "The file holds no stock that can be taken."
                                             : "The file holds no product that can be taken.");
        err = VT_ERR_INVALID;
    }
    return err ? err : vt_shelf_finish(run->shelf);
}

static void explain(struct run *run, int err)
{
    struct vt_buf *error = &run->result->error;
    if (err && error->len == 0)
        vt_buf_printf(error, "The products cannot be written: %s.",
                      err == VT_ERR_NOMEM  ? "there is no memory left"
                      : err == VT_ERR_FULL ? "the disk is full"
                                           : vt_err_name(err));
    if (run->result->reported > 0)
        vt_buf_byte(&run->result->report, ']');
}

static int run_all(struct run *run)
{
    bool has_folder = run->intake->pictures_fd >= 0;
    const struct vt_import_calls calls = { .picture = has_folder ? take_picture : NULL,
                                           .size = has_folder ? take_size : NULL,
                                           .address = take_address,
                                           .product = take_product,
                                           .refused = refuse,
                                           .arg = run };
    run->shelf = vt_shelf_create(run->intake->data_dir, run->intake->site, run->intake->generation,
                                 &run->result->error);
    run->import = vt_import_create(&calls);
    if (!run->shelf)
        return VT_ERR_IO;
    return run->import ? read_feed(run) : VT_ERR_NOMEM;
}

int vt_intake_run(const struct vt_intake *intake, struct vt_intake_result *result)
{
    struct run run = { .intake = intake,
                       .result = result,
                       .now_s = vt_wall_ms() / 1000,
                       .part = { .part = VT_BUF_INIT(VT_ROWS_PART) },
                       .why = VT_BUF_INIT(1024),
                       .words = { VT_BUF_INIT(WORDS_BYTES), VT_BUF_INIT(WORDS_BYTES),
                                  VT_BUF_INIT(WORDS_BYTES) } };
    int err = run_all(&run);
    explain(&run, err);
    vt_rows_end(run.group);
    vt_shelf_destroy(run.shelf);
    vt_import_destroy(run.import);
    vt_buf_finish(&run.part.part);
    vt_buf_finish(&run.why);
    for (size_t i = 0; i < VT_COUNT(run.words); i++)
        vt_buf_finish(&run.words[i]);
    return err;
}
