/* SPDX-License-Identifier: Apache-2.0 */
/* Texts people wrote, made fit to be set on a picture.
 *
 * UTF-8 in, NFC out (Unicode annex 15). Line breaks and tabs become blanks, other controls, bidi
 * controls and invisible formatting go; joiners stay, Persian and emoji need them. Blanks at the ends
 * go, runs of them become one. Length is counted as people count, in grapheme clusters (annex 29,
 * without its rule for Indic conjuncts). */
#ifndef VT_MEDIA_NAMES_H
#define VT_MEDIA_NAMES_H

#include <stddef.h>

#include "server/base/str.h"

/* `ret` holds max_bytes + 1. VT_OK; VT_ERR_INVALID: not UTF-8; VT_ERR_FULL: more clusters or bytes,
 * `*ret_clusters` says how many; VT_ERR_NOMEM. An empty result is VT_OK. */
int vt_names_clean(struct vt_str text, size_t max_clusters, size_t max_bytes, char *ret,
                   size_t *ret_clusters);

/* Of well-formed UTF-8. */
size_t vt_names_clusters(struct vt_str text);

#endif
