/* SPDX-License-Identifier: Apache-2.0 */
#include "media/info.h"

#include <inttypes.h>

#include "media/accept.h"
#include "server/base/err.h"

static uint32_t halved(uint32_t side, unsigned times)
{
    uint64_t divisor = UINT64_C(1) << times;
    return (uint32_t)((side + divisor - 1) / divisor);
}

/* Halvings until the whole picture is one tile. */
static unsigned levels_of(uint32_t w, uint32_t h)
{
    unsigned level = 0;
    while (halved(w, level) > VT_TILE_PX || halved(h, level) > VT_TILE_PX)
        level++;
    return level + 1;
}

static void append_sizes(uint32_t w, uint32_t h, const struct vt_iiif_limits *limits, struct vt_buf *out)
{
    bool has_one = false;
    vt_buf_text(out, ",\"sizes\":[");
    for (unsigned level = levels_of(w, h); level-- > 0;) {
        uint32_t lw = halved(w, level), lh = halved(h, level);
        if ((uint64_t)lw * lh > limits->max_area || lw > limits->max_side || lh > limits->max_side)
            continue;
        vt_buf_printf(out, "%s{\"width\":%" PRIu32 ",\"height\":%" PRIu32 "}", has_one ? "," : "", lw, lh);
        has_one = true;
    }
    vt_buf_text(out, "]");
}

int vt_info_json(struct vt_str id, uint32_t full_w, uint32_t full_h, const uint16_t object[4],
                 const struct vt_iiif_limits *limits, struct vt_buf *out)
{
    vt_buf_text(out, "{\"@context\":\"http://iiif.io/api/image/3/context.json\",\"id\":");
    vt_buf_json_string(out, id);
    vt_buf_text(
        out, ",\"type\":\"ImageService3\",\"protocol\":\"http://iiif.io/api/image\",\"profile\":\"level2\"");
    vt_buf_printf(out, ",\"width\":%" PRIu32 ",\"height\":%" PRIu32, full_w, full_h);
    vt_buf_printf(out, ",\"maxWidth\":%" PRIu32 ",\"maxHeight\":%" PRIu32 ",\"maxArea\":%" PRIu64,
                  limits->max_side, limits->max_side, limits->max_area);
    append_sizes(full_w, full_h, limits, out);
    if (object[2] > 0)
        vt_buf_printf(out, ",\"object\":[%.5f,%.5f,%.5f,%.5f]", object[0] / 65535.0, object[1] / 65535.0,
                      object[2] / 65535.0, object[3] / 65535.0);
    vt_buf_printf(out, ",\"tiles\":[{\"width\":%d,\"height\":%d,\"scaleFactors\":[", VT_TILE_PX, VT_TILE_PX);
    for (unsigned level = 0; level < levels_of(full_w, full_h); level++)
        vt_buf_printf(out, "%s%u", level ? "," : "", 1U << level);
    vt_buf_text(out, "]}],\"preferredFormats\":[\"webp\",\"jpg\"],\"extraFormats\":[\"webp\",\"avif\"],");
    vt_buf_text(out, "\"extraQualities\":[\"color\",\"gray\",\"bitonal\"],");
    return vt_buf_text(out, "\"extraFeatures\":[\"canonicalLinkHeader\",\"profileLinkHeader\",\"mirroring\","
                            "\"rotationArbitrary\",\"sizeUpscaling\"]}");
}

bool vt_info_wants_ld(struct vt_str accept)
{
    int ld = vt_accept_quality(accept, "application/ld+json", false);
    int plain = vt_accept_quality(accept, "application/json", false);
    return ld > 0 && ld >= plain;
}
