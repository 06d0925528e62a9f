/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: lines of `name = value`, `#` starts a comment line, a value may stand in
 * double quotes to keep its spaces. An unknown or repeated name is an error: a misspelt limit that
 * is silently ignored is worse than no start. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/config_internal.h"

static struct vt_str trim(struct vt_str s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && strchr(" \t\r", s.ptr[s.len - 1]) && s.ptr[s.len - 1] != '\0')
        s.len--;
    return s;
}

static struct vt_str unquote(struct vt_str s)
{
    if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
        return (struct vt_str){ s.ptr + 1, s.len - 2 };
    return s;
}

struct reader {
    struct vt_config_load *load;
    const char *path;
    size_t line;
    bool *seen; /* owned, one an option */
};

static int set_pair(struct reader *reader, struct vt_str name, struct vt_str value)
{
    const struct vt_option *option = vt_option_find(name);
    char source[VT_OPTION_SOURCE_MAX];
    if (!option) {
        vt_config_refuse(reader->load, "%.300s:%zu: there is no option ", reader->path, reader->line);
        vt_config_quote(reader->load->error, name);
        vt_config_suggest(reader->load, name, "");
        return VT_ERR_INVALID;
    }
    if (reader->seen[option - vt_options])
        return vt_config_refuse(reader->load, "%.300s:%zu: %s stands in the file twice", reader->path,
                                reader->line, option->name);
    reader->seen[option - vt_options] = true;
    snprintf(source, sizeof(source), "%.300s:%zu: %s", reader->path, reader->line, option->name);
    return vt_config_set(reader->load, option, value, source);
}

static int read_line(struct reader *reader, struct vt_str line)
{
    line = trim(line);
    if (line.len == 0 || line.ptr[0] == '#')
        return VT_OK;
    const char *equals = memchr(line.ptr, '=', line.len);
    if (!equals)
        return vt_config_refuse(reader->load, "%.300s:%zu: a line has the form name = value", reader->path,
                                reader->line);
    size_t left = (size_t)(equals - line.ptr);
    struct vt_str value = { equals + 1, line.len - left - 1 };
    return set_pair(reader, trim((struct vt_str){ line.ptr, left }), unquote(trim(value)));
}

int vt_config_read_text(struct vt_config_load *load, struct vt_str text, const char *path)
{
    VT_FREE
    bool *seen = calloc(vt_options_n, sizeof(*seen));
    struct reader reader = { load, path, 0, seen };
    if (!seen)
        return vt_config_refuse(load, "%.300s: no memory to read it", path);
    if (text.len > 0 && memchr(text.ptr, '\0', text.len))
        return vt_config_refuse(load, "%.300s: holds a zero byte: this is not a text file", path);
    while (text.len > 0) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;
        size_t step = end ? len + 1 : len;
        reader.line++;
        int err = read_line(&reader, (struct vt_str){ text.ptr, len });
        if (err)
            return err;
        text = (struct vt_str){ text.ptr + step, text.len - step };
    }
    return VT_OK;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

int vt_config_read_file(struct vt_config_load *load, const char *path)
{
    VT_CLEANUP(close_fd)
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    VT_FREE
    char *text = malloc(VT_CONFIG_FILE_MAX + 1);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0)
        return vt_config_refuse(load, "%.300s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return vt_config_refuse(load, "%.300s: is not a regular file", path);
    size_t len = 0;
    while (text && len <= VT_CONFIG_FILE_MAX) {
        ssize_t got = read(fd, text + len, VT_CONFIG_FILE_MAX + 1 - len);
        if (got < 0)
            return vt_config_refuse(load, "%.300s: cannot be read: %s", path, strerror(errno));
        if (got == 0)
            return vt_config_read_text(load, (struct vt_str){ text, len }, path);
        len += (size_t)got;
    }
    return vt_config_refuse(load, "%.300s: is longer than %d bytes", path, (int)VT_CONFIG_FILE_MAX);
}
