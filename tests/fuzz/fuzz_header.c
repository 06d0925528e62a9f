/* SPDX-License-Identifier: Apache-2.0 */
/* Header values that decide who somebody is: X-Forwarded-For behind trusted proxies, and cookies. A line end
 * parts the two. An address that is believed reads as itself; a cookie's value lies inside the header. */
#include <stdlib.h>
#include <string.h>

#include "server/address.h"
#include "server/base/err.h"
#include "server/http/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_address(const struct vt_address *address)
{
    char text[VT_ADDRESS_TEXT], again[VT_ADDRESS_TEXT], group[VT_ADDRESS_TEXT], brief[VT_ADDRESS_TEXT];
    struct vt_address read;
    vt_address_text(address, text);
    vt_address_group(address, group);
    vt_address_short(address, brief);
    if (vt_address_parse(vt_str(text), &read) != VT_OK)
        abort();
    vt_address_text(&read, again);
    if (strcmp(text, again) != 0)
        abort();
}

static void check_forwarded(struct vt_str header)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(256);
    struct vt_networks trusted = { .count = 0 };
    struct vt_address peer, client;
    if (vt_networks_parse(&trusted, "127.0.0.0/8,10.0.0.0/8,::1,fd00::/8", &why) != VT_OK ||
        vt_address_parse(VT_STR("127.0.0.1"), &peer) != VT_OK)
        abort();
    vt_address_forwarded(&trusted, &peer, header, &client);
    check_address(&client);
    if (vt_address_parse(VT_STR("192.0.2.1"), &peer) != VT_OK)
        abort();
    vt_address_forwarded(&trusted, &peer, header, &client); /* nobody we trust: what it says is not read */
    if (memcmp(&client, &peer, sizeof(client)) != 0)
        abort();
}

static void check_networks(struct vt_str header)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(1 << 16), why = VT_BUF_INIT(1024);
    struct vt_networks networks = { .count = 0 };
    if (vt_buf_str(&text, header) == VT_OK &&
        vt_networks_parse(&networks, vt_buf_cstr(&text), &why) != VT_OK && why.len == 0)
        abort();
    vt_buf_finish(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str all = { (const char *)data, size };
    const char *stop = size > 0 ? memchr(data, '\n', size) : NULL;
    struct vt_str first = stop ? (struct vt_str){ all.ptr, (size_t)(stop - all.ptr) } : all;
    struct vt_str cookies = stop ? (struct vt_str){ stop + 1, size - first.len - 1 } : all;
    check_forwarded(first);
    check_networks(first);
    struct vt_str value = vt_http_cookie_get(cookies, "vitrine");
    if (value.ptr && (value.ptr < cookies.ptr || value.ptr + value.len > cookies.ptr + cookies.len))
        abort();
    return 0;
}
