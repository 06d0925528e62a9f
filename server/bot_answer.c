/* SPDX-License-Identifier: Apache-2.0 */
#include "server/bot_answer.h"

#include "server/base/err.h"

static bool is_plain(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (((unsigned char)text.ptr[i] < 0x20 && text.ptr[i] != '\n') || text.ptr[i] == 0x7f)
            return false;
    return true;
}

static const char *fault_in_choices(const struct vt_t_bot_message *message)
{
    if (message->choices_n == 1 || (message->choices_n > 0 && message->text.len == 0))
        return "choices are two to seven, under a text";
    for (size_t i = 0; i < message->choices_n; i++) {
        if (!is_plain(message->choices[i].label) || !is_plain(message->choices[i].id))
            return "a text holds control characters";
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(message->choices[i].id, message->choices[k].id))
                return "two choices of one message have one id";
    }
    return NULL;
}

static const char *fault_in(const struct vt_t_bot_answer *answer)
{
    for (size_t i = 0; i < answer->messages_n; i++) {
        const struct vt_t_bot_message *message = &answer->messages[i];
        const char *fault = fault_in_choices(message);
        if (fault)
            return fault;
        if ((message->text.len > 0) == (message->product.len > 0))
            return "a message is a text or a product";
        if (!is_plain(message->text))
            return "a text holds control characters";
    }
    return NULL;
}

int vt_bot_read(struct vt_arena *arena, struct vt_str json, struct vt_t_bot_answer *ret_answer,
                struct vt_buf *ret_why)
{
    struct vt_error error;
    if (vt_decode_body(arena, &vt_shape_bot_answer, json, ret_answer, &error) != VT_OK) {
        vt_buf_printf(ret_why, "Its answer cannot be read%s%s.", error.field[0] ? ", at " : "", error.field);
        return VT_ERR_INVALID;
    }
    const char *fault = fault_in(ret_answer);
    if (fault)
        vt_buf_printf(ret_why, "Its answer cannot be shown: %s.", fault);
    return fault ? VT_ERR_INVALID : VT_OK;
}
