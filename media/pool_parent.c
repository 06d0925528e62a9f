/* SPDX-License-Identifier: Apache-2.0 */
#include "media/pool_parent.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "media/wire.h"
#include "server/base/err.h"

/* Codecs print what they think of a file; a stranger's file shall not write our log. Sanitizers report there.
 */
#ifdef VT_SANITIZED
#define STDERR_FLAGS UV_INHERIT_FD
#else
#define STDERR_FLAGS UV_IGNORE
#endif

static void drop_control(struct vt_pool_parent *parent)
{
    if (parent->control >= 0)
        close(parent->control);
    parent->control = -1;
}

static void handle_closed(uv_handle_t *handle)
{
    struct vt_pool_parent *parent = handle->data;
    parent->on_closed(parent);
}

static void handle_exit(uv_process_t *process, int64_t status, int signal)
{
    struct vt_pool_parent *parent = process->data;
    (void)status;
    (void)signal;
    drop_control(parent);
    if (!uv_is_closing((uv_handle_t *)process)) {
        parent->on_exit(parent);
        uv_close((uv_handle_t *)process, handle_closed);
    }
}

/* The environment is our own: the server's may hold secrets, and VIPSHOME, LANG or FONTCONFIG_* of
 * whoever started it would choose what a worker loads. A sanitizer's options pass. */
static void clean_environment(char **env, char *asan, size_t size)
{
    const char *options = getenv("ASAN_OPTIONS");
    env[0] = "PATH=/usr/bin:/bin";
    env[1] = "LANG=C.UTF-8";
    env[2] = "HOME=/nonexistent";
    env[3] = NULL;
    if (options && snprintf(asan, size, "ASAN_OPTIONS=%s", options) < (int)size)
        env[3] = asan;
    env[4] = NULL;
}

static int spawn(uv_loop_t *loop, struct vt_pool_parent *parent, const char *binary, int theirs)
{
    char asan[512], *env[5];
    char *args[] = { (char *)binary, "media-worker", NULL };
    uv_stdio_container_t stdio[VT_WIRE_CONTROL_FD + 1] = {
        { .flags = UV_IGNORE },
        { .flags = UV_IGNORE },
        { .flags = STDERR_FLAGS, .data.fd = STDERR_FILENO },
        { .flags = UV_INHERIT_FD, .data.fd = theirs },
    };
    uv_process_options_t options = { .exit_cb = handle_exit,
                                     .file = binary,
                                     .args = args,
                                     .env = env,
                                     .cwd = "/",
                                     .stdio_count = VT_WIRE_CONTROL_FD + 1,
                                     .stdio = stdio };
    clean_environment(env, asan, sizeof(asan));
    parent->process.data = parent;
    return uv_spawn(loop, &parent->process, &options) == 0 ? VT_OK : VT_ERR_IO;
}

int vt_pool_parent_open(uv_loop_t *loop, struct vt_pool_parent *parent, const char *binary)
{
    int ends[2] = { -1, -1 };
    parent->control = -1;
    int err = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 ? VT_OK : VT_ERR_IO;
    /* uv_spawn leaves a handle to close even when it fails, so it is always asked. */
    if (spawn(loop, parent, binary, err == VT_OK ? ends[1] : STDERR_FILENO) != VT_OK)
        err = VT_ERR_IO;
    if (ends[1] >= 0)
        close(ends[1]);
    parent->control = ends[0];
    if (err != VT_OK) {
        drop_control(parent);
        uv_close((uv_handle_t *)&parent->process, handle_closed);
    }
    return err;
}

void vt_pool_parent_close(struct vt_pool_parent *parent)
{
    drop_control(parent);
    if (!uv_is_closing((uv_handle_t *)&parent->process))
        uv_close((uv_handle_t *)&parent->process, handle_closed);
}

int vt_pool_parent_fork(struct vt_pool_parent *parent, uint32_t worker)
{
    const struct vt_wire_order order = { VT_WIRE_FORK, worker };
    int ends[2];
    if (parent->control < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return -1;
    int err = vt_wire_send(parent->control, &order, sizeof(order), NULL, 0, &ends[1], 1);
    close(ends[1]);
    if (err == VT_OK)
        return ends[0];
    close(ends[0]);
    return -1;
}

void vt_pool_parent_kill(struct vt_pool_parent *parent, uint32_t worker)
{
    const struct vt_wire_order order = { VT_WIRE_KILL, worker };
    if (parent->control >= 0)
        vt_wire_send(parent->control, &order, sizeof(order), NULL, 0, NULL, 0);
}
