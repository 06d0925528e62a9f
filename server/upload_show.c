/* SPDX-License-Identifier: Apache-2.0 */
#include "server/upload_show.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/media_grant.h"
#include "server/media_told.h"
#include "server/session.h"
#include "server/thread.h"
#include "server/view.h"

static struct vt_conversation *conv_of(struct vt_app *app, const struct vt_upload *upload)
{
    return vt_conv_find(app, vt_str(upload->site), vt_str(upload->conv));
}

/* Not in the slot of a latest event: two files of one person must not overtake each other. */
void vt_upload_tell(struct vt_app *app, const struct vt_upload *upload, enum vt_file_state state,
                    struct vt_str media, const char *why)
{
    struct vt_conversation *conv = conv_of(app, upload);
    const struct vt_evt_file_state d = {
        .ticket = vt_str(upload->name), .state = state, .media = media, .why = vt_str(why)
    };
    if (!conv)
        return;
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (strcmp(vt_member_who(member), upload->who) == 0)
            vt_fanout_member(member, VT_OP_FILE_STATE, VT_CLASS_CONTROL, &d);
}

/* --- the viewer ------------------------------------------------------------------------------------ */

static int open_view(struct vt_conversation *conv, const struct vt_upload *upload,
                     struct vt_t_view_item_new *item)
{
    struct vt_app *app = conv->app;
    const struct vt_msg_view_open msg = {
        .items = item, .items_n = 1, .active = 1, .mode = VT_VIEW_MODE_IMAGE
    };
    struct vt_t_view d;
    int err = vt_view_open(conv->view, upload->who, &msg, vt_now_ms());
    if (!err)
        err = vt_view_export(conv->view, &app->arena, &d);
    if (err)
        return err;
    vt_told_view(conv, &app->arena, &d);
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_VIEW_OPEN, .by = upload->who, .d = &d }, NULL);
    return VT_OK;
}

/* Beside the piece that is looked at, and under its name. */
static int add_to_view(struct vt_conversation *conv, const struct vt_upload *upload,
                       struct vt_t_view_item_new *item)
{
    struct vt_app *app = conv->app;
    struct vt_t_view_item active, added;
    uint16_t slot;
    if (vt_view_item_at(conv->view, vt_view_active(conv->view), &active)) {
        item->sku = active.sku;
        item->variant = active.variant;
        item->title = active.title;
    }
    const struct vt_msg_view_item msg = { .add = item };
    vt_session_keep_view(conv);
    int err = vt_view_item(conv->view, &msg, vt_now_ms(), &slot);
    if (err || !vt_view_item_at(conv->view, slot, &added))
        return err ? err : VT_ERR_NOT_FOUND;
    vt_told_item(conv, &app->arena, &added);
    const struct vt_evt_view_item d = { .seq = vt_view_seq(conv->view),
                                        .active = vt_view_active(conv->view),
                                        .add = &added };
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_VIEW_ITEM, .by = upload->who, .d = &d }, NULL);
    return VT_OK;
}

static bool show_in_view(struct vt_conversation *conv, const struct vt_upload *upload, const char *id)
{
    struct vt_t_view_item_new item = { .media = vt_str(id) };
    if (conv->session.state != VT_STATE_LIVE && conv->session.state != VT_STATE_AWAY)
        return false;
    if (!conv->view)
        conv->view = vt_view_create();
    if (!conv->view)
        return false;
    vt_arena_reset(&conv->app->arena);
    int err = vt_view_is_open(conv->view) ? add_to_view(conv, upload, &item) : open_view(conv, upload, &item);
    if (!err)
        vt_session_view_changed(conv);
    return err == VT_OK;
}

/* One that is on its way into the thread. */
struct showing {
    struct vt_app *app;
    struct vt_upload upload;
    char id[VT_SIGN_ID + 1], media[VT_GRANT_TEXT];
};

/* Whoever sent it hears of it either way: sent again, it is there at once. */
static void told(struct showing *showing, int err)
{
    if (err)
        vt_log(VT_LOG_WARN, "upload.not-shown", VT_LOG_T("why", vt_err_name(err)));
    vt_upload_tell(showing->app, &showing->upload, err ? VT_FILE_STATE_REFUSED : VT_FILE_STATE_READY,
                   vt_str(err ? NULL : showing->media),
                   err ? "It could not be put into the conversation just now. Send it again." : NULL);
    free(showing);
}

static void handle_shown(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    (void)cs;
    (void)numbers;
    told(arg, err);
}

static void show_in_thread(struct vt_conversation *conv, struct showing *showing)
{
    const struct vt_str media = vt_str(showing->id);
    const uint32_t film_ms = vt_told_film_ms(conv, media);
    const struct vt_msg_chat_send d = {
        .kind = film_ms > 0 ? VT_CHAT_KIND_FILM : VT_CHAT_KIND_PICTURE,
        .body = { .media = media, .seconds = film_ms / 1000.0, .has_seconds = film_ms > 0 }
    };
    const struct vt_thread_row row = { .op = VT_OP_CHAT_SEND, .by = showing->upload.who, .d = &d };
    int err = vt_thread_append(conv, &row, NULL, handle_shown, showing);
    if (err)
        told(showing, err);
}

/* --- either ------------------------------------------------------------------------------------------- */

static void show(struct vt_conversation *conv, struct showing *showing)
{
    if (showing->upload.use == VT_FILE_USE_VIEW && show_in_view(conv, &showing->upload, showing->id))
        told(showing, VT_OK);
    else
        show_in_thread(conv, showing);
}

static void handle_loaded(void *arg, struct vt_conversation *conv, int err)
{
    if (conv)
        show(conv, arg);
    else
        told(arg, err ? err : VT_ERR_NOT_FOUND);
}

void vt_upload_show(struct vt_app *app, const struct vt_upload *upload, const char *id, struct vt_str media)
{
    struct vt_conversation *conv = conv_of(app, upload);
    struct showing *showing = calloc(1, sizeof(*showing));
    if (!showing) {
        vt_upload_tell(app, upload, VT_FILE_STATE_REFUSED, (struct vt_str){ NULL, 0 },
                       "The server is short of memory. Send it again.");
        return;
    }
    showing->app = app;
    showing->upload = *upload;
    vt_str_copy(showing->id, sizeof(showing->id), vt_str(id));
    vt_str_copy(showing->media, sizeof(showing->media), media);
    if (conv) {
        show(conv, showing);
        return;
    }
    int err = vt_conv_load(app, vt_str(upload->site), vt_str(upload->conv), handle_loaded, showing);
    if (err)
        told(showing, err);
}
