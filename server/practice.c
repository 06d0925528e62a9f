/* SPDX-License-Identifier: Apache-2.0 */
#include "server/practice.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/erase.h"
#include "server/log.h"
#include "server/media_service.h"
#include "server/session.h"
#include "server/store/privacy.h"

enum { CODE_MS = 60000, PAUSE_MS = 5000, ARENA_BYTES = 1 << 20 };
#define PREFIX_LEN (sizeof(VT_PRACTICE_PREFIX) - 1)

static bool is_practice(const char *customer)
{
    return strncmp(customer, VT_PRACTICE_PREFIX, PREFIX_LEN) == 0;
}

const char *vt_practice_person(const struct vt_conversation *conv)
{
    return is_practice(conv->customer) ? conv->customer + PREFIX_LEN : NULL;
}

struct vt_str vt_practice_load(const struct vt_conversation *conv, const char *person)
{
    return vt_str(vt_practice_is(conv) ? conv->customer : person);
}

/* --- erasing --------------------------------------------------------------------------------- */

struct erasing {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], customer[VT_PERSON_TEXT]; /* customer "": everybody's */
    struct vt_arena arena;
    struct vt_privacy_erased *gone; /* pictures and conversations, in the arena */
    size_t gone_n;
    vt_store_done_fn *done; /* may be NULL */
    void *arg;
};

static bool is_meant(const struct erasing *erasing, const struct vt_conversation *conv)
{
    if (!erasing->customer[0])
        return vt_practice_is(conv);
    return strcmp(conv->site, erasing->site) == 0 && strcmp(conv->customer, erasing->customer) == 0;
}

static void leave_memory(const struct erasing *erasing)
{
    VT_LIST_EACH (conv, &erasing->app->conversations_list, struct vt_conversation, link)
        if (conv->loaded && is_meant(erasing, conv))
            vt_erase_conversation(erasing->app, vt_str(conv->site), vt_str(conv->conv));
}

static int erase_rows(struct vt_manage *manage, void *arg)
{
    struct erasing *erasing = arg;
    struct vt_privacy_counts counts = { 0 };
    int err = vt_privacy_practices(manage, vt_str(erasing->site[0] ? erasing->site : NULL),
                                   vt_str(erasing->customer[0] ? erasing->customer : NULL), &erasing->arena,
                                   &erasing->gone, &erasing->gone_n);
    for (size_t i = 0; i < erasing->gone_n && !err; i++)
        if (erasing->gone[i].media.len == 0)
            err = vt_privacy_erase(manage, erasing->gone[i].site, erasing->gone[i].conv, &counts);
    return err;
}

static void handle_erased(void *arg, int err)
{
    struct erasing *erasing = arg;
    const struct vt_app_deps *deps = &erasing->app->deps;
    if (!erasing->app->stopped)
        leave_memory(erasing); /* whoever came back meanwhile holds a thread that is gone */
    for (size_t i = 0; i < erasing->gone_n && !err && deps->media; i++) {
        const struct vt_privacy_erased *gone = &erasing->gone[i];
        if (gone->media.len == 0) {
            vt_media_erase_conversation(deps->media, gone->conv);
            continue;
        }
        vt_media_index_remove(deps->index, gone->media);
        vt_media_erase(deps->media, gone->conv, gone->media);
    }
    if (err)
        vt_log(VT_LOG_WARN, "practice.erase", VT_LOG_T("err", vt_err_name(err)));
    if (erasing->done)
        erasing->done(erasing->arg, err);
    vt_arena_finish(&erasing->arena);
    free(erasing);
}

static bool name_customer(char ret[VT_PERSON_TEXT], struct vt_str person)
{
    int n = snprintf(ret, VT_PERSON_TEXT, VT_PRACTICE_PREFIX "%.*s", VT_STR_ARG(person));
    return n > 0 && n < VT_PERSON_TEXT;
}

int vt_practice_erase(struct vt_app *app, struct vt_str site, struct vt_str person, vt_store_done_fn *done,
                      void *arg)
{
    struct erasing *erasing = calloc(1, sizeof(*erasing));
    if (!erasing)
        return VT_ERR_FULL;
    erasing->app = app;
    erasing->done = done;
    erasing->arg = arg;
    vt_arena_init(&erasing->arena, ARENA_BYTES);
    bool named = !person.ptr || (vt_str_copy(erasing->site, sizeof(erasing->site), site) &&
                                 name_customer(erasing->customer, person));
    leave_memory(erasing);
    int err = named ? vt_store_work(app->deps.store, erase_rows, handle_erased, erasing) : VT_ERR_FULL;
    if (err) {
        vt_arena_finish(&erasing->arena);
        free(erasing);
    }
    return err;
}

/* Nobody pays attention to it any more: no session runs, and its customer's line is gone and does not return
 * (a line that breaks is back within a second or two). */
void vt_practice_sweep(const struct vt_conversation *conv, int64_t now_ms)
{
    const char *person = vt_practice_person(conv);
    if (!person || !conv->loaded || vt_session_runs(&conv->session))
        return;
    for (size_t i = 0; i < conv->people_n; i++) {
        const struct vt_person *at = &conv->people[i];
        /* Who never was here since it was loaded may be on the way in: it is loaded for them. */
        int64_t since_ms = at->left_ms > 0 ? at->left_ms : conv->idle_since_ms;
        if (at->role == VT_ROLE_CUSTOMER && at->at == VT_AT_GONE && since_ms > 0 &&
            now_ms - since_ms >= PAUSE_MS) {
            /* Refused by a full queue: the next start or the next practice does it. */
            vt_practice_erase(conv->app, vt_str(conv->site), vt_str(person), NULL, NULL);
            return;
        }
    }
}

/* --- beginning --------------------------------------------------------------------------------- */

struct beginning {
    struct vt_app *app;
    char site[VT_PERSON_TEXT];
    struct vt_practice_begun begun;
    vt_practice_fn *done;
    void *arg;
};

static void finish(struct beginning *beginning, int err)
{
    beginning->done(beginning->arg, err, &beginning->begun);
    free(beginning);
}

static void handle_code(void *arg, int err)
{
    finish(arg, err);
}

static void handle_created(void *arg, int err)
{
    struct beginning *beginning = arg;
    const struct vt_store_once once = { .site = vt_str(beginning->site),
                                        .conv = vt_str(beginning->begun.conv),
                                        .kind = VT_STR("back"),
                                        .name = VT_STR("Robin"),
                                        .expires = vt_steady_ms() + CODE_MS };
    if (!err)
        err = vt_store_once_put(beginning->app->deps.store, vt_str(beginning->begun.code), &once, true,
                                handle_code, beginning);
    if (err)
        finish(beginning, err);
}

static void handle_cleared(void *arg, int err)
{
    struct beginning *beginning = arg;
    const struct vt_store_conv row = { .site = vt_str(beginning->site),
                                       .conv = vt_str(beginning->begun.conv),
                                       .customer = vt_str(beginning->begun.customer),
                                       .created = vt_wall_ms() };
    if (!err)
        err = vt_store_conv_create(beginning->app->deps.store, &row, handle_created, beginning);
    if (err)
        finish(beginning, err);
}

int vt_practice_begin(struct vt_app *app, struct vt_str site, struct vt_str person, vt_practice_fn *done,
                      void *arg)
{
    struct beginning *beginning = calloc(1, sizeof(*beginning));
    if (!beginning)
        return VT_ERR_FULL;
    beginning->app = app;
    beginning->done = done;
    beginning->arg = arg;
    vt_id_new(beginning->begun.conv);
    vt_id_new(beginning->begun.code);
    bool named = vt_str_copy(beginning->site, sizeof(beginning->site), site) &&
                 name_customer(beginning->begun.customer, person);
    int err = named ? vt_practice_erase(app, site, person, handle_cleared, beginning) : VT_ERR_FULL;
    if (err)
        free(beginning);
    return err;
}
