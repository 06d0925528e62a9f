/* SPDX-License-Identifier: Apache-2.0 */
#include "media/media_errors.h"

static const struct row {
    const char *word;
    int status;
} rows[VT_MEDIA_ERR_COUNT] = {
    [VT_MEDIA_OK] = { "ok", 200 },
    [VT_MEDIA_SYNTAX] = { "syntax", 400 },
    [VT_MEDIA_UPSCALE] = { "upscale", 400 },
    [VT_MEDIA_OUTSIDE] = { "outside", 400 },
    [VT_MEDIA_UNKNOWN] = { "unknown", 404 },
    [VT_MEDIA_TOO_BIG] = { "too-big", 413 },
    [VT_MEDIA_NOT_A_PICTURE] = { "not-a-picture", 415 },
    [VT_MEDIA_TRUNCATED] = { "truncated", 422 },
    [VT_MEDIA_BROKEN] = { "broken", 422 },
    [VT_MEDIA_NO_SIZE] = { "no-size", 422 },
    [VT_MEDIA_TEXT_EMPTY] = { "text-empty", 422 },
    [VT_MEDIA_TOO_LONG] = { "too-long", 422 },
    [VT_MEDIA_BUSY] = { "busy", 503 },
    [VT_MEDIA_NOT_READY] = { "not-ready", 503 },
    [VT_MEDIA_WORKER_DIED] = { "worker-died", 500 },
    [VT_MEDIA_DEADLINE] = { "deadline", 504 },
};

const char *vt_media_err_word(enum vt_media_err err)
{
    return (unsigned)err < VT_MEDIA_ERR_COUNT ? rows[err].word : "unknown";
}

int vt_media_err_status(enum vt_media_err err)
{
    return (unsigned)err < VT_MEDIA_ERR_COUNT ? rows[err].status : 500;
}
