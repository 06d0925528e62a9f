/* SPDX-License-Identifier: Apache-2.0 */
/* One request inside libcurl: its options, what arrives, and what its end means. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/outgoing/answer.h"
#include "server/outgoing/outgoing_internal.h"

enum {
    CONNECT_MS = 5000,
    SLOW_BYTES = 1024, /* a second, for */
    SLOW_S = 10,
    UNWANTED_BYTES = 65536, /* of an answer that is thrown away */
    RESOLVE_TEXT = VT_ORIGIN_HOST + 16 + VT_TRANSFER_ADDRESSES * (VT_ADDRESS_TEXT + 3)
};

void vt_transfer_fail(struct vt_transfer *transfer, enum vt_outgoing_err err, const char *format, ...)
{
    va_list args;
    transfer->result.err = err;
    va_start(args, format);
    vsnprintf(transfer->result.why, sizeof(transfer->result.why), format, args);
    va_end(args);
}

/* --- the socket --------------------------------------------------------------------------- */

static bool same_address(const struct vt_address *a, const struct vt_address *b)
{
    return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, a->v6 ? 16 : 4) == 0;
}

static uint16_t port_of(const struct curl_sockaddr *to)
{
    const struct sockaddr *addr = &to->addr;
    return ntohs(to->family == AF_INET6 ? ((const struct sockaddr_in6 *)(const void *)addr)->sin6_port
                                        : ((const struct sockaddr_in *)(const void *)addr)->sin_port);
}

/* Whatever happened before: only to an address that was checked for this very request. */
static bool may_connect(const struct vt_transfer *transfer, const struct curl_sockaddr *to)
{
    struct sockaddr_storage storage = { 0 };
    struct vt_address address;
    if ((to->family != AF_INET && to->family != AF_INET6) || to->addrlen > sizeof(storage))
        return false;
    memcpy(&storage, &to->addr, to->addrlen);
    vt_address_of(&storage, &address);
    for (size_t i = 0; i < transfer->addresses_n; i++)
        if (same_address(&transfer->addresses[i], &address))
            return port_of(to) == transfer->url.origin.port;
    return false;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    struct vt_transfer *transfer = arg;
    if (purpose == CURLSOCKTYPE_IPCXN && may_connect(transfer, to))
        return socket(to->family, to->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, to->protocol);
    transfer->socket_refused = true;
    return CURL_SOCKET_BAD;
}

/* --- what arrives ------------------------------------------------------------------------- */

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct vt_transfer *transfer = arg;
    long status = 0;
    (void)size; /* 1 */
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    bool wanted = status == 200 && transfer->out_fd >= 0;
    transfer->arrived += n;
    transfer->too_big = transfer->arrived > (wanted ? transfer->max_bytes : UNWANTED_BYTES);
    if (!transfer->too_big && wanted) {
        transfer->disk_failed = !write_all(transfer->out_fd, bytes, n);
        transfer->result.bytes += n;
    }
    return transfer->too_big || transfer->disk_failed ? CURL_WRITEFUNC_ERROR : n;
}

static size_t take_header(char *bytes, size_t size, size_t n, void *arg)
{
    struct vt_transfer *transfer = arg;
    (void)size; /* 1 */
    vt_outgoing_take_line(&transfer->result, transfer->is_mail, (struct vt_str){ bytes, n });
    return n;
}

static size_t give_mail(char *room, size_t size, size_t n, void *arg)
{
    struct vt_transfer *transfer = arg;
    size_t left = transfer->body.len - transfer->body_at;
    n = size * n < left ? size * n : left;
    memcpy(room, transfer->body.ptr + transfer->body_at, n);
    transfer->body_at += n;
    return n;
}

/* --- options ------------------------------------------------------------------------------ */

static bool add_line(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);
    if (longer)
        *list = longer;
    return longer != NULL;
}

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    char line[2 * VT_OUTGOING_TAG];
    if (!value || !value[0])
        return true;
    snprintf(line, sizeof(line), "%s: %s", name, value);
    return add_line(list, line);
}

/* "+host:port:address,address": libcurl finds the checked addresses in its cache and asks nobody. */
static bool set_addresses(struct vt_transfer *transfer)
{
    const struct vt_origin *origin = &transfer->url.origin;
    char line[RESOLVE_TEXT];
    if (origin->host[0] == '[')
        return true; /* an address already */
    int n = snprintf(line, sizeof(line), "+%s:%u:", origin->host, (unsigned)origin->port);
    for (size_t i = 0; i < transfer->addresses_n; i++) {
        char text[VT_ADDRESS_TEXT];
        const struct vt_address *address = &transfer->addresses[i];
        vt_address_text(address, text);
        n += snprintf(line + n, sizeof(line) - (size_t)n, address->v6 ? "%s[%s]" : "%s%s", i ? "," : "",
                      text);
    }
    return add_line(&transfer->resolve, line) &&
           curl_easy_setopt(transfer->easy, CURLOPT_RESOLVE, transfer->resolve) == CURLE_OK;
}

/* For every kind. No setopt here can fail but for want of memory, and then the request does. */
static void set_common(struct vt_transfer *transfer)
{
    CURL *easy = transfer->easy;
    int64_t left_ms = transfer->deadline_ms - vt_now_ms();
    const char *ca = transfer->outgoing->ca_file;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left_ms > 1 ? left_ms : 1));
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
}

static bool set_url(struct vt_transfer *transfer)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf url = VT_BUF_INIT(2 * VT_URL_MOST);
    if (transfer->is_mail)
        vt_buf_printf(&url, "%s://%s:%u", transfer->url.origin.tls ? "smtps" : "smtp",
                      transfer->url.origin.host, (unsigned)transfer->url.origin.port);
    else
        vt_url_text(&transfer->url, &url);
    return !url.failed && curl_easy_setopt(transfer->easy, CURLOPT_URL, vt_buf_cstr(&url)) == CURLE_OK;
}

static bool set_http(struct vt_transfer *transfer)
{
    CURL *easy = transfer->easy;
    bool good = add_header(&transfer->extra, "Accept", transfer->accept ? transfer->accept : "*/*") &&
                add_header(&transfer->extra, "If-None-Match", transfer->etag) &&
                add_header(&transfer->extra, "If-Modified-Since", transfer->modified) &&
                add_header(&transfer->extra, "Content-Type", transfer->type);
    for (size_t i = 0; good && transfer->headers && transfer->headers[i]; i++)
        good = add_line(&transfer->extra, transfer->headers[i]);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "Vitrine/" VT_VERSION);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, NULL);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S);
    if (transfer->out_fd >= 0)
        curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)transfer->max_bytes);
    if (transfer->body.ptr) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->body.len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->body.ptr);
    }
    return good && curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->extra) == CURLE_OK;
}

static bool set_mail(struct vt_transfer *transfer)
{
    CURL *easy = transfer->easy;
    char path[VT_URL_MOST];
    snprintf(path, sizeof(path), "<%s>", transfer->to);
    if (!add_line(&transfer->extra, path))
        return false;
    snprintf(path, sizeof(path), "<%s>", transfer->from);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(transfer->plain_ok ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    if (transfer->user && transfer->user[0]) {
        curl_easy_setopt(easy, CURLOPT_USERNAME, transfer->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, transfer->password ? transfer->password : "");
    }
    curl_easy_setopt(easy, CURLOPT_MAIL_FROM, path);
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_mail);
    curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)transfer->body.len);
    return curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, transfer->extra) == CURLE_OK;
}

int vt_transfer_begin(struct vt_transfer *transfer)
{
    transfer->easy = curl_easy_init();
    if (!transfer->easy)
        return VT_ERR_NOMEM;
    transfer->body_at = 0;
    transfer->arrived = 0;
    transfer->result = (struct vt_outgoing_result){ 0 };
    transfer->socket_refused = transfer->too_big = transfer->disk_failed = false;
    set_common(transfer);
    bool good = set_url(transfer) && set_addresses(transfer) &&
                (transfer->is_mail ? set_mail(transfer) : set_http(transfer)) &&
                curl_multi_add_handle(transfer->outgoing->multi, transfer->easy) == CURLM_OK;
    return good ? VT_OK : VT_ERR_NOMEM;
}

void vt_transfer_end(struct vt_transfer *transfer)
{
    if (transfer->easy) {
        if (transfer->outgoing->multi)
            curl_multi_remove_handle(transfer->outgoing->multi, transfer->easy);
        curl_easy_cleanup(transfer->easy);
    }
    curl_slist_free_all(transfer->resolve);
    curl_slist_free_all(transfer->extra);
    transfer->easy = NULL;
    transfer->resolve = transfer->extra = NULL;
}

/* --- the end ------------------------------------------------------------------------------ */

static void judge_time(struct vt_transfer *transfer)
{
    curl_off_t begun_us = 0; /* also of a connection that was used before */
    const char *host = transfer->url.origin.host;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &begun_us);
    if (begun_us == 0)
        vt_transfer_fail(transfer, VT_OUTGOING_SLOW, "no connection to %s within %d s", host,
                         CONNECT_MS / 1000);
    else if (vt_now_ms() + 50 >= transfer->deadline_ms)
        vt_transfer_fail(transfer, VT_OUTGOING_SLOW, "%s did not end in the time there is", host);
    else
        vt_transfer_fail(transfer, VT_OUTGOING_SLOW, "%s sent less than 1 KB a second for %d s", host,
                         SLOW_S);
}

static void judge_other(struct vt_transfer *transfer, CURLcode code)
{
    const char *host = transfer->url.origin.host;
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        judge_time(transfer);
        break;
    case CURLE_FILESIZE_EXCEEDED:
        vt_transfer_fail(transfer, VT_OUTGOING_TOO_BIG, "larger than %llu bytes",
                         (unsigned long long)transfer->max_bytes);
        break;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        vt_transfer_fail(transfer, VT_OUTGOING_CONNECT, "%s takes no connection on port %u", host,
                         (unsigned)transfer->url.origin.port);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        vt_transfer_fail(transfer, VT_OUTGOING_TLS,
                         "the certificate of %s is not valid, or not for this name", host);
        break;
    case CURLE_SSL_CACERT_BADFILE:
        vt_transfer_fail(transfer, VT_OUTGOING_TLS, "the file of trusted certificates cannot be read");
        break;
    case CURLE_SSL_CONNECT_ERROR:
        vt_transfer_fail(transfer, VT_OUTGOING_TLS, "%s and this server agree on no TLS", host);
        break;
    case CURLE_USE_SSL_FAILED:
        vt_transfer_fail(transfer, VT_OUTGOING_TLS, "%s offers no TLS, and mail is not sent without", host);
        break;
    default:
        vt_transfer_fail(transfer, VT_OUTGOING_BROKEN, "the connection to %s broke off", host);
    }
}

/* A mail server that said no has said why; its words are in `why`. */
static bool is_refused_mail(const struct vt_transfer *transfer, CURLcode code)
{
    return transfer->is_mail && transfer->result.status >= 400 && code != CURLE_OPERATION_TIMEDOUT &&
           code != CURLE_PEER_FAILED_VERIFICATION && code != CURLE_USE_SSL_FAILED;
}

void vt_transfer_judge(struct vt_transfer *transfer, CURLcode code)
{
    long status = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    transfer->result.status = (int)status;
    if (code == CURLE_OK)
        transfer->result.why[0] = '\0';
    else if (transfer->socket_refused)
        vt_transfer_fail(transfer, VT_OUTGOING_PRIVATE, "%s led to an address that was not checked",
                         transfer->url.origin.host);
    else if (transfer->too_big)
        judge_other(transfer, CURLE_FILESIZE_EXCEEDED);
    else if (transfer->disk_failed)
        vt_transfer_fail(transfer, VT_OUTGOING_DISK, "the disk takes no more");
    else if (is_refused_mail(transfer, code))
        transfer->result.err = VT_OUTGOING_REFUSED;
    else
        judge_other(transfer, code);
}
