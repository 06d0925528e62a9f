/* SPDX-License-Identifier: Apache-2.0 */
/* Mirror, from the customer: pieces become units, units pass the filter in order, and stand in the book.
 *
 * A unit that cannot be read is not taken: it is counted, logged once, and a whole picture is asked for, each
 * time after a longer wait. The socket stays, other than at a message out of form (4500): that close is final
 * for a customer's browser, and a recorder's fault would cost them the chat. What a hostile one may cost is
 * bounded by the budget of bytes, the inbox, and the waits. */
#include "server/mirror_internal.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/mirror_filter.h"

enum {
    INBOX_UNITS = 256,
    INBOX_BYTES = 16 * 1024 * 1024,
    LOOP_BYTES = 16384,              /* plain units up to this are looked at on the loop */
    BUDGET_RATE = 1024 * 1024,       /* bytes a second a page may send, */
    BUDGET_BURST = 16 * 1024 * 1024, /* and at once: a keyframe at its cap, twice */
    WAIT_MS = 1000,
    WAIT_MOST_MS = 30000 /* between two requests for a keyframe */
};

static struct vt_metric frames = { .name = "vitrine_mirror_frames_total",
                                   .help = "DOM frames of customers' pages.",
                                   .kind = VT_METRIC_COUNTER };
static struct vt_metric keyframes = { .name = "vitrine_mirror_keyframes_total",
                                      .help = "Whole pages that came.",
                                      .kind = VT_METRIC_COUNTER };
static struct vt_metric requests = { .name = "vitrine_mirror_keyframe_requests_total",
                                     .help = "Whole pages asked for (KREQ).",
                                     .kind = VT_METRIC_COUNTER };
static struct vt_metric refused = { .name = "vitrine_mirror_refused_total",
                                    .help = "Keyframes and deltas that were not taken: over a limit, not a "
                                            "recorder's, or behind a hole.",
                                    .kind = VT_METRIC_COUNTER };
static struct vt_metric cut = { .name = "vitrine_mirror_cut_total",
                                .help = "Keyframes and deltas from which the server's filter took something.",
                                .kind = VT_METRIC_COUNTER };

struct vt_incoming {
    struct vt_unit *unit;  /* owned */
    struct vt_buf payload; /* of all pieces */
    struct vt_bin_head head;
    struct vt_list link; /* in vt_mirror.inbox */
};

static void incoming_free(struct vt_incoming *incoming)
{
    if (!incoming)
        return;
    vt_unit_destroy(incoming->unit);
    vt_buf_finish(&incoming->payload);
    free(incoming);
}

static void drop_inbox(struct vt_mirror *mirror)
{
    while (!vt_list_is_empty(&mirror->inbox)) {
        struct vt_incoming *first = VT_CONTAINER_OF(mirror->inbox.next, struct vt_incoming, link);
        vt_list_remove(&first->link);
        incoming_free(first);
    }
    mirror->inbox_n = mirror->inbox_bytes = 0;
}

/* One count for all: a mirror that ended and began again must not take what the pool has of the first. */
static uint32_t generations;

void vt_mirror_in_init(struct vt_mirror *mirror)
{
    mirror->generation = ++generations;
    vt_list_init(&mirror->inbox);
    mirror->wait_ms = WAIT_MS;
    mirror->budget_bytes = BUDGET_BURST;
    struct vt_metric *const all[] = { &frames, &keyframes, &requests, &refused, &cut };
    for (size_t i = 0; i < VT_COUNT(all); i++)
        vt_metrics_add(all[i]);
}

void vt_mirror_in_reset(struct vt_mirror *mirror)
{
    mirror->generation = ++generations;
    mirror->working = false; /* what is in the pool is thrown away when it comes back */
    incoming_free(VT_TAKE(mirror->coming));
    drop_inbox(mirror);
    vt_book_close(&mirror->book);
    mirror->synced = false;
    mirror->wanted = 0;
    mirror->wait_ms = WAIT_MS;
    mirror->size.frame = vt_frame_unref(mirror->size.frame);
    for (size_t i = 0; i < VT_MIRROR_SCROLLS; i++)
        mirror->scrolls[i].frame = vt_frame_unref(mirror->scrolls[i].frame);
}

/* --- keyframes ----------------------------------------------------------------------------------- */

static void run(struct vt_conversation *conv);

static struct vt_member *customer_of(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->dom && member->peer->phase == VT_PHASE_OPEN && !member->holding)
            return member;
    return NULL;
}

static void ask(struct vt_conversation *conv, int64_t now_ms)
{
    struct vt_mirror *mirror = conv->mirror;
    struct vt_member *customer = customer_of(conv);
    if (mirror->wanted == 0 || !customer || now_ms - mirror->asked_ms < mirror->wait_ms)
        return;
    uint8_t bytes[VT_BIN_HEAD_BYTES + VT_BIN_KREQ_BYTES];
    const struct vt_bin_head head = { .type = VT_BIN_KREQ, .chan = customer->dom->n, .seq = ++mirror->kreqs };
    vt_bin_head_put(bytes, &head);
    vt_bin_kreq_put(bytes + VT_BIN_HEAD_BYTES, VT_BIN_KREQ_BYTES,
                    &(struct vt_bin_kreq){ .reason = mirror->wanted });
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, bytes, sizeof(bytes));
    if (frame && vt_peer_send(customer->peer, frame, VT_CLASS_CONTROL, 0)) {
        vt_metric_inc(&requests, 1);
        mirror->asked_ms = now_ms;
        mirror->wait_ms = mirror->wait_ms * 2 < WAIT_MOST_MS ? mirror->wait_ms * 2 : WAIT_MOST_MS;
    }
    vt_frame_unref(frame);
}

void vt_mirror_want(struct vt_conversation *conv, uint8_t reason)
{
    if (!vt_mirror_is_on(conv))
        return;
    if (conv->mirror->wanted == 0)
        conv->mirror->wanted = reason;
    ask(conv, vt_now_ms());
}

void vt_mirror_in_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    struct vt_mirror *mirror = conv->mirror;
    bool idle = !mirror->coming && !mirror->working && mirror->inbox_n == 0;
    if (mirror->book.n == 0 && idle && mirror->wanted == 0)
        mirror->wanted = VT_MIRROR_JOIN; /* the recorder should have begun with one */
    ask(conv, now_ms);
    run(conv);
}

/* --- behind the filter ---------------------------------------------------------------------------- */

/* In as many pieces as came, so that the numbers stay the customer's. */
static struct vt_unit *cut_again(const struct vt_incoming *incoming, const struct vt_buf *payload)
{
    const struct vt_unit *was = incoming->unit;
    size_t n = was->pieces_n, each = (payload->len + n - 1) / n, at = 0;
    struct vt_unit *unit = vt_unit_create(was->page, was->base, was->seq, was->key, was->deflated);
    uint8_t *bytes = malloc(VT_BIN_HEAD_BYTES + VT_BIN_DOM_BYTES_MAX);
    bool good = unit && bytes && each <= VT_BIN_DOM_BYTES_MAX - VT_BIN_DOM_BYTES;
    for (size_t i = 0; good && i < n; i++) {
        size_t part = payload->len - at < each ? payload->len - at : each;
        struct vt_bin_head head = incoming->head;
        head.flags &= (uint8_t) ~(VT_BIN_FIRST | VT_BIN_LAST | VT_BIN_MORE);
        head.flags |= (i == 0 ? VT_BIN_FIRST : 0) | (i == n - 1 ? VT_BIN_LAST : 0);
        head.seq = was->seq + (uint32_t)i;
        vt_bin_head_put(bytes, &head);
        const struct vt_bin_dom dom = {
            .page = was->page, .base = was->base, .ops = (const uint8_t *)payload->data + at, .ops_n = part
        };
        size_t len = VT_BIN_HEAD_BYTES +
                     vt_bin_dom_put(bytes + VT_BIN_HEAD_BYTES, VT_BIN_DOM_BYTES_MAX, &dom);
        struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, bytes, len);
        good = frame && vt_unit_add(unit, frame, part) == VT_OK;
        vt_frame_unref(frame);
        at += part;
    }
    free(bytes);
    if (good)
        return unit;
    vt_unit_destroy(unit);
    return NULL;
}

static void forget_scrolls(struct vt_mirror *mirror, uint32_t key)
{
    for (size_t i = 0; i < VT_MIRROR_SCROLLS; i++)
        if (mirror->scrolls[i].frame && mirror->scrolls[i].key != key)
            mirror->scrolls[i].frame = vt_frame_unref(mirror->scrolls[i].frame);
}

static void take_unit(struct vt_conversation *conv, struct vt_unit *unit)
{
    struct vt_mirror *mirror = conv->mirror;
    bool key = unit->key;
    uint32_t seq = unit->seq;
    enum vt_book_answer answer = vt_book_put(&mirror->book, unit);
    if (answer == VT_BOOK_GAP) {
        vt_metric_inc(&refused, 1);
        vt_mirror_want(conv, VT_MIRROR_GAP);
        return;
    }
    if (answer == VT_BOOK_TAKEN && key) {
        vt_metric_inc(&keyframes, 1);
        mirror->wait_ms = WAIT_MS;
        forget_scrolls(mirror, seq);
    }
    vt_mirror_pump_all(conv);
    if (vt_book_is_long(&mirror->book) && !mirror->coming)
        vt_mirror_want(conv, VT_MIRROR_JOIN);
}

/* Owns `incoming`. */
static void filtered(struct vt_conversation *conv, struct vt_incoming *incoming, int err,
                     const struct vt_mirror_filtered *result)
{
    struct vt_unit *unit = NULL;
    if (!err && result->changed)
        unit = cut_again(incoming, &result->out);
    else if (!err)
        unit = VT_TAKE(incoming->unit);
    incoming_free(incoming);
    vt_metric_inc(&cut, !err && result->changed);
    if (unit) {
        unit->ops = result->ops;
        take_unit(conv, unit);
        return;
    }
    vt_metric_inc(&refused, 1);
    vt_log(VT_LOG_INFO, "mirror.refused", VT_LOG_T("reference", conv->session.reference),
           VT_LOG_T("err", vt_err_name(err ? err : VT_ERR_NOMEM)));
    vt_mirror_want(conv, VT_MIRROR_GAP);
}

struct job {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT];
    uint32_t generation;
    struct vt_incoming *incoming; /* owned */
    struct vt_mirror_filtered result;
    int err;
};

static void work(void *arg)
{
    struct job *job = arg;
    job->err = vt_mirror_filter(vt_buf_view(&job->incoming->payload), job->incoming->unit->deflated,
                                job->incoming->unit->key, &job->result);
}

static void handle_worked(void *arg)
{
    struct job *job = arg;
    struct vt_conversation *conv = vt_conv_find(job->app, vt_str(job->site), vt_str(job->conv));
    if (conv && conv->mirror && conv->mirror->generation == job->generation) {
        conv->mirror->working = false;
        filtered(conv, VT_TAKE(job->incoming), job->err, &job->result);
        if (conv->mirror)
            run(conv);
    }
    incoming_free(job->incoming);
    vt_buf_finish(&job->result.out);
    free(job);
}

static int send_to_pool(struct vt_conversation *conv, struct vt_incoming *incoming)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return VT_ERR_NOMEM;
    *job = (struct job){ .app = conv->app, .generation = conv->mirror->generation, .incoming = incoming };
    memcpy(job->site, conv->site, sizeof(job->site));
    memcpy(job->conv, conv->conv, sizeof(job->conv));
    int err = vt_loop_work(conv->app->deps.loop, work, handle_worked, job);
    if (err)
        free(job);
    return err;
}

/* What is deflated may be large whatever it looks like, so it never holds up the loop. */
static bool is_small(const struct vt_incoming *incoming)
{
    return !incoming->unit->deflated && incoming->payload.len <= LOOP_BYTES;
}

static void put_back(struct vt_mirror *mirror, struct vt_incoming *first)
{
    vt_list_append(mirror->inbox.next, &first->link); /* before the one that is first now, or the head */
    mirror->inbox_n++;
    mirror->inbox_bytes += first->payload.len;
}

static void run(struct vt_conversation *conv)
{
    struct vt_mirror *mirror = conv->mirror;
    while (!mirror->working && !vt_list_is_empty(&mirror->inbox)) {
        struct vt_incoming *first = VT_CONTAINER_OF(mirror->inbox.next, struct vt_incoming, link);
        vt_list_remove(&first->link);
        mirror->inbox_n--;
        mirror->inbox_bytes -= first->payload.len;
        if (!is_small(first)) {
            int err = send_to_pool(conv, first);
            mirror->working = !err;
            if (err == VT_ERR_FULL) { /* the sweep tries again; the inbox has its bound */
                put_back(mirror, first);
                return;
            }
            if (err)
                filtered(conv, first, err, NULL);
            continue;
        }
        struct vt_mirror_filtered result;
        int err = vt_mirror_filter(vt_buf_view(&first->payload), false, first->unit->key, &result);
        filtered(conv, first, err, &result);
        vt_buf_finish(&result.out);
    }
}

/* --- pieces -------------------------------------------------------------------------------------- */

static bool is_within_budget(struct vt_mirror *mirror, size_t bytes, int64_t now_ms)
{
    if (mirror->budget_ms > 0)
        mirror->budget_bytes += (now_ms - mirror->budget_ms) * BUDGET_RATE / 1000;
    if (mirror->budget_bytes > BUDGET_BURST)
        mirror->budget_bytes = BUDGET_BURST;
    mirror->budget_ms = now_ms;
    if (mirror->budget_bytes < (int64_t)bytes)
        return false;
    mirror->budget_bytes -= (int64_t)bytes;
    return true;
}

static struct vt_incoming *begin(const struct vt_bin_head *head, const struct vt_bin_dom *dom)
{
    bool key = head->flags & VT_BIN_KEY;
    struct vt_incoming *incoming = calloc(1, sizeof(*incoming));
    if (!incoming)
        return NULL;
    vt_list_init(&incoming->link);
    vt_buf_init(&incoming->payload, key ? VT_MIRROR_INFLATED_KEY : VT_MIRROR_INFLATED);
    incoming->head = *head;
    incoming->unit = vt_unit_create(dom->page, key ? head->seq : dom->base, head->seq, key,
                                    head->flags & VT_BIN_DEFLATE);
    if (incoming->unit)
        return incoming;
    free(incoming);
    return NULL;
}

static bool belongs(const struct vt_incoming *incoming, const struct vt_bin_head *head,
                    const struct vt_bin_dom *dom)
{
    const struct vt_unit *unit = incoming->unit;
    return unit->page == dom->page && unit->key == ((head->flags & VT_BIN_KEY) != 0) &&
           unit->base == dom->base && unit->seq + (uint32_t)unit->pieces_n == head->seq;
}

static int add(struct vt_incoming *incoming, const struct vt_bin_head *head, const struct vt_bin_dom *dom)
{
    uint8_t bytes[VT_BIN_HEAD_BYTES];
    vt_bin_head_put(bytes, head);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf whole = VT_BUF_INIT(VT_BIN_HEAD_BYTES + VT_BIN_DOM_BYTES_MAX);
    uint8_t fixed[VT_BIN_DOM_BYTES];
    vt_bin_dom_put(fixed, sizeof(fixed), &(struct vt_bin_dom){ .page = dom->page, .base = dom->base });
    vt_buf_append(&whole, bytes, sizeof(bytes));
    vt_buf_append(&whole, fixed, sizeof(fixed));
    vt_buf_append(&whole, dom->ops, dom->ops_n);
    vt_buf_append(&incoming->payload, dom->ops, dom->ops_n);
    if (whole.failed || incoming->payload.failed)
        return VT_ERR_TOO_LARGE;
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, whole.data, whole.len);
    int err = frame ? vt_unit_add(incoming->unit, frame, dom->ops_n) : VT_ERR_NOMEM;
    vt_frame_unref(frame);
    return err;
}

static void give_up(struct vt_conversation *conv)
{
    incoming_free(VT_TAKE(conv->mirror->coming));
    vt_metric_inc(&refused, 1);
    vt_mirror_want(conv, VT_MIRROR_GAP);
}

static void enqueue(struct vt_conversation *conv, struct vt_incoming *incoming)
{
    struct vt_mirror *mirror = conv->mirror;
    if (mirror->inbox_n == INBOX_UNITS || mirror->inbox_bytes + incoming->payload.len > INBOX_BYTES) {
        incoming_free(incoming);
        drop_inbox(mirror); /* behind the hole they are worth nothing */
        vt_metric_inc(&refused, 1);
        vt_mirror_want(conv, VT_MIRROR_SLOW);
        return;
    }
    vt_list_append(&mirror->inbox, &incoming->link);
    mirror->inbox_n++;
    mirror->inbox_bytes += incoming->payload.len;
    run(conv);
}

void vt_mirror_dom(struct vt_member *customer, const struct vt_bin_head *head, const struct vt_bin_dom *dom)
{
    struct vt_conversation *conv = customer->conv;
    struct vt_mirror *mirror = conv->mirror;
    if (!vt_mirror_is_on(conv))
        return; /* of a recorder that has not heard yet */
    vt_metric_inc(&frames, 1);
    bool hole = mirror->synced && head->seq != mirror->next_seq;
    mirror->next_seq = head->seq + 1;
    mirror->synced = true;
    if (hole || !is_within_budget(mirror, dom->ops_n, vt_now_ms()))
        give_up(conv);
    if (head->flags & VT_BIN_FIRST) {
        incoming_free(mirror->coming);
        mirror->coming = begin(head, dom);
        if (head->flags & VT_BIN_KEY) {
            mirror->key_seq = head->seq;
            mirror->wanted = 0; /* it is coming */
        }
    }
    if (!mirror->coming)
        return; /* of a unit that was given up */
    if (!belongs(mirror->coming, head, dom) || add(mirror->coming, head, dom) != VT_OK)
        give_up(conv);
    else if (head->flags & VT_BIN_LAST)
        enqueue(conv, VT_TAKE(mirror->coming));
}
