/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lead.h"

#include <stdio.h>

#include "server/base/err.h"
#include "server/outgoing/url.h"

static bool is_host_of(const struct vt_texts *hosts, const struct vt_origin *origin)
{
    char with_port[VT_ORIGIN_HOST + 8];
    snprintf(with_port, sizeof(with_port), "%s:%u", origin->host, origin->port);
    for (size_t i = 0; i < hosts->n; i++)
        if (vt_str_eq(hosts->at[i], vt_str(origin->host)) || vt_str_eq(hosts->at[i], vt_str(with_port)))
            return true;
    return false;
}

bool vt_lead_allowed(const struct vt_site *site, struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    struct vt_url url;
    char origin[VT_ORIGIN_TEXT];
    for (size_t i = 0; i < text.len;
         i++) /* a browser drops some of these, and reads the rest otherwise than we */
        if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == '\\')
            return false;
    if (text.ptr[0] == '/')
        return text.len == 1 || text.ptr[1] != '/';
    if (!site || vt_url_parse(text, &url, &why) != VT_OK)
        return false;
    vt_origin_text(&url.origin, origin);
    return vt_site_origin_allowed(site, vt_str(origin)) ||
           is_host_of(&site->settings->push_hosts, &url.origin) ||
           is_host_of(&site->settings->mirror.hosts, &url.origin);
}
