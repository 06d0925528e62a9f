/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that the picture routes share. */
#ifndef VT_HTTP_PICTURES_INTERNAL_H
#define VT_HTTP_PICTURES_INTERNAL_H

#include "media/iiif.h"
#include "media/media_errors.h"
#include "media/tix.h"
#include "server/http/http_internal.h"

#define VT_PICTURES_FOREVER "public, max-age=31536000, immutable"
#define VT_PICTURES_PRIVATE "private, max-age=600" /* what a grant opened */

/* Everybody may embed a catalogue's picture, and a canvas may read it. */
void vt_pictures_allow_everyone(struct vt_http_req *req);

/* The problem as it is told. What is our fault gets a reference number, in the log and in the answer. */
void vt_pictures_problem(struct vt_http_req *req, const struct vt_media_problem *problem);

/* A rendition's strong ETag, and how long it may be kept. */
void vt_pictures_kept(struct vt_http_req *req, const char *key, const char *cache_control);
/* Sets the headers of a rendition; true: the browser has it, and 304 was the answer. */
bool vt_pictures_is_known(struct vt_http_req *req, const char *key, const char *cache_control);

/* The rendition's bytes; large ones go out from a file without a name. */
void vt_pictures_bytes(struct vt_http_req *req, const char *type, struct vt_str bytes);

/* An original as it is, for as long as nothing better can be made: not to be kept by anybody. */
void vt_pictures_original(struct vt_http_req *req, int fd);

/* `base`: scheme and host. Both write the whole answer or header. */
void vt_pictures_info(struct vt_http_req *req, const char *base, struct vt_str raw_id,
                      const struct vt_tix *tix, const char *cache_control);
void vt_pictures_links(struct vt_http_req *req, const char *base, struct vt_str raw_id,
                       const struct vt_recipe *recipe);

/* ?max= of the query: what an answer may have in bytes; `ret_bytes` stays as it was without. VT_MEDIA_OK or
 * SYNTAX. */
enum vt_media_err vt_pictures_read_max(struct vt_http_req *req, uint32_t *ret_bytes,
                                       struct vt_media_problem *problem);

#endif
