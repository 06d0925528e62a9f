/* SPDX-License-Identifier: Apache-2.0 */
/* A file of its own: the kernel's header has the counter that the C library's lacks, and the two
 * cannot be included together. */
#include "server/tcp.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The kernel's numbers of its states; the header that names them is the C library's. */
enum { TCP_CLOSE_WAIT = 8, TCP_LAST_ACK = 9, TCP_CLOSING = 11 };

static bool ask(int fd, struct tcp_info *ret_info)
{
    socklen_t len = sizeof(*ret_info);
    *ret_info = (struct tcp_info){ 0 };
    return getsockopt(fd, IPPROTO_TCP, TCP_INFO, ret_info, &len) == 0;
}

/* The other side's end counts as a byte received, and not as one that is queued. */
static bool received(int fd, uint64_t *ret_bytes)
{
    static const unsigned ended = 1U << TCP_CLOSE_WAIT | 1U << TCP_LAST_ACK | 1U << TCP_CLOSING;
    struct tcp_info info;
    if (!ask(fd, &info))
        return false;
    *ret_bytes = info.tcpi_bytes_received - (ended >> info.tcpi_state & 1);
    return true;
}

bool vt_tcp_taken_so_far(int fd, uint64_t *ret_bytes)
{
    struct tcp_info info;
    if (!ask(fd, &info))
        return false;
    *ret_bytes = info.tcpi_bytes_acked;
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
