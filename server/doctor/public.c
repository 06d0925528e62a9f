/* SPDX-License-Identifier: Apache-2.0 */
/* The public address: who answers there, and what the proxies on the way do to what passes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "media/clip.h"
#include "server/address.h"
#include "server/auth/probe.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/doctor/doctor_internal.h"
#include "server/http/probe.h"
#include "server/listen.h"

enum {
    BODY_BYTES = 65536,
    CLOCK_S = 60, /* what tokens bear */
    FRAME_MS = 5000,
    UPLOAD_WAIT_MS = 3000,
    UPLOAD_PIECE = 65536,
    BEYOND_BEAT_MS = 1000
};

static const char config_hint[] =
    "whole files for all three: server/docs/proxy, installed in /usr/share/doc/vitrine/proxy";

/* --- is it there --------------------------------------------------------------------------------- */

static void look_at_plain(struct vt_doctor *doctor)
{
    if (strncmp(doctor->to.host, "127.", 4) == 0 || strcmp(doctor->to.host, "localhost") == 0 ||
        strcmp(doctor->to.host, "[::1]") == 0) {
        if (!doctor->config_file || doctor->config.base_url[0]) {
            vt_doctor_say(doctor, VT_DOCTOR_OK, "tls.used", "Plain HTTP on this machine, for trying out.");
            return;
        }
        /* Who wrote a file means to serve a shop. */
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "tls.used",
                      "No public address is set: browsers on other machines do not reach the server.");
        vt_doctor_cure_option(doctor, "base-url", "https://help.shop.example");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "tls.used",
                  "The address is plain http: nobody can log in, and shops on https may not load it.");
    vt_doctor_cure_option(doctor, "base-url",
                          "https://help.shop.example (and TLS at the proxy, or --tls-cert)");
}

static void cure_reach(struct vt_doctor *doctor)
{
    char nginx[160], apache[160], caddy[160];
    snprintf(nginx, sizeof(nginx), "proxy_pass %.100s;", doctor->listen_text);
    snprintf(apache, sizeof(apache), "ProxyPass / %.100s/", doctor->listen_text);
    snprintf(caddy, sizeof(caddy), "reverse_proxy %.100s", strstr(doctor->listen_text, "://") + 3);
    vt_doctor_cure_proxy(doctor, nginx, apache, caddy);
    vt_doctor_cure(doctor, "%s", config_hint);
}

/* Opens a line and looks at its certificate. */
static bool look_at_line(struct vt_doctor *doctor)
{
    struct vt_line line;
    bool is_open = vt_line_open(&line, &doctor->to, VT_DOCTOR_WAIT_MS) == VT_OK;
    if (is_open && doctor->to.tls) {
        vt_doctor_tls(doctor, &line);
    } else if (is_open) {
        look_at_plain(doctor);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "public.reach", "%s cannot be reached: %s.", doctor->to_text,
                      line.why);
        vt_doctor_cure(doctor, "let the name point here, open the port, start the proxy and the server");
        cure_reach(doctor);
    }
    vt_line_close(&line);
    return is_open;
}

static void look_at_date(struct vt_doctor *doctor, const struct vt_line_answer *answer)
{
    char text[64];
    struct tm tm = { 0 };
    if (!vt_str_copy(text, sizeof(text), vt_line_header(answer, "date", 0)) ||
        !strptime(text, "%a, %d %b %Y %H:%M:%S GMT", &tm))
        return;
    long long off = (long long)timegm(&tm) - vt_wall_ms() / 1000;
    if (llabs(off) <= CLOCK_S) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "clock.date",
                      "Our clock and that of the public answer agree (%+lld s).", off);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "clock.date",
                  "The public answer's Date is %+lld s from this machine's clock; tokens bear %d s.", off,
                  CLOCK_S);
    vt_doctor_cure(doctor,
                   "on both machines: timedatectl set-ntp true; chronyc tracking tells which is wrong");
}

static bool look_at_health(struct vt_doctor *doctor)
{
    struct vt_line_answer answer = VT_LINE_ANSWER_INIT(BODY_BYTES);
    char why[VT_LINE_WHY];
    int err = vt_line_get(&doctor->to, "/healthz", "", &answer, why);
    bool is_ours = !err && answer.status == 200 && vt_str_eq(vt_buf_view(&answer.body), VT_STR("ok\n"));
    if (is_ours) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "public.reach", "%s answers.", doctor->to_text);
        look_at_date(doctor, &answer);
        struct vt_str server = vt_line_header(&answer, "server", 0);
        doctor->is_nginx = server.len >= 5 && memcmp(server.ptr, "nginx", 5) == 0;
    } else if (err) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "public.reach", "%s does not answer: %s.", doctor->to_text,
                      why);
        cure_reach(doctor);
    } else if (answer.status >= 502 && answer.status <= 504) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "public.reach",
                      "The proxy at %s does not reach the server (%d).", doctor->to_text, answer.status);
        cure_reach(doctor);
    } else {
        vt_doctor_say(
            doctor, VT_DOCTOR_FAIL, "public.reach",
            "Something else answers at %s (%d for /healthz): the whole name must lead to the server.",
            doctor->to_text, answer.status);
        cure_reach(doctor);
    }
    vt_line_answer_finish(&answer);
    return is_ours;
}

/* --- what arrives, and silences ------------------------------------------------------------------ */

struct echo {
    char peer[VT_HTTP_PEER], client[64], forwarded[256], host[VT_ORIGIN_TEXT];
    char self[64];
    uint64_t descriptors;
    bool has_begun, is_whole, is_held_back;
};

/* The text of a member of the probe's flat JSON. */
static void copy_member(struct vt_buf *body, const char *name, char *ret_text, size_t size)
{
    char key[32];
    snprintf(key, sizeof(key), "\"%s\":\"", name);
    const char *at = strstr(vt_buf_cstr(body), key);
    ret_text[0] = '\0';
    if (at)
        vt_str_copy(ret_text, size, (struct vt_str){ at + strlen(key), strcspn(at + strlen(key), "\"") });
}

static void read_echo(struct vt_line *line, struct vt_line_answer *answer, int64_t quiet_ms,
                      struct echo *echo)
{
    const int64_t until_ms = vt_now_ms() + quiet_ms + VT_DOCTOR_WAIT_MS;
    int64_t first_ms = 0;
    char room[4096];
    for (;;) {
        if (!echo->has_begun && strstr(vt_buf_cstr(&answer->body), "\"now_ms\":")) {
            echo->has_begun = true;
            first_ms = vt_now_ms();
        }
        echo->is_whole = strstr(vt_buf_cstr(&answer->body), "\"end\":true") != NULL;
        ssize_t n = echo->is_whole ? 0
                                   : vt_line_read(line, room, sizeof(room), (int)(until_ms - vt_now_ms()));
        if (n <= 0 || vt_buf_append(&answer->body, room, (size_t)n) != VT_OK)
            break;
    }
    /* The pieces were said with the silence between them. */
    echo->is_held_back = echo->is_whole && vt_now_ms() - first_ms < quiet_ms / 2;
    copy_member(&answer->body, "peer", echo->peer, sizeof(echo->peer));
    copy_member(&answer->body, "client", echo->client, sizeof(echo->client));
    copy_member(&answer->body, "forwarded", echo->forwarded, sizeof(echo->forwarded));
    copy_member(&answer->body, "host", echo->host, sizeof(echo->host));
    const char *at = strstr(vt_buf_cstr(&answer->body), "\"descriptors\":");
    echo->descriptors = at ? strtoull(at + 14, NULL, 10) : 0;
}

/* Asks the probe. False: it did not answer, which has been told. */
static bool ask_probe(struct vt_doctor *doctor, int64_t quiet_ms, struct echo *echo)
{
    struct vt_line line = { .fd = -1 };
    struct vt_line_answer answer = VT_LINE_ANSWER_INIT(BODY_BYTES);
    char token[VT_SEAL_TEXT], host[VT_ORIGIN_TEXT], text[1024];
    int err = vt_probe_token(doctor->seal, vt_wall_ms(), token);
    vt_line_host(&doctor->to, host);
    snprintf(text, sizeof(text),
             "GET /doctor?quiet=%lld HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nConnection: "
             "close\r\n\r\n",
             (long long)quiet_ms, host, token);
    if (!err)
        err = vt_line_open(&line, &doctor->to, VT_DOCTOR_WAIT_MS);
    if (!err) {
        vt_line_self(&line, echo->self);
        err = vt_line_send(&line, vt_str(text));
    }
    /* A proxy that collects sends the head with the rest. */
    if (!err)
        err = vt_line_read_head(&line, &answer, (int)quiet_ms + VT_DOCTOR_WAIT_MS);
    if (!err && answer.status == 200)
        read_echo(&line, &answer, quiet_ms, echo);
    vt_line_close(&line);
    bool is_good = !err && answer.status == 200;
    if (!is_good && answer.status == 401) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "public.key",
                      "The server there has another key file, or another time.");
        vt_doctor_cure(doctor, "give the doctor the options of that server: --config, --data, --key-file");
    } else if (!is_good) {
        vt_doctor_say(
            doctor, err ? VT_DOCTOR_FAIL : VT_DOCTOR_WARN, err ? "proxy.idle" : "public.version",
            err ? "No answer came through a silence of %lld ms (%d)."
                : "A question of %lld ms could not be asked: the server there answered %d; is it older?",
            (long long)quiet_ms, answer.status);
        if (err)
            vt_doctor_cure_proxy(doctor, "proxy_read_timeout 120s;", "ProxyTimeout 120",
                                 "no read_timeout below 120s in transport http { … }");
    }
    vt_line_answer_finish(&answer);
    return is_good;
}

static void look_at_silence(struct vt_doctor *doctor, const struct echo *echo, int64_t quiet_ms)
{
    if (echo->is_whole) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.idle",
                      "A line bears %lld ms of silence; heartbeats come each %lld.", (long long)quiet_ms,
                      (long long)doctor->config.beat_idle);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.idle",
                      "A line without a word is cut before %lld ms have gone; heartbeats come each %lld ms.",
                      (long long)quiet_ms, (long long)doctor->config.beat_idle);
        vt_doctor_cure_proxy(doctor, "proxy_read_timeout 120s; proxy_send_timeout 120s;", "ProxyTimeout 120",
                             "no read_timeout below 120s in transport http { … }");
    }
    if (echo->is_held_back) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "proxy.buffering",
                      "The proxy collects answers: a film that is being made comes only when it is whole.");
        vt_doctor_cure_proxy(doctor, "proxy_buffering off; (and no proxy_ignore_headers X-Accel-Buffering)",
                             "ProxyPass / … flushpackets=on", "flush_interval -1");
    } else if (echo->has_begun) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.buffering", "What the server says arrives at once.");
    }
}

static void look_at_address(struct vt_doctor *doctor, const struct echo *echo)
{
    char address[64];
    vt_str_copy(address, sizeof(address), (struct vt_str){ echo->peer, strcspn(echo->peer, " ") });
    if (strcmp(echo->peer, echo->self) == 0) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.address",
                      "Nothing stands between: the server sees who comes.");
        return;
    }
    if (!echo->forwarded[0]) {
        vt_doctor_say(
            doctor, VT_DOCTOR_FAIL, "proxy.address",
            "The proxy does not say who comes: all customers count as one address (%s), which may have "
            "%lld sockets.",
            address, (long long)doctor->config.max_sockets_address);
        vt_doctor_cure_proxy(doctor, "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;",
                             "ProxyAddHeaders On (and no RequestHeader unset X-Forwarded-For)",
                             "no header_up -X-Forwarded-For");
        return;
    }
    struct vt_networks trusted;
    struct vt_address peer;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    bool is_trusted = vt_networks_parse(&trusted, doctor->config.trusted_proxies, &why) == VT_OK &&
                      vt_address_parse(vt_str(address), &peer) == VT_OK && vt_networks_hold(&trusted, &peer);
    if (strcmp(echo->client, address) != 0 || is_trusted) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.address",
                      "The proxy (%s) says who comes, and is believed.", address);
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.trusted",
                  "The proxy (%s) says who comes and is not believed: all customers count as one address.",
                  address);
    vt_doctor_cure_option(doctor, "trusted-proxies", address);
}

static void look_at_host(struct vt_doctor *doctor, const struct echo *echo)
{
    char host[VT_ORIGIN_TEXT];
    vt_line_host(&doctor->to, host);
    if (strcasecmp(host, echo->host) == 0) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.host", "The public name arrives as it was asked for.");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_WARN, "proxy.host",
                  "The proxy asks for \"%s\" where the browser asked for \"%s\".", echo->host, host);
    vt_doctor_cure_proxy(doctor, "proxy_set_header Host $http_host;", "ProxyPreserveHost On",
                         "no header_up Host …");
}

static void look_through(struct vt_doctor *doctor)
{
    struct echo echo = { .has_begun = false };
    int64_t quiet_ms = doctor->config.beat_idle + BEYOND_BEAT_MS;
    quiet_ms = quiet_ms > VT_PROBE_QUIET_MS ? VT_PROBE_QUIET_MS : quiet_ms;
    if (!doctor->seal) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "public.key",
                      "Without the key file the server cannot be asked what arrives there.");
        vt_doctor_cure(doctor, "run it as the server's user, with its --config or --data");
        return;
    }
    if (!ask_probe(doctor, quiet_ms, &echo))
        return;
    look_at_silence(doctor, &echo, quiet_ms);
    if (!echo.has_begun)
        return;
    look_at_address(doctor, &echo);
    look_at_host(doctor, &echo);
    vt_doctor_descriptors(doctor, echo.descriptors, "The server");
}

/* --- sockets ------------------------------------------------------------------------------------- */

static void cure_upgrade(struct vt_doctor *doctor)
{
    vt_doctor_cure_proxy(doctor,
                         "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header "
                         "Connection \"upgrade\";",
                         "ProxyPass / … upgrade=websocket (2.4.47 and later), or a2enmod proxy_wstunnel",
                         NULL);
    vt_doctor_cure(doctor, "%s", config_hint);
}

/* Something wrong on purpose, which the server answers before any welcome. */
static bool frames_pass(struct vt_line *line)
{
    static const char frame[] = "\x81\x82\0\0\0\0{}";
    unsigned char head[2];
    return vt_line_send(line, (struct vt_str){ frame, sizeof(frame) - 1 }) == VT_OK &&
           vt_line_read(line, head, sizeof(head), FRAME_MS) > 0 && (head[0] & 0x80);
}

static void judge_upgrade(struct vt_doctor *doctor, struct vt_line *line, const struct vt_line_answer *answer,
                          const char *origin)
{
    bool is_socket = answer->status == 101;
    if (is_socket && (answer->body.len > 0 || frames_pass(line))) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.upgrade",
                      "A WebSocket opens, and messages pass both ways.");
    } else if (is_socket) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.upgrade",
                      "A WebSocket opens, but messages do not pass.");
        vt_doctor_cure_proxy(doctor, "proxy_buffering off;", "ProxyPass / … flushpackets=on",
                             "flush_interval -1");
    } else if (answer->status == 403) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "origin.base-url",
                      "The server does not know itself as %s: the console cannot connect there.", origin);
        vt_doctor_cure_option(doctor, "base-url", doctor->to_text);
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.upgrade",
                      "The WebSocket's handshake is answered %d and not 101: the proxy does not pass it on.",
                      answer->status);
        cure_upgrade(doctor);
    }
}

static void look_at_upgrade(struct vt_doctor *doctor)
{
    struct vt_line line;
    struct vt_line_answer answer = VT_LINE_ANSWER_INIT(BODY_BYTES);
    char host[VT_ORIGIN_TEXT], text[1024];
    vt_line_host(&doctor->to, host);
    snprintf(
        text, sizeof(text),
        "GET /v1/socket HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Protocol: vitrine.v1\r\n\r\n",
        host, doctor->to_text);
    int err = vt_line_open(&line, &doctor->to, VT_DOCTOR_WAIT_MS);
    if (!err)
        err = vt_line_send(&line, vt_str(text));
    if (!err)
        err = vt_line_read_head(&line, &answer, VT_DOCTOR_WAIT_MS);
    if (err) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.upgrade",
                      "The WebSocket's handshake gets no answer: %s.", line.why);
        cure_upgrade(doctor);
    } else {
        judge_upgrade(doctor, &line, &answer, doctor->to_text);
    }
    vt_line_answer_finish(&answer);
    vt_line_close(&line);
}

/* --- uploads and ranges -------------------------------------------------------------------------- */

/* Apache and Caddy pass an upload on as it comes, but the answer to it not before its end: only of nginx does
 * silence mean that it collects. */
static void judge_upload(struct vt_doctor *doctor, int status, bool is_late)
{
    if (status == 413) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "proxy.upload",
                      "The proxy refuses clips of %d MB (413); pictures have up to 40.",
                      (int)(VT_CLIP_LIMITS.bytes / 1000000));
        vt_doctor_cure_proxy(doctor, "client_max_body_size 110m;", "LimitRequestBody 115343360",
                             "no request_body { max_size … } below 110MB");
    } else if (is_late && doctor->is_nginx) {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "proxy.upload",
                      "The proxy collects uploads before it passes them on: who sends sees no progress.");
        vt_doctor_cure(doctor, "nginx   proxy_request_buffering off;");
    } else if (is_late ||
               (status >= 400 && status < 500)) { /* the server's own refusal: there was no ticket */
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.upload", "Nothing on the way refuses uploads of %d MB.",
                      (int)(VT_CLIP_LIMITS.bytes / 1000000));
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_WARN, "proxy.upload", "An upload was answered %d.", status);
        vt_doctor_cure(doctor, "look into the proxy's error log for POST /v/clip");
    }
}

/* The head of a clip and its beginning: who refuses does so now, and the server without a ticket. */
static void look_at_upload(struct vt_doctor *doctor)
{
    static const char piece[UPLOAD_PIECE];
    struct vt_line line;
    struct vt_line_answer answer = VT_LINE_ANSWER_INIT(BODY_BYTES);
    char host[VT_ORIGIN_TEXT], text[1024];
    vt_line_host(&doctor->to, host);
    snprintf(text, sizeof(text),
             "POST /v/clip HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/octet-stream\r\n"
             "Content-Length: %llu\r\n\r\n",
             host, doctor->to_text, (unsigned long long)VT_CLIP_LIMITS.bytes);
    if (vt_line_open(&line, &doctor->to, VT_DOCTOR_WAIT_MS) == VT_OK &&
        vt_line_send(&line, vt_str(text)) == VT_OK) {
        vt_line_send(&line, (struct vt_str){ piece, sizeof(piece) });
        vt_line_read_head(&line, &answer, UPLOAD_WAIT_MS);
        judge_upload(doctor, answer.status, line.is_late);
    }
    vt_line_answer_finish(&answer);
    vt_line_close(&line);
}

static void look_at_range(struct vt_doctor *doctor)
{
    struct vt_line_answer answer = VT_LINE_ANSWER_INIT(BODY_BYTES);
    char why[VT_LINE_WHY];
    int err = vt_line_get(&doctor->to, "/v1/vitrine.js", "Range: bytes=0-9\r\n", &answer, why);
    if (!err && answer.status == 206 && answer.body.len == 10) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "proxy.range",
                      "Parts of files can be asked for: films can be moved through.");
    } else if (!err && (answer.status == 200 || answer.status == 206)) {
        vt_doctor_say(
            doctor, VT_DOCTOR_WARN, "proxy.range",
            "The proxy does not pass on what part of a file is asked for (%d): Safari plays no film so.",
            answer.status);
        vt_doctor_cure_proxy(doctor, "no proxy_set_header Range \"\"; and no proxy_cache without slice",
                             "no RequestHeader unset Range; no mod_deflate for video", "no header_up -Range");
    } else {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "public.script", "/v1/vitrine.js is answered %d.",
                      answer.status);
        vt_doctor_cure(doctor, "the whole name must lead to the server; %s", config_hint);
    }
    vt_line_answer_finish(&answer);
}

bool vt_doctor_public(struct vt_doctor *doctor)
{
    const char *base = doctor->config.base_url;
    if (base[0] && doctor->url && !vt_origin_same(vt_str(base), vt_str(doctor->to_text))) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "origin.base-url",
                      "The server takes itself for %s, and is asked for at %s.", base, doctor->to_text);
        vt_doctor_cure_option(doctor, "base-url", doctor->to_text);
    }
    if (!look_at_line(doctor) || !look_at_health(doctor))
        return false;
    look_at_upgrade(doctor);
    look_at_upload(doctor);
    look_at_range(doctor);
    look_through(doctor);
    return true;
}
