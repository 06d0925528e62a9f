/* SPDX-License-Identifier: Apache-2.0 */
/* Quota: what one site may take of what all sites of the server share.
 *
 * Renders are pictures drawn or cut to order, films, and photos that people send. What a catalogue brings is
 * not among them: it is made while nobody waits for a worker, and sites have equal places there.
 *
 * Four token buckets a site, in units of a thousandth: messages of browsers, rows of the store, time of the
 * picture workers, requests to other machines. Who asks is refused while its bucket is empty; what is spent
 * without asking, as rows that follow from something else, may overdraw it. And a share of each queue.
 *
 * They hold while the server has more than one site: a site that is alone takes nothing from anybody.
 * Loop thread only. */
#ifndef VT_QUOTA_H
#define VT_QUOTA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/base/str.h"

enum vt_quota { VT_QUOTA_MESSAGES, VT_QUOTA_ROWS, VT_QUOTA_RENDERS, VT_QUOTA_REQUESTS, VT_QUOTAS };

struct vt_quota_limits {
    uint32_t rate[VT_QUOTAS];  /* a second; of renders: ms of a worker */
    uint32_t burst[VT_QUOTAS]; /* at once; 0: as much as comes back in four seconds */
    uint32_t share;            /* of each queue, in percent */
};

/* The account of what is open to everybody, where nobody knows for which site it is asked. */
#define VT_QUOTA_PUBLIC VT_STR("public")

struct vt_quotas;
struct vt_quotas *vt_quotas_create(const struct vt_quota_limits *limits); /* NULL: no memory */
void vt_quotas_destroy(struct vt_quotas *quotas);

/* A site that is served, and what the metrics call it: one that is new begins with full buckets, any other
 * goes on. VT_OK or VT_ERR_NOMEM. */
int vt_quotas_site(struct vt_quotas *quotas, struct vt_str site, struct vt_str key);
/* Whether there are several. */
void vt_quotas_hold(struct vt_quotas *quotas, bool several);

/* Whether the site has any left; it may be NULL or unknown, and `quotas` NULL: then it has. Else
 * *ret_after_ms says when there will be, and the refusal is counted. */
bool vt_quotas_has(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, int64_t now_ms,
                   uint32_t *ret_after_ms);
/* The same for one who waits instead: nothing is refused, so nothing is counted. */
bool vt_quotas_ready(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, int64_t now_ms);
void vt_quotas_spend(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, uint32_t amount,
                     int64_t now_ms);
/* Has some, and takes that much of it. */
bool vt_quotas_take(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, uint32_t amount,
                    int64_t now_ms, uint32_t *ret_after_ms);
/* How much of a bound is one site's share. */
size_t vt_quotas_share(const struct vt_quotas *quotas, size_t bound);
/* One more of the site waits in the queue of that bound: false, and counted, when it has its share there.
 * What entered leaves. A site that is not known has no share to keep to. */
bool vt_quotas_enter(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota, size_t bound);
void vt_quotas_leave(struct vt_quotas *quotas, struct vt_str site, enum vt_quota quota);

#endif
