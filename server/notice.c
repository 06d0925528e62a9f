/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notice.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/media_told.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/session.h"
#include "server/site.h"
#include "server/template_address.h"

enum { SHOWN_MOST = 64, ID_TEXT = 65, ARENA_BYTES = 65536 };
#define GREETING_ID "vt:greeting" /* no notice of a site's has a colon */

/* Ids as shown, in the slots they were shown in: a new one takes the first that is free. */
struct vt_notices {
    char ids[SHOWN_MOST][ID_TEXT];
    bool again;
    char greeted[VT_NAME_TEXT]; /* the name that the greeting has */
};

void vt_notice_finish(struct vt_conversation *conv)
{
    free(conv->notices);
    conv->notices = NULL;
}

void vt_notice_again(struct vt_conversation *conv)
{
    if (conv->notices)
        conv->notices->again = true;
    vt_notice_sweep(conv);
}

static size_t slot_of(const struct vt_notices *notices, struct vt_str id)
{
    size_t free_slot = SHOWN_MOST;
    for (size_t i = 0; i < SHOWN_MOST; i++) {
        if (vt_str_eq(vt_str(notices->ids[i]), id))
            return i;
        if (!notices->ids[i][0] && free_slot == SHOWN_MOST)
            free_slot = i;
    }
    return free_slot;
}

static void show(struct vt_conversation *conv, const struct vt_evt_notice_show *d)
{
    struct vt_notices *notices = conv->notices;
    size_t slot = slot_of(notices, d->id);
    if (slot == SHOWN_MOST || (notices->ids[slot][0] && !notices->again))
        return;
    vt_str_copy(notices->ids[slot], ID_TEXT, d->id);
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_NOTICE_SHOW, .d = d, .subject = (uint32_t)slot });
}

static void drop(struct vt_conversation *conv, size_t slot)
{
    char id[ID_TEXT];
    memcpy(id, conv->notices->ids[slot], ID_TEXT);
    conv->notices->ids[slot][0] = '\0';
    struct vt_evt_notice_drop d = { .id = vt_str(id) };
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_NOTICE_DROP, .d = &d, .subject = (uint32_t)slot });
}

static bool holds(const struct vt_conversation *conv, const struct vt_setting_notice *notice, int64_t now_ms)
{
    if (now_ms < notice->from_ms || (notice->until_ms > 0 && now_ms >= notice->until_ms))
        return false;
    return notice->waiting_over == 0 ||
           vt_queue_waiting(conv->app, conv->site, conv->session.queue) > notice->waiting_over;
}

static const struct vt_setting_notice *find(const struct vt_settings *settings, const char *id)
{
    for (size_t i = 0; i < settings->notices_n; i++)
        if (vt_str_eq(settings->notices[i].id, vt_str(id)))
            return &settings->notices[i];
    return NULL;
}

static void show_setting(struct vt_conversation *conv, const struct vt_setting_notice *notice)
{
    static const enum vt_notice_kind kinds[] = { [VT_SETTING_LOAD] = VT_NOTICE_KIND_LOAD,
                                                 [VT_SETTING_SPECIAL] = VT_NOTICE_KIND_SPECIAL,
                                                 [VT_SETTING_TIP] = VT_NOTICE_KIND_TIP };
    struct vt_evt_notice_show d = { .id = notice->id,
                                    .kind = kinds[notice->kind],
                                    .text = vt_settings_say_any(&notice->text, vt_str(conv->session.lang)),
                                    .url = notice->url,
                                    .media = notice->media,
                                    .until = notice->until_ms,
                                    .has_until = notice->until_ms > 0 };
    show(conv, &d);
}

/* --- the greeting ------------------------------------------------------------------------------- */

static struct vt_str sku_of(const struct vt_conversation *conv, struct vt_arena *arena)
{
    struct vt_t_product_ref asked;
    struct vt_t_page page;
    struct vt_error error;
    const char *product = conv->session.product;
    if (product && vt_decode_body(arena, &vt_shape_product_ref, vt_str(product), &asked, &error) == VT_OK)
        return asked.sku;
    for (size_t i = conv->trail_n; i-- > 0;)
        if (vt_decode_body(arena, &vt_shape_page, vt_str(conv->trail[i].body), &page, &error) == VT_OK &&
            page.product)
            return page.product->sku;
    return (struct vt_str){ 0 };
}

/* The name on what the customer looks at, else on the site's choice; signed for this sending. Absent when
 * there is no such picture, or nobody's name. */
static struct vt_str card_of(const struct vt_conversation *conv, const struct vt_site *site,
                             struct vt_str name, struct vt_str text, struct vt_arena *arena)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf address = VT_BUF_INIT(VT_TEMPLATE_ADDRESS_MAX);
    const struct vt_str skus[] = { sku_of(conv, arena), site->settings->greeting.sku };
    for (size_t i = 0; name.len > 0 && i < VT_COUNT(skus); i++)
        if (skus[i].len > 0 && vt_address_card(site, skus[i], name, text, &address) == VT_OK)
            return vt_told_address(conv, arena, vt_buf_view(&address));
    return (struct vt_str){ 0 };
}

/* Once, and again when the customer's name becomes known. */
static void greet(struct vt_conversation *conv, const struct vt_site *site)
{
    struct vt_notices *notices = conv->notices;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_t_profile profile;
    vt_arena_init(&arena, ARENA_BYTES);
    vt_profile_read(conv, &arena, &profile);
    struct vt_str name = profile.customer.name,
                  text = vt_settings_say_any(&site->settings->greeting.text, vt_str(conv->session.lang));
    size_t slot = slot_of(notices, VT_STR(GREETING_ID));
    bool shown = slot < SHOWN_MOST && notices->ids[slot][0];
    if (shown && !notices->again && vt_str_eq(name, vt_str(notices->greeted)))
        return;
    struct vt_evt_notice_show d = { .id = VT_STR(GREETING_ID),
                                    .kind = VT_NOTICE_KIND_GREETING,
                                    .text = text.len > 0 ? text : name, /* what is read out */
                                    .media = card_of(conv, site, name, text, &arena) };
    if (d.text.len == 0)
        return;
    if (shown)
        notices->ids[slot][0] = '\0';
    vt_str_copy(notices->greeted, sizeof(notices->greeted), name);
    show(conv, &d);
}

/* --- all of them ---------------------------------------------------------------------------------- */

static bool still_holds(const struct vt_conversation *conv, const struct vt_settings *settings,
                        const char *id, int64_t now_ms)
{
    if (strcmp(id, GREETING_ID) == 0)
        return settings->greeting.on;
    const struct vt_setting_notice *notice = find(settings, id);
    return notice && holds(conv, notice, now_ms);
}

void vt_notice_sweep(struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    bool waits = vt_session_waits(&conv->session);
    int64_t now_ms = vt_wall_ms();
    if (!site || (!waits && !conv->notices) ||
        (!conv->notices && site->settings->notices_n == 0 && !site->settings->greeting.on))
        return;
    if (!conv->notices && !(conv->notices = calloc(1, sizeof(*conv->notices))))
        return; /* the sweep comes again */
    for (size_t i = 0; i < SHOWN_MOST; i++)
        if (conv->notices->ids[i][0] &&
            (!waits || !still_holds(conv, site->settings, conv->notices->ids[i], now_ms)))
            drop(conv, i);
    if (waits && site->settings->greeting.on)
        greet(conv, site);
    for (size_t i = 0; waits && i < site->settings->notices_n; i++)
        if (holds(conv, &site->settings->notices[i], now_ms))
            show_setting(conv, &site->settings->notices[i]);
    conv->notices->again = false;
    if (!waits)
        vt_notice_finish(conv);
}
