/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures and clips that people send: POST /u and POST /v/clip?from=&to= with a ticket or a phone's key,
 * POST /u/phone to open a phone's code.
 *
 * The body goes into a file without a name as it comes; what it is decides its own header, before any codec
 * sees it. Then a worker makes the first sight of it, or the chosen part of a clip, and with that it is
 * recorded, kept and shown; its master follows. What is refused and a line that breaks leave nothing behind.
 * Loop thread only. */
#ifndef VT_HTTP_UPLOAD_H
#define VT_HTTP_UPLOAD_H

#include "server/app.h"
#include "server/http/http.h"
#include "server/media_index.h"
#include "server/media_service.h"
#include "server/upload.h"

struct vt_http_uploads;
struct vt_http_uploads_deps { /* all borrowed, alive until vt_http_uploads_destroy */
    struct vt_net *net;
    struct vt_app *app;
    struct vt_media *media;
};

/* Makes the routes. NULL: no memory. */
struct vt_http_uploads *vt_http_uploads_mount(const struct vt_http_uploads_deps *deps);
/* Once the loop has run dry. */
void vt_http_uploads_destroy(struct vt_http_uploads *uploads);

#endif
