/* SPDX-License-Identifier: Apache-2.0 */
/* Coord in one process: hash tables. Answers wait one turn, as they would on a network. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/map.h"
#include "server/coord/coord.h"

struct entry {
    struct vt_coord_event event; /* texts in `memory` */
    int64_t at_ms;
    char *memory; /* owned */
};

struct history {
    struct vt_str key;     /* owned */
    struct entry *entries; /* owned ring */
    uint32_t cap, head, count;
    uint32_t cut; /* events up to this number have left the history */
};

struct load {
    struct vt_str key; /* owned */
    uint32_t used, asked, cap;
    bool free;
};

struct place {
    char *conv; /* owned */
    int64_t score;
    struct load **asked; /* owned; borrowed from `loads`, which keeps them to the end */
    size_t asked_n;
};

struct line {
    struct vt_str key;    /* owned */
    struct place *places; /* owned, by score */
    size_t n, cap;
};

struct local {
    struct vt_coord base;
    struct vt_loop *loop; /* borrowed */
    struct vt_map histories, lines, loads;
};

/* An answer on its way: one of the three shapes. */
struct answer {
    struct vt_post post;
    vt_coord_done_fn *done;
    vt_coord_events_fn *events;
    vt_coord_line_fn *line;
    void *arg;
    int err;
    struct local *local;
    struct vt_str key; /* owned: conv or queue */
    uint32_t s;
    size_t limit;
};

static struct vt_str own(struct vt_str s)
{
    char *copy = vt_str_dup(s);
    return (struct vt_str){ copy, copy ? s.len : 0 };
}

/* --- history ------------------------------------------------------------------------------- */

static void history_pop(struct history *history)
{
    struct entry *oldest = &history->entries[history->head];
    history->cut = oldest->event.s;
    free(oldest->memory);
    history->head = (history->head + 1) % history->cap;
    history->count--;
}

static void history_free(struct history *history)
{
    while (history->count > 0)
        history_pop(history);
    free(history->entries);
    free((char *)history->key.ptr);
    free(history);
}

static void expire(struct history *history, int64_t now_ms)
{
    while (history->count > 0 && history->entries[history->head].at_ms < now_ms - VT_HISTORY_MS)
        history_pop(history);
}

static struct history *history_of(struct local *local, struct vt_str conv, uint32_t first_s)
{
    struct history *history = vt_map_get(&local->histories, conv);
    if (history)
        return history;
    history = calloc(1, sizeof(*history));
    if (!history)
        return NULL;
    history->key = own(conv);
    history->cut = first_s - 1;
    if (!history->key.ptr || vt_map_set(&local->histories, conv, history) != VT_OK) {
        history_free(history);
        return NULL;
    }
    return history;
}

static int make_room(struct history *history)
{
    if (history->count == VT_HISTORY_ENTRIES)
        history_pop(history);
    if (history->count < history->cap)
        return VT_OK;
    uint32_t cap = history->cap ? history->cap * 2 : 8;
    struct entry *entries = calloc(cap, sizeof(*entries));
    if (!entries)
        return VT_ERR_NOMEM;
    for (uint32_t i = 0; i < history->count; i++)
        entries[i] = history->entries[(history->head + i) % history->cap];
    free(history->entries);
    history->entries = entries;
    history->cap = cap;
    history->head = 0;
    return VT_OK;
}

static struct vt_str put(char **at, struct vt_str s)
{
    struct vt_str copy = { *at, s.len };
    if (s.len > 0)
        memcpy(*at, s.ptr, s.len);
    *at += s.len;
    return copy;
}

static int local_hist_append(struct vt_coord *coord, struct vt_str conv, const struct vt_coord_event *event)
{
    struct history *history = history_of((struct local *)coord, conv, event->s);
    if (!history)
        return VT_ERR_NOMEM;
    int64_t now_ms = vt_now_ms();
    expire(history, now_ms);
    char *memory = malloc(event->op.len + event->by.len + event->body.len + 1);
    if (!memory || make_room(history) != VT_OK) {
        /* A hole must not pass for the whole: what is asked for before it is incomplete. */
        free(memory);
        while (history->count > 0)
            history_pop(history);
        history->cut = event->s;
        return VT_ERR_NOMEM;
    }
    struct entry *entry = &history->entries[(history->head + history->count++) % history->cap];
    *entry = (struct entry){ .event = *event, .at_ms = now_ms, .memory = memory };
    entry->event.op = put(&memory, event->op);
    entry->event.by = put(&memory, event->by);
    entry->event.body = put(&memory, event->body);
    return VT_OK;
}

static void local_hist_drop(struct vt_coord *coord, struct vt_str conv)
{
    struct history *history = vt_map_remove(&((struct local *)coord)->histories, conv);
    if (history)
        history_free(history);
}

/* Answered from the state of the moment it is delivered, so it can only be fresher. */
static void answer_events(struct answer *answer)
{
    struct history *history = vt_map_get(&answer->local->histories, answer->key);
    if (!history) {
        answer->events(answer->arg, NULL, 0, false);
        return;
    }
    expire(history, vt_now_ms());
    struct vt_coord_event *events = calloc(history->count + 1, sizeof(*events));
    size_t n = 0;
    for (uint32_t i = 0; events && i < history->count; i++) {
        const struct vt_coord_event *event = &history->entries[(history->head + i) % history->cap].event;
        if (event->s > answer->s)
            events[n++] = *event;
    }
    answer->events(answer->arg, events, n, events && history->cut <= answer->s);
    free(events);
}

/* --- lines --------------------------------------------------------------------------------- */

static struct line *line_of(struct local *local, struct vt_str queue)
{
    struct line *line = vt_map_get(&local->lines, queue);
    if (line)
        return line;
    line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    line->key = own(queue);
    if (!line->key.ptr || vt_map_set(&local->lines, queue, line) != VT_OK) {
        free((char *)line->key.ptr);
        free(line);
        return NULL;
    }
    return line;
}

static size_t place_of(const struct line *line, struct vt_str conv)
{
    size_t i = 0;
    while (i < line->n && !vt_str_eq(vt_str(line->places[i].conv), conv))
        i++;
    return i;
}

static void place_remove(struct line *line, size_t i)
{
    struct place *place = &line->places[i];
    while (place->asked_n > 0)
        place->asked[--place->asked_n]->asked--;
    free(place->asked);
    free(place->conv);
    line->n--;
    memmove(&line->places[i], &line->places[i + 1], (line->n - i) * sizeof(line->places[0]));
}

static int place_insert(struct line *line, struct vt_str conv, int64_t score, size_t capacity)
{
    if (place_of(line, conv) < line->n)
        return VT_OK;
    if (line->n >= capacity)
        return VT_ERR_FULL;
    if (line->n == line->cap) {
        size_t cap = line->cap ? line->cap * 2 : 16;
        struct place *places = realloc(line->places, cap * sizeof(*places));
        if (!places)
            return VT_ERR_NOMEM;
        line->places = places;
        line->cap = cap;
    }
    char *copy = vt_str_dup(conv);
    if (!copy)
        return VT_ERR_NOMEM;
    size_t i = line->n;
    while (i > 0 && line->places[i - 1].score > score)
        i--;
    memmove(&line->places[i + 1], &line->places[i], (line->n - i) * sizeof(line->places[0]));
    line->places[i] = (struct place){ .conv = copy, .score = score };
    line->n++;
    return VT_OK;
}

static void answer_line(struct answer *answer)
{
    struct line *line = vt_map_get(&answer->local->lines, answer->key);
    size_t n = line ? line->n : 0;
    if (n > answer->limit)
        n = answer->limit;
    struct vt_str *convs = calloc(n + 1, sizeof(*convs));
    if (!convs)
        n = 0;
    for (size_t i = 0; i < n; i++)
        convs[i] = vt_str(line->places[i].conv);
    answer->line(answer->arg, convs, n);
    free(convs);
}

/* --- answers ------------------------------------------------------------------------------- */

static void handle_answer(void *arg)
{
    struct answer *answer = arg;
    if (answer->events)
        answer_events(answer);
    else if (answer->line)
        answer_line(answer);
    else if (answer->done)
        answer->done(answer->arg, answer->err);
    free((char *)answer->key.ptr);
    free(answer);
}

static int post(struct local *local, struct answer template)
{
    struct answer *answer = malloc(sizeof(*answer));
    if (!answer) {
        free((char *)template.key.ptr);
        return VT_ERR_NOMEM;
    }
    *answer = template;
    answer->local = local;
    vt_loop_post_own(local->loop, &answer->post, handle_answer, answer);
    return VT_OK;
}

static int local_hist_since(struct vt_coord *coord, struct vt_str conv, uint32_t s, vt_coord_events_fn *done,
                            void *arg)
{
    return post((struct local *)coord,
                (struct answer){ .events = done, .arg = arg, .key = own(conv), .s = s });
}

static int local_q_push(struct vt_coord *coord, struct vt_str queue, struct vt_str conv, int64_t score,
                        size_t capacity, vt_coord_done_fn *done, void *arg)
{
    struct local *local = (struct local *)coord;
    struct line *line = line_of(local, queue);
    int err = line ? place_insert(line, conv, score, capacity) : VT_ERR_NOMEM;
    return post(local, (struct answer){ .done = done, .arg = arg, .err = err });
}

static int local_q_cancel(struct vt_coord *coord, struct vt_str queue, struct vt_str conv)
{
    struct line *line = vt_map_get(&((struct local *)coord)->lines, queue);
    size_t i = line ? place_of(line, conv) : 0;
    if (line && i < line->n)
        place_remove(line, i);
    return VT_OK;
}

static struct load *load_of(struct local *local, struct vt_str person)
{
    struct load *load = vt_map_get(&local->loads, person);
    if (load)
        return load;
    load = calloc(1, sizeof(*load));
    if (!load)
        return NULL;
    load->key = own(person);
    if (!load->key.ptr || vt_map_set(&local->loads, person, load) != VT_OK) {
        free((char *)load->key.ptr);
        free(load);
        return NULL;
    }
    return load;
}

static int local_q_accept(struct vt_coord *coord, struct vt_str queue, struct vt_str conv,
                          struct vt_str person, uint32_t cap, vt_coord_done_fn *done, void *arg)
{
    struct local *local = (struct local *)coord;
    struct line *line = vt_map_get(&local->lines, queue);
    struct load *load = load_of(local, person);
    size_t i = line ? place_of(line, conv) : 0;
    int err = VT_OK;
    if (!load)
        err = VT_ERR_NOMEM;
    else if (!line || i == line->n)
        err = VT_ERR_MISSING;
    else if (load->used >= cap)
        err = VT_ERR_FULL;
    if (err == VT_OK) {
        place_remove(line, i);
        load->used++;
    }
    return post(local, (struct answer){ .done = done, .arg = arg, .err = err });
}

/* Who was asked, as an answer of its own: `n` names in one block. */
struct asked {
    struct vt_post post;
    vt_coord_line_fn *done;
    void *arg;
    size_t n;
    struct vt_str names[];
};

static void handle_asked(void *arg)
{
    struct asked *asked = arg;
    asked->done(asked->arg, asked->names, asked->n);
    free(asked);
}

static bool is_asked(const struct place *place, const struct load *load)
{
    for (size_t i = 0; i < place->asked_n; i++)
        if (place->asked[i] == load)
            return true;
    return false;
}

static int local_q_claim(struct vt_coord *coord, struct vt_str queue, struct vt_str conv,
                         const struct vt_str *persons, size_t n, vt_coord_line_fn *done, void *arg)
{
    struct local *local = (struct local *)coord;
    struct line *line = vt_map_get(&local->lines, queue);
    size_t i = line ? place_of(line, conv) : 0;
    struct place *place = line && i < line->n ? &line->places[i] : NULL;
    struct asked *asked = calloc(1, sizeof(*asked) + n * sizeof(asked->names[0]));
    struct load **grown = place && asked
                              ? realloc(place->asked, (place->asked_n + n + 1) * sizeof(*place->asked))
                              : NULL;
    if (!asked || (place && !grown)) {
        free(asked);
        return VT_ERR_NOMEM;
    }
    asked->done = done;
    asked->arg = arg;
    if (place)
        place->asked = grown;
    for (size_t k = 0; place && k < n; k++) {
        struct load *load = vt_map_get(&local->loads, persons[k]);
        if (!load || !load->free || load->used + load->asked >= load->cap || is_asked(place, load))
            continue;
        load->asked++;
        place->asked[place->asked_n++] = load;
        asked->names[asked->n++] = load->key;
    }
    vt_loop_post_own(local->loop, &asked->post, handle_asked, asked);
    return VT_OK;
}

static int local_q_release(struct vt_coord *coord, struct vt_str queue, struct vt_str conv,
                           struct vt_str person)
{
    struct line *line = vt_map_get(&((struct local *)coord)->lines, queue);
    size_t i = line ? place_of(line, conv) : 0;
    struct place *place = line && i < line->n ? &line->places[i] : NULL;
    for (size_t k = 0; place && k < place->asked_n; k++) {
        if (!vt_str_eq(place->asked[k]->key, person))
            continue;
        place->asked[k]->asked--;
        place->asked[k] = place->asked[--place->asked_n];
        break;
    }
    return VT_OK;
}

static int local_q_line(struct vt_coord *coord, struct vt_str queue, size_t limit, vt_coord_line_fn *done,
                        void *arg)
{
    return post((struct local *)coord,
                (struct answer){ .line = done, .arg = arg, .key = own(queue), .limit = limit });
}

static int local_load_add(struct vt_coord *coord, struct vt_str person, int by)
{
    struct load *load = load_of((struct local *)coord, person);
    if (!load)
        return VT_ERR_NOMEM;
    if (by > 0)
        load->used++;
    else if (load->used > 0)
        load->used--;
    return VT_OK;
}

static int local_staff_set(struct vt_coord *coord, struct vt_str person, uint32_t cap, bool free)
{
    struct load *load = load_of((struct local *)coord, person);
    if (!load)
        return VT_ERR_NOMEM;
    load->cap = cap;
    load->free = free;
    return VT_OK;
}

static void local_close(struct vt_coord *coord)
{
    struct local *local = (struct local *)coord;
    struct history *history;
    struct line *line;
    struct load *load;
    for (size_t at = 0; (history = vt_map_next(&local->histories, &at)) != NULL;)
        history_free(history);
    for (size_t at = 0; (line = vt_map_next(&local->lines, &at)) != NULL;) {
        while (line->n > 0)
            place_remove(line, line->n - 1);
        free(line->places);
        free((char *)line->key.ptr);
        free(line);
    }
    for (size_t at = 0; (load = vt_map_next(&local->loads, &at)) != NULL;) {
        free((char *)load->key.ptr);
        free(load);
    }
    vt_map_finish(&local->histories);
    vt_map_finish(&local->lines);
    vt_map_finish(&local->loads);
    free(local);
}

struct vt_coord *vt_coord_open_local(struct vt_loop *loop)
{
    static const struct vt_coord_ops ops = { local_hist_append, local_hist_since, local_hist_drop,
                                             local_q_push,      local_q_cancel,   local_q_accept,
                                             local_q_claim,     local_q_release,  local_q_line,
                                             local_load_add,    local_staff_set,  local_close };
    struct local *local = calloc(1, sizeof(*local));
    if (!local)
        return NULL;
    local->base.ops = &ops;
    local->loop = loop;
    return &local->base;
}
