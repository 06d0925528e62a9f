/* SPDX-License-Identifier: Apache-2.0 */
#include "server/quota.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/base/map.h"
#include "server/log.h"
#include "server/metrics.h"

enum { BURST_SECONDS = 4, SECOND_MS = 1000, WHOLE = 1000, LABELS = 128 };

static const char *const names[VT_QUOTAS] = { "messages", "rows", "renders", "requests" };

struct account {
    struct vt_list link; /* in vt_quotas.accounts */
    int64_t milli[VT_QUOTAS];
    int64_t at_ms[VT_QUOTAS]; /* 0: full, never used */
    size_t waiting[VT_QUOTAS];
    int64_t said_ms; /* in the log */
    struct vt_metric refused[VT_QUOTAS];
    char key[LABELS / 2], labels[VT_QUOTAS][LABELS];
};

struct vt_quotas {
    struct vt_quota_limits limits;
    struct vt_map by_site;   /* to account: one that is no longer served stays, for it may come back */
    struct vt_list accounts; /* list of account.link */
    bool several;
};

struct vt_quotas *vt_quotas_create(const struct vt_quota_limits *limits)
{
    struct vt_quotas *quotas = calloc(1, sizeof(*quotas));
    if (!quotas)
        return NULL;
    quotas->limits = *limits;
    for (int i = 0; i < VT_QUOTAS; i++)
        if (quotas->limits.burst[i] == 0)
            quotas->limits.burst[i] = quotas->limits.rate[i] * BURST_SECONDS;
    vt_map_init(&quotas->by_site);
    vt_list_init(&quotas->accounts);
    return quotas;
}

void vt_quotas_destroy(struct vt_quotas *quotas)
{
    if (!quotas)
        return;
    VT_LIST_EACH (account, &quotas->accounts, struct account, link) {
        for (int i = 0; i < VT_QUOTAS; i++)
            vt_metrics_remove(&account->refused[i]);
        vt_list_remove(&account->link);
        free(account);
    }
    vt_map_finish(&quotas->by_site);
    free(quotas);
}

static void open_metric(struct account *account, enum vt_quota quota)
{
    struct vt_metric *metric = &account->refused[quota];
    snprintf(account->labels[quota], LABELS, "site=\"%s\",what=\"%s\"", account->key, names[quota]);
    *metric = (struct vt_metric){ .name = "vitrine_site_refused_total",
                                  .help = "What a site was refused for having used up its quota or its "
                                          "share of a queue.",
                                  .kind = VT_METRIC_COUNTER };
    metric->labels = account->labels[quota];
    vt_metrics_add(metric);
}

int vt_quotas_site(struct vt_quotas *quotas, struct vt_str site, struct vt_str key)
{
    if (vt_map_get(&quotas->by_site, site))
        return VT_OK;
    struct account *account = calloc(1, sizeof(*account));
    if (!account || vt_map_set(&quotas->by_site, site, account) != VT_OK) {
        free(account);
        return VT_ERR_NOMEM;
    }
    vt_list_append(&quotas->accounts, &account->link);
    vt_str_copy(account->key, sizeof(account->key), key);
    for (int i = 0; i < VT_QUOTAS; i++)
        open_metric(account, (enum vt_quota)i);
    return VT_OK;
}

void vt_quotas_hold(struct vt_quotas *quotas, bool several)
{
    quotas->several = several;
}

/* --- the buckets ----------------------------------------------------------------------------- */

static struct account *find(struct vt_quotas *quotas, struct vt_str site)
{
    return quotas && site.ptr ? vt_map_get(&quotas->by_site, site) : NULL;
}

/* NULL: nothing holds it. */
static struct account *account_of(struct vt_quotas *quotas, struct vt_str site)
{
    return quotas && quotas->several ? find(quotas, site) : NULL;
}

static void refill(const struct vt_quotas *quotas, struct account *account, enum vt_quota quota,
                   int64_t now_ms)
{
    int64_t full = (int64_t)quotas->limits.burst[quota] * WHOLE;
    int64_t *milli = &account->milli[quota];
    if (account->at_ms[quota] == 0)
        *milli = full;
    else
        *milli += (now_ms - account->at_ms[quota]) * quotas->limits.rate[quota];
    if (*milli > full)
        *milli = full;
    account->at_ms[quota] = now_ms;
}

static void note_refused(struct account *account, enum vt_quota quota, int64_t now_ms)
{
    vt_metric_inc(&account->refused[quota], 1);
    if (now_ms - account->said_ms < SECOND_MS)
        return;
    account->said_ms = now_ms;
    vt_log(VT_LOG_WARN, "site.quota", VT_LOG_T("site", account->key), VT_LOG_T("what", names[quota]),
           VT_LOG_N("refused", account->refused[quota].value));
}

bool vt_quotas_ready(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, int64_t now_ms)
{
    struct account *account = account_of(quotas, site);
    if (!account)
        return true;
    refill(quotas, account, quota, now_ms);
    return account->milli[quota] >= WHOLE;
}

bool vt_quotas_has(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, int64_t now_ms,
                   uint32_t *ret_after_ms)
{
    if (vt_quotas_ready(quotas, site, quota, now_ms))
        return true;
    struct account *account = account_of(quotas, site);
    const int64_t rate = quotas->limits.rate[quota];
    *ret_after_ms = (uint32_t)((WHOLE - account->milli[quota] + rate - 1) / rate);
    note_refused(account, quota, now_ms);
    return false;
}

void vt_quotas_spend(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, uint32_t amount,
                     int64_t now_ms)
{
    struct account *account = account_of(quotas, site);
    if (!account)
        return;
    refill(quotas, account, quota, now_ms);
    account->milli[quota] -= (int64_t)amount * WHOLE;
    /* A debt is paid within the time of a burst: who was refused meanwhile is not shut out for minutes. */
    const int64_t most = (int64_t)quotas->limits.burst[quota] * WHOLE;
    if (account->milli[quota] < -most)
        account->milli[quota] = -most;
}

bool vt_quotas_take(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, uint32_t amount,
                    int64_t now_ms, uint32_t *ret_after_ms)
{
    if (!vt_quotas_has(quotas, site, quota, now_ms, ret_after_ms))
        return false;
    vt_quotas_spend(quotas, site, quota, amount, now_ms);
    return true;
}

size_t vt_quotas_share(const struct vt_quotas *quotas, size_t bound)
{
    if (!quotas || !quotas->several)
        return bound;
    size_t share = bound * quotas->limits.share / 100;
    return share > 0 ? share : 1;
}

/* Counted also while nothing holds it: what is under way then leaves later. */
bool vt_quotas_enter(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, size_t bound)
{
    struct account *account = find(quotas, site);
    if (!account)
        return true;
    if (quotas->several && account->waiting[quota] >= vt_quotas_share(quotas, bound)) {
        note_refused(account, quota, vt_now_ms());
        return false;
    }
    account->waiting[quota]++;
    return true;
}

void vt_quotas_leave(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota)
{
    struct account *account = find(quotas, site);
    if (account && account->waiting[quota] > 0)
        account->waiting[quota]--; /* one that entered before its site was known finds nothing to take back */
}
