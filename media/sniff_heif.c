/* SPDX-License-Identifier: Apache-2.0 */
/* AVIF and HEIF: items and their properties (ISO 23008-12). */
#include <string.h>

#include "media/sniff_internal.h"

enum { MOVIE_DEPTH = 5, PROPERTIES_MAX = 32 };

/* --- brands ---------------------------------------------------------------------------------- */

static bool has_brand(struct vt_bytes *ftyp, const char *const *brands)
{
    for (size_t at = 0; at + 4 <= ftyp->len; at += at == 0 ? 8 : 4)
        for (size_t i = 0; brands[i]; i++)
            if (memcmp(ftyp->ptr + at, brands[i], 4) == 0)
                return true;
    return false;
}

void vt_sniff_brand(struct vt_sniffed *sniffed, const uint8_t *bytes, size_t len)
{
    static const char *const avif[] = { "avif", "avis", NULL };
    static const char *const heif[] = {
        "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", NULL
    };
    struct vt_bytes file = { bytes, len, false };
    struct vt_sniff_box box;
    size_t at = 0;
    sniffed->type = VT_SNIFFED_CLIP;
    sniffed->name = "an MP4 or QuickTime clip";
    if (!vt_sniff_next_box(&file, &at, &box))
        return;
    if (has_brand(&box.body, avif)) {
        sniffed->type = VT_SNIFFED_AVIF;
        sniffed->name = "an AVIF picture";
    } else if (has_brand(&box.body, heif)) {
        sniffed->type = VT_SNIFFED_HEIF;
        sniffed->name = "a HEIF picture";
    } else if (box.body.len >= 4 &&
               (memcmp(box.body.ptr, "crx ", 4) == 0 || memcmp(box.body.ptr, "jp2 ", 4) == 0)) {
        sniffed->type = VT_SNIFFED_OTHER;
        sniffed->name = "a camera's raw file";
    }
}

/* --- the primary item's properties ----------------------------------------------------------- */

static uint32_t primary_item(struct vt_bytes meta)
{
    struct vt_bytes pitm;
    if (!vt_sniff_find_box(meta, 4, "pitm", &pitm))
        return 0;
    bool is_wide = vt_bytes_be(&pitm, 0, 1) != 0;
    return (uint32_t)vt_bytes_be(&pitm, 4, is_wide ? 4 : 2);
}

/* Which properties (1-based places in `ipco`) belong to `item`, in their order. */
static size_t associations(struct vt_bytes ipma, uint32_t item, uint16_t ret_index[PROPERTIES_MAX])
{
    bool has_wide_ids = vt_bytes_be(&ipma, 0, 1) >= 1;
    size_t width = (vt_bytes_be(&ipma, 3, 1) & 1) ? 2 : 1;
    uint64_t entries = vt_bytes_be(&ipma, 4, 4);
    size_t at = 8;
    for (uint64_t i = 0; i < entries && !ipma.is_short; i++) {
        uint32_t id = (uint32_t)vt_bytes_be(&ipma, at, has_wide_ids ? 4 : 2);
        at += has_wide_ids ? 4 : 2;
        size_t count = (size_t)vt_bytes_be(&ipma, at++, 1);
        if (id != item) {
            at += count * width;
            continue;
        }
        size_t kept = count < PROPERTIES_MAX ? count : PROPERTIES_MAX;
        for (size_t k = 0; k < kept; k++)
            ret_index[k] = (uint16_t)(vt_bytes_be(&ipma, at + k * width, width) &
                                      (width == 2 ? 0x7fff : 0x7f));
        return kept;
    }
    return 0;
}

static bool property_at(struct vt_bytes ipco, uint16_t index, struct vt_sniff_box *ret_box)
{
    size_t at = 0;
    for (unsigned i = 1; vt_sniff_next_box(&ipco, &at, ret_box); i++)
        if (i == index)
            return true;
    return false;
}

/* EXIF's number for an anticlockwise turn of `quarters` and then a mirroring: 0 none, 1 about the
 * vertical axis, 2 about the horizontal one. */
static uint8_t orientation_of(unsigned quarters, unsigned mirroring)
{
    static const uint8_t table[4][3] = { { 1, 2, 4 }, { 8, 7, 5 }, { 3, 4, 2 }, { 6, 5, 7 } };
    return table[quarters & 3][mirroring];
}

static void read_properties(struct vt_sniffed *sniffed, struct vt_bytes ipco, const uint16_t *index,
                            size_t count)
{
    unsigned quarters = 0, mirroring = 0;
    for (size_t i = 0; i < count; i++) {
        struct vt_sniff_box box;
        if (!property_at(ipco, index[i], &box))
            continue;
        if (vt_sniff_is_box(&box, "ispe")) {
            sniffed->width = (uint32_t)vt_bytes_be(&box.body, 4, 4);
            sniffed->height = (uint32_t)vt_bytes_be(&box.body, 8, 4);
        } else if (vt_sniff_is_box(&box, "irot")) {
            quarters = (unsigned)vt_bytes_be(&box.body, 0, 1) & 3;
        } else if (vt_sniff_is_box(&box, "imir")) {
            mirroring = 1 + ((unsigned)vt_bytes_be(&box.body, 0, 1) & 1);
        }
    }
    sniffed->orientation = orientation_of(quarters, mirroring);
}

/* --- a film inside --------------------------------------------------------------------------- */

/* The largest sample count of any track: moov/trak/mdia/minf/stbl/stsz. */
static uint32_t samples_in(struct vt_bytes parent, unsigned depth)
{
    static const char *const path[MOVIE_DEPTH] = { "trak", "mdia", "minf", "stbl", "stsz" };
    uint32_t most = 0;
    struct vt_sniff_box box;
    size_t at = 0;
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX && vt_sniff_next_box(&parent, &at, &box); i++) {
        if (!vt_sniff_is_box(&box, path[depth]))
            continue;
        uint32_t count = depth + 1 < MOVIE_DEPTH ? samples_in(box.body, depth + 1)
                                                 : (uint32_t)vt_bytes_be(&box.body, 8, 4);
        most = count > most ? count : most;
    }
    return most;
}

void vt_sniff_heif(struct vt_sniffed *sniffed, struct vt_bytes file)
{
    struct vt_bytes meta, iprp, ipco, ipma, moov;
    uint16_t index[PROPERTIES_MAX];
    if (vt_sniff_find_box(file, 0, "moov", &moov)) {
        uint32_t samples = samples_in(moov, 0);
        sniffed->frames = samples > 1 ? samples : 1;
    }
    if (!vt_sniff_find_box(file, 0, "meta", &meta) || !vt_sniff_find_box(meta, 4, "iprp", &iprp) ||
        !vt_sniff_find_box(iprp, 0, "ipco", &ipco) || !vt_sniff_find_box(iprp, 0, "ipma", &ipma)) {
        sniffed->is_cut = !vt_sniff_heif_is_whole(file);
        return;
    }
    size_t count = associations(ipma, primary_item(meta), index);
    read_properties(sniffed, ipco, index, count);
    sniffed->is_cut = sniffed->width == 0 && !vt_sniff_heif_is_whole(file);
}

bool vt_sniff_heif_is_whole(struct vt_bytes file)
{
    struct vt_sniff_box box;
    struct vt_bytes idat;
    size_t at = 0;
    bool has_data = false; /* else a cut between two boxes would pass */
    for (unsigned i = 0; i < VT_SNIFF_PIECES_MAX && vt_sniff_next_box(&file, &at, &box); i++)
        has_data = has_data || vt_sniff_is_box(&box, "mdat") ||
                   (vt_sniff_is_box(&box, "meta") && vt_sniff_find_box(box.body, 4, "idat", &idat));
    return has_data && at == file.len && !file.is_short;
}
