/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rights.h"

#include <stdio.h>

#include "protocol/codec/codec.h"
#include "server/ask.h"
#include "server/audit.h"
#include "server/base/err.h"
#include "server/log.h"
#include "server/people.h"
#include "server/practice.h"
#include "server/session.h"

enum { NOTE_AGAIN_MS = 3600 * 1000 };

bool vt_rights_queue(const char *queues, struct vt_str queue)
{
    if (!queues || !queues[0] || queue.len == 0)
        return true;
    for (const char *at = queues; *at; at += strspn(at, " ")) {
        size_t len = strcspn(at, " ");
        if (len == queue.len && memcmp(at, queue.ptr, len) == 0)
            return true;
        at += len;
    }
    return false;
}

static bool is_called(const struct vt_conversation *conv, const char *person)
{
    for (size_t i = 0; i < conv->people_n; i++)
        if (conv->people[i].called && strcmp(conv->people[i].person, person) == 0)
            return true;
    return false;
}

bool vt_rights_conv(const struct vt_conversation *conv, const struct vt_peer *peer)
{
    const char *practises = vt_practice_person(conv);
    if (practises && vt_peer_is_staff(peer))
        return strcmp(practises, peer->person) == 0;
    return !vt_peer_is_staff(peer) || vt_rights_queue(peer->queues, vt_str(conv->session.queue)) ||
           strcmp(conv->session.associate, peer->person) == 0 ||
           (!vt_session_runs(&conv->session) && strcmp(conv->known, peer->person) == 0) ||
           is_called(conv, peer->person) || (conv->ask && strcmp(conv->ask->person, peer->person) == 0);
}

/* So that the window says so, and does not wait for what comes no more. */
static void tell_gone(const struct vt_conversation *conv, struct vt_peer *peer)
{
    const struct vt_evt_conv_gone d = { .conv = vt_str(conv->conv) };
    const struct vt_event_head head = { 0 };
    vt_buf_reset(&conv->app->text);
    vt_encode_event(&conv->app->text, VT_OP_CONV_GONE, &head, &d);
    vt_peer_send_text(peer, VT_CLASS_LINK, 0);
}

void vt_rights_sweep(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv) {
        struct vt_peer *peer = member->peer;
        if (vt_rights_conv(conv, peer))
            continue;
        vt_conv_leave(member);
        tell_gone(conv, peer);
    }
}

void vt_rights_note(struct vt_member *member)
{
    const struct vt_conversation *conv = member->conv;
    struct vt_person *person = vt_member_person(member);
    const char *role = vt_role_name(member->peer->role);
    if (!vt_peer_is_staff(member->peer) || vt_practice_is(conv) || vt_people_counts(conv, person) ||
        strcmp(conv->known, person->person) == 0 || !conv->app->deps.audit ||
        (person->noted_ms > 0 && vt_now_ms() - person->noted_ms < NOTE_AGAIN_MS))
        return;
    char detail[64];
    snprintf(detail, sizeof(detail), "{\"role\":\"%s\"}", role);
    const struct vt_audit_record row = { .site = vt_str(conv->site),
                                         .actor = vt_str(person->person),
                                         .verb = VT_STR("conversation.opened"),
                                         .object = vt_str(conv->conv),
                                         .detail = vt_str(detail) };
    person->noted_ms = vt_now_ms();
    if (vt_audit_put(conv->app->deps.audit, &row, NULL, NULL) != VT_OK)
        vt_log(VT_LOG_ERROR, "audit.full", VT_LOG_T("verb", "conversation.opened"));
}
