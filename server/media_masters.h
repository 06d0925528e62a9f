/* SPDX-License-Identifier: Apache-2.0 */
/* Masters on the disk: <data>/masters/ab/cd/<id>.tif with its index <id>.tix beside it, and the
 * originals they are made from, <data>/originals/ab/cd/<id>. What people sent lies in <data>/uploads/ab/cd
 * while its master is made: never to be served as it is, so nothing but ingest looks there.
 *
 * The index is linked last, so a picture is there exactly when its index is; what a crash left of one
 * is made again. Loop thread, but for vt_masters_settle. */
#ifndef VT_MEDIA_MASTERS_H
#define VT_MEDIA_MASTERS_H

#include "media/tix.h"
#include "server/base/list.h"

enum { VT_MASTERS_ID = 64 };

struct vt_masters;

/* One picture, open. Shared and never changed. */
struct vt_media_master {
    struct vt_list link; /* vt_masters.recent */
    unsigned refs;
    char id[VT_MASTERS_ID + 1];
    int fd;             /* owned */
    struct vt_tix *tix; /* owned */
};

/* NULL with a sentence in ret_error: the folder cannot be made or opened. */
struct vt_masters *vt_masters_open(const char *data, struct vt_buf *ret_error);
void vt_masters_destroy(struct vt_masters *masters);

/* The picture with this id, a reference of the caller's own; NULL: not ingested. The most recent
 * ones stay open. */
struct vt_media_master *vt_masters_find(struct vt_masters *masters, struct vt_str id);
struct vt_media_master *vt_media_master_unref(struct vt_media_master *master);
/* What is kept of something that was sent, for whoever writes it out: a descriptor of the caller's, and the
 * ending its file's name should have. -1: nothing yet. */
int vt_masters_sent(struct vt_masters *masters, struct vt_str id, const char **ret_ending);
/* A descriptor for the original while there is one, or -1. */
int vt_masters_original(struct vt_masters *masters, struct vt_str id);

/* The same for what somebody sent. */
int vt_masters_upload(struct vt_masters *masters, struct vt_str id);
/* A file without a name on the same disk, to be written; -1: errno says why. */
int vt_masters_blank(struct vt_masters *masters);
/* Puts such a file into the uploads' folder, to stay there through a crash; it may have been there before.
 * Waits for the disk: any thread but the loop's. VT_OK, VT_ERR_FULL or VT_ERR_IO. */
int vt_masters_keep_upload(struct vt_masters *masters, const char *id, int fd);
/* Takes it away again; harmless when it is not there. */
void vt_masters_drop_upload(struct vt_masters *masters, const char *id);

/* A clip's cut, `<id>.clip`, lies with what people sent until it is coded anew; then that is its master,
 * `<id>.mp4`, and the cut goes. Keeping waits for the disk, as above; opening gives a descriptor or -1. */
int vt_masters_keep_cut(struct vt_masters *masters, const char *id, int fd);
int vt_masters_keep_clip(struct vt_masters *masters, const char *id, struct vt_str bytes);
int vt_masters_cut(struct vt_masters *masters, struct vt_str id);
int vt_masters_clip(struct vt_masters *masters, struct vt_str id);

/* What a film is made of, a text beside where its master would be. Small, and written whole or not at all.
 * VT_OK, VT_ERR_FULL or VT_ERR_IO; it may have been there before. */
int vt_masters_keep_film(struct vt_masters *masters, const char *id, struct vt_str text);
/* VT_OK, VT_ERR_MISSING, VT_ERR_IO or what the buffer says. */
int vt_masters_film(struct vt_masters *masters, struct vt_str id, struct vt_buf *out);

/* Master, index, original, film, clip and upload of an id, as if it had never been. */
void vt_masters_erase(struct vt_masters *masters, struct vt_str id);

/* A master in the making: files without names until it is settled. */
struct vt_masters_draft {
    char id[VT_MASTERS_ID + 1];
    int originals_fd, uploads_fd; /* borrowed */
    int place_fd;                 /* owned: masters/ab/cd */
    int out_fd;                   /* owned: what becomes <id>.tif */
    struct vt_buf index;
    int err; /* of settling */
};

/* VT_OK, VT_ERR_FULL (disk) or VT_ERR_IO. */
int vt_masters_draft(struct vt_masters *masters, struct vt_str id, struct vt_masters_draft *ret_draft);
/* Writes the index, gives both their names and removes the original; draft->err says how it went.
 * Waits for the disk: any thread but the loop's. */
void vt_masters_settle(struct vt_masters_draft *draft);
void vt_masters_draft_finish(struct vt_masters_draft *draft);

/* Originals, uploads and cuts without a master, at most `most`; any thread. Appends their ids, each
 * VT_MASTERS_ID characters; those whose master is there are removed on the way. */
void vt_masters_scan(struct vt_masters *masters, size_t most, struct vt_buf *ids);

bool vt_masters_id_ok(struct vt_str id);

#endif
