/* SPDX-License-Identifier: Apache-2.0 */
#include "server/auth/ticket.h"

#include <stdlib.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/list.h"
#include "server/base/map.h"

struct entry {
    struct vt_list link; /* in vt_tickets.by_age */
    char hash[VT_SHA256_TEXT];
    struct vt_ticket ticket;
};

/* Found by the hash, so a lookup's time says nothing about how much of a guess was right. */
struct vt_tickets {
    struct vt_map by_hash; /* hash -> entry, owned */
    struct vt_list by_age; /* list of entry.link, oldest first: all live equally long */
};

struct vt_tickets *vt_tickets_create(void)
{
    struct vt_tickets *tickets = calloc(1, sizeof(*tickets));
    if (!tickets)
        return NULL;
    vt_map_init(&tickets->by_hash);
    vt_list_init(&tickets->by_age);
    return tickets;
}

static void drop(struct vt_tickets *tickets, struct entry *entry)
{
    vt_map_remove(&tickets->by_hash, vt_str(entry->hash));
    vt_list_remove(&entry->link);
    vt_secret_wipe(entry, sizeof(*entry));
    free(entry);
}

void vt_tickets_destroy(struct vt_tickets *tickets)
{
    if (!tickets)
        return;
    VT_LIST_EACH (entry, &tickets->by_age, struct entry, link)
        drop(tickets, entry);
    vt_map_finish(&tickets->by_hash);
    free(tickets);
}

static void sweep(struct vt_tickets *tickets, int64_t now)
{
    VT_LIST_EACH (entry, &tickets->by_age, struct entry, link) {
        if (entry->ticket.expires_ms > now)
            return;
        drop(tickets, entry);
    }
}

/* One person must not use up what all share. */
static bool has_too_many(const struct vt_tickets *tickets, struct vt_str person)
{
    size_t n = 0;
    VT_LIST_EACH (entry, (struct vt_list *)&tickets->by_age, struct entry, link)
        n += vt_str_eq(vt_str(entry->ticket.person), person);
    return n >= VT_TICKETS_PERSON;
}

int vt_tickets_issue(struct vt_tickets *tickets, const struct vt_ticket *ticket, char ret_text[VT_ID_TEXT])
{
    int64_t now = vt_now_ms();
    sweep(tickets, now);
    if (tickets->by_hash.count >= VT_TICKETS_MAX || has_too_many(tickets, vt_str(ticket->person)))
        return VT_ERR_FULL;
    struct entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return VT_ERR_NOMEM;
    char text[VT_ID_TEXT];
    vt_id_new(text);
    vt_list_init(&entry->link);
    entry->ticket = *ticket;
    entry->ticket.expires_ms = now + VT_TICKET_LIFE_MS;
    int err = vt_sha256_hex(vt_str(text), entry->hash);
    if (!err)
        err = vt_map_set(&tickets->by_hash, vt_str(entry->hash), entry);
    if (err) {
        free(entry);
        return err;
    }
    vt_list_append(&tickets->by_age, &entry->link);
    memcpy(ret_text, text, sizeof(text));
    return VT_OK;
}

int vt_tickets_take(struct vt_tickets *tickets, struct vt_str text, struct vt_str origin,
                    struct vt_ticket *ret_ticket)
{
    char hash[VT_SHA256_TEXT];
    sweep(tickets, vt_now_ms());
    if (!text.ptr || vt_sha256_hex(text, hash) != VT_OK)
        return VT_ERR_MISSING;
    struct entry *entry = vt_map_get(&tickets->by_hash, vt_str(hash));
    if (!entry)
        return VT_ERR_MISSING;
    struct vt_ticket ticket = entry->ticket;
    drop(tickets, entry);
    if (!origin.ptr || !vt_str_eq(vt_str(ticket.origin), origin))
        return VT_ERR_MISSING;
    *ret_ticket = ticket;
    return VT_OK;
}

void vt_tickets_drop_person(struct vt_tickets *tickets, struct vt_str person)
{
    VT_LIST_EACH (entry, &tickets->by_age, struct entry, link)
        if (vt_str_eq(vt_str(entry->ticket.person), person))
            drop(tickets, entry);
}
