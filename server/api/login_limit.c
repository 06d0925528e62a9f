/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/login_limit.h"

#include <stdlib.h>

#include "server/base/list.h"
#include "server/base/map.h"

struct entry {
    struct vt_list link; /* in vt_login_limit.by_age */
    char *key;           /* owned */
    unsigned count;
    int64_t ends_ms;
};

struct vt_login_limit {
    unsigned most;
    int64_t window_ms;
    size_t keys_most;
    struct vt_map by_key;  /* to entry, owned */
    struct vt_list by_age; /* list of entry.link: the oldest window first */
};

struct vt_login_limit *vt_login_limit_create(unsigned most, int64_t window_ms, size_t keys_most)
{
    struct vt_login_limit *limit = calloc(1, sizeof(*limit));
    if (!limit)
        return NULL;
    limit->most = most;
    limit->window_ms = window_ms;
    limit->keys_most = keys_most;
    vt_map_init(&limit->by_key);
    vt_list_init(&limit->by_age);
    return limit;
}

static void drop(struct vt_login_limit *limit, struct entry *entry)
{
    vt_map_remove(&limit->by_key, vt_str(entry->key));
    vt_list_remove(&entry->link);
    free(entry->key);
    free(entry);
}

void vt_login_limit_destroy(struct vt_login_limit *limit)
{
    if (!limit)
        return;
    VT_LIST_EACH (entry, &limit->by_age, struct entry, link)
        drop(limit, entry);
    vt_map_finish(&limit->by_key);
    free(limit);
}

static void sweep(struct vt_login_limit *limit, int64_t now_ms)
{
    VT_LIST_EACH (entry, &limit->by_age, struct entry, link) {
        if (entry->ends_ms > now_ms && limit->by_key.count < limit->keys_most)
            return;
        drop(limit, entry);
    }
}

static struct entry *add(struct vt_login_limit *limit, struct vt_str key, int64_t now_ms)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    vt_list_init(&entry->link);
    entry->key = vt_str_dup(key);
    entry->ends_ms = now_ms + limit->window_ms;
    if (!entry->key || vt_map_set(&limit->by_key, key, entry) != 0) {
        free(entry->key);
        free(entry);
        return NULL;
    }
    vt_list_append(&limit->by_age, &entry->link);
    return entry;
}

int64_t vt_login_limit_take(struct vt_login_limit *limit, struct vt_str key, int64_t now_ms)
{
    struct entry *entry = vt_map_get(&limit->by_key, key);
    if (entry && entry->ends_ms <= now_ms) {
        drop(limit, entry);
        entry = NULL;
    }
    if (!entry) {
        sweep(limit, now_ms);
        entry = add(limit, key, now_ms);
    }
    if (!entry)
        return limit->window_ms; /* no memory to count with: better closed than open */
    if (entry->count >= limit->most)
        return entry->ends_ms - now_ms;
    entry->count++;
    return 0;
}

void vt_login_limit_give_back(struct vt_login_limit *limit, struct vt_str key)
{
    struct entry *entry = vt_map_get(&limit->by_key, key);
    if (entry && entry->count > 0)
        entry->count--;
}

void vt_login_limit_forget(struct vt_login_limit *limit, struct vt_str key)
{
    struct entry *entry = vt_map_get(&limit->by_key, key);
    if (entry)
        drop(limit, entry);
}
