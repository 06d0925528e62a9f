/* SPDX-License-Identifier: Apache-2.0 */
#include "server/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "server/base/err.h"

static void unmap(struct vt_address *address)
{
    static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    if (!address->v6 || memcmp(address->bytes, mapped, sizeof(mapped)) != 0)
        return;
    memmove(address->bytes, address->bytes + 12, 4);
    memset(address->bytes + 4, 0, 12);
    address->v6 = false;
}

int vt_address_parse(struct vt_str text, struct vt_address *ret_address)
{
    char copy[VT_ADDRESS_TEXT];
    struct vt_address address = { 0 };
    if (text.len == 0 || !vt_str_copy(copy, sizeof(copy), text) || strlen(copy) != text.len)
        return VT_ERR_INVALID;
    address.v6 = strchr(copy, ':') != NULL;
    if (inet_pton(address.v6 ? AF_INET6 : AF_INET, copy, address.bytes) != 1)
        return VT_ERR_INVALID;
    unmap(&address);
    *ret_address = address;
    return VT_OK;
}

void vt_address_of(const struct sockaddr_storage *from, struct vt_address *ret_address)
{
    *ret_address = (struct vt_address){ 0 };
    if (from->ss_family == AF_INET6) {
        ret_address->v6 = true;
        memcpy(ret_address->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
        unmap(ret_address);
    } else if (from->ss_family == AF_INET) {
        memcpy(ret_address->bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
    }
}

void vt_address_text(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT])
{
    if (!inet_ntop(address->v6 ? AF_INET6 : AF_INET, address->bytes, ret_text, VT_ADDRESS_TEXT))
        ret_text[0] = '\0';
}

static void cut_text(const struct vt_address *address, unsigned bits4, unsigned bits6,
                     char ret_text[VT_ADDRESS_TEXT])
{
    struct vt_address cut = *address;
    size_t keep = (address->v6 ? bits6 : bits4) / 8;
    memset(cut.bytes + keep, 0, sizeof(cut.bytes) - keep);
    vt_address_text(&cut, ret_text);
}

void vt_address_group(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT])
{
    cut_text(address, 32, 64, ret_text);
}

void vt_address_short(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT])
{
    cut_text(address, 24, 48, ret_text);
}

bool vt_address_is_loopback(const struct vt_address *address)
{
    static const uint8_t loopback[16] = { [15] = 1 };
    return address->v6 ? memcmp(address->bytes, loopback, 16) == 0 : address->bytes[0] == 127;
}

static int parse_network(struct vt_str text, struct vt_network *ret_network)
{
    const char *slash = memchr(text.ptr, '/', text.len);
    size_t host_len = slash ? (size_t)(slash - text.ptr) : text.len;
    uint64_t bits = 0;
    int err = vt_address_parse((struct vt_str){ text.ptr, host_len }, &ret_network->base);
    if (err)
        return err;
    uint64_t most = ret_network->base.v6 ? 128 : 32;
    if (!slash)
        bits = most;
    else if (vt_str_to_u64((struct vt_str){ slash + 1, text.len - host_len - 1 }, 0, most, &bits))
        return VT_ERR_INVALID;
    ret_network->prefix_bits = (unsigned)bits;
    return VT_OK;
}

static struct vt_str trim(struct vt_str text)
{
    while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = (struct vt_str){ text.ptr + 1, text.len - 1 };
    while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
        text.len--;
    return text;
}

int vt_networks_parse(struct vt_networks *networks, const char *text, struct vt_buf *ret_error)
{
    networks->count = 0;
    while (text && *text) {
        size_t len = strcspn(text, ",");
        struct vt_str piece = trim((struct vt_str){ text, len });
        text += len + (text[len] == ',');
        if (piece.len == 0)
            continue;
        if (networks->count == VT_NETWORKS_MAX) {
            vt_buf_printf(ret_error, "more than %d networks", VT_NETWORKS_MAX);
            return VT_ERR_INVALID;
        }
        if (parse_network(piece, &networks->list[networks->count])) {
            vt_buf_printf(ret_error, "\"%.*s\" is not a network such as 10.0.0.0/8 or ::1/128",
                          VT_STR_ARG(piece));
            return VT_ERR_INVALID;
        }
        networks->count++;
    }
    return VT_OK;
}

static bool holds(const struct vt_network *network, const struct vt_address *address)
{
    size_t whole = network->prefix_bits / 8;
    unsigned rest = network->prefix_bits % 8;
    if (network->base.v6 != address->v6 || memcmp(network->base.bytes, address->bytes, whole) != 0)
        return false;
    return rest == 0 || ((network->base.bytes[whole] ^ address->bytes[whole]) >> (8 - rest)) == 0;
}

bool vt_networks_hold(const struct vt_networks *networks, const struct vt_address *address)
{
    for (size_t i = 0; i < networks->count; i++)
        if (holds(&networks->list[i], address))
            return true;
    return false;
}

/* Takes the last element of a comma list off its end. */
static struct vt_str take_last(struct vt_str *list)
{
    size_t at = list->len;
    while (at > 0 && list->ptr[at - 1] != ',')
        at--;
    struct vt_str last = trim((struct vt_str){ list->ptr + at, list->len - at });
    list->len = at > 0 ? at - 1 : 0;
    return last;
}

void vt_address_forwarded(const struct vt_networks *trusted, const struct vt_address *peer,
                          struct vt_str forwarded_for, struct vt_address *ret_client)
{
    struct vt_address client = *peer;
    while (forwarded_for.len > 0 && vt_networks_hold(trusted, &client)) {
        struct vt_address hop;
        if (vt_address_parse(take_last(&forwarded_for), &hop))
            break;
        client = hop;
    }
    *ret_client = client;
}
