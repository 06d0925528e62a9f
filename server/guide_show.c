/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces the automatic helper shows: what fits the answers and lies in stock, best sellers first, by the
 * orders of the last months, else by the site's own list, else in the catalogue's order. */
#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/catalogue/import.h"
#include "server/guide_work.h"
#include "server/store/sales.h"

enum { BEST_MOST = 200, PAGES = 5, VARIANTS = 64 };
static const int64_t best_since_ms = INT64_C(90) * 86400000;

/* --- on the store's thread ----------------------------------------------------------------------- */

/* Where a product stands among the best; BEST_MOST: not there. */
static size_t rank(const struct vt_guide_work *work, uint32_t number, const uint32_t *best)
{
    size_t i = 0;
    while (i < work->best_n && best[i] != number)
        i++;
    return i < work->best_n ? i : BEST_MOST;
}

struct pick {
    size_t rank;
    uint32_t number;
    struct vt_str sku;
};

/* The first of equals stays first. */
static void take(struct pick *picks, size_t *n, struct pick one)
{
    size_t at = *n;
    while (at > 0 && picks[at - 1].rank > one.rank)
        at--;
    if (at >= VT_GUIDE_PIECES)
        return;
    if (*n < VT_GUIDE_PIECES)
        (*n)++;
    for (size_t i = *n - 1; i > at; i--)
        picks[i] = picks[i - 1];
    picks[at] = one;
}

static int find_pieces(struct vt_guide_work *work, const uint32_t *best, struct pick *picks, size_t *ret_n)
{
    int err = VT_OK;
    for (size_t page = 0; page < PAGES && !err; page++) {
        struct vt_shelf_hits hits;
        work->query.from = page * VT_SHELF_HITS;
        err = vt_shelf_search(work->shelf, &work->query, &work->arena, &hits);
        if (!err && hits.read_as.ptr && page == 0 && work->query.wants_n == 0)
            break; /* words nobody wrote here so are no answer */
        for (size_t i = 0; i < hits.n && !err; i++)
            take(picks, ret_n,
                 (struct pick){ rank(work, hits.numbers[i], best), hits.numbers[i], hits.skus[i] });
        if (hits.n < VT_SHELF_HITS)
            break;
    }
    return err;
}

static int look_stock(struct vt_manage *manage, struct vt_guide_work *work, const struct pick *picks,
                      size_t n)
{
    struct vt_str *skus = vt_arena_array(&work->arena, (size_t)VT_GUIDE_PIECES * VARIANTS, sizeof(*skus));
    size_t skus_n = 0;
    int err = skus ? VT_OK : VT_ERR_NOMEM;
    for (size_t i = 0; i < n && !err; i++)
        err = vt_shelf_skus(work->shelf, picks[i].number, &work->arena, skus, &skus_n);
    return err ? err
               : vt_manage_stock_of(manage, vt_str(work->site), skus, skus_n, &work->arena, &work->stock,
                                    &work->stock_n);
}

static int look(struct vt_manage *manage, void *arg)
{
    struct vt_guide_work *work = arg;
    struct vt_str *sold;
    size_t sold_n, listed_n = work->best_n;
    struct pick picks[VT_GUIDE_PIECES];
    uint32_t numbers[2 * BEST_MOST] = { 0 };
    int err = vt_shelf_look_stock(work->shelf, manage, vt_str(work->site));
    if (!err)
        err = vt_sale_best(manage, vt_str(work->site), vt_wall_ms() - best_since_ms, BEST_MOST, &work->arena,
                           &sold, &sold_n);
    if (err)
        return err;
    work->best_n = 0;
    for (size_t i = 0; i < sold_n && work->best_n < BEST_MOST; i++)
        numbers[work->best_n++] = vt_shelf_number(work->shelf, sold[i]);
    for (size_t i = 0; i < listed_n && work->best_n < BEST_MOST; i++)
        numbers[work->best_n++] = vt_shelf_number(work->shelf, work->best[i]);
    err = find_pieces(work, numbers, picks, &work->chosen_n);
    if (!err && vt_shelf_has_stock(work->shelf))
        err = look_stock(manage, work, picks, work->chosen_n);
    for (size_t i = 0; i < work->chosen_n; i++)
        work->chosen[i] = picks[i].sku;
    return err;
}

/* --- on the loop ----------------------------------------------------------------------------------- */

static bool is_available(const struct vt_t_product *product)
{
    for (size_t i = 0; i < product->variants_n; i++)
        if (product->variants[i].available)
            return true;
    return product->variants_n == 0;
}

bool vt_guide_card(struct vt_guide_work *work, struct vt_conversation *conv, const struct vt_site *site,
                   struct vt_str sku)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(3 * VT_IMPORT_BODY);
    struct vt_t_product product;
    struct vt_error error;
    if (conv->calm) /* the customer has paused pictures */
        return false;
    if (vt_catalogue_tell(site->catalogue, sku, work->stock, work->stock_n, false, &json) != VT_OK ||
        vt_decode_body(&work->arena, &vt_shape_product, vt_buf_view(&json), &product, &error) != VT_OK)
        return false;
    struct vt_t_product_ref card = { .sku = product.sku,
                                     .name = product.title,
                                     .price = product.price,
                                     .currency = product.currency,
                                     .url = product.url,
                                     .media = product.media_n > 0 ? product.media[0] : (struct vt_str){ 0 },
                                     .available = is_available(&product),
                                     .has_available = true };
    struct vt_evt_chat_send d = { .kind = VT_CHAT_KIND_PRODUCT, .body = { .product = &card } };
    if (!vt_guide_write(work, conv, &d))
        return false;
    struct vt_t_guide *state = &work->state;
    struct vt_str *shown = vt_arena_array(&work->arena, 9, sizeof(*shown));
    if (!shown || state->shown_n >= 9)
        return true;
    for (size_t i = 0; i < state->shown_n; i++)
        shown[i] = state->shown[i];
    shown[state->shown_n] = product.sku;
    state->shown = shown;
    state->shown_n++;
    return true;
}

static void handle_looked(void *arg, int err)
{
    struct vt_guide_work *work = arg;
    struct vt_conversation *conv = vt_guide_conv(work);
    const struct vt_site *site = conv ? vt_sites_by_id(work->app->deps.sites, vt_str(work->site)) : NULL;
    struct vt_guide_around around;
    work->shelf = vt_shelf_unref(work->shelf);
    if (!site) {
        vt_guide_leave(work);
        return;
    }
    vt_guide_around(work, conv, site, &around);
    bool any = !err && work->chosen_n > 0;
    struct vt_evt_chat_send over = { .kind = VT_CHAT_KIND_TEXT,
                                     .body = { .text = vt_guide_over_pieces(&around, &work->state, any,
                                                                            &work->arena) } };
    vt_guide_write(work, conv, &over);
    for (size_t i = 0; any && i < work->chosen_n; i++)
        vt_guide_card(work, conv, site, work->chosen[i]);
    vt_guide_end(work);
}

static void list_best(struct vt_guide_work *work, const struct vt_setting_helper *helper)
{
    const struct vt_setting_category *category = vt_guide_category(helper, work->state.category);
    const struct vt_texts *lists[] = { category ? &category->best : NULL, &helper->best };
    work->best = vt_arena_array(&work->arena, 48, sizeof(*work->best));
    for (size_t i = 0; work->best && i < VT_COUNT(lists); i++)
        for (size_t k = 0; lists[i] && k < lists[i]->n && work->best_n < 48; k++)
            work->best[work->best_n++] = vt_arena_str(&work->arena, lists[i]->at[k]);
}

void vt_guide_show(struct vt_guide_work *work, const struct vt_site *site)
{
    work->shelf = vt_shelf_ref(site->shelf);
    list_best(work, &site->settings->helper);
    vt_guide_query(&site->settings->helper, &work->state, &work->arena, &work->query);
    if (!work->shelf || vt_store_look(work->app->deps.store, look, handle_looked, work) != VT_OK)
        handle_looked(work, VT_ERR_MISSING);
}
