/* SPDX-License-Identifier: Apache-2.0 */
#include "server/recap.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/api/json.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/log.h"
#include "server/media_grant.h"
#include "server/template_address.h"
#include "server/thread.h"

#define DAY_MS INT64_C(86400000)

enum { ARENA_BYTES = 8 << 20, PRODUCT_BYTES = 1 << 20, PAST_MAX = 50, ROWS_MAX = 5000 };

void vt_recap_destroy(struct vt_recap *recap)
{
    if (!recap)
        return;
    vt_arena_finish(&recap->arena);
    free(recap);
}

/* --- its link ------------------------------------------------------------------------------------ */

/* What is signed is the page's address with the fragment as its query, so one writing of signatures serves.
 */
#define PAGE "/r/"

int vt_recap_link(const struct vt_sites *sites, const struct vt_recap *recap, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf target = VT_BUF_INIT(VT_RECAP_LINK);
    const struct vt_site *site = vt_sites_by_id(sites, vt_str(recap->site));
    vt_buf_printf(&target, PAGE "?v=%s.%.*s", recap->conv, VT_STR_ARG(recap->sid));
    int err = site ? vt_media_sign_address(site, recap->until / 1000, &target) : VT_ERR_MISSING;
    if (err)
        return err;
    return vt_buf_printf(out, "%s" PAGE "#%s", vt_sites_own_first(sites),
                         vt_buf_cstr(&target) + strlen(PAGE "?"));
}

const struct vt_site *vt_recap_open(const struct vt_sites *sites, struct vt_str fragment,
                                    struct vt_str *ret_conv, struct vt_str *ret_sid,
                                    struct vt_media_problem *problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf target = VT_BUF_INIT(VT_RECAP_LINK);
    struct vt_sign_keys keys;
    const struct vt_site *site = NULL;
    const char *dot = fragment.len > 2 && memcmp(fragment.ptr, "v=", 2) == 0
                          ? memchr(fragment.ptr, '.', fragment.len)
                          : NULL;
    const char *end = dot ? memchr(dot, '&', (size_t)(fragment.ptr + fragment.len - dot)) : NULL;
    vt_media_problem_set(problem, VT_MEDIA_SIGNATURE, "This is no address of a recap; ask for a new one.");
    vt_buf_printf(&target, PAGE "?%.*s", VT_STR_ARG(fragment));
    while (end && !target.failed && (site = vt_sites_next(sites, site)) != NULL) {
        enum vt_media_err err = VT_MEDIA_SIGNATURE;
        if (vt_site_sign_keys(site, &keys) == VT_OK)
            err = vt_sign_check_url(&keys, vt_buf_view(&target), vt_wall_ms() / 1000, problem);
        vt_secret_wipe(&keys, sizeof(keys));
        if (err == VT_MEDIA_SIGNATURE)
            continue;
        *ret_conv = (struct vt_str){ fragment.ptr + 2, (size_t)(dot - fragment.ptr - 2) };
        *ret_sid = (struct vt_str){ dot + 1, (size_t)(end - dot - 1) };
        return err == VT_MEDIA_OK ? site : NULL;
    }
    return NULL;
}

int vt_recap_picture(const struct vt_site *site, const struct vt_recap *recap,
                     const struct vt_recap_piece *piece, struct vt_buf *out)
{
    if (piece->is_film)
        return vt_recap_film(site, recap, piece, "jpg", out);
    int err = vt_address_recap(site, vt_str(recap->conv), piece->cs, piece->media, out);
    return err ? err : vt_media_sign_address(site, recap->until / 1000, out);
}

int vt_recap_film(const struct vt_site *site, const struct vt_recap *recap,
                  const struct vt_recap_piece *piece, const char *ending, struct vt_buf *out)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf grant = VT_BUF_INIT(VT_GRANT_TEXT);
    int err = vt_media_grant(site, piece->media, recap->until / 1000, &grant);
    if (err)
        return err;
    return vt_buf_printf(out, "/v/%.*s.%s%s", VT_STR_ARG(piece->media), ending,
                         vt_buf_cstr(&grant) + piece->media.len);
}

void vt_recap_url(const struct vt_site *site, struct vt_str url, struct vt_buf *out)
{
    bool whole = (url.len > 8 && memcmp(url.ptr, "https://", 8) == 0) ||
                 (url.len > 7 && memcmp(url.ptr, "http://", 7) == 0);
    bool inside = url.len > 0 && url.ptr[0] == '/' && (url.len == 1 || url.ptr[1] != '/');
    if (!whole && !inside)
        return;
    if (inside)
        vt_buf_text(out, site->origins[0] ? site->origins[0] : "");
    vt_buf_str(out, url);
}

/* --- gathering ------------------------------------------------------------------------------------ */

struct gathering {
    struct vt_store *store;       /* borrowed */
    const struct vt_sites *sites; /* borrowed */
    struct vt_recap *recap;       /* owned */
    struct vt_store_mark *people; /* who and name; in the recap's arena */
    size_t people_n;
    vt_recap_fn *done;
    void *arg;
};

static void finish(struct gathering *gathering, int err)
{
    vt_recap_fn *done = gathering->done;
    void *arg = gathering->arg;
    struct vt_recap *recap = gathering->recap;
    free(gathering);
    if (err)
        vt_recap_destroy(recap);
    done(arg, err, err ? NULL : recap);
}

static struct vt_str keep(struct vt_recap *recap, struct vt_str text)
{
    return text.len > 0 ? vt_arena_str(&recap->arena, text) : (struct vt_str){ 0 };
}

static bool is_same(const struct vt_recap_piece *a, struct vt_str sku, struct vt_str media)
{
    return vt_str_eq(a->sku, sku) && vt_str_eq(a->media, media);
}

/* A piece that was seen again without marks keeps the view that had some. Of more than fit the last ones
 * stay. */
static struct vt_recap_piece *place_of(struct vt_recap *recap, const struct vt_evt_view_kept *kept)
{
    for (size_t i = 0; i < recap->pieces_n; i++)
        if (is_same(&recap->pieces[i], kept->sku, kept->media))
            return kept->marks_n == 0 && recap->pieces[i].has_marks ? NULL : &recap->pieces[i];
    if (recap->pieces_n == VT_RECAP_PIECES)
        memmove(&recap->pieces[0], &recap->pieces[1], --recap->pieces_n * sizeof(recap->pieces[0]));
    return &recap->pieces[recap->pieces_n++];
}

static void add_piece(struct gathering *gathering, const struct vt_store_row *row)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf url = VT_BUF_INIT(4096);
    struct vt_recap *recap = gathering->recap;
    const struct vt_site *site = vt_sites_by_id(gathering->sites, vt_str(recap->site));
    struct vt_evt_view_kept kept;
    struct vt_error error;
    vt_arena_init(&arena, ARENA_BYTES);
    if (!site || vt_decode_body(&arena, vt_op_rows[VT_OP_VIEW_KEPT].evt, row->body, &kept, &error) != VT_OK)
        return;
    struct vt_recap_piece *piece = place_of(recap, &kept);
    if (!piece)
        return;
    vt_recap_url(site, kept.url, &url);
    *piece = (struct vt_recap_piece){ .cs = row->cs,
                                      .sku = keep(recap, kept.sku),
                                      .media = keep(recap, kept.media),
                                      .title = keep(recap, kept.title),
                                      .price = keep(recap, kept.price),
                                      .currency = keep(recap, kept.currency),
                                      .url = keep(recap, vt_buf_view(&url)),
                                      .body = keep(recap, row->body),
                                      .has_marks = kept.marks_n > 0,
                                      .is_film = kept.mode == VT_VIEW_MODE_FILM };
}

static struct vt_str name_of(const struct gathering *gathering, struct vt_str who)
{
    for (size_t i = 0; i < gathering->people_n; i++)
        if (vt_str_eq(gathering->people[i].who, who))
            return gathering->people[i].name;
    return gathering->recap->associate;
}

/* What the kind shows as words: a text, a question, a piece's or file's name, an answer's values. */
static struct vt_str text_of(struct vt_recap *recap, const struct vt_evt_chat_send *d)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(16384);
    vt_buf_str(&text, d->body.text);
    if (d->kind == VT_CHAT_KIND_PRODUCT && d->body.product && text.len == 0)
        vt_buf_str(&text, d->body.product->name.len > 0 ? d->body.product->name : d->body.product->sku);
    if (d->kind == VT_CHAT_KIND_FILE)
        vt_buf_printf(&text, "%s%.*s", text.len > 0 ? ": " : "", VT_STR_ARG(d->body.name));
    for (size_t i = 0; i < d->body.values_n; i++)
        vt_buf_printf(
            &text, "%s%.*s", text.len > 0 ? ", " : "",
            VT_STR_ARG(d->body.values[i].value.len > 0 ? d->body.values[i].value : d->body.values[i].id));
    return keep(recap, vt_buf_view(&text));
}

/* One that was sent is kept as if it had been watched. */
static void add_film(struct vt_recap *recap, uint32_t cs, const struct vt_evt_chat_send *d)
{
    const struct vt_evt_view_kept kept = { .media = d->body.media };
    struct vt_recap_piece *piece = place_of(recap, &kept);
    if (piece)
        *piece = (struct vt_recap_piece){
            .cs = cs, .media = keep(recap, d->body.media), .title = keep(recap, d->body.text), .is_film = true
        };
}

static void add_line(struct gathering *gathering, const struct vt_store_row *row)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_recap *recap = gathering->recap;
    struct vt_evt_chat_send d;
    struct vt_error error;
    vt_arena_init(&arena, ARENA_BYTES);
    if (row->ts > recap->ended || recap->lines_n == VT_RECAP_LINES ||
        vt_decode_body(&arena, vt_op_rows[VT_OP_CHAT_SEND].evt, row->body, &d, &error) != VT_OK ||
        d.kind == VT_CHAT_KIND_NOTE)
        return;
    if (d.kind == VT_CHAT_KIND_FILM)
        add_film(recap, row->cs, &d);
    bool customer = vt_str_eq(row->by, VT_STR("c"));
    recap->lines[recap->lines_n++] = (struct vt_recap_line){
        .ts = row->ts,
        .by = customer ? (struct vt_str){ 0 } : keep(recap, name_of(gathering, row->by)),
        .text = text_of(recap, &d),
        .kind = d.kind,
    };
}

static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct gathering *gathering = arg;
    struct vt_recap *recap = gathering->recap;
    (void)more; /* a session of more rows than that has shown enough */
    recap->lines = vt_arena_array(&recap->arena, VT_RECAP_LINES, sizeof(*recap->lines));
    if (!err && !recap->lines)
        err = VT_ERR_NOMEM;
    for (size_t i = 0; i < n && !err; i++) {
        if (vt_str_eq(rows[i].op, VT_STR("view.kept")))
            add_piece(gathering, &rows[i]);
        else if (vt_str_eq(rows[i].op, VT_STR("chat.send")))
            add_line(gathering, &rows[i]);
    }
    finish(gathering, err);
}

static void handle_people(void *arg, int err, const struct vt_store_mark *marks, size_t n)
{
    struct gathering *gathering = arg;
    struct vt_recap *recap = gathering->recap;
    gathering->people = vt_arena_array(&recap->arena, n + 1, sizeof(*gathering->people));
    for (size_t i = 0; i < n && gathering->people; i++)
        gathering->people[gathering->people_n++] = (struct vt_store_mark){
            .who = vt_arena_str(&recap->arena, marks[i].who),
            .name = vt_arena_str(&recap->arena, marks[i].name)
        };
    if (!err)
        err = vt_store_rows_of(gathering->store, vt_str(recap->site), vt_str(recap->conv), recap->sid,
                               1 << VT_AUDIENCE_CUSTOMER, ROWS_MAX, handle_rows, gathering);
    if (err)
        finish(gathering, err);
}

/* One that nobody took has nothing to sum up. */
static bool take_session(struct vt_recap *recap, const struct vt_site *site, const struct vt_store_past *past)
{
    int64_t until = past->ended + site->settings->recap.days * DAY_MS;
    if (past->ended == 0 || past->associate.len == 0 || until <= vt_wall_ms())
        return false;
    recap->sid = keep(recap, past->sid);
    recap->reference = keep(recap, past->reference);
    recap->associate = keep(recap, past->associate);
    recap->lang = keep(recap, past->lang);
    recap->created = past->created;
    recap->ended = past->ended;
    recap->until = until;
    return recap->sid.ptr != NULL;
}

static void handle_sessions(void *arg, int err, const struct vt_store_past *sessions, size_t n)
{
    struct gathering *gathering = arg;
    struct vt_recap *recap = gathering->recap;
    const struct vt_site *site = vt_sites_by_id(gathering->sites, vt_str(recap->site));
    struct vt_str wanted = recap->sid;
    bool found = false;
    for (size_t i = 0; !err && i < n && !found && site && site->settings->recap.on; i++)
        if (!wanted.ptr || vt_str_eq(wanted, sessions[i].sid))
            found = take_session(recap, site, &sessions[i]);
    if (!err && !found)
        err = VT_ERR_MISSING;
    if (!err)
        err = vt_store_marks(gathering->store, vt_str(recap->site), vt_str(recap->conv), handle_people,
                             gathering);
    if (err)
        finish(gathering, err);
}

int vt_recap_gather(struct vt_store *store, const struct vt_sites *sites, struct vt_str site,
                    struct vt_str conv, struct vt_str sid, vt_recap_fn *done, void *arg)
{
    struct gathering *gathering = calloc(1, sizeof(*gathering));
    struct vt_recap *recap = calloc(1, sizeof(*recap));
    int err = VT_ERR_FULL;
    if (recap) {
        vt_arena_init(&recap->arena, ARENA_BYTES);
        recap->sid = keep(recap, sid);
    }
    if (gathering && recap && vt_str_copy(recap->site, sizeof(recap->site), site) &&
        vt_str_copy(recap->conv, sizeof(recap->conv), conv)) {
        *gathering = (struct gathering){
            .store = store, .sites = sites, .recap = recap, .done = done, .arg = arg
        };
        err = vt_store_sessions_of(store, site, conv, PAST_MAX, handle_sessions, gathering);
    }
    if (err) {
        vt_recap_destroy(recap);
        free(gathering);
    }
    return err;
}

/* --- what the thread says of it --------------------------------------------------------------------- */

void vt_recap_note(const struct vt_conversation *conv, struct vt_arena *arena, struct vt_evt_view_kept *kept)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(512);
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    struct vt_str body = site && kept->sku.len > 0 ? vt_catalogue_get(site->catalogue, kept->sku)
                                                   : (struct vt_str){ 0 };
    VT_CLEANUP(vt_json_unref)
    json_t *product = body.ptr ? vt_json_parse(body, PRODUCT_BYTES, &error) : NULL;
    if (!product)
        return;
    struct vt_str title = vt_json_text(product, "title"), url = vt_json_text(product, "url");
    kept->price = vt_arena_str(arena, vt_json_text(product, "price"));
    kept->currency = vt_arena_str(arena, vt_json_text(product, "currency"));
    if (url.len > 0)
        kept->url = vt_arena_str(arena, url);
    if (kept->title.len == 0 && title.len > 0)
        kept->title = vt_arena_str(arena, title);
}

void vt_recap_tell(struct vt_conversation *conv, enum vt_recap_word word, struct vt_str sid, int64_t until)
{
    const struct vt_evt_recap_state d = { .state = word, .sid = sid, .until = until, .has_until = until > 0 };
    const struct vt_thread_row row = { .op = VT_OP_RECAP_STATE, .by = "", .d = &d };
    int err = vt_thread_append(conv, &row, NULL, NULL, NULL);
    if (err)
        vt_log(VT_LOG_WARN, "recap.state", VT_LOG_T("conv", conv->conv), VT_LOG_T("err", vt_err_name(err)));
}

struct readying {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], sid[VT_ID_TEXT];
};

static void handle_ready(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct readying *readying = arg;
    struct vt_conversation *conv = vt_conv_find(readying->app, vt_str(readying->site),
                                                vt_str(readying->conv));
    (void)cs, (void)numbers;
    if (conv && strcmp(conv->session.sid, readying->sid) == 0) {
        conv->session.recap_asked = false;
        conv->session.recap_untold = err != VT_OK;
    }
    free(readying);
}

void vt_recap_sweep(struct vt_conversation *conv)
{
    struct vt_session *session = &conv->session;
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    if (!session->recap_untold || session->recap_asked || !site)
        return;
    const struct vt_evt_recap_state d = { .state = VT_RECAP_WORD_READY,
                                          .sid = vt_str(session->sid),
                                          .until = session->ended + site->settings->recap.days * DAY_MS,
                                          .has_until = true };
    const struct vt_thread_row row = { .op = VT_OP_RECAP_STATE, .by = "", .d = &d };
    struct readying *readying = calloc(1, sizeof(*readying));
    if (!readying)
        return;
    readying->app = conv->app;
    memcpy(readying->site, conv->site, sizeof(readying->site));
    memcpy(readying->conv, conv->conv, sizeof(readying->conv));
    memcpy(readying->sid, session->sid, sizeof(readying->sid));
    session->recap_asked = vt_thread_append(conv, &row, NULL, handle_ready, readying) == VT_OK;
    if (!session->recap_asked)
        free(readying);
}

void vt_recap_ready(struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    conv->session.recap_untold = site && site->settings->recap.on;
    vt_recap_sweep(conv);
}
