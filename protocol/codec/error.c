/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "protocol/codec/codec.h"

void vt_error_set(struct vt_error *error, int err, const char *field, const char *format, ...)
{
    error->err = err;
    error->after_ms = 0;
    error->msg[0] = '\0';
    snprintf(error->field, sizeof(error->field), "%s", field ? field : "");
    if (!format)
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(error->msg, sizeof(error->msg), format, args);
    va_end(args);
}
