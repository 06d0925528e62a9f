/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures by their addresses: /t/{id}/{width} and /iiif/3/{id}/…, an id being the 64 lower-case hex
 * digits of the original's SHA-256. For now each is answered with the original as it is; the addresses
 * are those of the renditions to come. Loop thread only. */
#ifndef VT_HTTP_PICTURES_H
#define VT_HTTP_PICTURES_H

#include "server/http/http.h"

struct vt_pictures;

enum { VT_PICTURE_ID = 64 };

/* Serves <data>/originals/ab/cd/<id>, which may come to be there later. `base_url` names us in
 * info.json; empty: as the browser asked. NULL: no memory. The caller's; must outlive the net. */
struct vt_pictures *vt_pictures_mount(struct vt_net *net, const char *data, const char *base_url);
void vt_pictures_destroy(struct vt_pictures *pictures);

bool vt_picture_id_ok(struct vt_str id);
/* The ladder's next width: 160 320 480 640 960 1280 1920; above it 1920. */
unsigned vt_picture_width(uint64_t wanted_px);

#endif
