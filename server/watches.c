/* SPDX-License-Identifier: Apache-2.0 */
#include "server/watches.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/money.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/thread.h"
#include "server/watch.h"
#include "server/watch_mail.h"

enum {
    IDLE_MS = 1000,
    PAUSE_MS = 20,    /* while there is more */
    PAGE = 16,        /* watches compared in a turn */
    AGAIN_MS = 60000, /* a note that could not be written */
    CHANGES = 64,     /* changes of stock looked at together */
    SKU_TEXT = 65,
    CID_TEXT = 96,
    ARENA_BYTES = 16 << 20
};

/* One site being compared: after an import all of its watches, after changes of stock those of these
 * products. */
struct pass {
    struct vt_watch_mark mark; /* what it will be compared up to; its site is `site` */
    char site[VT_PERSON_TEXT]; /* "": none is */
    bool is_all;
    char skus[CHANGES][SKU_TEXT];
    size_t n, at;
    int64_t after; /* id */
};

/* What one turn reads and writes. */
struct turn {
    struct vt_watches *owner;
    struct vt_arena arena;
    struct vt_watch due; /* id 0: nothing is */
    struct vt_watch_mark *marks;
    size_t marks_n;
    struct vt_watch *page;
    size_t page_n;
    struct vt_str *skus; /* changed, or whose stock is wanted */
    size_t skus_n;
    int64_t last; /* change of stock */
    struct vt_store_stock *stock;
    size_t stock_n;
    bool is_changed[PAGE];
    bool is_over; /* the pass */
    /* Telling. */
    uint32_t most;
    int64_t room;
    struct vt_watch_piece piece;
    unsigned causes;
    struct vt_t_watch note;
    char was[VT_MONEY_TEXT], cid[CID_TEXT];
};

struct vt_watches {
    struct vt_app *app;
    struct vt_timer timer;
    char last[VT_PERSON_TEXT]; /* the site compared last: the others have their turn before it */
    struct turn *turn;         /* owned; NULL: it waits for the timer */
    struct pass pass;
    bool closing;
};

static struct vt_metric told_stock = { .name = "vitrine_watch_notes_total",
                                       .help = "Notes to customers about pieces they watch, by cause.",
                                       .labels = "cause=\"stock\"",
                                       .kind = VT_METRIC_COUNTER };
static struct vt_metric told_price = { .name = "vitrine_watch_notes_total",
                                       .help = "Notes to customers about pieces they watch, by cause.",
                                       .labels = "cause=\"price\"",
                                       .kind = VT_METRIC_COUNTER };

static void end_turn(struct turn *turn, uint64_t next_ms)
{
    struct vt_watches *watches = turn->owner;
    watches->turn = NULL;
    vt_arena_finish(&turn->arena);
    free(turn);
    if (!watches->closing)
        vt_timer_start(&watches->timer, next_ms, 0);
}

/* True when there is nothing more to do in this turn: it has failed, or the server stops. */
static bool gave_up(struct turn *turn, int err)
{
    if (!err && !turn->owner->closing)
        return false;
    if (err && !turn->owner->closing)
        vt_log(VT_LOG_WARN, "watch.turn", VT_LOG_T("err", vt_err_name(err)));
    end_turn(turn, IDLE_MS);
    return true;
}

static void work(struct turn *turn, vt_store_work_fn *fn, vt_store_done_fn *done)
{
    if (vt_store_work(turn->owner->app->deps.store, fn, done, turn) != VT_OK)
        gave_up(turn, VT_ERR_FULL);
}

static void look(struct turn *turn, vt_store_work_fn *fn, vt_store_done_fn *done)
{
    if (vt_store_look(turn->owner->app->deps.store, fn, done, turn) != VT_OK)
        gave_up(turn, VT_ERR_FULL);
}

static const struct vt_site *site_of(const struct turn *turn, struct vt_str id)
{
    return vt_sites_by_id(turn->owner->app->deps.sites, id);
}

static void handle_written(void *arg, int err)
{
    if (!gave_up(arg, err))
        end_turn(arg, PAUSE_MS);
}

/* --- telling ----------------------------------------------------------------------------------- */

static int keep_due(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    return vt_watch_seen(manage, &turn->due);
}

/* Nothing to tell now. */
static void put_off(struct turn *turn, int64_t due)
{
    turn->due.due = due;
    work(turn, keep_due, handle_written);
}

/* It stays due, with the same cid and `about`; others come before it. */
static void try_later(struct turn *turn, int err)
{
    if (turn->owner->closing) {
        end_turn(turn, IDLE_MS);
        return;
    }
    vt_log(VT_LOG_WARN, "watch.note", VT_LOG_T("err", vt_err_name(err)));
    put_off(turn, vt_wall_ms() + AGAIN_MS);
}

static int keep_told(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    return vt_watch_told(manage, &turn->due, vt_wall_ms());
}

static void handle_told(void *arg, int err)
{
    struct turn *turn = arg;
    if (gave_up(turn, err))
        return;
    vt_metric_inc(turn->causes & VT_WATCH_STOCK ? &told_stock : &told_price, 1);
    end_turn(turn, PAUSE_MS);
}

/* The note itself is there; a mail that cannot be had is none. */
static void handle_mailed(void *arg, int err)
{
    struct turn *turn = arg;
    if (err == VT_ERR_FULL || err == VT_ERR_IO) {
        try_later(turn, err);
        return;
    }
    turn->due.there = true;
    turn->due.cost = turn->piece.cost;
    turn->due.currency = turn->piece.currency;
    work(turn, keep_told, handle_told);
}

static void handle_row(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct turn *turn = arg;
    struct vt_conversation *conv = vt_conv_find(turn->owner->app, turn->due.site, turn->due.conv);
    (void)cs;
    (void)numbers; /* NULL: the row was there before a crash, and its mail perhaps was not */
    if (err) {
        try_later(turn, err);
        return;
    }
    err = conv && !vt_conv_has_customer(conv)
              ? vt_watch_mail(conv, &turn->note, turn->due.until, vt_str(turn->cid), handle_mailed, turn)
              : VT_ERR_MISSING;
    if (err)
        handle_mailed(turn, err);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct turn *turn = arg;
    if (err == VT_ERR_NOT_FOUND) {
        put_off(turn, 0); /* erased meanwhile */
        return;
    }
    struct vt_thread_row row = {
        .op = VT_OP_WATCH_NOTE, .by = "helper", .cid = vt_str(turn->cid), .d = &turn->note
    };
    if (!err)
        err = vt_thread_append(conv, &row, NULL, handle_row, turn);
    if (err)
        try_later(turn, err);
}

static void tell(struct turn *turn)
{
    const struct vt_watch *due = &turn->due;
    vt_watch_wire(&turn->piece, (turn->causes & VT_WATCH_STOCK) != 0, (turn->causes & VT_WATCH_PRICE) != 0,
                  &turn->note);
    if (turn->causes & VT_WATCH_PRICE)
        turn->note.was = vt_money_text(due->cost, turn->was);
    snprintf(turn->cid, sizeof(turn->cid), "watch:%lld:%lld:%lld", (long long)due->id,
             (long long)due->created, (long long)due->notes);
    int err = vt_conv_load(turn->owner->app, due->site, due->conv, handle_loaded, turn);
    if (err)
        try_later(turn, err);
}

static int look_piece(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    int err = vt_manage_stock_of(manage, turn->due.site, turn->skus, turn->skus_n, &turn->arena, &turn->stock,
                                 &turn->stock_n);
    return err ? err : vt_watch_room(manage, &turn->due, turn->most, vt_wall_ms(), &turn->room);
}

/* It was due when it was compared; what counts is now. */
static void handle_piece(void *arg, int err)
{
    struct turn *turn = arg;
    struct vt_watch *due = &turn->due;
    const struct vt_site *site = site_of(turn, due->site);
    int64_t now = vt_wall_ms();
    if (gave_up(turn, err))
        return;
    if (!site || turn->most == 0) {
        put_off(turn, 0);
        return;
    }
    vt_watch_read(site->catalogue, due->sku, due->variant, turn->stock, turn->stock_n, &turn->arena,
                  &turn->piece);
    turn->causes = vt_watch_causes(due, &turn->piece, site->settings->watch.drop_percent);
    int64_t when = vt_watch_when(due, turn->room, now);
    if (turn->causes == 0) {
        due->there = due->there && turn->piece.there;
        put_off(turn, 0);
    } else if (when != now) {
        put_off(turn, when);
    } else {
        tell(turn);
    }
}

static void begin_telling(struct turn *turn)
{
    const struct vt_site *site = site_of(turn, turn->due.site);
    turn->skus = vt_arena_array(&turn->arena, VT_WATCH_VARIANTS, sizeof(*turn->skus));
    if (gave_up(turn, turn->skus ? VT_OK : VT_ERR_NOMEM))
        return;
    if (site)
        vt_watch_skus(site->catalogue, turn->due.sku, &turn->arena, turn->skus, &turn->skus_n);
    turn->most = site ? site->settings->watch.notes_month : 0;
    look(turn, look_piece, handle_piece);
}

/* --- comparing --------------------------------------------------------------------------------- */

static int keep_compared(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    int err = VT_OK;
    for (size_t i = 0; i < turn->page_n && !err; i++)
        if (turn->is_changed[i])
            err = vt_watch_seen(manage, &turn->page[i]);
    return !err && turn->is_over ? vt_watch_mark_put(manage, &turn->owner->pass.mark) : err;
}

static void handle_kept(void *arg, int err)
{
    struct turn *turn = arg;
    if (err || turn->is_over)
        turn->owner->pass.site[0] = '\0';
    handle_written(turn, err);
}

/* The page is compared: on to the next, of this product or of the one behind it. */
static void advance(struct turn *turn)
{
    struct pass *pass = &turn->owner->pass;
    bool is_changed = false;
    for (size_t i = 0; i < turn->page_n; i++)
        is_changed = is_changed || turn->is_changed[i];
    if (turn->page_n == PAGE) {
        pass->after = turn->page[PAGE - 1].id;
    } else {
        pass->after = 0;
        pass->at++;
        turn->is_over = pass->is_all || pass->at >= pass->n;
    }
    if (is_changed || turn->is_over)
        work(turn, keep_compared, handle_kept);
    else
        end_turn(turn, PAUSE_MS);
}

static void handle_stock(void *arg, int err)
{
    struct turn *turn = arg;
    const struct vt_site *site = site_of(turn, vt_str(turn->owner->pass.site));
    int64_t now = vt_wall_ms();
    if (gave_up(turn, err))
        return;
    for (size_t i = 0; i < turn->page_n && site; i++) {
        struct vt_watch *watch = &turn->page[i];
        struct vt_watch_piece piece;
        vt_watch_read(site->catalogue, watch->sku, watch->variant, turn->stock, turn->stock_n, &turn->arena,
                      &piece);
        turn->is_changed[i] = vt_watch_compare(watch, &piece, site->settings->watch.drop_percent, now);
    }
    advance(turn);
}

static int look_stock(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    return vt_manage_stock_of(manage, vt_str(turn->owner->pass.site), turn->skus, turn->skus_n, &turn->arena,
                              &turn->stock, &turn->stock_n);
}

static void compare(struct turn *turn)
{
    struct pass *pass = &turn->owner->pass;
    const struct vt_site *site = site_of(turn, vt_str(pass->site));
    if (!site || site->generation != pass->mark.generation) { /* gone, or newer: from the beginning */
        pass->site[0] = '\0';
        end_turn(turn, PAUSE_MS);
        return;
    }
    turn->skus = vt_arena_array(&turn->arena, (size_t)PAGE * VT_WATCH_VARIANTS, sizeof(*turn->skus));
    if (gave_up(turn, turn->skus ? VT_OK : VT_ERR_NOMEM))
        return;
    for (size_t i = 0; i < turn->page_n; i++)
        if (i == 0 || !vt_str_eq(turn->page[i].sku, turn->page[i - 1].sku))
            vt_watch_skus(site->catalogue, turn->page[i].sku, &turn->arena, turn->skus, &turn->skus_n);
    if (turn->page_n > 0)
        look(turn, look_stock, handle_stock);
    else
        advance(turn);
}

/* The products whose stock has changed, each once. What is no product of the catalogue is nobody's. */
static void take_changes(struct turn *turn)
{
    struct pass *pass = &turn->owner->pass;
    const struct vt_site *site = site_of(turn, vt_str(pass->site));
    pass->mark.stock = turn->last;
    for (size_t i = 0; i < turn->skus_n && site; i++) {
        struct vt_watch_piece piece;
        bool is_new = true;
        vt_watch_read(site->catalogue, turn->skus[i], VT_STR(""), NULL, 0, &turn->arena, &piece);
        for (size_t k = 0; k < pass->n; k++)
            is_new = is_new && !vt_str_eq(vt_str(pass->skus[k]), piece.sku);
        if (piece.known && is_new && vt_str_copy(pass->skus[pass->n], SKU_TEXT, piece.sku))
            pass->n++;
    }
    turn->is_over = pass->n == 0;
    if (turn->is_over)
        work(turn, keep_compared, handle_kept);
    else
        end_turn(turn, 0);
}

static void handle_changes(void *arg, int err)
{
    struct turn *turn = arg;
    if (err)
        turn->owner->pass.site[0] = '\0';
    if (!gave_up(turn, err))
        take_changes(turn);
}

static int look_changes(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    return vt_watch_stock(manage, &turn->owner->pass.mark, CHANGES, &turn->arena, &turn->skus, &turn->skus_n,
                          &turn->last);
}

/* It has moved on since it was compared. */
static bool is_behind(const struct turn *turn, const struct vt_watch_mark *mark)
{
    const struct vt_site *site = site_of(turn, mark->site);
    return site && (site->generation != mark->generation || mark->newest > mark->stock);
}

/* The first behind the last one, else the first: marks come by site. */
static const struct vt_watch_mark *next_mark(const struct turn *turn)
{
    const struct vt_watch_mark *first = NULL;
    for (size_t i = 0; i < turn->marks_n; i++) {
        if (!is_behind(turn, &turn->marks[i]))
            continue;
        if (strcmp(turn->marks[i].site.ptr, turn->owner->last) > 0)
            return &turn->marks[i];
        first = first ? first : &turn->marks[i];
    }
    return first;
}

static void choose_site(struct turn *turn)
{
    struct vt_watches *watches = turn->owner;
    struct pass *pass = &watches->pass;
    const struct vt_watch_mark *mark = next_mark(turn);
    if (!mark) {
        end_turn(turn, IDLE_MS);
        return;
    }
    const struct vt_site *site = site_of(turn, mark->site);
    *pass = (struct pass){ .mark = *mark, .is_all = site->generation != mark->generation };
    vt_str_copy(pass->site, sizeof(pass->site), mark->site);
    memcpy(watches->last, pass->site, sizeof(watches->last));
    pass->mark.site = vt_str(pass->site);
    pass->mark.generation = site->generation;
    if (!pass->is_all) {
        look(turn, look_changes, handle_changes);
        return;
    }
    pass->mark.stock = mark->newest;
    end_turn(turn, 0);
}

/* --- the turn ---------------------------------------------------------------------------------- */

static int look_first(struct vt_manage *manage, void *arg)
{
    struct turn *turn = arg;
    const struct pass *pass = &turn->owner->pass;
    int err = vt_watch_due(manage, vt_wall_ms(), &turn->arena, &turn->due);
    if (err != VT_ERR_MISSING)
        return err;
    turn->due.id = 0;
    if (!pass->site[0])
        return vt_watch_marks(manage, &turn->arena, &turn->marks, &turn->marks_n);
    struct vt_str sku = pass->is_all ? (struct vt_str){ 0 } : vt_str(pass->skus[pass->at]);
    return vt_watch_page(manage, vt_str(pass->site), sku, pass->after, PAGE, &turn->arena, &turn->page,
                         &turn->page_n);
}

static void handle_first(void *arg, int err)
{
    struct turn *turn = arg;
    if (gave_up(turn, err))
        return;
    if (turn->due.id > 0)
        begin_telling(turn);
    else if (turn->owner->pass.site[0])
        compare(turn);
    else
        choose_site(turn);
}

static void handle_timer(void *arg)
{
    struct vt_watches *watches = arg;
    struct turn *turn = calloc(1, sizeof(*turn));
    if (!turn) {
        vt_timer_start(&watches->timer, IDLE_MS, 0);
        return;
    }
    turn->owner = watches;
    vt_arena_init(&turn->arena, ARENA_BYTES);
    watches->turn = turn;
    look(turn, look_first, handle_first);
}

/* Sites or their products are new: no need to wait for the timer. */
static void handle_change(void *arg)
{
    struct vt_watches *watches = arg;
    if (!watches->turn && !watches->closing)
        vt_timer_start(&watches->timer, 0, 0);
}

/* --- life -------------------------------------------------------------------------------------- */

struct vt_watches *vt_watches_create(struct vt_app *app)
{
    static bool is_added;
    struct vt_watches *watches = calloc(1, sizeof(*watches));
    if (!watches)
        return NULL;
    watches->app = app;
    if (!is_added) {
        vt_metrics_add(&told_stock);
        vt_metrics_add(&told_price);
    }
    is_added = true;
    vt_timer_init(app->deps.loop, &watches->timer, handle_timer, watches);
    vt_timer_start(&watches->timer, IDLE_MS, 0);
    vt_sites_on_change(app->deps.sites, handle_change, watches); /* without it the timer finds it */
    return watches;
}

void vt_watches_close(struct vt_watches *watches)
{
    if (!watches || watches->closing)
        return;
    watches->closing = true;
    vt_timer_stop(&watches->timer);
    vt_timer_close(&watches->timer, NULL);
}

/* A turn still there is one whose `done` the store has dropped. */
void vt_watches_destroy(struct vt_watches *watches)
{
    if (!watches)
        return;
    if (watches->turn) {
        vt_arena_finish(&watches->turn->arena);
        free(watches->turn);
    }
    free(watches);
}
