/* SPDX-License-Identifier: Apache-2.0 */
/* Logins of staff: POST /api/v1/login, POST /api/v1/logout, GET /api/v1/me, POST /api/v1/tickets.
 *
 * A login is the cookie __Host-vt_login; a socket is opened with a ticket, never with the cookie.
 * What changes something needs our own Origin and the header X-Vitrine-CSRF: 1. Loop thread. */
#ifndef VT_API_LOGIN_H
#define VT_API_LOGIN_H

#include "server/audit.h"
#include "server/auth/seal.h"
#include "server/auth/ticket.h"
#include "server/config.h"
#include "server/http/http.h"
#include "server/loop.h"
#include "server/mail.h"
#include "server/site.h"
#include "server/store/accounts.h"

struct vt_api_login;
struct vt_api_login_deps { /* all borrowed, alive until vt_api_login_destroy */
    struct vt_net *net;
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_tickets *tickets;
    struct vt_audit *audit;
    const struct vt_seal *seal;
    struct vt_mailer *mailer; /* NULL: nobody is told by mail */
};

/* Makes the routes. NULL: no memory. */
struct vt_api_login *vt_api_login_mount(const struct vt_api_login_deps *deps);
/* Stops its timer; a password under check ends without an answer. The memory goes with vt_api_login_destroy,
 * once the loop has run dry and the store is closed. */
void vt_api_login_close(struct vt_api_login *login);
void vt_api_login_destroy(struct vt_api_login *login);

/* Called when a person's login ended: by logout, or because `vitrine admin` changed password or role
 * or disabled them, then within 5 s. Their sockets must go; whoever still has a good login comes back by a
 * new ticket. */
typedef void vt_api_login_end_fn(void *arg, struct vt_str person);
void vt_api_login_on_end(struct vt_api_login *login, vt_api_login_end_fn *fn, void *arg);

#endif
