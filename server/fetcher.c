/* SPDX-License-Identifier: Apache-2.0 */
#include "server/fetcher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/map.h"
#include "server/catalogue/originals.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/origin.h"
#include "server/outgoing/url.h"
#include "server/quota.h"
#include "server/store/pictures.h"

enum {
    LOOK_MS = 5000,
    AT_ONCE = 32, /* each holds a file; outgoing lets 8 of them run */
    PICTURE_BYTES = 40000000,
    REDIRECTS = 3,
    HOSTS_MOST = 128,
    WHY_BYTES = 400,
    KEY_BYTES = 3 * VT_URL_MOST,
    BUSY_MS = 10000 /* our own shortage: again soon, and not counted as a try */
};

static const int64_t waits_ms[] = { 60000, 600000, 3600000 };

struct vt_fetcher {
    struct vt_fetcher_deps deps;
    struct vt_map busy; /* to fetch, by site and url */
    struct vt_timer look;
    bool reading, more, closing;
};

/* One picture on its way. */
struct fetch {
    struct vt_fetcher *fetcher;
    char *site, *url, *sku;      /* owned */
    char *had, *etag, *modified; /* owned: of the last time; NULL: nothing */
    uint32_t tries;
    int fd; /* owned; -1 */
    struct vt_outgoing_result result;
    char id[VT_SHA256_TEXT];
    struct vt_buf why;
    int err; /* of settling */
};

static struct vt_metric fresh = { .name = "vitrine_picture_fetches_total",
                                  .help = "Catalogue pictures asked for, by how it ended.",
                                  .labels = "result=\"new\"",
                                  .kind = VT_METRIC_COUNTER };
static struct vt_metric same = { .name = "vitrine_picture_fetches_total",
                                 .help = "Catalogue pictures asked for, by how it ended.",
                                 .labels = "result=\"same\"",
                                 .kind = VT_METRIC_COUNTER };
static struct vt_metric failed = { .name = "vitrine_picture_fetches_total",
                                   .help = "Catalogue pictures asked for, by how it ended.",
                                   .labels = "result=\"failed\"",
                                   .kind = VT_METRIC_COUNTER };
static struct vt_metric bytes_in = { .name = "vitrine_picture_fetched_bytes_total",
                                     .help = "Bytes of catalogue pictures that were fetched.",
                                     .kind = VT_METRIC_COUNTER };
static struct vt_metric under_way = { .name = "vitrine_picture_fetches",
                                      .help = "Catalogue pictures on their way.",
                                      .kind = VT_METRIC_GAUGE };

static void add_metrics(void)
{
    static struct vt_metric *const all[] = { &fresh, &same, &failed, &bytes_in, &under_way };
    static bool is_added;
    for (size_t i = 0; !is_added && i < VT_COUNT(all); i++)
        vt_metrics_add(all[i]);
    is_added = true;
}

static void look(void *arg);

/* --- the end of one ---------------------------------------------------------------------------- */

static struct vt_str key_of(struct vt_str site, struct vt_str url, struct vt_buf *room)
{
    vt_buf_printf(room, "%.*s\n%.*s", VT_STR_ARG(site), VT_STR_ARG(url));
    return vt_buf_view(room);
}

static void fetch_destroy(struct fetch *fetch)
{
    if (fetch->fd >= 0)
        close(fetch->fd);
    free(fetch->site);
    free(fetch->url);
    free(fetch->sku);
    free(fetch->had);
    free(fetch->etag);
    free(fetch->modified);
    vt_buf_finish(&fetch->why);
    free(fetch);
}

static void leave(struct fetch *fetch)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf key = VT_BUF_INIT(KEY_BYTES);
    struct vt_fetcher *fetcher = fetch->fetcher;
    vt_map_remove(&fetcher->busy, key_of(vt_str(fetch->site), vt_str(fetch->url), &key));
    vt_metric_set(&under_way, (double)fetcher->busy.count);
    fetch_destroy(fetch);
    if (!fetcher->closing && fetcher->busy.count < AT_ONCE / 2)
        look(fetcher);
}

static void handle_stored(void *arg, int err)
{
    struct fetch *fetch = arg;
    if (err)
        vt_log(VT_LOG_ERROR, "fetcher.store", VT_LOG_T("err", vt_err_name(err)));
    else if (fetch->id[0] && !fetch->fetcher->closing)
        vt_sites_picture_put(fetch->fetcher->deps.sites, vt_str(fetch->site), vt_str(fetch->url),
                             vt_str(fetch->id));
    leave(fetch);
}

static void store(struct fetch *fetch, const struct vt_store_picture *row)
{
    if (vt_store_picture_put(fetch->fetcher->deps.store, row, handle_stored, fetch) != VT_OK)
        handle_stored(fetch, VT_ERR_FULL);
}

static struct vt_str text_or_none(const char *text)
{
    return text && text[0] ? vt_str(text) : (struct vt_str){ 0 };
}

/* `id`: of the picture as it is now. */
static void succeed(struct fetch *fetch, const char *id)
{
    bool is_same = fetch->result.status == 304;
    const struct vt_store_picture row = {
        .site = vt_str(fetch->site),
        .url = vt_str(fetch->url),
        .id = vt_str(id),
        .etag = text_or_none(fetch->result.etag[0] || !is_same ? fetch->result.etag : fetch->etag),
        .modified = text_or_none(fetch->result.modified[0] || !is_same ? fetch->result.modified
                                                                       : fetch->modified),
        .state = VT_PICTURE_THERE
    };
    vt_metric_inc(is_same ? &same : &fresh, 1);
    store(fetch, &row);
}

/* What it was goes on being shown. `wait_ms` < 0: no further try. */
static void put_off(struct fetch *fetch, int64_t wait_ms, const char *why)
{
    struct vt_store_picture row = { .site = vt_str(fetch->site),
                                    .url = vt_str(fetch->url),
                                    .id = text_or_none(fetch->had),
                                    .etag = text_or_none(fetch->etag),
                                    .modified = text_or_none(fetch->modified),
                                    .why = vt_str(why),
                                    .state = wait_ms < 0 ? VT_PICTURE_FAILED : VT_PICTURE_WANTED,
                                    .tries = fetch->tries,
                                    .next = wait_ms < 0 ? 0 : vt_wall_ms() + wait_ms };
    store(fetch, &row);
}

static void fail(struct fetch *fetch, bool is_final, const char *why)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf shown = VT_BUF_INIT(2 * VT_URL_MOST), unused = VT_BUF_INIT(256);
    struct vt_url url;
    int64_t wait_ms = -1;
    if (!is_final && fetch->tries < VT_COUNT(waits_ms))
        wait_ms = waits_ms[fetch->tries];
    if (wait_ms >= 0 && wait_ms < (int64_t)fetch->result.retry_after_s * 1000)
        wait_ms = (int64_t)fetch->result.retry_after_s * 1000;
    fetch->tries++;
    if (vt_url_parse(vt_str(fetch->url), &url, &unused) == VT_OK)
        vt_url_shown(&url, &shown);
    vt_buf_finish(&unused);
    vt_metric_inc(&failed, 1);
    vt_log(VT_LOG_WARN, "fetcher.failed", VT_LOG_T("sku", fetch->sku),
           VT_LOG_T("picture", vt_buf_cstr(&shown)), VT_LOG_N("try", fetch->tries), VT_LOG_T("why", why));
    put_off(fetch, wait_ms, why);
}

/* --- its way -------------------------------------------------------------------------------------- */

static bool is_our_shortage(enum vt_media_err err)
{
    return err == VT_MEDIA_BUSY || err == VT_MEDIA_NOT_READY || err == VT_MEDIA_NO_ROOM;
}

static void handle_ingested(void *arg, const struct vt_media_problem *problem, struct vt_media_master *master)
{
    struct fetch *fetch = arg;
    char id[VT_SHA256_TEXT];
    memcpy(id, fetch->id, sizeof(id));
    if (master) {
        succeed(fetch, id);
        return;
    }
    fetch->id[0] = '\0';
    if (fetch->fetcher->closing)
        leave(fetch);
    else if (is_our_shortage(problem->err))
        put_off(fetch, BUSY_MS, problem->detail);
    else
        fail(fetch, false, problem->detail);
}

static void work_settle(void *arg)
{
    struct fetch *fetch = arg;
    fetch->err = vt_originals_settle(fetch->fd, fetch->fetcher->deps.config->data, fetch->id, &fetch->why);
}

static void handle_settled(void *arg)
{
    struct fetch *fetch = arg;
    close(fetch->fd);
    fetch->fd = -1;
    if (fetch->fetcher->closing) {
        fetch->id[0] = '\0';
        leave(fetch);
    } else if (fetch->err) {
        fetch->id[0] = '\0';
        fail(fetch, false, fetch->why.len ? vt_buf_cstr(&fetch->why) : vt_err_name(fetch->err));
    } else {
        vt_media_ingest(fetch->fetcher->deps.media, vt_str(fetch->id), handle_ingested, fetch);
    }
}

static void judge_status(struct fetch *fetch)
{
    int status = fetch->result.status;
    if (status == 304 && fetch->had) {
        vt_str_copy(fetch->id, sizeof(fetch->id), vt_str(fetch->had));
        succeed(fetch, fetch->had);
    } else if (status != 200) {
        vt_buf_printf(&fetch->why, "the host answered %d", status);
        fail(fetch, false, vt_buf_cstr(&fetch->why));
    } else if (vt_loop_work(fetch->fetcher->deps.loop, work_settle, handle_settled, fetch) != VT_OK) {
        put_off(fetch, BUSY_MS, "the server is busy");
    } else {
        vt_metric_inc(&bytes_in, (double)fetch->result.bytes);
    }
}

static void handle_fetched(void *arg, const struct vt_outgoing_result *result)
{
    struct fetch *fetch = arg;
    fetch->result = *result;
    if (result->err == VT_OUTGOING_CLOSED) /* the next start asks anew */
        leave(fetch);
    else if (result->err == VT_OUTGOING_DISK)
        put_off(fetch, waits_ms[0], result->why);
    else if (result->err) /* what no time can change is not asked again */
        fail(fetch, result->err == VT_OUTGOING_URL || result->err == VT_OUTGOING_HOST, result->why);
    else
        judge_status(fetch);
}

/* --- the beginning of one --------------------------------------------------------------------------- */

struct hosts {
    const char *list[HOSTS_MOST + 1];
    char texts[HOSTS_MOST][VT_ORIGIN_HOST];
    size_t n;
};

/* Of an origin, or of a setting such as "img.shop.example"; a port in it says nothing, as 443 is the only
 * one. */
static void add_host(struct hosts *hosts, const char *scheme, struct vt_str text)
{
    char whole[VT_ORIGIN_TEXT];
    struct vt_origin origin;
    snprintf(whole, sizeof(whole), "%s%.*s", scheme, VT_STR_ARG(text));
    if (hosts->n == HOSTS_MOST || vt_origin_parse(vt_str(whole), &origin) != VT_OK)
        return;
    vt_str_copy(hosts->texts[hosts->n], VT_ORIGIN_HOST, vt_str(origin.host));
    hosts->list[hosts->n] = hosts->texts[hosts->n];
    hosts->n++;
}

static void find_hosts(const struct vt_site *site, struct hosts *ret_hosts)
{
    *ret_hosts = (struct hosts){ 0 };
    for (size_t i = 0; i < site->settings->image_hosts.n; i++)
        add_host(ret_hosts, "https://", site->settings->image_hosts.at[i]);
    for (size_t i = 0; ret_hosts->n == 0 && site->origins[i]; i++)
        add_host(ret_hosts, "", vt_str(site->origins[i]));
}

static struct fetch *fetch_create(struct vt_fetcher *fetcher, const struct vt_store_picture *row)
{
    struct fetch *fetch = calloc(1, sizeof(*fetch));
    if (!fetch)
        return NULL;
    fetch->fetcher = fetcher;
    fetch->site = vt_str_dup(row->site);
    fetch->url = vt_str_dup(row->url);
    fetch->sku = vt_str_dup(row->sku);
    fetch->had = row->id.ptr ? vt_str_dup(row->id) : NULL;
    fetch->etag = row->etag.ptr ? vt_str_dup(row->etag) : NULL;
    fetch->modified = row->modified.ptr ? vt_str_dup(row->modified) : NULL;
    fetch->tries = row->tries;
    fetch->fd = vt_originals_draft(fetcher->deps.config->data);
    vt_buf_init(&fetch->why, WHY_BYTES);
    if (fetch->site && fetch->url && fetch->sku && fetch->fd >= 0)
        return fetch;
    fetch_destroy(fetch);
    return NULL;
}

/* False: no room for now; the row stays due. */
static bool begin(struct vt_fetcher *fetcher, const struct vt_store_picture *row, const struct vt_site *site)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf room = VT_BUF_INIT(KEY_BYTES);
    struct vt_str key = key_of(row->site, row->url, &room);
    struct hosts hosts;
    if (vt_map_get(&fetcher->busy, key))
        return true;
    struct fetch *fetch = fetch_create(fetcher, row);
    if (!fetch)
        return false;
    find_hosts(site, &hosts);
    const struct vt_outgoing_request request = { .site = row->site,
                                                 .url = row->url,
                                                 .hosts = hosts.list,
                                                 .etag = fetch->had ? row->etag : (struct vt_str){ 0 },
                                                 .modified = fetch->had ? row->modified
                                                                        : (struct vt_str){ 0 },
                                                 .accept = "image/avif,image/webp,image/jpeg,image/png",
                                                 .out_fd = fetch->fd,
                                                 .max_bytes = PICTURE_BYTES,
                                                 .redirects = REDIRECTS };
    if (vt_map_set(&fetcher->busy, key, fetch) != VT_OK ||
        vt_outgoing_fetch(fetcher->deps.outgoing, &request, handle_fetched, fetch) != VT_OK) {
        vt_map_remove(&fetcher->busy, key);
        fetch_destroy(fetch);
        return false;
    }
    vt_metric_set(&under_way, (double)fetcher->busy.count);
    return true;
}

/* --- what is due -------------------------------------------------------------------------------------- */

static size_t busy_of(const struct vt_fetcher *fetcher, struct vt_str site)
{
    const struct fetch *fetch;
    size_t n = 0;
    for (size_t at = 0; (fetch = vt_map_next(&fetcher->busy, &at)) != NULL;)
        n += vt_str_eq(vt_str(fetch->site), site);
    return n;
}

static void handle_due(void *arg, int err, const struct vt_store_picture *rows, size_t n)
{
    struct vt_fetcher *fetcher = arg;
    fetcher->reading = false;
    if (fetcher->closing)
        return;
    if (err)
        vt_log(VT_LOG_ERROR, "fetcher.read", VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; !err && i < n && fetcher->busy.count < AT_ONCE; i++) {
        const struct vt_site *site = vt_sites_by_id(fetcher->deps.sites, rows[i].site);
        if (!site || busy_of(fetcher, rows[i].site) >= vt_quotas_share(fetcher->deps.quotas, AT_ONCE))
            continue;
        if (!begin(fetcher, &rows[i], site))
            break;
    }
    if (fetcher->more)
        look(fetcher);
}

/* Rows that are under way are due too, so twice as many of a site are read as may run. One that is younger
 * than the sites we know waits for them: its hosts may have been listed just before it. */
static void look(void *arg)
{
    struct vt_fetcher *fetcher = arg;
    fetcher->more = fetcher->reading;
    if (fetcher->reading || fetcher->busy.count >= AT_ONCE)
        return;
    fetcher->reading = vt_store_pictures_due(fetcher->deps.store, vt_sites_as_of(fetcher->deps.sites),
                                             (size_t)AT_ONCE * 2, handle_due, fetcher) == VT_OK;
}

/* An import may have brought files too: those are ingested while nothing else is to do. */
static void handle_sites_changed(void *arg)
{
    struct vt_fetcher *fetcher = arg;
    if (fetcher->closing)
        return;
    vt_media_look_again(fetcher->deps.media);
    look(fetcher);
}

/* --- life ----------------------------------------------------------------------------------------------- */

struct vt_fetcher *vt_fetcher_create(const struct vt_fetcher_deps *deps)
{
    struct vt_fetcher *fetcher = calloc(1, sizeof(*fetcher));
    if (!fetcher || vt_sites_on_change(deps->sites, handle_sites_changed, fetcher) != VT_OK) {
        free(fetcher);
        return NULL;
    }
    fetcher->deps = *deps;
    vt_map_init(&fetcher->busy);
    add_metrics();
    if (deps->config->media_fetch_private)
        vt_log(VT_LOG_WARN, "fetcher.private",
               VT_LOG_T("detail",
                        "--media-fetch-private is on: catalogue pictures may come from inside; turn it "
                        "off outside development"));
    vt_timer_init(deps->loop, &fetcher->look, look, fetcher);
    vt_timer_start(&fetcher->look, 0, LOOK_MS);
    return fetcher;
}

void vt_fetcher_close(struct vt_fetcher *fetcher)
{
    if (!fetcher || fetcher->closing)
        return;
    fetcher->closing = true;
    vt_timer_close(&fetcher->look, NULL);
}

void vt_fetcher_destroy(struct vt_fetcher *fetcher)
{
    if (!fetcher)
        return;
    vt_map_finish(&fetcher->busy);
    free(fetcher);
}
