/* SPDX-License-Identifier: Apache-2.0 */
/* Counters, gauges and histograms in the Prometheus text format, version 0.0.4.
 *
 * A metric is a static struct in the module that counts; it registers itself on first use by
 * vt_metrics_add. Loop thread only, but for VT_METRIC_ATOMIC ones. */
#ifndef VT_METRICS_H
#define VT_METRICS_H

#include <stdint.h>

#include "server/base/buf.h"

enum vt_metric_kind { VT_METRIC_COUNTER, VT_METRIC_GAUGE, VT_METRIC_HISTOGRAM };

enum { VT_METRIC_BUCKETS = 14 };

struct vt_metric {
    const char *name; /* vitrine_… with the unit at the end: _total, _bytes, _seconds */
    const char *help;
    const char *labels; /* "class=\"D\"" or NULL */
    enum vt_metric_kind kind;
    double value;                        /* counter, gauge; a histogram's sum */
    double first;                        /* seconds of a histogram's first bucket; 0: 100 us */
    uint64_t buckets[VT_METRIC_BUCKETS]; /* each 2.5 times the one before, then +Inf */
    struct vt_metric *next;              /* in the registry */
};

void vt_metrics_add(struct vt_metric *metric);    /* a static struct; once each */
void vt_metrics_remove(struct vt_metric *metric); /* before one that is not static goes */
void vt_metric_inc(struct vt_metric *metric, double by);
void vt_metric_set(struct vt_metric *metric, double value);
void vt_metric_observe(struct vt_metric *metric, double seconds);
/* The whole page, metrics of one name together under one HELP and TYPE. */
int vt_metrics_write(struct vt_buf *out);

#endif
