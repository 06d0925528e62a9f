/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/watch.h"

#include <stdlib.h>
#include <string.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/thread.h"
#include "server/watch.h"
#include "server/watch_mail.h"

enum { BODY_BYTES = 256, ARENA_BYTES = 1 << 20 };

struct vt_http_watch {
    struct vt_http_watch_deps deps;
};

struct stopping {
    struct vt_http_watch *owner; /* borrowed */
    uint64_t handle;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    struct vt_arena arena;
    struct vt_watch *watches; /* that there were */
    size_t n;
};

static void finish(struct stopping *stopping, int err)
{
    struct vt_http_req *req = vt_http_held(stopping->owner->deps.net, stopping->handle);
    const struct vt_site *site = vt_sites_by_id(stopping->owner->deps.app->deps.sites,
                                                vt_str(stopping->site));
    if (req && err == VT_ERR_MISSING) {
        vt_http_problem(req, 404, "unknown", "Used already", "This link has been used, or has run out.");
    } else if (req && (err || !site)) {
        vt_http_problem(req, 503, "busy", "Busy", "The store does not answer. Press it again in a moment.");
    } else if (req) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf json = VT_BUF_INIT(1024);
        vt_buf_byte(&json, '{');
        vt_json_put_text(&json, "site", vt_str(site->name));
        vt_json_put_number(&json, "ended", (int64_t)stopping->n);
        vt_buf_byte(&json, '}');
        vt_http_set(req, "Cache-Control", "no-store");
        vt_http_reply_json(req, 200, &json);
    }
    vt_arena_finish(&stopping->arena);
    free(stopping);
}

/* A row for each, as if they had pressed the button in the thread. */
static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    struct stopping *stopping = arg;
    const struct vt_site *site = vt_sites_by_id(stopping->owner->deps.app->deps.sites,
                                                vt_str(stopping->site));
    for (size_t i = 0; i < stopping->n && !err && site; i++) {
        const struct vt_watch *watch = &stopping->watches[i];
        struct vt_watch_piece piece;
        struct vt_t_watch d;
        vt_watch_read(site->catalogue, watch->sku, watch->variant, NULL, 0, &stopping->arena, &piece);
        piece.sku = watch->sku;
        piece.variant = watch->variant;
        vt_watch_wire(&piece, false, false, &d);
        struct vt_thread_row row = { .op = VT_OP_WATCH_SET, .by = "c", .d = &d };
        err = vt_thread_append(conv, &row, NULL, NULL, NULL);
    }
    finish(stopping, VT_OK); /* they have ended, told or not */
}

static int drop(struct vt_manage *manage, void *arg)
{
    struct stopping *stopping = arg;
    int err = vt_watch_list(manage, vt_str(stopping->site), vt_str(stopping->conv), &stopping->arena,
                            &stopping->watches, &stopping->n);
    return err ? err
               : vt_watch_drop(manage, vt_str(stopping->site), vt_str(stopping->conv), (struct vt_str){ 0 },
                               (struct vt_str){ 0 });
}

static void handle_dropped(void *arg, int err)
{
    struct stopping *stopping = arg;
    if (!err && stopping->n > 0 &&
        vt_conv_load(stopping->owner->deps.app, vt_str(stopping->site), vt_str(stopping->conv), handle_loaded,
                     stopping) == VT_OK)
        return;
    finish(stopping, err);
}

static void handle_taken(void *arg, int err, const struct vt_store_once *once)
{
    struct stopping *stopping = arg;
    if (!err && (!vt_str_copy(stopping->conv, sizeof(stopping->conv), once->conv)))
        err = VT_ERR_MISSING;
    if (!err)
        err = vt_store_work(stopping->owner->deps.app->deps.store, drop, handle_dropped, stopping);
    if (err)
        finish(stopping, err);
}

/* "pk_live_x.secret" */
static void handle_stop(struct vt_http_req *req, void *owner)
{
    struct vt_http_watch *self = owner;
    struct vt_str body = vt_http_body(req);
    const char *dot = body.len > 0 ? memchr(body.ptr, '.', body.len) : NULL;
    struct vt_str key = { body.ptr, dot ? (size_t)(dot - body.ptr) : 0 };
    const struct vt_site *site = dot ? vt_sites_by_key(self->deps.app->deps.sites, key) : NULL;
    struct stopping *stopping = site ? calloc(1, sizeof(*stopping)) : NULL;
    if (!stopping) {
        vt_http_problem(req, 404, "unknown", "Used already", "This link has been used, or has run out.");
        return;
    }
    stopping->owner = self;
    vt_arena_init(&stopping->arena, ARENA_BYTES);
    vt_str_copy(stopping->site, sizeof(stopping->site), vt_str(site->id));
    stopping->handle = vt_http_hold(req);
    struct vt_str secret = { dot + 1, body.len - key.len - 1 };
    int err = vt_store_once_take(self->deps.app->deps.store, vt_str(stopping->site), VT_STR(VT_WATCH_STOP),
                                 secret, handle_taken, stopping);
    if (err)
        finish(stopping, err);
}

struct vt_http_watch *vt_http_watch_mount(const struct vt_http_watch_deps *deps)
{
    struct vt_http_watch *watch = calloc(1, sizeof(*watch));
    if (!watch)
        return NULL;
    watch->deps = *deps;
    if (vt_http_route(deps->net, VT_POST, "/w/stop", BODY_BYTES, handle_stop, watch) == VT_OK)
        return watch;
    vt_http_watch_destroy(watch);
    return NULL;
}

void vt_http_watch_destroy(struct vt_http_watch *watch)
{
    free(watch);
}
