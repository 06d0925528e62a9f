/* SPDX-License-Identifier: Apache-2.0 */
/* Tickets: the right to open one socket. 128 bits, one use, 60 s, bound to person, role, site and
 * Origin. In memory: a ticket that did not survive a restart is asked for again. */
#ifndef VT_AUTH_TICKET_H
#define VT_AUTH_TICKET_H

#include <stdint.h>

#include "server/base/ids.h"
#include "server/base/str.h"

enum { VT_QUEUES_TEXT = 520 };   /* of a person: eight ids of the longest */
enum { VT_LANGUAGES_TEXT = 64 }; /* of a person: sixteen of the longest */
enum { VT_TICKETS_MAX = 4096, VT_TICKETS_PERSON = 64, VT_TICKET_LIFE_MS = 60000 };

struct vt_tickets;
struct vt_ticket {
    char site[VT_ID_TEXT + 16], person[VT_ID_TEXT + 16], login[96], name[96], role[16], origin[256];
    char queues[VT_QUEUES_TEXT];       /* rights.h; "": all */
    char languages[VT_LANGUAGES_TEXT]; /* parted by spaces; "": nothing said */
    int64_t expires_ms;                /* vt_now_ms */
    int64_t login_expires_ms;          /* vt_steady_ms: the login behind it */
};

struct vt_tickets *vt_tickets_create(void);
void vt_tickets_destroy(struct vt_tickets *tickets);
/* VT_ERR_FULL when too many are outstanding, in all or of this person (expired ones are swept first). */
int vt_tickets_issue(struct vt_tickets *tickets, const struct vt_ticket *ticket, char ret_text[VT_ID_TEXT]);
/* Takes it out whatever the result; VT_ERR_MISSING: unknown, used, expired or of another Origin. */
int vt_tickets_take(struct vt_tickets *tickets, struct vt_str text, struct vt_str origin,
                    struct vt_ticket *ret_ticket);
/* A person's login ended: the tickets they hold end with it. */
void vt_tickets_drop_person(struct vt_tickets *tickets, struct vt_str person);

#endif
