/* SPDX-License-Identifier: Apache-2.0 */
/* A rendition's bytes: shared, immutable. Loop thread only, but the bytes may be read anywhere while a
 * reference is held. */
#ifndef VT_MEDIA_BLOB_H
#define VT_MEDIA_BLOB_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vt_blob {
    uint32_t refs;
    size_t len;
    uint8_t bytes[];
};

/* One reference, the caller's; `bytes` NULL leaves room to be filled before it is shared. */
static inline struct vt_blob *vt_blob_create(const void *bytes, size_t len)
{
    struct vt_blob *blob = malloc(sizeof(*blob) + len);
    if (!blob)
        return NULL;
    blob->refs = 1;
    blob->len = len;
    if (bytes && len > 0)
        memcpy(blob->bytes, bytes, len);
    return blob;
}

static inline struct vt_blob *vt_blob_ref(struct vt_blob *blob)
{
    blob->refs++;
    return blob;
}

static inline struct vt_blob *vt_blob_unref(struct vt_blob *blob)
{
    if (blob && --blob->refs == 0)
        free(blob);
    return NULL;
}

#endif
