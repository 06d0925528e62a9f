/* SPDX-License-Identifier: Apache-2.0 */
#include "server/backup/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/backup/tree.h"

static bool is_unfinished(const char *data_dir)
{
    char path[VT_TREE_PATH];
    snprintf(path, sizeof(path), "%s/" VT_RESTORING, data_dir);
    return access(path, F_OK) == 0;
}

int vt_data_lock(const char *data_dir, bool alone, struct vt_buf *ret_error)
{
    char path[VT_TREE_PATH];
    snprintf(path, sizeof(path), "%s/in-use", data_dir);
    if (mkdir(data_dir, 0700) != 0 && errno != EEXIST) {
        vt_buf_printf(ret_error, "The data directory %s cannot be made: %s.", data_dir, strerror(errno));
        return -1;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        vt_buf_printf(ret_error, "The data directory %s cannot be written: %s.", data_dir, strerror(errno));
        return -1;
    }
    errno = 0;
    if (flock(fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0 && (alone || !is_unfinished(data_dir)))
        return fd;
    if (errno == EWOULDBLOCK)
        vt_buf_printf(ret_error,
                      alone ? "A server runs on %s; stop it first."
                            : "A restore works on %s; wait for its end.",
                      data_dir);
    else
        vt_buf_printf(ret_error, "A restore into %s did not come to its end; run it again.", data_dir);
    close(fd);
    return -1;
}
