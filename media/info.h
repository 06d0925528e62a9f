/* SPDX-License-Identifier: Apache-2.0 */
/* info.json of IIIF Image API 3.0, section 5. */
#ifndef VT_MEDIA_INFO_H
#define VT_MEDIA_INFO_H

#include "media/iiif.h"

/* `id` is the picture's address as it was asked for, base and escaped identifier, no slash behind.
 * `object`: where the piece is in it, x, y, w, h in 1/65535; w 0: not told. A viewer that draws to
 * scale reads it as `object`, in 0..1; others must ignore it. Tiles and sizes are those of the pyramid by
 * halves. VT_OK, VT_ERR_FULL or VT_ERR_NOMEM. */
int vt_info_json(struct vt_str id, uint32_t full_w, uint32_t full_h, const uint16_t object[4],
                 const struct vt_iiif_limits *limits, struct vt_buf *out);

/* What `Link: <…>;rel="profile"` names. */
#define VT_INFO_PROFILE_URL "http://iiif.io/api/image/3/level2.json"
#define VT_INFO_LD_TYPE     "application/ld+json;profile=\"http://iiif.io/api/image/3/context.json\""

/* True when the Accept header wants application/ld+json by name; else application/json is sent. */
bool vt_info_wants_ld(struct vt_str accept);

#endif
