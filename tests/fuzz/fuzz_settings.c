/* SPDX-License-Identifier: Apache-2.0 */
/* A site's settings: taken whole, or refused with a sentence that says where and what is allowed. */
#include <stdlib.h>
#include <string.h>

#include "server/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_settings_error error = { .msg = "" };
    struct vt_settings *settings = vt_settings_parse((struct vt_str){ (const char *)data, size }, &error);
    if (!settings && (!error.msg[0] || strnlen(error.msg, sizeof(error.msg)) == sizeof(error.msg) ||
                      strnlen(error.field, sizeof(error.field)) == sizeof(error.field)))
        abort();
    vt_settings_destroy(settings);
    return 0;
}
