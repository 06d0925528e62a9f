/* SPDX-License-Identifier: Apache-2.0 */
#include "media/room.h"

#include <sys/statvfs.h>

enum { FREE_PARTS = 20 };

bool vt_room_in(uint64_t total, uint64_t available, uint64_t bytes)
{
    const uint64_t kept = total / FREE_PARTS;
    return available >= kept && available - kept >= bytes;
}

bool vt_room_for(int fd, uint64_t bytes)
{
    struct statvfs fs;
    return fstatvfs(fd, &fs) == 0 &&
           vt_room_in((uint64_t)fs.f_blocks * fs.f_frsize, (uint64_t)fs.f_bavail * fs.f_frsize, bytes);
}
