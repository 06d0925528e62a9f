/* SPDX-License-Identifier: Apache-2.0 */
/* Errors below the wire: what base, store and the like return.
 *
 * Fallible functions return 0 or a negative number. These lie in -1..-99; the errors a peer can
 * be told (protocol/c/errors.h) are the negated wire numbers, -1001 and below, so one `int`
 * carries both and no two meanings share a value. */
#ifndef VT_BASE_ERR_H
#define VT_BASE_ERR_H

enum {
    VT_OK = 0,
    VT_ERR_NOMEM = -1,   /* an allocation failed */
    VT_ERR_FULL = -2,    /* a bound of ours was reached */
    VT_ERR_INVALID = -3, /* the caller's input cannot be right */
    VT_ERR_MISSING = -4, /* no such thing */
    VT_ERR_EXISTS = -5,  /* it is there already */
    VT_ERR_IO = -6,      /* the operating system said no */
    VT_ERR_STALE = -7,   /* an owner of an older epoch, or a version that moved on */
    VT_ERR_GONE = -8     /* it was there and has ended */
};

/* A short English name for logs ("full", "io"); "error" for a number of another range. */
const char *vt_err_name(int err);

#endif
