/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notice.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/queue.h"
#include "server/session.h"
#include "server/site.h"

enum { SHOWN_MOST = 64, ID_TEXT = 65 };

/* Ids as shown, in the slots they were shown in: a new one takes the first that is free. */
struct vt_notices {
    char ids[SHOWN_MOST][ID_TEXT];
    bool again;
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
                                    .text = notice->text,
                                    .url = notice->url,
                                    .media = notice->media,
                                    .until = notice->until_ms,
                                    .has_until = notice->until_ms > 0 };
    show(conv, &d);
}

void vt_notice_sweep(struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    bool waits = vt_session_waits(&conv->session);
    int64_t now_ms = vt_wall_ms();
    if (!site || (!waits && !conv->notices) || (!conv->notices && site->settings->notices_n == 0))
        return;
    if (!conv->notices && !(conv->notices = calloc(1, sizeof(*conv->notices))))
        return; /* the sweep comes again */
    for (size_t i = 0; i < SHOWN_MOST; i++) {
        const struct vt_setting_notice *notice = find(site->settings, conv->notices->ids[i]);
        if (conv->notices->ids[i][0] && (!waits || !notice || !holds(conv, notice, now_ms)))
            drop(conv, i);
    }
    for (size_t i = 0; waits && i < site->settings->notices_n; i++)
        if (holds(conv, &site->settings->notices[i], now_ms))
            show_setting(conv, &site->settings->notices[i]);
    conv->notices->again = false;
    if (!waits)
        vt_notice_finish(conv);
}
