/* SPDX-License-Identifier: Apache-2.0 */
/* bare_http FILE: what libwebsockets on libuv can do at most. Any GET is answered with the bytes of the file,
 * which lie in memory with their head before them, by one write; nothing is looked up, checked or counted. */
#include <libwebsockets.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static unsigned char *answer;
static size_t answer_len;

static int handle(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
    (void)user, (void)in, (void)len;
    if (reason != LWS_CALLBACK_HTTP)
        return 0;
    if (lws_write(wsi, answer, answer_len, LWS_WRITE_HTTP) < 0)
        return -1;
    return lws_http_transaction_completed(wsi) ? -1 : 0;
}

static bool read_file(const char *path)
{
    enum { MOST = 4 << 20, HEAD = 256 };
    FILE *file = fopen(path, "rb");
    answer = malloc(MOST);
    if (!file || !answer)
        return false;
    const size_t body = fread(answer + HEAD, 1, MOST - HEAD, file);
    fclose(file);
    const int head = snprintf((char *)answer, HEAD,
                              "HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                              body);
    memmove(answer + head, answer + HEAD, body);
    answer_len = (size_t)head + body;
    return body > 0;
}

int main(int argc, char **argv)
{
    static const struct lws_protocols protocols[] = {
        { .name = "http", .callback = handle, .rx_buffer_size = 65536, .tx_packet_size = 1 << 20 },
        { .name = NULL }
    };
    uv_loop_t loop;
    void *loops[] = { &loop };
    if (argc != 2 || !read_file(argv[1]) || uv_loop_init(&loop) != 0)
        return 2;
    lws_set_log_level(LLL_ERR, NULL);
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .foreign_loops = loops,
        .pt_serv_buf_size = 65536,
        .gid = -1,
        .uid = -1,
        .count_threads = 1,
    };
    struct lws_context *context = lws_create_context(&info);
    info.keepalive_timeout = 60;
    info.iface = "127.0.0.1";
    for (info.port = 20000 + (int)(uv_hrtime() % 20000); context; info.port++) {
        if (!lws_create_vhost(context, &info))
            continue;
        printf("listening http://127.0.0.1:%d\n", info.port);
        fflush(stdout);
        return uv_run(&loop, UV_RUN_DEFAULT);
    }
    return 1;
}
