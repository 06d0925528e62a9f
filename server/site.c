/* SPDX-License-Identifier: Apache-2.0 */
#include "server/site.h"

#include <stdlib.h>

#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/origin.h"
#include "server/store/manage.h"

/* Looked at this often, so a change of `vitrine admin` is served within two seconds. */
enum { LOOK_MS = 1000, ORIGINS_MOST = 64, LISTENERS_MOST = 8 };

struct vt_sites {
    struct vt_loop *loop;       /* borrowed */
    struct vt_store *store;     /* borrowed */
    const char *data_dir;       /* borrowed */
    const struct vt_seal *seal; /* borrowed, or NULL */
    char **own;                 /* owned, NULL-terminated */
    struct vt_list list;        /* list of vt_site.link: what is served */
    uint64_t version;           /* of `list`; 0: nothing read yet */
    int64_t asked_ms, as_of_ms; /* wall clock: of the last look, and of the last that came to its end */
    struct vt_timer timer;
    vt_call_fn *ready; /* NULL once called */
    void *ready_arg;
    struct {
        vt_call_fn *fn;
        void *arg;
    } listeners[LISTENERS_MOST];
    size_t listeners_n;
    bool closed;
    /* One reading at a time: version, sites, then each site's products; then it takes the place of
     * `list` at once, so nobody sees half of it. */
    struct {
        bool busy;
        uint64_t version;
        struct vt_list list;  /* list of vt_site.link */
        struct vt_list *next; /* the site whose products are being read */
        bool loading;         /* they are, on another thread */
        bool missed;          /* a picture came meanwhile */
        int load_err;
        struct vt_buf why;
    } reading;
};

/* --- one site ------------------------------------------------------------------------------ */

static void free_origins(char **origins)
{
    for (size_t i = 0; origins && origins[i]; i++)
        free(origins[i]);
    free(origins);
}

static void site_destroy(struct vt_site *site)
{
    if (!site)
        return;
    free_origins(site->origins);
    free(site->id);
    free(site->key);
    free(site->name);
    vt_settings_destroy(site->settings);
    vt_catalogue_unref(site->catalogue);
    vt_shelf_unref(site->shelf);
    vt_secret_wipe(&site->secret, sizeof(site->secret));
    vt_list_remove(&site->link);
    free(site);
}

static char **split_origins(struct vt_str text)
{
    char **origins = calloc(ORIGINS_MOST + 1, sizeof(*origins));
    size_t n = 0;
    while (origins && text.len > 0 && n < ORIGINS_MOST) {
        const char *space = memchr(text.ptr, ' ', text.len);
        size_t len = space ? (size_t)(space - text.ptr) : text.len;
        if (len > 0 && !(origins[n++] = vt_str_dup((struct vt_str){ text.ptr, len })))
            break; /* fewer origins are refused more: the next reading tries again */
        len += space != NULL;
        text.ptr += len;
        text.len -= len;
    }
    return origins;
}

/* What `vitrine admin` would refuse can be there after a step back to an older build: the shop goes on with
 * what holds without settings, and the log says where to look. */
static struct vt_settings *read_settings(const struct vt_store_site *from)
{
    struct vt_settings_error error;
    struct vt_settings *settings = vt_settings_parse(from->settings, &error);
    if (settings)
        return settings;
    vt_log(VT_LOG_ERROR, "site.settings", VT_LOG_S("site", from->key), VT_LOG_T("field", error.field),
           VT_LOG_T("error", error.msg));
    return vt_settings_parse(VT_STR("{}"), &error);
}

static struct vt_site *site_create(const struct vt_store_site *from)
{
    struct vt_site *site = calloc(1, sizeof(*site));
    if (!site)
        return NULL;
    vt_list_init(&site->link);
    site->id = vt_str_dup(from->site);
    site->key = vt_str_dup(from->key);
    site->name = vt_str_dup(from->name);
    site->settings = read_settings(from);
    site->origins = split_origins(from->origins);
    site->catalogue = vt_catalogue_create();
    site->generation = from->catalogue;
    if (site->id && site->key && site->name && site->settings && site->origins && site->catalogue)
        return site;
    site_destroy(site);
    return NULL;
}

static void destroy_all(struct vt_list *list)
{
    VT_LIST_EACH (site, list, struct vt_site, link)
        site_destroy(site);
}

/* --- reading ------------------------------------------------------------------------------- */

static void take_over(struct vt_sites *sites)
{
    destroy_all(&sites->list);
    VT_LIST_EACH (site, &sites->reading.list, struct vt_site, link) {
        vt_list_remove(&site->link);
        vt_list_append(&sites->list, &site->link);
    }
    sites->version = sites->reading.version;
    sites->as_of_ms = sites->asked_ms;
    if (sites->ready) {
        vt_call_fn *ready = sites->ready;
        sites->ready = NULL;
        ready(sites->ready_arg);
    }
    for (size_t i = 0; i < sites->listeners_n; i++)
        sites->listeners[i].fn(sites->listeners[i].arg);
}

/* The end of a reading, good or not; what failed is tried again at the timer. */
static void finish_reading(struct vt_sites *sites, int err)
{
    sites->reading.busy = false;
    if (sites->closed)
        return;
    if (err) {
        destroy_all(&sites->reading.list);
        vt_log(VT_LOG_WARN, "sites.read", VT_LOG_T("error", vt_err_name(err)));
        return;
    }
    take_over(sites);
}

static void read_next(struct vt_sites *sites);

static struct vt_site *reading_site(struct vt_sites *sites)
{
    return VT_CONTAINER_OF(sites->reading.next, struct vt_site, link);
}

/* What is served goes on being served when the new one cannot be read. */
static void keep_former(struct vt_sites *sites, struct vt_site *site)
{
    const struct vt_site *former = vt_sites_by_id(sites, vt_str(site->id));
    if (!former)
        return;
    vt_catalogue_unref(site->catalogue);
    vt_shelf_unref(site->shelf);
    site->catalogue = vt_catalogue_ref(former->catalogue);
    site->shelf = former->shelf ? vt_shelf_ref(former->shelf) : NULL;
    site->generation = former->generation;
}

static int look_pictures(struct vt_manage *manage, void *arg);

/* Pictures that were stored since: once more, now that the products are there. */
static void handle_pictures_again(void *arg, int err)
{
    struct vt_sites *sites = arg;
    if (!err && !sites->closed) {
        sites->reading.next = sites->reading.next->next;
        read_next(sites);
    } else {
        finish_reading(sites, err);
    }
}

static void handle_loaded(void *arg)
{
    struct vt_sites *sites = arg;
    struct vt_site *site = reading_site(sites);
    if (sites->reading.load_err && !sites->closed) {
        vt_log(VT_LOG_ERROR, "sites.catalogue", VT_LOG_T("site", site->key),
               VT_LOG_T("detail", vt_buf_cstr(&sites->reading.why)));
        keep_former(sites, site);
    }
    bool missed = sites->reading.missed && !sites->reading.load_err;
    int err = missed && !sites->closed
                  ? vt_store_look(sites->store, look_pictures, handle_pictures_again, sites)
                  : VT_OK;
    if (!missed || err || sites->closed)
        handle_pictures_again(sites, err);
}

static int add_product(void *arg, struct vt_str sku, struct vt_str body, bool has_spin)
{
    struct vt_site *site = arg;
    (void)has_spin;
    int err = vt_catalogue_add(site->catalogue, sku, body);
    return err == VT_ERR_NOMEM ? err : VT_OK; /* one bad product is no reason to serve an old catalogue */
}

static int add_sku(void *arg, size_t product, struct vt_str sku)
{
    const struct vt_site *site = arg;
    return vt_catalogue_name(site->catalogue, product, sku);
}

/* In the pool. Nobody else knows the site yet. */
static void work_load(void *arg)
{
    struct vt_sites *sites = arg;
    struct vt_site *site = reading_site(sites);
    vt_buf_reset(&sites->reading.why);
    site->shelf = vt_shelf_open(sites->data_dir, vt_str(site->id), site->generation, &sites->reading.why);
    int err = site->shelf ? vt_shelf_products(site->shelf, add_product, add_sku, site) : VT_ERR_IO;
    if (!err)
        err = vt_shelf_load_stock(site->shelf, sites->data_dir, vt_store_address(sites->store),
                                  vt_str(site->id));
    sites->reading.load_err = err;
}

static int add_picture(void *arg, struct vt_str url, struct vt_str id)
{
    const struct vt_site *site = arg;
    return vt_catalogue_picture(site->catalogue, url, id);
}

/* On the store's thread, since a large site has many. */
static int look_pictures(struct vt_manage *manage, void *arg)
{
    struct vt_site *site = reading_site(arg);
    return vt_manage_pictures_there(manage, vt_str(site->id), add_picture, site);
}

/* Before the products, which show those that are there. */
static void handle_pictures(void *arg, int err)
{
    struct vt_sites *sites = arg;
    if (!err && !sites->closed)
        err = vt_loop_work(sites->loop, work_load, handle_loaded, sites);
    if (err || sites->closed)
        finish_reading(sites, err);
}

/* A catalogue that has not changed goes over to the new list as it is. */
static void read_next(struct vt_sites *sites)
{
    sites->reading.missed = sites->reading.loading = false;
    for (; sites->reading.next != &sites->reading.list; sites->reading.next = sites->reading.next->next) {
        struct vt_site *site = reading_site(sites);
        const struct vt_site *former = vt_sites_by_id(sites, vt_str(site->id));
        if (site->generation == 0)
            continue;
        if (former && former->generation == site->generation) {
            keep_former(sites, site);
            continue;
        }
        sites->reading.loading = true;
        int err = vt_store_look(sites->store, look_pictures, handle_pictures, sites);
        if (err)
            finish_reading(sites, err);
        return;
    }
    finish_reading(sites, VT_OK);
}

static void handle_sites(void *arg, int err, const struct vt_store_site *from, size_t n);

static void handle_secret(void *arg, int err)
{
    struct vt_sites *sites = arg;
    if (!err && !sites->closed)
        err = vt_store_sites(sites->store, handle_sites, sites);
    if (err || sites->closed)
        finish_reading(sites, err);
}

/* The first site without a secret gets one, then the sites are read again: that happens once in a site's
 * life and once a rotation. */
static bool make_secret(struct vt_sites *sites, const struct vt_store_site *from, size_t n)
{
    char sealed[VT_SEAL_TEXT];
    size_t i = 0;
    while (i < n && from[i].secret.ptr)
        i++;
    if (!sites->seal || i == n || sites->closed)
        return false;
    int err = vt_site_secret_make(sites->seal, from[i].site, sealed);
    if (!err)
        err = vt_store_site_secret_put(sites->store, from[i].site, vt_str(sealed), handle_secret, sites);
    if (err)
        finish_reading(sites, err);
    return true;
}

static void open_secret(struct vt_sites *sites, const struct vt_store_site *from, struct vt_site *site)
{
    if (sites->seal && vt_site_secret_open(sites->seal, from->site, from->secret, from->secret_before,
                                           &site->secret) != VT_OK)
        vt_log(VT_LOG_ERROR, "sites.secret", VT_LOG_T("site", site->key),
               VT_LOG_T("detail",
                        "a secret of the site was sealed under another key file; bring that file back, "
                        "or run vitrine admin site rotate-secret"));
}

static void handle_sites(void *arg, int err, const struct vt_store_site *from, size_t n)
{
    struct vt_sites *sites = arg;
    if (!err && make_secret(sites, from, n))
        return;
    for (size_t i = 0; i < n && !err; i++) {
        struct vt_site *site = site_create(&from[i]);
        if (site) {
            open_secret(sites, &from[i], site);
            vt_list_append(&sites->reading.list, &site->link);
        } else {
            err = VT_ERR_NOMEM;
        }
    }
    if (err || sites->closed) {
        finish_reading(sites, err);
        return;
    }
    sites->reading.next = sites->reading.list.next;
    read_next(sites);
}

static void handle_version(void *arg, int err, uint64_t version)
{
    struct vt_sites *sites = arg;
    sites->reading.busy = false;
    if (err)
        vt_log(VT_LOG_WARN, "sites.version", VT_LOG_T("error", vt_err_name(err)));
    if (!err && version == sites->version)
        sites->as_of_ms = sites->asked_ms;
    if (err || sites->closed || version == sites->version)
        return;
    sites->reading.version = version;
    sites->reading.busy = true;
    err = vt_store_sites(sites->store, handle_sites, sites);
    if (err)
        finish_reading(sites, err);
}

static void look(void *arg)
{
    struct vt_sites *sites = arg;
    if (sites->reading.busy)
        return;
    sites->asked_ms = vt_wall_ms();
    /* A full queue is no news here: the timer comes again. */
    sites->reading.busy = vt_store_accounts_version(sites->store, handle_version, sites) == VT_OK;
}

/* --- life ---------------------------------------------------------------------------------- */

struct vt_sites *vt_sites_create(struct vt_loop *loop, struct vt_store *store, const struct vt_seal *seal,
                                 const char *data_dir, const char *own_origin, vt_call_fn *ready, void *arg)
{
    struct vt_sites *sites = calloc(1, sizeof(*sites));
    char **own = split_origins(vt_str(own_origin));
    if (!sites || !own) {
        free(sites);
        free_origins(own);
        return NULL;
    }
    sites->loop = loop;
    sites->store = store;
    sites->data_dir = data_dir;
    vt_buf_init(&sites->reading.why, 8192);
    sites->seal = seal;
    sites->own = own;
    sites->ready = ready;
    sites->ready_arg = arg;
    vt_list_init(&sites->list);
    vt_list_init(&sites->reading.list);
    vt_timer_init(loop, &sites->timer, look, sites);
    vt_timer_start(&sites->timer, 0, LOOK_MS);
    return sites;
}

void vt_sites_close(struct vt_sites *sites)
{
    if (sites->closed)
        return;
    sites->closed = true;
    vt_timer_stop(&sites->timer);
    vt_timer_close(&sites->timer, NULL);
}

void vt_sites_destroy(struct vt_sites *sites)
{
    if (!sites)
        return;
    destroy_all(&sites->list);
    destroy_all(&sites->reading.list);
    free_origins(sites->own);
    vt_buf_finish(&sites->reading.why);
    free(sites);
}

int vt_sites_own_put(struct vt_sites *sites, const char *own_origin)
{
    char **own = split_origins(vt_str(own_origin));
    if (!own)
        return VT_ERR_NOMEM;
    free_origins(sites->own);
    sites->own = own;
    return VT_OK;
}

int vt_sites_on_change(struct vt_sites *sites, vt_call_fn *fn, void *arg)
{
    if (sites->listeners_n == LISTENERS_MOST)
        return VT_ERR_FULL;
    sites->listeners[sites->listeners_n].fn = fn;
    sites->listeners[sites->listeners_n++].arg = arg;
    return VT_OK;
}

int64_t vt_sites_as_of(const struct vt_sites *sites)
{
    return sites->as_of_ms;
}

/* Also in what is being read: its pictures may have been read before this one was stored. */
void vt_sites_picture_put(struct vt_sites *sites, struct vt_str site_id, struct vt_str url, struct vt_str id)
{
    struct vt_list *const lists[] = { &sites->list, &sites->reading.list };
    for (size_t i = 0; i < VT_COUNT(lists); i++)
        VT_LIST_EACH (site, lists[i], struct vt_site, link) {
            if (!vt_str_eq(vt_str(site->id), site_id))
                continue;
            if (sites->reading.loading && &site->link == sites->reading.next)
                sites->reading.missed = true; /* another thread has it */
            else if (vt_catalogue_picture(site->catalogue, url, id) != VT_OK)
                vt_log(VT_LOG_WARN, "sites.picture", VT_LOG_T("site", site->key), VT_LOG_T("error", "nomem"));
        }
}

/* --- asking -------------------------------------------------------------------------------- */

bool vt_sites_is_empty(const struct vt_sites *sites)
{
    return vt_list_is_empty(&sites->list);
}

const struct vt_site *vt_sites_by_key(const struct vt_sites *sites, struct vt_str key)
{
    VT_LIST_EACH (site, (struct vt_list *)&sites->list, struct vt_site, link)
        if (vt_str_eq(vt_str(site->key), key))
            return site;
    return NULL;
}

const struct vt_site *vt_sites_by_id(const struct vt_sites *sites, struct vt_str id)
{
    VT_LIST_EACH (site, (struct vt_list *)&sites->list, struct vt_site, link)
        if (vt_str_eq(vt_str(site->id), id))
            return site;
    return NULL;
}

const struct vt_site *vt_sites_next(const struct vt_sites *sites, const struct vt_site *before)
{
    if (!sites)
        return NULL;
    const struct vt_list *next = before ? before->link.next : sites->list.next;
    return next == &sites->list ? NULL : VT_CONTAINER_OF(next, struct vt_site, link);
}

static bool is_listed(char **origins, struct vt_str origin)
{
    for (size_t i = 0; origins[i]; i++)
        if (vt_origin_same(vt_str(origins[i]), origin))
            return true;
    return false;
}

bool vt_site_origin_allowed(const struct vt_site *site, struct vt_str origin)
{
    return is_listed(site->origins, origin);
}

const char *vt_sites_own_first(const struct vt_sites *sites)
{
    return sites->own[0] ? sites->own[0] : "";
}

bool vt_sites_origin_own(const struct vt_sites *sites, struct vt_str origin)
{
    return is_listed(sites->own, origin);
}

bool vt_sites_origin_known(const struct vt_sites *sites, struct vt_str origin)
{
    if (vt_sites_origin_own(sites, origin))
        return true;
    VT_LIST_EACH (site, (struct vt_list *)&sites->list, struct vt_site, link)
        if (vt_site_origin_allowed(site, origin))
            return true;
    return false;
}
