/* SPDX-License-Identifier: Apache-2.0 */
/* Style texts of mirrored pages: what the filter lets through, it lets through again, and a POST of them is
 * taken or refused with a sentence. A first byte '{' is such a POST. */
#include <stdlib.h>

#include "server/base/err.h"
#include "server/mirror_css.h"
#include "server/mirror_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_post(struct vt_str json)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(1024);
    struct vt_css_texts *texts = calloc(1, sizeof(*texts));
    if (!texts)
        return;
    if (vt_css_read(json, texts, &why) != VT_OK && why.len == 0)
        abort();
    vt_css_texts_finish(texts);
    free(texts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str text = { (const char *)data, size };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf first = VT_BUF_INIT(VT_CSS_TEXT);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf second = VT_BUF_INIT(VT_CSS_TEXT);
    if (size > 0 && data[0] == '{')
        check_post(text);
    vt_mirror_css(text, &first);
    if (first.failed)
        return 0;
    vt_mirror_css(vt_buf_view(&first), &second);
    if (!second.failed && !vt_str_eq(vt_buf_view(&first), vt_buf_view(&second)))
        abort();
    return 0;
}
