/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ask.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/people.h"
#include "server/thread.h"

/* Beside the conversations: no `c`, since the reader is no member. */
static void send_to(struct vt_peer *peer, enum vt_op op, const void *d)
{
    struct vt_event_head head = { .ts = vt_wall_ms() };
    vt_buf_reset(&peer->app->text);
    vt_encode_event(&peer->app->text, op, &head, d);
    vt_peer_send_text(peer, VT_CLASS_LINK, 0);
}

static bool is_window_of(const struct vt_peer *peer, const char *site, const char *person)
{
    return peer->phase == VT_PHASE_OPEN && vt_peer_is_staff(peer) && strcmp(peer->person, person) == 0 &&
           strcmp(peer->site, site) == 0;
}

static void tell_ask(struct vt_peer *peer, struct vt_conversation *conv)
{
    const struct vt_ask *ask = conv->ask;
    struct vt_person *customer = vt_people_find(conv, "c");
    struct vt_t_product_ref product;
    struct vt_error error;
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 65536);
    struct vt_evt_staff_ask d = { .conv = vt_str(conv->conv),
                                  .ask = ask->id,
                                  .kind = ask->kind,
                                  .by = vt_str(ask->by),
                                  .name = vt_str(customer ? customer->name : ""),
                                  .note = vt_str(ask->note[0] ? ask->note : NULL),
                                  .until = ask->until };
    if (conv->session.product && vt_decode_body(&arena, &vt_shape_product_ref, vt_str(conv->session.product),
                                                &product, &error) == VT_OK)
        d.product = &product;
    send_to(peer, VT_OP_STAFF_ASK, &d);
}

bool vt_ask_open(struct vt_conversation *conv, const struct vt_ask *ask)
{
    if (conv->ask)
        return false;
    conv->ask = malloc(sizeof(*conv->ask));
    if (!conv->ask)
        return false;
    *conv->ask = *ask;
    conv->ask->ends_ms = vt_now_ms() + VT_ASK_MS;
    VT_LIST_EACH (peer, &conv->app->peers, struct vt_peer, link)
        if (is_window_of(peer, conv->site, ask->person))
            tell_ask(peer, conv);
    return true;
}

void vt_ask_close(struct vt_conversation *conv, const char *why)
{
    struct vt_ask *ask = VT_TAKE(conv->ask);
    if (!ask)
        return;
    struct vt_evt_staff_gone d = { .conv = vt_str(conv->conv), .ask = ask->id, .why = vt_str(why) };
    VT_LIST_EACH (peer, &conv->app->peers, struct vt_peer, link)
        if (is_window_of(peer, conv->site, ask->person))
            send_to(peer, VT_OP_STAFF_GONE, &d);
    free(ask);
}

struct vt_ask *vt_ask_find(struct vt_app *app, const struct vt_peer *peer, struct vt_str id, uint32_t number,
                           enum vt_ask_kind kind)
{
    struct vt_conversation *conv = vt_conv_find(app, vt_str(peer->site), id);
    struct vt_ask *ask = conv ? conv->ask : NULL;
    return ask && ask->id == number && ask->kind == kind && !ask->answered &&
                   strcmp(ask->person, peer->person) == 0
               ? ask
               : NULL;
}

static void say_expired(struct vt_conversation *conv, const struct vt_ask *ask)
{
    if (ask->kind == VT_ASK_KIND_TRANSFER) {
        struct vt_evt_transfer_answer d = { .ask = ask->id,
                                            .why = VT_STR("expired"),
                                            .name = vt_str(ask->name) };
        struct vt_thread_row row = { .op = VT_OP_TRANSFER_ANSWER, .by = "system", .d = &d };
        vt_thread_append(conv, &row, NULL, NULL, NULL); /* refused: the window of who asked counts down too */
    } else {
        struct vt_evt_colleague_answer d = { .ask = ask->id,
                                             .why = VT_STR("expired"),
                                             .name = vt_str(ask->name) };
        vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_COLLEAGUE_ANSWER, .by = "system", .d = &d },
                          NULL);
    }
}

void vt_ask_sweep(struct vt_conversation *conv)
{
    if (!conv->ask || conv->ask->answered || vt_now_ms() < conv->ask->ends_ms)
        return;
    say_expired(conv, conv->ask);
    vt_ask_close(conv, "expired");
}

void vt_ask_tell(struct vt_peer *peer)
{
    VT_LIST_EACH (conv, &peer->app->conversations_list, struct vt_conversation, link)
        if (conv->ask && strcmp(conv->site, peer->site) == 0 && strcmp(conv->ask->person, peer->person) == 0)
            tell_ask(peer, conv);
}
