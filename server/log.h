/* SPDX-License-Identifier: Apache-2.0 */
/* The log: one JSON object or one logfmt line per event, to standard error or a file that can be exchanged.
 *
 * Fields come as pairs of name and value, so nothing foreign lands in a format string; values are
 * escaped. Never logged: message text, names, tokens, queries, whole addresses. Library code stays
 * at debug; the caller who decides what happens next logs once. Repeats of one event beyond
 * 20 a second are counted and reported once a second. Any thread. */
#ifndef VT_LOG_H
#define VT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/str.h"

enum vt_log_level { VT_LOG_DEBUG, VT_LOG_INFO, VT_LOG_WARN, VT_LOG_ERROR };

struct vt_log_field {
    const char *name;
    struct vt_str text; /* used when ptr is not NULL */
    int64_t number;
};
#define VT_LOG_S(name, value)                                                                                \
    {                                                                                                        \
        (name), (value), 0                                                                                   \
    } /* struct vt_str */
#define VT_LOG_T(name, value)                                                                                \
    {                                                                                                        \
        (name), vt_str(value), 0                                                                             \
    } /* const char * */
#define VT_LOG_N(name, value)                                                                                \
    {                                                                                                        \
        (name), { NULL, 0 }, (int64_t)(value)                                                                \
    }

void vt_log_init(enum vt_log_level least, bool json);
/* From here on into this file, made with 0600 unless it is there; "" means standard error. Called again with
 * the same path it goes on in a new file when the old one was moved away. On VT_ERR_IO (errno) all stays as
 * it was. */
int vt_log_open(const char *path);
void vt_log_event(enum vt_log_level level, const char *event, const struct vt_log_field *fields, size_t n);

/* Reports the repeats held back in seconds that are over: once a second from a timer, and at the end. */
void vt_log_flush(void);

/* vt_log(VT_LOG_INFO, "conn.open", VT_LOG_T("addr", short_addr), VT_LOG_N("total", n)); */
#define vt_log(level, event, ...)                                                                            \
    vt_log_event((level), (event), (const struct vt_log_field[]){ __VA_ARGS__ },                             \
                 sizeof((const struct vt_log_field[]){ __VA_ARGS__ }) / sizeof(struct vt_log_field))

#endif
