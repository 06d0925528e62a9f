/* SPDX-License-Identifier: Apache-2.0 */
/* What an outgoing request may reach: addresses, URLs, and answers of a name server. The requests
 * themselves are tests/server/67-fetcher. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/outgoing/outgoing_internal.h"
#include "server/outgoing/public_address.h"
#include "tests/unit/cm.h"

static const struct {
    const char *address, *kind; /* NULL: public */
} addresses[] = {
    { "0.0.0.0", "this network" },
    { "0.255.255.255", "this network" },
    { "1.0.0.0", NULL },
    { "9.255.255.255", NULL },
    { "10.0.0.0", "private" },
    { "10.255.255.255", "private" },
    { "11.0.0.0", NULL },
    { "100.63.255.255", NULL },
    { "100.64.0.0", "shared (CGNAT)" },
    { "100.100.100.200", "shared (CGNAT)" },
    { "100.127.255.255", "shared (CGNAT)" },
    { "100.128.0.0", NULL },
    { "126.255.255.255", NULL },
    { "127.0.0.1", "loopback" },
    { "127.255.255.255", "loopback" },
    { "128.0.0.0", NULL },
    { "168.63.129.15", NULL },
    { "168.63.129.16", "metadata" },
    { "169.253.255.255", NULL },
    { "169.254.169.254", "link-local" },
    { "169.255.0.0", NULL },
    { "172.15.255.255", NULL },
    { "172.16.0.0", "private" },
    { "172.31.255.255", "private" },
    { "172.32.0.0", NULL },
    { "192.0.0.8", "reserved" },
    { "192.0.1.0", NULL },
    { "192.0.2.1", "documentation" },
    { "192.88.99.1", "reserved" },
    { "192.167.255.255", NULL },
    { "192.168.0.1", "private" },
    { "192.169.0.0", NULL },
    { "198.17.255.255", NULL },
    { "198.18.0.0", "benchmarking" },
    { "198.19.255.255", "benchmarking" },
    { "198.20.0.0", NULL },
    { "198.51.100.7", "documentation" },
    { "203.0.113.7", "documentation" },
    { "223.255.255.255", NULL },
    { "224.0.0.1", "multicast" },
    { "239.255.255.255", "multicast" },
    { "240.0.0.1", "reserved" },
    { "255.255.255.255", "reserved" },
    { "8.8.8.8", NULL },
    { "::", "this network" },
    { "::1", "loopback" },
    { "::2", "reserved" },
    { "::127.0.0.1", "reserved" }, /* v4-compatible */
    { "::ffff:127.0.0.1", "loopback" },
    { "::ffff:10.1.2.3", "private" },
    { "::ffff:0.0.0.0", "this network" },
    { "::ffff:8.8.8.8", NULL },
    { "64:ff9b::7f00:1", "loopback" },
    { "64:ff9b::a9fe:a9fe", "link-local" },
    { "64:ff9b::808:808", NULL },
    { "64:ff9b:1::808:808", "reserved" },
    { "100::1", "reserved" },
    { "1fff:ffff::1", "reserved" },
    { "2001::1", "reserved" }, /* Teredo */
    { "2001:2::1", "reserved" },
    { "2001:1ff:ffff::1", "reserved" },
    { "2001:200::1", NULL },
    { "2001:db8::1", "documentation" },
    { "2001:4860:4860::8888", NULL },
    { "2002:7f00:1::", "6to4" },
    { "2a00:1450::1", NULL },
    { "3fff:fff::1", "documentation" },
    { "3fff:1000::1", NULL },
    { "4000::1", "reserved" },
    { "fc00::1", "private" },
    { "fd00:ec2::254", "private" },
    { "fe80::1", "link-local" },
    { "febf::1", "link-local" },
    { "fec0::1", "reserved" },
    { "ff02::1", "multicast" },
};

static void tells_public_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < VT_COUNT(addresses); i++) {
        struct vt_address address;
        assert_int_equal(vt_address_parse(vt_str(addresses[i].address), &address), VT_OK);
        const char *kind = vt_address_not_public(&address);
        if ((kind == NULL) != (addresses[i].kind == NULL) || (kind && strcmp(kind, addresses[i].kind) != 0))
            fail_msg("%s: %s", addresses[i].address, kind ? kind : "public");
    }
}

/* The mapped form as it stands, not made one with IPv4 by the parser. */
static void judges_mapped_bytes(void **state)
{
    const struct vt_address mapped = { true, { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 } };
    (void)state;
    assert_string_equal(vt_address_not_public(&mapped), "loopback");
}

static void reads_urls(void **state)
{
    static const char *const rows[][2] = {
        { "https://shop.example/a.jpg", "https://shop.example/a.jpg" },
        { "HTTPS://Shop.Example:443", "https://shop.example/" },
        { "https://shop.example?x=1", "https://shop.example/?x=1" },
        { "https://shop.example#x", "https://shop.example/" },
        { "https://shop.example/a b.jpg#part", "https://shop.example/a%20b.jpg" },
        { "https://shop.example/ros\xc3\xa9.jpg", "https://shop.example/ros%C3%A9.jpg" },
        { "https://shop.example/a%20b", "https://shop.example/a%20b" },
        { "https://shop.example/@x", "https://shop.example/@x" },
        { "https://shop.example/\\x", "https://shop.example/%5Cx" },
        { "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x" },
        { "http://[::1]:8080/x", "http://[::1]:8080/x" },
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf text = VT_BUF_INIT(4096), why = VT_BUF_INIT(256);
        struct vt_url url;
        assert_int_equal(vt_url_parse(vt_str(rows[i][0]), &url, &why), VT_OK);
        vt_url_text(&url, &text);
        assert_string_equal(vt_buf_cstr(&text), rows[i][1]);
        vt_buf_finish(&why);
    }
}

static void refuses_urls(void **state)
{
    static const char *const rows[] = {
        "",
        "/a.jpg",
        "//shop.example/a.jpg",
        "shop.example/a.jpg",
        "ftp://shop.example/a",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "data://shop.example/",
        "https://",
        "https:///a",
        "https://user@shop.example/",
        "https://user:pass@shop.example/",
        "https://shop.example@127.0.0.1/",
        "https://shop.example\\@127.0.0.1/",
        "https://shop.example\\127.0.0.1/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://shop.example./",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.0.0.1.nip.io.\n/",
        "https://shop.example/a\r\nHost: x",
        "https://shop.example/\x7f",
        "https://sh\xc3\xb6p.example/",
        "https://shop%2eexample/",
        "https://[::ffff:127.0.0.1/",
        "https://[fe80::1%25eth0]/",
    };
    (void)state;
    for (size_t i = 0; i < VT_COUNT(rows); i++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf why = VT_BUF_INIT(256);
        struct vt_url url;
        int err = vt_url_parse(vt_str(rows[i]), &url, &why);
        /* 0x7f000001 has no last label of digits alone: a name then, which has no address. */
        if (err == VT_OK && strcmp(rows[i], "https://0x7f000001/") != 0)
            fail_msg("taken: %s", rows[i]);
        assert_true(err == VT_OK || why.len > 0);
    }
}

static void bounds_a_url(void **state)
{
    char text[VT_URL_MOST + 16] = "https://shop.example/";
    struct vt_url url;
    (void)state;
    for (size_t len = VT_URL_MOST - 1; len < sizeof(text); len++) {
        VT_CLEANUP(vt_buf_finish)
        struct vt_buf why = VT_BUF_INIT(256);
        memset(text + 21, 'a', len - 21);
        int err = vt_url_parse((struct vt_str){ text, len }, &url, &why);
        assert_int_equal(err, len <= VT_URL_MOST ? VT_OK : VT_ERR_INVALID);
        /* Each letter becomes three bytes: the canonical text has the bound too. */
        memset(text + 21, 0xe9, len - 21);
        assert_int_equal(vt_url_parse((struct vt_str){ text, len }, &url, &why), VT_ERR_INVALID);
    }
}

/* --- answers of a name server ---------------------------------------------------------------- */

struct answer {
    struct addrinfo info[4];
    struct sockaddr_storage at[4];
};

static struct addrinfo *answer_of(struct answer *answer, const char *const *texts, size_t n)
{
    *answer = (struct answer){ 0 };
    for (size_t i = 0; i < n; i++) {
        bool v6 = strchr(texts[i], ':') != NULL;
        struct sockaddr_in *in = (struct sockaddr_in *)&answer->at[i];
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&answer->at[i];
        answer->at[i].ss_family = v6 ? AF_INET6 : AF_INET;
        assert_int_equal(inet_pton(v6 ? AF_INET6 : AF_INET, texts[i],
                                   v6 ? (void *)&in6->sin6_addr : (void *)&in->sin_addr),
                         1);
        answer->info[i] = (struct addrinfo){ .ai_family = v6 ? AF_INET6 : AF_INET,
                                             .ai_addrlen = v6 ? sizeof(*in6) : sizeof(*in),
                                             .ai_addr = (struct sockaddr *)&answer->at[i],
                                             .ai_next = i + 1 < n ? &answer->info[i + 1] : NULL };
    }
    return n > 0 ? answer->info : NULL;
}

static enum vt_outgoing_err judge(bool allow_private, bool is_mail, const char *const *texts, size_t n)
{
    struct vt_outgoing outgoing = { .allow_private = allow_private };
    struct vt_transfer transfer = { .outgoing = &outgoing,
                                    .is_mail = is_mail,
                                    .url.origin.host = "shop.example" };
    struct answer answer;
    vt_transfer_take(&transfer, answer_of(&answer, texts, n));
    assert_true(transfer.result.err || transfer.addresses_n == n);
    assert_true(!transfer.result.err || strstr(transfer.result.why, "shop.example"));
    return transfer.result.err;
}

static void one_bad_answer_refuses_all(void **state)
{
    const char *const good[] = { "8.8.8.8", "2001:4860:4860::8888" };
    const char *const mixed[] = { "8.8.8.8", "2001:4860:4860::8888", "10.0.0.7" };
    const char *const mapped[] = { "8.8.8.8", "::ffff:169.254.169.254" };
    (void)state;
    assert_int_equal(judge(false, false, good, 2), VT_OUTGOING_OK);
    assert_int_equal(judge(false, false, mixed, 3), VT_OUTGOING_PRIVATE);
    assert_int_equal(judge(false, false, mapped, 2), VT_OUTGOING_PRIVATE);
    assert_int_equal(judge(false, false, NULL, 0), VT_OUTGOING_NAME);
    assert_int_equal(judge(true, false, mixed, 3), VT_OUTGOING_OK);
    assert_int_equal(judge(false, true, mixed, 3), VT_OUTGOING_OK); /* the operator's own mail server */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_public_addresses),
        cmocka_unit_test(judges_mapped_bytes),
        cmocka_unit_test(reads_urls),
        cmocka_unit_test(refuses_urls),
        cmocka_unit_test(bounds_a_url),
        cmocka_unit_test(one_bad_answer_refuses_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
