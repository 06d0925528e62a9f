/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates: the one the public address shows, and the files the server has. */
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "server/base/err.h"
#include "server/doctor/doctor_internal.h"

enum { DAYS_WARN = 21, DAYS_FAIL = 3 };

static void cure_files(struct vt_doctor *doctor)
{
    if (doctor->config.tls_cert[0]) {
        vt_doctor_cure_option(doctor, "tls-cert", "/etc/letsencrypt/live/NAME/fullchain.pem");
        return;
    }
    vt_doctor_cure_proxy(
        doctor,
        "ssl_certificate /etc/letsencrypt/live/NAME/fullchain.pem; ssl_certificate_key …/privkey.pem;",
        "SSLCertificateFile /etc/letsencrypt/live/NAME/fullchain.pem",
        "help.shop.example { … }: it fetches one for that name by itself");
}

/* Hours until a date; negative: it has been. */
static int hours_to(const ASN1_TIME *date)
{
    int days = 0, seconds = 0;
    ASN1_TIME_diff(&days, &seconds, NULL, date);
    return days * 24 + (seconds - (seconds < 0 ? 3599 : 0)) / 3600;
}

/* Certificates that live for days are renewed in their last third, others with weeks to spare. */
static void look_at_expiry(struct vt_doctor *doctor, const X509 *cert, const char *whose)
{
    int left = hours_to(X509_get0_notAfter(cert)), life = left - hours_to(X509_get0_notBefore(cert));
    int warn = life / 4 < DAYS_WARN * 24 ? life / 4 : DAYS_WARN * 24;
    int bad = life / 20 < DAYS_FAIL * 24 ? life / 20 : DAYS_FAIL * 24;
    enum vt_doctor_level level = left < bad ? VT_DOCTOR_FAIL : left < warn ? VT_DOCTOR_WARN : VT_DOCTOR_OK;
    int days = left / 24;
    if (left < 0)
        vt_doctor_say(doctor, level, "tls.expiry", "%s is over since %d days.", whose, -days);
    else
        vt_doctor_say(doctor, level, "tls.expiry", "%s is good for %d more %s.", whose,
                      days > 2 ? days : left, days > 2 ? "days" : "hours");
    if (level == VT_DOCTOR_OK)
        return;
    vt_doctor_cure(doctor, "certbot renew --deploy-hook 'systemctl reload nginx' (or apache2, or vitrine)");
    cure_files(doctor);
}

static void look_at_chain(struct vt_doctor *doctor, struct vt_line *line)
{
    long code = SSL_get_verify_result(line->ssl);
    if (code == X509_V_OK || code == X509_V_ERR_CERT_HAS_EXPIRED) { /* that is told as expiry */
        vt_doctor_say(doctor, VT_DOCTOR_OK, "tls.chain",
                      "The chain leads to an authority this machine knows.");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.chain", "Browsers will not trust the certificate: %s.",
                  X509_verify_cert_error_string(code));
    if (code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
        code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE)
        vt_doctor_cure(doctor,
                       "the file must hold the intermediate certificates behind its own: fullchain.pem, not "
                       "cert.pem");
    else
        vt_doctor_cure(doctor, "certbot certonly -d %s gives one that browsers know", doctor->to.host);
    cure_files(doctor);
}

static void look_at_name(struct vt_doctor *doctor, X509 *cert)
{
    const char *host = doctor->to.host;
    char bare[VT_ORIGIN_HOST];
    size_t len = strlen(host);
    bool in_brackets = host[0] == '[';
    snprintf(bare, sizeof(bare), "%.*s", (int)(len - 2 * in_brackets), host + in_brackets);
    if (X509_check_host(cert, bare, 0, 0, NULL) == 1 || X509_check_ip_asc(cert, bare, 0) == 1) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "tls.name", "The certificate is for %s.", bare);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.name", "The certificate is not for %s.", bare);
    vt_doctor_cure(doctor, "certbot certonly -d %s; and the proxy must know the name:", bare);
    char nginx[VT_ORIGIN_HOST + 32], apache[VT_ORIGIN_HOST + 32], caddy[VT_ORIGIN_HOST + 32];
    snprintf(nginx, sizeof(nginx), "server_name %s;", bare);
    snprintf(apache, sizeof(apache), "ServerName %s", bare);
    snprintf(caddy, sizeof(caddy), "%s { … }", bare);
    vt_doctor_cure_proxy(doctor, nginx, apache, caddy);
}

/* Whether the other side still speaks TLS 1.1; our own library has to be told to try. */
static bool speaks_old(const struct vt_origin *to)
{
    struct vt_origin plain = *to;
    struct vt_line line;
    plain.tls = false;
    bool is_old = false;
    if (vt_line_open(&line, &plain, VT_DOCTOR_WAIT_MS) == VT_OK) {
        SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
        SSL *ssl = ctx ? SSL_new(ctx) : NULL;
        if (ssl) {
            SSL_set_security_level(ssl, 0);
            SSL_set_min_proto_version(ssl, TLS1_VERSION);
            SSL_set_max_proto_version(ssl, TLS1_1_VERSION);
            SSL_set_fd(ssl, line.fd);
            SSL_set_tlsext_host_name(ssl, to->host);
            is_old = SSL_connect(ssl) == 1;
        }
        SSL_free(ssl);
        SSL_CTX_free(ctx);
    }
    vt_line_close(&line);
    return is_old;
}

static void look_at_versions(struct vt_doctor *doctor, struct vt_line *line)
{
    if (!speaks_old(&doctor->to)) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "tls.versions", "%s; nothing older than 1.2.",
                      SSL_get_version(line->ssl));
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.versions",
                  "TLS 1.1, which browsers have left, is still spoken.");
    vt_doctor_cure_proxy(doctor, "ssl_protocols TLSv1.2 TLSv1.3;", "SSLProtocol -all +TLSv1.2 +TLSv1.3",
                         NULL);
}

void vt_doctor_tls(struct vt_doctor *doctor, struct vt_line *line)
{
    X509 *cert = SSL_get1_peer_certificate(line->ssl);
    if (!cert)
        return;
    look_at_chain(doctor, line);
    look_at_name(doctor, cert);
    look_at_expiry(doctor, cert, "The certificate");
    look_at_versions(doctor, line);
    X509_free(cert);
}

void vt_doctor_tls_files(struct vt_doctor *doctor)
{
    const char *cert = doctor->config.tls_cert, *key = doctor->config.tls_key;
    struct stat info;
    if (!cert[0])
        return;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    bool is_good = ctx && SSL_CTX_use_certificate_chain_file(ctx, cert) == 1 &&
                   SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) == 1 &&
                   SSL_CTX_check_private_key(ctx) == 1;
    if (is_good) {
        look_at_expiry(doctor, SSL_CTX_get0_certificate(ctx), "The certificate in --tls-cert");
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.files",
                      "%s and %s cannot be read, or do not belong together.", cert, key);
        vt_doctor_cure_option(doctor, "tls-cert", "/etc/letsencrypt/live/NAME/fullchain.pem");
        vt_doctor_cure_option(doctor, "tls-key", "/etc/letsencrypt/live/NAME/privkey.pem");
    }
    if (stat(key, &info) == 0 && (info.st_mode & 007)) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.key-mode", "The private key %s can be read by everybody.",
                      key);
        vt_doctor_cure(doctor, "chmod 600 %s", key);
    }
    SSL_CTX_free(ctx);
}
