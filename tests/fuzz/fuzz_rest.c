/* SPDX-License-Identifier: Apache-2.0 */
/* What a request to /api/v1 brings: id, query and body, one to a line, behind a byte that chooses the row.
 * The row's function runs as on the store's thread, in a store of its own that takes it back. What comes of
 * it can be answered: JSON, or a refusal that ends as a sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/api/rows.h"
#include "server/auth/seal.h"
#include "server/config.h"
#include "server/store/sqlite_manage.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SITE     VT_STR("site")
#define PERSON   VT_STR("person")
#define PASSWORD "scrypt$1$1$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static char folder[] = "/tmp/vitrine-fuzz-XXXXXX";
static struct vt_config config;
static struct vt_manage *manage;
static struct vt_seal *seal;
static struct vt_store_person admin;

static void must(bool good)
{
    if (!good)
        abort();
}

static void clear(void)
{
    char command[64];
    vt_manage_close(manage);
    vt_seal_close(seal);
    vt_config_finish(&config);
    snprintf(command, sizeof(command), "rm -rf %s", folder);
    must(system(command) == 0);
}

static void open_store(void)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(4096);
    must(mkdtemp(folder) != NULL);
    char *words[] = { (char[]){ "--data" },      folder,
                      (char[]){ "--base-url" },  (char[]){ "https://vitrine.example" },
                      (char[]){ "--mail-url" },  (char[]){ "smtps://mail.example" },
                      (char[]){ "--mail-from" }, (char[]){ "shop@shop.example" } };
    must(vt_config_load(&config, VT_COUNT(words), words, NULL, &why) == VT_OK);
    manage = vt_manage_open(folder, NULL, &why);
    seal = vt_seal_open(folder, "", &why);
    must(manage && seal);
    atexit(clear);
    const struct vt_store_site site = { .site = SITE,
                                        .key = VT_STR("pk_fuzz"),
                                        .name = VT_STR("Shop"),
                                        .origins = VT_STR("https://shop.example"),
                                        .settings = VT_STR("{}") };
    admin = (struct vt_store_person){ .site = SITE,
                                      .person = PERSON,
                                      .login = VT_STR("ada"),
                                      .name = VT_STR("Ada"),
                                      .role = VT_STR("admin"),
                                      .password = VT_STR(PASSWORD),
                                      .mail = VT_STR(""),
                                      .queues = VT_STR(""),
                                      .languages = VT_STR(""),
                                      .created = 1 };
    must(vt_manage_site_add(manage, &site) == VT_OK);
    must(vt_manage_person_add(manage, &admin) == VT_OK);
    manage->inside = true;
}

/* A line of the input; the last is the rest. */
static struct vt_str take_line(struct vt_api_call *call, struct vt_str *rest, bool is_last)
{
    const char *end = is_last || rest->len == 0 ? NULL : memchr(rest->ptr, '\n', rest->len);
    const size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct vt_str line = vt_api_keep(call, (struct vt_str){ rest->ptr, len });
    rest->ptr += len + (end != NULL);
    rest->len -= len + (end != NULL);
    return line;
}

/* As parse_body() of call.c, whose refusals have nothing to do with the row. */
static bool read_body(struct vt_api_call *call)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf why = VT_BUF_INIT(512);
    call->tree = call->body.len > 0 ? vt_json_parse(call->body, VT_API_BODY, &why) : NULL;
    if (call->body.len > 0 && !call->tree && (why.len == 0 || why.data[why.len - 1] != '.'))
        abort();
    return call->body.len == 0 || json_is_object(call->tree);
}

static void check_answer(const struct vt_api_call *call)
{
    if (call->type || call->status == 204 || call->row->instead || call->out.failed)
        return;
    VT_CLEANUP(vt_json_unref)
    json_t *tree = json_loadb(call->out.data ? call->out.data : "", call->out.len, JSON_REJECT_DUPLICATES,
                              NULL);
    must(tree != NULL);
}

static void check_refusal(const struct vt_api_call *call, int err)
{
    if (!call->problem) {
        must(err != VT_ERR_INVALID); /* who refuses says why */
        return;
    }
    must(call->status >= 400 && call->status < 600 && call->title);
    must(call->detail.len > 0 && vt_utf8_valid(call->detail.ptr, call->detail.len));
    must(call->detail.ptr[call->detail.len - 1] == '.');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vt_api api = { .deps = { .config = &config } };
    if (!manage)
        open_store();
    if (size < 1)
        return 0;
    api.deps.seal = seal;
    struct vt_api_call call = { .api = &api,
                                .row = &vt_api_rows[data[0] % vt_api_rows_n],
                                .status = 200,
                                .fd = -1,
                                .site = SITE,
                                .actor = PERSON,
                                .person = admin,
                                .verified = true };
    struct vt_str rest = { (const char *)data + 1, size - 1 };
    vt_arena_init(&call.arena, VT_API_ARENA);
    vt_buf_init(&call.out, VT_API_ANSWER);
    vt_str_copy(call.hashed, sizeof(call.hashed), vt_str(PASSWORD));
    call.id = take_line(&call, &rest, false);
    call.query = take_line(&call, &rest, false);
    call.body = take_line(&call, &rest, true);
    if (read_body(&call)) {
        must(vt_db_exec(manage->db, "SAVEPOINT request") == VT_OK);
        int err = call.row->run(&call, manage);
        must(vt_db_exec(manage->db, "ROLLBACK TO request") == VT_OK);
        must(vt_db_exec(manage->db, "RELEASE request") == VT_OK);
        if (err)
            check_refusal(&call, err);
        else
            check_answer(&call);
    }
    json_decref(call.tree);
    if (call.fd >= 0)
        close(call.fd);
    vt_buf_finish(&call.out);
    vt_arena_finish(&call.arena);
    return 0;
}
