/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/ids.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "server/base/err.h"

void vt_random(void *bytes, size_t n)
{
    char *at = bytes;
    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort();
        at += got;
        n -= (size_t)got;
    }
}

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void vt_base64url(const void *bytes, size_t n, char *ret)
{
    const unsigned char *p = bytes;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8) | p[i];
        have += 8;
        while (have >= 6) {
            have -= 6;
            *ret++ = base64_digits[(bits >> have) & 63];
        }
    }
    if (have > 0)
        *ret++ = base64_digits[(bits << (6 - have)) & 63];
    *ret = '\0';
}

int vt_base64url_read(struct vt_str text, struct vt_buf *out)
{
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(base64_digits, text.ptr[i], 64);
        if (!digit)
            return VT_ERR_INVALID;
        bits = (bits << 6 | (uint32_t)(digit - base64_digits)) & 0xfff;
        have += 6;
        if (have >= 8) {
            have -= 8;
            vt_buf_byte(out, (char)(uint8_t)(bits >> have));
        }
    }
    if (have >= 6 || (bits & ((1U << have) - 1)) != 0)
        return VT_ERR_INVALID;
    return out->failed ? VT_ERR_FULL : VT_OK;
}

void vt_hex(const void *bytes, size_t n, char *ret)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *p = bytes;
    for (size_t i = 0; i < n; i++) {
        *ret++ = digits[p[i] >> 4];
        *ret++ = digits[p[i] & 15];
    }
    *ret = '\0';
}

void vt_id_new(char ret_text[VT_ID_TEXT])
{
    unsigned char bytes[VT_ID_BYTES];
    vt_random(bytes, sizeof(bytes));
    vt_base64url(bytes, sizeof(bytes), ret_text);
}

static int64_t clock_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t vt_now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

int64_t vt_wall_ms(void)
{
    return clock_ms(CLOCK_REALTIME);
}

static int64_t steady_from_ms; /* what CLOCK_BOOTTIME lacks */

static void start_steady(void)
{
    steady_from_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
}

int64_t vt_steady_ms(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_steady);
    return steady_from_ms + clock_ms(CLOCK_BOOTTIME);
}

int64_t vt_steady_of(int64_t wall_ms)
{
    return wall_ms - vt_wall_ms() + vt_steady_ms();
}

int64_t vt_latest_ms(void)
{
    int64_t wall = vt_wall_ms(), steady = vt_steady_ms();
    return wall > steady ? wall : steady;
}
