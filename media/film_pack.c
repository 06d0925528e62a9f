/* SPDX-License-Identifier: Apache-2.0 */
#include "media/film_pack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server/base/err.h"

/* The count, then where each begins and how long it is; the same process family wrote it, so as it lies in
 * memory. */
struct place {
    uint32_t at, len;
};

static int write_at(int fd, const void *bytes, size_t len, size_t at)
{
    for (size_t done = 0; done < len;) {
        const ssize_t n = pwrite(fd, (const char *)bytes + done, len - done, (off_t)(at + done));
        if (n <= 0)
            return VT_ERR_NOMEM;
        done += (size_t)n;
    }
    return VT_OK;
}

int vt_film_pack_open(struct vt_film_pack *ret_pack, uint32_t count)
{
    struct vt_film_pack pack = { .fd = memfd_create("spin", MFD_CLOEXEC) };
    if (pack.fd < 0)
        return VT_ERR_NOMEM;
    pack.end = (uint32_t)(sizeof(count) + count * sizeof(struct place));
    if (write_at(pack.fd, &count, sizeof(count), 0) != VT_OK || ftruncate(pack.fd, pack.end) != 0) {
        vt_film_pack_close(&pack);
        return VT_ERR_NOMEM;
    }
    *ret_pack = pack;
    return VT_OK;
}

void vt_film_pack_close(struct vt_film_pack *pack)
{
    if (pack->fd >= 0)
        close(pack->fd);
    pack->fd = -1;
}

int vt_film_pack_put(struct vt_film_pack *pack, uint32_t index, struct vt_str jpeg)
{
    const struct place place = { pack->end, (uint32_t)jpeg.len };
    if (jpeg.len > VT_FILM_PACK_BYTES - pack->end)
        return VT_ERR_FULL;
    int err = write_at(pack->fd, jpeg.ptr, jpeg.len, place.at);
    if (!err)
        err = write_at(pack->fd, &place, sizeof(place), sizeof(uint32_t) + index * sizeof(place));
    if (!err)
        pack->end += place.len;
    return err;
}

uint32_t vt_film_pack_count(struct vt_bytes pack)
{
    uint32_t count = 0;
    if (pack.len >= sizeof(count))
        memcpy(&count, pack.ptr, sizeof(count));
    return count >= VT_FILM_SPIN_LEAST && count <= VT_FILM_SPIN_MOST ? count : 0;
}

struct vt_bytes vt_film_pack_get(struct vt_bytes pack, uint32_t index)
{
    struct place place = { 0, 0 };
    const struct vt_bytes row = vt_bytes_part(&pack, sizeof(uint32_t) + index * sizeof(place), sizeof(place));
    if (row.is_short)
        return (struct vt_bytes){ NULL, 0, true };
    memcpy(&place, row.ptr, sizeof(place));
    const struct vt_bytes jpeg = vt_bytes_part(&pack, place.at, place.len);
    return jpeg.is_short || jpeg.len == 0 ? (struct vt_bytes){ NULL, 0, true } : jpeg;
}
