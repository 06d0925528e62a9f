/* SPDX-License-Identifier: Apache-2.0 */
#include "media/refusals.h"

#include <stdlib.h>

struct refusal {
    struct vt_list link; /* of refusals.oldest_first */
    char *key;           /* owned */
    struct vt_media_problem problem;
    unsigned strikes;
    int64_t until_ms;
};

void vt_refusals_init(struct vt_refusals *refusals, size_t max)
{
    vt_map_init(&refusals->by_key);
    vt_list_init(&refusals->oldest_first);
    refusals->max = max;
}

static void drop(struct vt_refusals *refusals, struct refusal *refusal)
{
    vt_map_remove(&refusals->by_key, vt_str(refusal->key));
    vt_list_remove(&refusal->link);
    free(refusal->key);
    free(refusal);
}

void vt_refusals_finish(struct vt_refusals *refusals)
{
    VT_LIST_EACH (refusal, &refusals->oldest_first, struct refusal, link) {
        drop(refusals, refusal);
    }
    vt_map_finish(&refusals->by_key);
}

static struct refusal *find_live(struct vt_refusals *refusals, struct vt_str key, int64_t now_ms)
{
    struct refusal *refusal = vt_map_get(&refusals->by_key, key);
    if (!refusal || now_ms < refusal->until_ms)
        return refusal;
    drop(refusals, refusal);
    return NULL;
}

/* NULL with no memory: then it is simply not remembered. */
static struct refusal *find_or_add(struct vt_refusals *refusals, struct vt_str key, int64_t now_ms)
{
    struct refusal *refusal = find_live(refusals, key, now_ms);
    if (refusal)
        return refusal;
    if (refusals->by_key.count >= refusals->max)
        drop(refusals, VT_CONTAINER_OF(refusals->oldest_first.next, struct refusal, link));
    refusal = calloc(1, sizeof(*refusal));
    char *copy = refusal ? vt_str_dup(key) : NULL;
    if (!copy || vt_map_set(&refusals->by_key, key, refusal)) {
        free(copy);
        free(refusal);
        return NULL;
    }
    refusal->key = copy;
    vt_list_append(&refusals->oldest_first, &refusal->link);
    return refusal;
}

void vt_refusals_add(struct vt_refusals *refusals, struct vt_str key, const struct vt_media_problem *problem,
                     int64_t now_ms)
{
    int status = vt_media_err_status(problem->err);
    /* A budget refills and a signature expires: neither may be answered from memory. */
    if (status < 400 || status > 422 || status == 403)
        return;
    struct refusal *refusal = find_or_add(refusals, key, now_ms);
    if (!refusal || refusal->strikes)
        return;
    refusal->problem = *problem;
    refusal->until_ms = now_ms + VT_REFUSAL_MS;
}

bool vt_refusals_strike(struct vt_refusals *refusals, struct vt_str media, int64_t now_ms)
{
    struct refusal *refusal = find_or_add(refusals, media, now_ms);
    if (!refusal)
        return false;
    refusal->strikes++;
    refusal->until_ms = now_ms + VT_REFUSAL_STRUCK_MS;
    if (refusal->strikes < VT_REFUSAL_STRIKES)
        return false;
    vt_media_problem_set(&refusal->problem, VT_MEDIA_WORKER_DIED,
                         "This picture could not be made twice in a row; it is tried again in 10 minutes.");
    refusal->problem.retry_after_s = VT_REFUSAL_STRUCK_MS / 1000;
    return true;
}

const struct vt_media_problem *vt_refusals_find(struct vt_refusals *refusals, struct vt_str key,
                                                int64_t now_ms)
{
    struct refusal *refusal = find_live(refusals, key, now_ms);
    return refusal && refusal->problem.err ? &refusal->problem : NULL;
}

void vt_refusals_forget(struct vt_refusals *refusals, struct vt_str key)
{
    struct refusal *refusal = vt_map_get(&refusals->by_key, key);
    if (refusal)
        drop(refusals, refusal);
}
