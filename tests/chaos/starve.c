/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out on demand. Linked into vitrine_starved, whose calls of malloc and its kin in our own
 * objects come here first (ld's --wrap): jansson's too, which asks json.c, and SQLite's by the hook it
 * offers. A page shared with the run (the file VITRINE_STARVE) says whose process is meant and which
 * allocations fail, counted since it was armed; what failed and from where is written back.
 *
 * Left alone, by being other objects: GLib, vips and pango end the process by design when memory runs out,
 * which is why they live in workers, and the workers are other processes; libuv aborts in two places of its
 * own; libwebsockets, OpenSSL and libcurl are not ours to mend. */
#include <fcntl.h>
#include <malloc.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SITES_MOST = 32 };

struct page {
    _Atomic uint32_t pid;   /* the process that is starved; 0: none */
    _Atomic uint32_t count; /* allocations since then */
    _Atomic uint32_t first; /* the first that fails */
    _Atomic uint32_t last;  /* the last */
    _Atomic uint32_t failed;
    _Atomic uint32_t
        sites[SITES_MOST]; /* return addresses of those that failed, from the start of the program */
};

extern const char __executable_start;
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *ptr, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
char *__wrap_strdup(const char *text);

static struct page *page;
static uint32_t own_pid;

static bool fails(const void *caller)
{
    if (!page || atomic_load_explicit(&page->pid, memory_order_acquire) != own_pid)
        return false;
    uint32_t n = atomic_fetch_add(&page->count, 1) + 1;
    if (n < atomic_load(&page->first) || n > atomic_load(&page->last))
        return false;
    uint32_t at = atomic_fetch_add(&page->failed, 1);
    if (at < SITES_MOST)
        atomic_store(&page->sites[at], (uint32_t)((uintptr_t)caller - (uintptr_t)&__executable_start));
    return true;
}

void *__wrap_malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __real_realloc(ptr, size);
}

char *__wrap_strdup(const char *text)
{
    return fails(__builtin_return_address(0)) ? NULL : __real_strdup(text);
}

static void *sqlite_malloc(int size)
{
    return fails((const char *)&__executable_start + 1) ? NULL : __real_malloc((size_t)size);
}

static void *sqlite_realloc(void *ptr, int size)
{
    return fails((const char *)&__executable_start + 1) ? NULL : __real_realloc(ptr, (size_t)size);
}

static int sqlite_size(void *ptr)
{
    return ptr ? (int)malloc_usable_size(ptr) : 0;
}

static int sqlite_round(int size)
{
    return (size + 7) & ~7;
}

static int sqlite_begin(void *unused)
{
    (void)unused;
    return SQLITE_OK;
}

static void sqlite_end(void *unused)
{
    (void)unused;
}

__attribute__((constructor)) static void map_page(void)
{
    static const struct sqlite3_mem_methods methods = { sqlite_malloc, free,         sqlite_realloc,
                                                        sqlite_size,   sqlite_round, sqlite_begin,
                                                        sqlite_end,    NULL };
    const char *path = getenv("VITRINE_STARVE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *shared = mmap(NULL, sizeof(*page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (shared == MAP_FAILED)
        return;
    own_pid = (uint32_t)getpid();
    page = shared;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
