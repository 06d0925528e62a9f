/* SPDX-License-Identifier: Apache-2.0 */
#include "media/image_internal.h"

void vt_image_template(const struct vt_image_job *job, struct vt_image_result *ret_result)
{
    (void)job;
    vt_media_problem_set(&ret_result->problem, VT_MEDIA_NOT_READY, "templates are not drawn yet");
}
