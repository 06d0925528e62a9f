/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine admin pictures`: how far fetching the catalogue's pictures is, and what fails. */
#include <stdio.h>
#include <time.h>

#include "server/admin_internal.h"
#include "server/base/err.h"
#include "server/log_escape.h"
#include "server/outgoing/url.h"

enum { SHOWN_MOST = 200 };

static void print_when(int64_t ms)
{
    char text[32];
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
    printf("%s", text);
}

/* "VT-7  shop.example/a.jpg  the host answered 404; next try 2026-11-22 02:00:00 UTC" */
static void print_picture(const struct vt_store_picture *picture)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(16384);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf shown = VT_BUF_INIT(4096);
    struct vt_url url;
    if (vt_url_parse(picture->url, &url, &shown) == VT_OK)
        vt_url_shown(&url, &shown);
    vt_log_escape_text(&line, picture->sku);
    vt_buf_text(&line, "  ");
    vt_log_escape_text(&line, vt_buf_view(&shown));
    vt_buf_text(&line, "  ");
    vt_log_escape_text(&line, picture->why);
    printf("  %s; ", vt_buf_cstr(&line));
    if (picture->state == VT_PICTURE_FAILED)
        printf("given up after %u tries", picture->tries);
    else
        print_when(picture->next);
    printf("\n");
}

static int run_pictures(struct vt_admin *admin)
{
    struct vt_store_site site;
    struct vt_store_picture_counts counts;
    struct vt_store_picture *troubled = NULL;
    size_t n = 0, retried = 0;
    int status = vt_admin_find_site(admin, &site);
    if (status)
        return status;
    int err = VT_OK;
    if (admin->values[VT_ADMIN_RETRY])
        err = vt_manage_pictures_retry(admin->manage, site.site, &retried);
    if (!err)
        err = vt_manage_picture_report(admin->manage, site.site, &admin->arena, SHOWN_MOST, &counts,
                                       &troubled, &n);
    if (err)
        return vt_admin_fail_store(admin, err, "The pictures cannot be read");
    if (admin->values[VT_ADMIN_RETRY])
        printf("%zu are tried again\n", retried);
    const uint32_t *by = counts.by_state;
    printf("%u of %u pictures by address are there, %u are wanted, %u failed\n", by[VT_PICTURE_THERE],
           by[VT_PICTURE_THERE] + by[VT_PICTURE_WANTED] + by[VT_PICTURE_FAILED], by[VT_PICTURE_WANTED],
           by[VT_PICTURE_FAILED]);
    for (size_t i = 0; i < n; i++)
        print_picture(&troubled[i]);
    if (n == SHOWN_MOST)
        printf("  the first %d are shown\n", SHOWN_MOST);
    return 0;
}

const struct vt_admin_command vt_admin_pictures_commands[] = {
    { "pictures", VT_ADMIN_BIT(SITE), VT_ADMIN_BIT(RETRY), NULL,
      "Shows how far fetching a site's pictures is, and what fails.\nEach failing one with its product, host "
      "and path, reason and next try.",
      run_pictures },
    { 0 },
};
