/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/practice.h"
#include "server/queue.h"
#include "server/rights.h"
#include "server/ring_internal.h"
#include "server/session.h"
#include "server/site.h"

enum { DAY_MS = 24 * 3600 * 1000, PRACTICE_MS = 3000 /* between two of its cards */, TAG_TEXT = 4 };

static struct vt_ring *ring_of(struct vt_conversation *conv)
{
    if (!conv->ring)
        conv->ring = calloc(1, sizeof(*conv->ring));
    return conv->ring;
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

static bool is_of_speakers(size_t circle)
{
    return circle % 2 == 1;
}

/* "fr" speaks "fr-CH"; whose account says nothing is asked with all the others. */
static bool speaks(const struct vt_staff *staff, const char *lang)
{
    char tag[TAG_TEXT];
    size_t len = strcspn(lang, "-");
    if (!staff->languages[0] || len == 0 || len >= sizeof(tag))
        return false;
    for (size_t i = 0; i < len; i++)
        tag[i] = (char)tolower((unsigned char)lang[i]);
    return vt_rights_queue(staff->languages, (struct vt_str){ tag, len });
}

static bool is_in_circle(const struct vt_conversation *conv, const struct vt_settings *settings,
                         const struct vt_setting_queue *queue, size_t circle, const struct vt_staff *staff)
{
    if (circle == 0)
        return is_known(conv, settings, staff);
    size_t group = (circle - 1) / 2;
    return (!is_of_speakers(circle) || speaks(staff, conv->session.lang)) &&
           (group >= queue->groups_n || vt_ring_is_in(&queue->groups[group], staff));
}

static size_t last_circle(const struct vt_setting_queue *queue)
{
    return 2 * (queue->groups_n + 1);
}

/* Since the first card of the group: the speakers' half is taken from its time, so that the groups after it
 * and the offer to leave a message come when they did. */
static int64_t circle_ms(const struct vt_settings *settings, size_t circle)
{
    uint32_t known = settings->ring_known < settings->sticky_seconds ? settings->ring_known
                                                                     : settings->sticky_seconds;
    if (circle == 0)
        return (int64_t)known * 1000;
    return (int64_t)settings->ring_first * 1000 / (is_of_speakers(circle) ? 2 : 1);
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
        uncount(asking, persons[i]); /* counted already, and still */
        vt_card_give(conv, persons[i], vt_wall_ms() + card_ms);
    }
    if (n == 0)
        return;
    ring->circle_ms = ring->circle_ms ? ring->circle_ms : now_ms;
    ring->began_ms = ring->began_ms ? ring->began_ms : now_ms;
    ring->first_ms = ring->first_ms ? ring->first_ms : now_ms;
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
    struct vt_ring *ring = conv->ring;
    struct asking *asking = calloc(1, sizeof(*asking));
    if (!asking)
        return NULL;
    asking->app = conv->app;
    memcpy(asking->site, conv->site, sizeof(asking->site));
    memcpy(asking->conv, conv->conv, sizeof(asking->conv));
    memcpy(asking->sid, conv->session.sid, sizeof(asking->sid));
    VT_LIST_EACH (staff, &conv->app->staff_list, struct vt_staff, link) {
        if (strcmp(staff->site, conv->site) == 0 && ring->cards_n + asking->n < VT_RING_ASKS &&
            vt_presence_is_free(conv->app, staff) && !vt_card_of(ring, staff->person) &&
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

/* Who else is there of this circle; with nobody and no card out, or its time over, the next one where
 * somebody is. When nobody of any circle is free the circle stays where it is, so that whoever is free first
 * is asked in the right order. */
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
        bool over = circle != ring->circle ||
                    (since_ms > 0 && vt_now_ms() - since_ms >= circle_ms(settings, circle));
        if (circle >= last_circle(queue) || (vt_ring_asked(conv) > 0 && !over))
            return;
        if (!is_of_speakers(circle++))
            since_ms = 0;
    }
}

/* A practice asks its own person, available or not, and after a pause again: nobody else may come. The card
 * is none of coord's, so that it takes no customer's place. */
static void step_practice(struct vt_conversation *conv, const struct vt_settings *settings)
{
    struct vt_ring *ring = conv->ring;
    const char *person = vt_practice_person(conv);
    const struct vt_staff *staff = vt_presence_find(conv->app, person);
    if (vt_ring_asked(conv) > 0 || !staff || staff->windows == 0 ||
        (ring->circle_ms > 0 && vt_now_ms() - ring->circle_ms < PRACTICE_MS))
        return;
    ring->cards_n = 0;
    vt_card_give(conv, vt_str(person), vt_wall_ms() + (int64_t)settings->ring_card * 1000);
    if (conv->session.state == VT_STATE_WAITING)
        vt_session_set(conv, VT_STATE_CLAIMED, NULL);
}

/* A queue that the settings no longer have is served as one without groups. */
static const struct vt_setting_queue *queue_of(const struct vt_site *site, const struct vt_conversation *conv)
{
    const struct vt_setting_queue *queue = vt_settings_queue(site->settings, vt_str(conv->session.queue));
    static const struct vt_setting_queue none;
    return queue ? queue : &none;
}

static bool asks_at(const struct vt_conversation *conv, const char *site)
{
    return conv->loaded && vt_session_waits(&conv->session) && strcmp(conv->site, site) == 0;
}

static int compare_joined(const void *a, const void *b)
{
    const struct vt_conversation *one = *(struct vt_conversation *const *)a;
    const struct vt_conversation *other = *(struct vt_conversation *const *)b;
    return one->session.joined != other->session.joined
               ? (one->session.joined > other->session.joined ? 1 : -1)
               : (one->number > other->number) - (one->number < other->number);
}

/* The lines share their people: one line after the other, the first would have them all. */
void vt_ring_site(struct vt_app *app, const char *site_id)
{
    const struct vt_site *site = vt_sites_by_id(app->deps.sites, vt_str(site_id));
    size_t n = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        n += asks_at(conv, site_id);
    struct vt_conversation **convs = site && n > 0 ? calloc(n, sizeof(struct vt_conversation *)) : NULL;
    if (!convs)
        return;
    n = 0;
    VT_LIST_EACH (conv, &app->conversations_list, struct vt_conversation, link)
        if (asks_at(conv, site_id))
            convs[n++] = conv;
    qsort(convs, n, sizeof(struct vt_conversation *), compare_joined);
    for (size_t i = 0; i < n && ring_of(convs[i]); i++) {
        if (vt_practice_is(convs[i])) {
            step_practice(convs[i], site->settings);
            continue;
        }
        if (convs[i]->ring->asking) /* whoever waits longer is asked for first; the answer looks again */
            break;
        step(convs[i], site->settings, queue_of(site, convs[i]));
    }
    free(convs);
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
        if (ring->cards[i].answer == VT_CARD_ASKED)
            ring->cards[kept++] = ring->cards[i];
    ring->cards_n = kept;
    ring->began_ms = 0;
    ring->circle = 0;
    ring->circle_ms = kept > 0; /* long over: others are asked beside those who still think */
    vt_session_unclaimed(conv);
    vt_queue_moved(conv->app, conv->site, conv->session.queue);
}

void vt_ring_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    if (!site || !vt_session_waits(&conv->session) || !ring_of(conv))
        return;
    struct vt_ring *ring = conv->ring;
    vt_cards_expire(conv, vt_now_ms());
    if (vt_practice_is(conv)) {
        step_practice(conv, site->settings);
        return;
    }
    if (ring->circle_ms > 0 && ring->circle < last_circle(queue_of(site, conv)) &&
        now_ms - ring->circle_ms >= circle_ms(site->settings, ring->circle))
        vt_queue_moved(conv->app, conv->site, conv->session.queue);
    bool alone = ring->cards_n == 0 && !is_anybody_there(conv);
    if (alone ? ring->began_ms == 0 : ring->alone)
        ring->began_ms = alone ? now_ms : 0;
    ring->alone = alone;
    if (ring->began_ms > 0 && now_ms - ring->began_ms >= (int64_t)site->settings->ring_total * 1000)
        give_up(conv);
}
