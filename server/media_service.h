/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures inside the server: the one owner of the cache, the queues and the worker processes.
 *
 *     find    id -> master, ingesting the original first when that has not happened yet
 *     make    recipe -> bytes: an aligned tile straight from the master, else cache, else a worker
 *
 * The HTTP side parses and answers; nothing here knows a URL. Callbacks come once, perhaps before
 * the call returns. Open it before keys and stores, so that no worker ever held one. Loop thread only. */
#ifndef VT_MEDIA_SERVICE_H
#define VT_MEDIA_SERVICE_H

#include "media/blob.h"
#include "media/media_errors.h"
#include "media/recipe.h"
#include "server/base/buf.h"
#include "server/config.h"
#include "server/loop.h"
#include "server/media_masters.h"

struct vt_media;

struct vt_media_deps { /* borrowed, alive until vt_media_destroy */
    struct vt_loop *loop;
    const struct vt_config *config;
    struct vt_quotas *quotas; /* NULL: no site has any */
    const char *binary;       /* to execute as "media-worker"; NULL: no workers, originals only */
};

/* With a sentence in ret_error when it cannot work, as the folders cannot be made: close and destroy
 * it all the same. NULL: no memory. Workers that do not start are no error here: they are logged, tried
 * again, and what needs one is answered with NOT_READY. */
struct vt_media *vt_media_open(const struct vt_media_deps *deps, struct vt_buf *ret_error);
/* Ingests in the background what lies in the originals' folder. Once, when the server is up. */
void vt_media_start(struct vt_media *media);
/* The originals' folder may hold new ones. */
void vt_media_look_again(struct vt_media *media);
/* Ends the workers; everyone still waiting is told. The memory goes with vt_media_destroy once the
 * loop has run dry. */
void vt_media_close(struct vt_media *media);
void vt_media_destroy(struct vt_media *media);

/* `master` is borrowed while the call lasts; take a reference to keep it. NULL: `problem` says why. */
typedef void vt_media_found_fn(void *arg, const struct vt_media_problem *problem,
                               struct vt_media_master *master);
void vt_media_find(struct vt_media *media, struct vt_str id, vt_media_found_fn *found, void *arg);
/* The same where nobody waits for the picture: ingested while nothing else is to do. */
void vt_media_ingest(struct vt_media *media, struct vt_str id, vt_media_found_fn *found, void *arg);

enum { VT_MEDIA_SITE = 64 };

struct vt_media_order {
    const struct vt_recipe *recipe; /* its template_json must live until `made` */
    const char *key;                /* of the recipe */
    struct vt_media_master *master; /* the recipe's picture, of a template the first; the others must be
                                       masters too. NULL for a film (media_film.h) */
    struct vt_str group;            /* what it is erased with; absent: the picture */
    struct vt_str payer;            /* address whose budget it draws on; absent: nobody's */
    struct vt_str site;             /* whose quota it draws on, too; absent: no site's */
    uint32_t max_wait_ms;           /* BUSY when it would not be begun within this; 0: any */
};
/* `bytes` lives while the call lasts; ptr NULL: `problem` says why. */
typedef void vt_media_made_fn(void *arg, const struct vt_media_problem *problem, struct vt_str bytes);
void vt_media_make(struct vt_media *media, const struct vt_media_order *order, vt_media_made_fn *made,
                   void *arg);

/* --- what somebody sends: a file without a name until it is worth one ----------------------------- */

/* SEEN: the first thumb is there, so it is a picture; asked for now, /t/ shows that. OVER: it has its master,
 * or `problem` says why not; the last call. */
enum vt_media_taken { VT_TAKEN_SEEN, VT_TAKEN_OVER };
typedef void vt_media_taken_fn(void *arg, enum vt_media_taken taken, const struct vt_media_problem *problem);

/* A file without a name, to be written; -1: errno says why. */
int vt_media_blank(struct vt_media *media);
/* Ingests it, in the site's time. VT_MEDIA_OK: `fn` will be called, never from within; it may not be before
 * vt_media_keep that anything of the picture has a name on the disk. `fd` stays the caller's. Only for an id
 * that is neither there nor on its way (vt_media_find joins one that is). */
enum vt_media_err vt_media_take(struct vt_media *media, struct vt_str site, struct vt_str id, int fd,
                                vt_media_taken_fn *fn, void *arg, struct vt_media_problem *problem);
/* The file gets a name, so that a crash loses nothing any more. Waits for the disk: any thread but the
 * loop's. VT_OK, VT_ERR_FULL or VT_ERR_IO. */
int vt_media_keep_file(struct vt_media *media, const char *id, int fd);
/* After SEEN, one of the two: its master may be kept, or all of it is forgotten and `fn` not called again. */
void vt_media_keep(struct vt_media *media, struct vt_str id);
void vt_media_forget(struct vt_media *media, struct vt_str id);
/* The first thumb (JPEG, up to 640 px across) of a picture on its way, with a reference for the caller, or
 * NULL. */
struct vt_blob *vt_media_sight(struct vt_media *media, struct vt_str id);

/* What is in RAM under a key, with a reference for the caller, or NULL. */
struct vt_blob *vt_media_kept(struct vt_media *media, const char *key);
/* A descriptor for an original that is not ingested yet, or -1. */
int vt_media_original(struct vt_media *media, struct vt_str id);

/* --- what is personal ------------------------------------------------------------------------------ */

/* What everything personal of a conversation is made under, and erased with: "conv." and its id. */
enum { VT_MEDIA_GROUP = 64 };
void vt_media_group(struct vt_str conv, char ret_group[VT_MEDIA_GROUP]);
/* A picture or film of the conversation: its files, what is being made of it, and with the conversation's
 * group everything that was made of it. */
void vt_media_erase(struct vt_media *media, struct vt_str conv, struct vt_str id);
/* The group alone. While closing nothing happens: who erases has noted it in the store (store/privacy.h). */
void vt_media_erase_conversation(struct vt_media *media, struct vt_str conv);
/* Personal renditions that were made before then leave the cache; they are made again when somebody looks. */
void vt_media_sweep(struct vt_media *media, int64_t made_before_wall_ms);

#endif
