/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mounts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/log.h"

struct vt_mounts {
    struct vt_mounts_deps deps;
    char web[PATH_MAX];
};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

void vt_mounts_web(const struct vt_config *config, char *ret_path, size_t size)
{
    static const char *const places[] = { "web", "../share/vitrine/web", "../../web/dist" };
    char binary[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", binary, sizeof(binary) - 1);
    snprintf(ret_path, size, "%s", config->web);
    if (config->web[0])
        return;
    binary[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(binary, '/');
    for (size_t i = 0; slash && i < VT_COUNT(places); i++) {
        *slash = '\0';
        snprintf(ret_path, size, "%s/%s", binary, places[i]);
        if (is_folder(ret_path))
            return;
    }
    ret_path[0] = '\0';
}

struct vt_mounts *vt_mounts_open(const struct vt_mounts_deps *deps, struct vt_buf *ret_error)
{
    struct vt_mounts *mounts = calloc(1, sizeof(*mounts));
    if (!mounts) {
        vt_buf_text(ret_error, "No memory for the routes.");
        return NULL;
    }
    mounts->deps = *deps;
    vt_mounts_web(deps->config, mounts->web, sizeof(mounts->web));
    return mounts;
}

void vt_mounts_close(struct vt_mounts *mounts)
{
    (void)mounts;
}

void vt_mounts_destroy(struct vt_mounts *mounts)
{
    free(mounts);
}
