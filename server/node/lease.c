/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/base/err.h"
#include "server/log.h"
#include "server/node/redis.h"

/* `settle`: opening a large store may hold up the loop, and a process that dies meanwhile is known by its
 * channel. `grace`: after a restart of Redis the one who led needs a moment to say so. */
enum { SETTLE_MS = 20000, GRACE_MS = 1000, GAP_MS = 50, KEY_TEXT = 128, VALUE_TEXT = 256 };

/* KEYS: lease, epoch, nodes. ARGV: node, prefix of the channels, then as each says. Each answers
 * {1 or 0, the lease, nodes}. Time is the server's. */
#define COUNT_NODES                                                                                          \
    "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "                        \
    "redis.call('ZADD', KEYS[3], now, ARGV[1]) redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - 2000) " \
    "redis.call('PEXPIRE', KEYS[3], 10000) local nodes = redis.call('ZCARD', KEYS[3]) "

/* ARGV: address and token, ms, floor, 1: only look. */
static const char claim_script[] = COUNT_NODES
    "local held = redis.call('GET', KEYS[1]) "
    "if held then local who = string.match(held, '^%S+') "
    "  if who ~= ARGV[1] and redis.call('PUBSUB', 'NUMSUB', ARGV[2] .. who)[2] > 0 then "
    "    return {0, held, nodes} end end "
    "if ARGV[6] == '1' then return {0, '', nodes} end "
    "local epoch = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[5])) + 1 "
    "local value = string.format('%s %.0f %s', ARGV[1], epoch, ARGV[3]) "
    "redis.call('SET', KEYS[2], string.format('%.0f', epoch)) "
    "redis.call('SET', KEYS[1], value, 'PX', ARGV[4]) "
    "return {1, value, nodes}";

/* ARGV: the lease as it was given, ms, its epoch. A lease that ran out while nobody claimed is still ours. */
static const char renew_script[] = COUNT_NODES
    "local held = redis.call('GET', KEYS[1]) "
    "if held and held ~= ARGV[3] then return {0, held, nodes} end "
    "local epoch = tonumber(redis.call('GET', KEYS[2]) or '0') "
    "if epoch > tonumber(ARGV[5]) then return {0, '', nodes} end "
    "redis.call('SET', KEYS[2], ARGV[5]) redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4]) "
    "return {1, redis.call('PUBSUB', 'NUMSUB', ARGV[2] .. ARGV[1])[2], nodes}";

/* ARGV: the lease as it was given. */
static const char release_script[] =
    "redis.call('ZREM', KEYS[3], ARGV[1]) "
    "if redis.call('GET', KEYS[1]) ~= ARGV[3] then return {0} end "
    "redis.call('DEL', KEYS[1]) redis.call('PUBLISH', ARGV[2] .. 'all', 'free') return {1}";

struct vt_lease {
    struct vt_loop *loop;
    struct vt_lease_handler handler;
    struct vt_redis *redis;
    struct vt_timer timer;
    char keys[3][KEY_TEXT];
    char prefix[KEY_TEXT];
    struct vt_leader me, leader; /* me.epoch 0: does not lead */
    char value[VALUE_TEXT];      /* of the lease we hold */
    int64_t nodes, asked_ms, grace_until_ms, floor;
    bool settled, asking, told, was_up, releasing, closed;
    bool *released;
};

static void word(struct vt_str *words, size_t *n, const char *text)
{
    words[(*n)++] = vt_str(text);
}

static int run_script(struct vt_lease *lease, const char *script, const char *const *args, size_t arg_count,
                      vt_redis_reply_fn *fn)
{
    struct vt_str words[VT_REDIS_WORDS];
    size_t n = 0;
    word(words, &n, "EVAL");
    word(words, &n, script);
    word(words, &n, "3");
    for (size_t i = 0; i < VT_COUNT(lease->keys); i++)
        word(words, &n, lease->keys[i]);
    word(words, &n, lease->me.node);
    word(words, &n, lease->prefix);
    for (size_t i = 0; i < arg_count; i++)
        word(words, &n, args[i]);
    return vt_redis_call(lease->redis, words, n, fn, lease);
}

/* "<node> <epoch> <address> <token>" */
static bool read_value(struct vt_str value, struct vt_leader *ret_leader)
{
    char text[VALUE_TEXT];
    struct vt_leader leader = { 0 };
    if (value.len >= sizeof(text))
        return false;
    vt_str_copy(text, sizeof(text), value);
    if (sscanf(text, "%22s %" SCNd64 " %79s %32s", leader.node, &leader.epoch, leader.address,
               leader.token) != 4)
        return false;
    *ret_leader = leader;
    return true;
}

static void tell_leader(struct vt_lease *lease, const struct vt_leader *leader)
{
    if (lease->told && leader->epoch == lease->leader.epoch && strcmp(leader->node, lease->leader.node) == 0)
        return;
    lease->told = true;
    lease->leader = *leader;
    lease->handler.leader(lease->handler.owner, leader);
}

static void note_nodes(struct vt_lease *lease, const struct vt_redis_reply *reply)
{
    uint64_t nodes;
    if (reply->n > 2 && vt_str_to_u64(reply->items[2], 0, 1000000, &nodes) == VT_OK)
        lease->nodes = (int64_t)nodes;
}

static void lose(struct vt_lease *lease)
{
    if (lease->me.epoch == 0)
        return;
    lease->me.epoch = 0;
    lease->handler.lost(lease->handler.owner);
}

static bool is_answer(const struct vt_redis_reply *reply, size_t items)
{
    if (reply && reply->error.ptr)
        vt_log(VT_LOG_ERROR, "node.redis", VT_LOG_S("answer", reply->error));
    return reply && !reply->error.ptr && reply->n >= items;
}

static void handle_claim(void *arg, const struct vt_redis_reply *reply)
{
    struct vt_lease *lease = arg;
    struct vt_leader found = { 0 };
    lease->asking = false;
    if (lease->releasing || !is_answer(reply, 2))
        return;
    note_nodes(lease, reply);
    const bool is_mine = vt_str_eq(reply->items[0], VT_STR("1"));
    if (reply->items[1].len > 0 && !read_value(reply->items[1], &found))
        return;
    if (!is_mine) {
        lose(lease); /* after vt_lease_raise: another was faster */
        tell_leader(lease, &found);
        return;
    }
    lease->told = false;
    lease->me.epoch = found.epoch;
    vt_str_copy(lease->value, sizeof(lease->value), reply->items[1]);
    lease->handler.won(lease->handler.owner, found.epoch);
}

static void handle_renew(void *arg, const struct vt_redis_reply *reply)
{
    struct vt_lease *lease = arg;
    lease->asking = false;
    if (lease->releasing || !is_answer(reply, 2))
        return;
    note_nodes(lease, reply);
    if (!vt_str_eq(reply->items[0], VT_STR("1")))
        lose(lease);
    else if (vt_str_eq(reply->items[1], VT_STR("0"))) /* the others would take us for dead */
        vt_redis_again(lease->redis);
}

static void ask(struct vt_lease *lease)
{
    char ms[24], number[24], self[VALUE_TEXT];
    int err;
    if (lease->asking || lease->releasing || !vt_redis_is_up(lease->redis))
        return;
    const bool leads = lease->me.epoch > 0 && lease->floor == 0;
    snprintf(ms, sizeof(ms), "%d", lease->settled ? VT_LEASE_MS : SETTLE_MS);
    lease->asked_ms = vt_now_ms();
    if (leads) {
        snprintf(number, sizeof(number), "%" PRId64, lease->me.epoch);
        err = run_script(lease, renew_script, (const char *[]){ lease->value, ms, number }, 3, handle_renew);
    } else {
        const bool looks = lease->me.epoch == 0 && lease->asked_ms < lease->grace_until_ms;
        snprintf(number, sizeof(number), "%" PRId64, lease->floor);
        snprintf(self, sizeof(self), "%s %s", lease->me.address, lease->me.token);
        lease->floor = 0;
        err = run_script(lease, claim_script, (const char *[]){ self, ms, number, looks ? "1" : "0" }, 4,
                         handle_claim);
    }
    lease->asking = err == VT_OK;
}

static void handle_timer(void *arg)
{
    ask(arg);
}

void vt_lease_look(struct vt_lease *lease)
{
    if (lease->me.epoch == 0 && vt_now_ms() - lease->asked_ms >= GAP_MS)
        ask(lease);
}

void vt_lease_raise(struct vt_lease *lease, int64_t floor)
{
    lease->floor = floor;
    ask(lease);
}

void vt_lease_settle(struct vt_lease *lease)
{
    lease->settled = true;
    ask(lease);
}

/* --- Redis comes and goes ------------------------------------------------------------------------ */

static void handle_up(void *owner)
{
    struct vt_lease *lease = owner;
    lease->asking = false;
    lease->grace_until_ms = lease->was_up ? vt_now_ms() + GRACE_MS : 0;
    lease->was_up = true;
    ask(lease);
}

/* What was asked has no answer any more. */
static void handle_down(void *owner)
{
    struct vt_lease *lease = owner;
    lease->asking = false;
}

static void handle_message(void *owner, struct vt_str channel, struct vt_str text)
{
    struct vt_lease *lease = owner;
    (void)channel;
    if (vt_str_eq(text, VT_STR("free")) && lease->me.epoch == 0)
        ask(lease);
}

/* --- the end --------------------------------------------------------------------------------------- */

static void handle_release(void *arg, const struct vt_redis_reply *reply)
{
    struct vt_lease *lease = arg;
    (void)reply;
    *lease->released = true;
}

void vt_lease_release(struct vt_lease *lease, bool *ret_done)
{
    lease->releasing = true;
    lease->released = ret_done;
    *ret_done = run_script(lease, release_script, (const char *[]){ lease->value }, 1, handle_release) !=
                VT_OK;
}

const struct vt_leader *vt_lease_me(const struct vt_lease *lease)
{
    return &lease->me;
}

bool vt_lease_redis_up(const struct vt_lease *lease)
{
    return vt_redis_is_up(lease->redis);
}

int64_t vt_lease_nodes(const struct vt_lease *lease)
{
    return lease->nodes;
}

/* --- life -------------------------------------------------------------------------------------------- */

static void name_keys(struct vt_lease *lease, const char *group)
{
    static const char *const names[] = { "lead", "epoch", "nodes" };
    for (size_t i = 0; i < VT_COUNT(names); i++)
        snprintf(lease->keys[i], KEY_TEXT, "vt:{%s}:%s", group, names[i]);
    snprintf(lease->prefix, KEY_TEXT, "vt:{%s}:n:", group);
}

static void name_me(struct vt_lease *lease, const char *address)
{
    uint8_t secret[(VT_LEASE_TOKEN - 1) / 2];
    vt_id_new(lease->me.node);
    vt_random(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++)
        snprintf(lease->me.token + 2 * i, 3, "%02x", secret[i]);
    snprintf(lease->me.address, sizeof(lease->me.address), "%s", address);
}

struct vt_lease *vt_lease_open(const struct vt_lease_config *config, struct vt_buf *ret_error)
{
    char own[KEY_TEXT + VT_ID_TEXT], all[KEY_TEXT + 4];
    struct vt_lease *lease = calloc(1, sizeof(*lease));
    if (!lease)
        return NULL;
    lease->loop = config->loop;
    lease->handler = config->handler;
    name_keys(lease, config->group);
    name_me(lease, config->address);
    snprintf(own, sizeof(own), "%s%s", lease->prefix, lease->me.node);
    snprintf(all, sizeof(all), "%sall", lease->prefix);
    const struct vt_redis_handler handler = { lease, handle_up, handle_down, handle_message };
    lease->redis = vt_redis_open(config->loop, config->redis, config->password, (const char *[]){ own, all },
                                 2, &handler, ret_error);
    if (!lease->redis) {
        free(lease);
        return NULL;
    }
    vt_timer_init(config->loop, &lease->timer, handle_timer, lease);
    vt_timer_start(&lease->timer, VT_LEASE_RENEW_MS, VT_LEASE_RENEW_MS);
    return lease;
}

void vt_lease_unref(struct vt_lease *lease)
{
    vt_redis_unref(lease->redis);
    uv_unref((uv_handle_t *)&lease->timer.uv);
}

void vt_lease_close(struct vt_lease *lease)
{
    if (!lease || lease->closed)
        return;
    lease->closed = true;
    vt_redis_close(lease->redis);
    vt_timer_close(&lease->timer, NULL);
}

void vt_lease_destroy(struct vt_lease *lease)
{
    free(lease);
}
