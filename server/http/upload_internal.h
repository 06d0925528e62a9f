/* SPDX-License-Identifier: Apache-2.0 */
/* What the two routes of uploads share. */
#ifndef VT_HTTP_UPLOAD_INTERNAL_H
#define VT_HTTP_UPLOAD_INTERNAL_H

#include "server/http/upload.h"

/* In words for people; `after_ms`: until the next may come. */
void vt_upload_problem(enum vt_upload_err err, uint32_t after_ms, struct vt_media_problem *problem);
/* upload_phone.c */
int vt_upload_phone_mount(struct vt_net *net, struct vt_app *app);

#endif
