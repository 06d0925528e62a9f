/* SPDX-License-Identifier: Apache-2.0 */
/* work DIR PRODUCTS QUERIES: writes a feed of so many products (two rows each) into DIR, imports it, opens it
 * and searches it, as the server does; a line of JSON. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/catalogue/catalogue.h"
#include "server/catalogue/intake.h"

static const char *const kinds[] = { "ring",   "pendant", "earrings", "bracelet", "watch",     "necklace",
                                     "brooch", "anklet",  "signet",   "charm",    "cufflinks", "tiara",
                                     "locket", "chain",   "stud",     "hoop" };
static const char *const stones[] = { "diamond", "sapphire", "ruby", "emerald", "pearl",    "opal",
                                      "topaz",   "garnet",   "onyx", "quartz",  "amethyst", "citrine" };
static const char *const metals[] = { "yellow gold", "rose gold", "white gold",
                                      "platinum",    "silver",    "titanium" };
static const char *const moods[] = { "aurora",  "lagoon", "ember",   "meridian", "solstice",
                                     "harbour", "willow", "cinder",  "orchid",   "zephyr",
                                     "marble",  "velvet", "saffron", "juniper" };
#define PICK(list, n) (list)[(n) % (sizeof(list) / sizeof((list)[0]))]

static uint64_t state = 88172645463325252u;
static unsigned next_number(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33);
}

static void write_feed(const char *path, size_t products)
{
    FILE *file = fopen(path, "we");
    if (!file)
        exit(1);
    fputs(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\" xmlns:g=\"http://base.google.com/ns/1.0\"><channel>\n",
        file);
    for (size_t i = 0; i < 2 * products; i++) {
        size_t n = i % products; /* a group's rows stand far from each other */
        unsigned kind = (unsigned)(n * 7), stone = (unsigned)(n / 16), metal = (unsigned)(n / 5);
        fprintf(file,
                "<item><g:id>P%zu-%zu</g:id><g:item_group_id>P%zu</g:item_group_id><g:title>%s %s %s no. "
                "%zu</g:title>"
                "<g:price>%u.00 EUR</g:price><g:product_type>%s &gt; %s</g:product_type><g:color>%s</g:color>"
                "<g:size>%zu</g:size><g:material>%s</g:material><g:brand>Maison %zu</g:brand>"
                "<g:image_link>https://img.shop.example/%zu.jpg</g:image_link>"
                "<g:link>https://shop.example/p/%zu</g:link><description>&lt;p&gt;A %s in %s with %s, made "
                "by hand in a "
                "workshop that has done so since 18%zu; it comes in a box with its "
                "certificate.&lt;/p&gt;</description>"
                "</item>\n",
                n, i / products, n, PICK(moods, n / 3), PICK(stones, stone), PICK(kinds, kind), n,
                (unsigned)(20 + n % 5000), PICK(kinds, kind), PICK(stones, stone), PICK(metals, metal),
                46 + (n % 12) + 2 * (i / products), PICK(metals, metal), n % 200, n, n, PICK(kinds, kind),
                PICK(metals, metal), PICK(stones, stone + 1), n % 100);
    }
    fputs("</channel></rss>\n", file);
    fclose(file);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* As people ask: begun words, whole ones, two or three, a typo, filters, and nothing at all. */
static void make_query(unsigned n, char text[128], struct vt_shelf_query *query)
{
    const char *kind = PICK(kinds, next_number()), *stone = PICK(stones, next_number());
    *query = (struct vt_shelf_query){ .least = -1, .most = -1, .n = 24, .counts = true };
    text[0] = '\0';
    if (n % 10 < 2)
        snprintf(text, 128, "%s", kind);
    else if (n % 10 < 4)
        snprintf(text, 128, "%.*s", 3, stone);
    else if (n % 10 < 6)
        snprintf(text, 128, "%s %s", stone, kind);
    else if (n % 10 < 8)
        snprintf(text, 128, "%s %s %.2s", PICK(moods, next_number()), stone, kind);
    else if (n % 10 == 8) {
        snprintf(text, 128, "%s", stone);
        char swap = text[2];
        text[2] = text[3];
        text[3] = swap;
    }
    if (n % 4 == 0) {
        query->wants[query->wants_n++] = (struct vt_shelf_want){ VT_FACET_COLOUR,
                                                                 vt_str(PICK(metals, next_number())) };
        query->most = 150000;
    }
    query->text = vt_str(text);
}

static int add_product(void *arg, struct vt_str sku, struct vt_str body, bool has_spin)
{
    (void)has_spin;
    return vt_catalogue_add(arg, sku, body);
}

static int add_sku(void *arg, size_t product, struct vt_str sku)
{
    return vt_catalogue_name(arg, product, sku);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    size_t products = strtoul(argv[2], NULL, 10), queries = strtoul(argv[3], NULL, 10), found = 0;
    char feed[4096], text[128];
    struct vt_intake_result result;
    struct rusage before, after;
    struct stat info;
    snprintf(feed, sizeof(feed), "%s/feed.xml", argv[1]);
    write_feed(feed, products);
    int fd = open(feed, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0)
        return 1;
    const struct vt_intake intake = {
        .data_dir = argv[1], .site = VT_STR("bench"), .generation = 1, .fd = fd, .pictures_fd = -1
    };
    vt_intake_result_init(&result);
    getrusage(RUSAGE_SELF, &before);
    double began = now_ms();
    if (vt_intake_run(&intake, &result) != VT_OK) {
        fprintf(stderr, "%s\n", vt_buf_cstr(&result.error));
        return 1;
    }
    double import_ms = now_ms() - began;
    getrusage(RUSAGE_SELF, &after);
    began = now_ms();
    struct vt_shelf *shelf = vt_shelf_open(argv[1], VT_STR("bench"), 1, &result.error);
    struct vt_catalogue *catalogue = vt_catalogue_create();
    if (!shelf || vt_shelf_products(shelf, add_product, add_sku, catalogue) != VT_OK)
        return 1;
    double open_ms = now_ms() - began, *times = calloc(queries + 1, sizeof(*times));
    struct vt_arena arena;
    vt_arena_init(&arena, 64 << 20);
    for (unsigned i = 0; i < queries; i++) {
        struct vt_shelf_query query;
        struct vt_shelf_hits hits;
        make_query(i, text, &query);
        vt_arena_reset(&arena);
        began = now_ms();
        if (vt_shelf_search(shelf, &query, &arena, &hits) != VT_OK)
            return 1;
        times[i] = now_ms() - began;
        found += hits.total > 0;
        if (getenv("VT_SLOW") && times[i] > 10)
            fprintf(stderr, "%.1f ms %zu hits \"%s\"%s\n", times[i], hits.total, text,
                    query.wants_n ? " +filter" : "");
    }
    qsort(times, queries, sizeof(*times), compare);
    printf("{\"products\":%zu,\"variants\":%zu,\"megabytes\":%.0f,\"import_s\":%.2f,\"import_cpu_s\":%.2f,"
           "\"peak_mb\":%.0f,"
           "\"open_ms\":%.0f,\"found\":%zu,\"p50_ms\":%.2f,\"p95_ms\":%.2f,\"p99_ms\":%.2f}\n",
           result.products, result.variants, (double)info.st_size / 1e6, import_ms / 1e3,
           (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                    before.ru_stime.tv_sec) +
               (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                        before.ru_stime.tv_usec) /
                   1e6,
           (double)after.ru_maxrss / 1024, open_ms, found, times[queries / 2], times[queries * 95 / 100],
           times[queries * 99 / 100]);
    return 0;
}
