/* SPDX-License-Identifier: Apache-2.0 */
/* What a request brings: fields of its body, and its query. */
#include <stdio.h>
#include <string.h>

#include "server/api/api_internal.h"

enum { LOGIN_MOST = 64, MAIL_MOST = 254 };

int vt_api_text(struct vt_api_call *call, const char *name, size_t min, size_t max, bool needed,
                struct vt_str *ret_text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    char pointer[64];
    struct vt_str text = { 0 };
    int err = vt_json_take_text(call->tree, name, min, max, &text, &why);
    snprintf(pointer, sizeof(pointer), "/%s", name);
    *ret_text = text;
    if (err == VT_ERR_MISSING && !needed)
        return VT_OK;
    if (err)
        return vt_api_refuse_field(call, pointer, "%s.", vt_buf_cstr(&why));
    *ret_text = vt_api_keep(call, text); /* the tree goes with this step */
    return ret_text->ptr ? VT_OK : VT_ERR_NOMEM;
}

int vt_api_name(struct vt_api_call *call, const char *name, size_t max, bool needed, struct vt_str *ret_text)
{
    char pointer[64];
    int err = vt_api_text(call, name, 1, max, needed, ret_text);
    snprintf(pointer, sizeof(pointer), "/%s", name);
    for (size_t i = 0; i < ret_text->len && !err; i++)
        if ((unsigned char)ret_text->ptr[i] < 0x20 || ret_text->ptr[i] == 0x7f)
            err = vt_api_refuse_field(call, pointer, "%s must hold no control characters.", name);
    return err;
}

int vt_api_role(struct vt_api_call *call, bool needed, struct vt_str *ret_role)
{
    int err = vt_api_text(call, "role", 1, 16, needed, ret_role);
    if (err || !ret_role->ptr || vt_str_eq(*ret_role, VT_STR("associate")) ||
        vt_str_eq(*ret_role, VT_STR("supervisor")) || vt_str_eq(*ret_role, VT_STR("admin")))
        return err;
    return vt_api_refuse_field(call, "/role", "role must be associate, supervisor or admin.");
}

int vt_api_login_name(struct vt_api_call *call, struct vt_str *ret_login)
{
    int err = vt_api_text(call, "login", 1, LOGIN_MOST, false, ret_login);
    if (err || !ret_login->ptr ||
        strspn(ret_login->ptr, "abcdefghijklmnopqrstuvwxyz0123456789._@+-") == ret_login->len)
        return err;
    return vt_api_refuse_field(call, "/login",
                               "login must have 1 to %d characters of a-z 0-9 . _ @ + - (small letters).",
                               LOGIN_MOST);
}

/* Whether the address exists, the mail that is sent to it says. What is refused here could change a
 * header or never arrive. */
int vt_api_mail(struct vt_api_call *call, struct vt_str *ret_mail)
{
    int err = vt_api_text(call, "mail", 0, MAIL_MOST, false, ret_mail);
    const char *at = ret_mail->len > 0 ? strchr(ret_mail->ptr, '@') : NULL;
    bool plain = ret_mail->len == 0 || (at && at != ret_mail->ptr && strchr(at, '.') && !strchr(at + 1, '@'));
    for (size_t i = 0; i < ret_mail->len; i++)
        plain = plain && ret_mail->ptr[i] > ' ' && ret_mail->ptr[i] < 0x7f &&
                !strchr("<>\"(),:;\\[]", ret_mail->ptr[i]);
    if (err || plain)
        return err;
    return vt_api_refuse_field(call, "/mail", "mail must be an address such as lea@shop.example, or empty.");
}

struct vt_str vt_api_queues(const struct vt_api_call *call)
{
    bool all = !call->person.queues.ptr || vt_str_eq(call->person.role, VT_STR("admin"));
    return all ? VT_STR("") : call->person.queues;
}

/* --- query --------------------------------------------------------------------------------- */

static int hex(char ch)
{
    return ch >= '0' && ch <= '9'   ? ch - '0'
           : ch >= 'a' && ch <= 'f' ? ch - 'a' + 10
           : ch >= 'A' && ch <= 'F' ? ch - 'A' + 10
                                    : -1;
}

static struct vt_str decode(struct vt_api_call *call, struct vt_str text)
{
    char *copy = vt_arena_alloc(&call->arena, text.len + 1);
    size_t n = 0;
    for (size_t i = 0; copy && i < text.len; i++) {
        bool coded = text.ptr[i] == '%' && i + 2 < text.len && hex(text.ptr[i + 1]) >= 0 &&
                     hex(text.ptr[i + 2]) >= 0;
        copy[n++] = coded                ? (char)(hex(text.ptr[i + 1]) * 16 + hex(text.ptr[i + 2]))
                    : text.ptr[i] == '+' ? ' '
                                         : text.ptr[i];
        i += coded ? 2 : 0;
    }
    bool clean = copy && !memchr(copy, '\0', n) && vt_utf8_valid(copy, n);
    return clean ? (struct vt_str){ copy, n } : (struct vt_str){ 0 };
}

struct vt_str vt_api_query(struct vt_api_call *call, const char *name)
{
    size_t len = strlen(name);
    for (struct vt_str rest = call->query; rest.len > 0;) {
        const char *end = memchr(rest.ptr, '&', rest.len);
        size_t piece = end ? (size_t)(end - rest.ptr) : rest.len;
        if (piece > len && memcmp(rest.ptr, name, len) == 0 && rest.ptr[len] == '=')
            return decode(call, (struct vt_str){ rest.ptr + len + 1, piece - len - 1 });
        piece += end != NULL;
        rest.ptr += piece;
        rest.len -= piece;
    }
    return (struct vt_str){ 0 };
}

int vt_api_query_number(struct vt_api_call *call, const char *name, int64_t fallback, int64_t *ret_number)
{
    struct vt_str text = vt_api_query(call, name);
    uint64_t number = (uint64_t)fallback;
    if (text.ptr && vt_str_to_u64(text, 0, INT64_MAX, &number) != VT_OK)
        return vt_api_refuse(call, 400, "query", "The query cannot be read", "%s must be a number.", name);
    *ret_number = (int64_t)number;
    return VT_OK;
}

int vt_api_limit(struct vt_api_call *call, size_t *ret_limit)
{
    int64_t limit;
    int err = vt_api_query_number(call, "limit", 50, &limit);
    if (!err && (limit < 1 || limit > VT_MANAGE_PAGE))
        err = vt_api_refuse(call, 400, "query", "The query cannot be read", "limit must be 1 to %d.",
                            VT_MANAGE_PAGE);
    *ret_limit = (size_t)limit;
    return err;
}
