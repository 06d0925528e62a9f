/* SPDX-License-Identifier: Apache-2.0 */
/* Which lines of an order were looked at together.
 *
 * A shop's till knows a size by a sku of its own where the view shows the piece, or the other way round: what
 * the words themselves do not match is matched by the product the catalogue has both under. Its file is
 * opened for that alone: whoever tells of an order comes here on the writer's thread, and the site's shelf is
 * the loop's. */
#include <string.h>

#include "server/store/sales.h"
#include "server/store/shelf.h"
#include "server/store/sqlite_manage.h"

enum { LOOKED_MOST = 500 };

struct piece {
    struct vt_str sku, variant;
    int64_t n; /* of an order's line */
    uint32_t product;
    bool is_seen;
};

struct pieces {
    struct piece *list; /* in the arena */
    size_t n;
};

/* --- reading -------------------------------------------------------------------------------- */

static void read_looked(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct piece *)ret_item = (struct piece){ .sku = vt_db_text(stmt, 0, arena, err),
                                                .variant = vt_db_text(stmt, 1, arena, err) };
}

static void read_line(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    read_looked(stmt, arena, ret_item, err);
    ((struct piece *)ret_item)->n = vt_db_int(stmt, 2);
}

#define KEPT(items, slots)                                                                                   \
    "WITH credited AS (SELECT s.conv, s.sid, s.view, c.gap FROM sale_credit c JOIN session s"                \
    " ON s.site=c.site AND s.sid=c.sid WHERE c.site=?1 AND c.reference=?2)"                                  \
    " SELECT m.body->>'sku', m.body->>'variant' FROM credited s JOIN message m ON m.site=?1 AND"             \
    " m.conv=s.conv AND m.sid=s.sid AND m.kind='view.kept'"                                                  \
    " UNION SELECT i.value->>'sku', i.value->>'variant' FROM credited s, " items                             \
    " WHERE s.gap=0 AND (i.value->>'slot'=s.view->>'active' OR (s.view->>'mode'='compare'"                   \
    " AND i.value->>'slot' IN (" slots "))) LIMIT ?3"

/* What was kept of the views of the credited sessions, and what was on show as such a view was saved last. */
static int find_kept(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                     struct pieces *ret_looked)
{
    const char *sql = vt_db_either(
        manage->db,
        KEPT("json_each(s.view, '$.items') i", "SELECT value FROM json_each(s.view, '$.compare.slots')"),
        KEPT("json_array_elements(s.view -> '$.items') i(value)",
             "SELECT json_array_elements_text(s.view -> '$.compare.slots')"));
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(said->site),
                                          VT_DB_T(said->order->reference), VT_DB_N(LOOKED_MOST)),
                              arena, sizeof(*ret_looked->list), read_looked, (void *)&ret_looked->list,
                              &ret_looked->n);
}

/* What is on show at this moment, where whoever tells of the order knows it and a session goes on. */
static int find_shown(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                      struct pieces *ret_shown)
{
    struct vt_stmt *stmt = vt_db_start(
        manage->db, "SELECT 1 FROM sale_credit WHERE site=? AND reference=? AND gap=0 LIMIT 1",
        VT_DB_T(said->site), VT_DB_T(said->order->reference));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err;
    vt_db_end(stmt);
    ret_shown->list = vt_arena_array(arena, said->on_show_n + 1, sizeof(*ret_shown->list));
    for (size_t i = 0; ret_shown->list && i < said->on_show_n; i++)
        ret_shown->list[ret_shown->n++] = (struct piece){ .sku = said->on_show[i] };
    return ret_shown->list ? VT_OK : VT_ERR_NOMEM;
}

static int find_lines(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                      struct pieces *ret_lines)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db,
                                          "SELECT sku, variant, n FROM sale_item WHERE site=? AND"
                                          " reference=? AND seen=0",
                                          VT_DB_T(said->site), VT_DB_T(said->order->reference)),
                              arena, sizeof(*ret_lines->list), read_line, (void *)&ret_lines->list,
                              &ret_lines->n);
}

/* --- matching ------------------------------------------------------------------------------- */

static bool is_same(const struct piece *line, const struct piece *looked)
{
    return vt_str_eq(line->sku, looked->sku) ||
           (looked->variant.ptr &&
            (vt_str_eq(line->sku, looked->variant) || vt_str_eq(line->variant, looked->variant))) ||
           (line->product > 0 && line->product == looked->product);
}

/* How many lines are left that nothing matches. */
static size_t match(struct pieces *lines, const struct pieces *looked)
{
    size_t left = 0;
    for (size_t i = 0; i < lines->n; i++) {
        struct piece *line = &lines->list[i];
        for (size_t j = 0; j < looked->n && !line->is_seen; j++)
            line->is_seen = is_same(line, &looked->list[j]);
        left += !line->is_seen;
    }
    return left;
}

static void name_products(struct vt_shelf *shelf, struct pieces *pieces)
{
    for (size_t i = 0; i < pieces->n; i++) {
        struct piece *piece = &pieces->list[i];
        piece->product = piece->sku.ptr ? vt_shelf_number(shelf, piece->sku) : 0;
        if (piece->product == 0 && piece->variant.ptr)
            piece->product = vt_shelf_number(shelf, piece->variant);
    }
}

/* NULL: the site has none, or it cannot be read, which its owner logs. */
static struct vt_shelf *open_shelf(struct vt_manage *manage, struct vt_str site)
{
    struct vt_stmt *stmt = vt_db_start(manage->db, "SELECT generation FROM catalogue WHERE site=?",
                                       VT_DB_T(site));
    int64_t generation = 0;
    if (vt_db_step(manage->db, stmt) == VT_DB_ROW) {
        generation = vt_db_int(stmt, 0);
        vt_db_end(stmt);
    }
    return generation > 0 ? vt_shelf_names(manage->db->data_dir, site, generation) : NULL;
}

static void match_by_product(struct vt_manage *manage, struct vt_str site, struct pieces *lines,
                             struct pieces looked[2])
{
    struct vt_shelf *shelf = open_shelf(manage, site);
    if (!shelf)
        return;
    name_products(shelf, lines);
    for (int i = 0; i < 2; i++) {
        name_products(shelf, &looked[i]);
        match(lines, &looked[i]);
    }
    vt_shelf_unref(shelf);
}

int vt_sale_note_seen(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena)
{
    struct pieces lines = { 0 }, looked[2] = { 0 };
    int err = find_lines(manage, said, arena, &lines);
    if (!err && lines.n > 0)
        err = find_kept(manage, said, arena, &looked[0]);
    if (!err && lines.n > 0 && said->on_show_n > 0)
        err = find_shown(manage, said, arena, &looked[1]);
    if (err || looked[0].n + looked[1].n == 0)
        return err;
    match(&lines, &looked[0]);
    if (match(&lines, &looked[1]) > 0)
        match_by_product(manage, said->site, &lines, looked);
    for (size_t i = 0; i < lines.n && !err; i++)
        if (lines.list[i].is_seen)
            err = vt_db_run(manage->db, "UPDATE sale_item SET seen=1 WHERE site=? AND reference=? AND n=?",
                            VT_DB_T(said->site), VT_DB_T(said->order->reference), VT_DB_N(lines.list[i].n));
    return err;
}
