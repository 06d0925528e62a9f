/* SPDX-License-Identifier: Apache-2.0 */
/* From descriptors to pixels. Each kind of file has its one loader, called by name: what vips would
 * guess from the bytes never counts. */
#include <sys/mman.h>
#include <sys/stat.h>

#include "media/image_internal.h"
#include "server/base/err.h"

int vt_mapped_open(int fd, struct vt_mapped *ret_mapped)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return VT_ERR_IO;
    *ret_mapped = (struct vt_mapped){ NULL, (size_t)st.st_size };
    if (st.st_size == 0)
        return VT_OK;
    void *bytes = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return VT_ERR_IO;
    ret_mapped->bytes = bytes;
    return VT_OK;
}

void vt_mapped_finish(struct vt_mapped *mapped)
{
    if (mapped->bytes)
        munmap((void *)mapped->bytes, mapped->len);
    mapped->bytes = NULL;
}

#define LOAD "access", VIPS_ACCESS_SEQUENTIAL, "fail_on", VIPS_FAIL_ON_ERROR

int vt_image_open_original(const struct vt_mapped *file, const struct vt_sniffed *sniffed, int shrink,
                           VipsImage **ret_image)
{
    void *bytes = (void *)file->bytes;
    switch (sniffed->type) {
    case VT_SNIFFED_JPEG:
        return vips_jpegload_buffer(bytes, file->len, ret_image, LOAD, "shrink", shrink, NULL);
    case VT_SNIFFED_PNG:
        return vips_pngload_buffer(bytes, file->len, ret_image, LOAD, NULL);
    case VT_SNIFFED_WEBP:
        return vips_webpload_buffer(bytes, file->len, ret_image, LOAD, NULL);
    case VT_SNIFFED_AVIF:
    case VT_SNIFFED_HEIF:
        return vips_heifload_buffer(bytes, file->len, ret_image, LOAD, NULL);
    case VT_SNIFFED_UNKNOWN:
    case VT_SNIFFED_CLIP:
    case VT_SNIFFED_OTHER:
        break;
    }
    return -1;
}

static int open_level(int fd, int level, VipsImage **ret_image)
{
    /* The descriptor is shared with whoever sent it, its offset too. */
    lseek(fd, 0, SEEK_SET);
    VipsSource *source = vips_source_new_from_descriptor(fd);
    if (!source)
        return -1;
    int err = vips_tiffload_source(source, ret_image, "page", level, "fail_on", VIPS_FAIL_ON_ERROR, NULL);
    g_object_unref(source); /* the image keeps it */
    return err;
}

int vt_master_open(int fd, struct vt_master *ret_master)
{
    VT_IMAGE VipsImage *image = NULL;
    if (open_level(fd, 0, &image))
        return -1;
    *ret_master = (struct vt_master){ fd, (uint32_t)vips_image_get_width(image),
                                      (uint32_t)vips_image_get_height(image), vips_image_get_n_pages(image) };
    return 0;
}

static uint32_t halved(uint32_t px, int times)
{
    return (px + (1u << times) - 1) >> times;
}

/* The coarsest level that still has the pixels that are asked for. We choose, since libvips 8.14 takes the
 * smallest page of a pyramid whatever is wanted. */
static int choose_level(const struct vt_master *master, const struct vt_recipe *recipe, uint32_t w,
                        uint32_t h)
{
    int level = 0;
    while (level + 1 < master->levels && halved(w, level + 1) >= recipe->out_w &&
           halved(h, level + 1) >= recipe->out_h)
        level++;
    return level;
}

int vt_master_cut(const struct vt_master *master, const struct vt_recipe *recipe, VipsImage **ret_image)
{
    const bool is_whole = recipe->w == 0 || recipe->h == 0;
    const uint32_t w = is_whole ? master->width : recipe->w, h = is_whole ? master->height : recipe->h;
    VT_IMAGE VipsImage *level = NULL;
    int n = choose_level(master, recipe, w, h);

    if (!is_whole && (recipe->x >= master->width || recipe->y >= master->height ||
                      w > master->width - recipe->x || h > master->height - recipe->y))
        return -1;
    if (open_level(master->fd, n, &level))
        return -1;
    if (is_whole || (w == master->width && h == master->height)) {
        *ret_image = VT_TAKE(level);
        return 0;
    }
    /* A pixel of level n is 2^n x 2^n of the picture, exactly; the last may be a part. */
    const int left = (int)(recipe->x >> n), top = (int)(recipe->y >> n);
    const int width = VIPS_MIN((int)halved(recipe->x + w, n), level->Xsize) - left;
    const int height = VIPS_MIN((int)halved(recipe->y + h, n), level->Ysize) - top;
    return vips_extract_area(level, ret_image, left, top, width, height, NULL);
}
