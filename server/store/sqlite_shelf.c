/* SPDX-License-Identifier: Apache-2.0 */
/* A finished shelf: opened, read into columns, told. */
#include "server/store/sqlite_shelf.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "server/store/sqlite_manage.h"

enum { ARENA_BYTES = 256 << 20 };

/* --- columns ------------------------------------------------------------------------------------ */

static int read_shapes(struct vt_shelf *shelf)
{
    int err;
    struct vt_stmt *stmt = vt_db_start_values(
        &shelf->db, "SELECT n, brand, type1, type2, type3 FROM shape ORDER BY n", NULL, 0);
    while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW) {
        size_t n = (size_t)vt_db_int(stmt, 0);
        if (n == 0 || n > shelf->products)
            continue;
        shelf->brands[n] = (uint16_t)vt_db_int(stmt, 1);
        for (int i = 0; i < VT_SHELF_TYPES; i++)
            shelf->types[n * VT_SHELF_TYPES + (size_t)i] = (uint16_t)vt_db_int(stmt, 2 + i);
    }
    return err;
}

static int read_entries(struct vt_shelf *shelf)
{
    size_t at = 0, reached = 0;
    int err;
    struct vt_stmt *stmt = vt_db_start_values(
        &shelf->db, "SELECT n, colour, size, material, price, available FROM variant ORDER BY id", NULL, 0);
    while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW) {
        size_t n = (size_t)vt_db_int(stmt, 0);
        if (at == shelf->entries_n || n < reached || n > shelf->products) {
            vt_db_end(stmt);
            return VT_ERR_IO;
        }
        while (reached < n)
            shelf->begins[++reached] = (uint32_t)at;
        shelf->entries[at++] = (struct vt_shelf_entry){ .colour = (uint16_t)vt_db_int(stmt, 1),
                                                        .size = (uint16_t)vt_db_int(stmt, 2),
                                                        .material = (uint16_t)vt_db_int(stmt, 3),
                                                        .price = vt_db_int(stmt, 4),
                                                        .available = vt_db_int(stmt, 5) != 0 };
    }
    while (reached <= shelf->products)
        shelf->begins[++reached] = (uint32_t)at;
    return err;
}

static int read_values(struct vt_shelf *shelf)
{
    int err = VT_OK, short_of = VT_OK;
    for (int facet = 0; facet < VT_FACET_BRANCH && !err; facet++) {
        struct vt_stmt *stmt = vt_db_start(&shelf->db, "SELECT coalesce(max(id), 0) FROM value WHERE facet=?",
                                           VT_DB_N(facet));
        if ((err = vt_db_step(&shelf->db, stmt)) != VT_DB_ROW)
            return err ? err : VT_ERR_IO;
        size_t n = (size_t)vt_db_int(stmt, 0) + 1;
        vt_db_end(stmt);
        shelf->values[facet].texts = vt_arena_array(&shelf->arena, n, sizeof(struct vt_str));
        shelf->values[facet].n = n;
        if (!shelf->values[facet].texts)
            return VT_ERR_NOMEM;
        stmt = vt_db_start(&shelf->db, "SELECT id, text FROM value WHERE facet=?", VT_DB_N(facet));
        while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW)
            shelf->values[facet].texts[vt_db_int(stmt, 0)] = vt_db_text(stmt, 1, &shelf->arena, &short_of);
    }
    return err ? err : short_of;
}

/* A word's uses in names count far more than those in descriptions. */
static int read_words(struct vt_shelf *shelf)
{
    int err, short_of = VT_OK;
    struct vt_stmt *stmt = vt_db_start_values(
        &shelf->db,
        "SELECT term, sum(doc * iif(col='about', 1, 1000)) FROM vocabulary"
        " GROUP BY term ORDER BY term",
        NULL, 0);
    while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW && !short_of) {
        struct vt_str term = vt_db_text(stmt, 0, &shelf->arena, &short_of);
        if (!short_of)
            short_of = vt_spelling_add(&shelf->spelling, term, (uint32_t)vt_db_int(stmt, 1));
    }
    if (short_of)
        vt_db_end(stmt);
    return short_of ? short_of : err;
}

static int count_rows(struct vt_shelf *shelf, const char *sql, size_t *ret_n)
{
    struct vt_stmt *stmt = vt_db_start_values(&shelf->db, sql, NULL, 0);
    int err = vt_db_step(&shelf->db, stmt);
    if (err != VT_DB_ROW)
        return err ? err : VT_ERR_IO;
    *ret_n = (size_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return VT_OK;
}

static int read_columns(struct vt_shelf *shelf)
{
    int err = count_rows(shelf, "SELECT coalesce(max(n), 0) FROM product", &shelf->products);
    if (!err)
        err = count_rows(shelf, "SELECT coalesce(max(id), 0) FROM variant", &shelf->entries_n);
    if (err)
        return err;
    shelf->begins = calloc(shelf->products + 2, sizeof(*shelf->begins));
    shelf->entries = calloc(shelf->entries_n + 1, sizeof(*shelf->entries));
    shelf->brands = calloc(shelf->products + 1, sizeof(*shelf->brands));
    shelf->types = calloc(shelf->products + 1, VT_SHELF_TYPES * sizeof(*shelf->types));
    if (!shelf->begins || !shelf->entries || !shelf->brands || !shelf->types)
        return VT_ERR_NOMEM;
    err = read_shapes(shelf);
    if (!err)
        err = read_entries(shelf);
    if (!err)
        err = read_values(shelf);
    return err ? err : read_words(shelf);
}

/* --- life --------------------------------------------------------------------------------------- */

/* The path as a URI, so that SQLite can be told that nobody changes the file: no lock, no look at a journal.
 */
static int open_file(struct vt_shelf *shelf, const char *path)
{
    char uri[3 * VT_SHELF_PATH + 32] = "file:";
    size_t at = strlen(uri);
    for (const char *p = path; *p; p++)
        at += (size_t)sprintf(uri + at, strchr("%?#", *p) ? "%%%02x" : "%c", (unsigned char)*p);
    sprintf(uri + at, "?immutable=1");
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    shelf->db.driver = &vt_db_sqlite;
    int code = sqlite3_open_v2(uri, &shelf->db.sqlite, flags, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(shelf->db.sqlite, "PRAGMA mmap_size=268435456; PRAGMA cache_size=-8000;", NULL,
                            NULL, NULL);
    return shelf->db.sqlite ? vt_db_err(&shelf->db, code) : VT_ERR_NOMEM;
}

static struct vt_shelf *create(void)
{
    struct vt_shelf *shelf = calloc(1, sizeof(*shelf));
    if (shelf) {
        shelf->refs = 1;
        vt_arena_init(&shelf->arena, ARENA_BYTES);
    }
    return shelf;
}

struct vt_shelf *vt_shelf_names(const char *data_dir, struct vt_str site, int64_t generation)
{
    char path[VT_SHELF_PATH];
    struct vt_shelf *shelf = create();
    if (!shelf ||
        (vt_shelf_path(data_dir, site, generation, path) == VT_OK && open_file(shelf, path) == VT_OK))
        return shelf;
    return vt_shelf_unref(shelf);
}

struct vt_shelf *vt_shelf_open(const char *data_dir, struct vt_str site, int64_t generation,
                               struct vt_buf *ret_error)
{
    char path[VT_SHELF_PATH];
    struct vt_shelf *shelf = create();
    if (!shelf) {
        vt_buf_text(ret_error, "There is no memory left.");
        return NULL;
    }
    int err = vt_shelf_path(data_dir, site, generation, path);
    if (!err)
        err = open_file(shelf, path);
    if (!err)
        err = read_columns(shelf);
    if (!err)
        return shelf;
    vt_buf_printf(ret_error, "%s cannot be read: %s.", path,
                  shelf->db.sqlite ? sqlite3_errmsg(shelf->db.sqlite) : vt_err_name(err));
    vt_shelf_unref(shelf);
    return NULL;
}

struct vt_shelf *vt_shelf_ref(struct vt_shelf *shelf)
{
    shelf->refs++;
    return shelf;
}

struct vt_shelf *vt_shelf_unref(struct vt_shelf *shelf)
{
    if (!shelf || --shelf->refs > 0)
        return NULL;
    vt_db_close(&shelf->db);
    free(shelf->begins);
    free(shelf->entries);
    free(shelf->brands);
    free(shelf->types);
    vt_spelling_finish(&shelf->spelling);
    vt_arena_finish(&shelf->arena);
    free(shelf);
    return NULL;
}

size_t vt_shelf_count(const struct vt_shelf *shelf)
{
    return shelf->products;
}

void vt_shelf_remove(const char *data_dir, struct vt_str site, int64_t generation)
{
    char path[VT_SHELF_PATH];
    if (vt_shelf_path(data_dir, site, generation, path) == VT_OK)
        unlink(path);
}

/* "<site>-<number>.db", with what may stand behind it; 0: another name. */
static int64_t generation_of(const char *name, struct vt_str site)
{
    char *end;
    if (strncmp(name, site.ptr, site.len) != 0 || name[site.len] != '-')
        return 0;
    long long generation = strtoll(name + site.len + 1, &end, 10);
    return strncmp(end, ".db", 3) == 0 ? generation : 0;
}

void vt_shelf_sweep(const char *data_dir, struct vt_str site, int64_t generation)
{
    char path[VT_SHELF_PATH];
    if (snprintf(path, sizeof(path), "%s/catalogue", data_dir) >= (int)sizeof(path))
        return;
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir)) != NULL) {
        int64_t its = generation_of(entry->d_name, site);
        if (its > 0 && its < generation)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

/* --- telling ------------------------------------------------------------------------------------ */

static struct vt_str column(struct vt_stmt *stmt, int i)
{
    struct vt_str text = vt_db_view(stmt, i);
    return text.ptr ? text : VT_STR("");
}

/* Steps through `stmt` until `told` says stop. */
#define EACH(shelf, stmt, told, err)                                                                         \
    while (((err) = vt_db_step(&(shelf)->db, (stmt))) == VT_DB_ROW)                                          \
        if (((err) = (told))) {                                                                              \
            vt_db_end(stmt);                                                                                 \
            return (err);                                                                                    \
        }

int vt_shelf_products(struct vt_shelf *shelf, vt_shelf_product_fn *fn, vt_shelf_sku_fn *sku, void *arg)
{
    int err;
    struct vt_stmt *stmt = vt_db_start_values(&shelf->db, "SELECT sku, body, spin FROM product ORDER BY n",
                                              NULL, 0);
    EACH(shelf, stmt, fn(arg, column(stmt, 0), column(stmt, 1), vt_db_int(stmt, 2) != 0), err);
    if (err)
        return err;
    stmt = vt_db_start_values(&shelf->db, "SELECT n, sku FROM variant ORDER BY id", NULL, 0);
    EACH(shelf, stmt, sku(arg, (size_t)vt_db_int(stmt, 0) - 1, column(stmt, 1)), err);
    return err;
}

int vt_shelf_addresses(struct vt_shelf *shelf, int64_t after, size_t limit, vt_shelf_address_fn *fn,
                       void *arg, int64_t *ret_last)
{
    int err;
    struct vt_stmt *stmt = vt_db_start(&shelf->db,
                                       "SELECT id, url, sku FROM address WHERE id > ? ORDER BY id LIMIT ?",
                                       VT_DB_N(after), VT_DB_N(limit));
    *ret_last = 0;
    EACH(shelf, stmt, (*ret_last = vt_db_int(stmt, 0), fn(arg, column(stmt, 1), column(stmt, 2))), err);
    return err;
}

int vt_shelf_stock(struct vt_shelf *shelf, int64_t after, size_t limit, vt_shelf_stock_fn *fn, void *arg,
                   int64_t *ret_last)
{
    int err;
    struct vt_stmt *stmt = vt_db_start(
        &shelf->db, "SELECT id, sku, branch, quantity FROM stock WHERE id > ? ORDER BY id LIMIT ?",
        VT_DB_N(after), VT_DB_N(limit));
    *ret_last = 0;
    EACH(shelf, stmt,
         (*ret_last = vt_db_int(stmt, 0), fn(arg, column(stmt, 1), column(stmt, 2), vt_db_int(stmt, 3))),
         err);
    return err;
}

uint32_t vt_shelf_number(struct vt_shelf *shelf, struct vt_str sku)
{
    uint32_t n = 0;
    struct vt_stmt *stmt = vt_db_start(
        &shelf->db, "SELECT n FROM variant WHERE sku=?1 UNION ALL SELECT n FROM product WHERE sku=?1 LIMIT 1",
        VT_DB_T(sku));
    if (vt_db_step(&shelf->db, stmt) != VT_DB_ROW)
        return 0;
    n = (uint32_t)vt_db_int(stmt, 0);
    vt_db_end(stmt);
    return n;
}

bool vt_shelf_has_value(struct vt_shelf *shelf, enum vt_facet facet, struct vt_str value)
{
    struct vt_stmt *stmt = vt_db_start(&shelf->db,
                                       "SELECT 1 FROM value WHERE facet=? AND text=? COLLATE NOCASE LIMIT 1",
                                       VT_DB_N(facet), VT_DB_T(value));
    bool found = vt_db_step(&shelf->db, stmt) == VT_DB_ROW;
    if (found)
        vt_db_end(stmt);
    return found;
}

int vt_shelf_sku(struct vt_shelf *shelf, uint32_t number, struct vt_arena *arena, struct vt_str *ret_sku)
{
    int err = VT_OK;
    struct vt_stmt *stmt = vt_db_start(&shelf->db, "SELECT sku FROM product WHERE n=?", VT_DB_N(number));
    int step = vt_db_step(&shelf->db, stmt);
    if (step != VT_DB_ROW)
        return step ? step : VT_ERR_IO;
    *ret_sku = vt_db_text(stmt, 0, arena, &err);
    vt_db_end(stmt);
    return err;
}

int vt_shelf_skus(struct vt_shelf *shelf, uint32_t number, struct vt_arena *arena, struct vt_str *skus,
                  size_t *n)
{
    int err, short_of = VT_OK;
    if (number == 0 || number > shelf->products)
        return VT_OK;
    struct vt_stmt *stmt = vt_db_start(&shelf->db,
                                       "SELECT sku FROM variant WHERE id > ? AND id <= ? ORDER BY id",
                                       VT_DB_N(shelf->begins[number]), VT_DB_N(shelf->begins[number + 1]));
    while ((err = vt_db_step(&shelf->db, stmt)) == VT_DB_ROW && !short_of)
        skus[(*n)++] = vt_db_text(stmt, 0, arena, &short_of);
    if (short_of)
        vt_db_end(stmt);
    return short_of ? short_of : err;
}

bool vt_shelf_has_stock(const struct vt_shelf *shelf)
{
    return shelf->stock_at > 0;
}
