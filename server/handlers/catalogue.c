/* SPDX-License-Identifier: Apache-2.0 */
/* catalogue.*: products by words, by what they are, by sku, and with what is like them; and the shortlist.
 * The store's reading thread searches the site's shelf and looks up the stock; what is found is told from
 * memory. */
#include "server/catalogue/catalogue.h"

#include <stdlib.h>

#include "server/api/json.h"
#include "server/base/err.h"
#include "server/budget.h"
#include "server/catalogue/feed_text.h"
#include "server/catalogue/import.h"
#include "server/fanout.h"
#include "server/handlers/handlers.h"
#include "server/profile.h"
#include "server/site.h"

enum { REPLY_BYTES = 60000, ARENA_BYTES = 64 << 20, VARIANTS = 64 };

struct asking {
    struct vt_reply_to to;
    struct vt_shelf *shelf; /* a reference */
    bool staff;
    struct vt_str sku; /* catalogue.product, .care; absent: a search */
    struct {
        bool wanted;
        bool has_budget;
        struct vt_budget budget;
        int64_t price; /* in hundredths */
        size_t cheaper_n;
    } care;
    struct vt_shelf_query query;
    struct vt_arena arena; /* texts of all of these */
    struct vt_shelf_hits hits;
    struct vt_store_stock *stock;
    size_t stock_n;
};

static const struct vt_site *site_of(const struct vt_request *rq)
{
    return vt_sites_by_id(rq->app->deps.sites, vt_str(rq->peer->site));
}

static void asking_destroy(struct asking *asking)
{
    vt_shelf_unref(asking->shelf);
    vt_arena_finish(&asking->arena);
    free(asking);
}

static struct asking *asking_create(const struct vt_request *rq, const struct vt_site *site)
{
    struct asking *asking = calloc(1, sizeof(*asking));
    if (!asking)
        return NULL;
    vt_arena_init(&asking->arena, ARENA_BYTES);
    asking->shelf = vt_shelf_ref(site->shelf);
    asking->staff = vt_peer_is_staff(rq->peer);
    return asking;
}

/* Without its sku it would be a search: rather none at all. */
static struct asking *asking_about(const struct vt_request *rq, const struct vt_site *site, struct vt_str sku)
{
    struct asking *asking = asking_create(rq, site);
    if (!asking)
        return NULL;
    asking->sku = vt_arena_str(&asking->arena, sku);
    if (asking->sku.ptr)
        return asking;
    asking_destroy(asking);
    return NULL;
}

/* --- on the store's thread ------------------------------------------------------------------- */

static int look_stock(struct vt_manage *manage, struct asking *asking)
{
    struct vt_str *skus = vt_arena_array(&asking->arena, (size_t)VT_SHELF_HITS * VARIANTS, sizeof(*skus));
    size_t n = 0;
    int err = skus ? VT_OK : VT_ERR_NOMEM;
    for (size_t i = 0; i < asking->hits.n && !err; i++)
        err = vt_shelf_skus(asking->shelf, asking->hits.numbers[i], &asking->arena, skus, &n);
    return err ? err
               : vt_manage_stock_of(manage, vt_str(asking->to.site), skus, n, &asking->arena, &asking->stock,
                                    &asking->stock_n);
}

static int look_alike(struct asking *asking)
{
    struct vt_shelf_alike alike;
    int64_t budget = asking->care.has_budget ? asking->care.budget.amount / (VT_MONEY_UNIT / 100) : -1;
    int err = vt_shelf_alike(asking->shelf, asking->sku, budget, &asking->arena, &alike);
    asking->hits = alike.hits;
    asking->care.price = alike.price;
    asking->care.cheaper_n = alike.cheaper_n;
    return err;
}

static int look(struct vt_manage *manage, void *arg)
{
    struct asking *asking = arg;
    int err = vt_shelf_look_stock(asking->shelf, manage, vt_str(asking->to.site));
    if (err)
        return err;
    if (asking->care.wanted) {
        err = look_alike(asking);
    } else if (asking->sku.ptr) {
        asking->hits.n = 1;
        asking->hits.skus[0] = asking->sku;
        asking->hits.numbers[0] = vt_shelf_number(asking->shelf, asking->sku);
    } else {
        err = vt_shelf_search(asking->shelf, &asking->query, &asking->arena, &asking->hits);
    }
    return err || !vt_shelf_has_stock(asking->shelf) ? err : look_stock(manage, asking);
}

/* --- catalogue.search ------------------------------------------------------------------------ */

static void put_price(struct vt_buf *d, const char *name, int64_t hundredths)
{
    if (hundredths >= 0)
        vt_buf_printf(d, ",\"%s\":\"%lld.%02d\"", name, (long long)(hundredths / 100),
                      (int)(hundredths % 100));
}

static void put_counts(struct vt_buf *d, const struct vt_shelf_hits *hits)
{
    vt_buf_text(d, ",\"counts\":[");
    for (size_t i = 0; i < hits->counted_n; i++) {
        vt_buf_printf(d, "%s{\"facet\":\"%s\",\"value\":", i ? "," : "",
                      vt_facet_name(hits->counted[i].facet));
        vt_buf_json_string(d, hits->counted[i].value);
        vt_buf_printf(d, ",\"n\":%u}", hits->counted[i].n);
    }
    vt_buf_byte(d, ']');
    put_price(d, "least", hits->least);
    put_price(d, "most", hits->most);
    vt_buf_printf(d, ",\"stocked\":%u", hits->stocked);
}

/* As many products as fit; one that is too large by itself, or gone with a newer import, is passed over. */
static size_t put_hits(struct vt_buf *d, const struct vt_site *site, const struct asking *asking)
{
    size_t i, sent = 0;
    vt_buf_text(d, ",\"hits\":[");
    for (i = 0; i < asking->hits.n; i++) {
        size_t before = d->len;
        vt_buf_text(d, sent ? "," : "");
        int err = vt_catalogue_tell(site->catalogue, asking->hits.skus[i], asking->stock, asking->stock_n,
                                    asking->staff, d);
        if (err || d->len > REPLY_BYTES) {
            d->len = before;
            if (!err && sent > 0)
                break;
            continue;
        }
        sent++;
    }
    vt_buf_byte(d, ']');
    return i;
}

static void handle_searched(void *arg, int err)
{
    struct asking *asking = arg;
    const struct vt_shelf_hits *hits = &asking->hits;
    const struct vt_site *site = vt_sites_by_id(asking->to.app->deps.sites, vt_str(asking->to.site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(REPLY_BYTES + 2 * VT_IMPORT_BODY);
    if (!err && site) {
        vt_buf_printf(&d, "{\"total\":%zu", hits->total);
        if (hits->read_as.ptr) {
            vt_buf_text(&d, ",\"readAs\":");
            vt_buf_json_string(&d, hits->read_as);
        }
        if (asking->query.counts)
            put_counts(&d, hits);
        size_t passed = put_hits(&d, site, asking);
        if (passed > 0 && asking->query.from + passed < hits->total)
            vt_buf_printf(&d, ",\"next\":%zu", asking->query.from + passed);
        vt_buf_byte(&d, '}');
    }
    if (err || !site || d.failed)
        vt_reply_error(&asking->to, VT_ERR_STORE_UNAVAILABLE, NULL);
    else
        vt_reply_raw(&asking->to, vt_buf_view(&d));
    asking_destroy(asking);
}

/* Without a shelf there is nothing to find. */
static int reply_nothing(const struct vt_request *rq)
{
    struct vt_reply_to to = vt_reply_later(rq);
    vt_reply_raw(&to, VT_STR("{\"total\":0,\"hits\":[]}"));
    return VT_OK;
}

static int read_price(struct vt_request *rq, struct vt_str text, const char *field, int64_t *ret_price)
{
    *ret_price = text.ptr ? vt_feed_hundredths(text) : -1;
    return text.ptr && *ret_price < 0
               ? vt_request_fail(rq, VT_ERR_FIELD_BAD, field, "a price such as 1290.00")
               : VT_OK;
}

static int read_query(struct vt_request *rq, struct vt_arena *arena, struct vt_shelf_query *query)
{
    const struct vt_msg_catalogue_search *msg = rq->env->msg;
    query->text = vt_arena_str(arena, msg->text);
    if (msg->text.ptr && !query->text.ptr)
        return VT_ERR_OVERLOADED;
    query->from = msg->has_from ? msg->from : 0;
    query->n = msg->n;
    query->in_stock = msg->has_stocked && msg->stocked;
    query->counts = msg->has_counts && msg->counts;
    for (size_t i = 0; i < msg->filter_n && i < VT_SHELF_WANTS; i++) {
        struct vt_str value = vt_arena_str(arena, msg->filter[i].value);
        if (!value.ptr)
            return VT_ERR_OVERLOADED;
        query->wants[query->wants_n++] = (struct vt_shelf_want){ msg->filter[i].facet, value };
    }
    int err = read_price(rq, msg->least, "/d/least", &query->least);
    return err ? err : read_price(rq, msg->most, "/d/most", &query->most);
}

int vt_on_catalogue_search(struct vt_request *rq)
{
    const struct vt_site *site = site_of(rq);
    if (!site || !site->shelf)
        return reply_nothing(rq);
    struct asking *asking = asking_create(rq, site);
    if (!asking)
        return VT_ERR_OVERLOADED;
    int err = read_query(rq, &asking->arena, &asking->query);
    if (!err) {
        asking->to = vt_reply_later(rq);
        if (vt_store_look(rq->app->deps.store, look, handle_searched, asking) == VT_OK)
            return VT_OK;
        handle_searched(asking, VT_ERR_FULL);
        return VT_OK;
    }
    asking_destroy(asking);
    return err;
}

/* --- catalogue.product ----------------------------------------------------------------------- */

static void handle_product(void *arg, int err)
{
    struct asking *asking = arg;
    const struct vt_site *site = vt_sites_by_id(asking->to.app->deps.sites, vt_str(asking->to.site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(3 * VT_IMPORT_BODY);
    if (!err)
        err = site ? vt_catalogue_tell(site->catalogue, asking->sku, asking->stock, asking->stock_n,
                                       asking->staff, &d)
                   : VT_ERR_MISSING;
    if (err)
        vt_reply_error(&asking->to, err == VT_ERR_MISSING ? VT_ERR_NOT_FOUND : VT_ERR_STORE_UNAVAILABLE,
                       NULL);
    else
        vt_reply_raw(&asking->to, vt_buf_view(&d));
    asking_destroy(asking);
}

int vt_on_catalogue_product(struct vt_request *rq)
{
    const struct vt_msg_catalogue_product *msg = rq->env->msg;
    const struct vt_site *site = site_of(rq);
    if (!site || !vt_catalogue_get(site->catalogue, msg->sku).ptr)
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/sku", "no product of this sku in the catalogue");
    struct asking *asking = site->shelf ? asking_about(rq, site, msg->sku) : NULL;
    if (!asking)
        return VT_ERR_OVERLOADED;
    asking->to = vt_reply_later(rq);
    if (vt_store_look(rq->app->deps.store, look, handle_product, asking) != VT_OK)
        handle_product(asking, VT_ERR_FULL);
    return VT_OK;
}

/* --- catalogue.care -------------------------------------------------------------------------- */

static bool has_currency(struct vt_catalogue *catalogue, struct vt_str sku, char ret_currency[4])
{
    VT_CLEANUP(vt_json_unref)
    json_t *tree = NULL;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(200);
    struct vt_str body = vt_catalogue_get(catalogue, sku);
    tree = body.ptr ? vt_json_parse(body, 2 * VT_IMPORT_BODY, &why) : NULL;
    const char *currency = json_string_value(json_object_get(tree, "currency"));
    vt_str_copy(ret_currency, 4, vt_str(currency));
    return currency != NULL;
}

/* The first of hits from..to in the same currency, but the one told before; its index, or `to`. */
static size_t put_alike(struct vt_buf *d, const char *name, const struct vt_site *site,
                        const struct asking *asking, const char *currency, size_t from, size_t to,
                        size_t told)
{
    char its[4];
    for (size_t i = from; i < to; i++) {
        size_t before = d->len;
        bool is_told = told < from && asking->hits.numbers[i] == asking->hits.numbers[told];
        if (is_told || !has_currency(site->catalogue, asking->hits.skus[i], its) ||
            strcmp(its, currency) != 0)
            continue;
        vt_buf_printf(d, ",\"%s\":", name);
        int err = vt_catalogue_tell(site->catalogue, asking->hits.skus[i], asking->stock, asking->stock_n,
                                    true, d);
        if (!err && d->len < REPLY_BYTES)
            return i;
        d->len = before;
    }
    return to;
}

static void put_budget(struct vt_buf *d, const struct asking *asking, const char *currency)
{
    const struct vt_budget *budget = &asking->care.budget;
    char text[VT_MONEY_TEXT];
    if (!asking->care.has_budget)
        return;
    vt_buf_printf(d, ",\"budget\":{\"amount\":\"%.*s\",\"currency\":\"%s\"}",
                  VT_STR_ARG(vt_money_text(budget->amount, text)), budget->currency);
    int64_t left = budget->amount - asking->care.price * (VT_MONEY_UNIT / 100);
    if (strcmp(budget->currency, currency) == 0)
        vt_buf_printf(d, ",\"%s\":\"%.*s\"", left < 0 ? "over" : "left",
                      VT_STR_ARG(vt_money_text(left < 0 ? -left : left, text)));
}

static void handle_cared(void *arg, int err)
{
    struct asking *asking = arg;
    const struct vt_site *site = vt_sites_by_id(asking->to.app->deps.sites, vt_str(asking->to.site));
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf d = VT_BUF_INIT(REPLY_BYTES + 2 * VT_IMPORT_BODY);
    char currency[4];
    if (!err)
        err = site && has_currency(site->catalogue, asking->sku, currency) ? VT_OK : VT_ERR_MISSING;
    if (!err) {
        size_t n = asking->care.cheaper_n;
        vt_buf_printf(&d, "{\"price\":\"%lld.%02d\",\"currency\":\"%s\"",
                      (long long)(asking->care.price / 100), (int)(asking->care.price % 100), currency);
        put_budget(&d, asking, currency);
        size_t told = put_alike(&d, "cheaper", site, asking, currency, 0, n, n);
        put_alike(&d, "comparable", site, asking, currency, n, asking->hits.n, told);
        vt_buf_byte(&d, '}');
    }
    if (err || d.failed)
        vt_reply_error(&asking->to, err == VT_ERR_MISSING ? VT_ERR_NOT_FOUND : VT_ERR_STORE_UNAVAILABLE,
                       NULL);
    else
        vt_reply_raw(&asking->to, vt_buf_view(&d));
    asking_destroy(asking);
}

int vt_on_catalogue_care(struct vt_request *rq)
{
    const struct vt_msg_catalogue_care *msg = rq->env->msg;
    const struct vt_site *site = site_of(rq);
    char currency[4];
    if (!site || !site->shelf || !has_currency(site->catalogue, msg->sku, currency))
        return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/sku", "no product of this sku in the catalogue");
    struct asking *asking = asking_about(rq, site, msg->sku);
    if (!asking)
        return VT_ERR_OVERLOADED;
    asking->care.wanted = true;
    asking->care.has_budget = vt_budget_read(rq->member->conv, &asking->care.budget);
    asking->to = vt_reply_later(rq);
    if (vt_store_look(rq->app->deps.store, look, handle_cared, asking) != VT_OK)
        handle_cared(asking, VT_ERR_FULL);
    return VT_OK;
}

/* --- catalogue.shortlist --------------------------------------------------------------------- */

enum { SHORTLIST_MAX = 24 };

static bool is_among(const struct vt_str *skus, size_t n, struct vt_str sku)
{
    for (size_t i = 0; i < n; i++)
        if (vt_str_eq(skus[i], sku))
            return true;
    return false;
}

/* What stays and what comes, in the order of coming. More than SHORTLIST_MAX: as many as there would be. */
static size_t shorten(const struct vt_t_profile *profile, const struct vt_msg_catalogue_shortlist *msg,
                      struct vt_str *ret_skus)
{
    size_t n = 0;
    for (size_t i = 0; i < profile->shortlist_n; i++)
        if (!is_among(msg->drop, msg->drop_n, profile->shortlist[i]))
            ret_skus[n++] = profile->shortlist[i];
    for (size_t i = 0; i < msg->add_n; i++)
        if (!is_among(ret_skus, n, msg->add[i]))
            ret_skus[n++] = msg->add[i];
    return n;
}

int vt_on_catalogue_shortlist(struct vt_request *rq)
{
    const struct vt_msg_catalogue_shortlist *msg = rq->env->msg;
    struct vt_conversation *conv = rq->member->conv;
    struct vt_str skus[2 * SHORTLIST_MAX];
    struct vt_t_profile profile;
    struct vt_event_head numbers;
    const struct vt_site *site = site_of(rq);
    for (size_t i = 0; i < msg->add_n; i++)
        if (!site || !vt_catalogue_get(site->catalogue, msg->add[i]).ptr)
            return vt_request_fail(rq, VT_ERR_NOT_FOUND, "/d/add", "no product of this sku in the catalogue");
    vt_profile_read(conv, &rq->app->arena, &profile);
    size_t n = shorten(&profile, msg, skus);
    if (n > SHORTLIST_MAX)
        return vt_request_fail(rq, VT_ERR_CAP_REACHED, "/d/add",
                               "a shortlist holds 24 pieces; drop one first");
    profile.shortlist = skus;
    profile.shortlist_n = n;
    int err = vt_profile_write(conv, &profile);
    if (err)
        return err;
    vt_fanout_control(conv,
                      &(struct vt_event){ .op = VT_OP_CATALOGUE_SHORTLIST,
                                          .by = vt_member_who(rq->member),
                                          .d = msg,
                                          .except = rq->member },
                      &numbers);
    return vt_reply_now(rq, &numbers, NULL);
}
