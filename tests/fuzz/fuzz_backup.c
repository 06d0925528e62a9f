/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup says of itself, as `vitrine restore` finds it: what is taken shows nothing to a terminal that
 * is more than text, and names two digests. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/backup/backup_internal.h"
#include "server/base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[] = "/tmp/vitrine-fuzz-XXXXXX";
static char path[sizeof(folder) + sizeof(VT_BACKUP_MANIFEST)];

static void clear(void)
{
    unlink(path);
    rmdir(folder);
}

static void make_folder(void)
{
    if (!mkdtemp(folder))
        abort();
    snprintf(path, sizeof(path), "%s/" VT_BACKUP_MANIFEST, folder);
    atexit(clear);
}

static void check_text(const char *text)
{
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_backup_manifest read;
    if (!path[0])
        make_folder();
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
        abort();
    if (vt_backup_read_manifest(folder, &read) != VT_OK)
        return 0;
    check_text(read.version);
    check_text(read.made);
    if (read.schema < 0 || strlen(read.store) != VT_SHA256_TEXT - 1 ||
        strlen(read.audit) != VT_SHA256_TEXT - 1)
        abort();
    return 0;
}
