/* SPDX-License-Identifier: Apache-2.0 */
/* A token bucket: `rate` tokens a second, at most `burst`, in thousandths so that small rates stay
 * exact. Starts full. */
#ifndef VT_BUCKET_H
#define VT_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct vt_bucket {
    int64_t milli;   /* tokens x 1000 */
    int64_t at_ms;   /* 0: full, never used */
    int64_t over_ms; /* since when it refuses without a pause of a second; 0: it does not */
};

/* True: one token taken. Else *ret_after_ms says when the next will be there. */
static inline bool vt_bucket_take(struct vt_bucket *bucket, uint32_t rate, uint32_t burst, int64_t now_ms,
                                  uint32_t *ret_after_ms)
{
    int64_t full = (int64_t)burst * 1000;
    if (bucket->at_ms == 0)
        bucket->milli = full;
    else
        bucket->milli += (now_ms - bucket->at_ms) * rate;
    if (bucket->milli > full)
        bucket->milli = full;
    bucket->at_ms = now_ms;
    if (bucket->milli >= 1000) {
        bucket->milli -= 1000;
        if (bucket->milli >= (int64_t)rate * 1000)
            bucket->over_ms = 0; /* a second's worth saved up: the burst is over */
        return true;
    }
    if (bucket->over_ms == 0)
        bucket->over_ms = now_ms;
    *ret_after_ms = (uint32_t)((1000 - bucket->milli + rate - 1) / rate);
    return false;
}

#endif
