/* SPDX-License-Identifier: Apache-2.0 */
/* How a client gets to where it may point.
 *
 * Vitrine: staff ask for a ticket with their cookie, both sides say hello, the customer joins the
 * queue, the associate's window takes the claim, the customer opens a view; a further viewer opens
 * the conversation. The relays: the group's number. One request of a client is open at a time. */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JOINS_AT_ONCE = 48, OPEN_SECONDS = 90, ACK_EVERY = 16 };

/* --- reading what a server of ours writes ------------------------------------------------------------ */

/* The value behind "name": in JSON without spaces; NULL when absent. */
static const char *field(const char *json, const char *name)
{
    char key[40];
    snprintf(key, sizeof(key), "\"%s\":", name);
    const char *at = strstr(json, key);
    return at ? at + strlen(key) : NULL;
}

static void field_text(const char *json, const char *name, char *ret, size_t cap)
{
    const char *at = field(json, name);
    if (at && *at == '"')
        snprintf(ret, cap, "%.*s", (int)strcspn(at + 1, "\""), at + 1);
}

static uint64_t field_number(const char *json, const char *name)
{
    const char *at = field(json, name);
    return at ? strtoull(at, NULL, 10) : 0;
}

static bool field_is(const char *json, const char *name, const char *value)
{
    const char *at = field(json, name);
    return at && *at == '"' && strncmp(at + 1, value, strlen(value)) == 0 && at[1 + strlen(value)] == '"';
}

/* --- asking ------------------------------------------------------------------------------------------ */

static void ask(struct client *client, enum ask what, const char *op, const char *d)
{
    char head[160];
    int n = snprintf(head, sizeof(head), "{\"op\":\"%s\",\"id\":%u", op, ++client->id);
    if (client->c && what != ASK_CLAIM)
        n += snprintf(head + n, sizeof(head) - (size_t)n, ",\"c\":%u", client->c);
    if (what != ASK_HELLO) /* a UUID of version 4 in form; random is what it has to be */
        n += snprintf(head + n, sizeof(head) - (size_t)n, ",\"cid\":\"%08x-%04x-4%03x-a%03x-%08x%04x\"",
                      random_u32(), random_u32() & 0xffff, random_u32() & 0xfff, random_u32() & 0xfff,
                      random_u32(), random_u32() & 0xffff);
    client->asked = what;
    client_send_text(client, "%s,\"d\":%s}", head, d);
}

static void ready(struct client *client)
{
    if (client->phase == PHASE_READY)
        return;
    client->phase = PHASE_READY;
    load.pending--;
}

/* Staff window and customer may be in either order: whoever comes last claims. */
static void claim_if_both(struct pair *pair)
{
    char d[160];
    if (!pair->conv[0] || pair->staff->phase != PHASE_JOINING || !pair->staff->open_done)
        return;
    snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", pair->conv);
    ask(pair->staff, ASK_CLAIM, "claim.take", d);
}

static void after_hello(struct client *client, const char *reply)
{
    char d[160];
    switch (client->role) {
    case ROLE_CUSTOMER:
        field_text(reply, "conv", client->conv, sizeof(client->conv));
        ask(client, ASK_QUEUE, "queue.join", "{\"lang\":\"en\"}");
        break;
    case ROLE_STAFF:
        client->open_done = true;
        claim_if_both(client->pair);
        break;
    case ROLE_VIEWER:
        snprintf(d, sizeof(d), "{\"conv\":\"%s\"}", client->pair->conv);
        ask(client, ASK_OPEN, "conv.open", d);
        break;
    case ROLE_IDLE:
        ready(client);
        break;
    }
}

static void take_reply(struct client *client, const char *reply)
{
    enum ask asked = client->asked;
    client->asked = ASK_NONE;
    switch (asked) {
    case ASK_HELLO:
        after_hello(client, reply);
        break;
    case ASK_QUEUE:
        memcpy(client->pair->conv, client->conv, sizeof(client->conv));
        claim_if_both(client->pair);
        break;
    case ASK_CLAIM:
    case ASK_OPEN:
        client->c = (uint32_t)field_number(reply, "c");
        client->cs = field_number(reply, "cs"); /* of conv.open */
        if (asked == ASK_CLAIM)
            ask(client->pair->customer, ASK_VIEW, "view.open",
                "{\"items\":[{\"sku\":\"VT-1\",\"media\":\"m1\",\"title\":\"Halo\"}],\"active\":1,\"mode\":"
                "\"image\"}");
        break;
    case ASK_VIEW:
        client->open_done = true;
        break;
    default:
        run_replied(client, asked);
    }
}

/* --- what else comes ----------------------------------------------------------------------------------- */

/* Without acks the server would have to keep what it sent, and at 256 events it stops. */
static void count_event(struct client *client, char *line)
{
    char *body = strstr(line, "\"d\":"), at = 0;
    if (body) {
        at = *body;
        *body = '\0'; /* numbers of the envelope only */
    }
    uint64_t s = field_number(line, "s"), cs = field_number(line, "cs");
    if (body)
        *body = at;
    if (!s && !cs)
        return;
    client->s = s ? s : client->s;
    client->cs = cs ? cs : client->cs;
    if (++client->unacked < ACK_EVERY)
        return;
    client->unacked = 0;
    if (client->c)
        client_send_text(client, "{\"op\":\"ack\",\"d\":{\"at\":[{\"c\":%u,\"s\":%llu,\"cs\":%llu}]}}",
                         client->c, (unsigned long long)client->s, (unsigned long long)client->cs);
    else
        client_send_text(client, "{\"op\":\"ack\",\"d\":{\"at\":[{\"s\":%llu,\"cs\":%llu}]}}",
                         (unsigned long long)client->s, (unsigned long long)client->cs);
}

static void take_event(struct client *client, char *line)
{
    if (field_is(line, "op", "chan.open") && field_is(line, "k", "ptr") && field_is(line, "by", "me"))
        client->chan = (uint16_t)field_number(line, "n");
    else if (field_is(line, "op", "hb"))
        run_replied(client, ASK_BEAT);
    count_event(client, line);
}

static void take_line(struct client *client, char *line)
{
    if (strncmp(line, "{\"id\":", 6) == 0) {
        if (strstr(line, "\"ok\":true")) {
            count_event(client, line);
            take_reply(client, line);
        } else {
            load.errors++;
            snprintf(load.failure, sizeof(load.failure), "asked %d: %.150s", client->asked, line);
            client_close(client);
        }
    } else {
        take_event(client, line);
    }
    bool staff_done = client->c && client->chan, customer_done = client->open_done && client->chan;
    if (client->phase == PHASE_JOINING && client->role != ROLE_IDLE &&
        (client->role == ROLE_CUSTOMER ? customer_done : staff_done))
        ready(client);
}

/* engine.io: 0 open, 2 ping, 3 pong, 4 message; socket.io in it: 0 connected, 2 event, 5 binary event. */
static void take_socketio(struct client *client, const char *text)
{
    if (text[0] == '0') {
        client_send_frame(client, 1, "40", 2);
    } else if (text[0] == '2') {
        client_send_frame(client, 1, "3", 1);
    } else if (text[0] == '4' && text[1] == '0') {
        client_send_text(client, "42[\"join\",%u]",
                         client->pair ? client->pair->number : 1000000 + random_u32() % 1000000);
        ready(client);
    }
}

void join_text(struct client *client, char *text, size_t len)
{
    (void)len; /* it has an end */
    if (load.kind == KIND_SOCKETIO) {
        take_socketio(client, text);
        return;
    }
    for (char *line = text, *next; line && *line && client->phase != PHASE_CLOSED; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        take_line(client, line);
    }
}

/* --- the first bytes ----------------------------------------------------------------------------------- */

static bool is_staff(const struct client *client)
{
    return client->role == ROLE_STAFF || client->role == ROLE_VIEWER;
}

static void ask_ticket(struct client *client)
{
    char request[768];
    int n = snprintf(
        request, sizeof(request),
        "POST /api/v1/tickets HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nOrigin: %s\r\nX-Vitrine-CSRF: 1\r\n"
        "Cookie: %s\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
        load.port, load.own, load.cookies[client->login % load.cookies_n]);
    client->phase = PHASE_TICKET;
    client_send(client, request, (size_t)n);
}

void join_begin(struct client *client)
{
    if (load.kind == KIND_VITRINE && is_staff(client))
        ask_ticket(client);
    else
        client_upgrade(client, load.origin);
}

static void say_hello(struct client *client)
{
    char d[320];
    if (is_staff(client))
        snprintf(d, sizeof(d),
                 "{\"site\":\"pk_bench\",\"role\":\"associate\",\"caps\":[\"bin1\"],\"lang\":\"en\","
                 "\"token\":\"%s\"}",
                 client->conv);
    else
        snprintf(d, sizeof(d),
                 "{\"site\":\"pk_bench\",\"role\":\"customer\",\"caps\":[\"bin1\"],\"lang\":\"en\"}");
    client->conv[0] = '\0';
    ask(client, ASK_HELLO, "hello", d);
}

static void say_group(struct client *client)
{
    uint32_t number = client->pair ? client->pair->number : 100000 + random_u32() % 900000;
    client_send_frame(client, 2, &number, sizeof(number));
    ready(client);
}

void join_answer(struct client *client, const char *head, size_t len)
{
    char text[2048];
    snprintf(text, sizeof(text), "%.*s", (int)len, head);
    if (client->phase == PHASE_TICKET && strncmp(text, "HTTP/1.1 200", 12) == 0) {
        field_text(text, "ticket", client->conv, sizeof(client->conv)); /* until hello */
        client_upgrade(client, load.own);
    } else if (client->phase == PHASE_UPGRADE && strncmp(text, "HTTP/1.1 101", 12) == 0) {
        client->phase = PHASE_JOINING;
        if (load.kind == KIND_VITRINE)
            say_hello(client);
        else if (load.kind == KIND_PLAIN)
            say_group(client);
    } else {
        load.errors++;
        snprintf(load.failure, sizeof(load.failure), "answered %.*s", (int)strcspn(text, "\r"), text);
        client_close(client);
    }
}

/* --- many of them -------------------------------------------------------------------------------------- */

static bool settle(uint32_t most_pending, int64_t until_ns)
{
    while (load.pending > most_pending && load.errors == 0 && now_ns() < until_ns)
        net_poll(10000000);
    if (load.pending > most_pending && load.errors == 0)
        snprintf(load.failure, sizeof(load.failure), "%u clients did not join in time", load.pending);
    return load.pending <= most_pending && load.errors == 0;
}

bool open_pairs(uint32_t n)
{
    int64_t until = now_ns() + OPEN_SECONDS * 1000000000LL;
    load.pairs = calloc(n, sizeof(*load.pairs));
    for (; load.pairs && load.pairs_n < n; load.pairs_n++) {
        struct pair *pair = &load.pairs[load.pairs_n];
        pair->number = load.pairs_n;
        pair->staff = client_open(ROLE_STAFF, pair, load.pairs_n / load.per_login);
        pair->customer = client_open(ROLE_CUSTOMER, pair, 0);
        if (!pair->staff || !pair->customer || !settle(JOINS_AT_ONCE, until))
            return false;
    }
    return load.pairs && settle(0, until);
}

/* Of other people than the one who holds the conversation: a person is one member. */
static struct client *start_viewer(struct pair *pair)
{
    unsigned login = pair->number / load.per_login + 1 + pair->viewers_n;
    struct client *viewer = pair->viewers_n < VIEWERS_MOST ? client_open(ROLE_VIEWER, pair, login) : NULL;
    if (viewer)
        pair->viewers[pair->viewers_n++] = viewer;
    return viewer;
}

struct client *open_viewer(struct pair *pair)
{
    struct client *viewer = start_viewer(pair);
    return viewer && settle(0, now_ns() + OPEN_SECONDS * 1000000000LL) ? viewer : NULL;
}

bool open_viewers(uint32_t pairs, unsigned each)
{
    int64_t until = now_ns() + OPEN_SECONDS * 1000000000LL;
    for (uint32_t i = 0; i < pairs && i < load.pairs_n; i++)
        while (load.pairs[i].viewers_n < each)
            if (!start_viewer(&load.pairs[i]) || !settle(JOINS_AT_ONCE, until))
                return false;
    return settle(0, until);
}

bool open_idle(uint32_t n)
{
    int64_t until = now_ns() + OPEN_SECONDS * 1000000000LL;
    struct client **idle = realloc(load.idle, (load.idle_n + n) * sizeof(*idle));
    if (!idle)
        return false;
    load.idle = idle;
    for (uint32_t i = 0; i < n; i++) {
        load.idle[load.idle_n] = client_open(ROLE_IDLE, NULL, 0);
        if (!load.idle[load.idle_n] || !settle(JOINS_AT_ONCE, until))
            return false;
        load.idle_n++;
    }
    return settle(0, until);
}
