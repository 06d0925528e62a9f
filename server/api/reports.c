/* SPDX-License-Identifier: Apache-2.0 */
/* Reports, on the reader's thread: the question from the query, the sessions of the period, the answer as
 * JSON or as CSV. A supervisor whose account names queues sees those. */
#include "server/reports.h"

#include <math.h>
#include <stdlib.h>

#include "server/api/rows.h"
#include "server/rights.h"

enum { DAYS_DEFAULT = 28, QUEUES_MOST = 256 };

struct asking {
    struct vt_api_call *call;
    struct vt_manage *manage;
    const struct vt_report_kind *kind;
    struct vt_zone *zone; /* owned */
    struct vt_str queue, tz;
    const char *queues; /* of who asks, as rights.h */
    int32_t from, to;
    enum vt_report_by by;
    struct vt_str currency, *currencies; /* in the call's arena; absent and none: nothing was sold */
    size_t currencies_n;
    bool csv;
    struct vt_report report;
    struct vt_store_person *people; /* in the call's arena; their names */
    size_t people_n;
};

static int refuse_query(struct asking *asking, const char *detail)
{
    return vt_api_refuse(asking->call, 400, "query", "The query cannot be read", "%s", detail);
}

/* --- the question -------------------------------------------------------------------------- */

static int take_day(struct asking *asking, const char *name, int32_t fallback, int32_t *ret_day)
{
    struct vt_str text = vt_api_query(asking->call, name);
    *ret_day = text.ptr ? vt_zone_day(text) : fallback;
    return *ret_day > 0 ? VT_OK : refuse_query(asking, "from and to must be days, as 2026-03-29.");
}

static int take_period(struct asking *asking)
{
    int32_t today;
    int minute;
    asking->tz = vt_api_query(asking->call, "tz");
    if (!asking->tz.ptr)
        asking->tz = VT_STR("UTC");
    asking->zone = vt_zone_open(asking->tz);
    if (!asking->zone)
        return refuse_query(asking, "tz must be a time zone, as Europe/Paris.");
    vt_zone_local(asking->zone, vt_wall_ms(), &today, &minute);
    int err = take_day(asking, "to", today, &asking->to);
    if (!err)
        err = take_day(asking, "from", asking->to - DAYS_DEFAULT + 1, &asking->from);
    if (!err && (asking->from > asking->to || asking->to - asking->from >= VT_REPORT_DAYS))
        err = refuse_query(asking, "from must not come after to, and a report covers 400 days at most.");
    return err;
}

static int take_by(struct asking *asking)
{
    struct vt_str text = vt_api_query(asking->call, "by");
    for (int i = 0; text.ptr && i < VT_REPORT_BYS; i++) {
        asking->by = (enum vt_report_by)i;
        if (vt_str_eq(text, vt_str(vt_report_by_names[i])))
            return VT_OK;
    }
    asking->by = VT_REPORT_BY_DAY;
    return text.ptr ? refuse_query(asking, "by must be day, queue, associate, hour, weekday, slot or piece.")
                    : VT_OK;
}

/* In one currency. */
static bool has_money(const struct asking *asking)
{
    return asking->kind->sells || asking->kind->offers;
}

static int check_by(struct asking *asking)
{
    return asking->by != VT_REPORT_BY_PIECE || has_money(asking)
               ? VT_OK
               : refuse_query(asking, "by=piece is for the reports sales and offers.");
}

static int take_format(struct asking *asking)
{
    struct vt_str text = vt_api_query(asking->call, "format");
    asking->csv = vt_str_eq(text, VT_STR("csv"));
    return !text.ptr || asking->csv || vt_str_eq(text, VT_STR("json"))
               ? VT_OK
               : refuse_query(asking, "format must be json or csv.");
}

/* --- whose queues -------------------------------------------------------------------------- */

static bool may_see(const struct asking *asking, struct vt_str queue)
{
    return vt_rights_queue(asking->queues, queue);
}

/* --- counting ------------------------------------------------------------------------------ */

static int handle_row(void *arg, const struct vt_report_session *row)
{
    struct asking *asking = arg;
    if ((asking->queue.ptr && !vt_str_eq(asking->queue, row->queue)) || !may_see(asking, row->queue))
        return VT_OK;
    return vt_report_add(&asking->report, row);
}

static int handle_sale(void *arg, const struct vt_report_sale *row)
{
    struct asking *asking = arg;
    if ((asking->queue.ptr && !vt_str_eq(asking->queue, row->queue)) || !may_see(asking, row->queue))
        return VT_OK;
    return vt_report_add_sale(&asking->report, row);
}

static int handle_offer(void *arg, const struct vt_report_offer *row)
{
    struct asking *asking = arg;
    if ((asking->queue.ptr && !vt_str_eq(asking->queue, row->queue)) || !may_see(asking, row->queue))
        return VT_OK;
    return vt_report_add_offer(&asking->report, row);
}

/* What is sold in several currencies has no sum: one is counted, and the others are named. */
static int count_money(struct asking *asking)
{
    const struct vt_report *report = &asking->report;
    struct vt_api_call *call = asking->call;
    int err = vt_report_currencies(asking->manage, call->site, report->from, report->to, asking->kind->offers,
                                   &call->arena, &asking->currencies, &asking->currencies_n);
    asking->currency = vt_api_query(call, "currency");
    if (!err && !asking->currency.ptr && asking->currencies_n > 0)
        asking->currency = asking->currencies[0];
    if (err || !asking->currency.ptr)
        return err;
    if (asking->kind->offers)
        return vt_report_offers(asking->manage, call->site, report->from, report->to, vt_wall_ms(),
                                asking->currency, handle_offer, asking);
    return vt_report_sales(asking->manage, call->site, report->from, report->to, asking->currency,
                           asking->by == VT_REPORT_BY_PIECE, handle_sale, asking);
}

static int read_people(struct asking *asking)
{
    struct vt_api_call *call = asking->call;
    struct vt_str after = { 0 };
    struct vt_store_person *page;
    size_t n = VT_MANAGE_PAGE;
    int err = VT_OK;
    if (asking->by != VT_REPORT_BY_ASSOCIATE)
        return VT_OK;
    asking->people = vt_arena_array(&call->arena, VT_REPORT_KEYS, sizeof(*page));
    while (!err && asking->people && n == VT_MANAGE_PAGE && asking->people_n + n <= VT_REPORT_KEYS) {
        err = vt_manage_people(asking->manage, call->site, after, VT_MANAGE_PAGE, &call->arena, &page, &n);
        for (size_t i = 0; !err && i < n; i++)
            asking->people[asking->people_n++] = page[i];
        if (!err && n > 0)
            after = page[n - 1].login;
    }
    return asking->people ? err : VT_ERR_NOMEM;
}

static struct vt_str name_of(const struct asking *asking, struct vt_str person)
{
    for (size_t i = 0; i < asking->people_n; i++)
        if (vt_str_eq(asking->people[i].person, person))
            return asking->people[i].name;
    return VT_STR("Somebody who left");
}

static int compute(struct asking *asking)
{
    int err = vt_report_init(&asking->report, asking->zone, asking->from, asking->to, asking->by);
    if (!err)
        err = vt_report_sessions(asking->manage, asking->call->site, asking->report.from, asking->report.to,
                                 handle_row, asking);
    if (!err && has_money(asking))
        err = count_money(asking);
    if (err == VT_ERR_FULL)
        return vt_api_refuse(asking->call, 422, "field", "Too much for one report",
                             "The period has more than %d sessions or orders, or %d queues, people or "
                             "pieces: ask for fewer days.",
                             VT_REPORT_SESSIONS, VT_REPORT_KEYS);
    vt_report_settle(&asking->report);
    return err ? err : read_people(asking);
}

/* --- the answer as JSON -------------------------------------------------------------------- */

/* Seconds, minutes and shares to the third place: a report claims no more. */
static void put_value(const struct asking *asking, const struct vt_report_group *group,
                      enum vt_report_cell cell, const char *none)
{
    double value;
    if (vt_report_cell(group, cell, &value))
        vt_buf_printf(&asking->call->out, "%.15g", round(value * 1000) / 1000);
    else
        vt_buf_text(&asking->call->out, none);
}

static void put_values(const struct asking *asking, const struct vt_report_group *group)
{
    struct vt_buf *out = &asking->call->out;
    vt_buf_text(out, "\"values\":[");
    for (size_t i = 0; i < asking->kind->cells_n; i++) {
        vt_buf_text(out, i ? "," : "");
        put_value(asking, group, asking->kind->cells[i], "null");
    }
    vt_buf_byte(out, ']');
}

static void put_rows(const struct asking *asking, struct vt_buf *key)
{
    struct vt_buf *out = &asking->call->out;
    for (size_t i = 0; i < asking->report.groups_n; i++) {
        vt_buf_reset(key);
        vt_report_key(&asking->report, i, key);
        vt_buf_text(out, i ? ",{" : "{");
        vt_json_put_text(out, "key", vt_buf_view(key));
        if (asking->by == VT_REPORT_BY_ASSOCIATE)
            vt_json_put_text(out, "name", name_of(asking, vt_buf_view(key)));
        else if (asking->report.names)
            vt_json_put_text(out, "name", asking->report.names[i]);
        vt_buf_byte(out, ',');
        put_values(asking, &asking->report.groups[i]);
        vt_buf_byte(out, '}');
    }
}

static void put_columns(const struct asking *asking)
{
    struct vt_buf *out = &asking->call->out;
    for (size_t i = 0; i < asking->kind->cells_n; i++) {
        const struct vt_report_column *column = &vt_report_columns[asking->kind->cells[i]];
        vt_buf_text(out, i ? ",{" : "{");
        vt_json_put_text(out, "name", vt_str(column->name));
        vt_json_put_text(out, "title", vt_str(column->title));
        vt_json_put_text(out, "unit", vt_str(column->unit));
        vt_json_put_text(out, "definition", vt_str(column->definition));
        vt_buf_byte(out, '}');
    }
}

static void put_currencies(const struct asking *asking)
{
    struct vt_buf *out = &asking->call->out;
    vt_json_put_text(out, "currency", asking->currency);
    vt_json_put_raw(out, "currencies", VT_STR("["));
    for (size_t i = 0; i < asking->currencies_n; i++) {
        vt_buf_text(out, i ? "," : "");
        vt_buf_json_string(out, asking->currencies[i]);
    }
    vt_buf_byte(out, ']');
}

static void put_json(const struct asking *asking, struct vt_buf *key)
{
    struct vt_buf *out = &asking->call->out;
    vt_buf_byte(out, '{');
    vt_json_put_text(out, "report", vt_str(asking->kind->name));
    vt_json_put_text(out, "title", vt_str(asking->kind->title));
    vt_json_put_text(out, "question", vt_str(asking->kind->question));
    vt_zone_date(asking->from, key);
    vt_json_put_text(out, "from", vt_buf_view(key));
    vt_buf_reset(key);
    vt_zone_date(asking->to, key);
    vt_json_put_text(out, "to", vt_buf_view(key));
    vt_json_put_text(out, "tz", asking->tz);
    vt_json_put_text(out, "by", vt_str(vt_report_by_names[asking->by]));
    vt_json_put_text(out, "queue", asking->queue);
    if (has_money(asking))
        put_currencies(asking);
    vt_json_put_raw(out, "columns", VT_STR("["));
    put_columns(asking);
    vt_buf_text(out, "],\"rows\":[");
    put_rows(asking, key);
    vt_buf_text(out, "],\"total\":{");
    put_values(asking, &asking->report.total);
    vt_buf_text(out, "}}");
}

/* --- the answer as CSV --------------------------------------------------------------------- */

/* RFC 4180; what a spreadsheet would take for a formula becomes text. */
static void put_csv_text(struct vt_buf *out, struct vt_str text)
{
    vt_buf_text(out, text.len > 0 && strchr("=+-@\t\r", text.ptr[0]) ? "\"'" : "\"");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            vt_buf_byte(out, '"');
        vt_buf_byte(out, text.ptr[i]);
    }
    vt_buf_byte(out, '"');
}

static void put_csv_line(const struct asking *asking, struct vt_str key, const struct vt_report_group *group)
{
    struct vt_buf *out = &asking->call->out;
    put_csv_text(out, key);
    for (size_t i = 0; i < asking->kind->cells_n; i++) {
        vt_buf_byte(out, ',');
        put_value(asking, group, asking->kind->cells[i], "");
    }
    vt_buf_text(out, "\r\n");
}

static void put_csv(struct asking *asking, struct vt_buf *key)
{
    struct vt_buf *out = &asking->call->out;
    vt_buf_text(out, vt_report_by_names[asking->by]);
    for (size_t i = 0; i < asking->kind->cells_n; i++) {
        const struct vt_report_column *column = &vt_report_columns[asking->kind->cells[i]];
        bool money = asking->currency.ptr && strcmp(column->unit, "money") == 0;
        vt_buf_printf(out, ",%s (%.*s)", column->name,
                      VT_STR_ARG(money ? asking->currency : vt_str(column->unit)));
    }
    vt_buf_text(out, "\r\n");
    for (size_t i = 0; i < asking->report.groups_n; i++) {
        vt_buf_reset(key);
        vt_report_key(&asking->report, i, key);
        struct vt_str text = vt_buf_view(key);
        put_csv_line(asking, asking->by == VT_REPORT_BY_ASSOCIATE ? name_of(asking, text) : text,
                     &asking->report.groups[i]);
    }
    put_csv_line(asking, VT_STR("total"), &asking->report.total);
    asking->call->type = "text/csv; charset=utf-8; header=present";
}

/* --- the row of the table ------------------------------------------------------------------ */

static int ask(struct asking *asking)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf key = VT_BUF_INIT(256);
    asking->kind = vt_report_find(asking->call->id);
    if (!asking->kind)
        return vt_api_missing(asking->call);
    asking->queue = vt_api_query(asking->call, "queue");
    int err = take_period(asking);
    if (!err)
        err = take_by(asking);
    if (!err)
        err = check_by(asking);
    if (!err)
        err = take_format(asking);
    if (!err && asking->queue.ptr && !may_see(asking, asking->queue))
        err = vt_api_missing(asking->call);
    if (!err)
        err = compute(asking);
    if (err)
        return err;
    if (asking->csv)
        put_csv(asking, &key);
    else
        put_json(asking, &key);
    return VT_OK;
}

int vt_api_report(struct vt_api_call *call, struct vt_manage *manage)
{
    struct asking asking = { .call = call, .manage = manage, .queues = vt_api_queues(call).ptr };
    int err = ask(&asking);
    vt_report_finish(&asking.report);
    vt_zone_close(asking.zone);
    return err;
}
