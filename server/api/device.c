/* SPDX-License-Identifier: Apache-2.0 */
#include "server/api/device.h"

#include <stdio.h>

#include "server/base/cleanup.h"

struct sign {
    const char *in, *means;
};

static const char *first_of(const struct sign *signs, size_t n, struct vt_str text)
{
    for (size_t i = 0; i < n; i++)
        if (memmem(text.ptr, text.len, signs[i].in, strlen(signs[i].in)))
            return signs[i].means;
    return NULL;
}

void vt_device_text(struct vt_str agent, char ret_text[VT_DEVICE_TEXT])
{
    /* In this order: browsers name those they want to be taken for, too. */
    static const struct sign browsers[] = {
        { "Edg", "Edge" },         { "OPR/", "Opera" },    { "SamsungBrowser", "Samsung Internet" },
        { "Firefox/", "Firefox" }, { "FxiOS", "Firefox" }, { "CriOS", "Chrome" },
        { "Chrome/", "Chrome" },   { "Safari/", "Safari" }
    };
    static const struct sign systems[] = { { "Android", "Android" }, { "iPhone", "iPhone" },
                                           { "iPad", "iPad" },       { "Windows", "Windows" },
                                           { "Mac OS X", "macOS" },  { "CrOS", "ChromeOS" },
                                           { "Linux", "Linux" } };
    const char *browser = agent.len > 0 ? first_of(browsers, VT_COUNT(browsers), agent) : NULL;
    const char *system = agent.len > 0 ? first_of(systems, VT_COUNT(systems), agent) : NULL;
    if (browser && system)
        snprintf(ret_text, VT_DEVICE_TEXT, "%s on %s", browser, system);
    else
        snprintf(ret_text, VT_DEVICE_TEXT, "%s", browser ? browser : system ? system : "Unknown browser");
}
