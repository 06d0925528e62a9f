/* SPDX-License-Identifier: Apache-2.0 */
/* The picture steps of a worker without the server around them, and the price of other programs.
 *
 * A line on stdin is a job, a line of JSON on stdout its price: CPU of each of `times` runs in
 * microseconds, the least wall time, bytes of the result, the most memory the process ever had.
 *
 *     original PATH WIDTH TIMES           an original to a JPEG thumb, as ingest makes its first
 *     ingest PATH MASTER TIMES            an original to a master (written to MASTER)
 *     thumb MASTER WIDTH FORMAT TIMES     a rendition from a master
 *     encode PATH WIDTH FORMAT TIMES      pixels that lie in memory to a file
 *     film KIND TEXT OUT MASTER … TIMES   stills to a film: h264 or av1; TEXT names its JSON
 *     spin KIND TEXT OUT JPEG … TIMES     frames to a film
 *     spawn TIMES PROGRAM ARGUMENT …      another program, with its start (no quoting)
 *
 * `first` and `first_wall`: of an ingest its thumb, of a film its first fragment.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "media/film.h"
#include "media/film_pack.h"
#include "media/image_internal.h"
#include "server/base/err.h"

enum { RUNS_MAX = 512, WORDS_MAX = 96 };

struct price {
    size_t n, bytes;
    double cpu_us[RUNS_MAX], first_us, first_wall_us, wall_us;
    long peak_kb;
    enum vt_media_err err;
};

static double clock_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

struct watch {
    double cpu, wall;
};

static struct watch begin(void)
{
    return (struct watch){ clock_us(CLOCK_PROCESS_CPUTIME_ID), clock_us(CLOCK_MONOTONIC) };
}

static void note(struct price *price, double cpu_us, double wall_us)
{
    price->cpu_us[price->n++] = cpu_us;
    if (price->wall_us == 0 || wall_us < price->wall_us)
        price->wall_us = wall_us;
}

static void end(struct price *price, struct watch since)
{
    note(price, clock_us(CLOCK_PROCESS_CPUTIME_ID) - since.cpu, clock_us(CLOCK_MONOTONIC) - since.wall);
}

static int shrink_for(const struct vt_sniffed *sniffed, uint32_t width)
{
    int shrink = 8;
    while (shrink > 1 && sniffed->width / (uint32_t)shrink < width)
        shrink /= 2;
    return shrink;
}

static int open_scaled(const char *path, uint32_t width, struct vt_mapped *file, VipsImage **image)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int err = fd < 0 || vt_mapped_open(fd, file) != VT_OK;
    if (fd >= 0)
        close(fd);
    if (err)
        return -1;
    const struct vt_sniffed sniffed = vt_sniff_header(file->bytes, file->len);
    const uint32_t height = (uint32_t)((double)sniffed.height * width / sniffed.width + 0.5);
    return vt_image_open_original(file, &sniffed, shrink_for(&sniffed, width), image) ||
           vt_step_srgb(image) || vt_step_resize(image, width, height);
}

static int run_original(const char *path, uint32_t width, struct price *price)
{
    VT_MAPPED struct vt_mapped file = { NULL, 0 };
    VT_IMAGE VipsImage *image = NULL;
    struct vt_image_result result = { .len = 0 };
    struct watch since = begin();
    if (open_scaled(path, width, &file, &image) || vt_image_encode(image, VT_FMT_JPEG, 0, 0, &result))
        return -1;
    end(price, since);
    price->bytes = result.len;
    vt_image_result_finish(&result);
    return 0;
}

static int run_encode(const char *path, uint32_t width, enum vt_picture_format format, size_t times,
                      struct price *price)
{
    VT_MAPPED struct vt_mapped file = { NULL, 0 };
    VT_IMAGE VipsImage *image = NULL, *pixels = NULL;
    if (open_scaled(path, width, &file, &image) || !(pixels = vips_image_copy_memory(image)))
        return -1;
    for (size_t i = 0; i < times; i++) {
        struct vt_image_result result = { .len = 0 };
        struct watch since = begin();
        if (vt_image_encode(pixels, format, 0, 0, &result))
            return -1;
        end(price, since);
        price->bytes = result.len;
        vt_image_result_finish(&result);
    }
    return 0;
}

struct first {
    struct watch since;
    int live; /* a film's fragments; -1: the first part is what is waited for */
    double cpu_us, wall_us;
};

/* Head and index alone play nothing. */
static bool has_fragment(int live)
{
    uint8_t head[8];
    for (off_t at = 0; pread(live, head, sizeof(head), at) == sizeof(head);) {
        if (memcmp(head + 4, "mdat", 4) == 0)
            return true;
        at += (off_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    }
    return false;
}

static void handle_part(void *arg, const struct vt_image_result *part)
{
    struct first *first = arg;
    (void)part;
    if (first->cpu_us > 0 || (first->live >= 0 && !has_fragment(first->live)))
        return;
    first->cpu_us = clock_us(CLOCK_PROCESS_CPUTIME_ID) - first->since.cpu;
    first->wall_us = clock_us(CLOCK_MONOTONIC) - first->since.wall;
}

/* The least of all runs, as the wall time of the whole is. */
static void note_first(struct price *price, const struct first *first)
{
    if (price->first_us == 0 || first->cpu_us < price->first_us)
        price->first_us = first->cpu_us;
    if (price->first_wall_us == 0 || first->wall_us < price->first_wall_us)
        price->first_wall_us = first->wall_us;
}

static int run_ingest(const char *path, const char *master, struct price *price)
{
    const struct vt_recipe recipe = { .kind = VT_RECIPE_INGEST };
    int source = open(path, O_RDONLY | O_CLOEXEC);
    int out = open(master, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct first first = { .since = begin(), .live = -1 };
    const struct vt_image_job job = { .recipe = &recipe,
                                      .sources = &source,
                                      .n_sources = 1,
                                      .out_fd = out,
                                      .part = handle_part,
                                      .arg = &first };
    struct vt_image_result result = { .len = 0 };
    if (source >= 0 && out >= 0)
        vt_image_run(&job, &result);
    end(price, first.since);
    note_first(price, &first);
    price->err = result.problem.err;
    price->bytes = out >= 0 ? (size_t)lseek(out, 0, SEEK_END) : 0;
    vt_image_result_finish(&result);
    close(source);
    close(out);
    return source < 0 || out < 0 ? -1 : 0;
}

static int run_recipe(const struct vt_recipe *recipe, const char *master, struct price *price)
{
    int source = open(master, O_RDONLY | O_CLOEXEC);
    const struct vt_image_job job = { .recipe = recipe, .sources = &source, .n_sources = 1, .out_fd = -1 };
    struct vt_image_result result = { .len = 0 };
    struct watch since = begin();
    if (source >= 0)
        vt_image_run(&job, &result);
    end(price, since);
    price->bytes = result.len;
    price->err = result.problem.err;
    vt_image_result_finish(&result);
    close(source);
    return source < 0 || price->err ? -1 : 0;
}

static int run_thumb(const char *master, uint32_t width, enum vt_picture_format format, struct price *price)
{
    return run_recipe(&(struct vt_recipe){ .kind = VT_RECIPE_THUMB, .out_w = width, .format = format },
                      master, price);
}

static int run_card(const char *master, const char *word, struct price *price)
{
    static const char json[] = "{\"template\":\"card\",\"name\":\"Anna\",\"text\":\"Shall we look at it "
                               "together?\",\"items\":[{\"media\":\"ring\"}]}";
    struct vt_recipe recipe = { .kind = VT_RECIPE_TEMPLATE, .template_json = json };
    return vt_format_from_word(vt_str(word), &recipe.format) ? run_recipe(&recipe, master, price) : -1;
}

/* --- films ------------------------------------------------------------------------------------------------
 */

static bool read_file(const char *path, struct vt_mapped *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const bool is_there = fd >= 0 && vt_mapped_open(fd, file) == VT_OK;
    if (fd >= 0)
        close(fd);
    return is_there;
}

static int keep_file(const char *path, const struct vt_image_result *result)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -1;
    const bool is_whole = fwrite(result->bytes, 1, result->len, file) == result->len;
    return fclose(file) == 0 && is_whole ? 0 : -1;
}

static int run_reel(char **words, const int *sources, size_t n_sources, struct first *first,
                    struct price *price)
{
    struct vt_recipe recipe = { .kind = strcmp(words[0], "av1") ? VT_RECIPE_FILM : VT_RECIPE_FILM_AV1 };
    VT_MAPPED struct vt_mapped text = { NULL, 0 };
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(65536);
    const int live = first->live = memfd_create("live", MFD_CLOEXEC);
    if (live < 0 || !read_file(words[1], &text) || vt_buf_append(&json, text.bytes, text.len) != VT_OK)
        return -1;
    recipe.template_json = vt_buf_cstr(&json);
    const struct vt_image_job job = { .recipe = &recipe,
                                      .sources = sources,
                                      .n_sources = n_sources,
                                      .out_fd = recipe.kind == VT_RECIPE_FILM ? live : -1,
                                      .part = handle_part,
                                      .arg = first };
    struct vt_image_result result = { .len = 0 };
    vt_image_run(&job, &result);
    end(price, first->since);
    note_first(price, first);
    price->bytes = result.len;
    price->err = result.problem.err;
    int err = result.problem.err ? -1 : keep_file(words[2], &result);
    vt_image_result_finish(&result);
    close(live);
    return err;
}

static int run_film(char **words, size_t n, struct price *price)
{
    int sources[VT_FILM_STILLS], err = n < 4 || n > 3 + VT_FILM_STILLS ? -1 : 0;
    struct first first = { .since = begin() };
    size_t opened = 0;
    for (; !err && opened < n - 3; opened++)
        sources[opened] = open(words[3 + opened], O_RDONLY | O_CLOEXEC);
    if (!err)
        err = run_reel(words, sources, opened, &first, price);
    while (opened-- > 0)
        close(sources[opened]);
    return err;
}

/* With the reading of its files, as a program's that is given their names. */
static int run_spin(char **words, size_t n, struct price *price)
{
    struct first first = { .since = begin() };
    struct vt_film_pack pack;
    int err = n < 4 || vt_film_pack_open(&pack, (uint32_t)n - 3) != VT_OK ? -1 : 0;
    if (err)
        return err;
    for (size_t i = 3; !err && i < n; i++) {
        VT_MAPPED struct vt_mapped jpeg = { NULL, 0 };
        if (!read_file(words[i], &jpeg) ||
            vt_film_pack_put(&pack, (uint32_t)i - 3, (struct vt_str){ (const char *)jpeg.bytes, jpeg.len }) !=
                VT_OK)
            err = -1;
    }
    if (!err)
        err = run_reel(words, &pack.fd, 1, &first, price);
    vt_film_pack_close(&pack);
    return err;
}

static int run_spawn(char **words, struct price *price)
{
    struct rusage used;
    int status;
    double since = clock_us(CLOCK_MONOTONIC);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(words[0], words);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return -1;
    note(price,
         (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
             (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec),
         clock_us(CLOCK_MONOTONIC) - since);
    price->peak_kb = VIPS_MAX(price->peak_kb, used.ru_maxrss);
    return 0;
}

/* The part of a job that is one run of it. */
static int run_once(char **words, size_t n, struct price *price)
{
    enum vt_picture_format format = VT_FMT_JPEG;
    if (strcmp(words[0], "film") == 0)
        return run_film(words + 1, n - 2, price);
    if (strcmp(words[0], "spin") == 0)
        return run_spin(words + 1, n - 2, price);
    if (n > 4 && !vt_format_from_word(vt_str(words[3]), &format))
        return -1;
    if (strcmp(words[0], "original") == 0 && n == 4)
        return run_original(words[1], (uint32_t)atoi(words[2]), price);
    if (strcmp(words[0], "ingest") == 0 && n == 4)
        return run_ingest(words[1], words[2], price);
    if (strcmp(words[0], "thumb") == 0 && n == 5)
        return run_thumb(words[1], (uint32_t)atoi(words[2]), format, price);
    if (strcmp(words[0], "card") == 0 && n == 4)
        return run_card(words[1], words[2], price);
    return -1;
}

static int run_line(char **words, size_t n, struct price *price)
{
    const bool is_spawn = n > 2 && strcmp(words[0], "spawn") == 0;
    const size_t times = n > 2 ? (size_t)atoi(words[is_spawn ? 1 : n - 1]) : 0;
    enum vt_picture_format format;
    if (times < 1 || times > RUNS_MAX)
        return -1;
    if (n == 5 && strcmp(words[0], "encode") == 0)
        return vt_format_from_word(vt_str(words[3]), &format)
                   ? run_encode(words[1], (uint32_t)atoi(words[2]), format, times, price)
                   : -1;
    for (size_t i = 0; i < times; i++)
        if (is_spawn ? run_spawn(words + 2, price) : run_once(words, n, price))
            return -1;
    return 0;
}

/* Of this process's own memory only; exec starts it anew, where getrusage would have the parent's. */
static long most_memory_kb(void)
{
    char line[128];
    long kb = 0;
    FILE *file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, "VmHWM: %ld kB", &kb) == 1)
            break;
    if (file)
        fclose(file);
    return kb;
}

static void tell(const struct price *price, int err)
{
    printf("{\"ok\":%s,\"cpu_us\":[", err ? "false" : "true");
    for (size_t i = 0; i < price->n; i++)
        printf("%s%.1f", i ? "," : "", price->cpu_us[i]);
    printf("],\"wall_us\":%.1f,\"first_us\":%.1f,\"first_wall_us\":%.1f,\"bytes\":%zu,\"peak_kb\":%ld,"
           "\"problem\":\"%s\"}\n",
           price->wall_us, price->first_us, price->first_wall_us, price->bytes,
           price->peak_kb ? price->peak_kb : most_memory_kb(), vt_media_err_word(price->err));
    fflush(stdout);
}

int main(void)
{
    static char line[16384];
    if (vt_image_init() != VT_OK)
        return EXIT_FAILURE;
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        static struct price price;
        char *words[WORDS_MAX + 1] = { NULL };
        size_t n = 0;
        for (char *word = strtok(line, " \n"); word && n < WORDS_MAX; word = strtok(NULL, " \n"))
            words[n++] = word;
        memset(&price, 0, sizeof(price));
        tell(&price, run_line(words, n, &price));
        vt_image_rest(); /* as a worker does that has no next job */
    }
    return EXIT_SUCCESS;
}
