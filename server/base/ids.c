/* SPDX-License-Identifier: Apache-2.0 */
#include "server/base/ids.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

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

void vt_base64url(const void *bytes, size_t n, char *ret)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *p = bytes;
    uint32_t bits = 0;
    int have = 0;
    for (size_t i = 0; i < n; i++) {
        bits = (bits << 8) | p[i];
        have += 8;
        while (have >= 6) {
            have -= 6;
            *ret++ = digits[(bits >> have) & 63];
        }
    }
    if (have > 0)
        *ret++ = digits[(bits << (6 - have)) & 63];
    *ret = '\0';
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
