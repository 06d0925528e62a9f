/* SPDX-License-Identifier: Apache-2.0 */
/* The forecast against shops that are played to the end: what it said, and how long they then waited. */
#include "tests/unit/cm.h"

#include <math.h>

#include "server/forecast.h"

enum { MINUTE = 60000 };

static void open_shop(struct vt_forecast_shop *shop, size_t free, size_t taken, int64_t taken_ms)
{
    *shop = (struct vt_forecast_shop){ .places_n = 0 };
    vt_forecast_guess(&shop->handling, 5 * MINUTE);
    vt_forecast_guess(&shop->picking, 10000);
    for (size_t i = 0; i < free + taken; i++)
        shop->places[shop->places_n++] = (struct vt_forecast_place){ i < free ? -1 : taken_ms, false };
}

static void test_a_free_place_is_soon(void **state)
{
    (void)state;
    struct vt_forecast_shop shop;
    uint32_t waits[VT_FORECAST_DEEP][2];
    open_shop(&shop, 2, 3, MINUTE);
    vt_forecast_waits(&shop, waits);
    assert_true(waits[1][1] <= 20);
    assert_true(waits[2][1] > 20);
    for (size_t i = 1; i < VT_FORECAST_DEEP; i++)
        assert_true(waits[i][0] >= waits[i - 1][0] && waits[i][1] > waits[i][0]);
}

static void test_a_session_that_runs_long_ends_soon(void **state)
{
    (void)state;
    struct vt_forecast_shop fresh, old;
    uint32_t one[VT_FORECAST_DEEP][2], other[VT_FORECAST_DEEP][2];
    open_shop(&fresh, 0, 1, 0);
    open_shop(&old, 0, 1, 4 * MINUTE);
    vt_forecast_waits(&fresh, one);
    vt_forecast_waits(&old, other);
    assert_true(other[0][0] < one[0][0] && other[0][1] < one[0][1]);
    open_shop(&old, 0, 1, 60 * MINUTE); /* longer than any: still not at once */
    vt_forecast_waits(&old, other);
    assert_true(other[0][1] > 60);
}

static void test_an_unsure_place_widens_it(void **state)
{
    (void)state;
    struct vt_forecast_shop shop;
    uint32_t sure[VT_FORECAST_DEEP][2], unsure[VT_FORECAST_DEEP][2];
    open_shop(&shop, 1, 1, MINUTE);
    vt_forecast_waits(&shop, sure);
    shop.places[0].is_unsure = true;
    vt_forecast_waits(&shop, unsure);
    assert_true(unsure[0][0] <= sure[0][1] && unsure[0][1] > sure[0][1] + 60);
}

static void test_real_ones_replace_the_guesses(void **state)
{
    (void)state;
    struct vt_forecast_past past;
    vt_forecast_guess(&past, MINUTE);
    uint8_t n = past.n;
    for (int i = 0; i < n; i++)
        vt_forecast_learn(&past, 7000);
    assert_int_equal(past.n, n);
    for (int i = 0; i < n; i++)
        assert_int_equal(past.ms[i], 7000);
    for (int i = 0; i < 2 * VT_FORECAST_KEPT; i++)
        vt_forecast_learn(&past, i);
    assert_int_equal(past.n, VT_FORECAST_KEPT);
    for (int i = 0; i < VT_FORECAST_KEPT; i++)
        assert_true(past.ms[i] >= VT_FORECAST_KEPT); /* the last ones */
    vt_forecast_learn(&past, -5);
    vt_forecast_learn(&past, INT64_MAX);
}

static void test_a_deep_line_goes_on(void **state)
{
    (void)state;
    struct vt_forecast_shop shop;
    uint32_t waits[VT_FORECAST_DEEP][2], at[2], far[2];
    open_shop(&shop, 0, 3, MINUTE);
    vt_forecast_waits(&shop, waits);
    vt_forecast_at(waits, VT_FORECAST_DEEP - 1, at);
    assert_memory_equal(at, waits[VT_FORECAST_DEEP - 1], sizeof(at));
    vt_forecast_at(waits, 2 * VT_FORECAST_DEEP - 1, far);
    assert_int_equal(far[0], 2 * at[0]);
    assert_int_equal(far[1], 2 * at[1]);
    vt_forecast_at(waits, 100000, far);
    assert_true(far[1] > far[0] && far[0] > at[1]);
}

/* --- days ------------------------------------------------------------------------------------- */

/* A shop of `people` with two places each, in its own time. What a session takes is known to the day alone;
 * the forecast sees what has ended, who runs for how long, and who is away by then. */
struct day {
    struct vt_forecast_shop shop;
    uint64_t random;
    double mean_ms, spread; /* of ln */
    size_t people;
    struct {
        double from_ms, until_ms; /* of the session; until in the past: free */
        double back_ms;           /* away from the end of the session till then */
        bool told;                /* the shop has learned of its end */
    } places[32];
    size_t within, n;
    double off_ms;
};

static double uniform(struct day *day)
{
    day->random = day->random * 6364136223846793005ull + 1442695040888963407ull;
    return ((double)(day->random >> 33) + 0.5) / 2147483648.0;
}

static double session_ms(struct day *day)
{
    double normal = sqrt(-2 * log(uniform(day))) * cos(6.283185307179586 * uniform(day));
    return day->mean_ms * exp(day->spread * normal - day->spread * day->spread / 2);
}

static void see(struct day *day, double now_ms)
{
    day->shop.places_n = 0;
    for (size_t i = 0; i < 2 * day->people; i++) {
        bool runs = day->places[i].until_ms > now_ms;
        if (!runs && !day->places[i].told) {
            vt_forecast_learn(&day->shop.handling,
                              (int64_t)(day->places[i].until_ms - day->places[i].from_ms));
            day->places[i].told = true;
        }
        if (!runs && day->places[i].back_ms > now_ms)
            continue; /* a known absence; while the session runs nobody knows of it */
        day->shop.places[day->shop.places_n++] = (struct vt_forecast_place){
            runs ? (int64_t)(now_ms - day->places[i].from_ms) : -1, false
        };
    }
}

/* Who comes at `now_ms` gets the place that is free first, since those before have theirs already. */
static double serve(struct day *day, double now_ms)
{
    size_t best = 0;
    double free_ms = INFINITY;
    for (size_t i = 0; i < 2 * day->people; i++) {
        double at_ms = fmax(day->places[i].until_ms, day->places[i].back_ms);
        if (at_ms < free_ms) {
            free_ms = at_ms;
            best = i;
        }
    }
    double picked_ms = 2000 + 12000 * uniform(day), from_ms = fmax(now_ms, free_ms) + picked_ms;
    vt_forecast_learn(&day->shop.picking, (int64_t)picked_ms);
    day->places[best].from_ms = from_ms;
    double took_ms = session_ms(day);
    bool rests = uniform(day) < took_ms / (120 * MINUTE); /* a quarter of an hour after two hours' work */
    day->places[best].until_ms = from_ms + took_ms;
    day->places[best].back_ms = rests ? day->places[best].until_ms + 15 * MINUTE : 0;
    day->places[best].told = false;
    return from_ms - now_ms;
}

enum { LINE = 40 };

/* A rush: all of a line ask one after the other and none is served meanwhile; each is told once. */
static void rush(struct day *day, size_t n, double now_ms)
{
    uint32_t waits[VT_FORECAST_DEEP][2], eta[LINE][2];
    see(day, now_ms);
    vt_forecast_waits(&day->shop, waits);
    for (size_t i = 0; i < n; i++)
        vt_forecast_at(waits, i, eta[i]);
    for (size_t i = 0; i < n; i++) {
        double waited_ms = serve(day, now_ms);
        day->within += waited_ms >= eta[i][0] * 1000.0 && waited_ms <= eta[i][1] * 1000.0;
        day->off_ms += fabs(waited_ms - (eta[i][0] + eta[i][1]) * 500.0);
        day->n++;
    }
}

/* Sixty rushes of one to twelve, far enough apart that each line empties: what a forecast says of one is not
 * what it said of another. */
static double play(uint64_t seed, double minutes, double spread, size_t people)
{
    struct day day = { .random = seed, .mean_ms = minutes * MINUTE, .spread = spread, .people = people };
    double now_ms = 0;
    vt_forecast_guess(&day.shop.handling, 5 * MINUTE);
    vt_forecast_guess(&day.shop.picking, 15000);
    for (size_t i = 0; i < 2 * people; i++)
        day.places[i].told = true;
    for (int i = 0; i < 60; i++) {
        rush(&day, 1 + (size_t)(uniform(&day) * 12), now_ms);
        double busy_ms = 0;
        for (size_t p = 0; p < 2 * people; p++)
            busy_ms = fmax(busy_ms, day.places[p].from_ms);
        now_ms = fmax(now_ms + MINUTE, busy_ms) +
                 3 * MINUTE * uniform(&day); /* all have been taken; some run on */
    }
    print_message("seed %llu, %.0f min, spread %.1f, %zu people: %zu of %zu as told, off by %.0f s\n",
                  (unsigned long long)seed, minutes, spread, people, day.within, day.n,
                  day.off_ms / (double)day.n / 1000);
    return (double)day.within / (double)day.n;
}

/* Teams of three and more. Of one alone the break, which nobody can know of, is the whole error. */
static void test_ranges_hold_in_many_shops(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        for (size_t people = 3; people <= 9; people += 3)
            for (double minutes = 3; minutes <= 12; minutes += 9)
                for (double spread = 0.3; spread < 1; spread += 0.4)
                    assert_true(play(seed, minutes, spread, people) >= 0.6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_free_place_is_soon),
        cmocka_unit_test(test_a_session_that_runs_long_ends_soon),
        cmocka_unit_test(test_an_unsure_place_widens_it),
        cmocka_unit_test(test_real_ones_replace_the_guesses),
        cmocka_unit_test(test_a_deep_line_goes_on),
        cmocka_unit_test(test_ranges_hold_in_many_shops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
