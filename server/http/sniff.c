/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/sniff.h"

#include <string.h>

static uint32_t be16(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

static uint32_t be32(const uint8_t *p)
{
    return be16(p) << 16 | be16(p + 2);
}

static uint32_t le24(const uint8_t *p)
{
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

/* SOF0 to SOF15 but for DHT, JPG and DAC, which share the range (ITU T.81, table B.1). */
static int is_frame_header(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static void size_jpeg(const uint8_t *bytes, size_t len, struct vt_sniff *sniff)
{
    size_t at = 2;
    while (len - at >= 9 && bytes[at] == 0xff) {
        uint8_t marker = bytes[at + 1];
        if (marker == 0xff) { /* a fill byte */
            at++;
            continue;
        }
        if (is_frame_header(marker)) {
            sniff->height_px = be16(bytes + at + 5);
            sniff->width_px = be16(bytes + at + 7);
            return;
        }
        uint32_t segment = be16(bytes + at + 2);
        if (marker == 0xda || marker == 0xd9 || segment < 2 || segment > len - at - 2)
            return;
        at += 2 + segment;
    }
}

static void size_webp(const uint8_t *bytes, size_t len, struct vt_sniff *sniff)
{
    if (len < 30)
        return;
    const uint8_t *data = bytes + 20;
    if (memcmp(bytes + 12, "VP8X", 4) == 0) {
        sniff->width_px = le24(data + 4) + 1;
        sniff->height_px = le24(data + 7) + 1;
    } else if (memcmp(bytes + 12, "VP8L", 4) == 0 && data[0] == 0x2f) {
        uint32_t bits = le24(data + 1) | (uint32_t)data[4] << 24;
        sniff->width_px = (bits & 0x3fff) + 1;
        sniff->height_px = (bits >> 14 & 0x3fff) + 1;
    } else if (memcmp(bytes + 12, "VP8 ", 4) == 0 && memcmp(data + 3, "\x9d\x01\x2a", 3) == 0) {
        sniff->width_px = ((uint32_t)data[7] << 8 | data[6]) & 0x3fff;
        sniff->height_px = ((uint32_t)data[9] << 8 | data[8]) & 0x3fff;
    }
}

struct vt_sniff vt_sniff(const uint8_t *bytes, size_t len)
{
    struct vt_sniff sniff = { VT_SNIFF_NONE, 0, 0 };
    if (len >= 3 && memcmp(bytes, "\xff\xd8\xff", 3) == 0) {
        sniff.kind = VT_SNIFF_JPEG;
        size_jpeg(bytes, len, &sniff);
    } else if (len >= 8 && memcmp(bytes, "\x89PNG\r\n\x1a\n", 8) == 0) {
        sniff.kind = VT_SNIFF_PNG;
        if (len >= 24 && memcmp(bytes + 12, "IHDR", 4) == 0) {
            sniff.width_px = be32(bytes + 16);
            sniff.height_px = be32(bytes + 20);
        }
    } else if (len >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0) {
        sniff.kind = VT_SNIFF_WEBP;
        size_webp(bytes, len, &sniff);
    }
    return sniff;
}

const char *vt_sniff_type(enum vt_sniff_kind kind)
{
    static const char *const types[] = { NULL, "image/jpeg", "image/png", "image/webp" };
    return types[kind];
}
