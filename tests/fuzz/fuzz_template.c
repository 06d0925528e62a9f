/* SPDX-License-Identifier: Apache-2.0 */
/* Template data: the first byte chooses the template and the way in; what is accepted is written and
 * read again as the same. */
#include <stdlib.h>
#include <string.h>

#include "media/template.h"
#include "server/base/ids.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_again(const struct vt_template *template)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf first = VT_BUF_INIT(1 << 20), second = VT_BUF_INIT(1 << 20);
    struct vt_template *again = malloc(sizeof(*again));
    if (!again || vt_template_text(template, &first))
        abort();
    /* Escapes can make the text longer than what is taken. */
    if (first.len <= VT_TEMPLATE_JSON_MAX &&
        (vt_template_decode(vt_buf_view(&first), again, NULL) || vt_template_text(again, &second) ||
         !vt_str_eq(vt_buf_view(&first), vt_buf_view(&second))))
        abort();
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_media_problem problem;
    if (size < 1)
        return 0;
    struct vt_template *template = malloc(sizeof(*template));
    char *d = malloc(size * 2 + 4);
    struct vt_str text = { (const char *)data + 1, size - 1 };
    enum vt_media_err err;
    if (data[0] & 4) {
        vt_base64url(text.ptr, text.len, d);
        err = vt_template_decode_d((enum vt_template_kind)(data[0] & 3), VT_STR("ring"), vt_str(d), template,
                                   &problem);
        if (!err && (data[0] & 3) == VT_TEMPLATE_RECAP)
            err = VT_MEDIA_NOT_READY; /* without its view a recap is no whole */
    } else {
        err = vt_template_decode(text, template, &problem);
    }
    if (!err)
        check_again(template);
    free(d);
    free(template);
    return 0;
}
