/* SPDX-License-Identifier: Apache-2.0 */
/* Logins over the real network core, the real store and real scrypt. */
#include "tests/unit/cm.h"

#include <semaphore.h>

#include "server/api/login_internal.h"
#include "server/auth/digest.h"
#include "server/auth/password.h"
#include "server/base/err.h"
#include "server/store/manage.h"
#include "tests/unit/server/net_fixture.h"
#include "tests/unit/server/store_place.h"

#define PASSWORD "a good long password"

struct login_fixture {
    struct net_fixture net;
    char dir[64], cookie[128], answer[16384];
    struct vt_store *store;
    struct vt_sites *sites;
    struct vt_tickets *tickets;
    struct vt_audit *audit;
    struct vt_api_login *login;
    _Atomic int ready, ended, taken_err; /* written on the loop's thread */
    char ticket[64];
    struct vt_ticket taken;
    _Atomic bool took;
    bool stalls; /* the store's thread stands still until `go`: what was counted cannot be read yet */
    sem_t go;
    _Atomic size_t attempts;
};

static void on_ready(void *arg)
{
    ((struct login_fixture *)arg)->ready++;
}

static void on_end(void *arg, struct vt_str person)
{
    struct login_fixture *f = arg;
    assert_true(vt_str_eq(person, VT_STR("person-1")));
    f->ended++;
}

static int stand_still(struct vt_manage *manage, void *arg)
{
    (void)manage;
    return sem_wait(&((struct login_fixture *)arg)->go) ? VT_ERR_IO : VT_OK;
}

static void mount(struct net_fixture *net)
{
    struct login_fixture *f = net->owner;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    f->store = vt_store_open(
        net->loop, f->dir,
        &(struct vt_store_limits){ .address = store_place(f->dir), .queue_rows = 1000, .queue_ms = 60000 },
        &error);
    assert_non_null(f->store);
    f->sites = vt_sites_create(net->loop, f->store, NULL, "", NULL, on_ready, f);
    assert_int_equal(vt_sites_own_put(f->sites, net->url), VT_OK);
    f->tickets = vt_tickets_create();
    f->audit = vt_audit_open(net->loop, f->dir, &error);
    assert_non_null(f->audit);
    if (f->stalls)
        assert_int_equal(vt_store_work(f->store, stand_still, NULL, f), VT_OK);
    const struct vt_api_login_deps deps = { .net = net->net,
                                            .loop = net->loop,
                                            .config = &net->config,
                                            .store = f->store,
                                            .sites = f->sites,
                                            .tickets = f->tickets,
                                            .audit = f->audit };
    f->login = vt_api_login_mount(&deps);
    assert_non_null(f->login);
    vt_api_login_on_end(f->login, on_end, f);
}

static struct vt_manage *open_manage(struct login_fixture *f)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(f->dir, store_place(f->dir), &error);
    assert_non_null(manage);
    return manage;
}

static struct vt_store_person camille(const char *password)
{
    return (struct vt_store_person){ .site = VT_STR("site-1"),
                                     .person = VT_STR("person-1"),
                                     .login = VT_STR("camille"),
                                     .name = VT_STR("Camille \"C\" Noël"),
                                     .role = VT_STR("associate"),
                                     .password = vt_str(password) };
}

static void lock_out(struct vt_manage *manage)
{
    char hash[VT_SHA256_TEXT], key[VT_SHA256_TEXT + 2];
    assert_int_equal(vt_sha256_hex(VT_STR("camille"), hash), VT_OK);
    snprintf(key, sizeof(key), "n:%s", hash);
    const struct vt_manage_attempt attempt = { vt_str(key), 5 /* --login-tries */, vt_wall_ms() + 600000 };
    assert_int_equal(vt_manage_attempt_put(manage, &attempt), VT_OK);
}

static int start(void **state, bool after_lock_out)
{
    struct login_fixture *f = calloc(1, sizeof(*f));
    char hash[VT_PASSWORD_TEXT];
    f->stalls = after_lock_out;
    sem_init(&f->go, 0, 0);
    snprintf(f->dir, sizeof(f->dir), "/tmp/vitrine-test-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    struct vt_manage *manage = open_manage(f);
    struct vt_store_site site = { .site = VT_STR("site-1"),
                                  .key = VT_STR("pk_demo"),
                                  .name = VT_STR("Maison"),
                                  .origins = VT_STR("https://shop.example"),
                                  .settings = VT_STR("{}") };
    assert_int_equal(vt_manage_site_add(manage, &site), VT_OK);
    assert_int_equal(vt_password_hash(VT_STR(PASSWORD), hash), VT_OK);
    struct vt_store_person person = camille(hash);
    assert_int_equal(vt_manage_person_add(manage, &person), VT_OK);
    if (after_lock_out)
        lock_out(manage);
    vt_manage_close(manage);
    f->net.owner = f;
    f->net.mount = mount;
    net_start(&f->net, NULL);
    for (int i = 0; i < 5000 && !f->ready; i++)
        usleep(1000);
    assert_int_equal(f->ready, 1);
    *state = f;
    return 0;
}

static int setup(void **state)
{
    return start(state, false);
}

static int setup_after_lock_out(void **state)
{
    return start(state, true);
}

static void close_all(void *arg)
{
    struct login_fixture *f = arg;
    vt_api_login_close(f->login);
    vt_sites_close(f->sites);
    vt_store_close(f->store);
    vt_audit_close(f->audit);
}

static int teardown(void **state)
{
    struct login_fixture *f = *state;
    char command[128];
    vt_loop_post(f->net.loop, close_all, f);
    net_stop(&f->net);
    vt_api_login_destroy(f->login);
    vt_sites_destroy(f->sites);
    vt_tickets_destroy(f->tickets);
    snprintf(command, sizeof(command), "rm -rf '%s'", f->dir);
    assert_int_equal(system(command), 0);
    free(f);
    return 0;
}

/* --- requests ------------------------------------------------------------------------------- */

enum { OWN_ORIGIN = 1, CSRF = 2, COOKIE = 4, JSON = 8, GOOD = 15 };

static int begin(struct login_fixture *f, const char *method, const char *path, unsigned with,
                 const char *body)
{
    char request[8192];
    int fd = net_connect(&f->net);
    size_t n = (size_t)snprintf(request, sizeof(request),
                                "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n", method, path,
                                f->net.url + 7);
    if (with & OWN_ORIGIN)
        n += (size_t)snprintf(request + n, sizeof(request) - n, "Origin: %s\r\n", f->net.url);
    if (with & CSRF)
        n += (size_t)snprintf(request + n, sizeof(request) - n, "X-Vitrine-CSRF: 1\r\n");
    if ((with & COOKIE) && f->cookie[0])
        n += (size_t)snprintf(request + n, sizeof(request) - n, "Cookie: other=1; %s\r\n", f->cookie);
    if (with & JSON)
        n += (size_t)snprintf(request + n, sizeof(request) - n, "Content-Type: application/json\r\n");
    if (body)
        n += (size_t)snprintf(request + n, sizeof(request) - n, "Content-Length: %zu\r\n", strlen(body));
    snprintf(request + n, sizeof(request) - n, "\r\n%s", body ? body : "");
    net_say(fd, request);
    return fd;
}

static int finish(struct login_fixture *f, int fd)
{
    int status = 0;
    net_read_all(fd, f->answer, sizeof(f->answer));
    close(fd);
    sscanf(f->answer, "HTTP/1.1 %d", &status);
    const char *cookie = strstr(f->answer, "Set-Cookie: __Host-vt_login=");
    if (!cookie)
        cookie = strstr(f->answer, "set-cookie: __Host-vt_login=");
    if (cookie)
        snprintf(f->cookie, sizeof(f->cookie), "%.*s", (int)strcspn(cookie + 12, ";"), cookie + 12);
    return status;
}

static int ask(struct login_fixture *f, const char *method, const char *path, unsigned with, const char *body)
{
    return finish(f, begin(f, method, path, with, body));
}

static int log_in(struct login_fixture *f, const char *name, const char *password)
{
    char body[512];
    snprintf(body, sizeof(body), "{\"name\":\"%s\",\"password\":\"%s\"}", name, password);
    return ask(f, "POST", "/api/v1/login", GOOD & ~COOKIE, body);
}

#define assert_says(f, text)                                                                                 \
    do {                                                                                                     \
        if (!strstr((f)->answer, (text)))                                                                    \
            fail_msg("no %s in: %s", (text), (f)->answer);                                                   \
    } while (0)

/* --- tests ---------------------------------------------------------------------------------- */

static void test_login_me_logout(void **state)
{
    struct login_fixture *f = *state;
    assert_int_equal(ask(f, "GET", "/api/v1/me", GOOD, NULL), 401);
    assert_int_equal(log_in(f, "Camille", PASSWORD), 200); /* names in any case */
    assert_says(f,
                "{\"person\":{\"id\":\"person-1\",\"name\":\"Camille \\\"C\\\" Noël\",\"login\":\"camille\","
                "\"role\":\"associate\",\"mail\":\"\",\"secondFactor\":\"off\",\"languages\":[],\"site\":{"
                "\"key\":\"pk_demo\","
                "\"name\":\"Maison\"}}}");
    assert_says(f, "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200");
    assert_int_equal(strlen(f->cookie), strlen("__Host-vt_login=") + 22);
    assert_int_equal(ask(f, "GET", "/api/v1/me", COOKIE, NULL), 200);
    assert_says(f, "\"id\":\"person-1\"");
    assert_says(f, "no-store");
    char former[128];
    snprintf(former, sizeof(former), "%s", f->cookie);
    assert_int_equal(ask(f, "POST", "/api/v1/logout", GOOD, ""), 204);
    assert_int_equal(f->ended, 1);
    assert_says(f, "Max-Age=0");
    snprintf(f->cookie, sizeof(f->cookie), "%s", former);
    assert_int_equal(ask(f, "GET", "/api/v1/me", COOKIE, NULL), 401);
    assert_int_equal(ask(f, "POST", "/api/v1/logout", GOOD, ""), 204); /* again: nothing to end */
}

static void test_a_new_login_ends_the_one_before(void **state)
{
    struct login_fixture *f = *state;
    char former[128];
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    snprintf(former, sizeof(former), "%s", f->cookie);
    assert_int_equal(
        ask(f, "POST", "/api/v1/login", GOOD, "{\"name\":\"camille\",\"password\":\"" PASSWORD "\"}"), 200);
    assert_string_not_equal(former, f->cookie);
    assert_int_equal(ask(f, "GET", "/api/v1/me", COOKIE, NULL), 200);
    snprintf(f->cookie, sizeof(f->cookie), "%s", former);
    assert_int_equal(ask(f, "GET", "/api/v1/me", COOKIE, NULL), 401);
}

static void test_writes_need_origin_header_and_type(void **state)
{
    struct login_fixture *f = *state;
    static const char *const paths[] = { "/api/v1/login", "/api/v1/logout", "/api/v1/tickets" };
    for (size_t i = 0; i < VT_COUNT(paths); i++) {
        assert_int_equal(ask(f, "POST", paths[i], GOOD & ~OWN_ORIGIN, "{}"), 403);
        assert_says(f, "application/problem+json");
        assert_int_equal(ask(f, "POST", paths[i], GOOD & ~CSRF, "{}"), 403);
        assert_int_equal(ask(f, "GET", paths[i], GOOD, NULL), 405);
    }
    assert_int_equal(ask(f, "POST", "/api/v1/login", GOOD & ~JSON, "{}"), 415);
    assert_int_equal(ask(f, "POST", "/api/v1/tickets", GOOD, "{}"), 401);
}

static void test_bad_bodies_name_the_field(void **state)
{
    struct login_fixture *f = *state;
    static const struct {
        const char *body, *says;
    } cases[] = {
        { "", "cannot be read" },
        { "[]", "must be an object" },
        { "{\"name\":\"x\"}", "password is missing" },
        { "{\"password\":\"x\"}", "name is missing" },
        { "{\"name\":1,\"password\":\"x\"}", "name must be a text" },
        { "{\"name\":\"\",\"password\":\"x\"}", "name has 0 bytes" },
        { "{\"name\":\"a\",\"name\":\"b\",\"password\":\"x\"}", "duplicate" },
        { "{\"name\":\"a\\u0000b\",\"password\":\"x\"}", "cannot be read" },
        { "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "deeper than 32" },
    };
    for (size_t i = 0; i < VT_COUNT(cases); i++) {
        assert_int_equal(ask(f, "POST", "/api/v1/login", GOOD, cases[i].body), 400);
        assert_says(f, cases[i].says);
    }
}

static void test_six_failures_of_a_name_close_it(void **state)
{
    struct login_fixture *f = *state;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(log_in(f, "camille", "wrong"), 401);
        assert_says(f, "Name or password is wrong");
    }
    assert_int_equal(log_in(f, "camille", PASSWORD), 429);
    assert_says(f, "Retry-After: ");
    assert_int_equal(log_in(f, "CAMILLE", PASSWORD), 429);
    assert_int_equal(log_in(f, "nobody", PASSWORD), 401); /* another name goes on */
}

static void count_attempts(void *arg)
{
    struct login_fixture *f = arg;
    f->attempts = f->login->attempts;
}

static void test_a_login_waits_until_old_lock_outs_are_known(void **state)
{
    struct login_fixture *f = *state;
    int fd = begin(f, "POST", "/api/v1/login", GOOD & ~COOKIE,
                   "{\"name\":\"camille\",\"password\":\"" PASSWORD "\"}");
    for (int i = 0; i < 5000 && f->attempts == 0; i++) {
        vt_loop_post(f->net.loop, count_attempts, f);
        usleep(1000);
    }
    assert_int_equal(f->attempts, 1);
    sem_post(&f->go);
    assert_int_equal(finish(f, fd), 429);
    assert_int_equal(log_in(f, "nobody", PASSWORD), 401);
}

static void test_success_forgets_the_failures(void **state)
{
    struct login_fixture *f = *state;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 4; i++)
            assert_int_equal(log_in(f, "camille", "wrong"), 401);
        assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    }
}

static void test_an_address_that_fails_twenty_times_is_closed(void **state)
{
    struct login_fixture *f = *state;
    for (int i = 0; i < 20; i++) {
        char name[16];
        snprintf(name, sizeof(name), "nobody%d", i);
        assert_int_equal(log_in(f, name, "wrong"), 401);
    }
    assert_int_equal(log_in(f, "nobody99", "wrong"), 429);
    assert_int_equal(log_in(f, "camille", PASSWORD), 429);
}

static void test_many_at_once_are_bounded(void **state)
{
    struct login_fixture *f = *state;
    enum { MANY = 60 };
    int fds[MANY], counts[600] = { 0 };
    for (int i = 0; i < MANY; i++)
        fds[i] = begin(f, "POST", "/api/v1/login", GOOD,
                       "{\"name\":\"camille\",\"password\":\"" PASSWORD "\"}");
    for (int i = 0; i < MANY; i++)
        counts[finish(f, fds[i])]++;
    assert_int_equal(counts[200] + counts[429] + counts[503], MANY);
    assert_in_range(counts[200], 1, MANY); /* at most five at once are believed to be no guesses */
    assert_true(counts[429] > 0);
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
}

/* --- tickets -------------------------------------------------------------------------------- */

static void take_ticket(void *arg)
{
    struct login_fixture *f = arg;
    f->taken_err = vt_tickets_take(f->tickets, vt_str(f->ticket), vt_str(f->net.url), &f->taken);
    f->took = true;
}

static int take(struct login_fixture *f)
{
    f->took = false;
    vt_loop_post(f->net.loop, take_ticket, f);
    for (int i = 0; i < 5000 && !f->took; i++)
        usleep(1000);
    return f->taken_err;
}

static void get_ticket(struct login_fixture *f)
{
    assert_int_equal(ask(f, "POST", "/api/v1/tickets", GOOD, ""), 200);
    const char *at = strstr(f->answer, "{\"ticket\":\"");
    assert_non_null(at);
    snprintf(f->ticket, sizeof(f->ticket), "%.22s", at + 11);
    assert_says(f, "\"expires_in\":60}");
}

static void test_ticket_carries_the_person(void **state)
{
    struct login_fixture *f = *state;
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    get_ticket(f);
    assert_int_equal(take(f), VT_OK);
    assert_string_equal(f->taken.person, "person-1");
    assert_string_equal(f->taken.site, "site-1");
    assert_string_equal(f->taken.role, "associate");
    assert_string_equal(f->taken.origin, f->net.url);
    assert_in_range((uint64_t)(f->taken.login_expires_ms - vt_wall_ms()), 43100000, 43200000);
    assert_int_equal(take(f), VT_ERR_MISSING); /* once */
}

static void test_logout_takes_the_tickets_along(void **state)
{
    struct login_fixture *f = *state;
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    get_ticket(f);
    assert_int_equal(ask(f, "POST", "/api/v1/logout", GOOD, ""), 204);
    assert_int_equal(take(f), VT_ERR_MISSING);
}

/* --- changes by vitrine admin ---------------------------------------------------------------- */

static void change(struct login_fixture *f, const char *hash, bool disabled)
{
    struct vt_manage *manage = open_manage(f);
    struct vt_store_person person = camille(hash);
    person.disabled = disabled;
    assert_int_equal(vt_manage_person_put(manage, &person), VT_OK);
    vt_manage_close(manage);
}

static void test_a_changed_password_ends_logins_and_sockets(void **state)
{
    struct login_fixture *f = *state;
    char hash[VT_PASSWORD_TEXT];
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    assert_int_equal(vt_password_hash(VT_STR("another long password"), hash), VT_OK);
    change(f, hash, false);
    assert_int_equal(ask(f, "GET", "/api/v1/me", COOKIE, NULL), 401);
    for (int i = 0; i < 5000 && !f->ended; i++)
        usleep(1000);
    assert_int_equal(f->ended, 1);
    assert_int_equal(log_in(f, "camille", PASSWORD), 401);
    assert_int_equal(log_in(f, "camille", "another long password"), 200);
}

static void test_a_disabled_person_is_out(void **state)
{
    struct login_fixture *f = *state;
    char hash[VT_PASSWORD_TEXT];
    assert_int_equal(log_in(f, "camille", PASSWORD), 200);
    assert_int_equal(vt_password_hash(VT_STR(PASSWORD), hash), VT_OK);
    change(f, hash, true);
    for (int i = 0; i < 5000 && !f->ended; i++)
        usleep(1000);
    assert_int_equal(f->ended, 1);
    assert_int_equal(log_in(f, "camille", PASSWORD), 401);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_login_me_logout),
        TEST(test_a_new_login_ends_the_one_before),
        TEST(test_writes_need_origin_header_and_type),
        TEST(test_bad_bodies_name_the_field),
        TEST(test_six_failures_of_a_name_close_it),
        cmocka_unit_test_setup_teardown(test_a_login_waits_until_old_lock_outs_are_known,
                                        setup_after_lock_out, teardown),
        TEST(test_success_forgets_the_failures),
        TEST(test_an_address_that_fails_twenty_times_is_closed),
        TEST(test_many_at_once_are_bounded),
        TEST(test_ticket_carries_the_person),
        TEST(test_logout_takes_the_tickets_along),
        TEST(test_a_changed_password_ends_logins_and_sockets),
        TEST(test_a_disabled_person_is_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
