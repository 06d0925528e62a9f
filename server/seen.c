/* SPDX-License-Identifier: Apache-2.0 */
#include "server/seen.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"

enum { PAGE_BYTES = 8192 };

struct entry {
    uint64_t url; /* a hash of it */
    int64_t at;   /* ms since 1970 */
    char *json;   /* owned; NULL: free */
};

struct seen {
    struct entry entries[VT_SEEN_MAX]; /* newest first */
};

static uint64_t hash_of(struct vt_str text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a: two addresses that meet only share a line */
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 1099511628211u;
    return hash;
}

static struct seen *seen_of(struct vt_app *app, struct vt_str site)
{
    struct seen *seen = vt_map_get(&app->seen, site);
    if (seen)
        return seen;
    seen = calloc(1, sizeof(*seen));
    if (seen && vt_map_set(&app->seen, site, seen) != VT_OK) {
        free(seen);
        return NULL;
    }
    return seen;
}

/* The place of this address, or of the oldest, moved to the front. */
static struct entry *front(struct seen *seen, uint64_t url)
{
    size_t at = 0;
    while (at < VT_SEEN_MAX - 1 && seen->entries[at].json && seen->entries[at].url != url)
        at++;
    struct entry entry = seen->entries[at];
    memmove(&seen->entries[1], &seen->entries[0], at * sizeof(entry));
    seen->entries[0] = entry;
    return &seen->entries[0];
}

bool vt_seen_put(struct vt_app *app, struct vt_str site, const struct vt_msg_page_seen *msg)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(PAGE_BYTES);
    struct seen *seen = seen_of(app, site);
    char *copy = seen && vt_encode_body(&json, vt_op_rows[VT_OP_PAGE_SEEN].msg, msg) == VT_OK
                     ? strdup(vt_buf_cstr(&json))
                     : NULL;
    if (!copy)
        return false;
    uint64_t url = hash_of(msg->url);
    struct entry *entry = front(seen, url);
    free(entry->json);
    *entry = (struct entry){ .url = url, .at = vt_wall_ms(), .json = copy };
    return true;
}

void vt_seen_write(struct vt_app *app, struct vt_str site, struct vt_buf *out)
{
    const struct seen *seen = vt_map_get(&app->seen, site);
    vt_buf_byte(out, '[');
    for (size_t i = 0; seen && i < VT_SEEN_MAX && seen->entries[i].json; i++)
        vt_buf_printf(out, "%s{\"at\":%lld,%s", i ? "," : "", (long long)seen->entries[i].at,
                      seen->entries[i].json + 1); /* an object with at least its url */
    vt_buf_byte(out, ']');
}

void vt_seen_finish(struct vt_app *app)
{
    struct seen *seen;
    for (size_t at = 0; (seen = vt_map_next(&app->seen, &at)) != NULL;) {
        for (size_t i = 0; i < VT_SEEN_MAX; i++)
            free(seen->entries[i].json);
        free(seen);
    }
    vt_map_finish(&app->seen);
}
