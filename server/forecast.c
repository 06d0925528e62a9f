/* SPDX-License-Identifier: Apache-2.0 */
#include "server/forecast.h"

#include <stdlib.h>

enum { GUESSES = 5, DRAWS = 64, LOW = DRAWS / 10, HIGH = DRAWS - 1 - LOW, MOST_MS = 4 * 3600000 };

void vt_forecast_guess(struct vt_forecast_past *past, int64_t ms)
{
    *past = (struct vt_forecast_past){ .n = GUESSES, .guesses = GUESSES };
    for (int i = 0; i < GUESSES; i++) /* 0.4 to 1.6 of it: nobody knows yet */
        past->ms[i] = (uint32_t)(ms * (4 + 3 * i) / 10);
}

void vt_forecast_learn(struct vt_forecast_past *past, int64_t ms)
{
    uint32_t took = (uint32_t)(ms < 0 ? 0 : ms > MOST_MS ? MOST_MS : ms);
    if (past->guesses > 0) {
        past->ms[--past->guesses] = took;
    } else if (past->n < VT_FORECAST_KEPT) {
        past->ms[past->n++] = took;
    } else {
        past->ms[past->next] = took;
        past->next = (uint8_t)((past->next + 1) % VT_FORECAST_KEPT);
    }
}

/* --- draws ---------------------------------------------------------------------------------- */

/* xorshift32 (Marsaglia 2003): nothing secret hangs on it, and it must be the same each time. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

static uint32_t draw(const struct vt_forecast_past *past, uint32_t *random)
{
    return past->n > 0 ? past->ms[next_random(random) % past->n] : 0;
}

/* What was seen is a sample: another day of the same shop would have seen some of it twice and some not at
 * all (the bootstrap, Efron 1979). So few sessions seen make a wider range than many. */
static struct vt_forecast_past another(const struct vt_forecast_past *past, uint32_t *random)
{
    struct vt_forecast_past other = { .n = past->n };
    for (uint8_t i = 0; i < past->n; i++)
        other.ms[i] = draw(past, random);
    return other;
}

/* What is left of one that runs for `ran_ms`: as with one of those that took longer. When none did, it is
 * half of any: it cannot be known, and must not be nothing. */
static uint32_t draw_rest(const struct vt_forecast_past *past, int64_t ran_ms, uint32_t *random)
{
    uint32_t longer = 0;
    for (uint8_t i = 0; i < past->n; i++)
        longer += past->ms[i] > ran_ms;
    if (longer == 0)
        return draw(past, random) / 2;
    uint32_t skip = next_random(random) % longer;
    for (uint8_t i = 0; i < past->n; i++)
        if (past->ms[i] > ran_ms && skip-- == 0)
            return past->ms[i] - (uint32_t)ran_ms;
    return 0;
}

/* --- one way the next while may go ------------------------------------------------------------ */

/* The smallest first: when each place is free next. */
struct heap {
    int64_t at_ms[VT_FORECAST_PLACES];
    size_t n;
};

static void sink(struct heap *heap, size_t i)
{
    int64_t at_ms = heap->at_ms[i];
    for (size_t child; (child = 2 * i + 1) < heap->n; i = child) {
        if (child + 1 < heap->n && heap->at_ms[child + 1] < heap->at_ms[child])
            child++;
        if (at_ms <= heap->at_ms[child])
            break;
        heap->at_ms[i] = heap->at_ms[child];
    }
    heap->at_ms[i] = at_ms;
}

static void fill(struct heap *heap, const struct vt_forecast_shop *shop,
                 const struct vt_forecast_past *handling, bool with_unsure, uint32_t *random)
{
    heap->n = 0;
    for (size_t i = 0; i < shop->places_n; i++) {
        const struct vt_forecast_place *place = &shop->places[i];
        if (!place->is_unsure || with_unsure)
            heap->at_ms[heap->n++] = place->taken_ms < 0 ? 0 : draw_rest(handling, place->taken_ms, random);
    }
    if (heap->n == 0)
        heap->at_ms[heap->n++] = 0; /* somebody will come */
    for (size_t i = heap->n / 2; i-- > 0;)
        sink(heap, i);
}

static void play(const struct vt_forecast_shop *shop, int number, int64_t ret[VT_FORECAST_DEEP][DRAWS])
{
    uint32_t random = 2463534242u + (uint32_t)number * 7919u;
    struct vt_forecast_past handling = another(&shop->handling, &random);
    struct heap heap;
    fill(&heap, shop, &handling, number % 2 == 0, &random);
    for (size_t i = 0; i < VT_FORECAST_DEEP; i++) {
        ret[i][number] = heap.at_ms[0] + draw(&shop->picking, &random);
        heap.at_ms[0] = ret[i][number] + draw(&handling, &random);
        sink(&heap, 0);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

void vt_forecast_waits(const struct vt_forecast_shop *shop, uint32_t ret[VT_FORECAST_DEEP][2])
{
    int64_t waits[VT_FORECAST_DEEP][DRAWS];
    for (int number = 0; number < DRAWS; number++)
        play(shop, number, waits);
    for (size_t i = 0; i < VT_FORECAST_DEEP; i++) {
        qsort(waits[i], DRAWS, sizeof(waits[i][0]), compare);
        ret[i][0] = (uint32_t)(waits[i][LOW] / 1000);
        ret[i][1] = (uint32_t)(waits[i][HIGH] / 1000) + 1;
    }
}

void vt_forecast_at(uint32_t waits[VT_FORECAST_DEEP][2], size_t before, uint32_t ret_eta[2])
{
    size_t last = VT_FORECAST_DEEP - 1, at = before < last ? before : last;
    for (int end = 0; end < 2; end++)
        ret_eta[end] = (uint32_t)(waits[at][end] * (uint64_t)(before + 1) / (at + 1));
}
