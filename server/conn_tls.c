/* SPDX-License-Identifier: Apache-2.0 */
/* The certificate, ours to exchange while sockets are open.
 *
 * The library puts the files' first content into its context and never looks again. We give each handshake
 * the pair that was read last, in OpenSSL's own call for that: a line that is open keeps what it has, the
 * next one gets the new, and a pair that does not fit together never gets there. Pairs of another kind (an
 * RSA key before, an elliptic one now) leave nothing of the former behind, as they would in one context. */
#include <openssl/ssl.h>
#include <stdlib.h>
#include <time.h>

#include "server/base/err.h"
#include "server/conn_internal.h"
#include "server/log.h"

static struct vt_metric expires = {
    .name = "vitrine_certificate_expiry_timestamp_seconds",
    .help = "When the certificate of --tls-cert is over, in seconds since 1970.",
    .kind = VT_METRIC_GAUGE
};
#define RELOADS(word)                                                                                        \
    {                                                                                                        \
        .name = "vitrine_certificate_loads_total",                                                           \
        .help = "Readings of certificate and key, at the start and on SIGHUP.",                              \
        .labels = "result=\"" word "\"", .kind = VT_METRIC_COUNTER                                           \
    }
static struct vt_metric loaded = RELOADS("taken"), refused = RELOADS("refused");

struct vt_conn_pair {
    X509 *cert;             /* owned */
    EVP_PKEY *key;          /* owned */
    STACK_OF(X509) * chain; /* owned; NULL: none */
};

void vt_conn_pair_destroy(struct vt_conn_pair *pair)
{
    if (!pair)
        return;
    X509_free(pair->cert);
    EVP_PKEY_free(pair->key);
    sk_X509_pop_free(pair->chain, X509_free);
    free(pair);
}

/* OpenSSL reads files into a context only, so one is made and emptied. */
static struct vt_conn_pair *take(SSL_CTX *ctx)
{
    struct vt_conn_pair *pair = calloc(1, sizeof(*pair));
    STACK_OF(X509) *chain = NULL;
    X509 *cert = SSL_CTX_get0_certificate(ctx);
    EVP_PKEY *key = SSL_CTX_get0_privatekey(ctx);
    if (!pair)
        return NULL;
    SSL_CTX_get0_chain_certs(ctx, &chain);
    if (cert && X509_up_ref(cert))
        pair->cert = cert;
    if (key && EVP_PKEY_up_ref(key))
        pair->key = key;
    pair->chain = chain ? X509_chain_up_ref(chain) : NULL;
    if (pair->cert && pair->key && (pair->chain || !chain))
        return pair;
    vt_conn_pair_destroy(pair);
    return NULL;
}

static struct vt_conn_pair *read_pair(const struct vt_config *config, struct vt_buf *ret_error)
{
    struct vt_conn_pair *pair = NULL;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (!ctx)
        vt_buf_text(ret_error, "No memory for the certificate.");
    else if (SSL_CTX_use_certificate_chain_file(ctx, config->tls_cert) != 1)
        vt_buf_printf(ret_error, "--tls-cert: %s holds no certificate that can be used.", config->tls_cert);
    else if (SSL_CTX_use_PrivateKey_file(ctx, config->tls_key, SSL_FILETYPE_PEM) != 1)
        vt_buf_printf(ret_error, "--tls-key: %s holds no key, or not that of %s.", config->tls_key,
                      config->tls_cert);
    else if (SSL_CTX_check_private_key(ctx) != 1)
        vt_buf_printf(ret_error, "--tls-key: %s is not the key of %s.", config->tls_key, config->tls_cert);
    else if (!(pair = take(ctx)))
        vt_buf_text(ret_error, "No memory for the certificate.");
    SSL_CTX_free(ctx);
    return pair;
}

/* In each handshake, once the other side has named what it can. */
static int handle_handshake(SSL *ssl, void *arg)
{
    const struct vt_net *net = arg;
    const struct vt_conn_pair *pair = net->pair;
    if (!pair)
        return 0;
    SSL_certs_clear(ssl);
    return SSL_use_cert_and_key(ssl, pair->cert, pair->key, pair->chain, 1) == 1;
}

void vt_conn_tls_context(struct vt_net *net, void *ssl_ctx)
{
    SSL_CTX_set_cert_cb(ssl_ctx, handle_handshake, net);
}

static void tell(const struct vt_conn_pair *pair)
{
    struct tm tm;
    vt_metrics_add(&expires);
    vt_metrics_add(&loaded);
    vt_metrics_add(&refused);
    vt_metric_inc(pair ? &loaded : &refused, 1);
    if (pair && ASN1_TIME_to_tm(X509_get0_notAfter(pair->cert), &tm) == 1)
        vt_metric_set(&expires, (double)timegm(&tm));
}

int vt_net_reload(struct vt_net *net, struct vt_buf *ret_error)
{
    if (!net->tls)
        return VT_OK;
    struct vt_conn_pair *pair = read_pair(net->config, ret_error);
    tell(pair);
    if (!pair)
        return VT_ERR_INVALID;
    vt_conn_pair_destroy(net->pair);
    net->pair = pair;
    return VT_OK;
}
