/* SPDX-License-Identifier: Apache-2.0 */
/* POST /api/v1/catalogue/file: a catalogue or a table of stock as a file, with the one-use leave that
 * POST /api/v1/catalogue/upload gave (feeds.h) as its bearer. It is written to an unnamed file as it comes,
 * and the answer, 202, says that it waits for its import; how that went, GET /api/v1/catalogue tells. */
#ifndef VT_HTTP_FEED_H
#define VT_HTTP_FEED_H

#include "server/feeds.h"
#include "server/http/http.h"

struct vt_feed_files;
struct vt_feed_files_deps { /* borrowed */
    struct vt_net *net;
    const struct vt_config *config;
    struct vt_feeds *feeds;
};
struct vt_feed_files *vt_feed_files_mount(const struct vt_feed_files_deps *deps); /* NULL: no memory */
void vt_feed_files_destroy(struct vt_feed_files *files);

#endif
