/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outgoing/outgoing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/outgoing/outgoing_internal.h"
#include "server/quota.h"

enum {
    RUNNING_MOST = 8,
    HOST_MOST = 2,
    QUEUED_MOST = 256,
    TIME_MS = 30000,
    MAIL_MS = 120000, /* servers are allowed to think about a mail */
    SECOND_MS = 1000,
    TEXTS_BYTES = 32 << 20, /* of one request; a mail holds pictures */
    SMTP_PORT = 587,
    SMTPS_PORT = 465
};

static void pump(struct vt_outgoing *outgoing);

/* --- one request's life -------------------------------------------------------------------- */

static struct vt_str site_of(const struct vt_transfer *transfer)
{
    return vt_str(transfer->site);
}

static void destroy(struct vt_transfer *transfer)
{
    vt_arena_finish(&transfer->arena);
    free(transfer);
}

/* The resolver may still hold it: then it is freed when that is back. */
static void finish(struct vt_transfer *transfer)
{
    vt_transfer_end(transfer);
    vt_list_remove(&transfer->link);
    vt_quotas_leave(transfer->outgoing->quotas, site_of(transfer), VT_QUOTA_REQUESTS);
    transfer->is_ended = true;
    transfer->done(transfer->arg, &transfer->result);
    if (transfer->is_resolving)
        uv_cancel((uv_req_t *)&transfer->dns);
    else
        destroy(transfer);
}

static void finish_running(struct vt_transfer *transfer)
{
    struct vt_outgoing *outgoing = transfer->outgoing;
    outgoing->running_n--;
    finish(transfer);
    if (!outgoing->closing)
        pump(outgoing);
}

/* --- what may be asked ---------------------------------------------------------------------- */

static bool is_listed(const struct vt_transfer *transfer)
{
    for (size_t i = 0; transfer->hosts && transfer->hosts[i]; i++)
        if (strcmp(transfer->hosts[i], transfer->url.origin.host) == 0)
            return true;
    return !transfer->hosts;
}

/* Of the first address and of each it leads to. */
static bool is_allowed(struct vt_transfer *transfer)
{
    const struct vt_origin *origin = &transfer->url.origin;
    if (!transfer->outgoing->allow_private && !transfer->is_mail && (!origin->tls || origin->port != 443))
        vt_transfer_fail(transfer, VT_OUTGOING_URL, "only https on port 443 is asked");
    else if (!is_listed(transfer))
        vt_transfer_fail(transfer, VT_OUTGOING_HOST, "%s is not on the site's list of hosts", origin->host);
    else
        return true;
    return false;
}

static void begin(struct vt_transfer *transfer)
{
    if (is_allowed(transfer))
        vt_transfer_resolve(transfer);
    else
        finish_running(transfer);
}

void vt_outgoing_resolved(struct vt_transfer *transfer)
{
    if (transfer->is_ended) {
        destroy(transfer);
        return;
    }
    if (transfer->result.err == VT_OUTGOING_OK && vt_transfer_begin(transfer) == VT_OK)
        return;
    if (transfer->result.err == VT_OUTGOING_OK)
        vt_transfer_fail(transfer, VT_OUTGOING_BROKEN, "no memory for the request");
    finish_running(transfer);
}

/* --- redirects ------------------------------------------------------------------------------ */

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* libcurl makes the address whole; ours reads and judges it like any other. */
static bool read_target(struct vt_transfer *transfer, struct vt_url *ret_url)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(256);
    const char *to = NULL;
    const struct vt_origin *from = &transfer->url.origin;
    curl_easy_getinfo(transfer->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to || vt_url_parse(vt_str(to), ret_url, &why) != VT_OK)
        vt_transfer_fail(transfer, VT_OUTGOING_REDIRECT, "it leads to no address that can be asked: %s",
                         to ? vt_buf_cstr(&why) : "none is named");
    else if (strcmp(ret_url->origin.host, from->host) != 0)
        vt_transfer_fail(transfer, VT_OUTGOING_REDIRECT, "it leads to another host, %s",
                         ret_url->origin.host);
    else if (from->tls && !ret_url->origin.tls)
        vt_transfer_fail(transfer, VT_OUTGOING_REDIRECT, "it leads from https to http");
    else
        return true;
    return false;
}

/* True: another request is under way. */
static bool follow(struct vt_transfer *transfer)
{
    struct vt_url to;
    if (transfer->body.ptr || !is_redirect(transfer->result.status))
        return false;
    if (transfer->redirects == 0) {
        vt_transfer_fail(transfer, VT_OUTGOING_REDIRECT, "it leads on too often");
        return false;
    }
    if (!read_target(transfer, &to))
        return false;
    transfer->redirects--;
    transfer->url = to;
    vt_transfer_end(transfer);
    begin(transfer);
    return true;
}

void vt_outgoing_collect(struct vt_outgoing *outgoing)
{
    CURLMsg *message;
    int left;
    while (outgoing->multi && (message = curl_multi_info_read(outgoing->multi, &left)) != NULL) {
        struct vt_transfer *transfer = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        vt_transfer_judge(transfer, code);
        if (code != CURLE_OK || !follow(transfer))
            finish_running(transfer);
    }
}

/* --- the queue ------------------------------------------------------------------------------ */

static unsigned running_of(const struct vt_outgoing *outgoing, const char *host)
{
    unsigned n = 0;
    VT_LIST_EACH (transfer, (struct vt_list *)&outgoing->running, struct vt_transfer, link)
        n += strcmp(transfer->url.origin.host, host) == 0;
    return n;
}

/* One who has used up its quota, or has its share running, waits; others pass. */
static bool site_may(struct vt_outgoing *outgoing, const struct vt_transfer *of)
{
    size_t n = 0;
    if (!of->site)
        return true;
    VT_LIST_EACH (transfer, &outgoing->running, struct vt_transfer, link)
        n += transfer->site && strcmp(transfer->site, of->site) == 0;
    return n < vt_quotas_share(outgoing->quotas, RUNNING_MOST) &&
           vt_quotas_ready(outgoing->quotas, site_of(of), VT_QUOTA_REQUESTS, vt_now_ms());
}

static struct vt_transfer *next_queued(struct vt_outgoing *outgoing)
{
    VT_LIST_EACH (transfer, &outgoing->queued, struct vt_transfer, link)
        if (running_of(outgoing, transfer->url.origin.host) < HOST_MOST && site_may(outgoing, transfer))
            return transfer;
    return NULL;
}

static void pump(struct vt_outgoing *outgoing)
{
    struct vt_transfer *transfer;
    while (!outgoing->closing && outgoing->running_n < RUNNING_MOST &&
           (transfer = next_queued(outgoing)) != NULL) {
        vt_list_remove(&transfer->link);
        outgoing->queued_n--;
        vt_list_append(&outgoing->running, &transfer->link);
        outgoing->running_n++;
        vt_quotas_spend(outgoing->quotas, site_of(transfer), VT_QUOTA_REQUESTS, 1, vt_now_ms());
        if (transfer->result.err) {
            finish_running(transfer);
            continue;
        }
        transfer->deadline_ms += vt_now_ms(); /* the time begins now */
        begin(transfer);
    }
}

static void handle_pump(void *arg)
{
    struct vt_outgoing *outgoing = arg;
    outgoing->pump_posted = false;
    pump(outgoing);
}

static struct vt_transfer *find_belated(struct vt_outgoing *outgoing)
{
    VT_LIST_EACH (transfer, &outgoing->running, struct vt_transfer, link)
        if (transfer->is_resolving && vt_now_ms() > transfer->deadline_ms)
            return transfer;
    return NULL;
}

/* A name server that does not answer is not libcurl's to time. Ending one may change the list. Sites that
 * waited for their quota have some again. */
static void handle_second(void *arg)
{
    struct vt_outgoing *outgoing = arg;
    struct vt_transfer *transfer;
    while ((transfer = find_belated(outgoing)) != NULL) {
        vt_transfer_fail(transfer, VT_OUTGOING_SLOW, "no name server answers for %s",
                         transfer->url.origin.host);
        finish_running(transfer);
    }
    pump(outgoing);
}

/* --- taking requests ------------------------------------------------------------------------- */

static struct vt_transfer *create(struct vt_outgoing *outgoing, vt_outgoing_done_fn *done, void *arg)
{
    struct vt_transfer *transfer = calloc(1, sizeof(*transfer));
    if (!transfer)
        return NULL;
    transfer->outgoing = outgoing;
    transfer->done = done;
    transfer->arg = arg;
    transfer->out_fd = -1;
    vt_list_init(&transfer->link);
    vt_arena_init(&transfer->arena, TEXTS_BYTES);
    return transfer;
}

/* A copy; *failed when there is no memory for it. */
static const char *keep(struct vt_transfer *transfer, struct vt_str text, bool *failed)
{
    struct vt_str copy = vt_arena_str(&transfer->arena, text);
    *failed |= text.ptr && !copy.ptr;
    return copy.ptr;
}

static const char **keep_list(struct vt_transfer *transfer, const char *const *list, bool *failed)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    const char **copies = list ? vt_arena_array(&transfer->arena, n + 1, sizeof(*copies)) : NULL;
    *failed |= list && !copies;
    for (size_t i = 0; copies && i < n; i++)
        copies[i] = keep(transfer, vt_str(list[i]), failed);
    return copies;
}

static bool has_room(struct vt_outgoing *outgoing, struct vt_str site)
{
    return !outgoing->closing && outgoing->queued_n < QUEUED_MOST &&
           vt_quotas_enter(outgoing->quotas, site, VT_QUOTA_REQUESTS, QUEUED_MOST);
}

static int give_room_back(struct vt_outgoing *outgoing, struct vt_str site)
{
    vt_quotas_leave(outgoing->quotas, site, VT_QUOTA_REQUESTS);
    return VT_ERR_NOMEM;
}

static int queue(struct vt_transfer *transfer, struct vt_str site, bool failed)
{
    struct vt_outgoing *outgoing = transfer->outgoing;
    transfer->site = keep(transfer, site, &failed);
    if (!failed && !outgoing->pump_posted)
        failed = vt_loop_post(outgoing->loop, handle_pump, outgoing) != VT_OK;
    if (failed) {
        vt_quotas_leave(outgoing->quotas, site, VT_QUOTA_REQUESTS);
        destroy(transfer);
        return VT_ERR_NOMEM;
    }
    outgoing->pump_posted = true;
    vt_list_append(&outgoing->queued, &transfer->link);
    outgoing->queued_n++;
    return VT_OK;
}

int vt_outgoing_fetch(struct vt_outgoing *outgoing, const struct vt_outgoing_request *request,
                      vt_outgoing_done_fn *done, void *arg)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(256);
    if (!has_room(outgoing, request->site))
        return VT_ERR_FULL;
    struct vt_transfer *transfer = create(outgoing, done, arg);
    if (!transfer)
        return give_room_back(outgoing, request->site);
    bool failed = false;
    transfer->hosts = keep_list(transfer, request->hosts, &failed);
    transfer->headers = keep_list(transfer, request->headers, &failed);
    transfer->etag = keep(transfer, request->etag, &failed);
    transfer->modified = keep(transfer, request->modified, &failed);
    transfer->accept = keep(transfer, vt_str(request->accept), &failed);
    transfer->type = keep(transfer, request->type, &failed);
    transfer->body = (struct vt_str){ keep(transfer, request->body, &failed), request->body.len };
    transfer->out_fd = request->out_fd;
    transfer->max_bytes = request->max_bytes;
    transfer->redirects = request->redirects;
    transfer->deadline_ms = request->time_ms ? request->time_ms : TIME_MS;
    if (vt_url_parse(request->url, &transfer->url, &why) != VT_OK)
        vt_transfer_fail(transfer, VT_OUTGOING_URL, "%s", vt_buf_cstr(&why));
    return queue(transfer, request->site, failed);
}

/* smtps://host[:port] and smtp://host[:port], read as the https and http they look like. */
static int read_mail_url(struct vt_str text, struct vt_origin *ret_origin)
{
    char as_http[VT_ORIGIN_TEXT];
    bool tls = text.len > 8 && memcmp(text.ptr, "smtps://", 8) == 0;
    size_t scheme = tls ? 8 : 7;
    if (!tls && (text.len <= 7 || memcmp(text.ptr, "smtp://", 7) != 0))
        return VT_ERR_INVALID;
    struct vt_str host = { text.ptr + scheme, text.len - scheme };
    if (host.ptr[host.len - 1] == '/')
        host.len--;
    const char *bracket = memchr(host.ptr, ']', host.len), *from = bracket ? bracket : host.ptr;
    bool has_port = memchr(from, ':', host.len - (size_t)(from - host.ptr)) != NULL;
    int n = snprintf(as_http, sizeof(as_http), "%s://%.*s", tls ? "https" : "http", (int)host.len, host.ptr);
    if (n >= (int)sizeof(as_http) || vt_origin_parse(vt_str(as_http), ret_origin) != VT_OK)
        return VT_ERR_INVALID;
    if (!has_port)
        ret_origin->port = tls ? SMTPS_PORT : SMTP_PORT;
    return VT_OK;
}

bool vt_outgoing_mail_url_ok(struct vt_str url)
{
    struct vt_origin origin;
    return read_mail_url(url, &origin) == VT_OK;
}

int vt_outgoing_mail(struct vt_outgoing *outgoing, const struct vt_outgoing_mail *mail,
                     vt_outgoing_done_fn *done, void *arg)
{
    if (!has_room(outgoing, mail->site))
        return VT_ERR_FULL;
    struct vt_transfer *transfer = create(outgoing, done, arg);
    if (!transfer)
        return give_room_back(outgoing, mail->site);
    bool failed = false;
    transfer->is_mail = true;
    transfer->plain_ok = mail->plain_ok;
    transfer->user = keep(transfer, mail->user, &failed);
    transfer->password = keep(transfer, mail->password, &failed);
    transfer->from = keep(transfer, mail->from, &failed);
    transfer->to = keep(transfer, mail->to, &failed);
    transfer->body = (struct vt_str){ keep(transfer, mail->body, &failed), mail->body.len };
    transfer->deadline_ms = MAIL_MS;
    if (read_mail_url(mail->url, &transfer->url.origin) != VT_OK)
        vt_transfer_fail(transfer, VT_OUTGOING_URL, "it is no smtp:// or smtps:// address");
    return queue(transfer, mail->site, failed);
}

/* --- the engine ------------------------------------------------------------------------------- */

struct vt_outgoing *vt_outgoing_create(const struct vt_outgoing_config *config)
{
    struct vt_outgoing *outgoing = calloc(1, sizeof(*outgoing));
    if (!outgoing || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        free(outgoing);
        return NULL;
    }
    outgoing->loop = config->loop;
    outgoing->quotas = config->quotas;
    outgoing->allow_private = config->allow_private;
    vt_list_init(&outgoing->queued);
    vt_list_init(&outgoing->running);
    bool has_ca = config->ca_file && config->ca_file[0];
    outgoing->ca_file = has_ca ? strdup(config->ca_file) : NULL;
    if ((has_ca && !outgoing->ca_file) || vt_outgoing_watch(outgoing) != VT_OK) {
        free(outgoing->ca_file);
        free(outgoing);
        curl_global_cleanup();
        return NULL;
    }
    vt_timer_init(outgoing->loop, &outgoing->second, handle_second, outgoing);
    vt_timer_start(&outgoing->second, SECOND_MS, SECOND_MS);
    return outgoing;
}

static void end_all(struct vt_list *list)
{
    while (!vt_list_is_empty(list)) {
        struct vt_transfer *transfer = VT_CONTAINER_OF(list->next, struct vt_transfer, link);
        vt_transfer_fail(transfer, VT_OUTGOING_CLOSED, "the server is going down");
        finish(transfer);
    }
}

void vt_outgoing_close(struct vt_outgoing *outgoing)
{
    if (!outgoing || outgoing->closing)
        return;
    outgoing->closing = true;
    end_all(&outgoing->running);
    end_all(&outgoing->queued);
    curl_multi_cleanup(outgoing->multi);
    outgoing->multi = NULL;
    vt_timer_close(&outgoing->wake, NULL);
    vt_timer_close(&outgoing->second, NULL);
}

void vt_outgoing_destroy(struct vt_outgoing *outgoing)
{
    if (!outgoing)
        return;
    vt_outgoing_close(outgoing);
    free(outgoing->ca_file);
    free(outgoing);
    curl_global_cleanup();
}
