/* SPDX-License-Identifier: Apache-2.0 */
/* The text decoder: whatever comes in is refused or decoded, and what was decoded encodes to text
 * that decodes and encodes to the same bytes. A first byte '!' names an op whose event follows. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "protocol/codec/shape.h"
#include "server/base/arena.h"
#include "server/base/buf.h"

enum { ARENA_BYTES = 4 << 20, OUT_BYTES = 1 << 20, STRUCT_BYTES = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true)
        abort();
}

static void check_error(int err, const struct vt_error *error)
{
    struct vt_buf out = VT_BUF_INIT(4096);
    require(vt_err_row(err) != NULL && error->err == err);
    require(vt_encode_error(&out, 0, error) == 0);
    vt_buf_finish(&out);
}

/* A request survives the way out and back in. Its text may have grown past a limit on the way:
 * an escape of one byte becomes six. */
static void check_request(const struct vt_envelope *env)
{
    struct vt_buf first = VT_BUF_INIT(OUT_BYTES), second = VT_BUF_INIT(OUT_BYTES);
    struct vt_arena arena;
    struct vt_envelope again;
    struct vt_error error;
    vt_arena_init(&arena, ARENA_BYTES);
    require(vt_encode_request(&first, env) == 0);
    const char *cursor = first.data;
    const int err = vt_decode_text(&arena, &cursor, first.data + first.len, &again, &error);
    require(err == 0 || err == VT_ERR_TOO_LARGE);
    if (err == 0) {
        require(vt_encode_request(&second, &again) == 0);
        require(vt_str_eq(vt_buf_view(&first), vt_buf_view(&second)));
    }
    vt_arena_finish(&arena);
    vt_buf_finish(&first);
    vt_buf_finish(&second);
}

static void run_text(const char *text, size_t size)
{
    const char *cursor = text;
    const char *end = text + size;
    for (int result = 0; result != 1;) {
        struct vt_arena arena;
        struct vt_envelope env;
        struct vt_error error;
        const char *before = cursor;
        vt_arena_init(&arena, ARENA_BYTES);
        result = vt_decode_text(&arena, &cursor, end, &env, &error);
        require(result == 1 || cursor > before);
        if (result < 0)
            check_error(result, &error);
        else if (result == 0)
            check_request(&env);
        vt_arena_finish(&arena);
    }
}

static void run_event(const char *name, size_t size)
{
    static max_align_t room[STRUCT_BYTES / sizeof(max_align_t)];
    const char *stop = memchr(name, '\n', size);
    const struct vt_op_row *row = stop ? vt_op_find(name, (size_t)(stop - name)) : NULL;
    if (!row || !row->evt)
        return;
    struct vt_arena arena;
    struct vt_error error;
    struct vt_buf out = VT_BUF_INIT(OUT_BYTES);
    vt_arena_init(&arena, ARENA_BYTES);
    require(row->evt->size <= sizeof(room));
    const struct vt_str body = { stop + 1, size - (size_t)(stop + 1 - name) };
    const int err = vt_decode_body(&arena, row->evt, body, room, &error);
    if (err)
        check_error(err, &error);
    else
        require(vt_encode_event(&out, row->op, NULL, room) == 0);
    vt_buf_finish(&out);
    vt_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    if (size > 0 && text[0] == '!')
        run_event(text + 1, size - 1);
    else
        run_text(text, size);
    return 0;
}
