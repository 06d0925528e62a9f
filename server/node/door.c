/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/door.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/log.h"
#include "server/node/preamble.h"

enum { GUESTS_MOST = 4096, SAY_MS = 5000, LOOK_MS = 1000 };

/* A line that has not said its preamble yet. */
struct guest {
    struct vt_list link; /* in vt_door.guests, the oldest first */
    uv_poll_t poll;
    struct vt_door *door; /* NULL: it was closed meanwhile */
    int fd;
    int64_t since_ms;
    size_t said;
    uint8_t bytes[VT_PREAMBLE_BYTES];
    struct vt_address from;
    bool known;
};

struct vt_door {
    struct vt_loop *loop;
    struct vt_listeners *listeners;
    struct vt_list guests;
    size_t guest_count;
    const char *token; /* borrowed; NULL: closed to all */
    vt_accepted_fn *fn;
    void *arg;
    struct vt_timer timer;
};

static void handle_guest_closed(uv_handle_t *handle)
{
    struct guest *guest = handle->data;
    if (guest->known && guest->door)
        guest->door->fn(guest->door->arg, guest->fd, &guest->from);
    else
        close(guest->fd);
    if (guest->door) {
        vt_list_remove(&guest->link);
        guest->door->guest_count--;
    }
    free(guest);
}

static void part(struct guest *guest)
{
    if (!uv_is_closing((uv_handle_t *)&guest->poll))
        uv_close((uv_handle_t *)&guest->poll, handle_guest_closed);
}

static void handle_readable(uv_poll_t *poll, int status, int events)
{
    struct guest *guest = poll->data;
    (void)events;
    ssize_t n = status < 0 ? 0
                           : recv(guest->fd, guest->bytes + guest->said, VT_PREAMBLE_BYTES - guest->said, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    guest->said += n > 0 ? (size_t)n : 0;
    if (n > 0 && guest->said < VT_PREAMBLE_BYTES)
        return;
    guest->known = n > 0 && vt_preamble_read(guest->bytes, guest->door->token, &guest->from);
    if (n > 0 && !guest->known)
        vt_log(VT_LOG_WARN, "node.refused", VT_LOG_T("detail", "a line without this leader's token"));
    part(guest);
}

static void handle_accepted(void *arg, int fd, const struct vt_address *from)
{
    struct vt_door *door = arg;
    struct guest *guest = door->guest_count < GUESTS_MOST ? calloc(1, sizeof(*guest)) : NULL;
    (void)from; /* a node's; whose line it is comes with the preamble */
    if (!guest || uv_poll_init(vt_loop_uv(door->loop), &guest->poll, fd) != 0) {
        free(guest);
        close(fd);
        return;
    }
    guest->door = door;
    guest->fd = fd;
    guest->since_ms = vt_now_ms();
    guest->poll.data = guest;
    vt_list_append(&door->guests, &guest->link);
    door->guest_count++;
    uv_poll_start(&guest->poll, UV_READABLE, handle_readable);
}

static void handle_timer(void *arg)
{
    struct vt_door *door = arg;
    const int64_t due_ms = vt_now_ms() - SAY_MS;
    VT_LIST_EACH (guest, &door->guests, struct guest, link)
        if (guest->since_ms < due_ms)
            part(guest);
}

struct vt_door *vt_door_open(struct vt_loop *loop, const char *where, struct vt_buf *ret_error)
{
    struct vt_door *door = calloc(1, sizeof(*door));
    if (!door)
        return NULL;
    door->loop = loop;
    vt_list_init(&door->guests);
    door->listeners = vt_listeners_open(loop, "--node-address", where, false, ret_error);
    if (!door->listeners) {
        free(door);
        return NULL;
    }
    vt_timer_init(loop, &door->timer, handle_timer, door);
    return door;
}

const char *vt_door_where(const struct vt_door *door)
{
    return vt_listeners_where(door->listeners);
}

void vt_door_admit(struct vt_door *door, const char *token, vt_accepted_fn *fn, void *arg)
{
    door->token = token;
    door->fn = fn;
    door->arg = arg;
    vt_listeners_to(door->listeners, handle_accepted, door);
    vt_timer_start(&door->timer, LOOK_MS, LOOK_MS);
}

static void handle_timer_closed(void *arg)
{
    free(arg);
}

void vt_door_close(struct vt_door *door)
{
    if (!door)
        return;
    vt_listeners_close(door->listeners);
    VT_LIST_EACH (guest, &door->guests, struct guest, link) {
        guest->door = NULL;
        part(guest);
    }
    vt_timer_close(&door->timer, handle_timer_closed);
}
