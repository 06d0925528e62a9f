/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a request for a picture, and what the asker is told.
 *
 * Every parser and every job ends in one of these numbers. The one who finds the fault writes the
 * detail: what came, what is allowed, what to change; never a library's text, never a path of ours.
 * The server turns the whole into application/problem+json (RFC 9457). */
#ifndef VT_MEDIA_MEDIA_ERRORS_H
#define VT_MEDIA_MEDIA_ERRORS_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

enum vt_media_err {
    VT_MEDIA_OK = 0,
    VT_MEDIA_SYNTAX,        /* 400 a segment, a key or a value is not of an accepted form */
    VT_MEDIA_UPSCALE,       /* 400 larger than the region without `^` */
    VT_MEDIA_OUTSIDE,       /* 400 region outside the picture, size outside the server's limits */
    VT_MEDIA_SIGNATURE,     /* 403 wrong or missing; never which part */
    VT_MEDIA_EXPIRED,       /* 403 */
    VT_MEDIA_HOST,          /* 403 a host that is not on the site's list */
    VT_MEDIA_UNKNOWN,       /* 404 no such id, also after erasure */
    VT_MEDIA_METHOD,        /* 405 */
    VT_MEDIA_TOO_BIG,       /* 413 pixels, side, bytes or frames */
    VT_MEDIA_NOT_A_PICTURE, /* 415 */
    VT_MEDIA_NOT_A_CLIP,    /* 415 */
    VT_MEDIA_RANGE,         /* 416 */
    VT_MEDIA_TRUNCATED,     /* 422 the file ends before the picture does */
    VT_MEDIA_BROKEN,        /* 422 right kind, cannot be decoded */
    VT_MEDIA_NO_SIZE,       /* 422 no millimetres in the catalogue */
    VT_MEDIA_TEXT_EMPTY,    /* 422 nothing to write */
    VT_MEDIA_TOO_LONG,      /* 422 text, film or clip */
    VT_MEDIA_BUDGET,        /* 429 the address's cpu budget is used up */
    VT_MEDIA_WORKER_DIED,   /* 500 */
    VT_MEDIA_BUSY,          /* 503 queue full or wait too long */
    VT_MEDIA_NOT_READY,     /* 503 still on its way */
    VT_MEDIA_DEADLINE,      /* 504 */
    VT_MEDIA_NO_ROOM,       /* 507 the disk is full */
    VT_MEDIA_ERR_COUNT
};

int vt_media_err_status(enum vt_media_err err);       /* 400, 415 …; 200 for VT_MEDIA_OK */
const char *vt_media_err_word(enum vt_media_err err); /* "too-big": the problem's type */
const char *
vt_media_err_title(enum vt_media_err err); /* one short sentence, the same for every such problem */

enum { VT_MEDIA_DETAIL_MAX = 320, VT_MEDIA_QUOTE_MAX = 64 };

struct vt_media_problem {
    enum vt_media_err err;
    char detail[VT_MEDIA_DETAIL_MAX]; /* UTF-8 */
    bool has_limit;
    uint64_t limit, given;
    uint32_t retry_after_s; /* 0: no such header */
};

/* Both fill `problem`, which may be NULL, and return `err`, so that a parser can end with them. */
enum vt_media_err vt_media_problem_set(struct vt_media_problem *problem, enum vt_media_err err,
                                       const char *format, ...) VT_PRINTF(3, 4);
enum vt_media_err vt_media_problem_limit(struct vt_media_problem *problem, enum vt_media_err err,
                                         uint64_t limit, uint64_t given, const char *format, ...)
    VT_PRINTF(5, 6);

/* `text` as it may be shown: at most VT_MEDIA_QUOTE_MAX characters, everything but printable ASCII
 * replaced by '?', "…" behind a cut. For "%s" in a detail. */
struct vt_media_quote {
    char text[VT_MEDIA_QUOTE_MAX + 4];
};
struct vt_media_quote vt_media_quote(struct vt_str text);

/* The body: {"type","title","status","detail","limit"?,"given"?,"reference"?}. `reference` is the
 * number in the log, or NULL. VT_OK, VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_media_problem_json(const struct vt_media_problem *problem, const char *reference, struct vt_buf *out);

#endif
