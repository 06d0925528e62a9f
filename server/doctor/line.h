/* SPDX-License-Identifier: Apache-2.0 */
/* A line to a server as a browser has it: TCP, TLS, one HTTP/1.1 exchange. For `vitrine doctor`, who wants to
 * see each byte and every fault of a certificate, so nothing is refused here and nothing repaired. It blocks;
 * each call has its time. */
#ifndef VT_DOCTOR_LINE_H
#define VT_DOCTOR_LINE_H

#include <sys/types.h>

#include "server/base/buf.h"
#include "server/origin.h"

enum { VT_LINE_WHY = 256 };

struct ssl_st;
struct ssl_ctx_st;
struct vt_line {
    int fd;
    struct ssl_ctx_st *ctx; /* owned; NULL: plain */
    struct ssl_st *ssl;     /* owned */
    bool is_late;           /* the last read ended by its time */
    char why[VT_LINE_WHY];  /* of what failed last, a clause */
};

/* VT_OK, or VT_ERR_IO with `why`. A certificate that cannot be trusted is no error: tls.c looks at it.
 * vt_line_close in any case. */
int vt_line_open(struct vt_line *line, const struct vt_origin *to, int time_ms);
/* TLS on a line that was opened without; as above. */
int vt_line_start_tls(struct vt_line *line, const char *host);
void vt_line_close(struct vt_line *line);
int vt_line_send(struct vt_line *line, struct vt_str bytes);
/* Bytes, 0 at the end, -1 on a fault or when nothing came in time (`is_late`). */
ssize_t vt_line_read(struct vt_line *line, void *room, size_t size, int time_ms);
/* Our own side, as the other names it: "127.0.0.1 45678". */
void vt_line_self(const struct vt_line *line, char ret_text[64]);

struct vt_line_answer {
    int status;
    struct vt_buf head; /* from the status line to the empty one */
    struct vt_buf body; /* up to its maximum, out of its chunks */
};
#define VT_LINE_ANSWER_INIT(max)                                                                             \
    {                                                                                                        \
        .head = VT_BUF_INIT(65536), .body = VT_BUF_INIT(max)                                                 \
    }
void vt_line_answer_finish(struct vt_line_answer *answer);
/* Reads the head alone; what came behind it stands in `body` as it came. VT_OK or VT_ERR_IO. */
int vt_line_read_head(struct vt_line *line, struct vt_line_answer *answer, int time_ms);
/* The whole answer, or as much as `body` takes. */
int vt_line_read_answer(struct vt_line *line, struct vt_line_answer *answer, int time_ms);
/* The value of the `nth` header of that name, from 0; absent: none. */
struct vt_str vt_line_header(const struct vt_line_answer *answer, const char *name, size_t nth);

/* One GET on a line of its own; `more`: header lines with their ends, or "". */
int vt_line_get(const struct vt_origin *to, const char *path, const char *more, struct vt_line_answer *answer,
                char ret_why[VT_LINE_WHY]);
/* "shop.example:8443" as Host wants it. */
void vt_line_host(const struct vt_origin *to, char ret_text[VT_ORIGIN_TEXT]);

#endif
