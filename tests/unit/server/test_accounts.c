/* SPDX-License-Identifier: Apache-2.0 */
/* People, logins and catalogues, and the two processes that share them: the server and `vitrine admin`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/wait.h>

#include "server/store/imports.h"
#include "server/store/manage.h"
#include "tests/unit/server/store_fixture.h"

struct seen {
    struct fixture *f;
    char text[1024];
    size_t n;
    uint64_t version;
    int64_t login_expires;
};

static const struct vt_store_site site_a = {
    .site = { "site-a", 6 },
    .key = { "pk_a", 4 },
    .name = { "A", 1 },
    .origins = { "https://a.example", 17 },
    .settings = { "{}", 2 },
};
static const struct vt_store_person camille = { .site = { "site-a", 6 },
                                                .person = { "p1", 2 },
                                                .login = { "camille", 7 },
                                                .name = { "Camille", 7 },
                                                .role = { "associate", 9 },
                                                .password = { "pw", 2 } };

static struct vt_manage *manage_of(struct fixture *f)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(f->dir, store_place(f->dir), &error);
    assert_non_null(manage);
    return manage;
}

static void add_people(struct fixture *f)
{
    struct vt_manage *manage = manage_of(f);
    assert_int_equal(vt_manage_site_add(manage, &site_a), VT_OK);
    assert_int_equal(vt_manage_site_add(manage, &site_a), VT_ERR_EXISTS);
    assert_int_equal(vt_manage_person_add(manage, &camille), VT_OK);
    assert_int_equal(vt_manage_person_add(manage, &camille), VT_ERR_EXISTS);
    vt_manage_close(manage);
}

static void on_sites(void *arg, int err, const struct vt_store_site *sites, size_t n)
{
    struct seen *seen = arg;
    seen->n = n;
    if (n > 0)
        snprintf(seen->text, sizeof(seen->text), "%.*s %.*s %.*s", VT_STR_ARG(sites[0].key),
                 VT_STR_ARG(sites[0].name), VT_STR_ARG(sites[0].origins));
    fixture_done(seen->f, err);
}

static void on_person(void *arg, int err, const struct vt_store_person *person)
{
    struct seen *seen = arg;
    seen->text[0] = '\0';
    if (person) {
        snprintf(seen->text, sizeof(seen->text), "%.*s %.*s %.*s %.*s %d", VT_STR_ARG(person->site),
                 VT_STR_ARG(person->person), VT_STR_ARG(person->name), VT_STR_ARG(person->password),
                 person->disabled);
        seen->login_expires = person->login_expires;
    }
    fixture_done(seen->f, err);
}

static void on_version(void *arg, int err, uint64_t version)
{
    struct seen *seen = arg;
    seen->version = version;
    fixture_done(seen->f, err);
}

static void test_sites_and_people(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    FIXTURE_ASK(f, vt_store_accounts_version(f->store, on_version, &seen));
    uint64_t before = seen.version;
    add_people(f);
    FIXTURE_ASK(f, vt_store_accounts_version(f->store, on_version, &seen));
    assert_int_equal(seen.version, before + 2); /* refused ones moved nothing */
    FIXTURE_ASK(f, vt_store_sites(f->store, on_sites, &seen));
    assert_string_equal(seen.text, "pk_a A https://a.example");
    FIXTURE_ASK(f, vt_store_person_by_login(f->store, VT_STR("camille"), on_person, &seen));
    assert_string_equal(seen.text, "site-a p1 Camille pw 0");
    FIXTURE_ASK(f, vt_store_person_by_login(f->store, VT_STR("Camille"), on_person, &seen));
    assert_int_equal(f->err, VT_ERR_MISSING);
    FIXTURE_ASK(f, vt_store_person_get(f->store, VT_STR("p1"), on_person, &seen));
    assert_string_equal(seen.text, "site-a p1 Camille pw 0");
    FIXTURE_ASK(f, vt_store_person_get(f->store, VT_STR("p2"), on_person, &seen));
    assert_int_equal(f->err, VT_ERR_MISSING);
    assert_int_equal(vt_store_password_put(f->store, VT_STR("p1"), VT_STR("pw2")), VT_OK);
    FIXTURE_ASK(f,
                vt_store_login_drop(f->store, VT_STR("none"), fixture_done, f)); /* behind it in the queue */
    FIXTURE_ASK(f, vt_store_person_get(f->store, VT_STR("p1"), on_person, &seen));
    assert_string_equal(seen.text, "site-a p1 Camille pw2 0");
}

struct new_login {
    struct fixture *f;
    struct vt_str secret;
    int64_t created, expires;
};

static int run_new_login(struct vt_manage *manage, void *arg)
{
    const struct new_login *from = arg;
    char hash[VT_SHA256_TEXT];
    assert_int_equal(vt_sha256_hex(from->secret, hash), VT_OK);
    const struct vt_manage_login login = { .hash = vt_str(hash),
                                           .device = VT_STR("Firefox on Linux"),
                                           .created = from->created,
                                           .expires = from->expires };
    return vt_manage_login_add(manage, VT_STR("p1"), &login);
}

static void new_login_done(void *arg, int err)
{
    fixture_done(((struct new_login *)arg)->f, err);
}

static void put_login(struct fixture *f, struct vt_str secret, int64_t created, int64_t expires)
{
    struct new_login login = { f, secret, created, expires };
    FIXTURE_ASK(f, vt_store_work(f->store, run_new_login, new_login_done, &login));
    assert_int_equal(f->err, VT_OK);
}

static int get_login(struct fixture *f, struct seen *seen, const char *secret, int64_t now)
{
    FIXTURE_ASK(f, vt_store_login_get(f->store, vt_str(secret), now, 3600000, on_person, seen));
    return f->err;
}

static void test_logins_end_by_time_idleness_and_drop(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    int64_t hour = 3600000, t = 1000000000;
    add_people(f);
    put_login(f, VT_STR("secret"), t, t + 12 * hour);
    assert_int_equal(get_login(f, &seen, "secret", t + hour - 1), VT_OK);
    assert_int_equal(seen.login_expires, t + 12 * hour);
    assert_int_equal(get_login(f, &seen, "secret", t + 2 * hour - 2), VT_OK); /* the use was noted */
    assert_int_equal(get_login(f, &seen, "secret", t + 3 * hour), VT_ERR_MISSING);
    assert_int_equal(get_login(f, &seen, "other", t), VT_ERR_MISSING);
    put_login(f, VT_STR("two"), t, t + hour / 2);
    assert_int_equal(get_login(f, &seen, "two", t + hour / 2), VT_ERR_MISSING);
    put_login(f, VT_STR("three"), t, t + hour);
    FIXTURE_ASK(f, vt_store_login_drop(f->store, VT_STR("three"), fixture_done, f));
    assert_int_equal(get_login(f, &seen, "three", t), VT_ERR_MISSING);
}

static void test_a_change_of_the_person_ends_logins(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    add_people(f);
    put_login(f, VT_STR("secret"), 1000, 9000000);
    assert_int_equal(get_login(f, &seen, "secret", 2000), VT_OK);
    struct vt_manage *manage = manage_of(f);
    struct vt_store_person changed = camille;
    changed.name = VT_STR("Camille B.");
    assert_int_equal(vt_manage_person_put(manage, &changed), VT_OK);
    assert_int_equal(get_login(f, &seen, "secret", 2000), VT_OK); /* a name is no right */
    changed.role = VT_STR("supervisor");
    assert_int_equal(vt_manage_person_put(manage, &changed), VT_OK);
    vt_manage_close(manage);
    assert_int_equal(get_login(f, &seen, "secret", 2000), VT_ERR_MISSING);
}

static void test_secrets_are_not_in_the_file(void **state)
{
    struct fixture *f = *state;
    char command[200];
    add_people(f);
    put_login(f, VT_STR("canary-of-a-login"), 1000, 9000000);
    struct vt_store_resume resume = {
        .site = VT_STR("site-a"), .conv = VT_STR("c"), .role = VT_STR("customer"), .expires = INT64_MAX
    };
    FIXTURE_ASK(f, vt_store_resume_put(f->store, VT_STR("canary-of-a-token"), VT_STR("canary-before"),
                                       &resume, fixture_done, f));
    snprintf(command, sizeof(command), "grep -q canary %s/store.db*", f->dir);
    assert_int_not_equal(system(command), 0);
}

static void test_a_generation_is_served_once_and_never_an_older_one(void **state)
{
    struct fixture *f = *state;
    struct vt_arena arena;
    struct vt_store_site site;
    add_people(f);
    struct vt_manage *manage = manage_of(f);
    vt_arena_init(&arena, 1 << 20);
    const struct vt_store_catalogue second = { .site = VT_STR("site-a"), .generation = 2 },
                                    first = { .site = VT_STR("site-a"), .generation = 1 };
    assert_int_equal(vt_manage_catalogue_serve(manage, &second), VT_OK);
    assert_int_equal(vt_manage_catalogue_serve(manage, &second), VT_ERR_STALE);
    assert_int_equal(vt_manage_catalogue_serve(manage, &first), VT_ERR_STALE);
    assert_int_equal(vt_manage_site_get(manage, VT_STR("site-a"), &arena, &site), VT_OK);
    assert_int_equal(site.catalogue, 2);
    vt_arena_finish(&arena);
    vt_manage_close(manage);
}

/* --- two processes -------------------------------------------------------------------------- */

enum { ADMIN_ROUNDS = 60 };

static void run_admin(const char *dir)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(1024);
    struct vt_manage *manage = vt_manage_open(dir, store_place(dir), &error);
    static struct vt_store_stock rows[200];
    char skus[200][8];
    for (int i = 0; i < 200; i++) {
        snprintf(skus[i], sizeof(skus[i]), "s%d", i);
        rows[i] = (struct vt_store_stock){ vt_str(skus[i]), VT_STR("paris"), i };
    }
    if (!manage)
        _exit(1);
    for (int i = 0; i < ADMIN_ROUNDS; i++)
        if (vt_manage_stock_put(manage, VT_STR("site-a"), i, rows, 200) != VT_OK)
            _exit(2);
    vt_manage_close(manage);
    _exit(0);
}

static void on_append(void *arg, int err, uint32_t cs, bool doubled)
{
    struct seen *seen = arg;
    (void)doubled;
    seen->n = cs;
    fixture_done(seen->f, err);
}

static void test_server_and_admin_at_once(void **state)
{
    struct fixture *f = *state;
    struct seen seen = { .f = f };
    add_people(f);
    fixture_close(f); /* no thread may live across fork() */
    pid_t child = fork();
    if (child == 0)
        run_admin(f->dir);
    fixture_open(f, 1000);
    struct vt_store_conv conv = {
        .site = VT_STR("site-a"), .conv = VT_STR("c"), .customer = VT_STR("cu"), .epoch = 1
    };
    FIXTURE_ASK(f, vt_store_conv_create(f->store, &conv, fixture_done, f));
    struct vt_store_message m = { .site = VT_STR("site-a"),
                                  .conv = VT_STR("c"),
                                  .epoch = 1,
                                  .audience = 1,
                                  .by = VT_STR("c"),
                                  .op = VT_STR("chat.send"),
                                  .body = VT_STR("{}") };
    int status = 0;
    size_t rows = 0;
    while (waitpid(child, &status, WNOHANG) == 0) {
        FIXTURE_ASK(f, vt_store_append(f->store, &m, on_append, &seen));
        assert_int_equal(f->err, VT_OK);
        assert_int_equal(seen.n, ++rows);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct vt_manage *manage = manage_of(f);
    struct vt_arena arena;
    struct vt_store_stock *stock;
    const struct vt_str last = VT_STR("s199");
    size_t n;
    vt_arena_init(&arena, 1 << 20);
    assert_int_equal(vt_manage_stock_of(manage, VT_STR("site-a"), &last, 1, &arena, &stock, &n), VT_OK);
    assert_int_equal(n, 1);
    assert_int_equal(stock[0].quantity, 199);
    vt_arena_finish(&arena);
    vt_manage_close(manage);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sites_and_people),
        TEST(test_logins_end_by_time_idleness_and_drop),
        TEST(test_a_change_of_the_person_ends_logins),
        TEST(test_secrets_are_not_in_the_file),
        TEST(test_a_generation_is_served_once_and_never_an_older_one),
        TEST(test_server_and_admin_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
