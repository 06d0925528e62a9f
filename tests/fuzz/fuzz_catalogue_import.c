/* SPDX-License-Identifier: Apache-2.0 */
/* A catalogue file as somebody may hand it in. Every product that is taken must be one the catalogue
 * takes and finds again. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/catalogue/catalogue.h"
#include "server/catalogue/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

static int take_product(void *arg, struct vt_str sku, struct vt_str body)
{
    struct vt_catalogue *catalogue = arg;
    assert(vt_utf8_valid(body.ptr, body.len));
    int err = vt_catalogue_add(catalogue, sku, body);
    assert(err == VT_OK || err == VT_ERR_NOMEM);
    assert(err != VT_OK || vt_catalogue_get(catalogue, sku).ptr);
    return err;
}

static void note_refused(void *arg, size_t number, struct vt_str sku, struct vt_str why)
{
    (void)arg;
    (void)sku;
    assert(number > 0 && why.len > 0);
}

static int take_address(void *arg, struct vt_str sku, struct vt_str url, struct vt_buf *ret_why)
{
    (void)sku, (void)ret_why;
    /* Every other one is there already. */
    return url.len % 2 ? vt_catalogue_picture(arg, url, VT_STR("id")) : VT_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str text = { (const char *)data, size }, hits[24];
    struct vt_catalogue *catalogue = vt_catalogue_create();
    struct vt_buf error = VT_BUF_INIT(1024);
    size_t total;
    if (!catalogue)
        return 0;
    const struct vt_import_calls calls = { take_picture, take_size,    take_address,
                                           take_product, note_refused, catalogue };
    int err = vt_catalogue_import(text, &calls, &error);
    assert(err == VT_OK || error.len > 0);
    vt_catalogue_search(catalogue, (struct vt_str){ text.ptr, size < 200 ? size : 200 }, 0, 24, hits, &total);
    vt_buf_finish(&error);
    vt_catalogue_destroy(catalogue);
    return 0;
}
