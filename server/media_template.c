/* SPDX-License-Identifier: Apache-2.0 */
/* A template on its way to a worker: every picture of it, in the order of its items. */
#include <stdlib.h>

#include "media/template.h"
#include "server/base/err.h"
#include "server/media_internal.h"

int vt_media_start_template(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct vt_media_master *masters[VT_TEMPLATE_ITEMS] = { NULL };
    int fds[VT_TEMPLATE_ITEMS], err = VT_OK;
    struct vt_media_problem problem;
    struct vt_template *template = malloc(sizeof(*template));
    if (!template)
        return VT_ERR_NOMEM;
    if (vt_template_decode(vt_str(recipe->template_json), template, &problem) != VT_MEDIA_OK)
        err = VT_ERR_INVALID;
    for (size_t i = 0; !err && i < template->item_count; i++) {
        masters[i] = vt_masters_find(media->masters, vt_str(template->items[i].media));
        fds[i] = masters[i] ? masters[i]->fd : -1;
        err = masters[i] ? VT_OK : VT_ERR_MISSING;
    }
    if (!err)
        err = vt_media_submit(media, job, recipe, fds, template->item_count, -1);
    for (size_t i = 0; i < VT_TEMPLATE_ITEMS; i++)
        vt_media_master_unref(masters[i]);
    free(template);
    return err;
}
