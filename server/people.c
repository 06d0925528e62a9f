/* SPDX-License-Identifier: Apache-2.0 */
#include "server/people.h"

#include <stdio.h>
#include <stdlib.h>

#include "server/attention.h"
#include "server/base/err.h"
#include "server/chan.h"
#include "server/fanout.h"
#include "server/guide_run.h"
#include "server/log.h"
#include "server/notice.h"
#include "server/profile.h"
#include "server/queue.h"
#include "server/rights.h"
#include "server/session.h"
#include "server/view.h"

static struct vt_person *append(struct vt_conversation *conv)
{
    if (conv->people_n == VT_PEOPLE_MAX)
        return NULL;
    struct vt_person *people = realloc(conv->people, (conv->people_n + 1U) * sizeof(*people));
    if (!people)
        return NULL;
    conv->people = people;
    struct vt_person *person = &people[conv->people_n++];
    *person = (struct vt_person){ .at = VT_AT_GONE };
    return person;
}

static enum vt_role role_of(struct vt_str name)
{
    for (int role = 0; role < VT_ROLE_COUNT; role++)
        if (vt_str_eq(name, vt_str(vt_role_name((enum vt_role)role))))
            return (enum vt_role)role;
    return VT_ROLE_GUEST; /* the least */
}

int vt_people_load(struct vt_conversation *conv, const struct vt_store_mark *marks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct vt_person *person = append(conv);
        if (!person)
            return VT_ERR_NOMEM;
        vt_str_copy(person->who, sizeof(person->who), marks[i].who);
        vt_str_copy(person->person, sizeof(person->person), marks[i].person);
        vt_str_copy(person->name, sizeof(person->name), marks[i].name);
        person->role = role_of(marks[i].role);
        person->verified = person->role == VT_ROLE_CUSTOMER && vt_profile_is_verified(conv);
        person->read = marks[i].read;
        person->delivered = marks[i].delivered;
        person->called = marks[i].called;
    }
    return VT_OK;
}

static void save(struct vt_conversation *conv, const struct vt_person *person)
{
    struct vt_store_mark mark = { .who = vt_str(person->who),
                                  .person = vt_str(person->person),
                                  .role = vt_str(vt_role_name(person->role)),
                                  .name = vt_str(person->name),
                                  .read = person->read,
                                  .delivered = person->delivered,
                                  .called = person->called };
    /* Refused when the queue is full: the next change of the mark carries all of it. */
    vt_store_mark_put(conv->app->deps.store, vt_str(conv->site), vt_str(conv->conv), &mark);
}

static void name_handle(struct vt_conversation *conv, struct vt_person *person)
{
    unsigned same = 0;
    if (person->role == VT_ROLE_CUSTOMER) {
        vt_str_copy(person->who, sizeof(person->who), VT_STR("c"));
        return;
    }
    bool guest = person->role == VT_ROLE_GUEST;
    for (size_t i = 0; i < conv->people_n; i++)
        same += conv->people[i].role != VT_ROLE_CUSTOMER && (conv->people[i].role == VT_ROLE_GUEST) == guest;
    snprintf(person->who, sizeof(person->who), "%c%u", guest ? 'g' : 'a', same);
}

int vt_people_add(struct vt_conversation *conv, const struct vt_peer *peer, uint8_t *ret_index)
{
    bool one = peer->role == VT_ROLE_CUSTOMER; /* a conversation has one customer, whatever the socket */
    for (uint8_t i = 0; i < conv->people_n; i++) {
        struct vt_person *person = &conv->people[i];
        if (one ? person->role == VT_ROLE_CUSTOMER : strcmp(person->person, peer->person) == 0) {
            *ret_index = i;
            return VT_OK;
        }
    }
    struct vt_person *person = append(conv);
    if (!person)
        return VT_ERR_CAP_REACHED;
    person->role = peer->role;
    if (!one)
        vt_str_copy(person->person, sizeof(person->person), vt_str(peer->person));
    vt_str_copy(person->name, sizeof(person->name), vt_str(peer->name));
    name_handle(conv, person);
    save(conv, person);
    *ret_index = (uint8_t)(conv->people_n - 1);
    return VT_OK;
}

struct vt_person *vt_people_customer(struct vt_conversation *conv, struct vt_str name)
{
    struct vt_person *person = vt_people_find(conv, "c");
    if (person || (person = append(conv)) == NULL)
        return person;
    person->role = VT_ROLE_CUSTOMER;
    vt_str_copy(person->name, sizeof(person->name), name);
    name_handle(conv, person);
    save(conv, person);
    return person;
}

struct vt_person *vt_people_find(struct vt_conversation *conv, const char *who)
{
    for (size_t i = 0; i < conv->people_n; i++)
        if (strcmp(conv->people[i].who, who) == 0)
            return &conv->people[i];
    return NULL;
}

void vt_people_wire(const struct vt_person *person, struct vt_t_person *ret)
{
    *ret = (struct vt_t_person){
        .who = vt_str(person->who), .role = person->role, .name = vt_str(person->name), .at = person->at
    };
    ret->verified = person->verified;
    ret->has_verified = person->role == VT_ROLE_CUSTOMER;
}

/* The two the session stands and falls with. */
static bool is_of_pair(const struct vt_conversation *conv, const struct vt_person *person)
{
    return person->role == VT_ROLE_CUSTOMER ||
           (conv->session.associate[0] && strcmp(person->person, conv->session.associate) == 0);
}

bool vt_people_counts(const struct vt_conversation *conv, const struct vt_person *person)
{
    return is_of_pair(conv, person) || person->role == VT_ROLE_GUEST || person->called;
}

static uint8_t seen_by(const struct vt_conversation *conv, const struct vt_person *person)
{
    return vt_people_counts(conv, person) ? 0 : 1 << VT_AUDIENCE_STAFF;
}

static void tell_person(struct vt_conversation *conv, const struct vt_person *person, enum vt_at at,
                        uint8_t audience)
{
    struct vt_t_person d;
    vt_people_wire(person, &d);
    d.at = at;
    vt_fanout_latest(conv, &(struct vt_event){ .op = VT_OP_PRESENCE_PERSON,
                                               .d = &d,
                                               .audience = audience,
                                               .subject = (uint32_t)(person - conv->people) });
}

static void tell(struct vt_conversation *conv, struct vt_person *person, enum vt_at at)
{
    if (person->at == at)
        return;
    person->at = at;
    tell_person(conv, person, at, seen_by(conv, person));
    if (person->role == VT_ROLE_CUSTOMER)
        vt_queue_row_changed(conv);
}

static bool is_here(const struct vt_conversation *conv, const struct vt_person *person)
{
    VT_LIST_EACH (member, (struct vt_list *)&conv->members, struct vt_member, of_conv)
        if (vt_member_person(member) == person && member->peer->phase != VT_PHASE_CLOSING)
            return true;
    return false;
}

void vt_people_here(struct vt_member *member)
{
    struct vt_conversation *conv = member->conv;
    struct vt_person *person = vt_member_person(member);
    person->left_ms = 0;
    if (person->role == VT_ROLE_CUSTOMER)
        conv->session.away_until_ms = 0;
    else if (vt_people_counts(conv, person))
        person->at = VT_AT_GONE; /* who looked in before is new to the customer */
    tell(conv, person, VT_AT_HERE);
    vt_rights_note(member);
    if (vt_peer_is_staff(member->peer))
        vt_attention_tell(member);
    if (person->role == VT_ROLE_CUSTOMER)
        vt_notice_again(conv);
    if (person->role == VT_ROLE_CUSTOMER && conv->session.state == VT_STATE_AWAY)
        vt_session_set(conv, VT_STATE_LIVE, "back");
    if (person->role == VT_ROLE_CUSTOMER)
        vt_guide_wake(conv);
}

void vt_people_rename(struct vt_conversation *conv, struct vt_person *person, struct vt_str name,
                      bool verified)
{
    if ((name.len == 0 || vt_str_eq(vt_str(person->name), name)) && person->verified == verified)
        return;
    if (name.len > 0)
        vt_str_copy(person->name, sizeof(person->name), name);
    person->verified = verified;
    save(conv, person);
    tell_person(conv, person, person->at, seen_by(conv, person));
    vt_queue_row_changed(conv);
}

enum { OUTSIDE = 1 << VT_AUDIENCE_CUSTOMER | 1 << VT_AUDIENCE_GUEST };

/* Channels carry the name of who writes: those outside learn of them with the person, and lose them so. */
static void show(struct vt_conversation *conv, struct vt_person *person, bool shown)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (vt_member_person(member) == person)
            vt_chans_shown(member, shown);
    tell_person(conv, person, shown ? person->at : VT_AT_GONE, OUTSIDE);
}

void vt_people_call(struct vt_member *member, bool called)
{
    struct vt_person *person = vt_member_person(member);
    if (person->called == called)
        return;
    person->called = called;
    save(member->conv, person);
    if (!is_of_pair(member->conv, person))
        show(member->conv, person, called);
}

static void uncall(struct vt_conversation *conv, struct vt_person *person)
{
    if (!person->called)
        return;
    person->called = false;
    save(conv, person);
}

void vt_guests_out(struct vt_conversation *conv)
{
    for (size_t i = 0; i < conv->people_n; i++)
        uncall(conv, &conv->people[i]);
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->peer->role == VT_ROLE_GUEST)
            vt_peer_close(member->peer, VT_CLOSE_ENDED, "the session has ended");
}

void vt_people_paired(struct vt_conversation *conv, const char *former)
{
    for (size_t i = 0; i < conv->people_n; i++) {
        struct vt_person *person = &conv->people[i];
        if (strcmp(person->person, conv->session.associate) == 0 && !person->called)
            show(conv, person, true);
        else if (former[0] && strcmp(person->person, former) == 0 && !vt_people_counts(conv, person))
            show(conv, person, false);
    }
}

/* A view driven by nobody who is here would show a driver for ever. */
static void drop_wheel(struct vt_conversation *conv, const struct vt_person *person)
{
    if (!conv->view || !vt_view_leave(conv->view, person->who))
        return;
    struct vt_evt_view_drive d = { .seq = vt_view_seq(conv->view), .driver = VT_STR("") };
    vt_fanout_control(conv, &(struct vt_event){ .op = VT_OP_VIEW_DRIVE, .d = &d }, NULL);
}

void vt_people_left(struct vt_conversation *conv, struct vt_person *person)
{
    if (is_here(conv, person) || person->at != VT_AT_HERE)
        return;
    person->left_ms = vt_now_ms();
    bool runs = vt_session_runs(&conv->session) && vt_people_counts(conv, person);
    tell(conv, person, runs ? VT_AT_CHANGING : VT_AT_GONE);
    if (!runs)
        drop_wheel(conv, person);
}

/* The thread and the session name people; a mark that could not be stored must not leave them without a hold.
 */
static int ensure(struct vt_conversation *conv, enum vt_role role, const char *id)
{
    for (size_t i = 0; i < conv->people_n; i++)
        if (role == VT_ROLE_CUSTOMER ? conv->people[i].role == role : strcmp(conv->people[i].person, id) == 0)
            return VT_OK;
    struct vt_person *person = append(conv);
    if (!person)
        return VT_ERR_OVERLOADED;
    person->role = role;
    vt_str_copy(person->person, sizeof(person->person), vt_str(id));
    vt_str_copy(person->name, sizeof(person->name),
                role == VT_ROLE_CUSTOMER ? VT_STR("Visitor") : VT_STR(""));
    name_handle(conv, person);
    return VT_OK;
}

void vt_people_restored(struct vt_conversation *conv)
{
    int err = ensure(conv, VT_ROLE_CUSTOMER, "");
    if (!err && conv->session.associate[0])
        err = ensure(conv, VT_ROLE_ASSOCIATE, conv->session.associate);
    if (err)
        vt_log(VT_LOG_ERROR, "people.restore", VT_LOG_T("conv", conv->conv),
               VT_LOG_T("err", vt_err_name(err)));
    for (size_t i = 0; i < conv->people_n; i++) {
        if (!is_of_pair(conv, &conv->people[i]))
            drop_wheel(conv, &conv->people[i]);
        if (!is_of_pair(conv, &conv->people[i]) && !conv->people[i].called)
            continue;
        conv->people[i].left_ms = vt_now_ms();
        conv->people[i].at = VT_AT_CHANGING;
    }
}

/* The hold is over: a customer who left ends the session, an associate who left gives it back. */
static void give_up(struct vt_conversation *conv, struct vt_person *person, const char *why)
{
    tell(conv, person, VT_AT_GONE);
    person->left_ms = 0;
    uncall(conv, person);
    drop_wheel(conv, person);
    if (!vt_session_runs(&conv->session) || !is_of_pair(conv, person))
        return; /* it was another session, or another associate has taken it over */
    if (person->role == VT_ROLE_CUSTOMER) {
        vt_queue_leave(conv);
        vt_session_set(conv, VT_STATE_ENDED, why);
    } else if (vt_session_set(conv, VT_STATE_WAITING, "associate-left") == VT_OK) {
        vt_queue_enter(conv, NULL, NULL);
    }
    vt_session_save(conv, NULL, NULL);
}

void vt_people_goodbye(struct vt_conversation *conv, struct vt_person *person)
{
    give_up(conv, person, "left");
}

static int64_t hold_ms(const struct vt_conversation *conv, const struct vt_person *person)
{
    int64_t hold = conv->app->deps.config->away_hold;
    if (person->role == VT_ROLE_CUSTOMER && conv->session.away_until_ms > person->left_ms + hold)
        return conv->session.away_until_ms - person->left_ms;
    return hold;
}

void vt_people_sweep(struct vt_conversation *conv, int64_t now_ms)
{
    for (size_t i = 0; i < conv->people_n; i++) {
        struct vt_person *person = &conv->people[i];
        if (person->left_ms == 0 || person->at == VT_AT_HERE || person->at == VT_AT_GONE)
            continue;
        int64_t gone_ms = now_ms - person->left_ms;
        if (gone_ms >= hold_ms(conv, person)) {
            give_up(conv, person, "left");
        } else if (gone_ms >= VT_CHANGING_MS && person->at == VT_AT_CHANGING) {
            tell(conv, person, VT_AT_AWAY);
            if (person->role == VT_ROLE_CUSTOMER && conv->session.state == VT_STATE_LIVE)
                vt_session_set(conv, VT_STATE_AWAY, "line");
        }
    }
}

static void tell_read(struct vt_member *member, const struct vt_evt_chat_read *d)
{
    struct vt_conversation *conv = member->conv;
    vt_fanout_latest(conv,
                     &(struct vt_event){ .op = VT_OP_CHAT_READ,
                                         .by = vt_member_who(member),
                                         .d = d,
                                         .audience = seen_by(conv, vt_member_person(member)),
                                         .subject = (uint32_t)(member->person << 1 | (d->has_read ? 1 : 0)),
                                         .except = member });
    save(conv, vt_member_person(member));
}

void vt_people_read(struct vt_member *member, uint32_t cs)
{
    struct vt_person *person = vt_member_person(member);
    if (cs > member->conv->cs)
        cs = member->conv->cs;
    if (cs <= person->read)
        return;
    person->read = cs;
    if (person->delivered < cs)
        person->delivered = cs;
    tell_read(member,
              &(struct vt_evt_chat_read){
                  .read = cs, .has_read = true, .delivered = person->delivered, .has_delivered = true });
    if (person->role != VT_ROLE_CUSTOMER && cs == member->conv->cs && member->conv->unread_staff > 0) {
        member->conv->unread_staff = 0;
        vt_queue_row_changed(member->conv);
    }
}

void vt_people_delivered(struct vt_member *member, uint32_t cs)
{
    struct vt_person *person = vt_member_person(member);
    if (cs > member->conv->cs)
        cs = member->conv->cs;
    if (cs <= person->delivered)
        return;
    person->delivered = cs;
    tell_read(member, &(struct vt_evt_chat_read){ .delivered = cs, .has_delivered = true });
}
