/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges and entity tags: the first eight bytes are the file's size, the rest the header. */
#include <stdlib.h>
#include <string.h>

#include "server/http/conditional.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint64_t length, first = 0, last = 0;
    if (size < sizeof(length))
        return 0;
    memcpy(&length, data, sizeof(length));
    length >>= 1; /* a file's size is an off_t */
    struct vt_str header = { (const char *)data + sizeof(length), size - sizeof(length) };
    if (vt_http_range_parse(header, length, &first, &last) == VT_RANGE_PART &&
        (first > last || last >= length))
        abort();
    vt_http_etag_listed(header, VT_STR("\"abc\""));
    vt_http_etag_is(header, VT_STR("\"abc\""));
    return 0;
}
