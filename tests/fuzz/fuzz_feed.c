/* SPDX-License-Identifier: Apache-2.0 */
/* A feed as somebody may hand it in: XML, table or JSON. Every product that is taken must be one the
 * catalogue takes and finds again, and every refusal must say why, in UTF-8. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/catalogue/catalogue.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/import.h"
#include "server/catalogue/rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
    struct vt_catalogue *catalogue;
    struct vt_import *import;
};

static int take_picture(void *arg, struct vt_str path, char ret_media[VT_SHA256_TEXT], struct vt_buf *ret_why)
{
    (void)arg;
    if (path.len % 5 == 4) {
        vt_buf_text(ret_why, "no picture");
        return VT_ERR_MISSING;
    }
    return vt_sha256_hex(path, ret_media);
}

static int take_size(void *arg, struct vt_str path, uint32_t ret_size[2], struct vt_buf *ret_why)
{
    (void)arg, (void)ret_why;
    ret_size[0] = 1 + (uint32_t)(path.len % 3);
    ret_size[1] = 1;
    return VT_OK;
}

static int take_address(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why)
{
    const struct run *run = arg;
    (void)sku, (void)ret_why;
    /* Every other one is there already. */
    return url.len % 2 ? vt_catalogue_picture(run->catalogue, url, VT_STR("id")) : VT_OK;
}

static int take_product(void *arg, struct vt_str sku, struct vt_str body, const json_t *tree)
{
    const struct run *run = arg;
    assert(json_is_object(tree));
    assert(vt_utf8_valid(body.ptr, body.len));
    int err = vt_catalogue_add(run->catalogue, sku, body);
    assert(err == VT_OK || err == VT_ERR_NOMEM);
    assert(err != VT_OK || vt_catalogue_get(run->catalogue, sku).ptr);
    return err;
}

static void note_refused(void *arg, size_t number, struct vt_str sku, struct vt_str why)
{
    (void)arg, (void)sku;
    assert(number > 0 && why.len > 0);
}

/* Each row is a group of two: itself, twice. */
static int take_row(void *arg, const struct vt_feed_row *row)
{
    const struct run *run = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    struct vt_row_part part = { .part = VT_BUF_INIT(VT_ROWS_PART) };
    int err = vt_rows_read(row, 1700000000, &part, &why);
    assert(err == VT_OK || why.len > 0);
    struct vt_rows_group *group = err ? NULL : vt_rows_begin(part.group, vt_buf_view(&part.part));
    for (int i = 0; i < 2 && group; i++) {
        vt_buf_reset(&why);
        vt_rows_add(group, vt_buf_view(&part.part), &why);
    }
    if (group)
        vt_import_take(run->import, row->number, vt_rows_product(group));
    vt_rows_end(group);
    vt_buf_finish(&part.part);
    return VT_OK;
}

static int take_json(void *arg, size_t number, const json_t *product)
{
    const struct run *run = arg;
    return vt_import_take(run->import, number, product);
}

static int note_unreadable(void *arg, size_t number, struct vt_str why)
{
    note_refused(arg, number, (struct vt_str){ 0 }, why);
    return VT_OK;
}

static void take_currency(void *arg, struct vt_str currency)
{
    const struct run *run = arg;
    vt_import_currency(run->import, currency);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1; /* one for all: the file is cut and written anew */
    struct run run = { .catalogue = vt_catalogue_create() };
    const struct vt_import_calls calls = { take_picture, take_size,    take_address,
                                           take_product, note_refused, &run };
    const struct vt_feed_calls feed = { .row = take_row,
                                        .product = take_json,
                                        .unreadable = note_unreadable,
                                        .currency = take_currency,
                                        .arg = &run };
    struct vt_buf error = VT_BUF_INIT(1024);
    if (fd < 0)
        fd = memfd_create("feed", MFD_CLOEXEC);
    run.import = vt_import_create(&calls);
    if (run.catalogue && run.import && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size) {
        int err = vt_feed_read(fd, &feed, &error);
        assert(err == VT_OK || error.len > 0);
    }
    vt_buf_finish(&error);
    vt_import_destroy(run.import);
    vt_catalogue_unref(run.catalogue);
    return 0;
}
