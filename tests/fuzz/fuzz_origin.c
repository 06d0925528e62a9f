/* SPDX-License-Identifier: Apache-2.0 */
/* Origins and addresses: what is taken prints as text that is taken again and is the same. */
#include <stdlib.h>

#include "server/address.h"
#include "server/base/err.h"
#include "server/origin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_origin(struct vt_str text)
{
    struct vt_origin origin, again;
    char canonical[VT_ORIGIN_TEXT];
    if (vt_origin_parse(text, &origin)) {
        if (vt_origin_same(text, text))
            abort();
        return;
    }
    vt_origin_text(&origin, canonical);
    if (!vt_origin_same(text, vt_str(canonical)) || vt_origin_parse(vt_str(canonical), &again) ||
        !vt_origin_eq(&origin, &again))
        abort();
}

static void check_networks(struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(4096);
    VT_FREE
    char *copy = vt_str_dup(text);
    struct vt_networks networks;
    struct vt_address peer, client;
    vt_address_parse(VT_STR("10.0.0.1"), &peer);
    if (copy && vt_networks_parse(&networks, copy, &error) == VT_OK)
        vt_address_forwarded(&networks, &peer, text, &client);
    vt_networks_parse(&networks, "0.0.0.0/0,::/0", &error);
    vt_address_forwarded(&networks, &peer, text, &client);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str text = { (const char *)data, size };
    check_origin(text);
    check_networks(text);
    return 0;
}
