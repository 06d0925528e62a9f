/* SPDX-License-Identifier: Apache-2.0 */
#include "server/mounts.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/api/api.h"
#include "server/api/login.h"
#include "server/base/err.h"
#include "server/http/clips.h"
#include "server/http/contact.h"
#include "server/http/feed.h"
#include "server/http/films.h"
#include "server/http/invite.h"
#include "server/http/mirror_css.h"
#include "server/http/pictures.h"
#include "server/http/probe.h"
#include "server/http/recap.h"
#include "server/http/spins.h"
#include "server/http/static.h"
#include "server/http/templates.h"
#include "server/http/upload.h"
#include "server/http/watch.h"
#include "server/log.h"

/* Folders of the built browser files and their addresses. */
static const struct folder {
    const char *prefix, *name;
    enum vt_static_kind kind;
} folders[] = {
    { "/v1/", "v1", VT_STATIC_SNIPPET },   { "/console/", "console", VT_STATIC_APP },
    { "/admin/", "admin", VT_STATIC_APP }, { "/phone/", "phone", VT_STATIC_APP },
    { "/g/", "g", VT_STATIC_APP },         { "/r/", "recap", VT_STATIC_APP },
    { "/w/", "watch", VT_STATIC_APP },     { "/mirror/", "mirror", VT_STATIC_MIRROR },
};

struct vt_mounts {
    struct vt_static *files[VT_COUNT(folders)]; /* owned; NULL: not built */
    struct vt_pictures *pictures;               /* owned */
    struct vt_templates *templates;             /* owned */
    struct vt_spin_pages *spins;                /* owned */
    struct vt_clip_pages *clips;                /* owned */
    struct vt_films *films;                     /* owned */
    struct vt_api_login *login;                 /* owned */
    struct vt_http_uploads *uploads;            /* owned */
    struct vt_http_recap *recap;                /* owned */
    struct vt_http_contact *contact;            /* owned */
    struct vt_http_watch *watch;                /* owned */
    struct vt_http_invite *invite;              /* owned */
    struct vt_http_css *css;                    /* owned */
    struct vt_feed_files *feed_files;           /* owned */
    struct vt_api *api;                         /* owned */
    struct vt_http_probe probe;
};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

void vt_mounts_web(const struct vt_config *config, char *ret_path, size_t size)
{
    static const char *const places[] = { "web", "../share/vitrine/web", "../../web/dist" };
    char binary[PATH_MAX / 2];
    ssize_t n = readlink("/proc/self/exe", binary, sizeof(binary) - 1);
    snprintf(ret_path, size, "%s", config->web);
    if (config->web[0])
        return;
    binary[n > 0 ? n : 0] = '\0';
    char *slash = strrchr(binary, '/');
    for (size_t i = 0; slash && i < VT_COUNT(places); i++) {
        *slash = '\0';
        snprintf(ret_path, size, "%s/%s", binary, places[i]);
        if (is_folder(ret_path))
            return;
    }
    ret_path[0] = '\0';
}

static void redirect_to_console(struct vt_http_req *req, void *owner)
{
    (void)owner;
    vt_http_set(req, "Location", "/console/");
    vt_http_reply(req, 308, "text/plain; charset=utf-8", VT_STR("/console/\n"));
}

/* A server without its browser files still serves sockets and pictures, so a folder that is not
 * there is a warning; one that was named by --web is an error. */
static int mount_web(struct vt_mounts *mounts, const struct vt_mounts_deps *deps, struct vt_buf *ret_error)
{
    char web[PATH_MAX], path[PATH_MAX + 16];
    vt_mounts_web(deps->config, web, sizeof(web));
    if (deps->config->web[0] && !is_folder(web)) {
        vt_buf_printf(ret_error, "--web %s is not a folder.", web);
        return VT_ERR_INVALID;
    }
    for (size_t i = 0; i < VT_COUNT(folders); i++) {
        snprintf(path, sizeof(path), "%s/%s", web, folders[i].name);
        if (!web[0] || !is_folder(path)) {
            vt_log(VT_LOG_WARN, "web.missing", VT_LOG_T("folder", folders[i].name),
                   VT_LOG_T("detail", "the browser files are not built, or --web names another place"));
            continue;
        }
        bool frames = strcmp(folders[i].name, "console") == 0;
        mounts->files[i] = vt_static_mount(deps->net, folders[i].prefix, path, folders[i].kind, deps->sites,
                                           frames ? deps->config->mirror_origin : NULL, ret_error);
        if (!mounts->files[i])
            return VT_ERR_IO;
    }
    return vt_http_route(deps->net, VT_GET, "/console", 0, redirect_to_console, NULL);
}

static struct vt_api_login *mount_login(const struct vt_mounts_deps *deps)
{
    const struct vt_api_login_deps login_deps = { .net = deps->net,
                                                  .loop = deps->loop,
                                                  .config = deps->config,
                                                  .store = deps->store,
                                                  .sites = deps->sites,
                                                  .tickets = deps->tickets,
                                                  .audit = deps->audit,
                                                  .seal = deps->seal,
                                                  .mailer = deps->mailer };
    struct vt_api_login *login = vt_api_login_mount(&login_deps);
    if (login)
        vt_api_login_on_end(login, deps->end_person, deps->end_person_arg);
    return login;
}

static struct vt_api *mount_api(const struct vt_mounts_deps *deps, struct vt_api_login *login)
{
    const struct vt_api_deps api_deps = { .net = deps->net,
                                          .loop = deps->loop,
                                          .config = deps->config,
                                          .store = deps->store,
                                          .sites = deps->sites,
                                          .audit = deps->audit,
                                          .seal = deps->seal,
                                          .login = login,
                                          .app = deps->app,
                                          .media = deps->media,
                                          .index = deps->index,
                                          .feeds = deps->feeds,
                                          .hooks = deps->hooks,
                                          .merchant = deps->merchant };
    return login ? vt_api_mount(&api_deps) : NULL;
}

static int mount_all(struct vt_mounts *mounts, const struct vt_mounts_deps *deps, struct vt_buf *ret_error)
{
    int err = mount_web(mounts, deps, ret_error);
    if (err)
        return err;
    const struct vt_pictures_deps pictures = { .net = deps->net,
                                               .media = deps->media,
                                               .sites = deps->sites,
                                               .index = deps->index,
                                               .base_url = deps->config->base_url };
    mounts->pictures = vt_pictures_mount(&pictures);
    const struct vt_templates_deps templates = {
        .net = deps->net, .media = deps->media, .sites = deps->sites, .store = deps->store
    };
    mounts->templates = vt_templates_mount(&templates);
    mounts->spins = vt_spin_pages_mount(
        &(struct vt_spin_pages_deps){ .net = deps->net, .media = deps->media, .sites = deps->sites });
    mounts->clips = vt_clip_pages_create(
        &(struct vt_clip_pages_deps){ .net = deps->net, .media = deps->media, .sites = deps->sites });
    mounts->films = vt_films_mount(&(struct vt_films_deps){ .net = deps->net,
                                                            .media = deps->media,
                                                            .sites = deps->sites,
                                                            .index = deps->index,
                                                            .spins = mounts->spins,
                                                            .clips = mounts->clips });
    mounts->recap = vt_http_recap_mount(
        &(struct vt_http_recap_deps){ .net = deps->net, .store = deps->store, .sites = deps->sites });
    mounts->login = mount_login(deps);
    mounts->uploads = vt_http_uploads_mount(
        &(struct vt_http_uploads_deps){ .net = deps->net, .app = deps->app, .media = deps->media });
    mounts->contact = vt_http_contact_mount(
        &(struct vt_http_contact_deps){ .net = deps->net, .app = deps->app });
    mounts->invite = vt_http_invite_mount(&(struct vt_http_invite_deps){
        .net = deps->net, .app = deps->app, .invitations = deps->invitations });
    mounts->watch = vt_http_watch_mount(&(struct vt_http_watch_deps){ .net = deps->net, .app = deps->app });
    mounts->css = vt_http_css_mount(&(struct vt_http_css_deps){ .net = deps->net, .app = deps->app });
    mounts->feed_files = vt_feed_files_mount(
        &(struct vt_feed_files_deps){ .net = deps->net, .config = deps->config, .feeds = deps->feeds });
    mounts->api = mount_api(deps, mounts->login);
    mounts->probe = (struct vt_http_probe){ .loop = deps->loop, .seal = deps->seal };
    err = vt_http_probe_mount(deps->net, &mounts->probe);
    if (err)
        return err;
    return mounts->pictures && mounts->templates && mounts->spins && mounts->clips && mounts->films &&
                   mounts->recap && mounts->login && mounts->uploads && mounts->contact && mounts->watch &&
                   mounts->invite && mounts->css && mounts->feed_files && mounts->api
               ? VT_OK
               : VT_ERR_NOMEM;
}

struct vt_mounts *vt_mounts_open(const struct vt_mounts_deps *deps, struct vt_buf *ret_error, int *ret_err)
{
    struct vt_mounts *mounts = calloc(1, sizeof(*mounts));
    int err = mounts ? mount_all(mounts, deps, ret_error) : VT_ERR_NOMEM;
    *ret_err = err;
    if (err && ret_error->len == 0)
        vt_buf_text(ret_error, "No memory for the routes.");
    return mounts;
}

void vt_mounts_close(struct vt_mounts *mounts)
{
    if (!mounts)
        return;
    vt_api_close(mounts->api);
    vt_api_login_close(mounts->login);
}

void vt_mounts_destroy(struct vt_mounts *mounts)
{
    if (!mounts)
        return;
    for (size_t i = 0; i < VT_COUNT(folders); i++)
        vt_static_destroy(mounts->files[i]);
    vt_pictures_destroy(mounts->pictures);
    vt_templates_destroy(mounts->templates);
    vt_spin_pages_destroy(mounts->spins);
    vt_films_destroy(mounts->films);
    vt_clip_pages_destroy(mounts->clips);
    vt_http_recap_destroy(mounts->recap);
    vt_http_contact_destroy(mounts->contact);
    vt_http_watch_destroy(mounts->watch);
    vt_http_invite_destroy(mounts->invite);
    vt_http_css_destroy(mounts->css);
    vt_feed_files_destroy(mounts->feed_files);
    vt_api_destroy(mounts->api);
    vt_api_login_destroy(mounts->login);
    vt_http_uploads_destroy(mounts->uploads);
    free(mounts);
}
