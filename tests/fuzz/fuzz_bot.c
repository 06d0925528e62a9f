/* SPDX-License-Identifier: Apache-2.0 */
/* What a site's own bot answers: what is taken can be shown, a refusal has a sentence that holds nothing of
 * the answer but names of fields. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/bot_answer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(const struct vt_t_bot_message *message)
{
    if ((message->text.len > 0) == (message->product.len > 0) || message->choices_n == 1 ||
        (message->choices_n > 0 && message->text.len == 0) ||
        memchr(message->text.ptr ? message->text.ptr : "", '\r', message->text.len) ||
        !vt_utf8_valid(message->text.ptr ? message->text.ptr : "", message->text.len))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_bot_answer answer;
    vt_arena_init(&arena, 1 << 20);
    int err = vt_bot_read(&arena, (struct vt_str){ (const char *)data, size }, &answer, &why);
    if (err != VT_OK && (why.len < 20 || !vt_utf8_valid(vt_buf_cstr(&why), why.len)))
        abort();
    for (size_t i = 0; err == VT_OK && i < answer.messages_n; i++)
        check_message(&answer.messages[i]);
    return 0;
}
