/* SPDX-License-Identifier: Apache-2.0 */
/* A shelf being written: see shelf.h. Without a journal, since a file that is not finished is thrown away. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/map.h"
#include "server/store/sqlite_shelf.h"

enum { IDS_MOST = 65535, VALUE_BYTES = 200 };

static const char schema[] =
    "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA cache_size=-32000; BEGIN;"
    "CREATE TABLE product (n INTEGER PRIMARY KEY, sku TEXT NOT NULL, body TEXT NOT NULL, spin INTEGER NOT "
    "NULL)"
    " STRICT;"
    "CREATE TABLE shape (n INTEGER PRIMARY KEY, brand INTEGER NOT NULL, type1 INTEGER NOT NULL,"
    " type2 INTEGER NOT NULL, type3 INTEGER NOT NULL) STRICT;"
    "CREATE TABLE variant (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, sku TEXT NOT NULL, colour INTEGER NOT "
    "NULL,"
    " size INTEGER NOT NULL, material INTEGER NOT NULL, price INTEGER NOT NULL, available INTEGER NOT NULL) "
    "STRICT;"
    "CREATE TABLE value (facet INTEGER NOT NULL, id INTEGER NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (facet, id)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE address (id INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, sku TEXT NOT NULL) STRICT;"
    "CREATE TABLE stock (id INTEGER PRIMARY KEY, sku TEXT NOT NULL, branch TEXT NOT NULL,"
    " quantity INTEGER NOT NULL) STRICT;"
    /* The words come folded and parted by blanks: the plainest tokenizer parts them there and nowhere else.
     */
    "CREATE VIRTUAL TABLE words USING fts5 (title, tags, about, content='', detail=column, tokenize='ascii');"
    "CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'col');";
static const char stage_schema[] = "CREATE TABLE stage.row (number INTEGER PRIMARY KEY, sku TEXT NOT NULL, "
                                   "grp TEXT NOT NULL, part TEXT NOT NULL)"
                                   " STRICT;"
                                   "CREATE UNIQUE INDEX stage.row_sku ON row (sku);"
                                   "CREATE INDEX stage.row_group ON row (grp, number);";

struct vt_shelf_writer {
    struct vt_db db;
    char path[VT_SHELF_PATH], draft[VT_SHELF_PATH + 8], stage[VT_SHELF_PATH + 8];
    bool is_staged, is_finished;
    size_t products, variants, addresses;
    struct vt_map ids[VT_FACETS]; /* a value -> its id */
};

/* --- life --------------------------------------------------------------------------------------- */

int vt_shelf_path(const char *data_dir, struct vt_str site, int64_t generation, char ret_path[VT_SHELF_PATH])
{
    int n = snprintf(ret_path, VT_SHELF_PATH, "%s/catalogue/%.*s-%lld.db", data_dir, VT_STR_ARG(site),
                     (long long)generation);
    return n > 0 && n < VT_SHELF_PATH && !memchr(site.ptr, '/', site.len) ? VT_OK : VT_ERR_INVALID;
}

static int make_directory(const char *data_dir)
{
    char path[VT_SHELF_PATH];
    int n = snprintf(path, sizeof(path), "%s/catalogue", data_dir);
    if (n < 0 || n >= (int)sizeof(path))
        return VT_ERR_INVALID;
    return mkdir(path, 0700) == 0 || errno == EEXIST ? VT_OK : VT_ERR_IO;
}

static int open_draft(struct vt_shelf_writer *writer)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int fd = open(writer->draft, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return VT_ERR_IO;
    close(fd);
    writer->db.driver = &vt_db_sqlite;
    int code = sqlite3_open_v2(writer->draft, &writer->db.sqlite, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_extended_result_codes(writer->db.sqlite, 1);
    if (code == SQLITE_OK)
        code = sqlite3_exec(writer->db.sqlite, schema, NULL, NULL, NULL);
    return writer->db.sqlite ? vt_db_err(&writer->db, code) : VT_ERR_NOMEM;
}

struct vt_shelf_writer *vt_shelf_create(const char *data_dir, struct vt_str site, int64_t generation,
                                        struct vt_buf *ret_error)
{
    struct vt_shelf_writer *writer = calloc(1, sizeof(*writer));
    if (!writer) {
        vt_buf_text(ret_error, "There is no memory left.");
        return NULL;
    }
    for (int i = 0; i < VT_FACETS; i++)
        vt_map_init(&writer->ids[i]);
    int err = vt_shelf_path(data_dir, site, generation, writer->path);
    snprintf(writer->draft, sizeof(writer->draft), "%s.draft", writer->path);
    snprintf(writer->stage, sizeof(writer->stage), "%s.stage", writer->path);
    if (!err)
        err = make_directory(data_dir);
    if (!err)
        err = open_draft(writer);
    if (!err)
        return writer;
    vt_buf_printf(ret_error, "%s cannot be written: %s.", writer->draft,
                  writer->db.sqlite ? sqlite3_errmsg(writer->db.sqlite) : strerror(errno));
    vt_shelf_destroy(writer);
    return NULL;
}

void vt_shelf_destroy(struct vt_shelf_writer *writer)
{
    if (!writer)
        return;
    vt_db_close(&writer->db);
    for (int i = 0; i < VT_FACETS; i++)
        vt_map_finish(&writer->ids[i]);
    if (!writer->is_finished)
        unlink(writer->draft);
    unlink(writer->stage);
    free(writer);
}

const char *vt_shelf_error(struct vt_shelf_writer *writer)
{
    return sqlite3_errmsg(writer->db.sqlite);
}

/* --- staging ------------------------------------------------------------------------------------ */

static int begin_stage(struct vt_shelf_writer *writer)
{
    /* ATTACH is not possible inside a transaction. */
    int err = vt_db_exec(&writer->db, "COMMIT");
    if (!err)
        err = vt_db_run(&writer->db, "ATTACH ? AS stage", VT_DB_T(vt_str(writer->stage)));
    if (!err)
        err = vt_db_err(&writer->db,
                        sqlite3_exec(writer->db.sqlite,
                                     "PRAGMA stage.journal_mode=OFF; PRAGMA stage.synchronous=OFF;"
                                     "PRAGMA stage.cache_size=-16000; BEGIN;",
                                     NULL, NULL, NULL));
    if (!err)
        err = vt_db_err(&writer->db, sqlite3_exec(writer->db.sqlite, stage_schema, NULL, NULL, NULL));
    writer->is_staged = !err;
    return err;
}

int vt_shelf_stage(struct vt_shelf_writer *writer, size_t number, struct vt_str sku, struct vt_str group,
                   struct vt_str part, size_t *ret_before)
{
    int err = writer->is_staged ? VT_OK : begin_stage(writer);
    if (err)
        return err;
    err = vt_db_run(
        &writer->db,
        "INSERT INTO stage.row (number, sku, grp, part) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        VT_DB_N(number), VT_DB_T(sku), VT_DB_T(group), VT_DB_T(part));
    if (err || vt_db_changes(&writer->db) > 0)
        return err;
    struct vt_stmt *stmt = vt_db_start(&writer->db, "SELECT number FROM stage.row WHERE sku=?", VT_DB_T(sku));
    err = vt_db_step(&writer->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_before = (size_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_ERR_EXISTS;
}

static struct vt_str column(struct vt_stmt *stmt, int i)
{
    struct vt_str text = vt_db_view(stmt, i);
    return text.ptr ? text : VT_STR("");
}

static int staged_group(struct vt_shelf_writer *writer, struct vt_str group, vt_shelf_part_fn *fn, void *arg)
{
    bool first = true;
    int err, told = VT_OK;
    struct vt_stmt *stmt = vt_db_start(
        &writer->db, "SELECT number, part FROM stage.row WHERE grp=? ORDER BY number", VT_DB_T(group));
    while ((err = vt_db_step(&writer->db, stmt)) == VT_DB_ROW) {
        told = fn(arg, (size_t)vt_db_int(stmt, 0), first, group, column(stmt, 1));
        first = false;
        if (told) {
            vt_db_end(stmt);
            return told;
        }
    }
    return err;
}

int vt_shelf_staged(struct vt_shelf_writer *writer, vt_shelf_part_fn *fn, void *arg)
{
    int err;
    if (!writer->is_staged)
        return VT_OK;
    struct vt_stmt *groups = vt_db_start_values(
        &writer->db, "SELECT grp, min(number) AS first FROM stage.row GROUP BY grp ORDER BY first", NULL, 0);
    while ((err = vt_db_step(&writer->db, groups)) == VT_DB_ROW) {
        err = staged_group(writer, column(groups, 0), fn, arg);
        if (err) {
            vt_db_end(groups);
            return err;
        }
    }
    return err;
}

/* --- products ----------------------------------------------------------------------------------- */

/* A value's number in its facet, 0 for none. The first spelling of it is the one that is shown. */
static int id_of(struct vt_shelf_writer *writer, enum vt_facet facet, struct vt_str text, uint16_t *ret_id)
{
    struct vt_map *ids = &writer->ids[facet];
    char key[VALUE_BYTES + 1];
    *ret_id = 0;
    if (!text.ptr || text.len == 0)
        return VT_OK;
    vt_str_copy(key, sizeof(key), text);
    for (char *p = key; *p; p++)
        *p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
    uintptr_t there = (uintptr_t)vt_map_get(ids, vt_str(key));
    *ret_id = (uint16_t)there;
    if (there || ids->count == IDS_MOST)
        return VT_OK;
    *ret_id = (uint16_t)(ids->count + 1);
    if (vt_map_set(ids, vt_str(key), (void *)(uintptr_t)*ret_id) != VT_OK)
        return VT_ERR_NOMEM;
    return vt_db_run(&writer->db, "INSERT INTO value (facet, id, text) VALUES (?, ?, ?)", VT_DB_N(facet),
                     VT_DB_N(*ret_id), VT_DB_T(text));
}

/* "Rings > Engagement" is of two types: itself, and "Rings". */
static int type_ids(struct vt_shelf_writer *writer, struct vt_str type, uint16_t ret_ids[VT_SHELF_TYPES])
{
    int err = VT_OK;
    for (size_t i = 0, end = 0; i < VT_SHELF_TYPES; i++, end++) {
        ret_ids[i] = 0;
        if (!type.ptr || end >= type.len)
            continue;
        const char *sign = memchr(type.ptr + end, '>', type.len - end);
        end = sign ? (size_t)(sign - type.ptr) : type.len;
        struct vt_str level = { type.ptr, end };
        while (level.len > 0 && level.ptr[level.len - 1] == ' ')
            level.len--;
        if (!err)
            err = id_of(writer, VT_FACET_TYPE, level, &ret_ids[i]);
    }
    return err;
}

static int put_variant(struct vt_shelf_writer *writer, const struct vt_shelf_variant *variant)
{
    uint16_t colour, size, material;
    int err = id_of(writer, VT_FACET_COLOUR, variant->colour, &colour);
    if (!err)
        err = id_of(writer, VT_FACET_SIZE, variant->size, &size);
    if (!err)
        err = id_of(writer, VT_FACET_MATERIAL, variant->material, &material);
    if (err)
        return err;
    return vt_db_run(&writer->db,
                     "INSERT INTO variant (id, n, sku, colour, size, material, price, available)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                     VT_DB_N(++writer->variants), VT_DB_N(writer->products), VT_DB_T(variant->sku),
                     VT_DB_N(colour), VT_DB_N(size), VT_DB_N(material), VT_DB_N(variant->price),
                     VT_DB_N(variant->available));
}

int vt_shelf_put(struct vt_shelf_writer *writer, const struct vt_shelf_product *product)
{
    size_t n = ++writer->products;
    uint16_t brand, types[VT_SHELF_TYPES];
    int err = id_of(writer, VT_FACET_BRAND, product->brand, &brand);
    if (!err)
        err = type_ids(writer, product->type, types);
    if (!err)
        err = vt_db_run(&writer->db, "INSERT INTO product (n, sku, body, spin) VALUES (?, ?, ?, ?)",
                        VT_DB_N(n), VT_DB_T(product->sku), VT_DB_T(product->body),
                        VT_DB_N(product->has_spin));
    if (!err)
        err = vt_db_run(&writer->db,
                        "INSERT INTO shape (n, brand, type1, type2, type3) VALUES (?, ?, ?, ?, ?)",
                        VT_DB_N(n), VT_DB_N(brand), VT_DB_N(types[0]), VT_DB_N(types[1]), VT_DB_N(types[2]));
    if (!err)
        err = vt_db_run(&writer->db, "INSERT INTO words (rowid, title, tags, about) VALUES (?, ?, ?, ?)",
                        VT_DB_N(n), VT_DB_T(product->title), VT_DB_T(product->tags), VT_DB_T(product->about));
    for (size_t i = 0; i < product->n && !err; i++)
        err = put_variant(writer, &product->variants[i]);
    return err;
}

int vt_shelf_put_address(struct vt_shelf_writer *writer, struct vt_str url, struct vt_str sku)
{
    if (writer->addresses == VT_SHELF_ADDRESSES)
        return VT_ERR_FULL;
    int err = vt_db_run(&writer->db, "INSERT INTO address (url, sku) VALUES (?, ?) ON CONFLICT DO NOTHING",
                        VT_DB_T(url), VT_DB_T(sku));
    writer->addresses += !err && vt_db_changes(&writer->db) > 0;
    return err;
}

int vt_shelf_put_stock(struct vt_shelf_writer *writer, struct vt_str sku, struct vt_str branch,
                       int64_t quantity)
{
    return vt_db_run(&writer->db, "INSERT INTO stock (sku, branch, quantity) VALUES (?, ?, ?)", VT_DB_T(sku),
                     VT_DB_T(branch), VT_DB_N(quantity));
}

/* --- the end ------------------------------------------------------------------------------------ */

static int sync_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int err = fd >= 0 && fsync(fd) == 0 ? VT_OK : VT_ERR_IO;
    if (fd >= 0)
        close(fd);
    return err;
}

int vt_shelf_finish(struct vt_shelf_writer *writer)
{
    int err = vt_db_exec(&writer->db, "INSERT INTO words (words) VALUES ('optimize')");
    if (!err)
        err = vt_db_exec(&writer->db, "CREATE UNIQUE INDEX variant_sku ON variant (sku)");
    if (!err)
        err = vt_db_exec(&writer->db, "CREATE INDEX product_sku ON product (sku)");
    if (!err)
        err = vt_db_exec(&writer->db, "COMMIT");
    if (err)
        return err;
    vt_db_close(&writer->db);
    err = sync_file(writer->draft);
    if (!err && rename(writer->draft, writer->path) != 0)
        err = VT_ERR_IO;
    writer->is_finished = !err;
    return err;
}
