/* SPDX-License-Identifier: Apache-2.0 */
#include "server/trail.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/mirror.h"
#include "server/mirror_text.h"

enum { PAGE_BYTES = 16384 };

enum { FIRST_ROOM = 4 }; /* a power of two, as all that follow */

/* Room for one more; most customers see a handful of pages, so it grows with them. */
static bool has_room(struct vt_conversation *conv)
{
    size_t n = conv->trail_n;
    bool is_full = n == 0 ? !conv->trail : n >= FIRST_ROOM && (n & (n - 1)) == 0;
    void *more = is_full ? realloc(conv->trail, (n ? 2 * n : FIRST_ROOM) * sizeof(conv->trail[0]))
                         : conv->trail;
    if (more)
        conv->trail = more;
    return more != NULL;
}

void vt_trail_keep(struct vt_conversation *conv, struct vt_str json)
{
    if (conv->trail_n == VT_TRAIL_MAX) {
        free(conv->trail[0].body);
        memmove(&conv->trail[0], &conv->trail[1], (VT_TRAIL_MAX - 1) * sizeof(conv->trail[0]));
        conv->trail_n--;
    }
    char *copy = has_room(conv) ? vt_str_dup(json) : NULL;
    if (copy)
        conv->trail[conv->trail_n++].body = copy;
}

static bool is_same_page(const struct vt_conversation *conv, const struct vt_t_page *page,
                         struct vt_arena *arena)
{
    struct vt_t_page last;
    struct vt_error error;
    if (conv->trail_n == 0 ||
        vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[conv->trail_n - 1].body), &last, &error) !=
            VT_OK)
        return false;
    /* A hello may name the page before its product is detected: that takes nothing back. */
    bool adds_product = page->product && (!last.product || !vt_str_eq(last.product->sku, page->product->sku));
    return last.n == page->n && vt_str_eq(last.url, page->url) && !adds_product;
}

void vt_trail_add(struct vt_conversation *conv, struct vt_t_page *page)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(PAGE_BYTES);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 65536);
    if (conv->page != page->n) {
        conv->page = page->n;
        vt_mirror_update(conv);
    }
    if (is_same_page(conv, page, &arena))
        return; /* a reconnect names the page again */
    if (conv->consents.state[VT_CAPABILITY_TRAIL] == VT_CONSENT_WORD_REJECTED)
        return; /* the customer wants none: neither kept nor told */
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf title = VT_BUF_INIT(PAGE_BYTES);
    /* A shop may put into a title what would be taken out of its text. */
    if (vt_mirror_mask(page->title, &title))
        page->title = title.failed ? VT_STR("") : vt_buf_view(&title);
    page->ts = vt_wall_ms();
    page->has_ts = true;
    if (vt_encode_body(&json, &vt_shape_page, page) != VT_OK)
        return;
    vt_trail_keep(conv, vt_str(vt_buf_cstr(&json)));
    vt_store_page_put(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv), page->ts,
                      vt_buf_view(&json));
    vt_fanout_latest(conv,
                     &(struct vt_event){ .op = VT_OP_PAGE_AT, .by = "c", .d = page, .subject = page->n });
}

void vt_trail_add_json(struct vt_conversation *conv, const char *json)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_page page;
    struct vt_error error;
    vt_arena_init(&arena, 65536);
    if (vt_decode_body(&arena, &vt_shape_page, vt_str(json), &page, &error) == VT_OK)
        vt_trail_add(conv, &page);
}
