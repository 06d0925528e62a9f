/* SPDX-License-Identifier: Apache-2.0 */
#include "media/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "server/base/err.h"

/* Aligned as the kernel wants it. */
union ancillary {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int) * VT_WIRE_FDS)];
};

static void attach(struct msghdr *message, union ancillary *space, const int *fds, size_t n_fds)
{
    if (n_fds == 0)
        return;
    memset(space, 0, sizeof(*space));
    message->msg_control = space->room;
    message->msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
    memcpy(CMSG_DATA(header), fds, sizeof(int) * n_fds);
}

int vt_wire_send(int socket, const void *bytes, size_t len, const void *tail, size_t tail_len, const int *fds,
                 size_t n_fds)
{
    struct iovec parts[2] = { { (void *)bytes, len }, { (void *)tail, tail_len } };
    struct msghdr message = { .msg_iov = parts, .msg_iovlen = tail_len ? 2 : 1 };
    union ancillary space;
    ssize_t sent;

    attach(&message, &space, fds, n_fds);
    do
        sent = sendmsg(socket, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? VT_ERR_FULL : VT_ERR_IO;
    return (size_t)sent == len + tail_len ? VT_OK : VT_ERR_IO;
}

/* Copies what came into `fds`, closing what does not fit there. */
static size_t detach(struct msghdr *message, int fds[VT_WIRE_FDS])
{
    size_t taken = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header; header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        size_t n = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < n; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof(int));
            if (taken < VT_WIRE_FDS)
                fds[taken++] = fd;
            else
                close(fd);
        }
    }
    return taken;
}

int vt_wire_receive(int socket, void *bytes, size_t size, int fds[VT_WIRE_FDS], size_t *ret_fds)
{
    struct iovec part = { bytes, size };
    union ancillary space;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = space.room, .msg_controllen = sizeof(space.room)
    };
    ssize_t got;

    do
        got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK ? VT_ERR_FULL : VT_ERR_IO;
    size_t n_fds = detach(&message, fds);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
        for (size_t i = 0; i < n_fds; i++)
            close(fds[i]);
        return VT_ERR_INVALID;
    }
    *ret_fds = n_fds;
    return (int)got;
}
