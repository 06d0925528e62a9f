/* SPDX-License-Identifier: Apache-2.0 */
/* Feeds from texts, the whole way to a shelf that is served. Include after cmocka. */
#ifndef VT_TESTS_CATALOGUE_FIXTURE_H
#define VT_TESTS_CATALOGUE_FIXTURE_H

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/catalogue/intake.h"
#include "server/store/imports.h"

/* `result` is initialised here; the caller finishes it. */
static inline int intake_bytes(const char *dir, const char *site, int64_t generation, const void *bytes,
                               size_t n, struct vt_intake_result *result)
{
    int fd = memfd_create("feed", MFD_CLOEXEC);
    assert_int_equal(write(fd, bytes, n), n);
    const struct vt_intake intake = {
        .data_dir = dir, .site = vt_str(site), .generation = generation, .fd = fd, .pictures_fd = -1
    };
    vt_intake_result_init(result);
    int err = vt_intake_run(&intake, result);
    close(fd);
    return err;
}

static inline void serve_text(struct vt_manage *manage, const char *dir, const char *site, int64_t generation,
                              const char *text)
{
    struct vt_intake_result result;
    int err = intake_bytes(dir, site, generation, text, strlen(text), &result);
    if (err)
        fail_msg("%s", vt_buf_cstr(&result.error));
    vt_intake_result_finish(&result);
    assert_int_equal(
        vt_manage_catalogue_serve(
            manage, &(struct vt_store_catalogue){ .site = vt_str(site), .generation = generation }),
        VT_OK);
}

static inline struct vt_shelf *shelf_of(const char *dir, const char *site, int64_t generation)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_shelf *shelf = vt_shelf_open(dir, vt_str(site), generation, &error);
    if (!shelf)
        fail_msg("%s", vt_buf_cstr(&error));
    return shelf;
}

static inline int keep_body(void *arg, struct vt_str sku, struct vt_str body, bool has_spin)
{
    (void)sku, (void)has_spin;
    vt_buf_str(arg, body);
    return vt_buf_byte(arg, '\n');
}

static inline int keep_no_sku(void *arg, size_t product, struct vt_str sku)
{
    (void)arg, (void)product, (void)sku;
    return VT_OK;
}

/* Every body, a line each. */
static inline void shelf_bodies(const char *dir, const char *site, int64_t generation, struct vt_buf *out)
{
    struct vt_shelf *shelf = shelf_of(dir, site, generation);
    assert_int_equal(vt_shelf_products(shelf, keep_body, keep_no_sku, out), VT_OK);
    vt_shelf_unref(shelf);
}

#endif
