/* SPDX-License-Identifier: Apache-2.0 */
/* One measured window: frames at the moments of a plan made before, answers counted, the server's
 * CPU time read at both ends. */
#include "load.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LATENCY_US_MOST = 200000, DRAIN_NS = 500000000, BURST_MOST = 64, CHAT_BYTES_MOST = 8000 };

struct histogram {
    uint32_t counts[LATENCY_US_MOST + 1];
    uint64_t n;
};

static struct histogram frames, lags, answers;

static struct {
    const struct run *run;
    uint64_t sent, expected, messages;
    uint64_t chats_acked;
    uint64_t chats_planned, chats_sent,
        chats_late; /* late: the one before had no answer yet, so none was sent */
    struct client *beating;
    uint64_t beats_sent, beats_back;
} now_running;

static void record(struct histogram *of, int64_t ns)
{
    int64_t us = ns < 0 ? 0 : ns / 1000;
    of->counts[us > LATENCY_US_MOST ? LATENCY_US_MOST : us]++;
    of->n++;
}

static double percentile(const struct histogram *of, double part)
{
    uint64_t wanted = (uint64_t)((double)of->n * part), seen = 0;
    for (uint32_t us = 0; us <= LATENCY_US_MOST; us++) {
        seen += of->counts[us];
        if (seen > wanted)
            return us / 1000.0;
    }
    return 0;
}

/* --- the server's side of the bill --------------------------------------------------------------------- */

static uint64_t thread_ns(int pid, const char *thread)
{
    char path[80];
    unsigned long long ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task/%.16s/schedstat", pid, thread);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    if (fscanf(file, "%llu", &ns) != 1)
        ns = 0;
    fclose(file);
    return ns;
}

static uint64_t cpu_ns(int pid)
{
    char path[40];
    uint64_t ns = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks && (entry = readdir(tasks));)
        if (entry->d_name[0] != '.')
            ns += thread_ns(pid, entry->d_name);
    if (tasks)
        closedir(tasks);
    return ns;
}

static uint64_t memory_kb(int pid)
{
    char path[40], line[128];
    unsigned long long kb = 0;
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "Pss: %llu kB", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

/* --- frames -------------------------------------------------------------------------------------------- */

static void put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

/* A PTR with a trail of six; protocol.md 5. The relays get the same bytes. */
static void make_frame(struct client *client, int64_t due_ns, uint8_t frame[FRAME_BYTES])
{
    uint32_t seq = ++client->seq;
    memset(frame, 0, FRAME_BYTES);
    frame[0] = 1;
    frame[1] = now_running.run->edge ? 16 : 0;
    frame[2] = (uint8_t)client->chan;
    frame[3] = (uint8_t)(client->chan >> 8);
    put32(frame + 4, seq);
    put32(frame + 8, (uint32_t)((due_ns - load.run_zero_ns) / 1000));
    frame[HEAD_BYTES] = 1;
    frame[HEAD_BYTES + 4] = (uint8_t)seq;
    frame[HEAD_BYTES + 5] = (uint8_t)(seq >> 8);
    frame[HEAD_BYTES + 6] = (uint8_t)(seq * 7);
    frame[HEAD_BYTES + 10] = 6;
    for (uint8_t i = 0; i < 6; i++) {
        uint8_t *point = frame + HEAD_BYTES + 12 + 4 * i;
        point[0] = 8;
        point[1] = (uint8_t)(i * 3);
        point[2] = (uint8_t)(seq + i);
    }
}

static void send_burst(struct client *client, int64_t due_ns)
{
    static const char event[] = "451-[\"m\",{\"_placeholder\":true,\"num\":0}]";
    uint8_t out[BURST_MOST * (FRAME_BYTES + 14 + sizeof(event) + 14)], frame[FRAME_BYTES];
    size_t len = 0;
    for (unsigned i = 0; i < now_running.run->burst && i < BURST_MOST; i++) {
        make_frame(client, due_ns, frame);
        if (load.kind == KIND_SOCKETIO)
            len += frame_put(out + len, 1, event, sizeof(event) - 1);
        len += frame_put(out + len, 2, frame, FRAME_BYTES);
    }
    client_send(client, out, len);
    now_running.sent += now_running.run->burst;
}

void run_frame(struct client *client, const uint8_t *payload, size_t len)
{
    if (len != FRAME_BYTES || !now_running.run)
        return;
    uint32_t due_us = (uint32_t)payload[8] | (uint32_t)payload[9] << 8 | (uint32_t)payload[10] << 16 |
                      (uint32_t)payload[11] << 24;
    load.delivered++;
    record(&frames, now_ns() - load.run_zero_ns - due_us * 1000LL);
    (void)client;
}

static void send_due(uint64_t message, int64_t due_ns)
{
    const struct run *run = now_running.run;
    struct pair *pair = &load.pairs[message % run->pairs];
    bool back = !run->one_way && (message / run->pairs & 1);
    struct client *client = back ? pair->staff : pair->customer;
    unsigned readers = pair->viewers_n;
    struct client *other = back ? pair->customer : pair->staff;
    if (client->phase != PHASE_READY)
        return;
    if (other->phase == PHASE_READY && !other->stalled)
        readers++;
    record(&lags, now_ns() - due_ns);
    send_burst(client, due_ns);
    now_running.expected += (uint64_t)readers * run->burst;
}

/* --- beside the frames: chat and beats ---------------------------------------------------------------------
 */

static void send_chat(struct client *client, int64_t due_ns)
{
    static char text[CHAT_BYTES_MOST + 1];
    size_t bytes = now_running.run->chat_bytes < CHAT_BYTES_MOST ? now_running.run->chat_bytes
                                                                 : CHAT_BYTES_MOST;
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    client->asked = ASK_CHAT;
    client->asked_ns = due_ns;
    now_running.chats_sent++;
    client_send_text(client,
                     "{\"op\":\"chat.send\",\"id\":%u,\"cid\":\"%08x-0000-4000-a000-%08x%04x\","
                     "\"d\":{\"kind\":\"text\",\"body\":{\"text\":\"%s\"}}}",
                     ++client->id, random_u32(), random_u32(), random_u32() & 0xffff, text);
}

static void send_beat(void)
{
    now_running.beating->asked_ns = now_ns();
    now_running.beats_sent++;
    client_send_text(now_running.beating, "{\"op\":\"hb\",\"d\":{\"t\":1}}");
}

void run_replied(struct client *client, enum ask asked)
{
    if (!now_running.run)
        return;
    if (asked == ASK_BEAT && client == now_running.beating)
        now_running.beats_back++;
    else if (asked == ASK_CHAT)
        now_running.chats_acked++;
    else
        return;
    record(&answers, now_ns() - client->asked_ns);
    if (asked == ASK_CHAT && now_running.chats_acked < now_running.run->chats)
        send_chat(client, now_ns());
}

/* --- the window --------------------------------------------------------------------------------------------
 */

static void beat_if_due(int64_t zero_ns)
{
    unsigned beats = now_running.run->beats;
    int64_t due = beats ? zero_ns + (int64_t)now_running.beats_sent * 1000000000LL / beats : 0;
    if (beats && now_ns() >= due && now_running.beats_back == now_running.beats_sent)
        send_beat();
}

/* The pairs one after the other. */
static void chat_if_due(int64_t zero_ns)
{
    const struct run *run = now_running.run;
    double per_second = run->chat_hz * run->pairs;
    while (per_second > 0 && (double)now_running.chats_planned < run->seconds * per_second) {
        int64_t due = zero_ns + (int64_t)((double)now_running.chats_planned * 1e9 / per_second);
        if (now_ns() < due)
            return;
        struct client *client = load.pairs[now_running.chats_planned++ % run->pairs].customer;
        if (client->phase != PHASE_READY || client->asked != ASK_NONE)
            now_running.chats_late++;
        else
            send_chat(client, due);
    }
}

/* The next moment of the plan, or soon enough for what runs beside it. */
static int64_t wait_for(int64_t due_ns)
{
    int64_t wait = due_ns - now_ns();
    int64_t most = now_running.run->beats || now_running.run->chat_hz > 0 ? 200000 : 5000000;
    return wait < 0 ? 0 : wait > most ? most : wait;
}

static void keep_to_plan(void)
{
    const struct run *run = now_running.run;
    double per_second = run->hz * run->pairs;
    uint64_t messages = (uint64_t)(run->seconds * per_second), message = 0;
    int64_t zero = load.run_zero_ns, end = zero + (int64_t)(run->seconds * 1e9), due = end;
    for (;;) {
        for (int i = 0; i < 64; i++, message++) {
            due = message < messages ? zero + (int64_t)((double)message * 1e9 / per_second) : end;
            if (message >= messages || now_ns() < due)
                break;
            send_due(message, due);
        }
        beat_if_due(zero);
        chat_if_due(zero);
        if (message >= messages && now_ns() >= end)
            break;
        net_poll(wait_for(due));
    }
    now_running.messages = message;
}

static void drain(void)
{
    int64_t until = now_ns() + DRAIN_NS;
    bool chatting = now_running.chats_sent > 0;
    uint64_t chats = now_running.run->chats > 0 ? now_running.run->chats : now_running.chats_sent;
    while (now_ns() < until && (load.delivered < now_running.expected || chatting)) {
        net_poll(1000000);
        if (chatting && now_running.chats_acked < chats && now_ns() < until + 20000000000LL)
            until = now_ns() + DRAIN_NS;
        else
            chatting = false;
    }
}

static void report(uint64_t server_ns, uint64_t self_ns, double seconds)
{
    printf("{\"ok\":true,\"seconds\":%.3f,\"sent\":%llu,\"expected\":%llu,\"delivered\":%llu,\"cpu_ns\":%llu,"
           "\"generator_ns\":%llu,\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"lag_p99\":%.3f,\"answers\":%llu,"
           "\"answer_p50\":%.3f,\"answer_p99\":%.3f,\"chats_sent\":%llu,\"chats_late\":%llu,\"chats_acked\":%"
           "llu,\"closed\":%llu,\"errors\":%llu,"
           "\"texts\":%llu,\"memory_kb\":%llu}\n",
           seconds, (unsigned long long)now_running.sent, (unsigned long long)now_running.expected,
           (unsigned long long)load.delivered, (unsigned long long)server_ns, (unsigned long long)self_ns,
           percentile(&frames, 0.5), percentile(&frames, 0.99), percentile(&frames, 0.999),
           percentile(&lags, 0.99), (unsigned long long)answers.n, percentile(&answers, 0.5),
           percentile(&answers, 0.99), (unsigned long long)now_running.chats_sent,
           (unsigned long long)now_running.chats_late, (unsigned long long)now_running.chats_acked,
           (unsigned long long)load.closed, (unsigned long long)load.errors, (unsigned long long)load.texts,
           (unsigned long long)memory_kb(load.server_pid));
    fflush(stdout);
}

static uint64_t own_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000ULL + (uint64_t)used.tv_nsec;
}

void run_load(const struct run *run)
{
    memset(&frames, 0, sizeof(frames));
    memset(&lags, 0, sizeof(lags));
    memset(&answers, 0, sizeof(answers));
    memset(&now_running, 0, sizeof(now_running));
    load.delivered = load.texts = 0;
    now_running.run = run;
    if (run->beats)
        now_running.beating = load.idle_n ? load.idle[0] : load.pairs[0].customer;
    uint64_t cpu = cpu_ns(load.server_pid), self = own_ns();
    load.run_zero_ns = now_ns() + 1000000;
    if (run->chats)
        send_chat(load.pairs[run->chat_pair].customer, now_ns());
    keep_to_plan();
    drain();
    report(cpu_ns(load.server_pid) - cpu, own_ns() - self, (double)(now_ns() - load.run_zero_ns) / 1e9);
    now_running.run = NULL;
}
