/* SPDX-License-Identifier: Apache-2.0 */
/* Orders told, changed, given back. */
#include "protocol/c/errors.h"
#include "server/base/money.h"
#include "server/store/sales.h"
#include "server/store/sqlite_manage.h"

enum { SHARE_WHOLE = 1000000 /* of sale_credit.share */ };

/* --- reading ------------------------------------------------------------------------------- */

static struct vt_str read_money(struct vt_stmt *stmt, int column, struct vt_arena *arena, int *err)
{
    char text[VT_MONEY_TEXT];
    struct vt_str copy = vt_arena_str(arena, vt_money_text(vt_db_int(stmt, column), text));
    *err = copy.ptr ? *err : VT_ERR_NOMEM;
    return copy;
}

static enum vt_order_source source_of(struct vt_str name)
{
    for (int i = 0; i < VT_ORDER_SOURCE_COUNT; i++)
        if (vt_str_eq(name, vt_str(vt_order_source_name((enum vt_order_source)i))))
            return (enum vt_order_source)i;
    return VT_ORDER_SOURCE_PAGE;
}

static enum vt_credit_rule rule_of(struct vt_str name)
{
    for (int i = 0; i < VT_CREDIT_RULE_COUNT; i++)
        if (vt_str_eq(name, vt_str(vt_credit_rule_name((enum vt_credit_rule)i))))
            return (enum vt_credit_rule)i;
    return VT_CREDIT_RULE_LAST;
}

#define SELECT_SALE                                                                                          \
    "SELECT reference, value, currency, back, source, placed, rule, days, among, conv, version FROM sale"

static void read_sale(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_sale *)ret_item = (struct vt_sale){
        .order = { .reference = vt_db_text(stmt, 0, arena, err),
                   .value = read_money(stmt, 1, arena, err),
                   .currency = vt_db_text(stmt, 2, arena, err),
                   .back = vt_db_int(stmt, 3) > 0 ? read_money(stmt, 3, arena, err) : (struct vt_str){ 0 },
                   .source = source_of(vt_db_text(stmt, 4, arena, err)),
                   .placed = vt_db_int(stmt, 5),
                   .rule = rule_of(vt_db_text(stmt, 6, arena, err)),
                   .days = (uint16_t)vt_db_int(stmt, 7),
                   .of = (uint16_t)vt_db_int(stmt, 8) },
        .conv = vt_db_text(stmt, 9, arena, err),
        .version = vt_db_int(stmt, 10),
    };
}

static void read_item(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_t_order_item *)ret_item = (struct vt_t_order_item){
        .sku = vt_db_text(stmt, 0, arena, err),
        .variant = vt_db_text(stmt, 1, arena, err),
        .name = vt_db_text(stmt, 2, arena, err),
        .qty = (uint16_t)vt_db_int(stmt, 3),
        .price = vt_db_int(stmt, 4) >= 0 ? read_money(stmt, 4, arena, err) : (struct vt_str){ 0 },
        .back = (uint16_t)vt_db_int(stmt, 5),
        .has_back = vt_db_int(stmt, 5) > 0,
        .seen = vt_db_int(stmt, 6) != 0,
        .has_seen = vt_db_int(stmt, 6) != 0,
    };
}

static void read_credit(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_t_order_credit *)ret_item = (struct vt_t_order_credit){
        .sid = vt_db_text(stmt, 0, arena, err),
        .reference = vt_db_text(stmt, 1, arena, err),
        .associate = vt_db_text(stmt, 2, arena, err),
        .share = (double)vt_db_int(stmt, 3) / SHARE_WHOLE,
        .gap = (uint32_t)vt_db_int(stmt, 4),
        .has_gap = true,
    };
}

static int read_lines(struct vt_manage *manage, struct vt_str site, struct vt_arena *arena,
                      struct vt_t_order *order)
{
    int err = vt_manage_read_all(manage,
                                 vt_db_start(manage->db,
                                             "SELECT sku, variant, name, qty, coalesce(price, -1), back, seen"
                                             " FROM sale_item WHERE site=? AND reference=? ORDER BY n",
                                             VT_DB_T(site), VT_DB_T(order->reference)),
                                 arena, sizeof(*order->items), read_item, (void *)&order->items,
                                 &order->items_n);
    if (err)
        return err;
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db,
                    "SELECT sid, spoken, (SELECT name FROM associate a WHERE a.site=c.site AND"
                    " a.person=c.associate), share, gap FROM sale_credit c WHERE site=? AND reference=?"
                    " ORDER BY gap DESC, sid",
                    VT_DB_T(site), VT_DB_T(order->reference)),
        arena, sizeof(*order->credit), read_credit, (void *)&order->credit, &order->credit_n);
}

int vt_sale_get(struct vt_manage *manage, struct vt_str site, struct vt_str reference, struct vt_arena *arena,
                struct vt_sale *ret_sale)
{
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db, SELECT_SALE " WHERE site=? AND reference=?",
                                             VT_DB_T(site), VT_DB_T(reference)),
                                 arena, read_sale, ret_sale);
    return err ? err : read_lines(manage, site, arena, &ret_sale->order);
}

int vt_sales(struct vt_manage *manage, struct vt_str site, struct vt_str conv, int64_t from, int64_t to,
             size_t limit, struct vt_arena *arena, struct vt_sale **ret_sales, size_t *ret_n)
{
    static const char of_conv[] = SELECT_SALE
        " WHERE site=?1 AND conv IN (SELECT ?2 UNION SELECT o.conv FROM conversation c JOIN conversation o"
        " ON o.site=c.site AND o.sub=c.sub WHERE c.site=?1 AND c.conv=?2) AND placed>=?3 AND placed<?4"
        " ORDER BY placed DESC, reference LIMIT ?5";
    static const char of_site[] = SELECT_SALE
        " WHERE site=?1 AND ?2 IS NULL AND placed>=?3 AND placed<?4 ORDER BY placed DESC, reference LIMIT ?5";
    int err = vt_manage_read_all(manage,
                                 vt_db_start(manage->db, conv.ptr ? of_conv : of_site, VT_DB_T(site),
                                             VT_DB_T(conv), VT_DB_N(from), VT_DB_N(to), VT_DB_N(limit)),
                                 arena, sizeof(**ret_sales), read_sale, (void *)ret_sales, ret_n);
    for (size_t i = 0; i < *ret_n && !err; i++)
        err = read_lines(manage, site, arena, &(*ret_sales)[i].order);
    return err;
}

/* --- whose it is ------------------------------------------------------------------------------ */

static void read_text(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

/* The newest of the customer, else the newest that spoke this number; absent: nobody's. */
static int find_conv(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                     struct vt_str *ret_conv)
{
    static const char sql[] =
        "SELECT conv FROM (SELECT conv, created, 1 AS rank FROM conversation WHERE site=?1 AND sub=?2"
        " UNION ALL SELECT conv, created, 2 FROM session WHERE site=?1 AND reference=?3 AND created<=?4"
        " UNION ALL SELECT conv, created, 0 FROM conversation WHERE site=?1 AND conv=?5) found"
        " ORDER BY rank, created DESC LIMIT 1";
    int err = vt_manage_read_one(manage,
                                 vt_db_start(manage->db, sql, VT_DB_T(said->site), VT_DB_T(said->customer),
                                             VT_DB_T(said->session), VT_DB_N(said->order->placed),
                                             VT_DB_T(said->conv)),
                                 arena, read_text, ret_conv);
    if (err == VT_ERR_MISSING)
        *ret_conv = (struct vt_str){ 0 };
    return err == VT_ERR_MISSING ? VT_OK : err;
}

/* --- credit ----------------------------------------------------------------------------------- */

struct served { /* a session with an associate, in time */
    struct vt_str sid, spoken, associate, queue;
    int64_t ended;
};

static void read_served(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct served *)ret_item = (struct served){ .sid = vt_db_text(stmt, 0, arena, err),
                                                  .spoken = vt_db_text(stmt, 1, arena, err),
                                                  .associate = vt_db_text(stmt, 2, arena, err),
                                                  .queue = vt_db_text(stmt, 3, arena, err),
                                                  .ended = vt_db_int(stmt, 4) };
}

/* The customer's sessions that an associate took before the order and that ended no longer than the window
 * before it, the oldest first. */
static int find_served(struct vt_manage *manage, struct vt_str site, struct vt_str conv,
                       const struct vt_t_order *order, struct vt_arena *arena, struct served **ret_served,
                       size_t *ret_n)
{
    static const char sql[] =
        "SELECT sid, reference, associate, queue, ended FROM session WHERE site=?1 AND conv IN (SELECT ?2"
        " UNION SELECT o.conv FROM conversation c JOIN conversation o ON o.site=c.site AND o.sub=c.sub"
        " WHERE c.site=?1 AND c.conv=?2) AND associate IS NOT NULL AND taken>0 AND taken<=?3"
        " AND (ended=0 OR ended>=?3-?4) AND coalesce(queue, '') NOT GLOB 'practice:*' ORDER BY taken, sid";
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(conv),
                                          VT_DB_N(order->placed), VT_DB_N(order->days * INT64_C(86400000))),
                              arena, sizeof(**ret_served), read_served, (void *)ret_served, ret_n);
}

static int write_credit(struct vt_manage *manage, struct vt_str site, const struct vt_t_order *order,
                        const struct served *to, int64_t share)
{
    int64_t gap = to->ended > 0 && to->ended < order->placed ? (order->placed - to->ended) / 1000 : 0;
    int err = vt_db_run(manage->db,
                        "INSERT INTO sale_credit (site, reference, sid, spoken, associate, queue, share, gap)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        VT_DB_T(site), VT_DB_T(order->reference), VT_DB_T(to->sid), VT_DB_T(to->spoken),
                        VT_DB_T(to->associate), VT_DB_T(to->queue), VT_DB_N(share), VT_DB_N(gap));
    return err ? err
               : vt_db_run(manage->db,
                           "UPDATE session SET outcome='sold' WHERE site=? AND sid=? AND outcome IS NULL",
                           VT_DB_T(site), VT_DB_T(to->sid));
}

/* Equal parts; what cannot be parted goes to the last. */
static int share_out(struct vt_manage *manage, struct vt_str site, const struct vt_t_order *order,
                     const struct served *served, size_t n)
{
    size_t most = n < VT_SALE_CREDITS ? n : VT_SALE_CREDITS;
    int err = VT_OK;
    if (n == 0)
        return VT_OK;
    if (order->rule != VT_CREDIT_RULE_SPLIT)
        return write_credit(manage, site, order, &served[order->rule == VT_CREDIT_RULE_FIRST ? 0 : n - 1],
                            SHARE_WHOLE);
    for (size_t i = 0; i < most && !err; i++) {
        int64_t part = SHARE_WHOLE / (int64_t)most;
        int64_t rest = i + 1 == most ? SHARE_WHOLE - part * (int64_t)most : 0;
        err = write_credit(manage, site, order, &served[n - most + i], part + rest);
    }
    return err;
}

static int credit(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_str conv,
                  struct vt_arena *arena)
{
    struct served *served = NULL;
    size_t n = 0;
    int err = vt_db_run(manage->db, "DELETE FROM sale_credit WHERE site=? AND reference=?",
                        VT_DB_T(said->site), VT_DB_T(said->order->reference));
    if (!err && conv.ptr)
        err = find_served(manage, said->site, conv, said->order, arena, &served, &n);
    if (!err)
        err = share_out(manage, said->site, said->order, served, n);
    if (!err)
        err = vt_db_run(manage->db, "UPDATE sale SET among=? WHERE site=? AND reference=?", VT_DB_N(n),
                        VT_DB_T(said->site), VT_DB_T(said->order->reference));
    return err;
}

/* --- telling ---------------------------------------------------------------------------------- */

static int write_items(struct vt_manage *manage, struct vt_str site, const struct vt_t_order *order)
{
    int err = vt_db_run(manage->db, "DELETE FROM sale_item WHERE site=? AND reference=?", VT_DB_T(site),
                        VT_DB_T(order->reference));
    for (size_t i = 0; i < order->items_n && !err; i++) {
        const struct vt_t_order_item *item = &order->items[i];
        int64_t price = -1;
        if (item->price.ptr)
            vt_money_parse(item->price, &price);
        err = vt_db_run(manage->db,
                        "INSERT INTO sale_item (site, reference, n, sku, variant, name, qty, price)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, -1))",
                        VT_DB_T(site), VT_DB_T(order->reference), VT_DB_N(i), VT_DB_T(item->sku),
                        VT_DB_T(item->variant), VT_DB_T(item->name), VT_DB_N(item->qty), VT_DB_N(price));
    }
    return err;
}

static int write_sale(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_str conv)
{
    const struct vt_t_order *order = said->order;
    int64_t value = 0;
    int err = vt_money_parse(order->value, &value);
    if (!err)
        err = vt_db_run(
            manage->db,
            "INSERT INTO sale (site, reference, conv, value, currency, source, placed, rule, days)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site, reference) DO UPDATE SET "
            "conv=excluded.conv,"
            " value=excluded.value, currency=excluded.currency, source=excluded.source,"
            " placed=excluded.placed, back=min(sale.back, excluded.value), version=sale.version+1",
            VT_DB_T(said->site), VT_DB_T(order->reference), VT_DB_T(conv), VT_DB_N(value),
            VT_DB_T(order->currency), VT_DB_T(vt_str(vt_order_source_name(order->source))),
            VT_DB_N(order->placed), VT_DB_T(vt_str(vt_credit_rule_name(order->rule))), VT_DB_N(order->days));
    return err ? err : write_items(manage, said->site, order);
}

static int claim(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_str conv)
{
    return vt_db_run(manage->db, "UPDATE sale SET conv=?, version=version+1 WHERE site=? AND reference=?",
                     VT_DB_T(conv), VT_DB_T(said->site), VT_DB_T(said->order->reference));
}

/* A page can invent as many as it likes. */
static int check_most(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_str conv)
{
    if (said->order->source != VT_ORDER_SOURCE_PAGE)
        return VT_OK;
    struct vt_stmt *stmt = vt_db_start(manage->db, "SELECT count(*) FROM sale WHERE site=? AND conv=?",
                                       VT_DB_T(said->site), VT_DB_T(conv));
    int err = vt_db_step(manage->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    err = vt_db_int(stmt, 0) < VT_SALE_MOST ? VT_OK : VT_ERR_CAP_REACHED;
    vt_db_end(stmt);
    return err;
}

int vt_sale_put(struct vt_manage *manage, const struct vt_sale_said *said, struct vt_arena *arena,
                struct vt_sale *ret_sale)
{
    struct vt_sale known = { 0 };
    struct vt_str conv = { 0 };
    int err = find_conv(manage, said, arena, &conv);
    if (err)
        return err;
    err = vt_sale_get(manage, said->site, said->order->reference, arena, &known);
    if (err && err != VT_ERR_MISSING)
        return err;
    bool is_new = err == VT_ERR_MISSING, higher = is_new || said->order->source > known.order.source;
    bool first_whose = conv.ptr && (!known.conv.ptr || (higher && !vt_str_eq(conv, known.conv)));
    struct vt_sale_said as = *said;
    err = is_new ? check_most(manage, said, conv) : VT_OK;
    if (!err && higher)
        err = write_sale(manage, said, conv.ptr ? conv : known.conv);
    else if (!err && first_whose)
        err = claim(manage, said, conv);
    if (!err && first_whose && !higher)
        as.order =
            &known.order; /* what counts is when it was placed, and by which rule, as it was told first */
    if (!err && first_whose)
        err = credit(manage, &as, conv, arena);
    if (!err)
        err = vt_sale_note_seen(manage, &as, arena);
    if (!err)
        err = vt_sale_get(manage, said->site, said->order->reference, arena, ret_sale);
    ret_sale->changed = higher || first_whose;
    return err;
}

/* --- giving back ------------------------------------------------------------------------------ */

static struct vt_t_order_item *line_of(const struct vt_t_order *order, const struct vt_t_order_item *back)
{
    for (size_t i = 0; i < order->items_n; i++)
        if (vt_str_eq(order->items[i].sku, back->sku) &&
            (!back->variant.ptr || vt_str_eq(order->items[i].variant, back->variant)) &&
            order->items[i].back + back->qty <= order->items[i].qty)
            return &order->items[i];
    return NULL;
}

/* Adds what comes back to the lines; *io_value becomes their sum where it was left to them. */
static int take_lines(struct vt_t_order *order, const struct vt_sale_return *back, int64_t *io_value,
                      const char **ret_why)
{
    int64_t sum = 0, price = 0;
    for (size_t i = 0; i < back->items_n; i++) {
        struct vt_t_order_item *line = line_of(order, &back->items[i]);
        *ret_why = "the order has no such line, or not so many of it left";
        if (!line)
            return VT_ERR_INVALID;
        *ret_why = "a line has no price, so the return must name its value";
        if (*io_value == VT_SALE_WHOLE && (!line->price.ptr || vt_money_parse(line->price, &price) != VT_OK))
            return VT_ERR_INVALID;
        line->back = (uint16_t)(line->back + back->items[i].qty);
        sum += price * back->items[i].qty;
    }
    if (*io_value == VT_SALE_WHOLE)
        *io_value = sum;
    return VT_OK;
}

static int write_back(struct vt_manage *manage, const struct vt_sale_return *back,
                      const struct vt_t_order *order, int64_t value)
{
    int err = vt_db_run(
        manage->db, "INSERT INTO sale_back (site, reference, id, value, at) VALUES (?, ?, ?, ?, ?)",
        VT_DB_T(back->site), VT_DB_T(back->reference), VT_DB_T(back->id), VT_DB_N(value), VT_DB_N(back->at));
    if (!err)
        err = vt_db_run(manage->db,
                        "UPDATE sale SET back=back+?, version=version+1 WHERE site=? AND reference=?",
                        VT_DB_N(value), VT_DB_T(back->site), VT_DB_T(back->reference));
    for (size_t i = 0; i < order->items_n && !err; i++)
        err = vt_db_run(manage->db, "UPDATE sale_item SET back=? WHERE site=? AND reference=? AND n=?",
                        VT_DB_N(order->items[i].back), VT_DB_T(back->site), VT_DB_T(back->reference),
                        VT_DB_N(i));
    return err;
}

static int is_known_return(struct vt_manage *manage, const struct vt_sale_return *back,
                           struct vt_arena *arena, bool *ret_known)
{
    struct vt_str id;
    int err = vt_manage_read_one(
        manage,
        vt_db_start(manage->db, "SELECT id FROM sale_back WHERE site=? AND reference=? AND id=?",
                    VT_DB_T(back->site), VT_DB_T(back->reference), VT_DB_T(back->id)),
        arena, read_text, &id);
    *ret_known = err == VT_OK;
    return err == VT_ERR_MISSING ? VT_OK : err;
}

int vt_sale_back(struct vt_manage *manage, const struct vt_sale_return *back, struct vt_arena *arena,
                 struct vt_sale *ret_sale, const char **ret_why)
{
    int64_t value = 0, before = 0, given = back->value;
    bool known = false;
    int err = vt_sale_get(manage, back->site, back->reference, arena, ret_sale);
    if (!err)
        err = is_known_return(manage, back, arena, &known);
    if (err || known)
        return err;
    struct vt_t_order *order = &ret_sale->order;
    vt_money_parse(order->value, &value);
    if (order->back.ptr)
        vt_money_parse(order->back, &before);
    if (back->items_n > 0)
        err = take_lines(order, back, &given, ret_why);
    else if (given == VT_SALE_WHOLE)
        given = value - before;
    if (err)
        return err;
    *ret_why = "that is more than is left of the order";
    if (given > value - before)
        return VT_ERR_INVALID;
    for (size_t i = 0; i < order->items_n && given == value - before; i++)
        order->items[i].back = order->items[i].qty; /* nothing is left of it, so no piece is */
    err = write_back(manage, back, order, given);
    if (!err)
        err = vt_sale_get(manage, back->site, back->reference, arena, ret_sale);
    ret_sale->changed = true;
    return err;
}

/* --- what goes -------------------------------------------------------------------------------- */

/* What hangs on an order goes before it: `which` picks the orders. */
#define DELETE_OF(table, which) "DELETE FROM " table " WHERE site=?1 AND reference IN (" which ")"
#define DELETE_ALL(which)                                                                                    \
    DELETE_OF("sale_item", which), DELETE_OF("sale_credit", which), DELETE_OF("sale_back", which),           \
        DELETE_OF("sale", which)
#define OLD "SELECT reference FROM sale WHERE site=?1 AND placed<?2 ORDER BY placed LIMIT ?3"
#define OWN "SELECT reference FROM sale WHERE site=?1 AND conv=?2"

int vt_sales_trim(struct vt_manage *manage, struct vt_str site, int64_t before, size_t limit, size_t *ret_n)
{
    static const char *const texts[] = { DELETE_ALL(OLD) };
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(texts) && !err; i++)
        err = vt_db_run(manage->db, texts[i], VT_DB_T(site), VT_DB_N(before), VT_DB_N(limit));
    *ret_n = err ? 0 : (size_t)vt_db_changes(manage->db);
    return err;
}

int vt_sales_erase(struct vt_manage *manage, struct vt_str site, struct vt_str conv, size_t *io_n)
{
    static const char *const texts[] = { DELETE_ALL(OWN) };
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(texts) && !err; i++)
        err = vt_db_run(manage->db, texts[i], VT_DB_T(site), VT_DB_T(conv));
    *io_n += err ? 0 : (size_t)vt_db_changes(manage->db);
    return err;
}
