/* SPDX-License-Identifier: Apache-2.0 */
/* From a host to addresses that may be used: asked once, and one that is not public refuses all. */
#include <netdb.h>
#include <string.h>

#include "server/outgoing/outgoing_internal.h"
#include "server/outgoing/public_address.h"

/* False: refused, or there is no room for it and the ones before it serve. */
static bool take(struct vt_transfer *transfer, const struct vt_address *address)
{
    const char *kind = vt_address_not_public(address);
    if (kind && !transfer->is_mail && !transfer->outgoing->allow_private) {
        char text[VT_ADDRESS_TEXT];
        vt_address_text(address, text);
        vt_transfer_fail(transfer, VT_OUTGOING_PRIVATE, "%s has the address %s, which is %s and not public",
                         transfer->url.origin.host, text, kind);
        return false;
    }
    if (transfer->addresses_n < VT_TRANSFER_ADDRESSES)
        transfer->addresses[transfer->addresses_n++] = *address;
    return true;
}

void vt_transfer_take(struct vt_transfer *transfer, const struct addrinfo *found)
{
    for (const struct addrinfo *at = found; at; at = at->ai_next) {
        struct sockaddr_storage from = { 0 };
        struct vt_address address;
        if ((at->ai_family != AF_INET && at->ai_family != AF_INET6) || at->ai_addrlen > sizeof(from))
            continue;
        memcpy(&from, at->ai_addr, at->ai_addrlen);
        vt_address_of(&from, &address);
        if (!take(transfer, &address))
            return;
    }
    if (transfer->addresses_n == 0)
        vt_transfer_fail(transfer, VT_OUTGOING_NAME, "%s has no address", transfer->url.origin.host);
}

static void handle_found(uv_getaddrinfo_t *dns, int status, struct addrinfo *found)
{
    struct vt_transfer *transfer = dns->data;
    transfer->is_resolving = false;
    if (status != 0)
        vt_transfer_fail(transfer, VT_OUTGOING_NAME, "the name %s has no address, or no name server answers",
                         transfer->url.origin.host);
    else
        vt_transfer_take(transfer, found);
    uv_freeaddrinfo(found);
    vt_outgoing_resolved(transfer);
}

/* An address written out, such as 192.0.2.1 or [2001:db8::1]. */
static bool is_literal(const char *host, struct vt_address *ret_address)
{
    struct vt_str text = vt_str(host);
    if (text.len > 2 && text.ptr[0] == '[')
        text = (struct vt_str){ text.ptr + 1, text.len - 2 };
    return vt_address_parse(text, ret_address) == 0;
}

void vt_transfer_resolve(struct vt_transfer *transfer)
{
    const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct vt_address address;
    transfer->addresses_n = 0;
    if (is_literal(transfer->url.origin.host, &address)) {
        take(transfer, &address);
        vt_outgoing_resolved(transfer);
        return;
    }
    transfer->dns.data = transfer;
    transfer->is_resolving = uv_getaddrinfo(vt_loop_uv(transfer->outgoing->loop), &transfer->dns,
                                            handle_found, transfer->url.origin.host, NULL, &hints) == 0;
    if (transfer->is_resolving)
        return;
    vt_transfer_fail(transfer, VT_OUTGOING_NAME, "the name %s cannot be asked for now",
                     transfer->url.origin.host);
    vt_outgoing_resolved(transfer);
}
