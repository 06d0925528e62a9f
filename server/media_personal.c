/* SPDX-License-Identifier: Apache-2.0 */
/* What is personal: made under its conversation's group, erased with it. */
#include <stdio.h>
#include <string.h>

#include "server/media_internal.h"

#define PREFIX "conv."

void vt_media_group(struct vt_str conv, char ret_group[VT_MEDIA_GROUP])
{
    snprintf(ret_group, VT_MEDIA_GROUP, PREFIX "%.*s", VT_STR_ARG(conv));
}

void vt_media_erase_conversation(struct vt_media *media, struct vt_str conv)
{
    char group[VT_MEDIA_GROUP];
    if (media->is_closing)
        return;
    vt_media_group(conv, group);
    vt_jobs_erase(media->jobs, vt_str(group));
    vt_cache_erase(media->cache, vt_str(group));
}

void vt_media_erase(struct vt_media *media, struct vt_str conv, struct vt_str id)
{
    if (media->is_closing)
        return;
    vt_media_forget(media, id);
    vt_media_forget_clip(media, id);
    vt_jobs_erase(media->jobs, id); /* an ingest stands under its own id */
    vt_media_erase_conversation(media, conv);
    vt_masters_erase(media->masters, id);
}

static bool is_personal(void *arg, const char *group)
{
    (void)arg;
    return strncmp(group, PREFIX, strlen(PREFIX)) == 0;
}

void vt_media_sweep(struct vt_media *media, int64_t made_before_wall_ms)
{
    if (!media->is_closing)
        vt_cache_sweep(media->cache, made_before_wall_ms, is_personal, NULL);
}
