/* SPDX-License-Identifier: Apache-2.0 */
/* The options of `vitrine serve`, one row each; see config.h. */
#ifndef VT_CONFIG_ROWS_H
#define VT_CONFIG_ROWS_H

/* X(type, field, flag, default, min, max, reloadable, secret, help) */
/* clang-format off */
#define VT_CONFIG_ROWS(X)                                                                                             \
    X(text, data, "data", "./data", 0, 0, false, false, "Directory of the store, the originals and the cache.")      \
    X(text, store, "store", "", 0, 0, false, true,                                                                    \
      "Tables in PostgreSQL 15 or later, as postgres://vitrine@db.example/vitrine; empty: a file of the data directory.") \
    X(text, listen, "listen", "127.0.0.1:8080", 0, 0, false, false,                                                   \
      "Address and port to serve on; port 0 takes a free one and prints it. Several, parted by commas.")            \
    X(flag, share_port, "share-port", "false", 0, 0, false, false,                                                    \
      "Listen also where another server listens already: for a successor, which takes over before the other goes.") \
    X(text, redis, "redis", "", 0, 0, false, false,                                                                   \
      "Redis of several nodes that serve the same sites, such as redis://10.0.0.5:6379: one leads, the others pass "  \
      "their lines on to it, and one of them takes over when it is gone; empty: this server is alone.")              \
    X(text, redis_password, "redis-password", "", 0, 0, false, true, "Password at Redis; empty: none.")               \
    X(text, group, "group", "default", 0, 0, false, false,                                                            \
      "Name that the nodes of one store share; several groups may use one Redis.")                                   \
    X(text, node_address, "node-address", "127.0.0.1:0", 0, 0, false, false,                                          \
      "Address and port where the other nodes reach this one.")                                                      \
    X(text, base_url, "base-url", "", 0, 0, false, false,                                                             \
      "Address by which browsers reach the server, such as https://help.shop.example; empty: from --listen.")       \
    X(text, mirror_origin, "mirror-origin", "", 0, 0, false, false,                                                   \
      "Origin of a second host name of this server, such as https://mirror.shop.example, from which the console "    \
      "shows customers' pages, so that they share nothing with it; empty: its own.")                                \
    X(text, web, "web", "", 0, 0, false, false, "Directory of the built browser files; empty: beside the binary.")   \
    X(text, key_file, "key-file", "", 0, 0, false, false,                                                             \
      "File of 32 or more random bytes under which secrets are sealed in the store; empty: vitrine.key among "       \
      "systemd's credentials, else in the data directory, made at the first start.")                                \
    X(text, tls_cert, "tls-cert", "", 0, 0, true, false, "Certificate chain in PEM; with --tls-key turns TLS on.")  \
    X(text, tls_key, "tls-key", "", 0, 0, true, false, "Private key in PEM.")                                       \
    X(text, trusted_proxies, "trusted-proxies", "", 0, 0, false, false,                                               \
      "Networks whose X-Forwarded-For counts, as 10.0.0.0/8,::1/128.")                                              \
    X(text, log_format, "log-format", "text", 0, 0, false, false, "text or json.")                                   \
    X(text, log_file, "log-file", "", 0, 0, true, false,                                                             \
      "File to write the log to, opened again on SIGHUP and SIGUSR1; empty: standard error, which journald takes.") \
    X(text, log_level, "log-level", "info", 0, 0, false, false, "debug, info, warn or error.")                       \
    X(text, metrics_token, "metrics-token", "", 0, 0, false, true,                                                    \
      "Bearer token for /metrics; empty: /metrics answers loopback addresses only.")                                \
    X(number, max_sockets, "max-sockets", "20000", 1, 1000000, false, false, "Sockets in the process.")              \
    X(number, max_sockets_address, "max-sockets-address", "100", 1, 1000000, false, false,                            \
      "Sockets of one address (IPv6: one /64).")                                                                    \
    X(text, exempt_addresses, "exempt-addresses", "", 0, 0, false, false,                                             \
      "Networks that --max-sockets-address does not count, such as a shop behind one address.")                     \
    X(time, hello_timeout, "hello-timeout", "5s", 100, 60000, false, false, "First message after the handshake.")    \
    X(time, beat_live, "beat-live", "5s", 100, 60000, false, false, "Heartbeat in a live session.")                  \
    X(time, beat_idle, "beat-idle", "25s", 100, 120000, false, false, "Heartbeat else.")                             \
    X(time, away_hold, "away-hold", "2m", 100, 1800000, false, false,                                                 \
      "How long a place in the line or a pairing outlives a lost connection.")                                      \
    X(time, consent_idle, "consent-idle", "15m", 1000, 86400000, false, false,                                        \
      "A consent of the customer that nobody has used for so long ends.")                                           \
    X(time, resume_life, "resume-life", "30m", 1000, 86400000, false, false, "Life of a resume token after the last socket.") \
    X(size, outbox_limit, "outbox-limit", "512k", 65536, 67108864, false, false,                                      \
      "Bytes queued for one connection before it is closed with 4101.")                                             \
    X(size, outbox_credit, "outbox-credit", "256k", 16384, 67108864, false, false,                                    \
      "Bytes of ordered frames queued for one connection.")                                                         \
    X(number, text_up, "text-up", "16384", 1024, 1048576, false, false, "Bytes of one text message from a browser.") \
    X(number, binary_up, "binary-up", "65536", 1024, 1048576, false, false, "Bytes of one binary message.")          \
    X(number, chat_bytes, "chat-bytes", "8192", 16, 65536, false, false, "Bytes of one chat text.")                  \
    X(number, chat_per_minute, "chat-per-minute", "20", 1, 10000, false, false, "Chat messages of one customer a minute.") \
    X(number, rate_motion, "rate-motion", "45", 1, 10000, false, false, "Motion frames a second and channel.")       \
    X(number, rate_act, "rate-act", "10", 1, 10000, false, false, "Acts (view, marks, claims) a second.")            \
    X(number, rate_talk, "rate-talk", "5", 1, 10000, false, false, "Chat messages a second.")                        \
    X(number, rate_search, "rate-search", "5", 1, 10000, false, false, "Searches a second.")                         \
    X(number, people, "people", "6", 2, 64, false, false, "People in one session.")                                  \
    X(number, capacity, "capacity", "3", 1, 100, false, false, "Live conversations of one associate.")               \
    X(number, queue_capacity, "queue-capacity", "200", 1, 100000, false, false, "Customers waiting in one queue.")   \
    X(time, queue_service, "queue-service", "1m", 100, 3600000, false, false,                                         \
      "Time an associate needs for one customer, until the line has seen it: the first forecasts of a wait.")       \
    X(number, store_queue, "store-queue", "1000", 1, 1000000, false, false, "Rows waiting to be committed.")         \
    X(time, store_wait, "store-wait", "2s", 100, 600000, false, false,                                                \
      "While the disk has not finished a commit for so long, no row is queued behind it.")                           \
    X(time, store_unready, "store-unready", "5s", 100, 600000, false, false,                                          \
      "/readyz says no when nothing could be written for so long.")                                                   \
    X(number, site_messages, "site-messages", "10000", 1, 1000000, false, false,                                      \
      "Messages a second of one site's browsers, of several sites; a large one counts once for each 4 KiB.")          \
    X(number, site_rows, "site-rows", "500", 1, 1000000, false, false,                                                \
      "Rows a second that one site of several writes into the store.")                                                \
    X(time, site_renders, "site-renders", "1s", 1, 64000, false, false,                                               \
      "Time of a picture worker that one site of several gets back each second; it may use 20 times that at once.")   \
    X(number, site_requests, "site-requests", "10", 1, 10000, false, false,                                           \
      "Requests a second to other machines for one site of several: pictures, webhooks, feeds. More wait.")           \
    X(number, site_share, "site-share", "50", 1, 100, false, false,                                                   \
      "Percent of a queue that one site of several may fill: the store's, the picture workers', that of requests.")   \
    X(number, retention_days, "retention-days", "365", 1, 3650, false, false,                                         \
      "Days for which conversations are kept where a site's settings do not say (retention.days).")                  \
    X(number, media_workers, "media-workers", "0", 0, 64, false, false,                                               \
      "Processes that make pictures and films; 0: one a core, and one.")                                                               \
    X(size, media_ram, "media-ram", "64m", 1048576, 268435456, false, false, "Made pictures kept in memory.")        \
    X(size, media_disk, "media-disk", "2g", 0, 1099511627776, false, false,                                           \
      "Made pictures kept on the disk, under the data directory; 0: none.")                                         \
    X(time, media_budget, "media-budget", "10s", 100, 3600000, false, false,                                          \
      "Time of a picture worker that one address may use at once for pictures made to order.")                      \
    X(time, media_budget_back, "media-budget-back", "500ms", 1, 60000, false, false,                                  \
      "How much of --media-budget an address gets back each second.")                                               \
    X(flag, media_fetch_private, "media-fetch-private", "false", 0, 0, false, false,                                  \
      "Fetch catalogue pictures also from private addresses, by http and from any port: for development only.")     \
    X(text, outgoing_ca, "outgoing-ca", "", 0, 0, false, false,                                                       \
      "Certificates in PEM that outgoing connections trust instead of the system's; empty: the system's.")          \
    X(text, mail_url, "mail-url", "", 0, 0, false, false,                                                             \
      "Mail server, as smtp://mail.example:587 or smtps://mail.example:465; empty: no mail is sent.")               \
    X(text, mail_from, "mail-from", "", 0, 0, false, false, "Address that mail comes from; needed with --mail-url.")  \
    X(text, mail_user, "mail-user", "", 0, 0, false, false, "Name to log in to the mail server; empty: no login.")   \
    X(text, mail_password_file, "mail-password-file", "", 0, 0, false, false,                                         \
      "File whose first line is the password for --mail-user.")                                                     \
    X(flag, mail_plain, "mail-plain", "false", 0, 0, false, false,                                                    \
      "Send mail unencrypted to a server that offers no TLS, such as one on this machine.")                         \
    X(time, answer_window, "answer-window", "60s", 0, 600000, false, false,                                           \
      "An answer to a customer who has gone goes by mail this long after its last line.")                            \
    X(number, mail_per_day, "mail-per-day", "10", 1, 10000, false, false, "Mails to one address in 24 hours.")       \
    X(time, webhook_wait, "webhook-wait", "5s", 10, 3600000, false, false,                                            \
      "An address that has not taken a webhook is asked again after this; each time it is four times as long, up to "  \
      "4 hours.")                                                                                                     \
    X(time, webhook_give_up, "webhook-give-up", "24h", 100, 604800000, false, false,                                  \
      "An address that has taken nothing for so long is switched off.")                                               \
    X(time, merchant_every, "merchant-every", "10m", 100, 86400000, false, false,                                     \
      "How often a shop's own server is asked for its orders, where its site wants that.")                            \
    X(time, login_life, "login-life", "12h", 60000, 604800000, false, false, "Life of a login.")                     \
    X(time, login_idle, "login-idle", "60m", 60000, 604800000, false, false, "A login without use ends after this.") \
    X(number, login_tries, "login-tries", "5", 1, 1000, false, false,                                                 \
      "Failed logins of one name in 15 minutes; then it is closed until the first of them is as old.")               \
    X(number, login_tries_address, "login-tries-address", "20", 1, 100000, false, false,                              \
      "Failed logins from one address in 15 minutes; raise it for a shop whose staff share one.")                    \
    X(number, code_tries, "code-tries", "5", 1, 1000, false, false,                                                   \
      "Codes of a caller that an associate may type wrongly in 10 minutes.")                                          \
    X(number, token_rate, "token-rate", "10", 1, 100000, false, false,                                                \
      "REST requests a second of one API token; five times as many at once.")                                        \
    X(time, drain_time, "drain-time", "8s", 0, 600000, false, false, "Time for SIGTERM's drain.")

/* clang-format on */

#endif
