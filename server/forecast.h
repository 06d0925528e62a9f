/* SPDX-License-Identifier: Apache-2.0 */
/* Forecast: how long who waits will wait, as a range that holds eight times in ten if the day goes on like
 * this.
 *
 * It plays the next while out many times: places become free as their sessions end, whoever waits longest
 * takes the first, and how long each thing takes is drawn from what it took lately. So it knows of free
 * places, of sessions that must end soon, and how unlike one another they are. The draws are the same each
 * time: the same shop gives the same answer. No I/O, no clock. */
#ifndef VT_FORECAST_H
#define VT_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { VT_FORECAST_KEPT = 40, VT_FORECAST_PLACES = 256, VT_FORECAST_DEEP = 64 };

/* What something took, the last times. It begins as guesses, which the first real ones replace. */
struct vt_forecast_past {
    uint32_t ms[VT_FORECAST_KEPT];
    uint8_t n, guesses, next;
};
void vt_forecast_guess(struct vt_forecast_past *past, int64_t ms);
void vt_forecast_learn(struct vt_forecast_past *past, int64_t ms);

/* One conversation's worth of an associate. */
struct vt_forecast_place {
    int64_t taken_ms; /* how long its session runs; -1: free */
    bool is_unsure;   /* whoever it belongs to may not be there: half of the draws leave it out */
};

struct vt_forecast_shop {
    struct vt_forecast_past handling; /* a session */
    struct vt_forecast_past picking;  /* from the first card to the answer */
    struct vt_forecast_place places[VT_FORECAST_PLACES];
    size_t places_n; /* more are left out */
};

/* ret[i]: seconds, from and to, until somebody takes whoever has i others before them. */
void vt_forecast_waits(const struct vt_forecast_shop *shop, uint32_t ret[VT_FORECAST_DEEP][2]);
/* The same for any i: a line deeper than the table goes on as steadily as it does there. */
void vt_forecast_at(uint32_t waits[VT_FORECAST_DEEP][2], size_t before, uint32_t ret_eta[2]);

#endif
