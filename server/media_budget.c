/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_budget.h"

#include <stdlib.h>

#include "server/address.h"
#include "server/base/err.h"
#include "server/base/list.h"
#include "server/base/map.h"

enum { ADDRESSES_MOST = 4096 };

struct account {
    struct vt_list link;        /* vt_media_budget.recent */
    char addr[VT_ADDRESS_TEXT]; /* or a conversation */
    int64_t left_us;            /* worker time */
    int64_t at_ms;
};

struct vt_media_budget {
    int64_t burst_ms, back_ms;
    struct vt_map by_addr; /* to account */
    struct vt_list recent; /* list of account.link, the latest last */
};

struct vt_media_budget *vt_media_budget_create(int64_t burst_ms, int64_t back_ms)
{
    struct vt_media_budget *budget = calloc(1, sizeof(*budget));
    if (!budget)
        return NULL;
    budget->burst_ms = burst_ms;
    budget->back_ms = back_ms;
    vt_map_init(&budget->by_addr);
    vt_list_init(&budget->recent);
    return budget;
}

static void forget(struct vt_media_budget *budget, struct account *account)
{
    vt_map_remove(&budget->by_addr, vt_str(account->addr));
    vt_list_remove(&account->link);
    free(account);
}

static struct account *oldest(struct vt_media_budget *budget)
{
    return VT_CONTAINER_OF(budget->recent.next, struct account, link);
}

void vt_media_budget_destroy(struct vt_media_budget *budget)
{
    if (!budget)
        return;
    while (!vt_list_is_empty(&budget->recent))
        forget(budget, oldest(budget));
    vt_map_finish(&budget->by_addr);
    free(budget);
}

static void name_of(struct vt_str addr, char ret_name[VT_ADDRESS_TEXT])
{
    struct vt_address address;
    if (vt_address_parse(addr, &address) == VT_OK)
        vt_address_group(&address, ret_name);
    else
        vt_str_copy(ret_name, VT_ADDRESS_TEXT, addr);
}

/* What came back since the last look. 1 ms of wall time gives back_ms us of worker time. */
static void refill(const struct vt_media_budget *budget, struct account *account, int64_t now_ms)
{
    int64_t idle_ms = now_ms - account->at_ms;
    int64_t most_us = budget->burst_ms * 1000;
    account->at_ms = now_ms;
    account->left_us += (idle_ms < 100000000 ? idle_ms : 100000000) * budget->back_ms;
    if (account->left_us > most_us)
        account->left_us = most_us;
}

static struct account *find(struct vt_media_budget *budget, const char *name, int64_t now_ms)
{
    struct account *account = vt_map_get(&budget->by_addr, vt_str(name));
    if (account) {
        refill(budget, account, now_ms);
        vt_list_remove(&account->link);
        vt_list_append(&budget->recent, &account->link);
    }
    return account;
}

static struct account *add(struct vt_media_budget *budget, const char *name, int64_t now_ms)
{
    if (budget->by_addr.count >= ADDRESSES_MOST)
        forget(budget, oldest(budget));
    struct account *account = calloc(1, sizeof(*account));
    if (!account)
        return NULL;
    vt_str_copy(account->addr, sizeof(account->addr), vt_str(name));
    account->left_us = budget->burst_ms * 1000;
    account->at_ms = now_ms;
    if (vt_map_set(&budget->by_addr, vt_str(name), account) != VT_OK) {
        free(account);
        return NULL;
    }
    vt_list_append(&budget->recent, &account->link);
    return account;
}

bool vt_media_budget_has(struct vt_media_budget *budget, struct vt_str addr, int64_t now_ms,
                         uint32_t *ret_after_s)
{
    char name[VT_ADDRESS_TEXT];
    name_of(addr, name);
    const struct account *account = find(budget, name, now_ms);
    if (!account || account->left_us > 0)
        return true;
    int64_t rate_us = budget->back_ms * 1000; /* a second */
    *ret_after_s = rate_us > 0 ? (uint32_t)((-account->left_us + rate_us) / rate_us) : 3600;
    return false;
}

void vt_media_budget_spend(struct vt_media_budget *budget, struct vt_str addr, int64_t spent_ms,
                           int64_t now_ms)
{
    char name[VT_ADDRESS_TEXT];
    name_of(addr, name);
    struct account *account = find(budget, name, now_ms);
    if (!account)
        account = add(budget, name, now_ms);
    if (account)
        account->left_us -= spent_ms * 1000;
}
