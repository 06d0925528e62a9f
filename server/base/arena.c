/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { ALIGN = 16, FIRST_BLOCK_BYTES = 4096 };

struct vt_arena_block {
    struct vt_arena_block *next;
    size_t used;
    size_t cap;
    alignas(ALIGN) char data[];
};

void vt_arena_init(struct vt_arena *arena, size_t max_bytes)
{
    *arena = (struct vt_arena){ .max_bytes = max_bytes };
}

static void free_blocks(struct vt_arena_block *block)
{
    while (block) {
        struct vt_arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void vt_arena_finish(struct vt_arena *arena)
{
    free_blocks(arena->blocks);
    arena->blocks = NULL;
    arena->used_bytes = 0;
}

void vt_arena_reset(struct vt_arena *arena)
{
    arena->used_bytes = 0;
    if (!arena->blocks)
        return;
    free_blocks(arena->blocks->next); /* the newest is the largest: sizes only grow */
    arena->blocks->next = NULL;
    arena->blocks->used = 0;
}

static struct vt_arena_block *add_block(struct vt_arena *arena, size_t n)
{
    size_t cap = arena->blocks ? arena->blocks->cap * 2 : FIRST_BLOCK_BYTES;
    while (cap < n)
        cap *= 2;
    struct vt_arena_block *block = malloc(sizeof(*block) + cap);
    if (!block)
        return NULL;
    *block = (struct vt_arena_block){ .next = arena->blocks, .cap = cap };
    arena->blocks = block;
    return block;
}

void *vt_arena_alloc(struct vt_arena *arena, size_t n)
{
    if (n > arena->max_bytes)
        return NULL;
    n = (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    if (n > arena->max_bytes - (arena->used_bytes < arena->max_bytes ? arena->used_bytes : arena->max_bytes))
        return NULL;
    struct vt_arena_block *block = arena->blocks;
    if (!block || block->cap - block->used < n)
        block = add_block(arena, n);
    if (!block)
        return NULL;
    void *memory = block->data + block->used;
    block->used += n;
    arena->used_bytes += n;
    return memset(memory, 0, n);
}

void *vt_arena_array(struct vt_arena *arena, size_t count, size_t size)
{
    if (size > 0 && count > arena->max_bytes / size)
        return NULL;
    return vt_arena_alloc(arena, count * size);
}

struct vt_str vt_arena_str(struct vt_arena *arena, struct vt_str s)
{
    if (!s.ptr)
        return s;
    char *copy = vt_arena_alloc(arena, s.len + 1);
    if (copy)
        memcpy(copy, s.ptr, s.len);
    return (struct vt_str){ copy, copy ? s.len : 0 };
}
