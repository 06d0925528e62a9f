/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/redis.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/node/redis_internal.h"

enum {
    CHANNELS_MOST = 4,
    CHANNEL_TEXT = 128,
    CALLS_MOST = 256,
    LOOK_MS = 100,
    CONNECT_MS = 1000,
    ANSWER_MS = 1000,
    AGAIN_MS = 50,
    AGAIN_JITTER_MS = 100,
    DEFAULT_PORT = 6379
};

/* Waits for its answer; in vt_redis.calls, the oldest first. */
struct call {
    struct vt_list link;
    struct vt_redis *redis; /* NULL: it was closed meanwhile */
    vt_redis_reply_fn *fn;
    void *arg;
    int64_t since_ms;
};

enum state { RESTING, RESOLVING, CONNECTING, UP };

struct vt_redis {
    struct vt_loop *loop;
    struct vt_redis_handler handler;
    struct vt_redis_place place;
    char channels[CHANNELS_MOST][CHANNEL_TEXT];
    size_t channel_count, subscribed;
    redisAsyncContext *commands, *messages; /* the library's; NULL: none */
    struct vt_list calls;                   /* of call.link */
    size_t call_count;
    enum state state;
    int64_t since_ms; /* vt_now_ms of the state */
    int64_t again_ms; /* vt_now_ms of the next try, RESTING */
    bool closed, told, unrefed;
    struct vt_timer timer;
    uv_getaddrinfo_t resolving;
    bool timer_closed, resolving_over;
};

/* --- the address ------------------------------------------------------------------------------ */

static bool copy(char *to, size_t size, struct vt_str from)
{
    if (from.len >= size)
        return false;
    vt_str_copy(to, size, from);
    return true;
}

/* "host", "host:port", "[::1]:port". */
static bool read_host(struct vt_redis_place *place, struct vt_str text)
{
    const char *end = text.len && text.ptr[0] == '[' ? memchr(text.ptr, ']', text.len) : NULL;
    const char *colon = end ? (end + 1 < text.ptr + text.len && end[1] == ':' ? end + 1 : NULL)
                            : memchr(text.ptr, ':', text.len);
    const size_t len = colon ? (size_t)(colon - text.ptr) : text.len;
    struct vt_str host = end ? (struct vt_str){ text.ptr + 1, (size_t)(end - text.ptr) - 1 }
                             : (struct vt_str){ text.ptr, len };
    uint64_t port = DEFAULT_PORT;
    if (colon && vt_str_to_u64((struct vt_str){ colon + 1, text.len - len - 1 }, 1, 65535, &port))
        return false;
    snprintf(place->port, sizeof(place->port), "%u", (unsigned)port);
    return host.len > 0 && copy(place->host, sizeof(place->host), host);
}

static bool read_place(struct vt_redis_place *place, const char *url, const char *password)
{
    static const char scheme[] = "redis://";
    *place = (struct vt_redis_place){ 0 };
    if (strncmp(url, scheme, sizeof(scheme) - 1) != 0 ||
        !copy(place->password, sizeof(place->password), vt_str(password)))
        return false;
    url += sizeof(scheme) - 1;
    const char *at = strrchr(url, '@');
    if (at) {
        struct vt_str user = { url, (size_t)(at - url) };
        if (memchr(user.ptr, ':', user.len) || !copy(place->user, sizeof(place->user), user))
            return false;
        url = at + 1;
    }
    const size_t len = strcspn(url, "/");
    uint64_t number = 0;
    if (url[len] == '/' && url[len + 1] && vt_str_to_u64(vt_str(url + len + 1), 0, 1000, &number))
        return false;
    place->number = (unsigned)number;
    return read_host(place, (struct vt_str){ url, len });
}

int vt_redis_check_url(const char *url, struct vt_buf *ret_error)
{
    struct vt_redis_place place;
    if (read_place(&place, url, ""))
        return VT_OK;
    vt_buf_text(ret_error, "--redis is not an address such as redis://127.0.0.1:6379 or "
                           "redis://user@host:6379/0; a password goes into redis-password.");
    return VT_ERR_INVALID;
}

/* --- calls ------------------------------------------------------------------------------------- */

static struct vt_str text_of(const redisReply *reply, char number[24])
{
    if (reply->type == REDIS_REPLY_INTEGER) {
        int n = snprintf(number, 24, "%lld", reply->integer);
        return (struct vt_str){ number, (size_t)n };
    }
    return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS
               ? (struct vt_str){ reply->str, (size_t)reply->len }
               : (struct vt_str){ 0 };
}

static void answer(struct call *call, const redisReply *reply)
{
    char numbers[VT_REDIS_ITEMS][24];
    struct vt_redis_reply out = { 0 };
    if (!reply) {
        call->fn(call->arg, NULL);
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR)
        out.error = (struct vt_str){ reply->str, (size_t)reply->len };
    else if (reply->type == REDIS_REPLY_ARRAY)
        for (; out.n < reply->elements && out.n < VT_REDIS_ITEMS; out.n++)
            out.items[out.n] = text_of(reply->element[out.n], numbers[out.n]);
    else
        out.items[out.n++] = text_of(reply, numbers[0]);
    call->fn(call->arg, &out);
}

static void handle_reply(redisAsyncContext *context, void *reply, void *arg)
{
    struct call *call = arg;
    (void)context;
    vt_list_remove(&call->link);
    if (call->redis) {
        call->redis->call_count--;
        if (!call->redis->closed && call->fn)
            answer(call, reply);
    }
    free(call);
}

static int send_words(struct vt_redis *redis, const struct vt_str *words, size_t n, vt_redis_reply_fn *fn,
                      void *arg)
{
    const char *texts[VT_REDIS_WORDS];
    size_t lens[VT_REDIS_WORDS];
    struct call *call = redis->call_count < CALLS_MOST && n <= VT_REDIS_WORDS ? malloc(sizeof(*call)) : NULL;
    if (!call)
        return VT_ERR_FULL;
    for (size_t i = 0; i < n; i++) {
        texts[i] = words[i].ptr ? words[i].ptr : "";
        lens[i] = words[i].len;
    }
    *call = (struct call){ .redis = redis, .fn = fn, .arg = arg, .since_ms = vt_now_ms() };
    vt_list_append(&redis->calls, &call->link);
    if (redisAsyncCommandArgv(redis->commands, handle_reply, call, (int)n, texts, lens) != REDIS_OK) {
        vt_list_remove(&call->link);
        free(call);
        return VT_ERR_GONE;
    }
    redis->call_count++;
    return VT_OK;
}

int vt_redis_call(struct vt_redis *redis, const struct vt_str *words, size_t n, vt_redis_reply_fn *fn,
                  void *arg)
{
    return redis->state == UP ? send_words(redis, words, n, fn, arg) : VT_ERR_GONE;
}

/* --- up and down -------------------------------------------------------------------------------- */

static void set_state(struct vt_redis *redis, enum state state)
{
    redis->state = state;
    redis->since_ms = vt_now_ms();
}

/* Both connections go; each call without an answer is told so. */
static void drop(struct vt_redis *redis, const char *why)
{
    uint32_t jitter;
    const bool was_up = redis->state == UP;
    redisAsyncContext *const both[] = { redis->commands, redis->messages };
    if (redis->state == RESTING)
        return;
    vt_random(&jitter, sizeof(jitter));
    set_state(redis, RESTING);
    redis->again_ms = redis->since_ms + AGAIN_MS + jitter % AGAIN_JITTER_MS;
    redis->commands = redis->messages = NULL;
    for (size_t i = 0; i < VT_COUNT(both); i++)
        if (both[i]) {
            both[i]->data = NULL;
            redisAsyncFree(both[i]);
        }
    if (redis->closed)
        return;
    if (was_up || !redis->told)
        vt_log(VT_LOG_WARN, "redis.down", VT_LOG_T("why", why));
    redis->told = true;
    if (was_up)
        redis->handler.down(redis->handler.owner);
}

static void come_up(struct vt_redis *redis)
{
    if (redis->state != CONNECTING || !redis->commands || redis->subscribed < redis->channel_count)
        return;
    set_state(redis, UP);
    if (redis->told)
        vt_log(VT_LOG_INFO, "redis.up", VT_LOG_T("host", redis->place.host));
    redis->told = false;
    redis->handler.up(redis->handler.owner);
}

/* The library frees the context after this: whoever still points at it forgets it first. */
static void forget(redisAsyncContext *context, const char *why)
{
    struct vt_redis *redis = context->data;
    if (!redis)
        return;
    context->data = NULL;
    if (redis->commands == context)
        redis->commands = NULL;
    if (redis->messages == context)
        redis->messages = NULL;
    drop(redis, why);
}

static void handle_connect(const redisAsyncContext *context, int status)
{
    if (status != REDIS_OK)
        forget((redisAsyncContext *)context, "it cannot be reached");
}

static void handle_disconnect(const redisAsyncContext *context, int status)
{
    forget((redisAsyncContext *)context, status == REDIS_OK ? "closed" : "the connection was lost");
}

static void handle_message(redisAsyncContext *context, void *data, void *arg)
{
    const redisReply *reply = data;
    struct vt_redis *redis = context->data;
    (void)arg;
    if (!redis || redis->closed || !reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 3)
        return;
    const redisReply *const *parts = (const redisReply *const *)reply->element;
    if (strcmp(parts[0]->str, "subscribe") == 0) {
        redis->subscribed++;
        come_up(redis);
    } else if (redis->state == UP && parts[2]->type == REDIS_REPLY_STRING) {
        redis->handler.message(redis->handler.owner, (struct vt_str){ parts[1]->str, (size_t)parts[1]->len },
                               (struct vt_str){ parts[2]->str, (size_t)parts[2]->len });
    }
}

static void handle_greeting(redisAsyncContext *context, void *data, void *arg)
{
    const redisReply *reply = data;
    struct vt_redis *redis = context->data;
    if (!redis || !reply || reply->type != REDIS_REPLY_ERROR)
        return;
    vt_log(VT_LOG_ERROR, "redis.refused", VT_LOG_T("command", arg), VT_LOG_T("answer", reply->str));
}

/* Who we are and which of its databases: before everything else on either connection. */
static void greet(struct vt_redis *redis, redisAsyncContext *context)
{
    const struct vt_redis_place *place = &redis->place;
    if (place->user[0])
        redisAsyncCommand(context, handle_greeting, "AUTH", "AUTH %s %s", place->user, place->password);
    else if (place->password[0])
        redisAsyncCommand(context, handle_greeting, "AUTH", "AUTH %s", place->password);
    if (place->number)
        redisAsyncCommand(context, handle_greeting, "SELECT", "SELECT %u", place->number);
}

static redisAsyncContext *open_link(struct vt_redis *redis, const char *address)
{
    redisAsyncContext *context = vt_redis_link(redis->loop, address, atoi(redis->place.port));
    if (!context)
        return NULL;
    context->data = redis;
    redisAsyncSetConnectCallback(context, handle_connect);
    redisAsyncSetDisconnectCallback(context, handle_disconnect);
    greet(redis, context);
    if (redis->unrefed)
        vt_redis_link_unref(context);
    return context;
}

/* Both connections answer once before anybody is told that they are up. */
static void handle_first(void *arg, const struct vt_redis_reply *reply)
{
    struct vt_redis *redis = arg;
    if (!reply)
        return;
    if (reply->error.ptr)
        vt_log(VT_LOG_ERROR, "redis.refused", VT_LOG_S("answer", reply->error));
    else
        redis->subscribed++;
    come_up(redis);
}

static void connect_to(struct vt_redis *redis, const char *address)
{
    set_state(redis, CONNECTING);
    redis->subscribed = 0;
    redis->messages = open_link(redis, address);
    redis->commands = open_link(redis, address);
    if (!redis->messages || !redis->commands) {
        drop(redis, "no connection could be made");
        return;
    }
    for (size_t i = 0; i + 1 < redis->channel_count; i++)
        redisAsyncCommand(redis->messages, handle_message, NULL, "SUBSCRIBE %s", redis->channels[i]);
    send_words(redis, &VT_STR("PING"), 1, handle_first, redis);
}

static void handle_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct vt_redis *redis = request->data;
    char address[64] = "";
    redis->resolving_over = true;
    if (status == 0 && found)
        getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
    uv_freeaddrinfo(found);
    if (redis->closed) {
        if (redis->timer_closed)
            free(redis);
    } else if (address[0])
        connect_to(redis, address);
    else
        drop(redis, "its name is not known");
}

static void begin(struct vt_redis *redis)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    set_state(redis, RESOLVING);
    redis->resolving.data = redis;
    redis->resolving_over = false;
    if (uv_getaddrinfo(vt_loop_uv(redis->loop), &redis->resolving, handle_resolved, redis->place.host, NULL,
                       &hints) != 0) {
        redis->resolving_over = true;
        drop(redis, "its name cannot be looked up");
    }
}

static void handle_timer(void *arg)
{
    struct vt_redis *redis = arg;
    const int64_t now = vt_now_ms();
    if (redis->state == RESTING && now >= redis->again_ms)
        begin(redis);
    else if (redis->state == CONNECTING && now - redis->since_ms > CONNECT_MS)
        drop(redis, "it does not answer");
    else if (redis->state == UP && !vt_list_is_empty(&redis->calls) &&
             now - VT_CONTAINER_OF(redis->calls.next, struct call, link)->since_ms > ANSWER_MS)
        drop(redis, "it leaves a command without an answer");
}

/* --- life ----------------------------------------------------------------------------------------- */

struct vt_redis *vt_redis_open(struct vt_loop *loop, const char *url, const char *password,
                               const char *const *channels, size_t n, const struct vt_redis_handler *handler,
                               struct vt_buf *ret_error)
{
    struct vt_redis *redis = calloc(1, sizeof(*redis));
    if (!redis || vt_redis_check_url(url, ret_error) != VT_OK || n >= CHANNELS_MOST) {
        free(redis);
        return NULL;
    }
    if (!read_place(&redis->place, url, password)) {
        vt_buf_text(ret_error, "redis-password is too long.");
        free(redis);
        return NULL;
    }
    redis->loop = loop;
    redis->handler = *handler;
    for (size_t i = 0; i < n; i++)
        snprintf(redis->channels[i], CHANNEL_TEXT, "%s", channels[i]);
    redis->channel_count = n + 1; /* the answer of the other connection counts as one */
    redis->resolving_over = true;
    vt_list_init(&redis->calls);
    vt_timer_init(loop, &redis->timer, handle_timer, redis);
    vt_timer_start(&redis->timer, 0, LOOK_MS);
    return redis;
}

bool vt_redis_is_up(const struct vt_redis *redis)
{
    return redis->state == UP;
}

void vt_redis_again(struct vt_redis *redis)
{
    drop(redis, "it has lost our subscription");
}

void vt_redis_unref(struct vt_redis *redis)
{
    redis->unrefed = true;
    uv_unref((uv_handle_t *)&redis->timer.uv);
    if (redis->commands)
        vt_redis_link_unref(redis->commands);
    if (redis->messages)
        vt_redis_link_unref(redis->messages);
}

static void handle_timer_closed(void *arg)
{
    struct vt_redis *redis = arg;
    redis->timer_closed = true;
    if (redis->resolving_over)
        free(redis);
}

void vt_redis_close(struct vt_redis *redis)
{
    if (!redis || redis->closed)
        return;
    redis->closed = true;
    drop(redis, "closed");
    VT_LIST_EACH (call, &redis->calls, struct call, link)
        call->redis = NULL;
    vt_timer_close(&redis->timer, handle_timer_closed);
}

/* --- once, for the doctor --------------------------------------------------------------------------- */

int vt_redis_ask(const char *url, const char *password, const struct vt_str *words, size_t n,
                 struct vt_buf *ret_text)
{
    struct vt_redis_place place;
    const char *texts[VT_REDIS_WORDS];
    size_t lens[VT_REDIS_WORDS];
    if (!read_place(&place, url, password) || n > VT_REDIS_WORDS)
        return VT_ERR_INVALID;
    redisContext *context = redisConnectWithTimeout(place.host, atoi(place.port),
                                                    (struct timeval){ .tv_usec = 500000 });
    redisReply *reply = NULL;
    int err = VT_ERR_IO;
    if (context && !context->err) {
        redisSetTimeout(context, (struct timeval){ .tv_usec = 500000 });
        if (place.password[0]) {
            reply = place.user[0] ? redisCommand(context, "AUTH %s %s", place.user, place.password)
                                  : redisCommand(context, "AUTH %s", place.password);
            if (reply)
                freeReplyObject(reply);
        }
        for (size_t i = 0; i < n; i++) {
            texts[i] = words[i].ptr;
            lens[i] = words[i].len;
        }
        reply = redisCommandArgv(context, (int)n, texts, lens);
        if (reply && reply->str) {
            vt_buf_append(ret_text, reply->str, (size_t)reply->len);
            err = reply->type == REDIS_REPLY_ERROR ? VT_ERR_INVALID : VT_OK;
        }
        if (reply)
            freeReplyObject(reply);
    } else
        vt_buf_text(ret_text, context ? context->errstr : "no memory");
    if (context)
        redisFree(context);
    return err;
}
