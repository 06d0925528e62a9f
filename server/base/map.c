/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/map.h"

#include <stdlib.h>
#include <sys/random.h>

#include "server/base/err.h"

struct vt_map_slot {
    char *key; /* owned; NULL: free, or a grave when `value` is not NULL */
    size_t len;
    uint64_t hash;
    void *value; /* borrowed */
};

static char grave_mark;
#define GRAVE ((void *)&grave_mark)

#define ROTL(x, b) (((x) << (b)) | ((x) >> (64 - (b))))
#define SIP_ROUND                                                                                            \
    do {                                                                                                     \
        v0 += v1;                                                                                            \
        v1 = ROTL(v1, 13);                                                                                   \
        v1 ^= v0;                                                                                            \
        v0 = ROTL(v0, 32);                                                                                   \
        v2 += v3;                                                                                            \
        v3 = ROTL(v3, 16);                                                                                   \
        v3 ^= v2;                                                                                            \
        v0 += v3;                                                                                            \
        v3 = ROTL(v3, 21);                                                                                   \
        v3 ^= v0;                                                                                            \
        v2 += v1;                                                                                            \
        v1 = ROTL(v1, 17);                                                                                   \
        v1 ^= v2;                                                                                            \
        v2 = ROTL(v2, 32);                                                                                   \
    } while (0)

static uint64_t siphash(const uint64_t key[2], const void *data, size_t len)
{
    const unsigned char *p = data;
    uint64_t v0 = 0x736f6d6570736575ULL ^ key[0], v1 = 0x646f72616e646f6dULL ^ key[1];
    uint64_t v2 = 0x6c7967656e657261ULL ^ key[0], v3 = 0x7465646279746573ULL ^ key[1];
    uint64_t word, last = (uint64_t)len << 56;
    for (; len >= 8; len -= 8, p += 8) {
        memcpy(&word, p, 8);
        v3 ^= word;
        SIP_ROUND;
        SIP_ROUND;
        v0 ^= word;
    }
    for (size_t i = 0; i < len; i++)
        last |= (uint64_t)p[i] << (8 * i);
    v3 ^= last;
    SIP_ROUND;
    SIP_ROUND;
    v0 ^= last;
    v2 ^= 0xff;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    SIP_ROUND;
    return v0 ^ v1 ^ v2 ^ v3;
}

static uint64_t hash_of(struct vt_str key)
{
    static uint64_t secret[2]; /* loop thread and one-off tools only; filled once */
    while (secret[0] == 0)
        if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
            secret[0] = 0;
    return siphash(secret, key.ptr, key.len);
}

void vt_map_init(struct vt_map *map)
{
    *map = (struct vt_map){ 0 };
}

void vt_map_finish(struct vt_map *map)
{
    for (size_t i = 0; i < map->cap; i++)
        free(map->slots[i].key);
    free(map->slots);
    vt_map_init(map);
}

/* The slot that holds the key, or NULL. */
static struct vt_map_slot *find(const struct vt_map *map, struct vt_str key, uint64_t hash)
{
    for (size_t i = 0; i < map->cap; i++) {
        struct vt_map_slot *slot = &map->slots[(hash + i) & (map->cap - 1)];
        if (!slot->key && !slot->value)
            return NULL;
        if (slot->key && slot->hash == hash && slot->len == key.len &&
            memcmp(slot->key, key.ptr, key.len) == 0)
            return slot;
    }
    return NULL;
}

static struct vt_map_slot *free_slot(struct vt_map_slot *slots, size_t cap, uint64_t hash)
{
    size_t i = hash & (cap - 1);
    while (slots[i].key)
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

/* Makes room for one more; graves go in the move. */
static int make_room(struct vt_map *map)
{
    if ((map->count + map->graves + 1) * 4 <= map->cap * 3)
        return VT_OK;
    size_t cap = 8;
    while ((map->count + 1) * 2 > cap)
        cap *= 2;
    struct vt_map_slot *slots = calloc(cap, sizeof(*slots));
    if (!slots)
        return VT_ERR_NOMEM;
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].key)
            *free_slot(slots, cap, map->slots[i].hash) = map->slots[i];
    free(map->slots);
    map->slots = slots;
    map->cap = cap;
    map->graves = 0;
    return VT_OK;
}

void *vt_map_get(const struct vt_map *map, struct vt_str key)
{
    if (map->count == 0)
        return NULL;
    struct vt_map_slot *slot = find(map, key, hash_of(key));
    return slot ? slot->value : NULL;
}

int vt_map_set(struct vt_map *map, struct vt_str key, void *value)
{
    uint64_t hash = hash_of(key);
    struct vt_map_slot *slot = find(map, key, hash);
    if (slot) {
        slot->value = value;
        return VT_OK;
    }
    char *copy = vt_str_dup(key);
    if (!copy || make_room(map) != VT_OK) {
        free(copy);
        return VT_ERR_NOMEM;
    }
    slot = free_slot(map->slots, map->cap, hash);
    if (slot->value == GRAVE)
        map->graves--;
    *slot = (struct vt_map_slot){ .key = copy, .len = key.len, .hash = hash, .value = value };
    map->count++;
    return VT_OK;
}

void *vt_map_remove(struct vt_map *map, struct vt_str key)
{
    if (map->count == 0)
        return NULL;
    struct vt_map_slot *slot = find(map, key, hash_of(key));
    if (!slot)
        return NULL;
    void *value = slot->value;
    free(slot->key);
    *slot = (struct vt_map_slot){ .value = GRAVE };
    map->count--;
    map->graves++;
    return value;
}

void *vt_map_next(const struct vt_map *map, size_t *at)
{
    while (*at < map->cap) {
        struct vt_map_slot *slot = &map->slots[(*at)++];
        if (slot->key)
            return slot->value;
    }
    return NULL;
}
