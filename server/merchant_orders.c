/* SPDX-License-Identifier: Apache-2.0 */
/* The shop's orders of the last day, asked for again and again: what its page or its server has not told of
 * is counted then, and what is known stays as it is. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/hooks.h"
#include "server/log.h"
#include "server/merchant_internal.h"
#include "server/order.h"
#include "server/zone.h"

enum { LOOK_BACK_S = 86400, QUESTION_BYTES = 256, ARENA_BYTES = 8 << 20 };

struct reconciling {
    struct vt_merchant *merchant;
    struct vt_arena arena; /* of `due`, and of what is counted */
    struct vt_hooks_pull due;
    struct vt_merchant_call call;
    struct found {
        struct vt_t_order order;
        struct vt_sale_said said;
        struct vt_sale sale;
    } * found; /* in the arena */
    size_t n;
    struct vt_str why; /* absent: it went well */
};

static void finish(struct reconciling *run)
{
    run->merchant->reconciling = false;
    vt_merchant_call_finish(&run->call);
    vt_arena_finish(&run->arena);
    free(run);
}

/* --- counting --------------------------------------------------------------------------------- */

static int work_count(struct vt_manage *manage, void *arg)
{
    struct reconciling *run = arg;
    int64_t next = vt_wall_ms() + run->merchant->deps.config->merchant_every;
    int err = VT_OK;
    for (size_t i = 0; i < run->n && !err; i++)
        err = vt_sale_put(manage, &run->found[i].said, &run->arena, &run->found[i].sale);
    return err ? err : vt_hook_pulled(manage, run->due.site, next, run->why);
}

static void handle_counted(void *arg, int err)
{
    struct reconciling *run = arg;
    if (err) /* it is due as before: the shop is not asked again at once */
        run->merchant->rest_until_ms = vt_now_ms() + run->merchant->deps.config->merchant_every;
    if (err && !run->merchant->closing)
        vt_log(VT_LOG_ERROR, "merchant.store", VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; i < run->n && !err && !run->merchant->closing; i++)
        if (run->found[i].sale.changed)
            vt_order_tell(run->merchant->app, run->due.site, &run->found[i].sale, VT_OP_ORDER_DONE, NULL,
                          NULL, NULL);
    finish(run);
}

static void count(struct reconciling *run)
{
    if (run->merchant->closing ||
        vt_store_work(run->merchant->deps.store, work_count, handle_counted, run) != VT_OK)
        finish(run);
}

/* Only what has a value of its own: a total holds tax and shipping. */
static void take(struct reconciling *run, const struct vt_settings *settings,
                 const struct vt_t_merchant_order *from)
{
    struct vt_t_order *order = &run->found[run->n].order;
    int64_t placed = vt_zone_read_instant(from->placed);
    if (!from->value.ptr || placed > vt_wall_ms())
        return;
    *order = (struct vt_t_order){ .reference = from->reference,
                                  .value = from->value,
                                  .currency = from->currency,
                                  .source = VT_ORDER_SOURCE_SHOP,
                                  .placed = placed,
                                  .items = from->items,
                                  .items_n = from->items_n };
    vt_order_rule(settings, order);
    run->found[run->n++].said = (struct vt_sale_said){
        .site = run->due.site, .customer = from->customer, .session = from->session, .order = order
    };
}

static void handle_orders(void *arg, const struct vt_t_merchant_answer *answer, const char *why)
{
    struct reconciling *run = arg;
    const struct vt_site *site = vt_sites_by_id(run->merchant->deps.sites, run->due.site);
    if (why)
        run->why = vt_arena_str(&run->arena, vt_str(why));
    if (answer && site && site->settings)
        run->found = vt_arena_array(&run->arena, answer->orders_n, sizeof(*run->found));
    for (size_t i = 0; run->found && i < answer->orders_n; i++)
        take(run, site->settings, &answer->orders[i]);
    count(run);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void put_question(struct vt_buf *out)
{
    time_t since = (time_t)(vt_wall_ms() / 1000 - LOOK_BACK_S);
    struct tm utc;
    char text[32];
    gmtime_r(&since, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    vt_buf_printf(out, "{\"type\":\"orders\",\"since\":\"%s\"}", text);
}

static void handle_due(void *arg, int err)
{
    struct reconciling *run = arg;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf body = VT_BUF_INIT(QUESTION_BYTES);
    if (err || run->merchant->closing) { /* MISSING: no shop's turn has come */
        finish(run);
        return;
    }
    put_question(&body);
    err = vt_merchant_post(run->merchant, &run->call, run->due.site, &run->due.hook, vt_buf_view(&body),
                           handle_orders, run);
    if (err == VT_ERR_INVALID)
        handle_orders(run, NULL, "The secret cannot be opened: make a new one.");
    else if (err)
        finish(run); /* the next second asks again */
}

static int look_due(struct vt_manage *manage, void *arg)
{
    struct reconciling *run = arg;
    return vt_hook_pull_due(manage, vt_wall_ms(), &run->arena, &run->due);
}

void vt_merchant_orders_look(struct vt_merchant *merchant)
{
    if (merchant->reconciling || merchant->closing || !merchant->app || vt_now_ms() < merchant->rest_until_ms)
        return;
    struct reconciling *run = calloc(1, sizeof(*run));
    if (!run)
        return;
    run->merchant = merchant;
    run->call.fd = -1;
    vt_arena_init(&run->arena, ARENA_BYTES);
    merchant->reconciling = true;
    if (vt_store_look(merchant->deps.store, look_due, handle_due, run) != VT_OK)
        finish(run);
}
