/* SPDX-License-Identifier: Apache-2.0 */
#include "server/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "server/base/buf.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log_escape.h"

enum {
    LINE_MAX_BYTES = 4096,
    VALUE_MAX_BYTES = 512,
    REPEATS_A_SECOND = 20,
    EVENTS_MAX = 128 /* names of events counted apart; later ones share the last place */
};

/* What one event has done in the current second. */
struct repeat {
    const char *event; /* a literal of ours */
    int64_t second;
    uint32_t count;
};

static atomic_int least_level = VT_LOG_INFO;
static atomic_bool is_json;
static atomic_int log_fd = STDERR_FILENO; /* once a file, its number stays: only what it means changes */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what follows */
static struct repeat repeats[EVENTS_MAX];
static size_t repeats_n;

void vt_log_init(enum vt_log_level least, bool json)
{
    atomic_store(&least_level, (int)least);
    atomic_store(&is_json, json);
}

int vt_log_open(const char *path)
{
    int now = atomic_load(&log_fd);
    if (!path[0])
        return VT_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return VT_ERR_IO;
    if (now == STDERR_FILENO) {
        atomic_store(&log_fd, fd);
        return VT_OK;
    }
    /* In one call, so that a thread in the middle of a line writes to the one file or the other. */
    int err = dup3(fd, now, O_CLOEXEC) >= 0 ? VT_OK : VT_ERR_IO;
    close(fd);
    return err;
}

static void append_time(struct vt_buf *out)
{
    int64_t now = vt_wall_ms();
    time_t seconds = (time_t)(now / 1000);
    struct tm utc;
    char text[32];
    gmtime_r(&seconds, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    vt_buf_printf(out, "%s.%03dZ", text, (int)(now % 1000));
}

static void append_field(struct vt_buf *out, bool json, const struct vt_log_field *field)
{
    vt_buf_printf(out, json ? ",\"%s\":" : " %s=", field->name);
    if (!field->text.ptr) {
        vt_buf_printf(out, "%lld", (long long)field->number);
        return;
    }
    struct vt_str value = field->text;
    if (value.len > VALUE_MAX_BYTES)
        value.len = VALUE_MAX_BYTES;
    if (json)
        vt_log_escape_json(out, value);
    else
        vt_log_escape_text(out, value);
}

/* One write a line, so that lines of several threads never mix. A line too long ends early, marked:
 * each field goes in whole or not at all. */
static void write_line(enum vt_log_level level, const char *event, const struct vt_log_field *fields,
                       size_t n)
{
    static const char *const levels[] = { "debug", "info", "warn", "error" };
    bool json = atomic_load(&is_json);
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf line = VT_BUF_INIT(LINE_MAX_BYTES);
    vt_buf_text(&line, json ? "{\"ts\":\"" : "ts=");
    append_time(&line);
    vt_buf_printf(&line, json ? "\",\"level\":\"%s\",\"event\":\"%s\"" : " level=%s event=%s", levels[level],
                  event);
    for (size_t i = 0; i < n; i++) {
        size_t before = line.len;
        append_field(&line, json, &fields[i]);
        if (line.failed || line.len > LINE_MAX_BYTES - 32) {
            line.failed = false;
            line.len = before;
            vt_buf_text(&line, json ? ",\"cut\":true" : " cut=true");
            break;
        }
    }
    vt_buf_text(&line, json ? "}\n" : "\n");
    /* Nothing useful can be done about a log that cannot be written. */
    if (write(atomic_load(&log_fd), line.data ? line.data : "", line.len) < 0)
        return;
}

static struct repeat *repeat_of(const char *event)
{
    for (size_t i = 0; i < repeats_n; i++)
        if (repeats[i].event == event || strcmp(repeats[i].event, event) == 0)
            return &repeats[i];
    if (repeats_n == EVENTS_MAX)
        return &repeats[EVENTS_MAX - 1];
    repeats[repeats_n] = (struct repeat){ .event = event, .second = -1 };
    return &repeats[repeats_n++];
}

static void report(struct repeat *repeat)
{
    if (repeat->count <= REPEATS_A_SECOND)
        return;
    const struct vt_log_field fields[] = {
        VT_LOG_T("of", repeat->event),
        VT_LOG_N("times", repeat->count - REPEATS_A_SECOND),
    };
    repeat->count = 0;
    write_line(VT_LOG_WARN, "log.repeated", fields, VT_COUNT(fields));
}

static bool may_pass(const char *event)
{
    int64_t second = vt_now_ms() / 1000;
    pthread_mutex_lock(&lock);
    struct repeat *repeat = repeat_of(event);
    if (repeat->second != second) {
        report(repeat);
        repeat->second = second;
        repeat->count = 0;
    }
    bool pass = ++repeat->count <= REPEATS_A_SECOND;
    pthread_mutex_unlock(&lock);
    return pass;
}

void vt_log_event(enum vt_log_level level, const char *event, const struct vt_log_field *fields, size_t n)
{
    if ((int)level < atomic_load(&least_level) || !may_pass(event))
        return;
    write_line(level, event, fields, n);
}

void vt_log_flush(void)
{
    int64_t second = vt_now_ms() / 1000;
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < repeats_n; i++)
        if (repeats[i].second != second)
            report(&repeats[i]);
    pthread_mutex_unlock(&lock);
}
