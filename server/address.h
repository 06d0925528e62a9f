/* SPDX-License-Identifier: Apache-2.0 */
/* Network addresses as we count and trust them: parsed, compared by prefix, grouped for limits.
 *
 * An IPv4 address mapped into IPv6 is the IPv4 address. One IPv6 /64 counts as one address, since a
 * single customer line is given a whole one. */
#ifndef VT_ADDRESS_H
#define VT_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"
#include "server/base/str.h"

enum { VT_ADDRESS_TEXT = INET6_ADDRSTRLEN, VT_NETWORKS_MAX = 64 };

struct vt_address {
    bool v6;
    uint8_t bytes[16]; /* 4 of them for IPv4 */
};

struct vt_network {
    struct vt_address base;
    unsigned prefix_bits;
};

struct vt_networks {
    struct vt_network list[VT_NETWORKS_MAX];
    size_t count;
};

/* VT_OK or VT_ERR_INVALID. "[::1]" and a port are not taken here. */
int vt_address_parse(struct vt_str text, struct vt_address *ret_address);
void vt_address_of(const struct sockaddr_storage *from, struct vt_address *ret_address);
void vt_address_text(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT]);
/* The name under which sockets are counted: the address, or its /64. */
void vt_address_group(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT]);
/* What logs may show: the /24 or the /48. */
void vt_address_short(const struct vt_address *address, char ret_text[VT_ADDRESS_TEXT]);
bool vt_address_is_loopback(const struct vt_address *address);

/* "10.0.0.0/8,::1" to a list. On VT_ERR_INVALID the sentence in ret_error names the piece. */
int vt_networks_parse(struct vt_networks *networks, const char *text, struct vt_buf *ret_error);
bool vt_networks_hold(const struct vt_networks *networks, const struct vt_address *address);

/* The client behind trusted proxies: the last hop of X-Forwarded-For that is not trusted, else `peer`.
 * A hop that is no address ends the search: nothing before it can be believed. */
void vt_address_forwarded(const struct vt_networks *trusted, const struct vt_address *peer,
                          struct vt_str forwarded_for, struct vt_address *ret_client);

#endif
