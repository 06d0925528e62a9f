/* SPDX-License-Identifier: Apache-2.0 */
#include "server/node/preamble.h"

#include <string.h>

static const char magic[VT_PREAMBLE_MAGIC] = "vtnode1\n";
enum { TOKEN = VT_LEASE_TOKEN - 1, AT_FAMILY = VT_PREAMBLE_MAGIC + TOKEN, V4 = 4, V6 = 6 };

void vt_preamble_write(uint8_t ret_bytes[VT_PREAMBLE_BYTES], const char *token, const struct vt_address *from)
{
    memcpy(ret_bytes, magic, VT_PREAMBLE_MAGIC);
    memcpy(ret_bytes + VT_PREAMBLE_MAGIC, token, TOKEN);
    ret_bytes[AT_FAMILY] = from->v6 ? V6 : V4;
    memset(ret_bytes + AT_FAMILY + 1, 0, sizeof(from->bytes));
    memcpy(ret_bytes + AT_FAMILY + 1, from->bytes, from->v6 ? 16 : 4);
}

/* Every byte is looked at, so that the time tells nothing. */
static bool is_same(const uint8_t *bytes, const char *token)
{
    uint8_t differs = 0;
    for (size_t i = 0; i < TOKEN; i++)
        differs |= bytes[i] ^ (uint8_t)token[i];
    return differs == 0;
}

bool vt_preamble_read(const uint8_t bytes[VT_PREAMBLE_BYTES], const char *token, struct vt_address *ret_from)
{
    const uint8_t family = bytes[AT_FAMILY];
    if (memcmp(bytes, magic, VT_PREAMBLE_MAGIC) != 0 || !is_same(bytes + VT_PREAMBLE_MAGIC, token) ||
        (family != V4 && family != V6))
        return false;
    *ret_from = (struct vt_address){ .v6 = family == V6 };
    memcpy(ret_from->bytes, bytes + AT_FAMILY + 1, sizeof(ret_from->bytes));
    return true;
}
