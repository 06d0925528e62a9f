/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_index.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/map.h"
#include "server/log.h"

enum { RECORDS_MOST = 1000000 };

struct vt_media_index {
    struct vt_store *store; /* borrowed */
    struct vt_map by_id;    /* to vt_medium, owned */
    vt_call_fn *ready;
    void *ready_arg;
};

/* A record on its way to the store. */
struct addition {
    struct vt_media_index *index;
    struct vt_medium *medium; /* owned */
    vt_store_done_fn *done;
    void *arg;
};

struct vt_str vt_media_bare(struct vt_str media)
{
    const char *query = media.len > 0 ? memchr(media.ptr, '?', media.len) : NULL;
    return query ? (struct vt_str){ media.ptr, (size_t)(query - media.ptr) } : media;
}

static int keep(struct vt_media_index *index, struct vt_medium *medium)
{
    if (vt_map_get(&index->by_id, vt_str(medium->id)))
        return VT_ERR_EXISTS;
    return vt_map_set(&index->by_id, vt_str(medium->id), medium);
}

static bool read_record(const struct vt_store_medium *from, struct vt_medium *ret_medium)
{
    *ret_medium = (struct vt_medium){ .kind = (enum vt_medium_kind)from->kind,
                                      .width = from->width,
                                      .height = from->height,
                                      .created = from->created };
    bool fits = vt_str_copy(ret_medium->id, sizeof(ret_medium->id), from->id);
    fits = vt_str_copy(ret_medium->site, sizeof(ret_medium->site), from->site) && fits;
    return vt_str_copy(ret_medium->conv, sizeof(ret_medium->conv), from->conv) && fits;
}

/* Without its record a personal picture would pass for a catalogue's, so nothing starts without all. */
static void handle_media(void *arg, int err, const struct vt_store_medium *media, size_t n)
{
    struct vt_media_index *index = arg;
    for (size_t i = 0; i < n && !err; i++) {
        struct vt_medium *medium = malloc(sizeof(*medium));
        if (!medium || !read_record(&media[i], medium) || keep(index, medium) != VT_OK) {
            free(medium);
            err = VT_ERR_NOMEM;
        }
    }
    if (err) {
        vt_log(VT_LOG_ERROR, "media.index", VT_LOG_T("err", vt_err_name(err)));
        abort(); /* at the start only (style.md 6) */
    }
    index->ready(index->ready_arg);
}

struct vt_media_index *vt_media_index_create(struct vt_store *store, vt_call_fn *ready, void *arg)
{
    struct vt_media_index *index = calloc(1, sizeof(*index));
    if (!index)
        return NULL;
    *index = (struct vt_media_index){ .store = store, .ready = ready, .ready_arg = arg };
    vt_map_init(&index->by_id);
    if (vt_store_media(store, RECORDS_MOST, handle_media, index) == VT_OK)
        return index;
    vt_media_index_destroy(index);
    return NULL;
}

void vt_media_index_remove(struct vt_media_index *index, struct vt_str id)
{
    free(vt_map_remove(&index->by_id, id));
}

void vt_media_index_destroy(struct vt_media_index *index)
{
    if (!index)
        return;
    struct vt_medium *medium;
    for (size_t at = 0; (medium = vt_map_next(&index->by_id, &at)) != NULL;)
        free(medium);
    vt_map_finish(&index->by_id);
    free(index);
}

const struct vt_medium *vt_media_index_find(const struct vt_media_index *index, struct vt_str media)
{
    return index ? vt_map_get(&index->by_id, vt_media_bare(media)) : NULL;
}

bool vt_media_index_may_show(const struct vt_media_index *index, struct vt_str site, struct vt_str conv,
                             struct vt_str media)
{
    const struct vt_medium *medium = vt_media_index_find(index, media);
    return !medium || (vt_str_eq(vt_str(medium->site), site) && vt_str_eq(vt_str(medium->conv), conv));
}

static void handle_added(void *arg, int err)
{
    struct addition *addition = arg;
    int kept = err ? err : keep(addition->index, addition->medium);
    if (kept != VT_OK)
        free(addition->medium);
    if (addition->done)
        addition->done(addition->arg, kept == VT_ERR_EXISTS ? VT_OK : kept);
    free(addition);
}

int vt_media_index_add(struct vt_media_index *index, const struct vt_medium *medium, vt_store_done_fn *done,
                       void *arg)
{
    const struct vt_store_medium row = { vt_str(medium->site), vt_str(medium->id), vt_str(medium->conv),
                                         (int)medium->kind,    medium->width,      medium->height,
                                         medium->created };
    if (strlen(medium->id) != VT_SIGN_ID || !medium->site[0] || !medium->conv[0])
        return VT_ERR_INVALID;
    if (index->by_id.count >= RECORDS_MOST)
        return VT_ERR_FULL;
    struct addition *addition = calloc(1, sizeof(*addition));
    struct vt_medium *copy = malloc(sizeof(*copy));
    int err = addition && copy ? VT_OK : VT_ERR_NOMEM;
    if (!err) {
        *copy = *medium;
        *addition = (struct addition){ index, copy, done, arg };
        err = vt_store_medium_put(index->store, &row, handle_added, addition);
    }
    if (err) {
        free(copy);
        free(addition);
    }
    return err;
}
