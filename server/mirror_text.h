/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a mirrored page, looked at a second time: numbers that are secrets, addresses, style texts.
 *
 * The guard in the customer's browser has masked and cut before; whoever speaks to the raw socket has not.
 * Any thread; nothing is kept. */
#ifndef VT_MIRROR_TEXT_H
#define VT_MIRROR_TEXT_H

#include <stdbool.h>

#include "server/base/buf.h"

/* What stands in place of a number that is a secret, whatever its length. */
#define VT_MIRROR_MASK                                                                                       \
    "\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"

/* Card numbers (Luhn), IBANs (mod 97), social security numbers of the United States and of France. True:
 * something was found, and `out` has the text without it. False: nothing, and `out` is as it was. */
bool vt_mirror_mask(struct vt_str text, struct vt_buf *out);

enum vt_mirror_place { VT_MIRROR_PICTURE, VT_MIRROR_STYLE }; /* data: of pictures; and of fonts */
/* An address without its query and fragment, appended. False: it may not be loaded, and nothing is appended.
 * A fragment alone ("#id") stays: it names something of the page. */
bool vt_mirror_url(struct vt_str url, enum vt_mirror_place place, struct vt_buf *out);
/* The candidates of a srcset, each so; those that may not be loaded are left out. */
void vt_mirror_srcset(struct vt_str srcset, struct vt_buf *out);

/* A style text, or a declaration's value: no @import, no script in old browsers' ways, each address as above,
 * however it is written. Without an end of its own (a comment, a string, a parenthesis) it ends where the
 * text does. */
void vt_mirror_css(struct vt_str css, struct vt_buf *out);

#endif
