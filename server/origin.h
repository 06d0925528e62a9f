/* SPDX-License-Identifier: Apache-2.0 */
/* Web origins: scheme, host and port, compared exactly.
 *
 * Two spellings of one origin are made one (letter case of scheme and host, a default port); all
 * else differs: a suffix, a trailing dot, another port, "null". Hosts outside ASCII arrive as
 * punycode from browsers and are taken only so, since a look-alike in Unicode must not be compared
 * by eye. RFC 6454, sections 4 and 6. */
#ifndef VT_ORIGIN_H
#define VT_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/str.h"

enum { VT_ORIGIN_HOST = 254, VT_ORIGIN_TEXT = 8 + VT_ORIGIN_HOST + 6 };

struct vt_origin {
    bool tls;                  /* https */
    uint16_t port;             /* the default one filled in */
    char host[VT_ORIGIN_HOST]; /* lower case; IPv6 within brackets */
};

/* "https://shop.example:8443". Refused: "null", a path, query or user, a host that is no host name,
 * address or bracketed IPv6, a trailing dot, port 0. VT_OK or VT_ERR_INVALID. */
int vt_origin_parse(struct vt_str text, struct vt_origin *ret_origin);
bool vt_origin_eq(const struct vt_origin *a, const struct vt_origin *b);
/* Parses both; false when either is none. */
bool vt_origin_same(struct vt_str a, struct vt_str b);
/* The canonical text: no default port, lower case. */
void vt_origin_text(const struct vt_origin *origin, char ret_text[VT_ORIGIN_TEXT]);

#endif
