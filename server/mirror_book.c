/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mirror_book.h"

#include <stdlib.h>

#include "server/base/err.h"

enum { FIRST_CAP = 16 };

/* --- units -------------------------------------------------------------------------------------- */

struct vt_unit *vt_unit_create(uint32_t page, uint32_t base, uint32_t seq, bool key, bool deflated)
{
    struct vt_unit *unit = malloc(sizeof(*unit));
    if (unit)
        *unit = (struct vt_unit){ .page = page, .base = base, .seq = seq, .key = key, .deflated = deflated };
    return unit;
}

void vt_unit_destroy(struct vt_unit *unit)
{
    if (!unit)
        return;
    for (size_t i = 0; i < unit->pieces_n; i++)
        vt_frame_unref(unit->pieces[i]);
    free(unit->pieces);
    free(unit);
}

int vt_unit_add(struct vt_unit *unit, struct vt_frame *piece, size_t payload)
{
    if (unit->pieces_n == unit->pieces_cap) {
        size_t cap = unit->pieces_cap ? unit->pieces_cap * 2 : 1; /* most deltas have one */
        struct vt_frame **pieces = realloc(unit->pieces, cap * sizeof(struct vt_frame *));
        if (!pieces)
            return VT_ERR_NOMEM;
        unit->pieces = pieces;
        unit->pieces_cap = cap;
    }
    unit->pieces[unit->pieces_n++] = vt_frame_ref(piece);
    unit->bytes += payload;
    return VT_OK;
}

/* --- the book ----------------------------------------------------------------------------------- */

static void empty(struct vt_book *book)
{
    for (size_t i = 0; i < book->n; i++)
        vt_unit_destroy(book->units[i]);
    book->n = 0;
    book->delta_bytes = book->delta_ops = 0;
}

void vt_book_finish(struct vt_book *book)
{
    empty(book);
    free(book->units);
    *book = (struct vt_book){ 0 };
}

void vt_book_close(struct vt_book *book)
{
    uint32_t volume = book->volume;
    vt_book_finish(book); /* with the list: a page that nobody watches holds nothing */
    book->volume = volume + 1;
}

static bool append(struct vt_book *book, struct vt_unit *unit)
{
    if (book->n == book->cap) {
        size_t cap = book->cap ? book->cap * 2 : FIRST_CAP;
        struct vt_unit **units = realloc(book->units, cap * sizeof(struct vt_unit *));
        if (!units)
            return false;
        book->units = units;
        book->cap = cap;
    }
    book->units[book->n++] = unit;
    return true;
}

/* Serial arithmetic, as of frames' numbers. */
static bool is_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static uint32_t next_seq(const struct vt_book *book)
{
    const struct vt_unit *last = book->units[book->n - 1];
    return last->seq + (uint32_t)last->pieces_n;
}

static enum vt_book_answer judge(const struct vt_book *book, const struct vt_unit *unit)
{
    const struct vt_unit *key = book->n > 0 ? book->units[0] : NULL;
    if (key && unit->page != key->page)
        return is_before(unit->page, key->page) ? VT_BOOK_OLD : unit->key ? VT_BOOK_TAKEN : VT_BOOK_GAP;
    if (unit->key)
        return VT_BOOK_TAKEN;
    if (!key)
        return VT_BOOK_GAP;
    if (unit->base != key->seq)
        return is_before(unit->base, key->seq) ? VT_BOOK_OLD : VT_BOOK_GAP;
    bool room = book->n < VT_BOOK_UNITS && book->delta_bytes + unit->bytes <= VT_BOOK_BYTES;
    return unit->seq == next_seq(book) && room ? VT_BOOK_TAKEN : VT_BOOK_GAP;
}

enum vt_book_answer vt_book_put(struct vt_book *book, struct vt_unit *unit)
{
    enum vt_book_answer answer = judge(book, unit);
    if (answer == VT_BOOK_TAKEN && unit->key) {
        empty(book);
        book->volume++;
    }
    if (answer == VT_BOOK_TAKEN && !append(book, unit))
        answer = VT_BOOK_GAP;
    if (answer != VT_BOOK_TAKEN) {
        vt_unit_destroy(unit);
        return answer;
    }
    if (!unit->key) {
        book->delta_bytes += unit->bytes;
        book->delta_ops += unit->ops;
    }
    return answer;
}

bool vt_book_is_long(const struct vt_book *book)
{
    return book->n > 0 && book->delta_ops > VT_BOOK_OPS && book->delta_bytes > book->units[0]->bytes / 2;
}

size_t vt_book_bytes(const struct vt_book *book)
{
    return book->n > 0 ? book->units[0]->bytes + book->delta_bytes : 0;
}
