/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "server/base/err.h"
#include "server/metrics_process.h"

static struct vt_metric *registry; /* by name, so that one name's label sets stand together */

void vt_metrics_add(struct vt_metric *metric)
{
    struct vt_metric **at = &registry;
    while (*at && strcmp((*at)->name, metric->name) <= 0) {
        if (*at == metric)
            return;
        /* One name has one meaning: label sets differ, kinds may not. */
        assert(strcmp((*at)->name, metric->name) != 0 || (*at)->kind == metric->kind);
        at = &(*at)->next;
    }
    metric->next = *at;
    *at = metric;
}

void vt_metrics_remove(struct vt_metric *metric)
{
    for (struct vt_metric **at = &registry; *at; at = &(*at)->next)
        if (*at == metric) {
            *at = metric->next;
            return;
        }
}

void vt_metric_inc(struct vt_metric *metric, double by)
{
    metric->value += by;
}

void vt_metric_set(struct vt_metric *metric, double value)
{
    metric->value = value;
}

/* 100 us, 250 us, 625 us ...: each 2.5 times the one before; the last bucket is +Inf. */
static double bucket_bound(const struct vt_metric *metric, size_t i)
{
    return (metric->first > 0 ? metric->first : 100e-6) * pow(2.5, (double)i);
}

void vt_metric_observe(struct vt_metric *metric, double seconds)
{
    size_t i = 0;
    double bound = bucket_bound(metric, 0);
    while (i < VT_METRIC_BUCKETS - 1 && seconds > bound) {
        bound *= 2.5;
        i++;
    }
    metric->buckets[i]++;
    metric->value += seconds;
}

/* Numbers in the format's own way: shortest of 15 digits, or all 17, whatever the locale says. */
static void append_number(struct vt_buf *out, double value)
{
    if (isnan(value) || isinf(value)) {
        vt_buf_text(out, isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf");
    } else if (value == floor(value) && fabs(value) < 1e15) {
        vt_buf_printf(out, "%lld", (long long)value);
    } else {
        size_t start = out->len;
        vt_buf_printf(out, "%.12g", value);
        for (size_t i = start; i < out->len && !out->failed; i++)
            if (out->data[i] == ',')
                out->data[i] = '.';
    }
}

static void append_sample(struct vt_buf *out, const struct vt_metric *metric, const char *suffix,
                          double value)
{
    vt_buf_printf(out, "%s%s", metric->name, suffix);
    if (metric->labels)
        vt_buf_printf(out, "{%s}", metric->labels);
    vt_buf_byte(out, ' ');
    append_number(out, value);
    vt_buf_byte(out, '\n');
}

static void append_histogram(struct vt_buf *out, const struct vt_metric *metric)
{
    uint64_t count = 0;
    for (size_t i = 0; i < VT_METRIC_BUCKETS; i++) {
        count += metric->buckets[i];
        vt_buf_printf(out, "%s_bucket{%s%sle=\"", metric->name, metric->labels ? metric->labels : "",
                      metric->labels ? "," : "");
        append_number(out, i == VT_METRIC_BUCKETS - 1 ? INFINITY : bucket_bound(metric, i));
        vt_buf_printf(out, "\"} %llu\n", (unsigned long long)count);
    }
    append_sample(out, metric, "_sum", metric->value);
    append_sample(out, metric, "_count", (double)count);
}

static void append_head(struct vt_buf *out, const struct vt_metric *metric)
{
    static const char *const kinds[] = { "counter", "gauge", "histogram" };
    vt_buf_printf(out, "# HELP %s ", metric->name);
    for (const char *p = metric->help; *p; p++) {
        if (*p == '\\' || *p == '\n')
            vt_buf_text(out, *p == '\n' ? "\\n" : "\\\\");
        else
            vt_buf_byte(out, *p);
    }
    vt_buf_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
}

int vt_metrics_write(struct vt_buf *out)
{
    const struct vt_metric *before = NULL;
    vt_metrics_refresh_process();
    for (const struct vt_metric *metric = registry; metric; before = metric, metric = metric->next) {
        if (!before || strcmp(before->name, metric->name) != 0)
            append_head(out, metric);
        if (metric->kind == VT_METRIC_HISTOGRAM)
            append_histogram(out, metric);
        else
            append_sample(out, metric, "", metric->value);
    }
    return out->failed ? VT_ERR_FULL : VT_OK;
}
