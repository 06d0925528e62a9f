/* SPDX-License-Identifier: Apache-2.0 */
/* The search: FTS5 finds what has the words, the columns in memory judge and count it. Names go before what
 * is said of a piece: descriptions are looked through only when no name has all the words. */
#include <string.h>

#include "server/catalogue/fold.h"
#include "server/store/sqlite_shelf.h"

enum { QUERY_BYTES = 8192, FOLDED_BYTES = 1024 };

/* --- words -------------------------------------------------------------------------------------- */

struct term {
    struct vt_str words[VT_SPELLING_GUESSES]; /* any of them */
    size_t n;
    bool open, guessed;
};

struct words {
    struct term terms[VT_SHELF_WORDS];
    size_t n;
    bool guessed, unknown; /* unknown: a word that nothing is near to */
    struct vt_buf folded;
};

static void read_term(const struct vt_shelf *shelf, struct words *words, struct vt_str word, bool last)
{
    struct term *term = &words->terms[words->n++];
    *term = (struct term){ .words = { word }, .n = 1, .open = true };
    if (vt_spelling_knows(&shelf->spelling, word))
        return;
    term->n = vt_spelling_guess(&shelf->spelling, word, last, term->words);
    term->open = last;
    term->guessed = words->guessed = true;
    words->unknown = words->unknown || term->n == 0;
}

static void read_words(const struct vt_shelf *shelf, struct vt_str text, struct words *words)
{
    vt_fold(&words->folded, text);
    struct vt_str rest = vt_buf_view(&words->folded);
    while (rest.len > 1 && words->n < VT_SHELF_WORDS) {
        const char *next = memchr(rest.ptr + 1, ' ', rest.len - 1);
        size_t len = next ? (size_t)(next - rest.ptr) : rest.len;
        struct vt_str word = { rest.ptr + 1, len - 1 < VT_SHELF_WORD ? len - 1 : VT_SHELF_WORD };
        rest.ptr += len;
        rest.len -= len;
        if (word.len > 0)
            read_term(shelf, words, word, rest.len == 0);
    }
}

/* "{title tags}:((\"ring\"*) AND (\"gold\" OR \"golden\"))"; `whole`: no word may go on. Folded words hold no
 * quote. */
static void write_match(const struct words *words, const char *columns, bool whole, struct vt_buf *out)
{
    vt_buf_reset(out);
    vt_buf_printf(out, "{%s}:(", columns);
    for (size_t i = 0; i < words->n; i++) {
        const struct term *term = &words->terms[i];
        vt_buf_text(out, i ? " AND (" : "(");
        for (size_t j = 0; j < term->n; j++)
            vt_buf_printf(out, "%s\"%.*s\"%s", j ? " OR " : "", VT_STR_ARG(term->words[j]),
                          term->open && !whole ? "*" : "");
        vt_buf_byte(out, ')');
    }
    vt_buf_byte(out, ')');
}

static struct vt_str read_as(const struct words *words, struct vt_arena *arena)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(FOLDED_BYTES);
    for (size_t i = 0; i < words->n; i++)
        vt_buf_printf(&text, "%s%.*s", i ? " " : "", VT_STR_ARG(words->terms[i].words[0]));
    return vt_arena_str(arena, vt_buf_view(&text));
}

/* --- what has them ------------------------------------------------------------------------------ */

struct found {
    uint32_t *numbers; /* in the arena */
    size_t n;
    uint64_t *seen; /* a bit each */
};

static int match(struct vt_shelf *shelf, struct vt_str query, struct found *found)
{
    int err;
    struct vt_stmt *stmt = vt_db_start(
        &shelf->db, "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid", VT_DB_T(query));
    while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW) {
        size_t n = (size_t)vt_db_int(stmt, 0);
        if (n == 0 || n > shelf->products || (found->seen[n / 64] >> n % 64 & 1))
            continue;
        found->seen[n / 64] |= (uint64_t)1 << n % 64;
        found->numbers[found->n++] = (uint32_t)n;
    }
    return err;
}

/* Best first: titles with the very words, then names in which words begin so, else what is said of them. */
static int find(struct vt_shelf *shelf, const struct words *words, struct found *found)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf query = VT_BUF_INIT(QUERY_BYTES);
    write_match(words, "title", true, &query);
    int err = match(shelf, vt_buf_view(&query), found);
    write_match(words, "title tags", false, &query);
    if (!err)
        err = match(shelf, vt_buf_view(&query), found);
    if (err || found->n > 0)
        return err;
    write_match(words, "title tags about", false, &query);
    return match(shelf, vt_buf_view(&query), found);
}

/* --- judging ------------------------------------------------------------------------------------ */

/* What a variant fails; the first bits are the facets'. */
enum { FAILS_PRICE = 1 << VT_FACETS, FAILS_STOCK = 1 << (VT_FACETS + 1) };

struct judge {
    const struct vt_shelf *shelf;
    const struct vt_shelf_query *query;
    uint16_t ids[VT_SHELF_WANTS]; /* of the query's wants; 0: there is no such value */
    uint64_t branches;            /* wanted ones */
    unsigned wanted;              /* facets that are */
    struct {
        uint32_t *n, *seen; /* by id, in the arena; seen: the last product counted */
        size_t len;
    } counts[VT_FACETS];
    uint32_t stocked;
    int64_t least, most;
};

static bool is_same(struct vt_str a, struct vt_str b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

static uint16_t id_of(const struct vt_shelf *shelf, enum vt_facet facet, struct vt_str value)
{
    for (size_t id = 1; id < shelf->values[facet].n; id++)
        if (shelf->values[facet].texts[id].ptr && is_same(shelf->values[facet].texts[id], value))
            return (uint16_t)id;
    return 0;
}

static void read_wants(struct judge *judge)
{
    for (size_t i = 0; i < judge->query->wants_n; i++) {
        const struct vt_shelf_want *want = &judge->query->wants[i];
        judge->wanted |= 1u << want->facet;
        if (want->facet != VT_FACET_BRANCH)
            judge->ids[i] = id_of(judge->shelf, want->facet, want->value);
        for (size_t b = 0; want->facet == VT_FACET_BRANCH && b < judge->shelf->branches_n; b++)
            if (is_same(judge->shelf->branches[b], want->value))
                judge->branches |= (uint64_t)1 << b;
    }
}

/* Any of the facet's wishes is one of these ids. */
static bool has(const struct judge *judge, enum vt_facet facet, const uint16_t *ids, size_t n)
{
    for (size_t i = 0; i < judge->query->wants_n; i++)
        for (size_t j = 0; j < n && judge->query->wants[i].facet == facet; j++)
            if (judge->ids[i] != 0 && judge->ids[i] == ids[j])
                return true;
    return false;
}

static unsigned fails(const struct judge *judge, enum vt_facet facet, const uint16_t *ids, size_t n)
{
    return (judge->wanted >> facet & 1) && !has(judge, facet, ids, n) ? 1u << facet : 0;
}

static unsigned judge_entry(const struct judge *judge, const struct vt_shelf_entry *entry)
{
    const struct vt_shelf_query *query = judge->query;
    unsigned failed = fails(judge, VT_FACET_COLOUR, &entry->colour, 1) |
                      fails(judge, VT_FACET_SIZE, &entry->size, 1) |
                      fails(judge, VT_FACET_MATERIAL, &entry->material, 1);
    if ((judge->wanted >> VT_FACET_BRANCH & 1) && !(entry->branches & judge->branches))
        failed |= 1u << VT_FACET_BRANCH;
    if ((query->least >= 0 && entry->price < query->least) ||
        (query->most >= 0 && entry->price > query->most))
        failed |= FAILS_PRICE;
    if (query->in_stock && !vt_shelf_is_stocked(entry))
        failed |= FAILS_STOCK;
    return failed;
}

static void count(struct judge *judge, enum vt_facet facet, size_t id, uint32_t product)
{
    if (id >= judge->counts[facet].len || judge->counts[facet].seen[id] == product)
        return;
    judge->counts[facet].seen[id] = product;
    judge->counts[facet].n[id]++;
}

static void count_entry(struct judge *judge, const struct vt_shelf_entry *entry, unsigned failed, uint32_t n)
{
    const struct vt_shelf *shelf = judge->shelf;
#define ONLY(facet) ((failed & ~(1u << (facet))) == 0)
    for (size_t i = 0; ONLY(VT_FACET_TYPE) && i < VT_SHELF_TYPES; i++)
        if (shelf->types[n * VT_SHELF_TYPES + i])
            count(judge, VT_FACET_TYPE, shelf->types[n * VT_SHELF_TYPES + i], n);
    if (ONLY(VT_FACET_BRAND) && shelf->brands[n])
        count(judge, VT_FACET_BRAND, shelf->brands[n], n);
    if (ONLY(VT_FACET_COLOUR) && entry->colour)
        count(judge, VT_FACET_COLOUR, entry->colour, n);
    if (ONLY(VT_FACET_SIZE) && entry->size)
        count(judge, VT_FACET_SIZE, entry->size, n);
    if (ONLY(VT_FACET_MATERIAL) && entry->material)
        count(judge, VT_FACET_MATERIAL, entry->material, n);
    for (uint64_t left = ONLY(VT_FACET_BRANCH) ? entry->branches : 0; left; left &= left - 1)
        count(judge, VT_FACET_BRANCH, (size_t)__builtin_ctzll(left) + 1, n);
#undef ONLY
    if ((failed & ~(unsigned)FAILS_PRICE) == 0) {
        judge->least = judge->least < 0 || entry->price < judge->least ? entry->price : judge->least;
        judge->most = entry->price > judge->most ? entry->price : judge->most;
    }
}

/* True when one of its variants is all that is wished for. */
static bool judge_product(struct judge *judge, uint32_t n)
{
    const struct vt_shelf *shelf = judge->shelf;
    bool good = false, stocked = false;
    unsigned product = fails(judge, VT_FACET_TYPE, &shelf->types[n * VT_SHELF_TYPES], VT_SHELF_TYPES) |
                       fails(judge, VT_FACET_BRAND, &shelf->brands[n], 1);
    for (size_t i = shelf->begins[n]; i < shelf->begins[n + 1]; i++) {
        unsigned failed = product | judge_entry(judge, &shelf->entries[i]);
        good = good || failed == 0;
        stocked = stocked ||
                  ((failed & ~(unsigned)FAILS_STOCK) == 0 && vt_shelf_is_stocked(&shelf->entries[i]));
        if (judge->query->counts && (failed & (failed - 1)) == 0) /* it fails one thing at most */
            count_entry(judge, &shelf->entries[i], failed, n);
        else if (good && !judge->query->counts)
            return true;
    }
    judge->stocked += stocked;
    return good;
}

static int begin_counts(struct judge *judge, struct vt_arena *arena)
{
    for (int facet = 0; facet < VT_FACETS; facet++) {
        size_t len = facet == VT_FACET_BRANCH ? judge->shelf->branches_n + 1 : judge->shelf->values[facet].n;
        judge->counts[facet].n = vt_arena_array(arena, len + 1, sizeof(uint32_t));
        judge->counts[facet].seen = vt_arena_array(arena, len + 1, sizeof(uint32_t));
        judge->counts[facet].len = len;
        if (!judge->counts[facet].n || !judge->counts[facet].seen)
            return VT_ERR_NOMEM;
    }
    return VT_OK;
}

/* The most frequent values of a facet; those that are wished for are told in any case. */
static void tell_facet(const struct judge *judge, enum vt_facet facet, struct vt_shelf_hits *hits)
{
    const struct vt_shelf *shelf = judge->shelf;
    uint32_t *n = judge->counts[facet].n;
    for (size_t told = 0; told < VT_SHELF_VALUES; told++) {
        size_t best = 0;
        for (size_t id = 1; id < judge->counts[facet].len; id++)
            if (n[id] > n[best])
                best = id;
        if (best == 0)
            break;
        hits->counted[hits->counted_n++] = (struct vt_shelf_counted){
            .facet = facet,
            .value = facet == VT_FACET_BRANCH ? shelf->branches[best - 1] : shelf->values[facet].texts[best],
            .n = n[best]
        };
        n[best] = 0;
    }
}

/* --- the search --------------------------------------------------------------------------------- */

static int all_of(const struct vt_shelf *shelf, struct found *found)
{
    for (size_t n = 1; n <= shelf->products; n++)
        found->numbers[found->n++] = (uint32_t)n;
    return VT_OK;
}

static int judge_all(struct vt_shelf *shelf, struct judge *judge, const struct found *found,
                     struct vt_arena *arena, struct vt_shelf_hits *hits)
{
    const struct vt_shelf_query *query = judge->query;
    int err = query->counts ? begin_counts(judge, arena) : VT_OK;
    for (size_t i = 0; i < found->n && !err; i++) {
        if (!judge_product(judge, found->numbers[i]))
            continue;
        if (hits->total >= query->from && hits->n < query->n && hits->n < VT_SHELF_HITS) {
            hits->numbers[hits->n] = found->numbers[i];
            err = vt_shelf_sku(shelf, found->numbers[i], arena, &hits->skus[hits->n++]);
        }
        hits->total++;
    }
    for (int facet = 0; facet < VT_FACETS && query->counts && !err; facet++)
        tell_facet(judge, (enum vt_facet)facet, hits);
    hits->least = judge->least;
    hits->most = judge->most;
    hits->stocked = judge->stocked;
    return err;
}

int vt_shelf_search(struct vt_shelf *shelf, const struct vt_shelf_query *query, struct vt_arena *arena,
                    struct vt_shelf_hits *ret_hits)
{
    struct words words = { .folded = VT_BUF_INIT(FOLDED_BYTES) };
    struct found found = { .numbers = vt_arena_array(arena, shelf->products + 1, sizeof(uint32_t)),
                           .seen = vt_arena_array(arena, shelf->products / 64 + 1, sizeof(uint64_t)) };
    struct judge judge = { .shelf = shelf, .query = query, .least = -1, .most = -1 };
    *ret_hits = (struct vt_shelf_hits){ .least = -1, .most = -1 };
    int err = found.numbers && found.seen ? VT_OK : VT_ERR_NOMEM;
    if (!err)
        read_words(shelf, query->text, &words);
    if (!err && !words.unknown)
        err = words.n == 0 ? all_of(shelf, &found) : find(shelf, &words, &found);
    if (!err && words.guessed && found.n > 0)
        ret_hits->read_as = read_as(&words, arena);
    vt_buf_finish(&words.folded);
    read_wants(&judge);
    return err ? err : judge_all(shelf, &judge, &found, arena, ret_hits);
}
