/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/tar.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"

enum { BLOCK = 512, SUM_AT = 148, SUM_BYTES = 8 };
static const char zeros[2 * BLOCK];

int vt_tar_write(int fd, struct vt_str bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n <= 0)
            return VT_ERR_FULL;
        bytes.ptr += n;
        bytes.len -= (size_t)n;
    }
    return VT_OK;
}

int vt_tar_begin(int fd, int64_t *ret_start)
{
    *ret_start = lseek(fd, 0, SEEK_CUR);
    return *ret_start < 0 ? VT_ERR_FULL : vt_tar_write(fd, (struct vt_str){ zeros, BLOCK });
}

/* The sum counts its own field as blanks. */
static void write_header(char block[BLOCK], const char *name, int64_t size, int64_t mtime_s)
{
    unsigned sum = 0;
    memset(block, 0, BLOCK);
    snprintf(block, 100, "%s", name);
    snprintf(block + 100, 24, "%07o%c%07o%c%07o", 0600, 0, 0, 0, 0);
    snprintf(block + 124, 12, "%011llo", (unsigned long long)size);
    snprintf(block + 136, 12, "%011llo", (unsigned long long)mtime_s);
    memset(block + SUM_AT, ' ', SUM_BYTES);
    block[156] = '0'; /* a plain file */
    memcpy(block + 257, "ustar\00000", 8);
    for (size_t i = 0; i < BLOCK; i++)
        sum += (unsigned char)block[i];
    snprintf(block + SUM_AT, SUM_BYTES - 1, "%06o", sum);
}

int vt_tar_end(int fd, int64_t start, const char *name, int64_t mtime_s)
{
    char block[BLOCK];
    int64_t size = lseek(fd, 0, SEEK_CUR) - start - BLOCK;
    write_header(block, name, size, mtime_s);
    if (size < 0 || pwrite(fd, block, BLOCK, start) != BLOCK)
        return VT_ERR_FULL;
    return vt_tar_write(fd, (struct vt_str){ zeros, (size_t)((BLOCK - size % BLOCK) % BLOCK) });
}

int vt_tar_finish(int fd)
{
    return vt_tar_write(fd, (struct vt_str){ zeros, sizeof(zeros) });
}
