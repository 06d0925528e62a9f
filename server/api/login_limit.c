/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/login_limit.h"

#include <stdlib.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/list.h"
#include "server/base/map.h"

struct entry {
    struct vt_list link; /* in vt_login_limit.by_age */
    char key[VT_SHA256_TEXT];
    unsigned count;
    int64_t ends_ms;
    bool told; /* that it is closed */
};

struct vt_login_limit {
    unsigned most;
    int64_t window_ms;
    size_t keys_most;
    struct vt_map by_key;       /* to entry, owned */
    struct vt_list by_age;      /* list of entry.link: the oldest window first */
    vt_login_limit_fn *changed; /* NULL: nobody listens */
    void *changed_arg;
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
    free(entry);
}

static void tell(struct vt_login_limit *limit, const struct entry *entry)
{
    if (limit->changed)
        limit->changed(limit->changed_arg, entry->key, entry->count, entry->ends_ms);
}

void vt_login_limit_on_change(struct vt_login_limit *limit, vt_login_limit_fn *fn, void *arg)
{
    limit->changed = fn;
    limit->changed_arg = arg;
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

static struct entry *add(struct vt_login_limit *limit, struct vt_str hash, int64_t ends_ms)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return NULL;
    vt_list_init(&entry->link);
    entry->ends_ms = ends_ms;
    if (!vt_str_copy(entry->key, sizeof(entry->key), hash) || vt_map_set(&limit->by_key, hash, entry) != 0) {
        free(entry);
        return NULL;
    }
    vt_list_append(&limit->by_age, &entry->link);
    return entry;
}

void vt_login_limit_restore(struct vt_login_limit *limit, struct vt_str hash, unsigned count, int64_t ends_ms)
{
    struct entry *entry = vt_map_get(&limit->by_key, hash) ? NULL : add(limit, hash, ends_ms);
    if (entry)
        entry->count = count;
    if (entry)
        entry->told = count >= limit->most;
}

static struct entry *find(struct vt_login_limit *limit, struct vt_str key, char ret_hash[VT_SHA256_TEXT])
{
    return vt_sha256_hex(key, ret_hash) == VT_OK ? vt_map_get(&limit->by_key, vt_str(ret_hash)) : NULL;
}

int64_t vt_login_limit_take(struct vt_login_limit *limit, struct vt_str key, int64_t now_ms)
{
    char hash[VT_SHA256_TEXT];
    struct entry *entry = find(limit, key, hash);
    if (entry && entry->ends_ms <= now_ms) {
        drop(limit, entry);
        entry = NULL;
    }
    if (!entry) {
        sweep(limit, now_ms);
        entry = add(limit, vt_str(hash), now_ms + limit->window_ms);
    }
    if (!entry)
        return limit->window_ms; /* no memory to count with: better closed than open */
    if (entry->count >= limit->most)
        return entry->ends_ms - now_ms;
    entry->count++;
    tell(limit, entry);
    return 0;
}

void vt_login_limit_give_back(struct vt_login_limit *limit, struct vt_str key)
{
    char hash[VT_SHA256_TEXT];
    struct entry *entry = find(limit, key, hash);
    if (!entry || entry->count == 0)
        return;
    entry->count--;
    tell(limit, entry);
}

bool vt_login_limit_closes(struct vt_login_limit *limit, struct vt_str key)
{
    char hash[VT_SHA256_TEXT];
    struct entry *entry = find(limit, key, hash);
    if (!entry || entry->count < limit->most || entry->told)
        return false;
    entry->told = true;
    return true;
}

void vt_login_limit_forget(struct vt_login_limit *limit, struct vt_str key)
{
    char hash[VT_SHA256_TEXT];
    struct entry *entry = find(limit, key, hash);
    if (!entry)
        return;
    entry->count = 0;
    tell(limit, entry);
    drop(limit, entry);
}
