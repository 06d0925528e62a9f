/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of outgoing requests: what is taken has no second reading. Its canonical text is plain, has one
 * host, and is taken again as the same; libcurl's own parser finds that host in it too. */
#include <curl/curl.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/outgoing/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_curl(struct vt_buf *text, const struct vt_url *url)
{
    CURLU *parts = curl_url();
    char *host = NULL, *user = NULL;
    if (!parts || curl_url_set(parts, CURLUPART_URL, vt_buf_cstr(text), 0) != CURLUE_OK ||
        curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
        abort();
    if (curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_OK)
        abort();
    /* libcurl may write an IPv6 address shorter than it came. */
    if (url->origin.host[0] != '[' && strcmp(host, url->origin.host) != 0)
        abort();
    curl_free(host);
    curl_url_cleanup(parts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_url url, again;
    struct vt_buf why = VT_BUF_INIT(4096), text = VT_BUF_INIT(8192);
    if (vt_url_parse((struct vt_str){ (const char *)data, size }, &url, &why) == VT_OK) {
        vt_url_shown(&url, &why); /* as reports have it: without its query */
        if (why.len > 0 && memchr(vt_buf_cstr(&why), '?', why.len))
            abort();
        vt_url_text(&url, &text);
        for (size_t i = 0; i < text.len; i++)
            if ((unsigned char)text.data[i] <= 0x20 || (unsigned char)text.data[i] >= 0x7f)
                abort();
        if (text.len <= VT_URL_MOST) {
            if (vt_url_parse(vt_buf_view(&text), &again, &why) != VT_OK ||
                !vt_origin_eq(&url.origin, &again.origin) || strcmp(url.path, again.path) != 0)
                abort();
            check_curl(&text, &url);
        }
    } else if (why.len == 0) {
        abort();
    }
    vt_buf_finish(&why);
    vt_buf_finish(&text);
    return 0;
}
