/* SPDX-License-Identifier: Apache-2.0 */
/* Paths, queries and cookies: what is decoded encodes back to the same text, and a path that passes
 * holds nothing that leads out of a root. */
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/http/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(struct vt_str path)
{
    if (!vt_http_path_ok(path))
        return;
    if (memchr(path.ptr, '\0', path.len) || memmem(path.ptr, path.len, "//", 2) ||
        memmem(path.ptr, path.len, "/../", 4))
        abort();
    if (path.len >= 3 && memcmp(path.ptr + path.len - 3, "/..", 3) == 0)
        abort();
}

static void check_text(struct vt_arena *arena, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf encoded = VT_BUF_INIT(1 << 20);
    struct vt_str once, twice;
    if (vt_http_decode(arena, text, true, &once))
        return;
    vt_http_encode(&encoded, once);
    if (!encoded.failed &&
        (vt_http_decode(arena, vt_buf_view(&encoded), true, &twice) || !vt_str_eq(once, twice)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_arena arena;
    struct vt_str text = { (const char *)data, size }, value;
    vt_arena_init(&arena, 1 << 20);
    check_path(text);
    check_text(&arena, text);
    vt_http_query_get(&arena, text, "site", &value);
    value = vt_http_cookie_get(text, "vt");
    if (value.ptr && (value.ptr < text.ptr || value.ptr + value.len > text.ptr + text.len))
        abort();
    vt_arena_finish(&arena);
    return 0;
}
