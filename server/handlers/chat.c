/* SPDX-License-Identifier: Apache-2.0 */
/* chat.*: the thread. A message is answered and shown only after the store has committed it. */
#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/answer.h"
#include "server/attention.h"
#include "server/base/err.h"
#include "server/contact.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/lead.h"
#include "server/media_told.h"
#include "server/people.h"
#include "server/profile.h"
#include "server/template_address.h"
#include "server/thread.h"

enum { MINUTE_MS = 60000, ARENA_BYTES = 256 * 1024, QUESTION_MAX = 2000, TEXT_MAX = 8192 };

/* --- send --------------------------------------------------------------------------------------- */

struct sending {
    char by[VT_WHO_TEXT];
    bool note;
    char address[VT_TEMPLATE_ADDRESS_MAX + 1]; /* of a drawn picture, unsigned; "": none */
    struct vt_rep_chat_send rep;
    char text[TEXT_MAX + 1]; /* what staff say, in case it has to go by mail */
};

static const void *handle_sent(const struct vt_committed *done, void *state)
{
    struct sending *sending = state;
    if (done->fresh && done->conv)
        vt_contact_said(done->conv, sending->by, vt_str(sending->text), sending->note);
    sending->rep.cs = done->cs;
    if (sending->address[0] && done->conv)
        sending->rep.address = vt_told_address(done->conv, &done->conv->app->arena, vt_str(sending->address));
    return &sending->rep;
}

/* Another conversation's picture is as unknown as one that never was. */
static int check_media(struct vt_request *rq, struct vt_str media)
{
    return vt_told_may_name(rq->member->conv, media)
               ? VT_OK
               : vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/body/media", "there is no such picture here");
}

static int check_file(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    if (msg->body.media.len == 0)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/media",
                               "a file is a picture or a clip that was uploaded: its media id");
    if (msg->body.name.len == 0)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/name", "a file needs its name");
    return check_media(rq, msg->body.media);
}

static int check_asker(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    if (!vt_peer_is_staff(rq->peer))
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/kind", "choices and forms are for staff");
    if (msg->body.text.len == 0 || msg->body.text.len > QUESTION_MAX)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/text",
                               "the question has 1 to 2000 bytes of text");
    return VT_OK;
}

static int check_choice(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    const struct vt_t_chat_option *options = msg->body.options;
    int err = check_asker(rq, msg);
    if (err)
        return err;
    if (msg->body.options_n < 2)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/options", "a choice has 2 to 8 options");
    for (size_t i = 1; i < msg->body.options_n; i++)
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(options[i].id, options[k].id))
                return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/options", "each option has its own id");
    return VT_OK;
}

static int check_form(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    const struct vt_t_chat_field *fields = msg->body.fields;
    int err = check_asker(rq, msg);
    if (err)
        return err;
    if (msg->body.fields_n < 1)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/fields", "a form has 1 to 8 fields");
    for (size_t i = 1; i < msg->body.fields_n; i++)
        for (size_t k = 0; k < i; k++)
            if (vt_str_eq(fields[i].id, fields[k].id))
                return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/fields", "each field has its own id");
    return VT_OK;
}

static int check_answer(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    if (!msg->has_re)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/re", "an answer names the choice or form by its cs");
    if (msg->body.values_n < 1)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/values", "an answer has its values");
    return VT_OK;
}

static int check_text(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    const struct vt_str checkout = msg->body.checkout;
    if (msg->body.text.len == 0)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/text", "a text needs at least one character");
    if (msg->body.text.len > (size_t)rq->app->deps.config->chat_bytes)
        return vt_request_fail(rq, VT_ERR_TOO_LARGE, "/d/body/text",
                               "the text is longer than the server takes");
    if (checkout.ptr && !vt_peer_is_staff(rq->peer))
        return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/body/checkout",
                               "staff send the way to the checkout");
    if (checkout.ptr &&
        (checkout.len == 0 ||
         !vt_lead_allowed(vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site)), checkout)))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/checkout",
                               "a page of the shop, or of a host its settings name in pushHosts");
    return VT_OK;
}

static int check_body(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    if (msg->body.address.ptr)
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/address",
                               "the server draws and gives the address");
    switch (msg->kind) {
    case VT_CHAT_KIND_NOTE:
        if (!vt_peer_is_staff(rq->peer))
            return vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/kind", "notes are for staff");
        /* fall through */
    case VT_CHAT_KIND_TEXT:
        return check_text(rq, msg);
    case VT_CHAT_KIND_PRODUCT:
        if (!msg->body.product)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/product", "a card needs its product");
        return VT_OK;
    case VT_CHAT_KIND_PICTURE:
        if (msg->body.has_draw)
            return vt_peer_is_staff(rq->peer) ? VT_OK
                                              : vt_request_fail(rq, VT_ERR_ROLE_FORBIDDEN, "/d/body/draw",
                                                                "staff have pictures drawn");
        if (msg->body.media.len == 0)
            return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/media", "a picture needs its media id");
        return check_media(rq, msg->body.media);
    case VT_CHAT_KIND_FILM:
        return msg->body.media.len > 0
                   ? check_media(rq, msg->body.media)
                   : vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/body/media", "a film needs its media id");
    case VT_CHAT_KIND_FILE:
        return check_file(rq, msg);
    case VT_CHAT_KIND_CHOICE:
        return check_choice(rq, msg);
    case VT_CHAT_KIND_FORM:
        return check_form(rq, msg);
    case VT_CHAT_KIND_ANSWER:
        return check_answer(rq, msg);
    default:
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/kind", "this server does not know this kind");
    }
}

/* A person may talk fast, a customer not for ever: nothing is taken, the text stays in the composer. */
static int check_minute(struct vt_request *rq, struct vt_conversation *conv)
{
    if (rq->peer->role != VT_ROLE_CUSTOMER)
        return VT_OK;
    if (rq->now_ms - conv->chat_minute_ms >= MINUTE_MS || conv->chat_minute_ms == 0) {
        conv->chat_minute_ms = rq->now_ms;
        conv->chat_minute = 0;
    }
    if (conv->chat_minute < (uint32_t)rq->app->deps.config->chat_per_minute) {
        conv->chat_minute++;
        return VT_OK;
    }
    rq->error.after_ms = (uint32_t)(conv->chat_minute_ms + MINUTE_MS - rq->now_ms);
    return vt_request_fail(rq, VT_ERR_RATE_LIMITED, "", "many messages in a minute; wait a little");
}

/* --- calm --------------------------------------------------------------------------------------- */

int vt_on_chat_calm(struct vt_request *rq)
{
    const struct vt_msg_chat_calm *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    if (msg->on == conv->calm)
        return vt_reply_now(rq, NULL, NULL); /* as it is already: no row for nothing */
    int err = vt_attention_calm(conv, msg->on);
    if (err)
        return err;
    struct vt_thread_row row = {
        .op = VT_OP_CHAT_CALM, .by = vt_member_who(rq->member), .cid = rq->env->cid, .d = msg
    };
    return vt_answer_row(rq, &row, NULL, NULL, 0);
}

/* --- answers to a choice or a form --------------------------------------------------------------- */

/* An answer on its way: what it answers is read from the thread first. */
struct looking {
    struct vt_reply_to to;
    uint32_t re;
    struct vt_rep_chat_send rep;
    char body[]; /* JSON of the message */
};

static const struct vt_t_chat_value *value_of(const struct vt_t_chat_body *answer, struct vt_str id)
{
    for (size_t i = 0; i < answer->values_n; i++)
        if (vt_str_eq(answer->values[i].id, id))
            return &answer->values[i];
    return NULL;
}

static const char *fault_in_choice(const struct vt_t_chat_body *choice, const struct vt_t_chat_body *answer)
{
    if (answer->values_n != 1)
        return "a choice is answered by one of its options";
    for (size_t i = 0; i < choice->options_n; i++)
        if (vt_str_eq(choice->options[i].id, answer->values[0].id))
            return NULL;
    return "the choice has no such option";
}

static const char *fault_in_form(const struct vt_t_chat_body *form, const struct vt_t_chat_body *answer)
{
    size_t known = 0;
    for (size_t i = 0; i < form->fields_n; i++) {
        const struct vt_t_chat_field *field = &form->fields[i];
        const struct vt_t_chat_value *value = value_of(answer, field->id);
        known += value != NULL;
        if (field->has_required && field->required && (!value || value->value.len == 0))
            return "a required field is empty";
        if (value && value->value.len > 0 && field->kind == VT_FIELD_KIND_EMAIL &&
            !vt_email_valid(value->value))
            return "a field of kind email holds no mail address";
    }
    return known == answer->values_n ? NULL : "the form has no such field, or one is named twice";
}

/* NULL: it fits. */
static const char *fault_in_answer(struct vt_arena *arena, const struct vt_store_row *row,
                                   const struct vt_t_chat_body *answer)
{
    struct vt_msg_chat_send question;
    struct vt_error error;
    if (!vt_str_eq(row->op, VT_STR("chat.send")) ||
        vt_decode_body(arena, vt_op_rows[VT_OP_CHAT_SEND].msg, row->body, &question, &error) != VT_OK)
        return "re names neither a choice nor a form";
    return question.kind == VT_CHAT_KIND_CHOICE ? fault_in_choice(&question.body, answer)
           : question.kind == VT_CHAT_KIND_FORM ? fault_in_form(&question.body, answer)
                                                : "re names neither a choice nor a form";
}

static void handle_answered(void *arg, int err, uint32_t cs, const struct vt_event_head *numbers)
{
    struct looking *looking = arg;
    looking->rep.cs = cs;
    if (err)
        vt_reply_error(&looking->to, err, NULL);
    else
        vt_reply_ok(&looking->to, numbers, &looking->rep);
    free(looking);
}

static int append_answer(struct looking *looking, const struct vt_store_row *rows, size_t n,
                         const char **ret_fault)
{
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    struct vt_msg_chat_send msg;
    struct vt_error error;
    struct vt_peer *peer = vt_peer_find(looking->to.app, looking->to.peer);
    struct vt_conversation *conv = vt_conv_find(looking->to.app, vt_str(looking->to.site),
                                                vt_str(looking->to.conv));
    struct vt_member *member = conv && peer ? vt_conv_member(conv, peer) : NULL;
    vt_arena_init(&arena, 256 * 1024);
    if (!member ||
        vt_decode_body(&arena, vt_op_rows[VT_OP_CHAT_SEND].msg, vt_str(looking->body), &msg, &error) != VT_OK)
        return VT_ERR_NOT_FOUND;
    *ret_fault = n == 1 && rows[0].cs == looking->re ? fault_in_answer(&arena, &rows[0], &msg.body)
                                                     : "re names no message of this conversation";
    if (*ret_fault)
        return VT_ERR_FIELD_BAD;
    struct vt_thread_row row = {
        .op = VT_OP_CHAT_SEND, .by = vt_member_who(member), .cid = vt_str(looking->to.cid), .d = &msg
    };
    return vt_thread_append(conv, &row, member, handle_answered, looking);
}

static void handle_question(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct looking *looking = arg;
    const char *fault = NULL;
    (void)more;
    err = err ? VT_ERR_STORE_UNAVAILABLE : append_answer(looking, rows, n, &fault);
    if (!err)
        return;
    vt_reply_error(&looking->to, err, fault);
    free(looking);
}

static int look_up_question(struct vt_request *rq, const struct vt_msg_chat_send *msg)
{
    const struct vt_conversation *conv = rq->member->conv;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(65536);
    if (vt_encode_body(&json, vt_op_rows[VT_OP_CHAT_SEND].msg, msg) != VT_OK)
        return VT_ERR_TOO_LARGE;
    struct looking *looking = calloc(1, sizeof(*looking) + json.len + 1);
    if (!looking)
        return VT_ERR_OVERLOADED;
    looking->to = vt_reply_later(rq);
    looking->re = msg->re;
    memcpy(looking->body, json.data, json.len);
    int err = vt_store_since(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv),
                             (uint8_t)(1 << vt_member_audience(rq->member)), msg->re - 1, 1, handle_question,
                             looking);
    if (err) {
        rq->peer->requests_open--;
        free(looking);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}

/* The address of the picture to be drawn; its pixels are made when somebody looks. */
static int draw(struct vt_request *rq, const struct vt_t_chat_body *body, struct vt_buf *address)
{
    const struct vt_site *site = vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
    enum vt_template_kind kind = body->draw == VT_DRAWING_SCALE ? VT_TEMPLATE_SCALE : VT_TEMPLATE_SHEET;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(300);
    int err = site ? vt_address_products(site, kind, body->skus, body->skus_n, address, &why)
                   : VT_ERR_MISSING;
    if (!err)
        return VT_OK;
    struct vt_str sentence = vt_arena_str(&rq->app->arena, vt_str(vt_buf_cstr(&why)));
    return vt_request_fail(rq, err == VT_ERR_MISSING ? VT_ERR_NOT_FOUND : VT_ERR_FIELD_BAD, "/d/body/skus",
                           sentence.len > 0 ? sentence.ptr : "the picture cannot be drawn");
}

int vt_on_chat_send(struct vt_request *rq)
{
    const struct vt_msg_chat_send *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    int err = check_body(rq, msg);
    if (!err)
        err = check_minute(rq, conv);
    if (err)
        return err;
    struct vt_msg_chat_send kept = *msg;
    kept.body.media = vt_media_bare(msg->body.media);
    const uint32_t film_ms = msg->kind == VT_CHAT_KIND_FILM ? vt_told_film_ms(conv, kept.body.media) : 0;
    kept.body.seconds = film_ms / 1000.0;
    kept.body.has_seconds = film_ms > 0;
    if (msg->kind == VT_CHAT_KIND_ANSWER)
        return look_up_question(rq, &kept);
    struct sending sending = { .note = msg->kind == VT_CHAT_KIND_NOTE };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf address = VT_BUF_INIT(VT_TEMPLATE_ADDRESS_MAX);
    if (msg->kind == VT_CHAT_KIND_PICTURE && msg->body.has_draw) {
        err = draw(rq, &msg->body, &address);
        if (err)
            return err;
        kept.body.media = (struct vt_str){ NULL, 0 };
        kept.body.address = vt_buf_view(&address);
        vt_str_copy(sending.address, sizeof(sending.address), kept.body.address);
    }
    struct vt_thread_row row = { .op = VT_OP_CHAT_SEND,
                                 .audience = sending.note ? 1 << VT_AUDIENCE_STAFF : 0,
                                 .by = vt_member_who(rq->member),
                                 .cid = rq->env->cid,
                                 .d = &kept };
    vt_str_copy(sending.by, sizeof(sending.by), vt_str(row.by));
    if (vt_peer_is_staff(rq->peer) && kept.body.text.len > 0)
        vt_str_copy(sending.text, sizeof(sending.text), kept.body.text);
    return vt_answer_row(rq, &row, handle_sent, &sending, sizeof(sending));
}

/* --- contact ------------------------------------------------------------------------------------ */

static const void *handle_contact(const struct vt_committed *done, void *state)
{
    struct vt_conversation *conv = done->conv;
    struct vt_person *person = conv ? vt_people_find(conv, "c") : NULL;
    if (!done->fresh || !person)
        return NULL;
    vt_people_rename(conv, person, vt_str(state), person->verified);
    vt_contact_said(conv, "c", (struct vt_str){ 0 }, false);
    return NULL;
}

int vt_on_chat_contact(struct vt_request *rq)
{
    const struct vt_msg_chat_contact *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_t_profile profile;
    char name[VT_NAME_TEXT] = "";
    if (!vt_email_valid(msg->email))
        return vt_request_fail(rq, VT_ERR_FIELD_BAD, "/d/email", "this is no mail address");
    vt_profile_read(conv, &rq->app->arena, &profile);
    if (!profile.customer.verified) { /* what the shop has signed stays; the row has what was typed */
        profile.customer.email = msg->email;
        if (msg->name.len > 0)
            profile.customer.name = msg->name;
        vt_str_copy(name, sizeof(name), msg->name);
    }
    int err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    struct vt_thread_row row = { .op = VT_OP_CHAT_CONTACT, .by = "c", .cid = rq->env->cid, .d = msg };
    return vt_answer_row(rq, &row, handle_contact, name, sizeof(name));
}

/* --- typing, read ---------------------------------------------------------------------------------- */

int vt_on_chat_typing(struct vt_request *rq)
{
    vt_fanout_latest(rq->member->conv, &(struct vt_event){ .op = VT_OP_CHAT_TYPING,
                                                           .by = vt_member_who(rq->member),
                                                           .d = rq->env->msg,
                                                           .subject = rq->member->person,
                                                           .except = rq->member });
    return VT_OK;
}

int vt_on_chat_read(struct vt_request *rq)
{
    const struct vt_msg_chat_read *msg = rq->env->msg;
    vt_people_read(rq->member, msg->read);
    return VT_OK;
}

/* --- history ---------------------------------------------------------------------------------------- */

/* The rows were asked for newest first down to a number; as many as fit a message go out, the newest of them.
 */
static void handle_rows(void *arg, int err, const struct vt_store_row *rows, size_t n, bool more)
{
    struct vt_reply_to *to = arg;
    struct vt_t_row wire[50];
    struct vt_rep_chat_history rep = { .rows = wire, .more = more };
    const struct vt_conversation *conv = vt_conv_find(to->app, vt_str(to->site), vt_str(to->conv));
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    vt_arena_init(&arena, ARENA_BYTES);
    size_t bytes = 0;
    if (err || !conv) {
        vt_reply_error(to, VT_ERR_STORE_UNAVAILABLE, NULL);
        free(to);
        return;
    }
    size_t first = n;
    while (first > 0 && n - first < VT_COUNT(wire)) {
        const struct vt_store_row *row = &rows[first - 1];
        const struct vt_str body = vt_told_body(conv, &arena, row->body);
        if (bytes + body.len + 128 >= 60000)
            break;
        bytes += body.len + 128;
        first--;
        wire[VT_COUNT(wire) - ++rep.rows_n] = (struct vt_t_row){
            .op = row->op, .cs = row->cs, .by = row->by, .ts = row->ts, .d = body
        };
    }
    rep.rows = wire + VT_COUNT(wire) - rep.rows_n;
    rep.more |= first > 0;
    vt_reply_ok(to, NULL, &rep);
    free(to);
}

int vt_on_chat_history(struct vt_request *rq)
{
    const struct vt_msg_chat_history *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_reply_to *to = malloc(sizeof(*to));
    if (!to)
        return VT_ERR_OVERLOADED;
    *to = vt_reply_later(rq);
    uint8_t bit = (uint8_t)(1 << vt_member_audience(rq->member));
    int err = vt_store_before(rq->app->deps.store, vt_str(conv->site), vt_str(conv->conv), bit, msg->before,
                              msg->n, handle_rows, to);
    if (err) {
        rq->peer->requests_open--;
        free(to);
        return VT_ERR_STORE_UNAVAILABLE;
    }
    return VT_OK;
}
