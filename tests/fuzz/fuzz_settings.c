/* SPDX-License-Identifier: Apache-2.0 */
/* A site's settings: taken whole, or refused with a sentence that says where and what is allowed. */
#include <stdlib.h>
#include <string.h>

#include "server/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is asked of settings that were taken. */
static void ask(const struct vt_settings *settings)
{
    static const char *const langs[] = { "fr", "fr-CH", "en", "x", "" };
    for (size_t i = 0; i < settings->queues_n; i++) {
        const struct vt_setting_queue *queue = &settings->queues[i];
        for (size_t k = 0; k < sizeof(langs) / sizeof(*langs); k++)
            vt_settings_label(queue, vt_str(langs[k]));
        if (vt_settings_queue(settings, queue->id) != queue)
            abort();
    }
    vt_settings_say(&settings->helper.greeting, VT_STR("fr-CH"));
    vt_settings_day(settings, INT64_C(1700000000000));
    vt_settings_is_tag(settings->queues[0].id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_settings_error error = { .msg = "" };
    struct vt_settings *settings = vt_settings_parse((struct vt_str){ (const char *)data, size }, &error);
    if (!settings && (!error.msg[0] || strnlen(error.msg, sizeof(error.msg)) == sizeof(error.msg) ||
                      strnlen(error.field, sizeof(error.field)) == sizeof(error.field)))
        abort();
    if (settings)
        ask(settings);
    vt_settings_destroy(settings);
    return 0;
}
