/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into the server: the wall clock moves by what the file VITRINE_CLOCK holds (a number of
 * milliseconds, eight bytes, mapped, so that it changes at once). Monotonic clocks stay as they are, as on a
 * real machine whose clock is set. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *shift;

__attribute__((constructor)) static void map_file(void)
{
    const char *path = getenv("VITRINE_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *page = fd >= 0 ? mmap(NULL, sizeof(*shift), PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    if (page != MAP_FAILED)
        shift = page;
    if (fd >= 0)
        close(fd);
}

static int64_t shift_ms(void)
{
    return shift ? atomic_load(shift) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
        int64_t ms = (int64_t)now->tv_sec * 1000 + shift_ms();
        now->tv_sec = (time_t)(ms / 1000);
        now->tv_nsec += ms % 1000 * 1000000;
        if (now->tv_nsec >= 1000000000) {
            now->tv_nsec -= 1000000000;
            now->tv_sec++;
        }
    }
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec at;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &at) != 0)
        return -1;
    *now = (struct timeval){ .tv_sec = at.tv_sec, .tv_usec = at.tv_nsec / 1000 };
    return 0;
}

time_t time(time_t *ret_now)
{
    struct timespec at;
    clock_gettime(CLOCK_REALTIME, &at);
    if (ret_now)
        *ret_now = at.tv_sec;
    return at.tv_sec;
}
