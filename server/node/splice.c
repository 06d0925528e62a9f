/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/splice.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/conn_listen.h"

enum { UP = VT_SPLICE_UP, DOWN = VT_SPLICE_DOWN, HELD_BYTES = 131072, QUIET_SECONDS = 10, LOST_MS = 10000 };

/* What a side could not take at once. */
struct rest {
    uv_write_t write;
    struct vt_splice_side *to;
    char bytes[];
};

struct vt_splice *vt_splice_create(const struct vt_splice_owner *owner, int fd, const struct vt_address *from)
{
    struct vt_splice *line = calloc(1, sizeof(*line));
    if (!line)
        return NULL;
    vt_list_init(&line->link);
    line->owner = owner;
    line->fd = fd;
    line->from = *from;
    line->since_ms = vt_now_ms();
    for (size_t i = 0; i < VT_SPLICE_SIDES; i++)
        line->sides[i].line = line;
    return line;
}

/* --- the end ------------------------------------------------------------------------------------- */

static void finish(struct vt_splice *line)
{
    if (line->waits_again) {
        line->waits_again = false;
        line->phase = VT_SPLICE_WAITING;
        line->owner->waits(line->owner->arg);
        return;
    }
    if (line->fd >= 0)
        close(line->fd);
    const struct vt_splice_owner *owner = line->owner;
    vt_list_remove(&line->link);
    free(line);
    owner->gone(owner->arg);
}

static void handle_closed(uv_handle_t *handle)
{
    struct vt_splice_side *side = handle->data;
    side->made = false;
    if (--side->line->closing == 0)
        finish(side->line);
}

static void close_sides(struct vt_splice *line)
{
    line->phase = VT_SPLICE_CLOSING;
    for (size_t i = 0; i < VT_SPLICE_SIDES; i++)
        line->closing += line->sides[i].made;
    for (size_t i = 0; i < VT_SPLICE_SIDES; i++)
        if (line->sides[i].made)
            uv_close((uv_handle_t *)&line->sides[i].tcp, handle_closed);
    if (line->closing == 0)
        finish(line);
}

void vt_splice_close(struct vt_splice *line)
{
    line->waits_again = false;
    if (line->phase != VT_SPLICE_CLOSING)
        close_sides(line);
}

int vt_splice_take_back(struct vt_splice *line, struct vt_address *ret_from)
{
    const int fd = line->fd;
    *ret_from = line->from;
    line->fd = -1;
    vt_splice_close(line);
    return fd;
}

/* --- bytes --------------------------------------------------------------------------------------- */

static void handle_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf);

static void handle_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret_buf)
{
    const struct vt_splice_side *side = handle->data;
    (void)size;
    *ret_buf = uv_buf_init(side->line->owner->scratch, VT_SPLICE_SCRATCH);
}

static struct vt_splice_side *other(struct vt_splice_side *side)
{
    return &side->line->sides[side == &side->line->sides[UP] ? DOWN : UP];
}

static void read_on(struct vt_splice_side *side)
{
    if (side->line->phase == VT_SPLICE_OPEN && !side->ended)
        uv_read_start((uv_stream_t *)&side->tcp, handle_alloc, handle_read);
}

static void handle_written(uv_write_t *write, int status)
{
    struct rest *rest = write->data;
    struct vt_splice *line = rest->to->line;
    if (status == 0)
        read_on(other(rest->to));
    else if (line->phase == VT_SPLICE_OPEN)
        close_sides(line);
    free(rest);
}

/* Until this is through nothing is read from where it came. */
static int write_rest(struct vt_splice_side *to, const char *bytes, size_t n)
{
    struct rest *rest = malloc(sizeof(*rest) + n);
    if (!rest)
        return VT_ERR_NOMEM;
    memcpy(rest->bytes, bytes, n);
    rest->to = to;
    rest->write.data = rest;
    uv_buf_t buf = uv_buf_init(rest->bytes, (unsigned)n);
    if (uv_write(&rest->write, (uv_stream_t *)&to->tcp, &buf, 1, handle_written) == 0)
        return VT_OK;
    free(rest);
    return VT_ERR_IO;
}

static int pass_on(struct vt_splice_side *from, const char *bytes, size_t n)
{
    struct vt_splice_side *to = other(from);
    uv_buf_t buf = uv_buf_init((char *)bytes, (unsigned)n);
    int taken = uv_try_write((uv_stream_t *)&to->tcp, &buf, 1);
    if (taken < 0 && taken != UV_EAGAIN)
        return VT_ERR_IO;
    const size_t done = taken > 0 ? (size_t)taken : 0;
    if (done == n)
        return VT_OK;
    uv_read_stop((uv_stream_t *)&from->tcp);
    return write_rest(to, bytes + done, n - done);
}

static void handle_ended(uv_shutdown_t *ending, int status)
{
    struct vt_splice_side *side = ending->data;
    struct vt_splice *line = side->line;
    (void)status;
    if (line->phase == VT_SPLICE_OPEN && line->sides[UP].ended && line->sides[DOWN].ended)
        close_sides(line);
}

/* Nothing more comes from there; what came is passed on first. */
static int end_side(struct vt_splice_side *side)
{
    struct vt_splice_side *to = other(side);
    side->ended = true;
    side->line->half_ms = vt_now_ms();
    to->ending.data = to;
    return uv_shutdown(&to->ending, (uv_stream_t *)&to->tcp, handle_ended);
}

static void handle_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct vt_splice_side *side = stream->data;
    int err = n == UV_EOF ? end_side(side) : n < 0 ? (int)n : n > 0 ? pass_on(side, buf->base, (size_t)n) : 0;
    if (err && side->line->phase == VT_SPLICE_OPEN)
        close_sides(side->line);
}

/* --- the leader ------------------------------------------------------------------------------------ */

/* A leader whose machine is gone says nothing at all. */
static void prepare_up(int fd)
{
    int held = HELD_BYTES, lost = LOST_MS;
    vt_conn_prepare_socket(fd);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &held, sizeof(held));
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &lost, sizeof(lost));
}

static int open_sides(struct vt_splice *line)
{
    struct vt_splice_side *up = &line->sides[UP], *down = &line->sides[DOWN];
    if (uv_tcp_init(vt_loop_uv(line->owner->loop), &down->tcp) != 0)
        return VT_ERR_IO;
    down->made = true;
    down->tcp.data = down;
    vt_conn_prepare_socket(line->fd);
    if (uv_tcp_open(&down->tcp, line->fd) != 0)
        return VT_ERR_IO;
    line->fd = -1;
    line->phase = VT_SPLICE_OPEN;
    int err = write_rest(up, (const char *)line->preamble, sizeof(line->preamble));
    if (!err) /* the browser is read once the preamble is through */
        read_on(up);
    return err;
}

static void handle_connected(uv_connect_t *connecting, int status)
{
    struct vt_splice *line = connecting->data;
    if (line->phase != VT_SPLICE_CONNECTING)
        return;
    if (status == 0 && open_sides(line) == VT_OK)
        return;
    line->waits_again = status != 0;
    close_sides(line);
}

static bool read_address(const char *text, struct sockaddr_storage *ret_where)
{
    char host[VT_LEASE_ADDRESS];
    const char *colon = strrchr(text, ':');
    const bool v6 = text[0] == '[';
    if (!colon || (v6 && colon < text + 3))
        return false;
    vt_str_copy(host, sizeof(host), (struct vt_str){ text + v6, (size_t)(colon - text) - (v6 ? 2 : 0) });
    const int port = atoi(colon + 1);
    return (v6 ? uv_ip6_addr(host, port, (struct sockaddr_in6 *)ret_where)
               : uv_ip4_addr(host, port, (struct sockaddr_in *)ret_where)) == 0;
}

void vt_splice_connect(struct vt_splice *line, const struct vt_leader *leader)
{
    struct vt_splice_side *up = &line->sides[UP];
    struct sockaddr_storage where = { 0 };
    uv_os_fd_t fd;
    vt_preamble_write(line->preamble, leader->token, &line->from);
    line->connecting.data = line;
    line->phase = VT_SPLICE_CONNECTING;
    if (!read_address(leader->address, &where) ||
        uv_tcp_init_ex(vt_loop_uv(line->owner->loop), &up->tcp, where.ss_family) != 0) {
        close_sides(line);
        return;
    }
    up->made = true;
    up->tcp.data = up;
    if (uv_fileno((uv_handle_t *)&up->tcp, &fd) == 0)
        prepare_up(fd);
    uv_tcp_keepalive(&up->tcp, 1, QUIET_SECONDS);
    if (uv_tcp_connect(&line->connecting, &up->tcp, (struct sockaddr *)&where, handle_connected) != 0)
        close_sides(line);
}
