/* SPDX-License-Identifier: Apache-2.0 */
#include "server/catalogue/feed_source.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/catalogue/feed.h"

enum {
    CHUNK = 64 << 10,
    TAIL = 16,            /* of a character that goes on in the next chunk */
    OUT = 3 * CHUNK + 64, /* one byte becomes three at most */
    NAME = 40
};

struct vt_feed_source {
    int fd;      /* borrowed */
    off_t begin; /* behind the byte order mark */
    off_t at;    /* of the next read */
    bool ended;
    iconv_t cd;      /* owned; (iconv_t)-1: the bytes are good as they are */
    char name[NAME]; /* of the encoding */
    size_t unit;     /* bytes of its smallest character */
    size_t tail;     /* bytes of `in` left from the chunk before */
    char in[TAIL + CHUNK], out[OUT];
};

/* --- what it is written in ---------------------------------------------------------------------- */

struct tally {
    size_t good, bad;        /* characters of several bytes, and what cannot be one */
    unsigned left;           /* bytes that the present character still needs */
    unsigned char low, high; /* what its next byte may be */
};

static void begin_character(struct tally *tally, unsigned char byte)
{
    tally->low = 0x80;
    tally->high = 0xbf;
    if (byte >= 0xc2 && byte <= 0xdf) {
        tally->left = 1;
    } else if (byte >= 0xe0 && byte <= 0xef) {
        tally->left = 2;
        tally->low = byte == 0xe0 ? 0xa0 : 0x80;
        tally->high = byte == 0xed ? 0x9f : 0xbf;
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        tally->left = 3;
        tally->low = byte == 0xf0 ? 0x90 : 0x80;
        tally->high = byte == 0xf4 ? 0x8f : 0xbf;
    } else {
        tally->bad += byte >= 0x80;
    }
}

static void count_bytes(struct tally *tally, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if (tally->left == 0) {
            if (byte >= 0x80)
                begin_character(tally, byte);
        } else if (byte >= tally->low && byte <= tally->high) {
            tally->low = 0x80;
            tally->high = 0xbf;
            tally->good += --tally->left == 0;
        } else {
            tally->bad++;
            tally->left = 0;
            begin_character(tally, byte);
        }
    }
}

/* Byte order marks, and UTF-16 that begins with a '<' without one. */
static const struct {
    const char *bytes;
    size_t n, skip;
    const char *name;
} marks[] = {
    { "\xef\xbb\xbf", 3, 3, "" }, { "\xff\xfe", 2, 2, "UTF-16LE" }, { "\xfe\xff", 2, 2, "UTF-16BE" },
    { "<\0", 2, 0, "UTF-16LE" },  { "\0<", 2, 0, "UTF-16BE" },
};

/* encoding="…" of an XML declaration, as iconv may have it. */
static bool read_declared(struct vt_str head, char ret_name[NAME])
{
    static const char word[] = "encoding";
    const char *end, *at,
        *stop = head.len > 5 && memcmp(head.ptr, "<?xml", 5) == 0 ? memchr(head.ptr, '>', head.len) : NULL;
    at = stop ? memmem(head.ptr, (size_t)(stop - head.ptr), word, sizeof(word) - 1) : NULL;
    for (at = at ? at + sizeof(word) - 1 : NULL; at && at < stop && (*at == ' ' || *at == '=');)
        at++;
    if (!at || at >= stop || (*at != '"' && *at != '\''))
        return false;
    end = memchr(at + 1, *at, (size_t)(stop - at - 1));
    if (!end || end - at - 1 >= NAME || end == at + 1)
        return false;
    for (const char *p = at + 1; p < end; p++)
        if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
              strchr("-_.", *p)))
            return false;
    vt_str_copy(ret_name, NAME, (struct vt_str){ at + 1, (size_t)(end - at - 1) });
    return true;
}

static bool is_one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (strcasecmp(name, *list) == 0)
            return true;
    return false;
}

static const char *const utf8_names[] = { "utf-8", "utf8", "us-ascii", "ascii", NULL };
static const char *const latin_names[] = { "iso-8859-1", "latin1", "latin-1", "iso8859-1", NULL };

/* The whole file, once. */
static int tally_file(int fd, off_t from, char *room, struct tally *ret_tally)
{
    ssize_t n;
    *ret_tally = (struct tally){ 0 };
    while ((n = pread(fd, room, CHUNK, from)) > 0) {
        count_bytes(ret_tally, room, (size_t)n);
        from += n;
    }
    ret_tally->bad += ret_tally->left > 0;
    return n < 0 ? VT_ERR_IO : VT_OK;
}

/* "": UTF-8 as it is. */
static int find_encoding(struct vt_feed_source *source, struct vt_buf *ret_error)
{
    ssize_t n = pread(source->fd, source->in, 256, 0);
    struct vt_str head = { source->in, n > 0 ? (size_t)n : 0 };
    struct tally tally;
    for (size_t i = 0; i < VT_COUNT(marks); i++)
        if (head.len >= marks[i].n && memcmp(head.ptr, marks[i].bytes, marks[i].n) == 0) {
            source->begin = (off_t)marks[i].skip;
            head.ptr += marks[i].skip;
            head.len -= marks[i].skip;
            vt_str_copy(source->name, NAME, vt_str(marks[i].name));
            break;
        }
    if (source->name[0])
        return VT_OK;
    if (read_declared(head, source->name) && !is_one_of(source->name, utf8_names)) {
        if (is_one_of(source->name, latin_names))
            vt_str_copy(source->name, NAME, VT_STR("WINDOWS-1252"));
        return VT_OK;
    }
    if (tally_file(source->fd, source->begin, source->in, &tally) != VT_OK) {
        vt_buf_printf(ret_error, "The file cannot be read: %s.", strerror(errno));
        return VT_ERR_IO;
    }
    vt_str_copy(source->name, NAME,
                vt_str(tally.bad == 0           ? ""
                       : tally.bad > tally.good ? "WINDOWS-1252"
                                                : "UTF-8"));
    return VT_OK;
}

/* --- life --------------------------------------------------------------------------------------- */

static int open_converter(struct vt_feed_source *source, struct vt_buf *ret_error)
{
    if (!source->name[0])
        return VT_OK;
    source->unit = strncasecmp(source->name, "UTF-16", 6) == 0 ? 2 : 1;
    source->cd = iconv_open("UTF-8", source->name);
    if (source->cd != (iconv_t)-1)
        return VT_OK;
    vt_buf_printf(ret_error,
                  "The file says it is written in \"%s\", which is not known here; export it in UTF-8.",
                  source->name);
    return VT_ERR_INVALID;
}

struct vt_feed_source *vt_feed_source_open(int fd, struct vt_buf *ret_error)
{
    struct stat info;
    struct vt_feed_source *source = malloc(sizeof(*source));
    if (!source || fstat(fd, &info) != 0) {
        vt_buf_text(ret_error, source ? "The file cannot be read." : "There is no memory left.");
        free(source);
        return NULL;
    }
    source->fd = fd;
    source->begin = 0;
    source->name[0] = '\0';
    source->cd = (iconv_t)-1;
    int err = VT_OK;
    if (info.st_size > VT_FEED_BYTES) {
        vt_buf_printf(ret_error, "The file has %lld bytes; at most %d MiB are taken.",
                      (long long)info.st_size, VT_FEED_BYTES >> 20);
        err = VT_ERR_FULL;
    }
    if (!err)
        err = find_encoding(source, ret_error);
    if (!err)
        err = open_converter(source, ret_error);
    vt_feed_source_rewind(source);
    if (!err)
        return source;
    vt_feed_source_close(source);
    return NULL;
}

void vt_feed_source_close(struct vt_feed_source *source)
{
    if (source && source->cd != (iconv_t)-1)
        iconv_close(source->cd);
    free(source);
}

void vt_feed_source_rewind(struct vt_feed_source *source)
{
    source->at = source->begin;
    source->tail = 0;
    source->ended = false;
    if (source->cd != (iconv_t)-1)
        iconv(source->cd, NULL, NULL, NULL, NULL);
}

/* --- reading ------------------------------------------------------------------------------------ */

/* No control character but tab and line ends: XML allows none, and nobody can see them. */
static void scrub(char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f)
            bytes[i] = ' ';
    }
}

/* What cannot be read becomes U+FFFD; what may go on in the next chunk stays in front of it. */
static size_t convert(struct vt_feed_source *source, size_t n)
{
    char *in = source->in, *out = source->out;
    size_t left = n, room = OUT;
    while (left > 0 && iconv(source->cd, &in, &left, &out, &room) == (size_t)-1) {
        bool is_short = errno == EINVAL && !source->ended && left <= TAIL;
        if (errno == E2BIG || is_short || room < 3)
            break;
        memcpy(out, "\xef\xbf\xbd", 3);
        out += 3;
        room -= 3;
        in += left < source->unit ? left : source->unit;
        left -= left < source->unit ? left : source->unit;
    }
    memmove(source->in, in, left);
    source->tail = left;
    return OUT - room;
}

int vt_feed_source_next(struct vt_feed_source *source, struct vt_str *ret_bytes)
{
    size_t made = 0;
    while (made == 0 && !(source->ended && source->tail == 0)) {
        size_t space = sizeof(source->in) - source->tail;
        ssize_t n = source->ended || space == 0 ? 0
                                                : pread(source->fd, source->in + source->tail,
                                                        space < CHUNK ? space : CHUNK, source->at);
        if (n < 0)
            return VT_ERR_IO;
        source->at += n;
        source->ended = source->ended || (space > 0 && n == 0);
        if (source->cd != (iconv_t)-1) {
            made = convert(source, source->tail + (size_t)n);
        } else {
            memcpy(source->out, source->in, (size_t)n);
            made = (size_t)n;
        }
    }
    scrub(source->out, made);
    *ret_bytes = (struct vt_str){ source->out, made };
    return VT_OK;
}
