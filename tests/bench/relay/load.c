/* SPDX-License-Identifier: Apache-2.0 */
/* load KIND PORT PID [tls] [cookies...]: KIND is vitrine, plain or socketio; PID the server's.
 *
 * Commands come one a line on stdin, each is answered by one line of JSON; between them sockets are
 * served, so that heartbeats go on. Keys that are left out are 0.
 *   pairs n=        opens n pairs            viewers pairs= each=   adds viewers to the first pairs
 *   idle n=         opens n idle sockets     stall pair= on=        the staff side stops reading
 *   run seconds= hz= burst= pairs= edge= oneway= chats= chatbytes= chatpair= chathz= beats=
 *   number pair=    the last number of the thread, as a new viewer is told */
#include "load.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PER_LOGIN = 100, IDLE_POLL_NS = 20000000 };

struct load load;

static double key(const char *line, const char *name)
{
    char wanted[32];
    snprintf(wanted, sizeof(wanted), " %s=", name);
    const char *at = strstr(line, wanted);
    return at ? strtod(at + strlen(wanted), NULL) : 0;
}

static void answer(bool ok, int64_t since_ns)
{
    if (ok) {
        printf("{\"ok\":true,\"ms\":%.1f,\"closed\":%llu}\n", (double)(now_ns() - since_ns) / 1e6,
               (unsigned long long)load.closed);
    } else {
        for (char *p = load.failure; *p; p++)
            if (*p == '"' || *p == '\\' || (unsigned char)*p < 0x20)
                *p = '\'';
        printf("{\"ok\":false,\"why\":\"%s\"}\n", load.failure);
    }
    fflush(stdout);
}

static void command_run(const char *line)
{
    struct run run = { .seconds = key(line, "seconds"),
                       .hz = key(line, "hz"),
                       .burst = (unsigned)key(line, "burst"),
                       .pairs = (uint32_t)key(line, "pairs"),
                       .edge = key(line, "edge") > 0,
                       .one_way = key(line, "oneway") > 0,
                       .chats = (unsigned)key(line, "chats"),
                       .chat_bytes = (unsigned)key(line, "chatbytes"),
                       .chat_hz = key(line, "chathz"),
                       .chat_pair = (uint32_t)key(line, "chatpair"),
                       .beats = (unsigned)key(line, "beats") };
    if (run.burst == 0)
        run.burst = 1;
    if (run.pairs == 0 || run.pairs > load.pairs_n)
        run.pairs = load.pairs_n;
    if (run.pairs == 0)
        run.hz = 0;
    run_load(&run);
}

static void command_number(struct pair *pair)
{
    struct client *viewer = open_viewer(pair);
    if (viewer)
        printf("{\"ok\":true,\"cs\":%llu}\n", (unsigned long long)viewer->cs);
    else
        answer(false, 0);
    fflush(stdout);
}

static void command(const char *line)
{
    int64_t since = now_ns();
    if (strncmp(line, "pairs ", 6) == 0) {
        answer(open_pairs((uint32_t)key(line, "n")), since);
    } else if (strncmp(line, "viewers ", 8) == 0) {
        answer(open_viewers((uint32_t)key(line, "pairs"), (unsigned)key(line, "each")), since);
    } else if (strncmp(line, "idle ", 5) == 0) {
        answer(open_idle((uint32_t)key(line, "n")), since);
    } else if (strncmp(line, "stall ", 6) == 0) {
        client_stall(load.pairs[(uint32_t)key(line, "pair")].staff, key(line, "on") > 0);
        answer(true, since);
    } else if (strncmp(line, "run ", 4) == 0) {
        command_run(line);
    } else if (strncmp(line, "number", 6) == 0) {
        command_number(&load.pairs[(uint32_t)key(line, "pair")]);
    } else {
        snprintf(load.failure, sizeof(load.failure), "no such command: %.100s", line);
        answer(false, since);
    }
}

/* Commands and sockets in one loop; the end of stdin ends it. */
static void serve_commands(void)
{
    char line[512];
    size_t len = 0;
    for (;;) {
        struct pollfd in = { .fd = 0, .events = POLLIN };
        net_poll(IDLE_POLL_NS);
        if (poll(&in, 1, 0) <= 0)
            continue;
        ssize_t n = read(0, line + len, sizeof(line) - 1 - len);
        if (n <= 0)
            return;
        len += (size_t)n;
        line[len] = '\0';
        char *end = strchr(line, '\n');
        if (!end)
            continue;
        *end = '\0';
        len = 0;
        command(line);
    }
}

static void raise_files(void)
{
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        fprintf(stderr, "load vitrine|plain|socketio PORT PID [tls] [cookies...]\n");
        return 2;
    }
    bool tls = argc > 4 && strcmp(argv[4], "tls") == 0;
    load.kind = strcmp(argv[1], "vitrine") == 0    ? KIND_VITRINE
                : strcmp(argv[1], "socketio") == 0 ? KIND_SOCKETIO
                                                   : KIND_PLAIN;
    load.path = load.kind == KIND_VITRINE    ? "/v1/socket"
                : load.kind == KIND_SOCKETIO ? "/socket.io/?EIO=4&transport=websocket"
                                             : "/";
    load.origin = "https://shop.test";
    load.port = atoi(argv[2]);
    load.server_pid = atoi(argv[3]);
    load.cookies = argv + 4 + tls;
    load.cookies_n = (unsigned)(argc - 4 - tls);
    load.per_login = PER_LOGIN;
    load.tls = tls ? SSL_CTX_new(TLS_client_method()) : NULL;
    snprintf(load.own, sizeof(load.own), "%s://127.0.0.1:%d", tls ? "https" : "http", load.port);
    load.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    signal(SIGPIPE, SIG_IGN);
    raise_files();
    serve_commands();
    return 0;
}
