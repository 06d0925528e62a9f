/* SPDX-License-Identifier: Apache-2.0 */
/* Films inside the server: what is kept of one, the making, and those who look on while it is made.
 *
 * A film's text (media/film.h) lies beside the masters under the film's id, so all of it can be made again
 * when the cache has lost it, and goes when its id is erased. While a film is encoded its fragments grow in a
 * file without a name; each who looks on has a descriptor of their own, so a slow one holds nobody. Loop
 * thread only. */
#ifndef VT_MEDIA_FILM_SERVICE_H
#define VT_MEDIA_FILM_SERVICE_H

#include "media/film.h"
#include "server/media_service.h"

enum { VT_MEDIA_FILM_TEXT = 32 * 1024 };

/* Keeps what it is made of. VT_OK, VT_ERR_FULL (disk) or VT_ERR_IO. */
int vt_media_film_keep(struct vt_media *media, const char *id, struct vt_str text);
/* Appends it. VT_OK, VT_ERR_MISSING or VT_ERR_IO. */
int vt_media_film_text(struct vt_media *media, struct vt_str id, struct vt_buf *out);

struct vt_media_film_order {
    const char *id;
    const char *text;              /* of stills or a spin; borrowed while the call lasts */
    enum vt_recipe_kind kind;      /* FILM, FILM_AV1 or FILM_LOOK */
    enum vt_picture_format format; /* FILM_LOOK: JPEG or WEBP */
    uint32_t max_bytes;            /* 0: none */
    struct vt_str group;           /* of its conversation */
    struct vt_str site;            /* whose quota it draws on; absent: no site's, as nobody waits for it */
};
/* Its text is the order's, borrowed. */
struct vt_recipe vt_media_film_recipe(const struct vt_media_film_order *order);
/* VT_OK or VT_ERR_NOMEM. */
int vt_media_film_key(const struct vt_media_film_order *order, char ret_key[VT_RECIPE_KEY + 1]);
/* As vt_media_make, after its pictures have been found, ingested where that is still to be done. */
void vt_media_film(struct vt_media *media, const struct vt_media_film_order *order, vt_media_made_fn *made,
                   void *arg);

/* What can be said of a film's making; `ret_position` while it is queued, `ret_ms` of it while it is encoded,
 * `ret_problem` when it failed a moment ago. One that is neither made nor refused is READY: whoever asks for
 * it gets it. */
enum vt_media_film_state {
    VT_MEDIA_FILM_QUEUED,
    VT_MEDIA_FILM_ENCODING,
    VT_MEDIA_FILM_READY,
    VT_MEDIA_FILM_FAILED
};
enum vt_media_film_state vt_media_film_state(struct vt_media *media, const char *key, uint32_t *ret_position,
                                             double *ret_ms, struct vt_media_problem *ret_problem);

/* --- looking on --------------------------------------------------------------------------------------- */

enum vt_film_look { VT_FILM_BEGUN, VT_FILM_GREW, VT_FILM_WHOLE, VT_FILM_BROKEN };

/* In the memory of the one who looks on. `fn` comes for a film of this key that is made now or later; WHOLE
 * and BROKEN end the making, not the looking. */
struct vt_media_watcher {
    struct vt_list link; /* vt_media.watchers; initialised by vt_media_watch */
    char key[VT_RECIPE_KEY + 1];
    void (*fn)(void *arg, enum vt_film_look look);
    void *arg;
};
void vt_media_watch(struct vt_media *media, struct vt_media_watcher *watcher);
void vt_media_unwatch(struct vt_media_watcher *watcher);

/* What there is of a film that is being made: a descriptor for the caller, or -1 when none is. */
int vt_media_live(struct vt_media *media, const char *key);
/* How long it is, and how much of the film that is in milliseconds; false when none is being made. */
bool vt_media_live_size(struct vt_media *media, const char *key, uint64_t *ret_bytes, uint32_t *ret_ms);

#endif
