/* SPDX-License-Identifier: Apache-2.0 */
#include "server/ring.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/board.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/queue.h"
#include "server/rights.h"
#include "server/session.h"
#include "server/site.h"

enum { DAY_MS = 24 * 3600 * 1000 };
enum answer { ASKED, DECLINED, EXPIRED };

struct card {
    char person[VT_PERSON_TEXT];
    enum answer answer;
    int64_t until_ms; /* ms since 1970, as the card says */
};

struct vt_ring {
    size_t circle;     /* 0: known from before; then the groups; then everybody */
    int64_t circle_ms; /* its first card; 0: none yet */
    int64_t began_ms;  /* the first card of this round, or since nobody at all is there; 0: not yet */
    bool alone;        /* the latter */
    bool asking;       /* coord has been asked */
    struct card cards[VT_RING_ASKS];
    size_t cards_n;
};

static struct vt_metric cards_total[] = {
#define CARDS(word)                                                                                          \
    {                                                                                                        \
        .name = "vitrine_claims_total", .help = "Claim cards by how they ended.",                            \
        .labels = "end=\"" word "\"", .kind = VT_METRIC_COUNTER                                              \
    }
    CARDS("taken"), CARDS("expired"), CARDS("left"), CARDS("declined"), CARDS("lost")
};
enum { CARD_DECLINED = VT_CLAIM_WHY_LEFT + 1, CARD_LOST };

static void count(int end)
{
    for (size_t i = 0; i < VT_COUNT(cards_total); i++)
        vt_metrics_add(&cards_total[i]);
    vt_metric_inc(&cards_total[end], 1);
}

static struct vt_ring *ring_of(struct vt_conversation *conv)
{
    if (!conv->ring)
        conv->ring = calloc(1, sizeof(*conv->ring));
    return conv->ring;
}

static const struct card *card_of(const struct vt_ring *ring, const char *person)
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
        n += conv->ring->cards[i].answer == ASKED;
    return n;
}

/* --- cards ------------------------------------------------------------------------------------ */

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

static void card_wire(const struct vt_conversation *conv, const struct card *card, struct vt_arena *arena,
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

static void show_card(struct vt_conversation *conv, const struct card *card, struct vt_peer *peer)
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
        const struct card *card = strcmp(conv->site, peer->site) == 0 ? card_of(conv->ring, peer->person)
                                                                      : NULL;
        if (card && card->answer == ASKED)
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

/* The card is out of the person's hands; coord hears of it unless it knows already. */
static void card_ends(struct vt_conversation *conv, struct card *card, enum answer answer, bool tell_coord)
{
    struct vt_app *app = conv->app;
    struct vt_staff *staff = vt_presence_find(app, card->person);
    card->answer = answer;
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

static void tell_gone(struct vt_conversation *conv, const struct card *card, enum vt_claim_why why)
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

/* --- asking ----------------------------------------------------------------------------------- */

bool vt_ring_is_in(const struct vt_texts *group, const struct vt_staff *staff)
{
    for (size_t i = 0; i < group->n; i++)
        if (vt_str_eq(group->at[i], vt_str(staff->login)))
            return true;
    return false;
}

static bool is_known(const struct vt_conversation *conv, const struct vt_settings *settings,
                     const struct vt_staff *staff)
{
    return settings->sticky_seconds > 0 && strcmp(conv->known, staff->person) == 0 &&
           vt_wall_ms() - conv->known_ms <= (int64_t)settings->sticky_days * DAY_MS;
}

static bool is_in_circle(const struct vt_conversation *conv, const struct vt_settings *settings,
                         const struct vt_setting_queue *queue, size_t circle, const struct vt_staff *staff)
{
    if (circle == 0)
        return is_known(conv, settings, staff);
    return circle > queue->groups_n || vt_ring_is_in(&queue->groups[circle - 1], staff);
}

static int64_t circle_ms(const struct vt_settings *settings, size_t circle)
{
    uint32_t known = settings->ring_known < settings->sticky_seconds ? settings->ring_known
                                                                     : settings->sticky_seconds;
    return (int64_t)(circle == 0 ? known : settings->ring_first) * 1000;
}

struct asking {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], sid[VT_ID_TEXT];
    size_t n;
    char persons[VT_RING_ASKS][VT_PERSON_TEXT]; /* whose `asked` counts this question */
};

static void uncount(struct asking *asking, struct vt_str person)
{
    for (size_t i = 0; i < asking->n; i++)
        if (vt_str_eq(vt_str(asking->persons[i]), person))
            asking->persons[i][0] = '\0';
}

static void take_answer(struct vt_conversation *conv, struct asking *asking, const struct vt_str *persons,
                        size_t n)
{
    struct vt_ring *ring = conv->ring;
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    int64_t now_ms = vt_now_ms(), card_ms = site ? (int64_t)site->settings->ring_card * 1000 : 0;
    for (size_t i = 0; i < n && ring->cards_n < VT_RING_ASKS; i++) {
        struct card *card = &ring->cards[ring->cards_n++];
        *card = (struct card){ .answer = ASKED, .until_ms = vt_wall_ms() + card_ms };
        vt_str_copy(card->person, sizeof(card->person), persons[i]);
        uncount(asking, persons[i]); /* counted already, and still */
        beat(conv->app, vt_presence_find(conv->app, card->person));
        show_card(conv, card, NULL);
    }
    if (n == 0)
        return;
    ring->circle_ms = ring->circle_ms ? ring->circle_ms : now_ms;
    ring->began_ms = ring->began_ms ? ring->began_ms : now_ms;
    if (conv->session.state == VT_STATE_WAITING)
        vt_session_set(conv, VT_STATE_CLAIMED, NULL);
    else
        vt_queue_row_changed(conv);
}

static void handle_asked(void *arg, const struct vt_str *persons, size_t n)
{
    struct asking *asking = arg;
    struct vt_app *app = asking->app;
    struct vt_conversation *conv = vt_conv_find(app, vt_str(asking->site), vt_str(asking->conv));
    bool mine = conv && conv->ring && conv->ring->asking && strcmp(conv->session.sid, asking->sid) == 0;
    if (mine)
        conv->ring->asking = false;
    if (mine && vt_session_waits(&conv->session))
        take_answer(conv, asking, persons, n);
    for (size_t i = 0; i < asking->n; i++) {
        struct vt_staff *staff = vt_presence_find(app, asking->persons[i]);
        if (staff && staff->asked > 0)
            staff->asked--;
    }
    if (mine)
        vt_queue_moved(app, conv->site, conv->session.queue);
    free(asking);
}

static struct asking *gather(struct vt_conversation *conv, const struct vt_settings *settings,
                             const struct vt_setting_queue *queue, size_t circle)
{
    const struct vt_ring *ring = conv->ring;
    struct asking *asking = calloc(1, sizeof(*asking));
    if (!asking)
        return NULL;
    asking->app = conv->app;
    memcpy(asking->site, conv->site, sizeof(asking->site));
    memcpy(asking->conv, conv->conv, sizeof(asking->conv));
    memcpy(asking->sid, conv->session.sid, sizeof(asking->sid));
    VT_LIST_EACH (staff, &conv->app->staff_list, struct vt_staff, link) {
        if (strcmp(staff->site, conv->site) == 0 && ring->cards_n + asking->n < VT_RING_ASKS &&
            vt_presence_is_free(conv->app, staff) && !card_of(ring, staff->person) &&
            vt_rights_queue(staff->queues, vt_str(conv->session.queue)) &&
            is_in_circle(conv, settings, queue, circle, staff))
            memcpy(asking->persons[asking->n++], staff->person, sizeof(asking->persons[0]));
    }
    return asking;
}

static void send_question(struct vt_conversation *conv, struct asking *asking)
{
    struct vt_str persons[VT_RING_ASKS];
    struct vt_coord *coord = conv->app->deps.coord;
    char key[VT_QUEUE_KEY_TEXT];
    vt_queue_key(key, conv->site, conv->session.queue);
    for (size_t i = 0; i < asking->n; i++) {
        persons[i] = vt_str(asking->persons[i]);
        vt_presence_find(conv->app, asking->persons[i])->asked++;
    }
    conv->ring->asking = true;
    if (coord->ops->q_claim(coord, vt_str(key), vt_str(conv->key), persons, asking->n, handle_asked,
                            asking) == VT_OK)
        return;
    conv->ring->asking = false;
    for (size_t i = 0; i < asking->n; i++)
        vt_presence_find(conv->app, asking->persons[i])->asked--;
    free(asking);
}

/* Who else is there of this circle; with nobody and no card out, the next one. When nobody of any circle is
 * free the circle stays where it is, so that whoever is free first is asked in the right order. */
static void step(struct vt_conversation *conv, const struct vt_settings *settings,
                 const struct vt_setting_queue *queue)
{
    struct vt_ring *ring = conv->ring;
    size_t circle = ring->circle;
    int64_t since_ms = ring->circle_ms;
    for (;;) {
        struct asking *asking = gather(conv, settings, queue, circle);
        if (asking && asking->n > 0) {
            ring->circle = circle;
            ring->circle_ms = since_ms;
            send_question(conv, asking);
            return;
        }
        free(asking);
        bool over = since_ms > 0 && vt_now_ms() - since_ms >= circle_ms(settings, circle);
        if (circle > queue->groups_n || (vt_ring_asked(conv) > 0 && !over))
            return;
        circle++;
        since_ms = 0;
    }
}

/* A queue that the settings no longer have is served as one without groups. */
static const struct vt_setting_queue *queue_of(const struct vt_site *site, const struct vt_conversation *conv)
{
    const struct vt_setting_queue *queue = vt_settings_queue(site->settings, vt_str(conv->session.queue));
    static const struct vt_setting_queue none;
    return queue ? queue : &none;
}

void vt_ring_line(struct vt_app *app, const struct vt_str *convs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct vt_conversation *conv = vt_map_get(&app->conversations, convs[i]);
        const struct vt_site *site = conv ? vt_sites_by_id(app->deps.sites, vt_str(conv->site)) : NULL;
        if (!site || !conv->loaded || !vt_session_waits(&conv->session) || !ring_of(conv))
            continue;
        if (conv->ring->asking) /* whoever waits longer is asked for first; the answer looks again */
            return;
        step(conv, site->settings, queue_of(site, conv));
    }
}

/* --- time ------------------------------------------------------------------------------------- */

static bool is_anybody_there(const struct vt_conversation *conv)
{
    VT_LIST_EACH (staff, &conv->app->staff_list, struct vt_staff, link)
        if (vt_presence_serves(conv->app, staff, conv->site, conv->session.queue))
            return true;
    return false;
}

/* Everybody was asked, or nobody is there to be: said once; then the round begins anew. */
static void give_up(struct vt_conversation *conv)
{
    struct vt_ring *ring = conv->ring;
    size_t kept = 0;
    for (size_t i = 0; i < ring->cards_n; i++)
        if (ring->cards[i].answer == ASKED)
            ring->cards[kept++] = ring->cards[i];
    ring->cards_n = kept;
    ring->began_ms = 0;
    ring->circle = 0;
    ring->circle_ms = kept > 0; /* long over: others are asked beside those who still think */
    vt_session_unclaimed(conv);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

static void expire(struct vt_conversation *conv)
{
    bool any = false;
    for (size_t i = 0; i < conv->ring->cards_n; i++) {
        struct card *card = &conv->ring->cards[i];
        if (card->answer != ASKED || card->until_ms > vt_wall_ms())
            continue;
        card_ends(conv, card, EXPIRED, true);
        tell_gone(conv, card, VT_CLAIM_WHY_EXPIRED);
        count(VT_CLAIM_WHY_EXPIRED);
        any = true;
    }
    if (any)
        after_cards(conv);
}

void vt_ring_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    if (!site || !vt_session_waits(&conv->session) || !ring_of(conv))
        return;
    struct vt_ring *ring = conv->ring;
    expire(conv);
    if (ring->circle_ms > 0 && ring->circle <= queue_of(site, conv)->groups_n &&
        now_ms - ring->circle_ms >= circle_ms(site->settings, ring->circle))
        vt_queue_moved(conv->app, conv->site, conv->session.queue);
    bool alone = ring->cards_n == 0 && !is_anybody_there(conv);
    if (alone ? ring->began_ms == 0 : ring->alone)
        ring->began_ms = alone ? now_ms : 0;
    ring->alone = alone;
    if (ring->began_ms > 0 && now_ms - ring->began_ms >= (int64_t)site->settings->ring_total * 1000)
        give_up(conv);
}

/* --- ends ------------------------------------------------------------------------------------- */

int vt_ring_decline(struct vt_conversation *conv, const char *person)
{
    struct card *card = (struct card *)card_of(conv->ring, person);
    if (!card || card->answer != ASKED)
        return VT_ERR_CLAIM_GONE;
    card_ends(conv, card, DECLINED, true);
    count(CARD_DECLINED);
    after_cards(conv);
    return VT_OK;
}

void vt_ring_end(struct vt_conversation *conv, enum vt_claim_why why)
{
    struct vt_ring *ring = VT_TAKE(conv->ring);
    for (size_t i = 0; ring && i < ring->cards_n; i++) {
        struct card *card = &ring->cards[i];
        if (card->answer != ASKED)
            continue;
        card_ends(conv, card, EXPIRED, false);
        tell_gone(conv, card, why);
        count((int)why);
    }
    free(ring);
}

static void drop_card(struct vt_conversation *conv, struct card *card)
{
    struct vt_ring *ring = conv->ring;
    card_ends(conv, card, EXPIRED, true);
    tell_gone(conv, card, VT_CLAIM_WHY_EXPIRED);
    count(CARD_LOST);
    *card = ring->cards[--ring->cards_n]; /* as if never asked: with the line back they may be again */
    after_cards(conv);
}

void vt_ring_drop_person(struct vt_app *app, const struct vt_staff *staff)
{
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link) {
        struct card *card = (struct card *)card_of(conv->ring, staff->person);
        if (card && card->answer == ASKED)
            drop_card(conv, card);
    }
}
