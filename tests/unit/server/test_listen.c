/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/listen.h"

static struct vt_buf error = VT_BUF_INIT(1024);

static struct vt_config config_of(const char *listen_text)
{
    return (struct vt_config){ .listen = strdup(listen_text), .base_url = "", .tls_cert = "" };
}

static int bind_port(int port, int reuse)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof(reuse));
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &reuse, sizeof(reuse));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
        return fd;
    close(fd);
    return -1;
}

static void a_free_port_is_chosen_and_held(void **state)
{
    (void)state;
    struct vt_config config = config_of("127.0.0.1:0");
    struct vt_listen_hold hold;
    char origin[VT_LISTEN_ORIGIN];
    assert_int_equal(vt_listen_hold(&config, &hold, &error), VT_OK);
    int port = atoi(strrchr(config.listen, ':') + 1);
    assert_true(port > 1023);
    /* Nobody else gets it, we do. */
    assert_int_equal(bind_port(port, 0), -1);
    int ours = bind_port(port, 1);
    assert_true(ours >= 0);
    vt_listen_origin(&config, origin);
    assert_int_equal(strncmp(origin, "http://127.0.0.1:", 17), 0);
    assert_int_equal(atoi(origin + 17), port);
    vt_listen_release(&hold);
    vt_listen_release(&hold);
    close(ours);
    free(config.listen);
}

static void other_ports_stay(void **state)
{
    (void)state;
    struct vt_config config = config_of("localhost:8080, [::1]:443");
    struct vt_listen_hold hold;
    char origin[VT_LISTEN_ORIGIN];
    assert_int_equal(vt_listen_hold(&config, &hold, &error), VT_OK);
    assert_string_equal(config.listen, "localhost:8080,[::1]:443");
    assert_int_equal(hold.n, 0);
    vt_listen_origin(&config, origin);
    assert_string_equal(origin, "http://127.0.0.1:8080");
    config.tls_cert = "cert.pem";
    vt_listen_origin(&config, origin);
    assert_string_equal(origin, "https://127.0.0.1:8080");
    config.base_url = "https://help.shop.example";
    vt_listen_origin(&config, origin);
    assert_string_equal(origin, "https://help.shop.example");
    free(config.listen);
}

static void an_address_that_is_not_ours_is_refused(void **state)
{
    (void)state;
    struct vt_config config = config_of("192.0.2.1:0");
    struct vt_listen_hold hold;
    assert_int_equal(vt_listen_hold(&config, &hold, &error), VT_ERR_IO);
    assert_non_null(strstr(vt_buf_cstr(&error), "Cannot take a free port on 192.0.2.1: "));
    vt_listen_release(&hold);
    free(config.listen);
    vt_buf_finish(&error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_free_port_is_chosen_and_held),
        cmocka_unit_test(other_ports_stay),
        cmocka_unit_test(an_address_that_is_not_ours_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
