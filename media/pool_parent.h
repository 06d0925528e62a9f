/* SPDX-License-Identifier: Apache-2.0 */
/* The parent of the workers, seen from the server: a child process with one socket. */
#ifndef VT_MEDIA_POOL_PARENT_H
#define VT_MEDIA_POOL_PARENT_H

#include <uv.h>

struct vt_pool_parent {
    uv_process_t process;
    int control;                                      /* owned; -1 while there is no parent */
    void (*on_exit)(struct vt_pool_parent *parent);   /* it has ended, `control` is closed */
    void (*on_closed)(struct vt_pool_parent *parent); /* the handle is gone: open again, or free */
};

/* Executes `binary media-worker`. VT_OK or VT_ERR_IO; then `control` is -1 and on_closed still comes. */
int vt_pool_parent_open(uv_loop_t *loop, struct vt_pool_parent *parent, const char *binary);
void vt_pool_parent_close(struct vt_pool_parent *parent);

/* A new worker numbered `worker`. Its end of the socket is the caller's, or -1. */
int vt_pool_parent_fork(struct vt_pool_parent *parent, uint32_t worker);
void vt_pool_parent_kill(struct vt_pool_parent *parent, uint32_t worker);

#endif
