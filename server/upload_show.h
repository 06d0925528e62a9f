/* SPDX-License-Identifier: Apache-2.0 */
/* A picture or clip that somebody sent reaches its conversation: into the viewer or the thread, and its
 * sender is told how far it has come. Loop thread only. */
#ifndef VT_UPLOAD_SHOW_H
#define VT_UPLOAD_SHOW_H

#include "server/upload.h"

/* file.state, to the asker wherever they are now; `media` and `why` may be absent. */
void vt_upload_tell(struct vt_app *app, const struct vt_upload *upload, enum vt_file_state state,
                    struct vt_str media, const char *why);

/* Puts it where its sender wanted it, and tells them: ready with `media`, or refused with a sentence. The
 * viewer shows it beside the active piece; where no session is live any more, or the viewer holds all it can,
 * it goes into the thread: what was sent is never lost. */
void vt_upload_show(struct vt_app *app, const struct vt_upload *upload, const char *id, struct vt_str media);

#endif
