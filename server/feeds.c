/* SPDX-License-Identifier: Apache-2.0 */
#include "server/feeds.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/catalogue/feed.h"
#include "server/catalogue/intake.h"
#include "server/catalogue/originals.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/outgoing/url.h"
#include "server/store/imports.h"

enum {
    LOOK_MS = 2000,
    FETCH_MS = 600000,
    REDIRECTS = 3,
    LEAVES = 16,
    LEAVE_MS = 600000,
    SECRET_BYTES = 24,
    ARENA_BYTES = 1 << 20,
    WHY_BYTES = 1024
};

static const int64_t waits_ms[] = { 60000, 600000, 3600000 };

struct leave {
    char hash[VT_SHA256_TEXT], site[VT_FEEDS_NAME], name[VT_FEEDS_NAME]; /* hash: of the secret */
    bool is_stock;
    int64_t until; /* on the clock that never jumps; 0: free */
};

/* One import, waiting or under way. */
struct run {
    struct vt_list link; /* in vt_feeds.waiting */
    struct vt_feeds *feeds;
    char site[VT_FEEDS_NAME], name[VT_FEEDS_NAME]; /* name: what people see of the source */
    bool is_stock, is_file;
    int fd;                        /* owned; -1 */
    struct vt_arena arena;         /* texts of `row` */
    struct vt_store_catalogue row; /* as it was when it was due; with a file only generation and next */
    struct vt_outgoing_result fetched;
    struct vt_intake_result result;
    int err;
    int64_t began, generation;
    struct vt_shelf *shelf;
    struct vt_imports_progress progress;
    struct vt_buf why;
};

struct vt_feeds {
    struct vt_feeds_deps deps;
    struct vt_timer look;
    struct vt_list waiting; /* list of run.link: files */
    size_t waiting_n;
    struct run *run; /* owned; the one under way */
    struct run *due; /* owned; being filled with what is due, on the store's thread */
    struct leave leaves[LEAVES];
    atomic_bool stop;
    bool closing;
};

static struct vt_metric good = { .name = "vitrine_catalogue_imports_total",
                                 .help = "Imports of catalogues and stock, by how they ended.",
                                 .labels = "result=\"good\"",
                                 .kind = VT_METRIC_COUNTER };
static struct vt_metric same = { .name = "vitrine_catalogue_imports_total",
                                 .help = "Imports of catalogues and stock, by how they ended.",
                                 .labels = "result=\"same\"",
                                 .kind = VT_METRIC_COUNTER };
static struct vt_metric failed = { .name = "vitrine_catalogue_imports_total",
                                   .help = "Imports of catalogues and stock, by how they ended.",
                                   .labels = "result=\"failed\"",
                                   .kind = VT_METRIC_COUNTER };

static void add_metrics(void)
{
    static bool is_added;
    if (!is_added) {
        vt_metrics_add(&good);
        vt_metrics_add(&same);
        vt_metrics_add(&failed);
    }
    is_added = true;
}

/* --- one run ------------------------------------------------------------------------------------ */

static struct run *run_create(struct vt_feeds *feeds)
{
    struct run *run = calloc(1, sizeof(*run));
    if (!run)
        return NULL;
    run->feeds = feeds;
    run->fd = -1;
    vt_list_init(&run->link);
    vt_arena_init(&run->arena, ARENA_BYTES);
    vt_intake_result_init(&run->result);
    vt_buf_init(&run->why, WHY_BYTES);
    return run;
}

static void run_destroy(struct run *run)
{
    if (!run)
        return;
    if (run->fd >= 0)
        close(run->fd);
    vt_list_remove(&run->link);
    vt_shelf_unref(run->shelf);
    vt_intake_result_finish(&run->result);
    vt_arena_finish(&run->arena);
    vt_buf_finish(&run->why);
    free(run);
}

static void end(struct run *run)
{
    struct vt_feeds *feeds = run->feeds;
    feeds->run = NULL;
    run_destroy(run);
    if (!feeds->closing)
        vt_feeds_look(feeds);
}

/* When its address is asked next by itself; 0: when somebody asks for it. */
static int64_t next_time(const struct run *run, int64_t now)
{
    return run->row.every_ms > 0 ? now + run->row.every_ms : 0;
}

static void fill_row(const struct run *run, struct vt_store_catalogue *row)
{
    *row = (struct vt_store_catalogue){ .site = vt_str(run->site),
                                        .generation = run->generation,
                                        .etag = run->row.etag,
                                        .modified = run->row.modified,
                                        .next = run->is_file ? run->row.next : next_time(run, vt_wall_ms()),
                                        .began = run->began,
                                        .ended = vt_wall_ms(),
                                        .source = vt_str(run->name),
                                        .products = (int64_t)run->result.products,
                                        .variants = (int64_t)run->result.variants,
                                        .refused = (int64_t)run->result.complaints };
    if (run->result.report.len > 0)
        row->report = (struct vt_str){ run->result.report.data, run->result.report.len };
}

/* --- failing ------------------------------------------------------------------------------------ */

static void handle_noted(void *arg, int err)
{
    struct run *run = arg;
    if (err && !run->feeds->closing)
        vt_log(VT_LOG_ERROR, "feeds.store", VT_LOG_T("err", vt_err_name(err)));
    end(run);
}

static int work_keep(struct vt_manage *manage, void *arg)
{
    struct run *run = arg;
    struct vt_store_catalogue row;
    fill_row(run, &row);
    bool again = !run->is_file && run->why.len > 0 && run->row.tries < VT_COUNT(waits_ms);
    row.tries = again ? run->row.tries + 1 : 0;
    if (again)
        row.next = row.ended + waits_ms[run->row.tries];
    if (run->why.len > 0)
        row.why = (struct vt_str){ run->why.data, run->why.len };
    return vt_manage_catalogue_keep(manage, &row);
}

static void note(struct run *run)
{
    if (vt_store_work(run->feeds->deps.store, work_keep, handle_noted, run) != VT_OK)
        handle_noted(run, VT_ERR_FULL);
}

/* What is served stays. */
static void fail(struct run *run, const char *why)
{
    if (run->feeds->closing) {
        end(run);
        return;
    }
    vt_buf_reset(&run->why);
    vt_buf_text(&run->why, why);
    vt_metric_inc(&failed, 1);
    vt_log(VT_LOG_WARN, "feeds.failed", VT_LOG_T("source", run->name), VT_LOG_T("why", why));
    note(run);
}

/* --- a good one --------------------------------------------------------------------------------- */

static void work_sweep(void *arg)
{
    const struct run *run = arg;
    if (run->is_stock)
        vt_shelf_remove(run->feeds->deps.config->data, vt_str(run->site), run->generation);
    else
        vt_shelf_sweep(run->feeds->deps.config->data, vt_str(run->site), run->generation);
}

static void handle_swept(void *arg)
{
    end(arg);
}

static int work_follow(struct vt_manage *manage, void *arg)
{
    struct run *run = arg;
    return vt_manage_catalogue_follow(manage, run->shelf, vt_str(run->site), run->generation, &run->progress);
}

/* A chunk, and then whoever else waits for the store has their turn. */
static void handle_followed(void *arg, int err)
{
    struct run *run = arg;
    if (run->feeds->closing || err) {
        if (err && !run->feeds->closing)
            vt_log(VT_LOG_ERROR, "feeds.store", VT_LOG_T("err", vt_err_name(err)));
        end(run);
    } else if (run->progress.done) {
        vt_metric_inc(&good, 1);
        if (vt_loop_work(run->feeds->deps.loop, work_sweep, handle_swept, run) != VT_OK)
            end(run); /* the next import sweeps */
    } else if (vt_store_work(run->feeds->deps.store, work_follow, handle_followed, run) != VT_OK) {
        handle_followed(run, VT_ERR_FULL);
    }
}

static int work_serve(struct vt_manage *manage, void *arg)
{
    struct run *run = arg;
    struct vt_store_catalogue row;
    fill_row(run, &row);
    return vt_manage_catalogue_serve(manage, &row);
}

static void handle_served(void *arg, int err)
{
    struct run *run = arg;
    if (err == VT_ERR_STALE)
        fail(run, "Another import has been faster.");
    else if (err)
        fail(run, "The products could not be stored.");
    else
        handle_followed(run, VT_OK);
}

/* --- in the pool -------------------------------------------------------------------------------- */

static void work_intake(void *arg)
{
    struct run *run = arg;
    const struct vt_intake intake = { .data_dir = run->feeds->deps.config->data,
                                      .site = vt_str(run->site),
                                      .generation = run->generation,
                                      .fd = run->fd,
                                      .pictures_fd = -1,
                                      .is_stock = run->is_stock,
                                      .stop = &run->feeds->stop };
    run->err = vt_intake_run(&intake, &run->result);
    if (run->err)
        return;
    run->shelf = vt_shelf_open(intake.data_dir, intake.site, run->generation, &run->result.error);
    run->err = run->shelf ? VT_OK : VT_ERR_IO;
}

static void handle_intake(void *arg)
{
    struct run *run = arg;
    if (run->feeds->closing) {
        end(run);
    } else if (run->err) {
        fail(run, vt_buf_cstr(&run->result.error));
    } else if (run->is_stock) {
        run->progress = (struct vt_imports_progress){ .step = VT_IMPORTS_STOCK, .is_stock = true };
        handle_followed(run, VT_OK);
    } else if (vt_store_work(run->feeds->deps.store, work_serve, handle_served, run) != VT_OK) {
        handle_served(run, VT_ERR_FULL);
    }
}

static void take_in(struct run *run)
{
    run->generation = run->began > run->row.generation ? run->began : run->row.generation + 1;
    if (vt_loop_work(run->feeds->deps.loop, work_intake, handle_intake, run) != VT_OK)
        fail(run, "The server is busy.");
}

/* --- from an address ---------------------------------------------------------------------------- */

static void keep_tags(struct run *run)
{
    run->row.etag = run->row.modified = (struct vt_str){ 0 };
    if (run->fetched.etag[0])
        run->row.etag = vt_arena_str(&run->arena, vt_str(run->fetched.etag));
    if (run->fetched.modified[0])
        run->row.modified = vt_arena_str(&run->arena, vt_str(run->fetched.modified));
}

static void handle_fetched(void *arg, const struct vt_outgoing_result *result)
{
    struct run *run = arg;
    run->fetched = *result;
    if (run->feeds->closing || result->err == VT_OUTGOING_CLOSED) {
        end(run);
    } else if (result->err) {
        fail(run, result->why);
    } else if (result->status == 304) {
        vt_metric_inc(&same, 1);
        note(run);
    } else if (result->status != 200) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf why = VT_BUF_INIT(128);
        vt_buf_printf(&why, "The host answered %d.", result->status);
        fail(run, vt_buf_cstr(&why));
    } else {
        keep_tags(run);
        take_in(run);
    }
}

static void fetch(struct run *run)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf shown = VT_BUF_INIT(2 * VT_URL_MOST), why = VT_BUF_INIT(256);
    struct vt_url url;
    if (vt_url_parse(run->row.url, &url, &why) == VT_OK)
        vt_url_shown(&url, &shown);
    vt_buf_finish(&why);
    vt_str_copy(run->name, sizeof(run->name), vt_buf_view(&shown));
    run->fd = vt_originals_draft(run->feeds->deps.config->data);
    bool has_one = run->row.generation > 0;
    const struct vt_outgoing_request request = {
        .site = vt_str(run->site),
        .url = run->row.url,
        .etag = has_one ? run->row.etag : (struct vt_str){ 0 },
        .modified = has_one ? run->row.modified : (struct vt_str){ 0 },
        .accept = "application/xml,text/xml,application/json,text/csv,text/tab-separated-values,*/*",
        .out_fd = run->fd,
        .max_bytes = VT_FEED_BYTES,
        .time_ms = FETCH_MS,
        .redirects = REDIRECTS
    };
    if (run->fd < 0)
        fail(run, "The disk cannot be written.");
    else if (vt_outgoing_fetch(run->feeds->deps.outgoing, &request, handle_fetched, run) != VT_OK)
        fail(run, "Too many requests are under way.");
}

/* --- what is due -------------------------------------------------------------------------------- */

static void begin(struct vt_feeds *feeds, struct run *run)
{
    feeds->run = run;
    run->began = vt_wall_ms();
    if (run->is_file)
        take_in(run);
    else
        fetch(run);
}

static int look_due(struct vt_manage *manage, void *arg)
{
    struct run *run = arg;
    struct vt_store_catalogue *rows;
    size_t n;
    int err = vt_manage_catalogues_due(manage, vt_wall_ms(), 1, &run->arena, &rows, &n);
    if (err || n == 0)
        return err ? err : VT_ERR_MISSING;
    run->row = rows[0];
    vt_str_copy(run->site, sizeof(run->site), run->row.site);
    return VT_OK;
}

static void handle_due(void *arg, int err)
{
    struct run *run = arg;
    struct vt_feeds *feeds = run->feeds;
    feeds->due = NULL;
    if ((!err || run->is_file) && !feeds->closing && !feeds->run)
        begin(feeds, run);
    else
        run_destroy(run);
}

/* What the store knows of the site a file is for. */
static int look_site(struct vt_manage *manage, void *arg)
{
    struct run *run = arg;
    int err = vt_manage_catalogue_get(manage, vt_str(run->site), &run->arena, &run->row);
    run->row.etag = run->row.modified = (struct vt_str){ 0 }; /* the address is asked whole after it */
    return err == VT_ERR_MISSING ? VT_OK : err;
}

void vt_feeds_look(struct vt_feeds *feeds)
{
    if (feeds->run || feeds->due || feeds->closing)
        return;
    struct run *run;
    vt_store_work_fn *look = look_due;
    if (feeds->waiting_n > 0) {
        run = VT_CONTAINER_OF(feeds->waiting.next, struct run, link);
        vt_list_remove(&run->link);
        feeds->waiting_n--;
        look = look_site;
    } else {
        run = run_create(feeds);
    }
    if (!run)
        return;
    feeds->due = run;
    if (vt_store_look(feeds->deps.store, look, handle_due, run) == VT_OK)
        return;
    feeds->due = NULL;
    if (run->is_file) {
        vt_list_append(&feeds->waiting, &run->link);
        feeds->waiting_n++;
    } else {
        run_destroy(run);
    }
}

static void handle_timer(void *arg)
{
    vt_feeds_look(arg);
}

int vt_feeds_take(struct vt_feeds *feeds, struct vt_str site, bool is_stock, int fd, struct vt_str name)
{
    if (feeds->closing || feeds->waiting_n >= VT_FEEDS_WAITING)
        return VT_ERR_FULL;
    struct run *run = run_create(feeds);
    if (!run)
        return VT_ERR_NOMEM;
    vt_str_copy(run->site, sizeof(run->site), site);
    vt_str_copy(run->name, sizeof(run->name), name);
    run->is_file = true;
    run->is_stock = is_stock;
    run->fd = fd;
    vt_list_append(&feeds->waiting, &run->link);
    feeds->waiting_n++;
    vt_feeds_look(feeds);
    return VT_OK;
}

bool vt_feeds_is_busy(const struct vt_feeds *feeds, struct vt_str site)
{
    const struct run *const held[] = { feeds->run, feeds->due && feeds->due->is_file ? feeds->due : NULL };
    for (size_t i = 0; i < VT_COUNT(held); i++)
        if (held[i] && vt_str_eq(vt_str(held[i]->site), site))
            return true;
    VT_LIST_EACH (run, (struct vt_list *)&feeds->waiting, struct run, link)
        if (vt_str_eq(vt_str(run->site), site))
            return true;
    return false;
}

/* --- leave to send a file ----------------------------------------------------------------------- */

int vt_feeds_leave(struct vt_feeds *feeds, struct vt_str site, bool is_stock, struct vt_str name,
                   char ret_secret[VT_FEEDS_SECRET])
{
    unsigned char bytes[SECRET_BYTES];
    struct leave *leave = NULL;
    for (size_t i = 0; i < LEAVES && !leave; i++)
        if (feeds->leaves[i].until <= vt_now_ms())
            leave = &feeds->leaves[i];
    if (!leave)
        return VT_ERR_FULL;
    vt_random(bytes, sizeof(bytes));
    vt_base64url(bytes, sizeof(bytes), ret_secret);
    if (vt_sha256_hex(vt_str(ret_secret), leave->hash) != VT_OK)
        return VT_ERR_FULL;
    vt_str_copy(leave->site, sizeof(leave->site), site);
    vt_str_copy(leave->name, sizeof(leave->name), name);
    leave->is_stock = is_stock;
    leave->until = vt_now_ms() + LEAVE_MS;
    return VT_OK;
}

bool vt_feeds_use(struct vt_feeds *feeds, struct vt_str secret, char ret_site[VT_FEEDS_NAME],
                  bool *ret_is_stock, char ret_name[VT_FEEDS_NAME])
{
    char hash[VT_SHA256_TEXT];
    if (vt_sha256_hex(secret, hash) != VT_OK)
        return false;
    for (size_t i = 0; i < LEAVES; i++) {
        struct leave *leave = &feeds->leaves[i];
        if (leave->until <= vt_now_ms() || strcmp(leave->hash, hash) != 0)
            continue;
        memcpy(ret_site, leave->site, VT_FEEDS_NAME);
        memcpy(ret_name, leave->name, VT_FEEDS_NAME);
        *ret_is_stock = leave->is_stock;
        *leave = (struct leave){ .until = 0 };
        return true;
    }
    return false;
}

/* --- life --------------------------------------------------------------------------------------- */

struct vt_feeds *vt_feeds_create(const struct vt_feeds_deps *deps)
{
    struct vt_feeds *feeds = calloc(1, sizeof(*feeds));
    if (!feeds)
        return NULL;
    feeds->deps = *deps;
    vt_list_init(&feeds->waiting);
    add_metrics();
    vt_timer_init(deps->loop, &feeds->look, handle_timer, feeds);
    vt_timer_start(&feeds->look, LOOK_MS, LOOK_MS);
    return feeds;
}

void vt_feeds_close(struct vt_feeds *feeds)
{
    if (!feeds || feeds->closing)
        return;
    feeds->closing = true;
    atomic_store(&feeds->stop, true);
    vt_timer_stop(&feeds->look);
    vt_timer_close(&feeds->look, NULL);
}

void vt_feeds_destroy(struct vt_feeds *feeds)
{
    if (!feeds)
        return;
    VT_LIST_EACH (run, &feeds->waiting, struct run, link)
        run_destroy(run);
    run_destroy(feeds->run);
    run_destroy(feeds->due);
    free(feeds);
}
