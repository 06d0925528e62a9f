/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses an outgoing request may reach: those of the public internet and no other.
 *
 * The lists are IANA's special-purpose registries (RFC 6890 and its successors), with the metadata
 * services of clouds. Of IPv6 only 2000::/3 is public at all. An IPv4 address inside an IPv6 one
 * (mapped, NAT64) is judged as what it embeds. */
#ifndef VT_OUTGOING_PUBLIC_ADDRESS_H
#define VT_OUTGOING_PUBLIC_ADDRESS_H

#include "server/address.h"

/* NULL: public. Else what kind it is, for people: "loopback", "private", ... */
const char *vt_address_not_public(const struct vt_address *address);

#endif
