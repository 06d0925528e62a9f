/* SPDX-License-Identifier: Apache-2.0 */
/* A customer's line as the helper and the search read it: folded once it stays as it is, its own words are in
 * it, an amount is none or a number, and a word is at no distance from itself. */
#include <stdint.h>
#include <stdlib.h>

#include "server/base/cleanup.h"
#include "server/base/err.h"
#include "server/catalogue/fold.h"
#include "server/guide_match.h"
#include "server/store/spelling.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_fold(struct vt_str text)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf once = VT_BUF_INIT(1 << 20), twice = VT_BUF_INIT(1 << 20);
    vt_fold(&once, text);
    vt_fold(&twice, vt_buf_view(&once));
    /* Of bytes that are no text two may make a letter once what lay between them is gone. */
    if (vt_utf8_valid(text.ptr, text.len) && !once.failed && !twice.failed &&
        !vt_str_eq(vt_buf_view(&once), vt_buf_view(&twice)))
        abort();
    vt_buf_finish(&twice);
}

static void check_spelling(struct vt_str text)
{
    static const char *const known[] = { "ring", "rings", "rose", "sapphire", "solitaire" };
    struct vt_spelling spelling = { 0 };
    struct vt_str near[VT_SPELLING_GUESSES];
    for (size_t i = 0; i < VT_COUNT(known); i++)
        if (vt_spelling_add(&spelling, vt_str(known[i]), 1) != VT_OK)
            abort();
    vt_spelling_knows(&spelling, text);
    for (int open = 0; open < 2; open++)
        if (vt_spelling_guess(&spelling, text, open, near) > VT_SPELLING_GUESSES)
            abort();
    if (text.len <= 40 && vt_spelling_distance(text, text, 2) != 0)
        abort();
    vt_spelling_finish(&spelling);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_str text = { (const char *)data, size };
    const char *stop = size > 0 ? memchr(data, '\n', size) : NULL;
    struct vt_str phrase = stop ? (struct vt_str){ text.ptr, (size_t)(stop - text.ptr) } : text;
    struct vt_guide_line line;
    vt_guide_line_init(&line, text);
    vt_guide_holds(&line, phrase);
    vt_guide_holds(&line, VT_STR("resize ring"));
    vt_guide_line_finish(&line);
    if (vt_guide_amount(text) < -1)
        abort();
    check_fold(text);
    check_spelling(phrase);
    return 0;
}
