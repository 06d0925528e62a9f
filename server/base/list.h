/* SPDX-License-Identifier: Apache-2.0 */
/* An intrusive doubly linked ring: the head and the links in the members are the same struct.
 * A link that is not in a list points at itself after vt_list_init, so removing twice is harmless. */
#ifndef VT_BASE_LIST_H
#define VT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "server/base/cleanup.h"

struct vt_list {
    struct vt_list *prev, *next;
};

static inline void vt_list_init(struct vt_list *link)
{
    link->prev = link->next = link;
}

static inline bool vt_list_is_empty(const struct vt_list *head)
{
    return head->next == head;
}

static inline void vt_list_append(struct vt_list *head, struct vt_list *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

static inline void vt_list_remove(struct vt_list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    vt_list_init(link);
}

/* A long walk is done in slices, so that nobody waits for the whole of it: each slice takes the first
 * member and puts it last, as often as the walk's share is. Whoever is in the list all the while is
 * visited once a round, give or take a slice; a list of one slice keeps its order. */
enum { VT_LIST_SLICE = 128, VT_LIST_SLICES_MOST = 50 };

static inline size_t vt_list_slices(size_t count)
{
    size_t slices = count / VT_LIST_SLICE + 1;
    return slices < VT_LIST_SLICES_MOST ? slices : VT_LIST_SLICES_MOST;
}

/* NULL: the list is empty. */
static inline struct vt_list *vt_list_turn(struct vt_list *head)
{
    struct vt_list *first = head->next;
    if (first == head)
        return NULL;
    vt_list_remove(first);
    vt_list_append(head, first);
    return first;
}

/* Walks members of `type` linked by `member`; the current one may remove itself. Two loops, so that
 * `item` can be declared: a break leaves the body with `in_item` still set, which ends the outer one. */
#define VT_LIST_EACH(item, head, type, member)                                                               \
    for (struct vt_list *it_##item = (head)->next, *nx_##item = it_##item->next, *in_##item = NULL;          \
         it_##item != (head); it_##item = in_##item ? (head) : nx_##item, nx_##item = it_##item->next)       \
        for (type *item = (in_##item = it_##item, VT_CONTAINER_OF(it_##item, type, member)); in_##item;      \
             in_##item = NULL)

#endif
