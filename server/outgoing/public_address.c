/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outgoing/public_address.h"

#include <string.h>

#include "server/base/cleanup.h"

struct range {
    uint8_t base[16];
    unsigned bits;
    const char *kind;
};

static const struct range ranges4[] = {
    { { 0 }, 8, "this network" }, /* Linux connects 0.0.0.0 to itself */
    { { 10 }, 8, "private" },
    { { 100, 64 }, 10, "shared (CGNAT)" },
    { { 127 }, 8, "loopback" },
    { { 168, 63, 129, 16 }, 32, "metadata" }, /* Azure's, from every virtual machine */
    { { 169, 254 }, 16, "link-local" },       /* most clouds' metadata services too */
    { { 172, 16 }, 12, "private" },
    { { 192, 0, 0 }, 24, "reserved" },
    { { 192, 0, 2 }, 24, "documentation" },
    { { 192, 88, 99 }, 24, "reserved" },
    { { 192, 168 }, 16, "private" },
    { { 198, 18 }, 15, "benchmarking" },
    { { 198, 51, 100 }, 24, "documentation" },
    { { 203, 0, 113 }, 24, "documentation" },
    { { 224 }, 4, "multicast" },
    { { 240 }, 4, "reserved" },
};

static const struct range ranges6[] = {
    { { 0x20, 0x01, 0x0d, 0xb8 }, 32, "documentation" },
    { { 0x20, 0x01 }, 23, "reserved" }, /* Teredo, benchmarking, ORCHID */
    { { 0x20, 0x02 }, 16, "6to4" },     /* ends at whatever relay is near */
    { { 0x3f, 0xff }, 20, "documentation" },
    { { 0x20 }, 3, NULL },
    { { [15] = 1 }, 128, "loopback" },
    { { 0 }, 128, "this network" },
    { { 0xfc }, 7, "private" },
    { { 0xfe, 0x80 }, 10, "link-local" },
    { { 0xff }, 8, "multicast" },
    { { 0 }, 0, "reserved" },
};

static bool holds(const struct range *range, const uint8_t *bytes)
{
    size_t whole = range->bits / 8;
    unsigned rest = range->bits % 8;
    if (memcmp(range->base, bytes, whole) != 0)
        return false;
    return rest == 0 || ((range->base[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

/* The first range that holds it decides. */
static const char *kind_of(const struct range *ranges, size_t n, const uint8_t *bytes)
{
    for (size_t i = 0; i < n; i++)
        if (holds(&ranges[i], bytes))
            return ranges[i].kind;
    return NULL;
}

const char *vt_address_not_public(const struct vt_address *address)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }, nat64[12] = { 0, 0x64, 0xff, 0x9b };
    const uint8_t *bytes = address->bytes;
    bool embeds = address->v6 && (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nat64, 12) == 0);
    if (address->v6 && !embeds)
        return kind_of(ranges6, VT_COUNT(ranges6), bytes);
    return kind_of(ranges4, VT_COUNT(ranges4), embeds ? bytes + 12 : bytes);
}
