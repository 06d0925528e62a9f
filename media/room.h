/* SPDX-License-Identifier: Apache-2.0 */
/* Room on a disk: one part in twenty stays free for what must be kept, the store above all. What can be
 * refused or made again asks here first. */
#ifndef VT_ROOM_H
#define VT_ROOM_H

#include <stdbool.h>
#include <stdint.h>

/* Whether so many more bytes leave that much of `total` free. */
bool vt_room_in(uint64_t total, uint64_t available, uint64_t bytes);
/* The same of the disk behind a descriptor; false where it cannot say. */
bool vt_room_for(int fd, uint64_t bytes);

#endif
