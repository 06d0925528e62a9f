/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/mirror_css.h"

#include <stdlib.h>

#include "server/base/err.h"
#include "server/mirror_css.h"
#include "server/upload.h"

#define PATH "/api/v1/mirror/css"

struct vt_http_css {
    struct vt_http_css_deps deps;
};

struct job {
    struct vt_http_css *owner; /* borrowed */
    uint64_t handle;
    char site[VT_PERSON_TEXT];
    struct vt_buf body, why;
    struct vt_css_texts texts;
    int err;
};

static void job_free(struct job *job)
{
    vt_buf_finish(&job->body);
    vt_buf_finish(&job->why);
    vt_css_texts_finish(&job->texts);
    free(job);
}

static void work(void *arg)
{
    struct job *job = arg;
    job->err = vt_css_read(vt_buf_view(&job->body), &job->texts, &job->why);
}

static void answer(struct vt_http_req *req, int err, const char *why)
{
    if (!err)
        vt_http_reply(req, 204, NULL, VT_STR(""));
    else if (err == VT_ERR_INVALID)
        vt_http_problem(req, 422, "css", "Not taken", why);
    else
        vt_http_problem(req, 503, "busy", "Busy", "The server is busy. Ask by mirror.css again.");
}

static void handle_worked(void *arg)
{
    struct job *job = arg;
    struct vt_http_req *req = vt_http_held(job->owner->deps.net, job->handle);
    if (!job->err)
        vt_css_keep(job->owner->deps.app, job->site, &job->texts);
    if (req)
        answer(req, job->err, vt_buf_cstr(&job->why));
    job_free(job);
}

/* The page of the shop reads the answer. */
static bool allow_origin(const struct vt_http_css *css, struct vt_http_req *req)
{
    struct vt_str origin = vt_http_header(req, "origin");
    char text[512];
    vt_http_set(req, "Vary", "Origin");
    vt_http_set(req, "Cache-Control", "no-store");
    if (!origin.ptr || !vt_sites_origin_known(css->deps.app->deps.sites, origin) ||
        !vt_str_copy(text, sizeof(text), origin))
        return false;
    vt_http_set(req, "Access-Control-Allow-Origin", text);
    vt_http_set(req, "Cross-Origin-Resource-Policy", "cross-origin");
    return true;
}

static void begin(struct vt_http_css *css, struct vt_http_req *req, const char *site)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job) {
        answer(req, VT_ERR_NOMEM, "");
        return;
    }
    job->owner = css;
    vt_str_copy(job->site, sizeof(job->site), vt_str(site));
    vt_buf_init(&job->body, VT_CSS_POST);
    vt_buf_init(&job->why, 512);
    vt_buf_str(&job->body, vt_http_body(req));
    job->handle = vt_http_hold(req);
    if (!job->body.failed && vt_loop_work(css->deps.app->deps.loop, work, handle_worked, job) == VT_OK)
        return;
    job->err = VT_ERR_FULL;
    handle_worked(job);
}

static void handle_post(struct vt_http_req *req, void *owner)
{
    struct vt_http_css *css = owner;
    char site[VT_PERSON_TEXT] = "";
    bool known = allow_origin(css, req);
    struct vt_str bearer = vt_upload_bearer(vt_http_header(req, "authorization"));
    if (known && bearer.ptr)
        vt_css_take_ticket(css->deps.app, bearer, vt_http_header(req, "origin"), site);
    if (site[0])
        begin(css, req, site);
    else
        vt_http_problem(req, 403, "ticket", "No such ticket",
                        "The ticket of mirror.css is good once, for 60 seconds, from the page that asked.");
}

static void handle_preflight(struct vt_http_req *req, void *owner)
{
    if (allow_origin(owner, req)) {
        vt_http_set(req, "Access-Control-Allow-Methods", "POST");
        vt_http_set(req, "Access-Control-Allow-Headers", "Authorization, Content-Type");
        vt_http_set(req, "Access-Control-Max-Age", "600");
    }
    vt_http_reply(req, 204, NULL, VT_STR(""));
}

struct vt_http_css *vt_http_css_mount(const struct vt_http_css_deps *deps)
{
    struct vt_http_css *css = calloc(1, sizeof(*css));
    if (!css)
        return NULL;
    css->deps = *deps;
    if (vt_http_route(deps->net, VT_POST, PATH, VT_CSS_POST, handle_post, css) == VT_OK &&
        vt_http_route(deps->net, VT_OPTIONS, PATH, 0, handle_preflight, css) == VT_OK)
        return css;
    vt_http_css_destroy(css);
    return NULL;
}

void vt_http_css_destroy(struct vt_http_css *css)
{
    free(css);
}
