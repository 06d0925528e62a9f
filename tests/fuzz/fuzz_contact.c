/* SPDX-License-Identifier: Apache-2.0 */
/* The body of POST /api/v1/contact: what is taken has a name, a text within its bound and an address that no
 * mail header breaks at; a refusal has a sentence and says where. */
#include <stdint.h>
#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/http/contact_body.h"

enum { TEXT_MOST = 512, BODY_MOST = 24 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_taken(const struct vt_contact_body *said)
{
    if (said->cid.len != 36 || said->text.len == 0 || said->text.len > TEXT_MOST ||
        !vt_email_valid(said->email) || memchr(said->email.ptr, '\n', said->email.len) ||
        memchr(said->email.ptr, '\r', said->email.len) || !vt_utf8_valid(said->text.ptr, said->text.len))
        abort();
    if (said->url.len > 0 && memcmp(said->url.ptr, "http", 4) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 4 * BODY_MOST);
    VT_CLEANUP(vt_json_unref)
    json_t *body = vt_json_parse((struct vt_str){ (const char *)data, size }, BODY_MOST, &why);
    struct vt_contact_body said;
    const char *at = NULL;
    if (!body && why.len == 0)
        abort();
    if (!body || !json_is_object(body))
        return 0;
    vt_buf_reset(&why);
    int err = vt_contact_body_read(body, TEXT_MOST, &arena, &said, &why, &at);
    if (err == VT_OK)
        check_taken(&said);
    else if (err != VT_ERR_NOMEM && (why.len == 0 || !at || at[0] != '/'))
        abort();
    return 0;
}
