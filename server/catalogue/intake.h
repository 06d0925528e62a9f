/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a feed into a shelf:
 *
 *     file -> feed.h -> rows staged, grouped (rows.h), or products -> import.h checks each -> shelf file
 * finished
 *
 * Neither the store nor what is served is touched: whoever calls names the new generation in the store
 * afterwards (store/imports.h), or does not. Waits for the disk and may take a minute: any thread but the
 * loop's. */
#ifndef VT_CATALOGUE_INTAKE_H
#define VT_CATALOGUE_INTAKE_H

#include <stdatomic.h>

#include "server/base/buf.h"
#include "server/store/shelf.h"

enum {
    VT_INTAKE_REPORT = 200 /* complaints that are kept; all are counted */,
    VT_INTAKE_REPORT_BYTES = 64 << 10
};

struct vt_intake {
    const char *data_dir;
    struct vt_str site;
    int64_t generation; /* of the file to be: ms since 1970 as a rule */
    int fd;             /* borrowed: the feed, from its beginning */
    int pictures_fd;    /* borrowed: the folder that paths of pictures are below; -1: addresses only */
    bool is_stock; /* a table of sku, branch and quantity: the file then holds no product but only this */
    const atomic_bool *stop; /* borrowed; true: end with VT_ERR_GONE. NULL: nobody will */
};

struct vt_intake_result {
    struct vt_buf error;  /* why all of it was refused, one sentence */
    struct vt_buf report; /* [{"row":3,"sku":"A-1","why":"…"},…]: the first complaints */
    size_t complaints, reported;
    size_t products, variants, addresses, stocked;
    size_t pictures, pictures_new; /* files from the folder */
};

void vt_intake_result_init(struct vt_intake_result *result);
void vt_intake_result_finish(struct vt_intake_result *result);
/* VT_OK: the shelf of that generation is there and holds a product at least (or stock). Else the file is gone
 * again and result->error says why. */
int vt_intake_run(const struct vt_intake *intake, struct vt_intake_result *result);

#endif
