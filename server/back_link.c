/* SPDX-License-Identifier: Apache-2.0 */
#include "server/back_link.h"

#include <string.h>

#define DAY_MS INT64_C(86400000)

static void write_page(const struct vt_site *site, struct vt_str url, struct vt_buf *out)
{
    const char *fragment = url.len > 0 ? memchr(url.ptr, '#', url.len) : NULL;
    if (fragment)
        url.len = (size_t)(fragment - url.ptr);
    for (size_t i = 0; site->origins[i]; i++) {
        size_t n = strlen(site->origins[i]);
        if (url.len > n && memcmp(url.ptr, site->origins[i], n) == 0 && url.ptr[n] == '/') {
            vt_buf_str(out, url);
            return;
        }
    }
    bool inside = url.len > 0 && url.ptr[0] == '/' && (url.len == 1 || url.ptr[1] != '/');
    vt_buf_text(out, site->origins[0] ? site->origins[0] : "");
    vt_buf_str(out, inside ? url : VT_STR("/"));
}

void vt_back_link_write(const struct vt_site *site, struct vt_str url, const char *secret, struct vt_buf *out)
{
    write_page(site, url, out);
    vt_buf_printf(out, "#vt=%s", secret);
}

int vt_back_link_put(struct vt_app *app, struct vt_str site, struct vt_str conv, const char *secret,
                     vt_store_done_fn *done, void *arg)
{
    struct vt_store_once once = { .site = site,
                                  .conv = conv,
                                  .kind = VT_STR("back"),
                                  .expires = vt_steady_ms() + VT_BACK_LINK_DAYS * DAY_MS };
    return vt_store_once_put(app->deps.store, vt_str(secret), &once, false, done, arg);
}
