/* SPDX-License-Identifier: Apache-2.0 */
/* What a shop's server, a picture's host or a mail server says: the first byte tells which, the rest are its
 * lines. What is kept can stand in a header, in a log and before people. */
#include <stdlib.h>
#include <string.h>

#include "server/outgoing/answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t size)
{
    const size_t len = strnlen(text, size);
    if (len == size)
        abort();
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] >= 0x7f)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_outgoing_result result = { .status = 0 };
    if (size == 0)
        return 0;
    const bool is_mail = data[0] & 1;
    for (size_t at = 1; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t len = end ? (size_t)(end - data) + 1 - at : size - at;
        char *line = malloc(len); /* of its size, so that a step past the end is seen */
        if (!line)
            return 0;
        memcpy(line, data + at, len);
        vt_outgoing_take_line(&result, is_mail, (struct vt_str){ line, len });
        free(line);
        at += len;
    }
    check(result.why, sizeof(result.why));
    check(result.etag, sizeof(result.etag));
    check(result.modified, sizeof(result.modified));
    if (result.retry_after_s > 86400)
        abort();
    return 0;
}
