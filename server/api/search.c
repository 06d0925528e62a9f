/* SPDX-License-Identifier: Apache-2.0 */
/* What was said, found by its words. A path of its own beside /conversations, which lists for those who
 * answer for what is kept: every associate may search what they may open (rights.h). */
#include "server/store/search.h"

#include "server/api/rows.h"

/* A snippet as texts that stand outside and inside what was looked for, by turns; the first is outside. */
static void put_parts(struct vt_buf *out, struct vt_str text)
{
    vt_buf_text(out, ",\"parts\":[");
    size_t start = 0;
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && text.ptr[i] != '\x02' && text.ptr[i] != '\x03')
            continue;
        vt_buf_text(out, start > 0 ? "," : "");
        vt_buf_json_string(out, (struct vt_str){ text.ptr + start, i - start });
        start = i + 1;
    }
    vt_buf_byte(out, ']');
}

static void put_hit(struct vt_buf *out, const struct vt_search_hit *hit)
{
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "conversation", hit->conv);
    vt_json_put_number(out, "cs", hit->cs);
    vt_json_put_number(out, "ts", hit->ts);
    vt_json_put_text(out, "by", hit->by);
    vt_json_put_text(out, "op", hit->kind);
    vt_json_put_text(out, "name", hit->name);
    vt_json_put_raw(out, "staff", hit->staff ? VT_STR("true") : VT_STR("false"));
    put_parts(out, hit->text);
    vt_buf_byte(out, '}');
}

int vt_api_search(struct vt_api_call *call, struct vt_manage *manage)
{
    struct vt_search_hit *hits = NULL;
    struct vt_str words = vt_api_query(call, "q");
    const struct vt_search_who who = { vt_api_queues(call), call->person.person };
    int64_t before;
    size_t n, limit;
    int err = vt_api_limit(call, &limit);
    if (!err)
        err = vt_api_query_number(call, "after", 0, &before);
    if (!err && (words.len == 0 || words.len > VT_SEARCH_BYTES))
        return vt_api_refuse(call, 400, "query", "The query cannot be read",
                             "q must be 1 to %d bytes of words.", VT_SEARCH_BYTES);
    if (!err)
        err = vt_search(manage, call->site, &who, words, before, limit + 1, &call->arena, &hits, &n);
    if (err)
        return err;
    vt_buf_text(&call->out, "{\"hits\":[");
    for (size_t i = 0; i < n && i < limit; i++) {
        vt_buf_text(&call->out, i ? "," : "");
        put_hit(&call->out, &hits[i]);
    }
    vt_buf_byte(&call->out, ']');
    if (n > limit)
        vt_buf_printf(&call->out, ",\"next\":\"%lld\"", (long long)hits[limit - 1].id);
    vt_buf_byte(&call->out, '}');
    return VT_OK;
}
