/* SPDX-License-Identifier: Apache-2.0 */
/* What films are made of: the first byte chooses stills, a spin or a clip's part. What is accepted is written
 * and read again as the same. */
#include <stdlib.h>

#include "media/clip.h"
#include "media/film.h"
#include "media/film_spin.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads `json` as the kind of film; VT_OK with its canonical text in `ret_text`, or not taken. */
static int read_one(int kind, struct vt_str json, struct vt_buf *ret_text)
{
    struct vt_media_problem problem;
    struct vt_film film;
    struct vt_film_spin spin;
    struct vt_clip clip;
    int err;
    if (kind == 0) {
        err = vt_film_decode(json, &film, &problem) ? -1 : vt_film_text(&film, ret_text);
    } else if (kind == 1) {
        err = vt_film_spin_decode(json, &spin, &problem) ? -1 : vt_film_spin_text(&spin, ret_text);
        for (uint32_t at = 0; !err && at < spin.count; at++)
            if (vt_film_spin_frame(&spin, at) >= spin.count)
                abort();
    } else {
        err = vt_clip_decode(json, &clip) ? -1 : vt_clip_text(&clip, ret_text);
    }
    return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf first = VT_BUF_INIT(1 << 20), second = VT_BUF_INIT(1 << 20);
    if (size < 1)
        return 0;
    int kind = data[0] % 3;
    if (read_one(kind, (struct vt_str){ (const char *)data + 1, size - 1 }, &first))
        return 0;
    vt_film_is_spin(vt_buf_view(&first));
    vt_film_text_ms(vt_buf_view(&first));
    uint32_t width, height;
    vt_film_text_size(vt_buf_view(&first), &width, &height);
    if (read_one(kind, vt_buf_view(&first), &second) || !vt_str_eq(vt_buf_view(&first), vt_buf_view(&second)))
        abort();
    return 0;
}
