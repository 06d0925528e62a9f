/* SPDX-License-Identifier: Apache-2.0 */
/* The text side of the wire: JSON to structs and back, walked by tables.
 *
 * Decoding checks everything a table can say: type, range, length in bytes of UTF-8, enum words,
 * required fields, size of the message. What is left for a handler is meaning. Unknown fields are
 * ignored. Decoded structs and all they point at live in the caller's arena.
 *
 * Encoding trusts its caller and checks nothing but the buffer's maximum; on failure the buffer
 * holds what it held before and is marked failed. The bytes are those of JSON.stringify with the
 * fields in the order of the table: both languages run the same vectors. */
#ifndef VT_PROTOCOL_CODEC_H
#define VT_PROTOCOL_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/c/errors.h"
#include "protocol/c/messages.h"
#include "protocol/c/ops.h"
#include "server/base/arena.h"
#include "server/base/buf.h"
#include "server/base/str.h"

enum {
    VT_TEXT_DEPTH_MAX = 32,    /* nested objects and arrays */
    VT_TEXT_BYTES_MAX = 65536, /* one object of an NDJSON text, whatever its op */
    VT_CID_BYTES = 36          /* a UUID with its dashes */
};

struct vt_envelope {
    enum vt_op op;
    struct vt_str op_name; /* also of an unknown op, at most 40 bytes of it */
    uint32_t id;           /* 0: none */
    uint32_t c;            /* 0: left out */
    struct vt_str cid;     /* absent, or a UUID */
    const struct vt_op_row *row;
    void *msg; /* struct vt_msg_<op> or the shared type messages.h names; NULL when there are no fields */
};

struct vt_error {
    int err;           /* VT_ERR_*, protocol/c/errors.h */
    char field[96];    /* JSON pointer into the message, "" when no one field is to blame */
    uint32_t after_ms; /* 0: not said */
    char msg[160];     /* for developers; "" takes the text of the table. Never holds a peer's bytes */
};

/* Takes the next object of an NDJSON text; *cursor advances past it, also past a bad one.
 * 0: decoded. 1: nothing left. Else VT_ERR_* with `ret_error` filled; ret_env->id and op are set
 * whenever they could be read, so the error can be answered.
 *
 * A request needs an id, and a cid as well when its class is D or C. An event of the server sent
 * by a peer decodes with msg NULL: its row has no from_roles, so the gate refuses it. */
int vt_decode_text(struct vt_arena *arena, const char **cursor, const char *end, struct vt_envelope *ret_env,
                   struct vt_error *ret_error);

/* Decodes one body on its own into `ret_struct`, which has shape->size bytes. */
int vt_decode_body(struct vt_arena *arena, const struct vt_shape *shape, struct vt_str json, void *ret_struct,
                   struct vt_error *ret_error);

struct vt_event_head {
    uint32_t c;     /* 0: left out */
    uint32_t s, cs; /* 0: none */
    uint32_t p;     /* the number before, for this audience */
    bool has_p;
    const char *by; /* NULL: none */
    int64_t ts;     /* 0: left out */
};

/* `d` is what messages.h names as evt; NULL writes {}. */
int vt_encode_event(struct vt_buf *out, enum vt_op op, const struct vt_event_head *head, const void *d);
/* A stored row: `d_json` is JSON already and goes out as it is. */
int vt_encode_event_raw(struct vt_buf *out, const char *op, const struct vt_event_head *head,
                        struct vt_str d_json);
/* `rep` is what messages.h names as rep; NULL writes {}. `head` carries the number a request made,
 * or is NULL. */
int vt_encode_reply(struct vt_buf *out, uint32_t id, enum vt_op op, const struct vt_event_head *head,
                    const void *rep);
/* With id 0 it goes out as an `error` event. An err no peer may be told goes out as `overloaded`. */
int vt_encode_error(struct vt_buf *out, uint32_t id, const struct vt_error *error);
/* d alone: what the store keeps. */
int vt_encode_body(struct vt_buf *out, const struct vt_shape *shape, const void *d);
/* The other direction, for tests and tools: op, id, c, cid and msg are used. */
int vt_encode_request(struct vt_buf *out, const struct vt_envelope *env);

/* Fills an error in one line: printf text, may be NULL. */
void vt_error_set(struct vt_error *error, int err, const char *field, const char *format, ...)
    VT_PRINTF(4, 5);

#endif
