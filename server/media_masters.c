/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_masters.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/map.h"
#include "server/http/file.h"

enum { OPEN_MOST = 256 /* masters kept open; a descriptor and some 20 KB each */, PLACE_TEXT = 96 };

struct vt_masters {
    char *data; /* owned */
    int root_fd;
    int originals_fd; /* -1 until the folder is there */
    int uploads_fd;
    struct vt_map by_id;   /* to vt_media_master */
    struct vt_list recent; /* list of vt_media_master.link, the latest last */
};

bool vt_masters_id_ok(struct vt_str id)
{
    return vt_media_id_is_hash(id);
}

static int make_dir(int at, const char *name)
{
    if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
        return -1;
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* masters/ab/cd of an id, made when it is not there. -1: errno says why. */
static int open_place(int root_fd, const char *id)
{
    const char high[3] = { id[0], id[1], 0 }, low[3] = { id[2], id[3], 0 };
    int above = make_dir(root_fd, high);
    int fd = above >= 0 ? make_dir(above, low) : -1;
    int why = errno;
    if (above >= 0)
        close(above);
    errno = why;
    return fd;
}

static void place_name(struct vt_str id, const char *ending, char ret_name[PLACE_TEXT])
{
    snprintf(ret_name, PLACE_TEXT, "%.2s/%.2s/%.64s%s", id.ptr, id.ptr + 2, id.ptr, ending);
}

static int open_file(int root_fd, struct vt_str id, const char *ending)
{
    char name[PLACE_TEXT];
    place_name(id, ending, name);
    return root_fd >= 0 ? vt_file_open(root_fd, name) : -1;
}

/* --- reading ---------------------------------------------------------------------------------- */

/* The whole of a small file; NULL: it cannot be read or is larger than an index may be. */
static void *read_whole(int fd, size_t *ret_len)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || st.st_size > VT_TIX_BYTES_MAX)
        return NULL;
    size_t len = (size_t)st.st_size;
    void *bytes = malloc(len);
    if (bytes && pread(fd, bytes, len, 0) != (ssize_t)len) {
        free(bytes);
        return NULL;
    }
    *ret_len = len;
    return bytes;
}

static int read_index(struct vt_media_master *master, int index_fd)
{
    struct stat st;
    size_t len = 0;
    VT_FREE
    void *bytes = read_whole(index_fd, &len);
    if (!bytes || fstat(master->fd, &st) != 0)
        return VT_ERR_IO;
    return vt_tix_read(bytes, len, (uint64_t)st.st_size, &master->tix);
}

static struct vt_media_master *load(struct vt_masters *masters, struct vt_str id)
{
    int index_fd = open_file(masters->root_fd, id, ".tix");
    if (index_fd < 0)
        return NULL;
    struct vt_media_master *master = calloc(1, sizeof(*master));
    if (master) {
        vt_list_init(&master->link);
        master->refs = 1;
        vt_str_copy(master->id, sizeof(master->id), id);
        master->fd = open_file(masters->root_fd, id, ".tif");
        if (master->fd < 0 || read_index(master, index_fd) != VT_OK)
            master = vt_media_master_unref(master);
    }
    close(index_fd);
    return master;
}

struct vt_media_master *vt_media_master_unref(struct vt_media_master *master)
{
    if (!master || --master->refs > 0)
        return NULL;
    if (master->fd >= 0)
        close(master->fd);
    vt_tix_destroy(master->tix);
    free(master);
    return NULL;
}

static void forget(struct vt_masters *masters, struct vt_media_master *master)
{
    vt_map_remove(&masters->by_id, vt_str(master->id));
    vt_list_remove(&master->link);
    vt_media_master_unref(master);
}

/* The table holds the reference that `load` made. */
static bool keep(struct vt_masters *masters, struct vt_media_master *master)
{
    if (masters->by_id.count >= OPEN_MOST)
        forget(masters, VT_CONTAINER_OF(masters->recent.next, struct vt_media_master, link));
    if (vt_map_set(&masters->by_id, vt_str(master->id), master) != VT_OK)
        return false;
    vt_list_append(&masters->recent, &master->link);
    return true;
}

struct vt_media_master *vt_masters_find(struct vt_masters *masters, struct vt_str id)
{
    struct vt_media_master *master = vt_map_get(&masters->by_id, id);
    if (master) {
        vt_list_remove(&master->link);
        vt_list_append(&masters->recent, &master->link);
    } else {
        master = load(masters, id);
        if (!master || !keep(masters, master))
            return master;
    }
    master->refs++;
    return master;
}

/* The admin command makes the folder of originals when it first needs it. */
static int originals_fd(struct vt_masters *masters)
{
    char path[4096];
    if (masters->originals_fd < 0 &&
        snprintf(path, sizeof(path), "%s/originals", masters->data) < (int)sizeof(path))
        masters->originals_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return masters->originals_fd;
}

int vt_masters_original(struct vt_masters *masters, struct vt_str id)
{
    return open_file(originals_fd(masters), id, "");
}

/* --- making ----------------------------------------------------------------------------------- */

static int err_of_errno(void)
{
    return errno == ENOSPC || errno == EDQUOT ? VT_ERR_FULL : VT_ERR_IO;
}

int vt_masters_draft(struct vt_masters *masters, struct vt_str id, struct vt_masters_draft *ret_draft)
{
    struct vt_masters_draft draft = { .originals_fd = originals_fd(masters),
                                      .uploads_fd = masters->uploads_fd,
                                      .place_fd = -1,
                                      .out_fd = -1,
                                      .index = VT_BUF_INIT(VT_TIX_BYTES_MAX) };
    vt_str_copy(draft.id, sizeof(draft.id), id);
    draft.place_fd = open_place(masters->root_fd, draft.id);
    if (draft.place_fd >= 0)
        draft.out_fd = openat(draft.place_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (draft.out_fd < 0) {
        int err = err_of_errno();
        vt_masters_draft_finish(&draft);
        return err;
    }
    *ret_draft = draft;
    return VT_OK;
}

void vt_masters_draft_finish(struct vt_masters_draft *draft)
{
    if (draft->out_fd >= 0)
        close(draft->out_fd);
    if (draft->place_fd >= 0)
        close(draft->place_fd);
    draft->out_fd = draft->place_fd = -1;
    vt_buf_finish(&draft->index);
}

static int write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return err_of_errno();
        bytes += done;
        n -= (size_t)done;
    }
    return VT_OK;
}

static int link_file(int fd, int place_fd, const char *name)
{
    char link[64];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, link, place_fd, name, AT_SYMLINK_FOLLOW) == 0 ? VT_OK : err_of_errno();
}

/* A name for a file without one; what an earlier run left under it goes. */
static int give_name(const struct vt_masters_draft *draft, int fd, const char *ending)
{
    char name[VT_MASTERS_ID + 8];
    snprintf(name, sizeof(name), "%s%s", draft->id, ending);
    if (unlinkat(draft->place_fd, name, 0) != 0 && errno != ENOENT)
        return VT_ERR_IO;
    return link_file(fd, draft->place_fd, name);
}

/* The worker that wrote both may have been taken over: the index must fit the file before it counts. */
static int check_index(const struct vt_masters_draft *draft)
{
    struct stat st;
    struct vt_tix *tix = NULL;
    if (fstat(draft->out_fd, &st) != 0)
        return VT_ERR_IO;
    int err = vt_tix_read(draft->index.data, draft->index.len, (uint64_t)st.st_size, &tix);
    vt_tix_destroy(tix);
    return err;
}

static int settle(struct vt_masters_draft *draft)
{
    int err = check_index(draft);
    int index_fd = err ? -1 : openat(draft->place_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (!err && index_fd < 0)
        err = err_of_errno();
    if (!err)
        err = write_all(index_fd, draft->index.data, draft->index.len);
    if (!err && (fdatasync(draft->out_fd) != 0 || fdatasync(index_fd) != 0))
        err = err_of_errno();
    if (!err)
        err = give_name(draft, draft->out_fd, ".tif");
    if (!err)
        err = give_name(draft, index_fd, ".tix");
    if (!err && fsync(draft->place_fd) != 0)
        err = VT_ERR_IO;
    if (index_fd >= 0)
        close(index_fd);
    return err;
}

static void remove_original(int originals, const char *id)
{
    char name[PLACE_TEXT];
    place_name(vt_str(id), "", name);
    if (originals >= 0)
        unlinkat(originals, name, 0);
}

void vt_masters_settle(struct vt_masters_draft *draft)
{
    draft->err = settle(draft);
    if (draft->err != VT_OK)
        return;
    remove_original(draft->originals_fd, draft->id);
    remove_original(draft->uploads_fd, draft->id);
}

/* --- what people send --------------------------------------------------------------------------- */

int vt_masters_upload(struct vt_masters *masters, struct vt_str id)
{
    return open_file(masters->uploads_fd, id, "");
}

int vt_masters_blank(struct vt_masters *masters)
{
    return openat(masters->uploads_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
}

/* `name` begins with an id, which says where it lies. */
static int keep_file(int root_fd, const char *name, int fd)
{
    char id[VT_MASTERS_ID + 1];
    snprintf(id, sizeof(id), "%.*s", VT_MASTERS_ID, name);
    int place_fd = open_place(root_fd, id);
    int err = place_fd < 0 || fdatasync(fd) != 0 ? err_of_errno() : VT_OK;
    if (!err) {
        err = link_file(fd, place_fd, name);
        if (err && errno == EEXIST)
            err = VT_OK;
    }
    if (!err && fsync(place_fd) != 0)
        err = err_of_errno();
    if (place_fd >= 0)
        close(place_fd);
    return err;
}

int vt_masters_keep_upload(struct vt_masters *masters, const char *id, int fd)
{
    return keep_file(masters->uploads_fd, id, fd);
}

/* --- clips -------------------------------------------------------------------------------------- */

int vt_masters_keep_cut(struct vt_masters *masters, const char *id, int fd)
{
    char name[VT_MASTERS_ID + 8];
    snprintf(name, sizeof(name), "%s.clip", id);
    return keep_file(masters->uploads_fd, name, fd);
}

int vt_masters_cut(struct vt_masters *masters, struct vt_str id)
{
    return open_file(masters->uploads_fd, id, ".clip");
}

int vt_masters_sent(struct vt_masters *masters, struct vt_str id, const char **ret_ending)
{
    struct vt_media_master *master = vt_masters_find(masters, id);
    int fd = master ? fcntl(master->fd, F_DUPFD_CLOEXEC, 3) : vt_masters_clip(masters, id);
    *ret_ending = master ? "tif" : "mp4";
    vt_media_master_unref(master);
    return fd;
}

static void remove_cut(struct vt_masters *masters, struct vt_str id)
{
    char name[PLACE_TEXT];
    place_name(id, ".clip", name);
    unlinkat(masters->uploads_fd, name, 0);
}

int vt_masters_keep_clip(struct vt_masters *masters, const char *id, struct vt_str bytes)
{
    char name[VT_MASTERS_ID + 8];
    int fd = openat(masters->root_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int err = fd < 0 ? err_of_errno() : write_all(fd, bytes.ptr, bytes.len);
    snprintf(name, sizeof(name), "%s.mp4", id);
    if (!err)
        err = keep_file(masters->root_fd, name, fd);
    if (fd >= 0)
        close(fd);
    if (!err)
        remove_cut(masters, vt_str(id));
    return err;
}

int vt_masters_clip(struct vt_masters *masters, struct vt_str id)
{
    return open_file(masters->root_fd, id, ".mp4");
}

/* --- films -------------------------------------------------------------------------------------- */

int vt_masters_keep_film(struct vt_masters *masters, const char *id, struct vt_str text)
{
    char name[VT_MASTERS_ID + 8];
    int place_fd = open_place(masters->root_fd, id);
    int fd = place_fd < 0 ? -1 : openat(place_fd, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    int err = fd < 0 ? err_of_errno() : write_all(fd, text.ptr, text.len);
    snprintf(name, sizeof(name), "%s.film", id);
    if (!err) {
        err = link_file(fd, place_fd, name);
        if (err && errno == EEXIST)
            err = VT_OK;
    }
    if (fd >= 0)
        close(fd);
    if (place_fd >= 0)
        close(place_fd);
    return err;
}

int vt_masters_film(struct vt_masters *masters, struct vt_str id, struct vt_buf *out)
{
    struct stat st;
    int fd = open_file(masters->root_fd, id, ".film");
    if (fd < 0)
        return VT_ERR_MISSING;
    int err = fstat(fd, &st) == 0 ? VT_OK : VT_ERR_IO;
    char *room = err ? NULL : vt_buf_reserve(out, (size_t)st.st_size);
    if (!err && !room)
        err = VT_ERR_NOMEM;
    if (!err && pread(fd, room, (size_t)st.st_size, 0) != st.st_size)
        err = VT_ERR_IO;
    if (!err)
        vt_buf_commit(out, (size_t)st.st_size);
    close(fd);
    return err;
}

void vt_masters_drop_upload(struct vt_masters *masters, const char *id)
{
    remove_original(masters->uploads_fd, id);
}

/* --- what is left to do ------------------------------------------------------------------------ */

void vt_masters_erase(struct vt_masters *masters, struct vt_str id)
{
    static const char *const endings[] = { ".tix", ".tif", ".mp4",
                                           ".film" }; /* the index first: without it there is none */
    struct vt_media_master *master = vt_map_get(&masters->by_id, id);
    char name[PLACE_TEXT], text[VT_MASTERS_ID + 1];
    if (!vt_masters_id_ok(id) || !vt_str_copy(text, sizeof(text), id))
        return;
    if (master)
        forget(masters, master);
    for (size_t i = 0; i < VT_COUNT(endings); i++) {
        place_name(id, endings[i], name);
        unlinkat(masters->root_fd, name, 0);
    }
    if (originals_fd(masters) >= 0)
        remove_original(masters->originals_fd, text);
    remove_original(masters->uploads_fd, text);
    remove_cut(masters, id);
}

static bool is_hex_pair(const char *name)
{
    return strlen(name) == 2 && strspn(name, "0123456789abcdef") == 2;
}

static bool has_master(int root_fd, const char *id, const char *ending)
{
    char name[PLACE_TEXT];
    struct stat st;
    place_name(vt_str(id), ending, name);
    return fstatat(root_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

struct scan {
    struct vt_masters *masters;
    int originals;
    size_t most;
    struct vt_buf *ids;
};

static void scan_file(struct scan *scan, const char *name)
{
    const size_t len = strlen(name);
    const bool is_cut = len > VT_MASTERS_ID && strcmp(name + VT_MASTERS_ID, ".clip") == 0;
    const struct vt_str id = { name, is_cut ? VT_MASTERS_ID : len };
    if (!vt_masters_id_ok(id) || scan->ids->len >= scan->most * VT_MASTERS_ID)
        return;
    if (is_cut && has_master(scan->masters->root_fd, name, ".mp4"))
        remove_cut(scan->masters, id);
    else if (!is_cut && has_master(scan->masters->root_fd, name, ".tix"))
        remove_original(scan->originals, name);
    else
        vt_buf_append(scan->ids, name, VT_MASTERS_ID);
}

static void scan_dir(struct scan *scan, int at, const char *name, int depth)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (depth == 2)
            scan_file(scan, entry->d_name);
        else if (is_hex_pair(entry->d_name))
            scan_dir(scan, dirfd(dir), entry->d_name, depth + 1);
    }
    closedir(dir);
}

static void scan_folder(struct vt_masters *masters, const char *folder, size_t most, struct vt_buf *ids)
{
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", masters->data, folder) >= (int)sizeof(path))
        return;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct scan scan = { masters, fd, most, ids };
    if (fd < 0)
        return;
    scan_dir(&scan, fd, ".", 0);
    close(fd);
}

void vt_masters_scan(struct vt_masters *masters, size_t most, struct vt_buf *ids)
{
    scan_folder(masters, "uploads", most, ids); /* somebody may be looking for them */
    scan_folder(masters, "originals", most, ids);
}

/* --- the whole --------------------------------------------------------------------------------- */

struct vt_masters *vt_masters_open(const char *data, struct vt_buf *ret_error)
{
    struct vt_masters *masters = calloc(1, sizeof(*masters));
    if (!masters)
        return NULL;
    masters->originals_fd = masters->root_fd = masters->uploads_fd = -1;
    vt_map_init(&masters->by_id);
    vt_list_init(&masters->recent);
    masters->data = vt_str_dup(vt_str(data));
    /* Made here too: pictures are opened before the store, which would make it else. */
    bool is_made = masters->data && (mkdir(data, 0700) == 0 || errno == EEXIST);
    int data_fd = is_made ? open(data, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    masters->root_fd = data_fd >= 0 ? make_dir(data_fd, "masters") : -1;
    masters->uploads_fd = masters->root_fd >= 0 ? make_dir(data_fd, "uploads") : -1;
    if (masters->uploads_fd < 0) {
        vt_buf_printf(ret_error, "The data directory %s cannot be used for pictures: %s.", data,
                      strerror(errno));
        vt_masters_destroy(masters);
        masters = NULL;
    }
    if (data_fd >= 0)
        close(data_fd);
    return masters;
}

void vt_masters_destroy(struct vt_masters *masters)
{
    if (!masters)
        return;
    while (!vt_list_is_empty(&masters->recent))
        forget(masters, VT_CONTAINER_OF(masters->recent.next, struct vt_media_master, link));
    vt_map_finish(&masters->by_id);
    if (masters->root_fd >= 0)
        close(masters->root_fd);
    if (masters->originals_fd >= 0)
        close(masters->originals_fd);
    if (masters->uploads_fd >= 0)
        close(masters->uploads_fd);
    free(masters->data);
    free(masters);
}
