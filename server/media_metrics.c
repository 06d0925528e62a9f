/* SPDX-License-Identifier: Apache-2.0 */
/* What the pictures' side counts. */
#include "server/base/cleanup.h"
#include "server/media_internal.h"

static struct vt_metric answers[] = {
    [VT_MEDIA_FROM_TILE] = { .name = "vitrine_media_answers_total",
                             .help = "Pictures given, by where they came from.",
                             .labels = "from=\"tile\"",
                             .kind = VT_METRIC_COUNTER },
    [VT_MEDIA_FROM_RAM] = { .name = "vitrine_media_answers_total",
                            .help = "Pictures given, by where they came from.",
                            .labels = "from=\"ram\"",
                            .kind = VT_METRIC_COUNTER },
    [VT_MEDIA_FROM_DISK] = { .name = "vitrine_media_answers_total",
                             .help = "Pictures given, by where they came from.",
                             .labels = "from=\"disk\"",
                             .kind = VT_METRIC_COUNTER },
    [VT_MEDIA_FROM_WORKER] = { .name = "vitrine_media_answers_total",
                               .help = "Pictures given, by where they came from.",
                               .labels = "from=\"worker\"",
                               .kind = VT_METRIC_COUNTER },
};
static struct vt_metric over_budget = { .name = "vitrine_media_refused_total",
                                        .help = "Pictures not made.",
                                        .labels = "why=\"budget\"",
                                        .kind = VT_METRIC_COUNTER };
static struct vt_metric too_busy = { .name = "vitrine_media_refused_total",
                                     .help = "Pictures not made.",
                                     .labels = "why=\"busy\"",
                                     .kind = VT_METRIC_COUNTER };
static struct vt_metric failed = { .name = "vitrine_media_refused_total",
                                   .help = "Pictures not made.",
                                   .labels = "why=\"failed\"",
                                   .kind = VT_METRIC_COUNTER };
static struct vt_metric job_seconds = { .name = "vitrine_media_job_seconds",
                                        .help = "Time of a worker's job.",
                                        .kind = VT_METRIC_HISTOGRAM };
static struct vt_metric deaths = { .name = "vitrine_media_worker_deaths_total",
                                   .help = "Picture workers that ended in the middle of a job or a start.",
                                   .kind = VT_METRIC_COUNTER };
static struct vt_metric deadlines = { .name = "vitrine_media_worker_deadlines_total",
                                      .help = "Picture workers killed at a job's deadline.",
                                      .kind = VT_METRIC_COUNTER };
static struct vt_metric workers = { .name = "vitrine_media_workers",
                                    .help = "Picture workers ready or busy.",
                                    .kind = VT_METRIC_GAUGE };
static struct vt_metric ram_bytes = { .name = "vitrine_media_cache_bytes",
                                      .help = "Renditions kept.",
                                      .labels = "in=\"ram\"",
                                      .kind = VT_METRIC_GAUGE };
static struct vt_metric disk_bytes = { .name = "vitrine_media_cache_bytes",
                                       .help = "Renditions kept.",
                                       .labels = "in=\"disk\"",
                                       .kind = VT_METRIC_GAUGE };

void vt_media_metrics(void)
{
    static struct vt_metric *const all[] = { &over_budget, &too_busy,    &failed,    &deaths,    &deadlines,
                                             &workers,     &job_seconds, &ram_bytes, &disk_bytes };
    static bool is_added;
    if (is_added)
        return;
    is_added = true;
    for (size_t i = 0; i < VT_COUNT(answers); i++)
        vt_metrics_add(&answers[i]);
    for (size_t i = 0; i < VT_COUNT(all); i++)
        vt_metrics_add(all[i]);
    vt_media_ingest_metrics();
}

void vt_media_count_answer(enum vt_media_from from)
{
    vt_metric_inc(&answers[from], 1);
}

void vt_media_count_refused(enum vt_media_err err)
{
    vt_metric_inc(err == VT_MEDIA_BUDGET ? &over_budget : err == VT_MEDIA_BUSY ? &too_busy : &failed, 1);
}

void vt_media_count_job(int64_t spent_ms)
{
    vt_metric_observe(&job_seconds, (double)spent_ms / 1000);
}

void vt_media_count_state(const struct vt_pool_stats *told, const struct vt_pool_stats *now,
                          const struct vt_cache_stats *kept)
{
    vt_metric_inc(&deaths, (double)(now->deaths - told->deaths));
    vt_metric_inc(&deadlines, (double)(now->deadlines - told->deadlines));
    vt_metric_set(&workers, now->idle + now->busy);
    vt_metric_set(&ram_bytes, (double)kept->ram_bytes);
    vt_metric_set(&disk_bytes, (double)kept->disk_bytes);
}
