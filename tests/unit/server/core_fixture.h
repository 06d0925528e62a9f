/* SPDX-License-Identifier: Apache-2.0 */
/* The whole server between the sockets and the disk, in this process: the real app, coord, bus, store and
 * loop. A browser is a conn without a library's socket: what it would be sent is taken from its peer's outbox
 * by the same `fill` and read back as frames. Include after cmocka. */
#ifndef VT_TESTS_CORE_FIXTURE_H
#define VT_TESTS_CORE_FIXTURE_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/app.h"
#include "server/base/err.h"
#include "server/conn_internal.h"
#include "server/conversation.h"
#include "server/log.h"
#include "server/peer.h"
#include "server/store/manage.h"
#include "tests/unit/server/store_place.h"

#define CORE_SHOP "https://shop.example"
#define CORE_OURS "https://ours.example"

struct core {
    char dir[64];
    struct vt_config config;
    struct vt_loop *loop;
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_tickets *tickets;
    struct vt_bus *bus;
    struct vt_coord *coord;
    struct vt_app *app;
    struct vt_net net; /* its list of dirty conns only */
    struct vt_conn_handler handler;
    int ready;
};

struct client {
    struct core *core;
    struct vt_conn *conn; /* owned; NULL before and after */
    struct vt_peer *peer; /* borrowed; NULL before and after */
    int code;             /* the close code; 0: open */
    uint32_t id;          /* of the last request */
    void (*text)(struct client *, const json_t *message);
    void (*binary)(struct client *, const uint8_t *bytes, size_t len);
    void *arg;
};

static inline void core_ready(void *arg)
{
    (*(int *)arg)++;
}

static inline void core_turn(struct core *core);

static inline void core_wait_ready(struct core *core, int n)
{
    int64_t until = vt_now_ms() + 60000;
    while (core->ready < n && vt_now_ms() < until) {
        core_turn(core);
        usleep(100);
    }
    assert_true(core->ready >= n);
}

static inline void core_open(struct core *core)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    core->ready = 0;
    core->loop = vt_loop_create();
    core->store = vt_store_open(
        core->loop, core->dir,
        &(struct vt_store_limits){ .address = store_place(core->dir), .queue_rows = 4096, .queue_ms = 60000 },
        &error);
    if (!core->store)
        fail_msg("%s", vt_buf_cstr(&error));
    core->sites = vt_sites_create(core->loop, core->store, NULL, "", CORE_OURS, core_ready, &core->ready);
    core->tickets = vt_tickets_create();
    core->bus = vt_bus_open_local(core->loop);
    core->coord = vt_coord_open_local(core->loop);
    core_wait_ready(core, 1);
    struct vt_app_deps deps = { .loop = core->loop,
                                .config = &core->config,
                                .store = core->store,
                                .sites = core->sites,
                                .tickets = core->tickets,
                                .bus = core->bus,
                                .coord = core->coord };
    core->app = vt_app_create(&deps, core_ready, &core->ready);
    vt_app_handler(core->app, &core->handler);
    core_wait_ready(core, 2);
}

static inline void core_init(struct core *core)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    char *no_args[] = { NULL };
    *core = (struct core){ .dir = "/tmp/vitrine-test-XXXXXX" };
    vt_list_init(&core->net.dirty);
    vt_log_init(VT_LOG_ERROR, false);
    assert_non_null(mkdtemp(core->dir));
    assert_int_equal(vt_config_load(&core->config, 0, no_args, NULL, &error), VT_OK);
    core->config.rate_act = core->config.rate_talk = core->config.chat_per_minute = 10000;
    core->config.capacity = 100;
    core->config.queue_capacity = 100000;
    core->config.queue_service = 60000;
    struct vt_manage *manage = vt_manage_open(core->dir, store_place(core->dir), &error);
    assert_non_null(manage);
    struct vt_store_site site = { .site = VT_STR("shop"),
                                  .key = VT_STR("pk_shop"),
                                  .name = VT_STR("Shop"),
                                  .origins = VT_STR(CORE_SHOP),
                                  .settings = VT_STR("{}") };
    assert_int_equal(vt_manage_site_add(manage, &site), VT_OK);
    vt_manage_close(manage);
}

/* In serve.c's order. */
static inline void core_close(struct core *core)
{
    vt_app_stop(core->app);
    vt_sites_close(core->sites);
    vt_loop_run_dry(core->loop);
    vt_store_close(core->store);
    vt_app_destroy(core->app);
    vt_sites_destroy(core->sites);
    vt_tickets_destroy(core->tickets);
    vt_bus_close(core->bus);
    vt_coord_close(core->coord);
    vt_loop_close_own(core->loop);
    vt_loop_run(core->loop);
    vt_loop_destroy(core->loop);
}

static inline void core_finish(struct core *core)
{
    char command[128];
    vt_config_finish(&core->config);
    snprintf(command, sizeof(command), "rm -rf '%s'", core->dir);
    assert_int_equal(system(command), 0);
}

/* --- clients ------------------------------------------------------------------------------------- */

static inline void client_open(struct client *client, struct core *core, const char *origin)
{
    client->core = core;
    client->code = 0;
    client->id = 0;
    client->conn = calloc(1, sizeof(*client->conn));
    client->conn->net = &core->net;
    client->conn->phase = VT_CONN_SOCKET;
    client->conn->origin = strdup(origin);
    client->conn->peer = client; /* the way from a dirty conn to whose it is */
    vt_list_init(&client->conn->dirty);
    client->peer = core->handler.opened(core->handler.owner, client->conn);
    assert_non_null(client->peer);
}

/* The line is lost, or the close frame was answered. */
static inline void client_drop(struct client *client)
{
    if (!client->conn)
        return;
    client->code = client->conn->closing ? client->conn->code : 1006;
    client->core->handler.closed(client->peer, client->code);
    vt_list_remove(&client->conn->dirty);
    free(client->conn->origin);
    free(client->conn);
    client->conn = NULL;
    client->peer = NULL;
}

static inline void client_send(struct client *client, const char *text)
{
    if (client->peer && !client->conn->closing)
        client->core->handler.text(client->peer, text, strlen(text));
}

/* A request with the next id; `cid` and `c` may be left out by NULL and 0. Returns the id. */
static inline uint32_t client_ask(struct client *client, const char *op, uint32_t c, const char *cid,
                                  const char *d)
{
    char text[8192], parts[128] = "";
    if (c)
        snprintf(parts, sizeof(parts), ",\"c\":%u", c);
    if (cid)
        snprintf(parts + strlen(parts), sizeof(parts) - strlen(parts), ",\"cid\":\"%s\"", cid);
    snprintf(text, sizeof(text), "{\"op\":\"%s\",\"id\":%u%s,\"d\":%s}", op, ++client->id, parts, d);
    client_send(client, text);
    return client->id;
}

static inline void client_cid(char ret[37])
{
    static unsigned n;
    snprintf(ret, 37, "00000000-0000-4000-8000-%012u", ++n);
}

static inline void client_read(struct client *client, const uint8_t *at, size_t len)
{
    while (len > 0) {
        size_t payload = at[1], head = payload == 126 ? 4 : payload == 127 ? 10 : 2;
        if (head > 2)
            payload = 0;
        for (size_t i = 2; i < head; i++)
            payload = payload << 8 | at[i];
        assert_true(head + payload <= len);
        if ((at[0] & 15) == VT_WS_TEXT) {
            json_error_t error;
            json_t *message = json_loadb((const char *)at + head, payload, 0, &error);
            if (!message)
                fail_msg("not JSON: %.*s", (int)payload, (const char *)at + head);
            if (client->text)
                client->text(client, message);
            json_decref(message);
        } else if (client->binary) {
            client->binary(client, at + head, payload);
        }
        at += head + payload;
        len -= head + payload;
    }
}

static inline void client_take(struct client *client)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf out = VT_BUF_INIT(64 * 1024 * 1024);
    client->core->handler.fill(client->peer, &out);
    assert_false(out.failed);
    if (out.len > 0)
        client_read(client, (const uint8_t *)out.data, out.len);
    if (client->conn->closing)
        client_drop(client);
}

/* One turn of the loop, and then everyone gets what is due. */
static inline void core_turn(struct core *core)
{
    uv_run(vt_loop_uv(core->loop), UV_RUN_NOWAIT);
    while (!vt_list_is_empty(&core->net.dirty)) {
        struct vt_conn *conn = VT_CONTAINER_OF(core->net.dirty.next, struct vt_conn, dirty);
        vt_list_remove(&conn->dirty);
        client_take(conn->peer);
    }
}

/* Until `done(arg)`, 10 s at most. */
static inline void core_until(struct core *core, bool (*done)(void *), void *arg, const char *what)
{
    int64_t until = vt_now_ms() + 60000;
    while (!done(arg)) {
        core_turn(core);
        if (vt_now_ms() > until)
            fail_msg("not in 10 s: %s", what);
        usleep(50);
    }
}

/* A ticket's hello of one of the shop's people. */
static inline void client_hello_staff(struct client *client, const char *person, const char *resume)
{
    char text[4096], secret[VT_ID_TEXT];
    struct vt_ticket ticket = {
        .site = "shop", .role = "associate", .origin = CORE_OURS, .expires_ms = vt_now_ms() + 60000
    };
    snprintf(ticket.person, sizeof(ticket.person), "%s", person);
    snprintf(ticket.name, sizeof(ticket.name), "Name of %s", person);
    assert_int_equal(vt_tickets_issue(client->core->tickets, &ticket, secret), VT_OK);
    snprintf(text, sizeof(text),
             "{\"site\":\"pk_shop\",\"role\":\"associate\",\"caps\":[\"bin1\"],\"token\":\"%s\"%s%s}", secret,
             resume ? ",\"resume\":" : "", resume ? resume : "");
    client_ask(client, "hello", 0, NULL, text);
}

static inline void client_hello_customer(struct client *client, const char *resume)
{
    char text[1024];
    snprintf(text, sizeof(text), "{\"site\":\"pk_shop\",\"role\":\"customer\",\"caps\":[\"bin1\"]%s%s}",
             resume ? ",\"resume\":" : "", resume ? resume : "");
    client_ask(client, "hello", 0, NULL, text);
}

#endif
