/* SPDX-License-Identifier: Apache-2.0 */
/* What is like a piece: one look over the columns in memory. */
#include "server/store/sqlite_shelf.h"

#include "server/base/err.h"

/* A deeper level of type in common outweighs everything else two pieces share. */
enum { LIKE_LEVEL = 8, LIKE_MATERIAL = 4, LIKE_COLOUR = 2, LIKE_BRAND = 1 };

struct near {
    uint32_t number;
    int64_t price; /* the lowest of what can be had */
    int likeness, fits;
};

struct ranking {
    struct near best[VT_SHELF_ALIKE];
    size_t n;
};

static const uint16_t *types_of(const struct vt_shelf *shelf, uint32_t n)
{
    return &shelf->types[n * VT_SHELF_TYPES];
}

static bool shares(const struct vt_shelf *shelf, uint32_t a, uint32_t b, bool material)
{
    for (size_t i = shelf->begins[a]; i < shelf->begins[a + 1]; i++)
        for (size_t k = shelf->begins[b]; k < shelf->begins[b + 1]; k++) {
            const struct vt_shelf_entry *one = &shelf->entries[i], *other = &shelf->entries[k];
            uint16_t value = material ? one->material : one->colour;
            if (value != 0 && value == (material ? other->material : other->colour))
                return true;
        }
    return false;
}

/* 0: not of its type. Pieces without any type are of one when something else is the same. */
static int likeness(const struct vt_shelf *shelf, uint32_t a, uint32_t b)
{
    const uint16_t *one = types_of(shelf, a), *other = types_of(shelf, b);
    int like = 0;
    for (size_t i = 0; i < VT_SHELF_TYPES && one[i] != 0 && one[i] == other[i]; i++)
        like += LIKE_LEVEL;
    if (like == 0 && (one[0] != 0 || other[0] != 0))
        return 0;
    like += shares(shelf, a, b, true) ? LIKE_MATERIAL : 0;
    like += shares(shelf, a, b, false) ? LIKE_COLOUR : 0;
    return like + (shelf->brands[a] != 0 && shelf->brands[a] == shelf->brands[b] ? LIKE_BRAND : 0);
}

static int64_t lowest(const struct vt_shelf *shelf, uint32_t n, bool stocked)
{
    int64_t price = -1;
    for (size_t i = shelf->begins[n]; i < shelf->begins[n + 1]; i++) {
        const struct vt_shelf_entry *entry = &shelf->entries[i];
        if ((!stocked || vt_shelf_is_stocked(entry)) && (price < 0 || entry->price < price))
            price = entry->price;
    }
    return price;
}

/* The better one first: within the budget, more alike, nearer in price; then in the feed's order. */
static bool is_better(const struct near *a, const struct near *b, int64_t price)
{
    int64_t a_off = a->price > price ? a->price - price : price - a->price;
    int64_t b_off = b->price > price ? b->price - price : price - b->price;
    if (a->fits != b->fits)
        return a->fits > b->fits;
    if (a->likeness != b->likeness)
        return a->likeness > b->likeness;
    return a_off < b_off;
}

static void rank(struct ranking *ranking, const struct near *one, int64_t price)
{
    size_t at = ranking->n;
    while (at > 0 && is_better(one, &ranking->best[at - 1], price))
        at--;
    if (at == VT_SHELF_ALIKE)
        return;
    ranking->n += ranking->n < VT_SHELF_ALIKE;
    for (size_t i = ranking->n - 1; i > at; i--)
        ranking->best[i] = ranking->best[i - 1];
    ranking->best[at] = *one;
}

static int tell(struct vt_shelf *shelf, const struct ranking *ranking, struct vt_arena *arena,
                struct vt_shelf_hits *hits)
{
    int err = VT_OK;
    for (size_t i = 0; i < ranking->n && !err; i++) {
        hits->numbers[hits->n] = ranking->best[i].number;
        err = vt_shelf_sku(shelf, ranking->best[i].number, arena, &hits->skus[hits->n++]);
    }
    return err;
}

static int64_t price_of(struct vt_shelf *shelf, uint32_t number, struct vt_str sku)
{
    struct vt_stmt *stmt = vt_db_start(&shelf->db, "SELECT price FROM variant WHERE sku=?", VT_DB_T(sku));
    if (vt_db_step(&shelf->db, stmt) != VT_DB_ROW)
        return lowest(shelf, number, false);
    int64_t price = vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return price;
}

int vt_shelf_alike(struct vt_shelf *shelf, struct vt_str sku, int64_t budget, struct vt_arena *arena,
                   struct vt_shelf_alike *ret)
{
    struct ranking cheaper = { .n = 0 }, comparable = { .n = 0 };
    *ret = (struct vt_shelf_alike){ .hits = { .least = -1, .most = -1 } };
    uint32_t number = vt_shelf_number(shelf, sku);
    if (number == 0)
        return VT_ERR_MISSING;
    int64_t price = ret->price = price_of(shelf, number, sku);
    int64_t near = price * 15 / 100;
    for (uint32_t n = 1; n <= shelf->products; n++) {
        struct near one = { .number = n, .price = lowest(shelf, n, true) };
        if (n == number || one.price < 0 || one.price > price + near ||
            (one.likeness = likeness(shelf, number, n)) == 0)
            continue;
        if (one.price >= price - near)
            rank(&comparable, &one, price);
        one.fits = budget >= 0 && one.price <= budget;
        if (one.price < price)
            rank(&cheaper, &one, price);
    }
    int err = tell(shelf, &cheaper, arena, &ret->hits);
    ret->cheaper_n = ret->hits.n;
    return err ? err : tell(shelf, &comparable, arena, &ret->hits);
}
