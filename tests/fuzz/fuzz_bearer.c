/* SPDX-License-Identifier: Apache-2.0 */
/* The credentials of an upload: what is taken has one length and one alphabet, and opens nothing that was not
 * given. */
#include <stdlib.h>

#include "server/upload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_of_ours(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str bearer = vt_upload_bearer((struct vt_str){ (const char *)data, size });
    if (!bearer.ptr)
        return 0;
    if (bearer.len != VT_ID_TEXT - 1 || bearer.ptr + bearer.len != (const char *)data + size)
        abort();
    for (size_t i = 0; i < bearer.len; i++)
        if (!is_of_ours(bearer.ptr[i]))
            abort();
    struct vt_uploads *uploads = vt_uploads_create();
    struct vt_upload upload;
    char key[VT_ID_TEXT];
    if (uploads &&
        (vt_uploads_take(uploads, bearer, VT_STR("https://shop.example"), &upload) != VT_UPLOAD_UNKNOWN ||
         vt_uploads_open(uploads, bearer, VT_STR("https://shop.example"), key, &upload) != VT_UPLOAD_UNKNOWN))
        abort();
    vt_uploads_destroy(uploads);
    return 0;
}
