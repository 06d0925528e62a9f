/* SPDX-License-Identifier: Apache-2.0 */
/* What a shop's own server may answer. What is taken must be sayable to a console and read the same there; a
 * refusal must have a sentence, which holds nothing of the answer but names of fields. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/merchant_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(struct vt_buf *why)
{
    if (why->failed || why->len < 20 || why->data[why->len - 1] != '.' || !vt_utf8_valid(why->data, why->len))
        abort();
}

static void check_taken(struct vt_arena *arena, const struct vt_t_merchant_answer *answer)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(1 << 20), why = VT_BUF_INIT(1024), again = VT_BUF_INIT(1 << 20);
    struct vt_t_merchant_answer read;
    if (vt_encode_body(&text, &vt_shape_merchant_answer, answer) != VT_OK)
        abort();
    if (text.len <= VT_MERCHANT_BYTES && (vt_merchant_read(arena, vt_buf_view(&text), &read, &why) != VT_OK ||
                                          vt_encode_body(&again, &vt_shape_merchant_answer, &read) != VT_OK ||
                                          !vt_str_eq(vt_buf_view(&text), vt_buf_view(&again))))
        abort();
    vt_buf_finish(&why);
    vt_buf_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_merchant_answer answer;
    vt_arena_init(&arena, VT_MERCHANT_ARENA);
    if (vt_merchant_read(&arena, (struct vt_str){ (const char *)data, size }, &answer, &why) == VT_OK)
        check_taken(&arena, &answer);
    else
        check_refusal(&why);
    return 0;
}
