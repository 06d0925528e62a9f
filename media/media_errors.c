/* SPDX-License-Identifier: Apache-2.0 */
#include "media/media_errors.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const struct row {
    int status;
    const char *word;
    const char *title;
} rows[VT_MEDIA_ERR_COUNT] = {
    [VT_MEDIA_OK] = { 200, "ok", "Nothing is wrong" },
    [VT_MEDIA_SYNTAX] = { 400, "syntax", "The request is not of an accepted form" },
    [VT_MEDIA_UPSCALE] = { 400, "upscale", "Larger than the region that was asked for" },
    [VT_MEDIA_OUTSIDE] = { 400, "outside", "Outside the picture or the server's limits" },
    [VT_MEDIA_SIGNATURE] = { 403, "signature", "The signature is missing or not right" },
    [VT_MEDIA_EXPIRED] = { 403, "expired", "This address has expired" },
    [VT_MEDIA_HOST] = { 403, "host", "This host is not on the site's list" },
    [VT_MEDIA_UNKNOWN] = { 404, "unknown", "There is no such picture" },
    [VT_MEDIA_METHOD] = { 405, "method", "This method is not allowed here" },
    [VT_MEDIA_TOO_BIG] = { 413, "too-big", "The file is larger than allowed" },
    [VT_MEDIA_NOT_A_PICTURE] = { 415, "not-a-picture", "This is not a picture of an accepted kind" },
    [VT_MEDIA_NOT_A_CLIP] = { 415, "not-a-clip", "This is not a clip of an accepted kind" },
    [VT_MEDIA_RANGE] = { 416, "range", "The range lies outside the file" },
    [VT_MEDIA_TRUNCATED] = { 422, "truncated", "The file ends before the picture does" },
    [VT_MEDIA_BROKEN] = { 422, "broken", "The picture cannot be decoded" },
    [VT_MEDIA_NO_SIZE] = { 422, "no-size", "The product has no size in the catalogue" },
    [VT_MEDIA_TEXT_EMPTY] = { 422, "text-empty", "A text is empty" },
    [VT_MEDIA_TOO_LONG] = { 422, "too-long", "Longer than allowed" },
    [VT_MEDIA_BUDGET] = { 429, "budget", "Too many pictures were made for this address" },
    [VT_MEDIA_WORKER_DIED] = { 500, "worker-died", "The picture could not be made" },
    [VT_MEDIA_BUSY] = { 503, "busy", "Too much is being made at once" },
    [VT_MEDIA_NOT_READY] = { 503, "not-ready", "Still being made" },
    [VT_MEDIA_DEADLINE] = { 504, "deadline", "Making the picture took too long" },
    [VT_MEDIA_NO_ROOM] = { 507, "no-room", "There is no room to store this" },
};

static const struct row *row_of(enum vt_media_err err)
{
    return &rows[(unsigned)err < VT_MEDIA_ERR_COUNT ? err : VT_MEDIA_WORKER_DIED];
}

int vt_media_err_status(enum vt_media_err err)
{
    return row_of(err)->status;
}

const char *vt_media_err_word(enum vt_media_err err)
{
    return row_of(err)->word;
}

const char *vt_media_err_title(enum vt_media_err err)
{
    return row_of(err)->title;
}

/* A detail may quote at the end of its room: what is cut is cut at a character's start. */
static void format_detail(char detail[VT_MEDIA_DETAIL_MAX], const char *format, va_list args)
{
    char whole[VT_MEDIA_DETAIL_MAX * 2];
    int n = vsnprintf(whole, sizeof(whole), format, args);
    size_t len = n < 0 ? 0 : (size_t)n < sizeof(whole) ? (size_t)n : sizeof(whole) - 1;
    vt_str_copy(detail, VT_MEDIA_DETAIL_MAX, (struct vt_str){ whole, len });
}

enum vt_media_err vt_media_problem_set(struct vt_media_problem *problem, enum vt_media_err err,
                                       const char *format, ...)
{
    if (!problem)
        return err;
    *problem = (struct vt_media_problem){ .err = err };
    va_list args;
    va_start(args, format);
    format_detail(problem->detail, format, args);
    va_end(args);
    return err;
}

enum vt_media_err vt_media_problem_limit(struct vt_media_problem *problem, enum vt_media_err err,
                                         uint64_t limit, uint64_t given, const char *format, ...)
{
    if (!problem)
        return err;
    *problem = (struct vt_media_problem){ .err = err, .has_limit = true, .limit = limit, .given = given };
    va_list args;
    va_start(args, format);
    format_detail(problem->detail, format, args);
    va_end(args);
    return err;
}

struct vt_media_quote vt_media_quote(struct vt_str text)
{
    struct vt_media_quote quote;
    size_t n = text.len < VT_MEDIA_QUOTE_MAX ? text.len : VT_MEDIA_QUOTE_MAX;
    for (size_t i = 0; i < n; i++)
        quote.text[i] = text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f ? text.ptr[i] : '?';
    memcpy(quote.text + n, text.len > n ? "…" : "", text.len > n ? sizeof("…") : 1);
    return quote;
}

int vt_media_problem_json(const struct vt_media_problem *problem, const char *reference, struct vt_buf *out)
{
    const struct row *row = row_of(problem->err);
    vt_buf_printf(out, "{\"type\":\"%s\",\"title\":\"%s\",\"status\":%d", row->word, row->title, row->status);
    if (problem->detail[0]) {
        vt_buf_text(out, ",\"detail\":");
        vt_buf_json_string(out, vt_str(problem->detail));
    }
    if (problem->has_limit)
        vt_buf_printf(out, ",\"limit\":%" PRIu64 ",\"given\":%" PRIu64, problem->limit, problem->given);
    if (reference) {
        vt_buf_text(out, ",\"reference\":");
        vt_buf_json_string(out, vt_str(reference));
    }
    return vt_buf_byte(out, '}');
}
