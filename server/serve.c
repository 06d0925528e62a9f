/* SPDX-License-Identifier: Apache-2.0 */
/* Start: config, log, loop, store, sites, sessions of the last run, then the sockets: nothing is
 * accepted before everything a peer can ask for is there. The loop is turned by hand until that
 * moment, so that a failure can end the process from outside every callback.
 *
 * Stop: /readyz says no, no accepts, peers are told and closed, HTTP ends; when the sockets are gone
 * or the time is up everything closes its handles, the loop runs dry, and only then, when nothing can
 * call it any more, the store commits what it holds and closes. A second signal has its default
 * action: it ends the process at once, whatever the loop is doing.
 *
 * Of several nodes (node/node.h) only the one that leads comes as far as its store; before that it passes on
 * what comes in. One that leads no more stops as well, and its process begins anew. */
#include "server/serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "server/app.h"
#include "server/audit.h"
#include "server/auth/seal.h"
#include "server/backup/lock.h"
#include "server/base/err.h"
#include "server/conn.h"
#include "server/feeds.h"
#include "server/fetcher.h"
#include "server/hooks.h"
#include "server/invitations.h"
#include "server/log.h"
#include "server/mail.h"
#include "server/media_index.h"
#include "server/media_service.h"
#include "server/merchant.h"
#include "server/mounts.h"
#include "server/node/node.h"
#include "server/outgoing/outgoing.h"
#include "server/quota.h"
#include "server/recap_mail.h"
#include "server/retention.h"
#include "server/serve_internal.h"
#include "server/site.h"
#include "server/store/store.h"
#include "server/upload.h"
#include "server/watches.h"

enum {
    EXIT_START = 1,
    EXIT_OPTIONS = 2,
    ERROR_BYTES = 4096,
    NODE_DRAIN_MS = 1000,
    RENDERS_BURST_SECONDS = 20
};

static const char starting[] = "starting\n", draining[] = "draining\n";

/* Secrets live in this memory: no core files, no attaching. The leak checker attaches to itself. */
static void close_memory(void)
{
#ifndef VT_SANITIZED
    const struct rlimit none = { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
#endif
}

static void start_log(const struct vt_config *config)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    enum vt_log_level level = VT_LOG_DEBUG;
    while (level < VT_LOG_ERROR && strcmp(config->log_level, names[level]) != 0)
        level++;
    vt_log_init(level, strcmp(config->log_format, "json") == 0);
}

static void mark(void *flag)
{
    *(bool *)flag = true;
}

/* --- start ------------------------------------------------------------------------------------ */

/* Turns the loop until the flag is set. False when a signal came first. */
bool vt_serve_turn_until(struct serve *serve, const bool *flag)
{
    while (!*flag && !serve->stop_asked && !serve->again)
        uv_run(vt_loop_uv(serve->loop), UV_RUN_ONCE);
    return *flag;
}

static int no_memory(struct serve *serve, const char *what)
{
    vt_buf_printf(&serve->error, "No memory for %s.", what);
    return VT_ERR_NOMEM;
}

/* What the sessions stand on: store, sites, personal media, tickets, bus, coord. */
static int open_state(struct serve *serve)
{
    char origin[VT_LISTEN_ORIGIN];
    serve->store = vt_serve_open_store(serve);
    if (!serve->store)
        return VT_ERR_IO;
    serve->audit = vt_audit_open(serve->loop, serve->config.data, &serve->error);
    if (!serve->audit)
        return VT_ERR_IO;
    serve->seal = vt_seal_open(serve->config.data, serve->config.key_file, &serve->error);
    if (!serve->seal)
        return VT_ERR_IO;
    vt_listen_origin(&serve->config, origin);
    serve->sites = vt_sites_create(serve->loop, serve->store, serve->seal, serve->config.data, origin, mark,
                                   &serve->sites_ready);
    serve->index = vt_media_index_create(serve->store, mark, &serve->index_ready);
    serve->tickets = vt_tickets_create();
    serve->bus = vt_bus_open_local(serve->loop);
    serve->coord = vt_coord_open_local(serve->loop);
    serve->uploads = vt_uploads_create();
    if (!serve->sites || !serve->index || !serve->tickets || !serve->bus || !serve->coord || !serve->uploads)
        return no_memory(serve, "the sites");
    bool is_read = vt_serve_turn_until(serve, &serve->sites_ready) &&
                   vt_serve_turn_until(serve, &serve->index_ready);
    return is_read ? VT_OK : VT_ERR_GONE;
}

static int open_outgoing(struct serve *serve)
{
    const struct vt_outgoing_config config = { .loop = serve->loop,
                                               .quotas = serve->quotas,
                                               .allow_private = serve->config.media_fetch_private,
                                               .ca_file = serve->config.outgoing_ca };
    serve->outgoing = vt_outgoing_create(&config);
    if (!serve->outgoing)
        return no_memory(serve, "outgoing requests");
    const struct vt_mailer_deps deps = { .loop = serve->loop,
                                         .config = &serve->config,
                                         .quotas = serve->quotas,
                                         .store = serve->store,
                                         .outgoing = serve->outgoing };
    serve->mailer = vt_mailer_create(&deps, &serve->error);
    if (!serve->mailer)
        return VT_ERR_IO;
    const struct vt_fetcher_deps fetcher = { .loop = serve->loop,
                                             .config = &serve->config,
                                             .quotas = serve->quotas,
                                             .store = serve->store,
                                             .sites = serve->sites,
                                             .outgoing = serve->outgoing,
                                             .media = serve->media };
    serve->fetcher = vt_fetcher_create(&fetcher);
    if (!serve->fetcher)
        return no_memory(serve, "the fetcher");
    const struct vt_feeds_deps feeds = {
        .loop = serve->loop, .config = &serve->config, .store = serve->store, .outgoing = serve->outgoing
    };
    serve->feeds = vt_feeds_create(&feeds);
    if (!serve->feeds)
        return no_memory(serve, "the feeds");
    const struct vt_hooks_deps hooks = { .loop = serve->loop,
                                         .config = &serve->config,
                                         .quotas = serve->quotas,
                                         .store = serve->store,
                                         .outgoing = serve->outgoing,
                                         .seal = serve->seal };
    serve->hooks = vt_hooks_create(&hooks);
    const struct vt_merchant_deps merchant = { .loop = serve->loop,
                                               .config = &serve->config,
                                               .store = serve->store,
                                               .sites = serve->sites,
                                               .outgoing = serve->outgoing,
                                               .seal = serve->seal };
    serve->merchant = vt_merchant_create(&merchant);
    return serve->hooks && serve->merchant ? VT_OK : no_memory(serve, "the webhooks");
}

static int open_app(struct serve *serve)
{
    const struct vt_app_deps deps = { .loop = serve->loop,
                                      .config = &serve->config,
                                      .quotas = serve->quotas,
                                      .store = serve->store,
                                      .sites = serve->sites,
                                      .index = serve->index,
                                      .tickets = serve->tickets,
                                      .bus = serve->bus,
                                      .coord = serve->coord,
                                      .mailer = serve->mailer,
                                      .audit = serve->audit,
                                      .uploads = serve->uploads,
                                      .media = serve->media,
                                      .merchant = serve->merchant,
                                      .outgoing = serve->outgoing };
    serve->app = vt_app_create(&deps, mark, &serve->app_ready);
    if (!serve->app)
        return no_memory(serve, "the sessions");
    vt_mailer_on_tried(serve->mailer, vt_recap_mail_tried, serve->app);
    vt_merchant_begin(serve->merchant, serve->app);
    serve->watches = vt_watches_create(serve->app);
    serve->invitations = vt_invitations_create(serve->app);
    if (!serve->watches || !serve->invitations)
        return no_memory(serve, "the watches");
    return vt_serve_turn_until(serve, &serve->app_ready) ? VT_OK : VT_ERR_GONE;
}

/* Nothing that was erased may be looked at again, so its files go before anybody is let in. */
static int open_retention(struct serve *serve)
{
    const struct vt_retention_deps deps = { .loop = serve->loop,
                                            .config = &serve->config,
                                            .store = serve->store,
                                            .sites = serve->sites,
                                            .media = serve->media,
                                            .index = serve->index,
                                            .audit = serve->audit,
                                            .app = serve->app };
    serve->retention = vt_retention_create(&deps, mark, &serve->erased_ready);
    if (!serve->retention)
        return no_memory(serve, "the retention");
    return vt_serve_turn_until(serve, &serve->erased_ready) ? VT_OK : VT_ERR_GONE;
}

static void end_person(void *arg, struct vt_str person)
{
    vt_app_end_person(arg, person);
}

static int open_net(struct serve *serve)
{
    struct vt_conn_handler handler;
    vt_app_handler(serve->app, &handler);
    serve->net = vt_net_open(serve->loop, &serve->config, &handler,
                             serve->node ? vt_node_listeners(serve->node) : NULL, &serve->error);
    vt_listen_release(&serve->hold);
    if (!serve->net)
        return VT_ERR_IO;
    if (vt_api_ops_mount(serve->net, &serve->ops) != VT_OK)
        return no_memory(serve, "the routes");
    const struct vt_mounts_deps deps = { .net = serve->net,
                                         .loop = serve->loop,
                                         .config = &serve->config,
                                         .store = serve->store,
                                         .sites = serve->sites,
                                         .tickets = serve->tickets,
                                         .media = serve->media,
                                         .index = serve->index,
                                         .mailer = serve->mailer,
                                         .feeds = serve->feeds,
                                         .invitations = serve->invitations,
                                         .hooks = serve->hooks,
                                         .merchant = serve->merchant,
                                         .app = serve->app,
                                         .audit = serve->audit,
                                         .seal = serve->seal,
                                         .end_person = end_person,
                                         .end_person_arg = serve->app };
    int err = VT_OK;
    serve->mounts = vt_mounts_open(&deps, &serve->error, &err);
    return err;
}

/* Before keys and stores are open, so that no picture worker ever held one. */
static int open_media(struct serve *serve)
{
    const struct vt_media_deps deps = {
        .loop = serve->loop, .config = &serve->config, .quotas = serve->quotas, .binary = "/proc/self/exe"
    };
    serve->media = vt_media_open(&deps, &serve->error);
    if (!serve->media)
        return no_memory(serve, "the pictures");
    return serve->error.len == 0 ? VT_OK : VT_ERR_IO;
}

static int start(struct serve *serve)
{
    serve->loop = vt_loop_create();
    if (!serve->loop)
        return no_memory(serve, "the loop");
    vt_serve_open_handles(serve);
    serve->quotas = vt_quotas_create(&(struct vt_quota_limits){
        .rate = { [VT_QUOTA_MESSAGES] = (uint32_t)serve->config.site_messages,
                  [VT_QUOTA_ROWS] = (uint32_t)serve->config.site_rows,
                  [VT_QUOTA_RENDERS] = (uint32_t)serve->config.site_renders,
                  [VT_QUOTA_REQUESTS] = (uint32_t)serve->config.site_requests },
        .burst = { [VT_QUOTA_RENDERS] = (uint32_t)serve->config.site_renders * RENDERS_BURST_SECONDS },
        .share = (uint32_t)serve->config.site_share });
    if (!serve->quotas)
        return no_memory(serve, "the quotas");
    int err = serve->config.redis[0] ? vt_serve_follow(serve) : VT_OK;
    if (err == VT_OK) {
        serve->lock = vt_data_lock(serve->config.data, false, &serve->error);
        err = serve->lock < 0 ? VT_ERR_IO : open_media(serve);
    }
    if (err == VT_OK && !serve->node)
        err = vt_listen_hold(&serve->config, &serve->hold, &serve->error);
    if (err == VT_OK)
        err = open_state(serve);
    if (err == VT_OK)
        err = open_outgoing(serve);
    if (err == VT_OK)
        err = open_app(serve);
    if (err == VT_OK)
        err = open_retention(serve);
    return err == VT_OK ? open_net(serve) : err;
}

/* --- stop ------------------------------------------------------------------------------------- */

/* The last peer is gone, so uv_stop's skipped hooks have nothing to send. */
void vt_serve_drained(void *arg)
{
    struct serve *serve = arg;
    serve->drained = true;
    uv_stop(vt_loop_uv(serve->loop));
}

void vt_serve_drain(struct serve *serve)
{
    serve->ops.not_ready = draining;
    sd_notify(0, "STOPPING=1");
    vt_node_shut(serve->node);
    vt_app_drain(serve->app);
    int64_t most_ms = serve->config.drain_time;
    if (serve->node && most_ms > NODE_DRAIN_MS) /* the next leader waits for it */
        most_ms = NODE_DRAIN_MS;
    vt_net_drain(serve->net, (uint64_t)most_ms, vt_serve_drained, serve);
}

/* Takes down whatever was opened, also after half a start. */
static void stop(struct serve *serve)
{
    vt_node_leave(serve->node);
    vt_node_unref(serve->node);
    if (serve->net)
        vt_net_stop(serve->net);
    vt_mounts_close(serve->mounts);
    vt_retention_close(serve->retention);
    vt_watches_close(serve->watches);
    vt_invitations_close(serve->invitations);
    vt_fetcher_close(serve->fetcher);
    vt_feeds_close(serve->feeds);
    vt_hooks_close(serve->hooks);
    vt_merchant_close(serve->merchant);
    vt_mailer_close(serve->mailer);
    vt_outgoing_close(serve->outgoing);
    vt_media_close(serve->media);
    if (serve->app)
        vt_app_stop(serve->app);
    if (serve->sites)
        vt_sites_close(serve->sites);
    vt_serve_close_handles(serve);
    if (serve->loop)
        vt_loop_run_dry(serve->loop);
    while (vt_store_pending(serve->store) + vt_audit_pending(serve->audit) >
           0) /* what was said in the last moment: committed, and its owner told */
        uv_run(vt_loop_uv(serve->loop), UV_RUN_ONCE);
    vt_store_close(serve->store);
    vt_audit_close(serve->audit);
    vt_node_release(serve->node);
    vt_node_close(serve->node);
    if (serve->loop) {
        vt_loop_close_own(serve->loop);
        vt_loop_run(serve->loop);
    }
    vt_node_destroy(serve->node);
    vt_net_destroy(serve->net);
    vt_mounts_destroy(serve->mounts);
    vt_retention_destroy(serve->retention);
    vt_fetcher_destroy(serve->fetcher);
    vt_feeds_destroy(serve->feeds);
    vt_hooks_destroy(serve->hooks);
    vt_merchant_destroy(serve->merchant);
    vt_mailer_destroy(serve->mailer);
    vt_outgoing_destroy(serve->outgoing);
    vt_media_destroy(serve->media);
    vt_watches_destroy(serve->watches);
    vt_invitations_destroy(serve->invitations);
    vt_app_destroy(serve->app);
    vt_sites_destroy(serve->sites);
    vt_media_index_destroy(serve->index);
    vt_seal_close(serve->seal);
    vt_tickets_destroy(serve->tickets);
    vt_bus_close(serve->bus);
    vt_coord_close(serve->coord);
    vt_uploads_destroy(serve->uploads);
    vt_quotas_destroy(serve->quotas);
    vt_loop_destroy(serve->loop);
    if (serve->lock >= 0)
        close(serve->lock);
    vt_listen_release(&serve->hold);
    vt_buf_finish(&serve->error);
}

/* --- main ------------------------------------------------------------------------------------- */

static void announce(struct serve *serve)
{
    vt_serve_announce(serve, vt_net_url(serve->net));
    /* Browsers will name the address they used, and the console's own Origin is compared exactly. */
    if (!serve->config.base_url[0] &&
        (strstr(vt_net_url(serve->net), "//0.0.0.0") || strstr(vt_net_url(serve->net), "//[::]")))
        vt_log(VT_LOG_WARN, "serve.no-base-url",
               VT_LOG_T("detail", "listening on every address without base-url: the console cannot log in"));
}

/* Nobody can do anything here yet, so whoever started it by hand is told what to type. */
static void welcome(const struct serve *serve)
{
    const char *data = serve->config.data;
    if (!vt_sites_is_empty(serve->sites))
        return;
    if (getenv("NOTIFY_SOCKET")) { /* the installed service */
        fputs("There is no site yet: `sudo vitrine-admin site add --help` says how to make one.\n", stderr);
        return;
    }
    fprintf(stderr,
            "\nThere is no site yet. In another shell:\n"
            "  vitrine admin site add --data %s --name \"My shop\" --origin https://my-shop.example\n"
            "  vitrine admin invite --data %s --site pk_KEY --role admin --base-url %s\n"
            "The first prints the site's key, the second a link that makes you its admin.\n\n",
            data, data, vt_net_url(serve->net));
}

static void know_sites(void *arg)
{
    struct serve *serve = arg;
    size_t n = 0;
    for (const struct vt_site *site = NULL; (site = vt_sites_next(serve->sites, site)) != NULL; n++)
        if (vt_quotas_site(serve->quotas, vt_str(site->id), vt_str(site->key)) != VT_OK)
            vt_log(VT_LOG_ERROR, "site.quota", VT_LOG_T("site", site->key), VT_LOG_T("err", "no memory"));
    if (vt_quotas_site(serve->quotas, VT_QUOTA_PUBLIC, VT_QUOTA_PUBLIC) != VT_OK)
        vt_log(VT_LOG_ERROR, "site.quota", VT_LOG_T("site", "public"), VT_LOG_T("err", "no memory"));
    vt_quotas_hold(serve->quotas, n > 1);
}

/* From now on: what the start reads for all sessions of the last run is nobody's demand. */
static void hold_quotas(struct serve *serve)
{
    know_sites(serve);
    vt_sites_on_change(serve->sites, know_sites, serve);
}

static int run(struct serve *serve)
{
    int status = EXIT_SUCCESS;
    int err = start(serve);
    if (err == VT_OK && !serve->stop_asked && !serve->again) {
        serve->ops.not_ready = NULL;
        hold_quotas(serve);
        vt_serve_metrics();
        vt_media_start(serve->media);
        if (serve->node)
            vt_node_serve(serve->node, serve->net);
        announce(serve);
        welcome(serve);
        /* Not UV_RUN_ONCE: libuv decides there before the library's idle work whether it may sleep, and every
         * message would cost a second epoll_wait. */
        while (!serve->drained)
            uv_run(vt_loop_uv(serve->loop), UV_RUN_DEFAULT);
    } else if (err != VT_OK && !serve->stop_asked && !serve->again) {
        fprintf(stderr, "vitrine: %s\n", vt_buf_cstr(&serve->error));
        status = EXIT_START;
    }
    stop(serve);
    if (err == VT_OK)
        vt_log(VT_LOG_INFO, "serve.stopped", VT_LOG_N("status", status));
    vt_log_flush();
    return status;
}

static int print_help(void)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf page = VT_BUF_INIT(1 << 17);
    vt_config_help(&page);
    fputs(vt_buf_cstr(&page), stdout);
    return EXIT_SUCCESS;
}

int vt_serve_main(int argc, char **argv)
{
    struct serve serve = { .error = VT_BUF_INIT(ERROR_BYTES), .ops.not_ready = starting, .lock = -1 };
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return print_help();
    if (vt_config_load(&serve.config, argc, argv, NULL, &serve.error) != VT_OK) {
        fprintf(stderr, "vitrine: %s\n", vt_buf_cstr(&serve.error));
        vt_buf_finish(&serve.error);
        return EXIT_OPTIONS;
    }
    serve.ops.config = &serve.config;
    close_memory();
    start_log(&serve.config);
    int status = EXIT_START;
    if (vt_log_open(serve.config.log_file) == VT_OK)
        status = run(&serve);
    else
        fprintf(stderr, "vitrine: --log-file: %s cannot be opened: %s.\n", serve.config.log_file,
                strerror(errno));
    vt_config_finish(&serve.config);
    if (serve.again && !serve.stop_asked)
        vt_serve_begin_anew(argv);
    return status;
}
