/* SPDX-License-Identifier: Apache-2.0 */
/* What can be wrong with a picture or a request for one: the problem types of the media URLs. */
#ifndef VT_MEDIA_ERRORS_H
#define VT_MEDIA_ERRORS_H

enum vt_media_err {
    VT_MEDIA_OK,
    VT_MEDIA_SYNTAX,
    VT_MEDIA_UPSCALE,
    VT_MEDIA_OUTSIDE,
    VT_MEDIA_UNKNOWN,
    VT_MEDIA_TOO_BIG,
    VT_MEDIA_NOT_A_PICTURE,
    VT_MEDIA_TRUNCATED,
    VT_MEDIA_BROKEN,
    VT_MEDIA_NO_SIZE,
    VT_MEDIA_TEXT_EMPTY,
    VT_MEDIA_TOO_LONG,
    VT_MEDIA_BUSY,
    VT_MEDIA_NOT_READY,
    VT_MEDIA_WORKER_DIED,
    VT_MEDIA_DEADLINE,
    VT_MEDIA_ERR_COUNT
};

/* The type word ("too-big") and the HTTP status that goes with it. */
const char *vt_media_err_word(enum vt_media_err err);
int vt_media_err_status(enum vt_media_err err);

#endif
