/* SPDX-License-Identifier: Apache-2.0 */
#include "server/outgoing/answer.h"

#include <string.h>
#include <strings.h>

#include "server/base/err.h"

static struct vt_str trim(struct vt_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = (struct vt_str){ text.ptr + 1, text.len - 1 };
    while (text.len > 0 && memchr(" \t\r\n", text.ptr[text.len - 1], 4))
        text.len--;
    return text;
}

/* A tag goes back to the server in a header later: whole, and printable, or not at all. */
static void keep_tag(char ret_tag[VT_OUTGOING_TAG], struct vt_str value)
{
    bool good = value.len < VT_OUTGOING_TAG;
    for (size_t i = 0; good && i < value.len; i++)
        good = value.ptr[i] >= 0x20 && value.ptr[i] < 0x7f;
    vt_str_copy(ret_tag, VT_OUTGOING_TAG, good ? value : VT_STR(""));
}

static bool is_named(struct vt_str line, const char *name, struct vt_str *ret_value)
{
    size_t len = strlen(name);
    if (line.len <= len || line.ptr[len] != ':' || strncasecmp(line.ptr, name, len) != 0)
        return false;
    *ret_value = trim((struct vt_str){ line.ptr + len + 1, line.len - len - 1 });
    return true;
}

/* The last refusal is the reason; QUIT's "221 Bye" comes after it. */
static void keep_reply(struct vt_outgoing_result *result, struct vt_str line)
{
    char *why = result->why;
    line = trim(line);
    if (line.len < 4 || (line.ptr[0] != '4' && line.ptr[0] != '5'))
        return;
    vt_str_copy(why, sizeof(result->why), line);
    for (char *p = why; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
}

void vt_outgoing_take_line(struct vt_outgoing_result *result, bool is_mail, struct vt_str line)
{
    struct vt_str value;
    uint64_t seconds;
    if (is_mail)
        keep_reply(result, line);
    else if (line.len > 5 && memcmp(line.ptr, "HTTP/", 5) == 0)
        result->etag[0] = result->modified[0] = '\0';
    else if (is_named(line, "etag", &value))
        keep_tag(result->etag, value);
    else if (is_named(line, "last-modified", &value))
        keep_tag(result->modified, value);
    else if (is_named(line, "retry-after", &value) && vt_str_to_u64(value, 0, 86400, &seconds) == VT_OK)
        result->retry_after_s = (uint32_t)seconds;
}
