/* SPDX-License-Identifier: Apache-2.0 */
/* Cards: who is asked for whom, until they answer, run out or lose the line. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/board.h"
#include "server/metrics.h"
#include "server/practice.h"
#include "server/queue.h"
#include "server/queue_forecast.h"
#include "server/ring_internal.h"
#include "server/session.h"

static struct vt_metric cards_total[] = {
#define CARDS(word)                                                                                          \
    {                                                                                                        \
        .name = "vitrine_claims_total", .help = "Claim cards by how they ended.",                            \
        .labels = "end=\"" word "\"", .kind = VT_METRIC_COUNTER                                              \
    }
    CARDS("taken"), CARDS("expired"), CARDS("left"), CARDS("declined"), CARDS("lost")
};
enum { CARD_DECLINED = VT_CLAIM_WHY_LEFT + 1, CARD_LOST };

static void count(const struct vt_conversation *conv, int end)
{
    if (vt_practice_is(conv))
        return;
    for (size_t i = 0; i < VT_COUNT(cards_total); i++)
        vt_metrics_add(&cards_total[i]);
    vt_metric_inc(&cards_total[end], 1);
}

struct vt_card *vt_card_of(struct vt_ring *ring, const char *person)
{
    for (size_t i = 0; ring && i < ring->cards_n; i++)
        if (strcmp(ring->cards[i].person, person) == 0)
            return &ring->cards[i];
    return NULL;
}

uint32_t vt_ring_asked(const struct vt_conversation *conv)
{
    uint32_t n = 0;
    for (size_t i = 0; conv->ring && i < conv->ring->cards_n; i++)
        n += conv->ring->cards[i].answer == VT_CARD_ASKED;
    return n;
}

static struct vt_board slot_of(const struct vt_conversation *conv, const char *person, enum vt_op op)
{
    return (struct vt_board){
        .op = op, .slot = VT_OP_CLAIM_ASK, .site = conv->site, .person = person, .subject = conv->number
    };
}

static bool knows(const struct vt_conversation *conv, const char *person)
{
    for (size_t i = 0; i < conv->people_n; i++)
        if (strcmp(conv->people[i].person, person) == 0)
            return true;
    return strcmp(conv->known, person) == 0;
}

static void card_wire(const struct vt_conversation *conv, const struct vt_card *card, struct vt_arena *arena,
                      struct vt_evt_claim_ask *ret)
{
    struct vt_t_queue_row row;
    vt_queue_row(conv, arena, &row);
    *ret = (struct vt_evt_claim_ask){ .conv = row.conv,
                                      .queue = row.queue,
                                      .name = row.name,
                                      .since = conv->session.joined,
                                      .until = card->until_ms,
                                      .before = knows(conv, card->person),
                                      .lang = row.lang,
                                      .product = row.product };
}

static void show_card(struct vt_conversation *conv, const struct vt_card *card, struct vt_peer *peer)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_evt_claim_ask d;
    struct vt_board to = slot_of(conv, card->person, VT_OP_CLAIM_ASK);
    vt_arena_init(&arena, 65536);
    card_wire(conv, card, &arena, &d);
    if (peer)
        vt_board_show(peer, &to, &d);
    else
        vt_board_tell(conv->app, &to, &d);
}

void vt_ring_show(struct vt_peer *peer)
{
    VT_LIST_EACH (conv, &peer->app->conversations_list, struct vt_conversation, link) {
        const struct vt_card *card = strcmp(conv->site, peer->site) == 0
                                         ? vt_card_of(conv->ring, peer->person)
                                         : NULL;
        if (card && card->answer == VT_CARD_ASKED)
            show_card(conv, card, peer);
    }
}

/* While a card is out the windows beat as in a live session, so that a dead line is known in 12.5 s. */
static void beat(struct vt_app *app, const struct vt_staff *staff)
{
    VT_LIST_EACH (peer, &app->peers, struct vt_peer, link)
        if (peer->present && strcmp(peer->person, staff->person) == 0)
            vt_peer_asked(peer, staff->asked > 0);
}

void vt_card_give(struct vt_conversation *conv, struct vt_str person, int64_t until_ms)
{
    struct vt_card *card = &conv->ring->cards[conv->ring->cards_n++];
    *card = (struct vt_card){ .answer = VT_CARD_ASKED,
                              .until_ms = until_ms,
                              .ends_ms = vt_now_ms() + until_ms - vt_wall_ms() };
    vt_str_copy(card->person, sizeof(card->person), person);
    beat(conv->app, vt_presence_find(conv->app, card->person));
    show_card(conv, card, NULL);
}

/* The card is out of the person's hands; coord hears of it unless it knows already. */
static void card_ends(struct vt_conversation *conv, struct vt_card *card, enum vt_card_answer answer,
                      bool tell_coord)
{
    struct vt_app *app = conv->app;
    struct vt_staff *staff = vt_presence_find(app, card->person);
    card->answer = answer;
    if (vt_practice_is(conv)) {
        if (conv->ring)
            conv->ring->circle_ms = vt_now_ms();
        return; /* it was not counted, and coord does not know of it */
    }
    if (staff && staff->asked > 0) {
        staff->asked--;
        beat(app, staff);
    }
    if (!tell_coord)
        return;
    char key[VT_QUEUE_KEY_TEXT];
    vt_queue_key(key, conv->site, conv->session.queue);
    app->deps.coord->ops->q_release(app->deps.coord, vt_str(key), vt_str(conv->key), vt_str(card->person));
}

static void tell_gone(struct vt_conversation *conv, const struct vt_card *card, enum vt_claim_why why)
{
    struct vt_evt_claim_gone d = { .conv = vt_str(conv->conv), .why = why };
    struct vt_board to = slot_of(conv, card->person, VT_OP_CLAIM_GONE);
    vt_board_tell(conv->app, &to, &d);
}

/* Nobody holds a card any more: the customer waits as before, and the line is looked at again. */
static void after_cards(struct vt_conversation *conv)
{
    if (vt_ring_asked(conv) == 0 && conv->session.state == VT_STATE_CLAIMED)
        vt_session_set(conv, VT_STATE_WAITING, NULL);
    else
        vt_queue_row_changed(conv);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

void vt_cards_expire(struct vt_conversation *conv, int64_t now_ms)
{
    bool any = false;
    for (size_t i = 0; i < conv->ring->cards_n; i++) {
        struct vt_card *card = &conv->ring->cards[i];
        if (card->answer != VT_CARD_ASKED || card->ends_ms > now_ms)
            continue;
        card_ends(conv, card, VT_CARD_EXPIRED, true);
        tell_gone(conv, card, VT_CLAIM_WHY_EXPIRED);
        count(conv, VT_CLAIM_WHY_EXPIRED);
        any = true;
    }
    if (any)
        after_cards(conv);
}

/* --- ends ------------------------------------------------------------------------------------- */

int vt_ring_decline(struct vt_conversation *conv, const char *person)
{
    struct vt_card *card = vt_card_of(conv->ring, person);
    if (!card || card->answer != VT_CARD_ASKED)
        return VT_ERR_CLAIM_GONE;
    card_ends(conv, card, VT_CARD_DECLINED, true);
    count(conv, CARD_DECLINED);
    after_cards(conv);
    return VT_OK;
}

void vt_ring_end(struct vt_conversation *conv, enum vt_claim_why why)
{
    struct vt_ring *ring = VT_TAKE(conv->ring);
    if (ring && ring->first_ms > 0 && why == VT_CLAIM_WHY_TAKEN)
        vt_queue_forecast_picked(conv->app, conv->site, vt_now_ms() - ring->first_ms);
    for (size_t i = 0; ring && i < ring->cards_n; i++) {
        struct vt_card *card = &ring->cards[i];
        if (card->answer != VT_CARD_ASKED)
            continue;
        card_ends(conv, card, VT_CARD_EXPIRED, false);
        tell_gone(conv, card, why);
        count(conv, (int)why);
    }
    free(ring);
}

static void drop_card(struct vt_conversation *conv, struct vt_card *card)
{
    struct vt_ring *ring = conv->ring;
    card_ends(conv, card, VT_CARD_EXPIRED, true);
    tell_gone(conv, card, VT_CLAIM_WHY_EXPIRED);
    count(conv, CARD_LOST);
    *card = ring->cards[--ring->cards_n]; /* as if never asked: with the line back they may be again */
    after_cards(conv);
}

void vt_ring_drop_person(struct vt_app *app, const struct vt_staff *staff)
{
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link) {
        struct vt_card *card = vt_card_of(conv->ring, staff->person);
        if (card && card->answer == VT_CARD_ASKED)
            drop_card(conv, card);
    }
}
