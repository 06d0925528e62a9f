/* SPDX-License-Identifier: Apache-2.0 */
#include "server/invitations.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/attention.h"
#include "server/base/err.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/queue_status.h"

enum { FLUSH_MS = 5000 };
#define DAY_MS INT64_C(86400000)

/* What was counted of one rule since the last flush. */
struct counted {
    struct vt_list link; /* in vt_invitations.counted, or a batch's */
    char site[VT_PERSON_TEXT], rule[32];
    int64_t n[VT_INVITATION_EVENTS];
};

struct vt_invitations {
    struct vt_app *app;
    struct vt_timer timer;
    struct vt_list counted; /* list of counted.link: at most one a rule there is */
    bool closing;
};

/* On its way to the store. */
struct batch {
    struct vt_list counted;
    int64_t day;
};

static struct vt_metric events[VT_INVITATION_EVENTS] = {
    [VT_INVITATION_SHOWN] = { .name = "vitrine_invitations_total",
                              .help = "Invitations on the shops' pages, by what became of them.",
                              .labels = "event=\"shown\"",
                              .kind = VT_METRIC_COUNTER },
    [VT_INVITATION_ACCEPTED] = { .name = "vitrine_invitations_total",
                                 .help = "Invitations on the shops' pages, by what became of them.",
                                 .labels = "event=\"accepted\"",
                                 .kind = VT_METRIC_COUNTER },
    [VT_INVITATION_CLOSED] = { .name = "vitrine_invitations_total",
                               .help = "Invitations on the shops' pages, by what became of them.",
                               .labels = "event=\"closed\"",
                               .kind = VT_METRIC_COUNTER },
};

/* --- the rules ------------------------------------------------------------------------------- */

static bool speaks(const struct vt_texts *languages, struct vt_str lang)
{
    for (size_t i = 0; i < languages->n; i++) {
        struct vt_str one = languages->at[i];
        if (lang.len >= one.len && memcmp(lang.ptr, one.ptr, one.len) == 0 &&
            (lang.len == one.len || lang.ptr[one.len] == '-'))
            return true;
    }
    return languages->n == 0;
}

static void put_texts(struct vt_buf *out, const char *name, const struct vt_texts *texts)
{
    if (texts->n == 0)
        return;
    vt_buf_printf(out, ",\"%s\":[", name);
    for (size_t i = 0; i < texts->n; i++) {
        vt_buf_text(out, i > 0 ? "," : "");
        vt_buf_json_string(out, texts->at[i]);
    }
    vt_buf_byte(out, ']');
}

static void put_rule(struct vt_buf *out, const struct vt_setting_invitation *rule, struct vt_str text)
{
    const struct vt_setting_invitation_when *when = &rule->when;
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "id", rule->id);
    vt_json_put_text(out, "text", text);
    if (when->seconds > 0)
        vt_json_put_number(out, "seconds", when->seconds);
    if (when->site_seconds > 0)
        vt_json_put_number(out, "siteSeconds", when->site_seconds);
    if (when->pieces > 0)
        vt_json_put_number(out, "pieces", when->pieces);
    if (when->bag.len > 0)
        vt_buf_printf(out, ",\"bag\":%.*s", VT_STR_ARG(when->bag));
    if (when->returning)
        vt_buf_text(out, ",\"returning\":true");
    put_texts(out, "url", &when->url);
    put_texts(out, "types", &when->types);
    vt_buf_byte(out, '}');
}

static bool is_quiet(const struct vt_settings *settings)
{
    struct vt_hours_state quiet = { 0 };
    if (settings->attention.quiet)
        vt_hours_at(settings->attention.quiet, vt_wall_ms(), &quiet);
    return quiet.open;
}

static uint32_t most_a_day(const struct vt_settings *settings)
{
    uint32_t own = settings->invitations.per_day, prompts = settings->attention.day[VT_ATTENTION_PROMPT];
    return prompts > 0 && prompts < own ? prompts : own;
}

void vt_invitations_write(struct vt_app *app, const struct vt_site *site, struct vt_str lang,
                          struct vt_buf *out)
{
    const struct vt_setting_invitations *all = &site->settings->invitations;
    bool is_here = vt_queue_status_best(app, site) == VT_QUEUE_STATE_AVAILABLE, first = true;
    vt_buf_printf(out, "{\"perDay\":%u,\"rules\":[", most_a_day(site->settings));
    for (size_t i = 0; i < all->rules_n && all->on && !is_quiet(site->settings); i++) {
        const struct vt_setting_invitation *rule = &all->rules[i];
        struct vt_str text = vt_settings_say(&rule->text, lang);
        if (text.len == 0)
            text = vt_settings_say(&rule->text, VT_STR(""));
        if (text.len == 0 || (rule->staffed && !is_here) || !speaks(&rule->when.languages, lang))
            continue;
        vt_buf_text(out, first ? "" : ",");
        put_rule(out, rule, text);
        first = false;
    }
    vt_buf_text(out, "]}");
}

/* --- counting -------------------------------------------------------------------------------- */

static struct counted *entry_of(struct vt_invitations *invitations, const char *site, struct vt_str rule)
{
    VT_LIST_EACH (counted, &invitations->counted, struct counted, link)
        if (strcmp(counted->site, site) == 0 && vt_str_eq(vt_str(counted->rule), rule))
            return counted;
    struct counted *counted = calloc(1, sizeof(*counted));
    if (!counted)
        return NULL;
    vt_str_copy(counted->site, sizeof(counted->site), vt_str(site));
    vt_str_copy(counted->rule, sizeof(counted->rule), rule);
    vt_list_append(&invitations->counted, &counted->link);
    return counted;
}

bool vt_invitations_has(const struct vt_site *site, struct vt_str rule)
{
    const struct vt_setting_invitations *all = &site->settings->invitations;
    for (size_t i = 0; i < all->rules_n; i++)
        if (vt_str_eq(all->rules[i].id, rule))
            return true;
    return false;
}

bool vt_invitations_count(struct vt_invitations *invitations, const struct vt_site *site, struct vt_str rule,
                          enum vt_invitation_event event)
{
    if (!vt_invitations_has(site, rule))
        return false;
    struct counted *counted = entry_of(invitations, site->id, rule);
    if (counted)
        counted->n[event]++;
    vt_metric_inc(&events[event], 1);
    return true;
}

static void batch_free(struct batch *batch)
{
    VT_LIST_EACH (counted, &batch->counted, struct counted, link) {
        vt_list_remove(&counted->link);
        free(counted);
    }
    free(batch);
}

static int work_add(struct vt_manage *manage, void *arg)
{
    struct batch *batch = arg;
    int err = VT_OK;
    VT_LIST_EACH (counted, &batch->counted, struct counted, link) {
        struct vt_invitation_count row = { .site = vt_str(counted->site),
                                           .rule = vt_str(counted->rule),
                                           .day = batch->day };
        memcpy(row.n, counted->n, sizeof(row.n));
        if (!err)
            err = vt_invitation_add(manage, &row);
    }
    return err;
}

static void handle_added(void *arg, int err)
{
    if (err)
        vt_log(VT_LOG_WARN, "invitations.store", VT_LOG_T("err", vt_err_name(err)));
    batch_free(arg);
}

static void flush(void *arg)
{
    struct vt_invitations *invitations = arg;
    struct batch *batch = vt_list_is_empty(&invitations->counted) ? NULL : calloc(1, sizeof(*batch));
    if (!batch)
        return;
    vt_list_init(&batch->counted);
    batch->day = vt_wall_ms() / DAY_MS;
    VT_LIST_EACH (counted, &invitations->counted, struct counted, link) {
        vt_list_remove(&counted->link);
        vt_list_append(&batch->counted, &counted->link);
    }
    if (vt_store_work(invitations->app->deps.store, work_add, handle_added, batch) != VT_OK)
        handle_added(batch, VT_ERR_FULL);
}

/* --- life ------------------------------------------------------------------------------------ */

struct vt_invitations *vt_invitations_create(struct vt_app *app)
{
    static bool is_added;
    struct vt_invitations *invitations = calloc(1, sizeof(*invitations));
    if (!invitations)
        return NULL;
    invitations->app = app;
    vt_list_init(&invitations->counted);
    for (size_t i = 0; i < VT_INVITATION_EVENTS && !is_added; i++)
        vt_metrics_add(&events[i]);
    is_added = true;
    vt_timer_init(app->deps.loop, &invitations->timer, flush, invitations);
    vt_timer_start(&invitations->timer, FLUSH_MS, FLUSH_MS);
    return invitations;
}

void vt_invitations_close(struct vt_invitations *invitations)
{
    if (!invitations || invitations->closing)
        return;
    invitations->closing = true;
    flush(invitations);
    vt_timer_stop(&invitations->timer);
    vt_timer_close(&invitations->timer, NULL);
}

void vt_invitations_destroy(struct vt_invitations *invitations)
{
    if (!invitations)
        return;
    VT_LIST_EACH (counted, &invitations->counted, struct counted, link) {
        vt_list_remove(&counted->link);
        free(counted);
    }
    free(invitations);
}
