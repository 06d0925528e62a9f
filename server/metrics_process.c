/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics_process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "server/metrics.h"

#ifndef VT_VERSION
#define VT_VERSION "unknown"
#endif

static struct vt_metric cpu = { .name = "process_cpu_seconds_total",
                                .help = "User and system CPU time.",
                                .kind = VT_METRIC_COUNTER };
static struct vt_metric resident = { .name = "process_resident_memory_bytes",
                                     .help = "Resident memory.",
                                     .kind = VT_METRIC_GAUGE };
static struct vt_metric virtual = { .name = "process_virtual_memory_bytes",
                                    .help = "Virtual memory.",
                                    .kind = VT_METRIC_GAUGE };
static struct vt_metric open_fds = { .name = "process_open_fds",
                                     .help = "Open file descriptors.",
                                     .kind = VT_METRIC_GAUGE };
static struct vt_metric max_fds = { .name = "process_max_fds",
                                    .help = "Most file descriptors the process may open.",
                                    .kind = VT_METRIC_GAUGE };
static struct vt_metric threads = { .name = "process_threads",
                                    .help = "Threads of the process.",
                                    .kind = VT_METRIC_GAUGE };
static struct vt_metric started = { .name = "process_start_time_seconds",
                                    .help = "Start of the process in seconds since 1970.",
                                    .kind = VT_METRIC_GAUGE };
static struct vt_metric build = { .name = "vitrine_build_info",
                                  .help = "Version and compiler, as labels.",
                                  .labels = "version=\"" VT_VERSION "\",compiler=\"" __VERSION__ "\"",
                                  .kind = VT_METRIC_GAUGE,
                                  .value = 1 };

static bool read_text(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t n = fread(text, 1, size - 1, file);
    fclose(file);
    text[n] = '\0';
    return n > 0;
}

/* The number behind `name` at the start of a line, as in /proc's status and stat files; 0 without it. */
static double number_after(const char *text, const char *name)
{
    for (const char *line = text; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, name, strlen(name)) == 0)
            return strtod(line + strlen(name), NULL);
    }
    return 0;
}

/* Field 22 of /proc/self/stat counts ticks since boot; the name in field 2 may hold spaces. */
static double start_time(void)
{
    char stat[1024], system[65536];
    double ticks = 0;
    if (!read_text("/proc/self/stat", stat, sizeof(stat)) || !read_text("/proc/stat", system, sizeof(system)))
        return 0;
    const char *at = strrchr(stat, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at)
        ticks = strtod(at, NULL);
    return number_after(system, "btime ") + ticks / (double)sysconf(_SC_CLK_TCK);
}

static double count_fds(void)
{
    double count = 0;
    DIR *dir = opendir("/proc/self/fd");
    if (!dir)
        return 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count - 1; /* the folder itself */
}

static void add_all(void)
{
    struct vt_metric *const all[] = { &cpu,     &resident, &virtual, &open_fds,
                                      &max_fds, &threads,  &started, &build };
    static bool is_added;
    if (is_added)
        return;
    is_added = true;
    started.value = start_time();
    for (size_t i = 0; i < VT_COUNT(all); i++)
        vt_metrics_add(all[i]);
}

void vt_metrics_refresh_process(void)
{
    char status[4096];
    struct timespec used;
    struct rlimit limit;
    add_all();
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0)
        cpu.value = (double)used.tv_sec + (double)used.tv_nsec / 1e9;
    if (read_text("/proc/self/status", status, sizeof(status))) {
        resident.value = number_after(status, "VmRSS:") * 1024;
        virtual.value = number_after(status, "VmSize:") * 1024;
        threads.value = number_after(status, "Threads:");
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        max_fds.value = (double)limit.rlim_cur;
    open_fds.value = count_fds();
}
