/* SPDX-License-Identifier: Apache-2.0 */
/* notice.seen: counted, so that the shop learns whether anybody reads it. */
#include "server/handlers/handlers.h"
#include "server/metrics.h"

static struct vt_metric seen = { .name = "vitrine_notices_seen_total",
                                 .help = "Notices customers had before their eyes.",
                                 .kind = VT_METRIC_COUNTER };

int vt_on_notice_seen(struct vt_request *rq)
{
    (void)rq;
    vt_metrics_add(&seen);
    vt_metric_inc(&seen, 1);
    return 0;
}
