/* SPDX-License-Identifier: Apache-2.0 */
/* What the pool, the parent of the workers and a worker say to each other.
 *
 * All three run the same binary, so structs travel as they are: one struct is one SOCK_SEQPACKET
 * message, descriptors ride along by SCM_RIGHTS. The server believes nothing it reads from a
 * worker: lengths, numbers and seals are checked in pool.c. */
#ifndef VT_MEDIA_WIRE_H
#define VT_MEDIA_WIRE_H

#include <stdint.h>

#include "media/media_errors.h"
#include "media/recipe.h"

#define VT_WIRE_SOURCES    12 /* a film has at most twelve stills */
#define VT_WIRE_FDS        (VT_WIRE_SOURCES + 1)
#define VT_WIRE_TEXT_MAX   (65536u + 1) /* template text (VT_TEMPLATE_JSON_MAX) with its terminator */
#define VT_WIRE_RESULT_MAX (64u << 20)
#define VT_WIRE_CONTROL_FD 3 /* of the parent, from its first instruction on */

enum vt_wire_kind {
    VT_WIRE_FORK = 1, /* server -> parent, with the worker's socket */
    VT_WIRE_KILL,     /* server -> parent */
    VT_WIRE_READY,    /* worker -> server */
    VT_WIRE_JOB,      /* server -> worker, with 1 to 12 sources and perhaps a descriptor to write to */
    VT_WIRE_PART,     /* worker -> server: a first output, the job goes on */
    VT_WIRE_DONE      /* worker -> server */
};

struct vt_wire_order {
    uint32_t kind;
    uint32_t worker; /* number given by the pool, never used twice */
};

/* Followed by text_len bytes of template text, terminated, when that is not 0. */
struct vt_wire_job {
    uint32_t kind;
    uint32_t n_sources;
    uint64_t job;
    uint32_t has_out; /* the last descriptor is where to write */
    uint32_t text_len;
    struct vt_recipe recipe; /* template_json means nothing on the way */
};

/* With a sealed memfd when len is not 0. READY is this struct with nothing but its kind. */
struct vt_wire_result {
    uint32_t kind;
    uint32_t n_warnings; /* of the libraries, during this job; 0 is what we expect */
    uint64_t job;
    uint64_t len;
    uint32_t width, height;
    uint32_t rss_kb;
    struct vt_media_problem problem; /* problem.err is the result's */
};

/* Sends or takes one message whole. `fds` are borrowed; received ones are the caller's, closed on
 * exec. Send: VT_OK, VT_ERR_FULL (the socket would block), VT_ERR_IO. Receive: the length, 0 at
 * the end of the stream, VT_ERR_FULL when there is nothing now, VT_ERR_INVALID for a message that
 * was cut (its descriptors are closed), VT_ERR_IO. */
int vt_wire_send(int socket, const void *bytes, size_t len, const void *tail, size_t tail_len, const int *fds,
                 size_t n_fds);
int vt_wire_receive(int socket, void *bytes, size_t size, int fds[VT_WIRE_FDS], size_t *ret_fds);

#endif
