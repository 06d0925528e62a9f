/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of uploads share: the way of a file from its first byte to what becomes of it.
 *
 * upload.c takes the body of either kind; upload_picture.c and upload_clip.c judge it and hand it to the
 * workers; both end in one of vt_sending_succeed and vt_sending_refuse. */
#ifndef VT_HTTP_UPLOAD_INTERNAL_H
#define VT_HTTP_UPLOAD_INTERNAL_H

#include "media/clip.h"
#include "server/http/upload.h"

struct vt_sending;
struct vt_sha256;

/* A route and what it takes. */
struct vt_upload_door {
    struct vt_http_uploads *uploads; /* borrowed */
    const char *what;                /* "picture" */
    uint64_t bytes;                  /* at most */
    /* The head is there: what the address says is read. NULL: nothing. */
    enum vt_media_err (*begin)(struct vt_sending *sending, struct vt_http_req *req,
                               struct vt_media_problem *problem);
    /* The whole body is: judged by its own header, named, handed over. OK: the request is held. */
    enum vt_media_err (*whole)(struct vt_sending *sending, struct vt_http_req *req,
                               struct vt_media_problem *problem);
};

enum { VT_UPLOAD_DOORS = 2 };

struct vt_http_uploads {
    struct vt_http_uploads_deps deps;
    struct vt_list sendings; /* list of vt_sending.link */
    size_t n;
    struct vt_upload_door doors[VT_UPLOAD_DOORS];
};

/* One file on its way: first with its request, then on its own. */
struct vt_sending {
    struct vt_list link;
    const struct vt_upload_door *door; /* borrowed */
    struct vt_upload upload;
    int fd; /* owned */
    uint64_t length, got;
    int64_t began_ms;
    struct vt_sha256 *sha; /* owned; NULL once the body is there */
    char id[VT_SIGN_ID + 1];
    uint32_t width, height;
    uint64_t handle;                 /* of the held request */
    int keep_err;                    /* of the work in the pool */
    bool is_told;                    /* answered: shown, or refused */
    bool is_over;                    /* media_service calls no more */
    bool is_busy;                    /* the store or the pool will call */
    struct vt_media_problem failure; /* told by media_service meanwhile; VT_MEDIA_OK: none */
    /* a clip's */
    uint64_t from_ms, to_ms; /* as asked for; 0: not */
    struct vt_clip clip;
    bool has_lost_sound; /* it had one that is not taken */
};

void vt_sending_free(struct vt_sending *sending);
/* When nobody will call any more. */
void vt_sending_free_when_done(struct vt_sending *sending);
struct vt_app *vt_sending_app(const struct vt_sending *sending);
struct vt_media *vt_sending_media(const struct vt_sending *sending);
/* The held one; NULL: whoever waited has left. */
struct vt_http_req *vt_sending_request(const struct vt_sending *sending);
/* On record in its conversation. */
bool vt_sending_is_known(const struct vt_sending *sending);
/* By what it is made of and by the site's secret. `kind`: as vt_site_media_id has it. */
bool vt_sending_name(struct vt_sending *sending, const char *kind, struct vt_str content);
/* Puts it on record; `recorded` follows. */
void vt_sending_record(struct vt_sending *sending, enum vt_medium_kind kind, vt_store_done_fn *recorded);

/* The asker is told by the socket, whoever holds the request by its answer; `req` may be NULL. */
void vt_sending_refuse(struct vt_sending *sending, struct vt_http_req *req,
                       const struct vt_media_problem *problem);
/* It is shown, and both are told. */
void vt_sending_succeed(struct vt_sending *sending);

/* upload_picture.c, upload_clip.c */
enum vt_media_err vt_upload_picture(struct vt_sending *sending, struct vt_http_req *req,
                                    struct vt_media_problem *problem);
enum vt_media_err vt_upload_clip_begin(struct vt_sending *sending, struct vt_http_req *req,
                                       struct vt_media_problem *problem);
enum vt_media_err vt_upload_clip(struct vt_sending *sending, struct vt_http_req *req,
                                 struct vt_media_problem *problem);

/* upload_phone.c */
/* In words for people; `after_ms`: until the next may come. */
void vt_upload_problem(enum vt_upload_err err, uint32_t after_ms, struct vt_media_problem *problem);
int vt_upload_phone_mount(struct vt_net *net, struct vt_app *app);

#endif
