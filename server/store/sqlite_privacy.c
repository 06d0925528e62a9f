/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept about a customer: found, written out, erased. */
#include "server/base/ids.h"
#include "server/store/privacy.h"
#include "server/store/sales.h"
#include "server/store/search.h"
#include "server/store/sqlite_hooks.h"
#include "server/store/sqlite_manage.h"

#define ERASURE_MS (3 * INT64_C(365) * 86400000) /* longer than any backup should be kept */

/* --- finding ------------------------------------------------------------------------------- */

static void read_conv(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_privacy_conv *)ret_item = (struct vt_privacy_conv){
        .conv = vt_db_text(stmt, 0, arena, err),
        .customer = vt_db_text(stmt, 1, arena, err),
        .created = vt_db_int(stmt, 2),
        .last = vt_db_int(stmt, 3),
        .messages = vt_db_int(stmt, 4),
        .reference = vt_db_text(stmt, 5, arena, err),
    };
}

#define SELECT_CONVS                                                                                         \
    "SELECT c.conv, c.customer, c.created,"                                                                  \
    " coalesce((SELECT max(ts) FROM message m WHERE m.site=c.site AND m.conv=c.conv), c.created),"           \
    " (SELECT count(*) FROM message m WHERE m.site=c.site AND m.conv=c.conv),"                               \
    " (SELECT reference FROM session s WHERE s.site=c.site AND s.conv=c.conv ORDER BY created DESC LIMIT 1)" \
    " FROM conversation c WHERE c.site=?1"

int vt_privacy_list(struct vt_manage *manage, struct vt_str site, const struct vt_privacy_filter *filter,
                    struct vt_arena *arena, struct vt_privacy_conv **ret_convs, size_t *ret_n)
{
    static const char sql[] = SELECT_CONVS
        /* Whoever the shop has signed for is one customer, however many conversations began apart. */
        " AND (?2 IS NULL OR customer=?2 OR sub=?2 OR sub IN"
        " (SELECT o.sub FROM conversation o WHERE o.site=?1 AND o.customer=?2 AND o.sub IS NOT NULL))"
        " AND (?3 IS NULL OR conv=?3)"
        " AND (?4 IS NULL OR EXISTS (SELECT 1 FROM session s WHERE s.site=c.site AND s.conv=c.conv AND "
        "reference=?4)) AND (?5 IS NULL OR conv > ?5)"
        " AND (?2 IS NOT NULL OR ?3 IS NOT NULL OR customer NOT GLOB 'practice:*') ORDER BY conv LIMIT ?6";
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(filter->customer),
                                          VT_DB_T(filter->conv), VT_DB_T(filter->reference),
                                          VT_DB_T(filter->after), VT_DB_N(filter->limit)),
                              arena, sizeof(**ret_convs), read_conv, ret_convs, ret_n);
}

static void read_medium(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_str *)ret_item = vt_db_text(stmt, 0, arena, err);
}

int vt_privacy_media(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_arena *arena,
                     struct vt_str **ret_ids, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start(manage->db, "SELECT id FROM medium WHERE site=? AND conv=?",
                                          VT_DB_T(site), VT_DB_T(conv)),
                              arena, sizeof(**ret_ids), read_medium, ret_ids, ret_n);
}

/* --- erasing ------------------------------------------------------------------------------- */

int vt_privacy_erase(struct vt_manage *manage, struct vt_str site, struct vt_str conv,
                     struct vt_privacy_counts *counts)
{
    static const char *const texts[] = {
        "DELETE FROM message WHERE site=? AND conv=?",    "DELETE FROM session WHERE site=? AND conv=?",
        "DELETE FROM medium WHERE site=? AND conv=?",     "DELETE FROM conversation WHERE site=? AND conv=?",
        "DELETE FROM seen WHERE site=? AND conv=?",       "DELETE FROM trail WHERE site=? AND conv=?",
        "DELETE FROM resume WHERE site=? AND conv=?",     "DELETE FROM once WHERE site=? AND conv=?",
        "DELETE FROM offer_code WHERE site=? AND conv=?", "DELETE FROM mail WHERE site=? AND conv=?",
        "DELETE FROM signed WHERE site=? AND conv=?",     "DELETE FROM watch WHERE site=? AND conv=?",
        "DELETE FROM watch_told WHERE site=? AND conv=?",
    };
    size_t *const into[VT_COUNT(texts)] = { &counts->messages, &counts->sessions, &counts->pictures,
                                            &counts->conversations };
    int err = vt_manage_begin(manage);
    if (err)
        return err;
    err = vt_db_run(manage->db,
                    "INSERT INTO erased (site, conv, media, at) SELECT site, conv, id, ?3 FROM"
                    " medium WHERE site=?1 AND conv=?2 UNION ALL SELECT ?1, ?2, '', ?3 WHERE 1=1"
                    " ON CONFLICT (site, conv, media) DO UPDATE SET at=excluded.at",
                    VT_DB_T(site), VT_DB_T(conv), VT_DB_N(vt_wall_ms()));
    if (!err)
        err = vt_hooks_note_erased(manage->db, site, conv, vt_wall_ms());
    if (!err)
        err = vt_db_run(manage->db,
                        "INSERT INTO erasure (site, conv, at) VALUES (?, ?, ?)"
                        " ON CONFLICT (site, conv) DO UPDATE SET at=excluded.at",
                        VT_DB_T(site), VT_DB_T(conv), VT_DB_N(vt_wall_ms()));
    for (size_t i = 0; i < VT_COUNT(texts) && !err; i++) {
        err = vt_db_run(manage->db, texts[i], VT_DB_T(site), VT_DB_T(conv));
        if (!err)
            *(into[i] ? into[i] : &counts->others) += (size_t)vt_db_changes(manage->db);
    }
    if (!err)
        err = vt_sales_erase(manage, site, conv, &counts->others);
    if (!err)
        err = vt_search_forget(manage->db, site, conv);
    return vt_manage_finish(manage, err, !manage->inside);
}

/* --- what was erased ----------------------------------------------------------------------- */

static void read_erased(struct vt_stmt *stmt, struct vt_arena *arena, void *ret_item, int *err)
{
    *(struct vt_privacy_erased *)ret_item = (struct vt_privacy_erased){
        .site = vt_db_text(stmt, 0, arena, err),
        .conv = vt_db_text(stmt, 1, arena, err),
        .media = vt_db_text(stmt, 2, arena, err),
    };
}

int vt_privacy_erased(struct vt_manage *manage, size_t limit, struct vt_arena *arena,
                      struct vt_privacy_erased **ret_erased, size_t *ret_n)
{
    return vt_manage_read_all(
        manage,
        vt_db_start(manage->db, "SELECT site, conv, media FROM erased ORDER BY at LIMIT ?", VT_DB_N(limit)),
        arena, sizeof(**ret_erased), read_erased, ret_erased, ret_n);
}

int vt_privacy_practices(struct vt_manage *manage, struct vt_str site, struct vt_str customer,
                         struct vt_arena *arena, struct vt_privacy_erased **ret_gone, size_t *ret_n)
{
    /* The condition is that of the index conversation_practice: nobody else's row is looked at. */
    static const char sql[] =
        "SELECT m.site, m.conv, m.id FROM conversation c JOIN medium m ON m.site=c.site AND m.conv=c.conv"
        " WHERE c.customer GLOB 'practice:*' AND (?1 IS NULL OR (c.site=?1 AND c.customer=?2)) UNION ALL"
        " SELECT site, conv, '' FROM conversation"
        " WHERE customer GLOB 'practice:*' AND (?1 IS NULL OR (site=?1 AND customer=?2))";
    return vt_manage_read_all(manage, vt_db_start(manage->db, sql, VT_DB_T(site), VT_DB_T(customer)), arena,
                              sizeof(**ret_gone), read_erased, ret_gone, ret_n);
}

int vt_privacy_erasures(struct vt_manage *manage, struct vt_arena *arena,
                        struct vt_privacy_erased **ret_erased, size_t *ret_n)
{
    return vt_manage_read_all(manage,
                              vt_db_start_values(manage->db, "SELECT site, conv, '' FROM erasure", NULL, 0),
                              arena, sizeof(**ret_erased), read_erased, ret_erased, ret_n);
}

int vt_privacy_erased_done(struct vt_manage *manage, int64_t before)
{
    int err = vt_manage_run(manage, false, false, "DELETE FROM erasure WHERE at < ?",
                            VT_DB_N(before - ERASURE_MS));
    return err ? err
               : vt_manage_run(manage, false, false, "DELETE FROM erased WHERE at < ?", VT_DB_N(before));
}

/* --- writing out --------------------------------------------------------------------------- */

/* One row as {"kind":"message",column:value,…}; texts that are JSON go out as they are stored. */
static void put_row(struct vt_buf *out, const char *kind, struct vt_stmt *stmt)
{
    vt_buf_printf(out, "{\"kind\":\"%s\"", kind);
    for (int i = 0; i < vt_db_columns(stmt); i++) {
        struct vt_str value = vt_db_view(stmt, i);
        if (!value.ptr)
            continue;
        vt_buf_printf(out, ",\"%s\":", vt_db_name(stmt, i));
        if (vt_db_is_number(stmt, i) || value.ptr[0] == '{')
            vt_buf_str(out, value);
        else
            vt_buf_json_string(out, value);
    }
    vt_buf_text(out, "}\n");
}

int vt_privacy_export(struct vt_manage *manage, struct vt_str site, struct vt_str conv,
                      vt_privacy_write_fn *write, void *arg)
{
    static const struct {
        const char *kind, *text;
    } parts[] = {
        { "conversation",
          "SELECT conv, customer, created, profile, contact FROM conversation WHERE site=? AND "
          "conv=?" },
        { "session",
          "SELECT sid, reference, queue, joined, created, ended, outcome, note, stars, view FROM session"
          " WHERE site=? AND conv=? ORDER BY created" },
        { "message",
          "SELECT cs, ts, author, kind AS op, body FROM message WHERE site=? AND conv=? ORDER BY cs" },
        { "page", "SELECT ts, body FROM trail WHERE site=? AND conv=? ORDER BY n" },
        { "person", "SELECT who, role, name, read, delivered FROM seen WHERE site=? AND conv=?" },
        { "order", "SELECT reference, value, currency, back, source, placed FROM sale WHERE site=? AND "
                   "conv=? ORDER BY "
                   "placed" },
        { "order_item",
          "SELECT i.reference, sku, variant, name, qty, price, i.back, seen FROM sale_item i JOIN sale s"
          " USING (site, reference) WHERE s.site=? AND conv=? ORDER BY placed, n" },
        { "watch",
          "SELECT sku, variant, stock, price, currency, created, until, told, notes FROM watch WHERE site=? "
          "AND conv=? ORDER BY id" },
        { "picture", "SELECT id, width, height, created FROM medium WHERE site=? AND conv=?" },
    };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(1 << 20);
    int err = VT_OK;
    for (size_t i = 0; i < VT_COUNT(parts) && !err; i++) {
        struct vt_stmt *stmt = vt_db_start(manage->db, parts[i].text, VT_DB_T(site), VT_DB_T(conv));
        int step = VT_OK;
        while (!err && (step = vt_db_step(manage->db, stmt)) == VT_DB_ROW) {
            vt_buf_reset(&line);
            put_row(&line, parts[i].kind, stmt);
            err = line.failed ? VT_ERR_NOMEM : write(arg, vt_buf_view(&line));
        }
        if (err)
            vt_db_end(stmt);
        else
            err = step;
    }
    return err;
}
