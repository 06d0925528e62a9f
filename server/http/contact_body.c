/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/contact_body.h"

#include <ctype.h>

#include "server/base/err.h"
#include "server/contact.h"
#include "server/peer.h"

enum { EMAIL_MAX = 254, LANG_MAX = 35, URL_MAX = 1500, TITLE_MAX = 100 };

static bool is_uuid(struct vt_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text.ptr[i] != '-'
                 : !isxdigit((unsigned char)text.ptr[i]) || isupper((unsigned char)text.ptr[i]))
            return false;
    }
    return text.len == 36;
}

static bool is_page(struct vt_str url)
{
    return (url.len > 8 && memcmp(url.ptr, "https://", 8) == 0) ||
           (url.len > 7 && memcmp(url.ptr, "http://", 7) == 0);
}

static int read_cid(const json_t *body, struct vt_arena *arena, struct vt_str *ret_cid, struct vt_buf *why)
{
    struct vt_str cid = vt_json_text(body, "id");
    if (!is_uuid(cid)) {
        vt_buf_text(why, "id must be a UUID in lower case, the same when the message is sent again.");
        return VT_ERR_INVALID;
    }
    *ret_cid = vt_arena_str(arena, cid);
    return ret_cid->ptr ? VT_OK : VT_ERR_NOMEM;
}

static int read_fields(const json_t *body, size_t text_most, struct vt_arena *arena,
                       struct vt_contact_body *said, struct vt_buf *why, const char **ret_at)
{
    const struct {
        const char *name, *at;
        size_t min, max;
        struct vt_str *to;
    } fields[] = { { "text", "/text", 1, text_most, &said->text },
                   { "email", "/email", 3, EMAIL_MAX, &said->email },
                   { "name", "/name", 0, VT_NAME_TEXT - 1, &said->name },
                   { "lang", "/lang", 0, LANG_MAX, &said->lang },
                   { "url", "/url", 0, URL_MAX, &said->url },
                   { "title", "/title", 0, TITLE_MAX, &said->title } };
    for (size_t i = 0; i < VT_COUNT(fields); i++) {
        struct vt_str text = { 0 };
        *ret_at = fields[i].at;
        int err = vt_json_take_text(body, fields[i].name, fields[i].min, fields[i].max, &text, why);
        if (err && (err != VT_ERR_MISSING || fields[i].min > 0))
            return err;
        *fields[i].to = text.len > 0 ? vt_arena_str(arena, text) : (struct vt_str){ 0 };
        if (text.len > 0 && !fields[i].to->ptr)
            return VT_ERR_NOMEM;
    }
    vt_buf_reset(why); /* of what may be missing */
    return VT_OK;
}

int vt_contact_body_read(const json_t *body, size_t text_most, struct vt_arena *arena,
                         struct vt_contact_body *ret_said, struct vt_buf *why, const char **ret_at)
{
    struct vt_contact_body said = { 0 };
    *ret_at = "/id";
    int err = read_cid(body, arena, &said.cid, why);
    if (!err)
        err = read_fields(body, text_most, arena, &said, why, ret_at);
    if (err)
        return err;
    *ret_at = "/email";
    if (!vt_email_valid(said.email)) {
        vt_buf_text(why, "email must be an address such as name@example.com.");
        return VT_ERR_INVALID;
    }
    if (said.url.len > 0 && !is_page(said.url))
        said.url = (struct vt_str){ 0 };
    *ret_said = said;
    return VT_OK;
}
