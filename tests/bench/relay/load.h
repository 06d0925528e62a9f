/* SPDX-License-Identifier: Apache-2.0 */
/* The load generator: thousands of WebSocket clients in one thread.
 *
 * load.c reads commands, load_net.c carries bytes, load_join.c brings each client to where it may
 * point (the real handshakes of Vitrine, of a bare relay, of socket.io), load_run.c sends on a fixed
 * schedule and measures. A frame carries the time it was due, not the time it left, so a server that
 * stops for a moment is charged for all it held up. */
#ifndef LOAD_H
#define LOAD_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kind { KIND_VITRINE, KIND_PLAIN, KIND_SOCKETIO };
enum role { ROLE_CUSTOMER, ROLE_STAFF, ROLE_VIEWER, ROLE_IDLE };
enum phase { PHASE_TICKET, PHASE_UPGRADE, PHASE_JOINING, PHASE_READY, PHASE_CLOSED };
enum ask { ASK_NONE, ASK_HELLO, ASK_QUEUE, ASK_CLAIM, ASK_OPEN, ASK_VIEW, ASK_CHAT, ASK_BEAT };

enum { VIEWERS_MOST = 6, FRAME_BYTES = 48, HEAD_BYTES = 12 };

struct client {
    int fd;
    SSL *ssl; /* owned; NULL: plain */
    enum role role;
    enum phase phase;
    enum ask asked;
    struct pair *pair; /* NULL: idle */
    unsigned login;    /* whose cookie, for staff */
    uint8_t *in;       /* owned; an unfinished frame or answer */
    uint32_t in_len;
    uint8_t *out; /* owned; what the socket did not take */
    uint32_t out_len;
    uint16_t chan; /* its own pointer channel; 0: not open yet */
    bool stalled, open_done;
    uint32_t seq, id, c;
    int64_t asked_ns; /* when the open chat or beat was due */
    uint64_t s, cs;   /* last numbers seen, for acks */
    unsigned unacked;
    char conv[64];
};

struct pair {
    struct client *customer, *staff;
    struct client *viewers[VIEWERS_MOST];
    unsigned viewers_n;
    uint32_t number;
    char conv[64];
};

struct load {
    enum kind kind;
    const char *path, *origin;
    char own[64]; /* the server's own origin */
    int port, epoll_fd;
    int server_pid;
    SSL_CTX *tls;
    char **cookies; /* NULL-terminated */
    unsigned cookies_n, per_login, logins_used;
    struct pair *pairs;
    uint32_t pairs_n, pairs_cap;
    struct client **idle;
    uint32_t idle_n;
    uint32_t pending; /* clients between connect and ready */
    uint64_t closed, errors, texts, bytes_in;
    uint64_t delivered; /* frames that came in */
    int64_t run_zero_ns;
    char failure[200];
};

extern struct load load;

int64_t now_ns(void);
uint32_t random_u32(void);

/* load_net.c */
struct client *client_open(enum role role, struct pair *pair, unsigned login);
void client_close(struct client *client);
void client_send(struct client *client, const void *bytes, size_t len);
void client_upgrade(struct client *client, const char *origin);
/* One masked frame into `out` (len + 14 bytes at least); returns its length. */
size_t frame_put(uint8_t *out, uint8_t opcode, const void *payload, size_t len);
void client_send_frame(struct client *client, uint8_t opcode, const void *payload, size_t len);
void client_send_text(struct client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));
void client_stall(struct client *client, bool on);
/* Waits at most so long for bytes and takes in what came. */
void net_poll(int64_t timeout_ns);

/* load_join.c */
void join_begin(struct client *client);
void join_answer(struct client *client, const char *head, size_t len); /* an HTTP answer */
void join_text(struct client *client, char *text, size_t len);         /* may cut `text` */
/* Each waits for the end of it, at most 60 s. False: load.failure says why. */
bool open_pairs(uint32_t n);
bool open_viewers(uint32_t pairs, unsigned each);
bool open_idle(uint32_t n);
struct client *open_viewer(struct pair *pair); /* one more, ready; NULL: load.failure */

/* load_run.c */
struct run {
    double seconds, hz; /* hz: sends a second and pair, each of `burst` frames */
    unsigned burst;
    uint32_t pairs;
    bool edge, one_way;
    unsigned chats, chat_bytes, chat_pair; /* beside it: one after the other, as answers come */
    double chat_hz;                        /* each pair's customer, to the plan; not together with chats */
    unsigned beats;                        /* a second, from the first idle client (or customer) */
};
void run_load(const struct run *run);
void run_frame(struct client *client, const uint8_t *payload, size_t len);
void run_replied(struct client *client, enum ask ask);

#endif
