/* SPDX-License-Identifier: Apache-2.0 */
#include "server/retention.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/conversation.h"
#include "server/erase.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/store/retention.h"
#include "server/store/sales.h"

enum {
    FIRST_MS = 2000,
    HOUR_MS = 3600000,
    PAUSE_MS = 20,   /* between two bites: other rows' commits come first */
    BITE_ROWS = 200, /* deleted in one commit */
    PAGE = 50,       /* conversations looked at at once */
    ERASED_MOST = 10000,
    AGAIN_MS = 60000, /* what was erased so long ago has no work under way any more */
    ARENA_BYTES = 4 << 20
};
#define DAY_MS INT64_C(86400000)

static struct vt_metric last_sweep = { .name = "vitrine_retention_last_success_timestamp_seconds",
                                       .help = "When the last sweep of what is kept too long ended well.",
                                       .kind = VT_METRIC_GAUGE };
static struct vt_metric rows_gone = { .name = "vitrine_retention_rows_total",
                                      .help = "Rows taken away because they were kept for long enough.",
                                      .kind = VT_METRIC_COUNTER };

struct vt_retention {
    struct vt_retention_deps deps;
    struct vt_timer timer; /* the next sweep, or the next bite */
    vt_call_fn *ready;     /* NULL once called */
    void *ready_arg;
    struct vt_arena arena; /* of the page */
    bool is_erasing, closing;

    /* The site being swept, and how far. */
    char site[VT_ID_TEXT + 16];
    int64_t before, after_created; /* ms since 1970 */
    char after_conv[VT_CONV_TEXT];
    struct vt_retention_conv *convs; /* the page, in the arena */
    size_t convs_n, at;
    struct vt_privacy_counts counts, bitten; /* of the site; of the bite under way */
    size_t expired, sales;

    struct vt_arena erased_arena; /* its own: sites may change during a sweep */
    struct vt_privacy_erased *erased;
    size_t erased_n;
};

static void wait_for(struct vt_retention *retention, vt_call_fn *fn, uint64_t ms)
{
    if (retention->closing)
        return;
    retention->timer.fn = fn;
    vt_timer_start(&retention->timer, ms, 0);
}

/* --- files of what was erased ------------------------------------------------------------------ */

static int find_erased(struct vt_manage *manage, void *arg)
{
    struct vt_retention *retention = arg;
    return vt_privacy_erased(manage, ERASED_MOST, &retention->erased_arena, &retention->erased,
                             &retention->erased_n);
}

static int forget_erased(struct vt_manage *manage, void *arg)
{
    (void)arg;
    return vt_privacy_erased_done(manage, vt_wall_ms() - AGAIN_MS);
}

static void erase_one(struct vt_retention *retention, const struct vt_privacy_erased *erased)
{
    const struct vt_retention_deps *deps = &retention->deps;
    if (erased->media.len == 0) {
        vt_erase_conversation(deps->app, erased->site, erased->conv);
        vt_media_erase_conversation(deps->media, erased->conv);
        return;
    }
    vt_media_index_remove(deps->index, erased->media);
    vt_media_erase(deps->media, erased->conv, erased->media);
}

static void end_erasing(struct vt_retention *retention, int err)
{
    retention->is_erasing = false;
    vt_arena_reset(&retention->erased_arena);
    if (err)
        vt_log(VT_LOG_ERROR, "retention.erased", VT_LOG_T("err", vt_err_name(err)));
    vt_call_fn *ready = retention->ready;
    retention->ready = NULL;
    if (ready)
        ready(retention->ready_arg);
}

static void handle_forgotten(void *arg, int err)
{
    end_erasing(arg, err);
}

static void handle_erased(void *arg, int err)
{
    struct vt_retention *retention = arg;
    for (size_t i = 0; i < retention->erased_n && !err && !retention->closing; i++)
        erase_one(retention, &retention->erased[i]);
    if (err || retention->closing || retention->erased_n == 0)
        end_erasing(retention, err);
    else if (vt_store_work(retention->deps.store, forget_erased, handle_forgotten, retention) != VT_OK)
        end_erasing(retention, VT_ERR_FULL);
}

/* On the writer's thread, so that what is sent anew meanwhile comes after it. */
static void erase_again(void *arg)
{
    struct vt_retention *retention = arg;
    if (retention->is_erasing || retention->closing)
        return;
    retention->is_erasing = true;
    retention->erased_n = 0;
    if (vt_store_work(retention->deps.store, find_erased, handle_erased, retention) != VT_OK)
        end_erasing(retention, VT_ERR_FULL);
}

/* --- the end of a sweep -------------------------------------------------------------------------- */

static void begin_sweep(void *arg);

static void end_sweep(struct vt_retention *retention, int err)
{
    if (retention->closing)
        return;
    if (err)
        vt_log(VT_LOG_ERROR, "retention.sweep", VT_LOG_T("err", vt_err_name(err)));
    else
        vt_metric_set(&last_sweep, (double)vt_wall_ms() / 1000);
    wait_for(retention, begin_sweep, HOUR_MS);
}

static int trim_expired(struct vt_manage *manage, void *arg)
{
    struct vt_retention *retention = arg;
    retention->expired = 0;
    return vt_retention_expired(manage, vt_wall_ms(), BITE_ROWS, &retention->expired);
}

static void bite_expired(void *arg);

static void handle_expired(void *arg, int err)
{
    struct vt_retention *retention = arg;
    if (!err && retention->expired >= BITE_ROWS)
        wait_for(retention, bite_expired, PAUSE_MS);
    else
        end_sweep(retention, err);
}

static void bite_expired(void *arg)
{
    struct vt_retention *retention = arg;
    if (vt_store_work(retention->deps.store, trim_expired, handle_expired, retention) != VT_OK)
        end_sweep(retention, VT_ERR_FULL);
}

/* --- one site after another ---------------------------------------------------------------------- */

static void look_at_page(void *arg);

static void begin_site(struct vt_retention *retention, const struct vt_site *site)
{
    uint32_t days = site->settings->retention_days;
    vt_str_copy(retention->site, sizeof(retention->site), vt_str(site->id));
    retention->before = vt_wall_ms() -
                        (days ? (int64_t)days : (int64_t)retention->deps.config->retention_days) * DAY_MS;
    retention->after_created = 0;
    retention->after_conv[0] = '\0';
    retention->counts = (struct vt_privacy_counts){ 0 };
    wait_for(retention, look_at_page, PAUSE_MS);
}

/* Counts, never content. */
static void record(const struct vt_retention *retention)
{
    const struct vt_privacy_counts *counts = &retention->counts;
    char detail[200];
    if (counts->messages + counts->sessions + counts->pictures + counts->conversations + counts->others == 0)
        return;
    snprintf(detail, sizeof(detail),
             "{\"conversations\":%zu,\"messages\":%zu,\"sessions\":%zu,\"pictures\":%zu,\"others\":%zu}",
             counts->conversations, counts->messages, counts->sessions, counts->pictures, counts->others);
    const struct vt_audit_record row = { .site = vt_str(retention->site),
                                         .actor = VT_STR("system"),
                                         .verb = VT_STR("retention.swept"),
                                         .object = VT_STR(""),
                                         .detail = vt_str(detail) };
    if (vt_audit_put(retention->deps.audit, &row, NULL, NULL) != VT_OK)
        vt_log(VT_LOG_ERROR, "retention.audit", VT_LOG_T("err", "the audit log's queue is full"));
}

static void next_site(struct vt_retention *retention);
static void bite_sales(void *arg);

static int trim_sales(struct vt_manage *manage, void *arg)
{
    struct vt_retention *retention = arg;
    return vt_sales_trim(manage, vt_str(retention->site), retention->before, BITE_ROWS, &retention->sales);
}

static void handle_sales(void *arg, int err)
{
    struct vt_retention *retention = arg;
    retention->counts.others += retention->sales;
    vt_metric_inc(&rows_gone, (double)retention->sales);
    if (err || retention->closing)
        end_sweep(retention, err);
    else if (retention->sales >= BITE_ROWS)
        wait_for(retention, bite_sales, PAUSE_MS);
    else
        next_site(retention);
}

/* Orders go by their own age: many belong to no conversation. */
static void bite_sales(void *arg)
{
    struct vt_retention *retention = arg;
    retention->sales = 0;
    if (vt_store_work(retention->deps.store, trim_sales, handle_sales, retention) != VT_OK)
        end_sweep(retention, VT_ERR_FULL);
}

static void next_site(struct vt_retention *retention)
{
    const struct vt_site *site = vt_sites_by_id(retention->deps.sites, vt_str(retention->site));
    record(retention);
    site = site ? vt_sites_next(retention->deps.sites, site) : NULL; /* one that went ends the sweep early */
    if (site)
        begin_site(retention, site);
    else
        wait_for(retention, bite_expired, PAUSE_MS);
}

/* --- one conversation after another -------------------------------------------------------------- */

static bool is_here(const struct vt_retention *retention, struct vt_str id)
{
    const struct vt_conversation *conv = vt_conv_find(retention->deps.app, vt_str(retention->site), id);
    return conv && !vt_list_is_empty(&conv->members);
}

static int trim(struct vt_manage *manage, void *arg)
{
    struct vt_retention *retention = arg;
    size_t rows = BITE_ROWS;
    int err = VT_OK;
    for (size_t i = retention->at; i < retention->convs_n && rows > 0 && !err; i++)
        err = vt_retention_trim(manage, vt_str(retention->site), retention->before, &retention->convs[i],
                                &retention->arena, &rows, &retention->bitten);
    return err;
}

/* The same as after an erasure; here the rows are gone already. */
static void leave(struct vt_retention *retention, const struct vt_retention_conv *conv)
{
    for (size_t i = 0; i < conv->media_n; i++) {
        const struct vt_privacy_erased medium = { vt_str(retention->site), conv->conv, conv->media[i] };
        erase_one(retention, &medium);
    }
    const struct vt_privacy_erased whole = { vt_str(retention->site), conv->conv, VT_STR("") };
    if (conv->is_gone)
        erase_one(retention, &whole);
}

static void count(struct vt_retention *retention)
{
    const struct vt_privacy_counts *bitten = &retention->bitten;
    struct vt_privacy_counts *counts = &retention->counts;
    counts->messages += bitten->messages;
    counts->sessions += bitten->sessions;
    counts->pictures += bitten->pictures;
    counts->conversations += bitten->conversations;
    counts->others += bitten->others;
    vt_metric_inc(&rows_gone, (double)(bitten->messages + bitten->sessions + bitten->pictures +
                                       bitten->conversations + bitten->others));
}

static void bite(void *arg);

static void handle_trimmed(void *arg, int err)
{
    struct vt_retention *retention = arg;
    if (err || retention->closing) { /* what was committed is noted among the erased */
        end_sweep(retention, err);
        return;
    }
    count(retention);
    bool is_done = true;
    for (; retention->at < retention->convs_n && is_done; retention->at += is_done) {
        const struct vt_retention_conv *conv = &retention->convs[retention->at];
        leave(retention, conv);
        is_done = conv->is_trimmed;
    }
    wait_for(retention, retention->at < retention->convs_n ? bite : look_at_page, PAUSE_MS);
}

static void bite(void *arg)
{
    struct vt_retention *retention = arg;
    retention->bitten = (struct vt_privacy_counts){ 0 };
    for (size_t i = retention->at; i < retention->convs_n; i++)
        retention->convs[i].is_here = is_here(retention, retention->convs[i].conv);
    if (vt_store_work(retention->deps.store, trim, handle_trimmed, retention) != VT_OK)
        end_sweep(retention, VT_ERR_FULL);
}

static int find_page(struct vt_manage *manage, void *arg)
{
    struct vt_retention *retention = arg;
    const struct vt_retention_conv after = { .conv = vt_str(retention->after_conv),
                                             .created = retention->after_created };
    return vt_retention_find(manage, vt_str(retention->site), retention->before, &after, PAGE,
                             &retention->arena, &retention->convs, &retention->convs_n);
}

static void handle_page(void *arg, int err)
{
    struct vt_retention *retention = arg;
    if (err || retention->closing) {
        end_sweep(retention, err);
    } else if (retention->convs_n == 0) {
        bite_sales(retention);
    } else {
        const struct vt_retention_conv *last = &retention->convs[retention->convs_n - 1];
        retention->after_created = last->created;
        vt_str_copy(retention->after_conv, sizeof(retention->after_conv), last->conv);
        bite(retention);
    }
}

static void look_at_page(void *arg)
{
    struct vt_retention *retention = arg;
    vt_arena_reset(&retention->arena);
    retention->convs_n = retention->at = 0;
    if (vt_store_look(retention->deps.store, find_page, handle_page, retention) != VT_OK)
        end_sweep(retention, VT_ERR_FULL);
}

static void begin_sweep(void *arg)
{
    struct vt_retention *retention = arg;
    const struct vt_site *site = vt_sites_next(retention->deps.sites, NULL);
    erase_again(retention);
    vt_media_sweep(retention->deps.media, vt_wall_ms() - DAY_MS);
    if (site)
        begin_site(retention, site);
    else
        wait_for(retention, bite_expired, PAUSE_MS);
}

/* --- life ---------------------------------------------------------------------------------------- */

struct vt_retention *vt_retention_create(const struct vt_retention_deps *deps, vt_call_fn *ready, void *arg)
{
    static bool is_added;
    struct vt_retention *retention = calloc(1, sizeof(*retention));
    if (!retention)
        return NULL;
    retention->deps = *deps;
    retention->ready = ready;
    retention->ready_arg = arg;
    vt_arena_init(&retention->arena, ARENA_BYTES);
    vt_arena_init(&retention->erased_arena, ARENA_BYTES);
    vt_timer_init(deps->loop, &retention->timer, begin_sweep, retention);
    if (!is_added) {
        vt_metrics_add(&last_sweep);
        vt_metrics_add(&rows_gone);
    }
    is_added = true;
    vt_sites_on_change(deps->sites, erase_again, retention); /* `vitrine admin erase` */
    erase_again(retention);
    wait_for(retention, begin_sweep, FIRST_MS);
    return retention;
}

void vt_retention_close(struct vt_retention *retention)
{
    if (!retention || retention->closing)
        return;
    retention->closing = true;
    vt_timer_close(&retention->timer, NULL);
}

void vt_retention_destroy(struct vt_retention *retention)
{
    if (!retention)
        return;
    vt_arena_finish(&retention->arena);
    vt_arena_finish(&retention->erased_arena);
    free(retention);
}
