/* SPDX-License-Identifier: Apache-2.0 */
/* `vitrine admin export` and `erase`: a customer, or one conversation, written out and erased.
 *
 * An export is a folder: thread.ndjson, a line of JSON a row as the REST interface gives it, and pictures/,
 * the masters of what was sent, as <id>.tif or <id>.mp4. An erasure takes rows and files at once; what a
 * running server has in memory goes when it notices, within two seconds. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/cache_disk.h"
#include "server/admin_internal.h"
#include "server/base/err.h"
#include "server/media_masters.h"
#include "server/media_service.h"
#include "server/store/privacy.h"

enum { CONVS_MOST = 10000, PATH_BYTES = 4096 };

struct found {
    struct vt_store_site site;
    struct vt_privacy_conv *convs; /* with their media */
    size_t n;
    struct vt_masters *masters; /* owned */
};

static int find(struct vt_admin *admin, struct found *found)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    const char *conv = admin->values[VT_ADMIN_CONVERSATION], *customer = admin->values[VT_ADMIN_CUSTOMER];
    if (!conv == !customer)
        return vt_admin_fail("Say whose: --conversation ID or --customer ID, one of the two.");
    int status = vt_admin_find_site(admin, &found->site);
    if (status)
        return status;
    struct vt_privacy_filter filter = { .limit = CONVS_MOST };
    *(conv ? &filter.conv : &filter.customer) = vt_str(conv ? conv : customer);
    int err = vt_privacy_list(admin->manage, found->site.site, &filter, &admin->arena, &found->convs,
                              &found->n);
    for (size_t i = 0; i < found->n && !err; i++)
        err = vt_privacy_media(admin->manage, found->site.site, found->convs[i].conv, &admin->arena,
                               &found->convs[i].media, &found->convs[i].media_n);
    if (err)
        return vt_admin_fail_store(admin, err, "The conversations cannot be read");
    if (found->n == 0)
        return vt_admin_fail("The site has no conversation of that id.");
    found->masters = vt_masters_open(admin->values[VT_ADMIN_DATA], &error);
    return found->masters ? 0 : vt_admin_fail("%s", vt_buf_cstr(&error));
}

/* --- export -------------------------------------------------------------------------------- */

static int make_folder(const char *path)
{
    if (mkdir(path, 0700) == 0)
        return 0;
    return vt_admin_fail("%s cannot be made: %s. Name a folder that is not there yet.", path,
                         strerror(errno));
}

static int write_line(void *arg, struct vt_str line)
{
    return fwrite(line.ptr, 1, line.len, arg) == line.len ? VT_OK : VT_ERR_FULL;
}

static int write_threads(struct vt_admin *admin, const struct found *found)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/thread.ndjson", admin->operand);
    FILE *file = fopen(path, "wxe");
    if (!file)
        return vt_admin_fail("%s cannot be written: %s.", path, strerror(errno));
    int err = VT_OK;
    for (size_t i = 0; i < found->n && !err; i++)
        err = vt_privacy_export(admin->manage, found->site.site, found->convs[i].conv, write_line, file);
    bool bad = fclose(file) != 0;
    return err || bad ? vt_admin_fail_store(admin, err ? err : VT_ERR_FULL, "The thread cannot be written")
                      : 0;
}

static int copy(int from, const char *path)
{
    int to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    off_t at = 0;
    ssize_t n = to < 0 ? -1 : 1;
    while (n > 0)
        n = copy_file_range(from, &at, to, NULL, 1 << 24, 0);
    bool bad = n < 0 || close(to) != 0;
    return bad ? vt_admin_fail("%s cannot be written: %s.", path, strerror(errno)) : 0;
}

/* A picture or clip whose master is still being made has none yet: it is named and the rest goes on. */
static int write_picture(const struct vt_admin *admin, const struct found *found, struct vt_str id)
{
    const char *ending;
    char path[PATH_BYTES];
    int fd = vt_masters_sent(found->masters, id, &ending);
    if (fd < 0) {
        fprintf(stderr, "The picture %.*s has no file yet; it is left out.\n", VT_STR_ARG(id));
        return 0;
    }
    snprintf(path, sizeof(path), "%s/pictures/%.*s.%s", admin->operand, VT_STR_ARG(id), ending);
    int status = copy(fd, path);
    close(fd);
    return status;
}

static int write_all(struct vt_admin *admin, const struct found *found)
{
    char path[PATH_BYTES];
    size_t pictures = 0;
    snprintf(path, sizeof(path), "%s/pictures", admin->operand);
    int status = make_folder(admin->operand);
    if (!status)
        status = make_folder(path);
    if (!status)
        status = write_threads(admin, found);
    for (size_t i = 0; i < found->n; i++)
        for (size_t k = 0; k < found->convs[i].media_n && !status; k++, pictures++)
            status = write_picture(admin, found, found->convs[i].media[k]);
    if (!status)
        printf("%s: %zu conversations, %zu pictures\n", admin->operand, found->n, pictures);
    return status;
}

static int run_export(struct vt_admin *admin)
{
    struct found found = { 0 };
    int status = find(admin, &found);
    if (!status)
        status = write_all(admin, &found);
    vt_masters_destroy(found.masters);
    return status;
}

/* --- erase --------------------------------------------------------------------------------- */

static void erase_files(const struct vt_admin *admin, const struct found *found,
                        const struct vt_privacy_conv *conv)
{
    char path[PATH_BYTES], group[VT_MEDIA_GROUP], folder[VT_CACHE_GROUP_MAX + 8];
    for (size_t i = 0; i < conv->media_n; i++)
        vt_masters_erase(found->masters, conv->media[i]);
    snprintf(path, sizeof(path), "%s/cache", admin->values[VT_ADMIN_DATA]);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    vt_media_group(conv->conv, group);
    if (dir >= 0 && vt_cache_disk_folder(group, folder) == VT_OK)
        vt_cache_disk_erase(dir, folder);
    if (dir >= 0)
        close(dir);
}

static int erase_all(struct vt_admin *admin, const struct found *found)
{
    struct vt_privacy_counts counts = { 0 };
    for (size_t i = 0; i < found->n; i++) {
        int err = vt_privacy_erase(admin->manage, found->site.site, found->convs[i].conv, &counts);
        if (err)
            return vt_admin_fail_store(admin, err, "Not everything could be erased");
        erase_files(admin, found, &found->convs[i]);
    }
    printf("erased: %zu conversations, %zu messages, %zu sessions, %zu pictures\n", counts.conversations,
           counts.messages, counts.sessions, counts.pictures);
    return 0;
}

static int run_erase(struct vt_admin *admin)
{
    struct found found = { 0 };
    int status = find(admin, &found);
    if (!status)
        status = erase_all(admin, &found);
    vt_masters_destroy(found.masters);
    return status;
}

#define WHOSE (VT_ADMIN_BIT(CONVERSATION) | VT_ADMIN_BIT(CUSTOMER))
const struct vt_admin_command vt_admin_privacy_commands[] = {
    { "export", VT_ADMIN_BIT(SITE), WHOSE, "FOLDER",
      "Writes out what is kept of a customer or a conversation, into a new folder.\nthread.ndjson has a line "
      "of JSON for each row; pictures/ the pictures and clips that were sent, as TIFF and MP4.",
      run_export },
    { "erase", VT_ADMIN_BIT(SITE), WHOSE, NULL,
      "Erases a customer or a conversation: rows, pictures, mails, links. It cannot be undone.\nA running "
      "server tells open pages and closes them within two seconds.",
      run_erase },
    { 0 },
};
