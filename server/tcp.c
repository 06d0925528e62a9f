/* SPDX-License-Identifier: Apache-2.0 */
/* A file of its own: the kernel's header has the counter that the C library's lacks, and the two
 * cannot be included together. */
#include "server/tcp.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static bool received(int fd, uint64_t *ret_bytes)
{
    struct tcp_info info = { 0 };
    socklen_t len = sizeof(info);
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
        return false;
    *ret_bytes = info.tcpi_bytes_received;
    return true;
}

bool vt_tcp_read_so_far(int fd, uint64_t *ret_bytes)
{
    uint64_t before, after;
    int queued;
    for (int i = 0; i < 16; i++) {
        if (!received(fd, &before) || ioctl(fd, FIONREAD, &queued) != 0 || !received(fd, &after))
            return false;
        if (before == after) {
            *ret_bytes = before - (uint64_t)queued;
            return true;
        }
    }
    return false;
}
