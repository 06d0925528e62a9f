/* SPDX-License-Identifier: Apache-2.0 */
#include "server/consent.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/act.h"
#include "server/audit.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/log.h"
#include "server/metrics.h"
#include "server/mirror.h"
#include "server/site.h"
#include "server/thread.h"

static struct vt_metric refused = { .name = "vitrine_consent_refused_total",
                                    .help = "Messages refused because the customer has not agreed.",
                                    .kind = VT_METRIC_COUNTER };

#define EACH_CAPABILITY(i) for (int i = 0; i < VT_CAPABILITY_COUNT; i++)

uint8_t vt_consent_bits(const enum vt_capability *capabilities, size_t n)
{
    uint8_t bits = 0;
    for (size_t i = 0; i < n; i++)
        bits |= (uint8_t)(1u << capabilities[i]);
    return bits;
}

/* --- reading --------------------------------------------------------------------------------- */

static uint8_t on_bits(const struct vt_conversation *conv)
{
    uint8_t bits = 0;
    EACH_CAPABILITY(i)
    if (conv->consents.state[i] == VT_CONSENT_WORD_ON)
        bits |= (uint8_t)(1u << i);
    return bits;
}

void vt_consent_use(struct vt_conversation *conv, enum vt_capability capability, int64_t now_ms)
{
    conv->consents.used_ms[capability] = now_ms;
}

bool vt_consent_may(struct vt_conversation *conv, uint8_t needs, int64_t now_ms)
{
    if ((on_bits(conv) & needs) != needs) {
        vt_metrics_add(&refused);
        vt_metric_inc(&refused, 1);
        return false;
    }
    EACH_CAPABILITY(i)
    if (needs & 1u << i)
        vt_consent_use(conv, (enum vt_capability)i, now_ms);
    return true;
}

/* What the gate would let through, read from the rows it reads. */
static size_t open_ops(const struct vt_conversation *conv, struct vt_str can[VT_CONSENT_OPS])
{
    uint8_t on = on_bits(conv);
    size_t n = 0;
    for (int op = 1; op < VT_OP_TEXT_COUNT && n < VT_CONSENT_OPS; op++) {
        uint8_t needs = vt_op_rows[op].needs[0] | vt_op_rows[op].needs[1];
        if (needs != 0 && (on & needs) == needs)
            can[n++] = vt_str(vt_op_rows[op].name);
    }
    return n;
}

void vt_consent_wire(const struct vt_conversation *conv, struct vt_str can[VT_CONSENT_OPS],
                     struct vt_t_consents *ret)
{
    const uint8_t *state = conv->consents.state;
    *ret = (struct vt_t_consents){ .mirror = state[VT_CAPABILITY_MIRROR],
                                   .point = state[VT_CAPABILITY_POINT],
                                   .scroll = state[VT_CAPABILITY_SCROLL],
                                   .click = state[VT_CAPABILITY_CLICK],
                                   .fill = state[VT_CAPABILITY_FILL],
                                   .navigate = state[VT_CAPABILITY_NAVIGATE],
                                   .trail = state[VT_CAPABILITY_TRAIL],
                                   .contact = state[VT_CAPABILITY_CONTACT],
                                   .can = can,
                                   .can_n = open_ops(conv, can) };
}

struct vt_str vt_consent_mask(const struct vt_conversation *conv)
{
    const struct vt_site *site = vt_sites_by_id(conv->app->deps.sites, vt_str(conv->site));
    return vt_str(site ? site->settings->mirror.version : "");
}

/* --- changing -------------------------------------------------------------------------------- */

/* Capabilities of `bits` whose state `from` allows it get `word`; returns which have changed. */
static uint8_t put(struct vt_conversation *conv, uint8_t bits, unsigned from, enum vt_consent_word word)
{
    uint8_t changed = 0;
    int64_t now_ms = vt_now_ms();
    EACH_CAPABILITY(i)
    {
        uint8_t *state = &conv->consents.state[i];
        if (!(bits & 1u << i) || !(from & 1u << *state) || *state == word)
            continue;
        *state = (uint8_t)word;
        conv->consents.used_ms[i] = now_ms;
        changed |= (uint8_t)(1u << i);
    }
    return changed;
}

static void tell(struct vt_conversation *conv, uint8_t changed)
{
    struct vt_str can[VT_CONSENT_OPS];
    struct vt_t_consents d;
    if (changed == 0)
        return;
    vt_consent_wire(conv, can, &d);
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_CONSENT_STATE, .d = &d }, NULL);
    vt_mirror_update(conv);
}

#define WORD(name) (1u << VT_CONSENT_WORD_##name)

void vt_consent_asked(struct vt_conversation *conv, uint8_t bits)
{
    tell(conv, put(conv, bits, WORD(OFF), VT_CONSENT_WORD_REQUESTED));
}

void vt_consent_given(struct vt_conversation *conv, uint8_t bits, const struct vt_consents *then)
{
    EACH_CAPABILITY(i)
    if (conv->consents.stops[i] != then->stops[i])
        bits &= (uint8_t) ~(1u << i);
    tell(conv, put(conv, bits, ~0u, VT_CONSENT_WORD_ON));
}

static uint8_t with_mirror(uint8_t bits)
{
    return bits & VT_CONSENT_MIRROR ? bits | VT_CONSENT_WITH_MIRROR : bits;
}

void vt_consent_stopped(struct vt_conversation *conv, uint8_t bits, uint8_t *ret_bits)
{
    EACH_CAPABILITY(i) /* also what is off: a grant of it may be on its way to the store */
    conv->consents.stops[i] += (with_mirror(bits) >> i) & 1;
    *ret_bits = put(conv, with_mirror(bits), WORD(ON) | WORD(REQUESTED), VT_CONSENT_WORD_OFF);
    vt_acts_stop(conv, with_mirror(bits));
    tell(conv, *ret_bits);
}

/* Refusing what was on ends it, and what goes with it. */
void vt_consent_refused(struct vt_conversation *conv, uint8_t bits)
{
    uint8_t off = put(conv, with_mirror(bits) & (uint8_t)~bits, WORD(ON) | WORD(REQUESTED),
                      VT_CONSENT_WORD_OFF);
    tell(conv, off | put(conv, bits, ~0u, VT_CONSENT_WORD_REJECTED));
}

void vt_consent_end(struct vt_conversation *conv, uint8_t bits, enum vt_consent_why why)
{
    enum vt_capability list[VT_CAPABILITY_COUNT];
    struct vt_evt_consent_stop d = { .capabilities = list, .why = why };
    vt_consent_stopped(conv, bits, &bits);
    if (bits == 0)
        return;
    EACH_CAPABILITY(i)
    if (bits & 1u << i)
        list[d.capabilities_n++] = (enum vt_capability)i;
    const struct vt_thread_row row = { .op = VT_OP_CONSENT_STOP, .by = "system", .d = &d };
    int err = vt_thread_append(conv, &row, NULL, NULL, NULL);
    if (err)
        vt_log(VT_LOG_ERROR, "consent.ledger", VT_LOG_T("reference", conv->session.reference),
               VT_LOG_T("err", vt_err_name(err)));
}

void vt_consent_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    uint8_t idle = 0;
    EACH_CAPABILITY(i)
    if ((VT_CONSENT_PAGE & 1 << i) && conv->consents.state[i] == VT_CONSENT_WORD_ON &&
        now_ms - conv->consents.used_ms[i] > conv->app->deps.config->consent_idle)
        idle |= (uint8_t)(1u << i);
    if (idle)
        vt_consent_end(conv, idle, VT_CONSENT_WHY_IDLE);
}

/* --- from the ledger ----------------------------------------------------------------- */

/* What a row says of the capabilities in `of`. */
static void apply(struct vt_conversation *conv, const struct vt_store_row *row, uint8_t of,
                  struct vt_arena *arena)
{
    struct vt_error error;
    union {
        struct vt_msg_consent_ask ask;
        struct vt_msg_consent_give give;
        struct vt_msg_consent_refuse refuse;
        struct vt_msg_consent_stop stop;
    } d;
    const enum vt_op ops[] = { VT_OP_CONSENT_ASK, VT_OP_CONSENT_GIVE, VT_OP_CONSENT_REFUSE,
                               VT_OP_CONSENT_STOP };
    for (size_t i = 0; i < VT_COUNT(ops); i++) {
        const struct vt_op_row *op = &vt_op_rows[ops[i]];
        if (!vt_str_eq(row->op, vt_str(op->name)) ||
            vt_decode_body(arena, op->msg, row->body, &d, &error) != VT_OK)
            continue;
        if (ops[i] == VT_OP_CONSENT_ASK)
            put(conv, of & vt_consent_bits(d.ask.capabilities, d.ask.capabilities_n), WORD(OFF),
                VT_CONSENT_WORD_REQUESTED);
        else if (ops[i] == VT_OP_CONSENT_GIVE)
            put(conv, of & vt_consent_bits(d.give.capabilities, d.give.capabilities_n), ~0u,
                VT_CONSENT_WORD_ON);
        else if (ops[i] == VT_OP_CONSENT_REFUSE)
            put(conv, of & vt_consent_bits(d.refuse.capabilities, d.refuse.capabilities_n), ~0u,
                VT_CONSENT_WORD_REJECTED);
        else
            put(conv, of & with_mirror(vt_consent_bits(d.stop.capabilities, d.stop.capabilities_n)),
                WORD(ON) | WORD(REQUESTED), VT_CONSENT_WORD_OFF);
    }
}

static void apply_all(struct vt_conversation *conv, const struct vt_store_row *rows, size_t n, uint8_t of)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, 65536);
    for (size_t i = 0; i < n; i++) {
        vt_arena_reset(&arena);
        apply(conv, &rows[i], of, &arena);
    }
}

/* A question that nobody answered before the conversation left memory is asked again by whoever wants to. */
void vt_consent_load(struct vt_conversation *conv, const struct vt_store_row *rows, size_t n)
{
    apply_all(conv, rows, n, VT_CONSENT_STANDING);
    put(conv, VT_CONSENT_STANDING, WORD(REQUESTED), VT_CONSENT_WORD_OFF);
}

struct restoring {
    struct vt_app *app;
    char site[VT_PERSON_TEXT], conv[VT_CONV_TEXT], sid[VT_ID_TEXT];
};

static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct restoring *from = arg;
    struct vt_conversation *conv = vt_conv_find(from->app, vt_str(from->site), vt_str(from->conv));
    /* A ledger that cannot be read whole gives nothing: the customer is asked again. */
    bool good = conv && !err && !more && strcmp(conv->session.sid, from->sid) == 0;
    if (!good)
        vt_log(VT_LOG_WARN, "consent.restore",
               VT_LOG_T("err", err ? vt_err_name(err) : "gone, or too many rows"));
    if (good) {
        apply_all(conv, rows, n, (uint8_t)~0u);
        tell(conv, n > 0);
    }
    if (--from->app->restoring == 0)
        vt_app_restored(from->app);
    free(from);
}

void vt_consent_restore(struct vt_conversation *conv)
{
    struct restoring *from = malloc(sizeof(*from));
    if (!from)
        return;
    from->app = conv->app;
    memcpy(from->site, conv->site, sizeof(from->site));
    memcpy(from->conv, conv->conv, sizeof(from->conv));
    memcpy(from->sid, conv->session.sid, sizeof(from->sid));
    if (vt_store_consents(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                          vt_str(conv->session.sid), VT_CONSENT_ROWS, handle_rows, from) == VT_OK)
        conv->app->restoring++; /* nobody comes in before it is known */
    else
        free(from);
}

/* --- audit ------------------------------------------------------------------------------------- */

void vt_consent_record(const struct vt_conversation *conv, const char *person, const char *verb,
                       struct vt_str detail)
{
    struct vt_audit *audit = conv->app->deps.audit;
    const struct vt_audit_record record = { .site = vt_str(conv->site),
                                            .actor = vt_str(person),
                                            .verb = vt_str(verb),
                                            .object = vt_str(conv->conv),
                                            .detail = detail };
    if (audit && vt_audit_put(audit, &record, NULL, NULL) != VT_OK)
        vt_log(VT_LOG_ERROR, "consent.audit", VT_LOG_T("err", "the audit log's queue is full"));
}
