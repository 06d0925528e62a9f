/* SPDX-License-Identifier: Apache-2.0 */
/* What media_service.c (workers), media_make.c (making) and media_ingest.c (finding) share. */
#ifndef VT_MEDIA_INTERNAL_H
#define VT_MEDIA_INTERNAL_H

#include "media/cache.h"
#include "media/jobs.h"
#include "media/pool.h"
#include "media/refusals.h"
#include "server/base/map.h"
#include "server/media_budget.h"
#include "server/media_service.h"
#include "server/metrics.h"

struct vt_media {
    struct vt_media_deps deps;
    struct vt_masters *masters;     /* owned */
    struct vt_cache *cache;         /* owned */
    struct vt_pool *pool;           /* owned; NULL: none could be started */
    struct vt_jobs *jobs;           /* owned */
    struct vt_media_budget *budget; /* owned */
    struct vt_list makes;           /* list of make.link (media_make.c): everyone who waits for bytes */
    struct vt_list lives;           /* list of live.link (media_film.c): films on a worker */
    struct vt_list watchers;        /* list of vt_media_watcher.link */
    struct vt_list spinnings;       /* list of spinning.link (media_spin.c): films of spins */
    size_t spinning_count;
    struct vt_list cuttings;     /* list of cutting.link (media_clip.c): clips being cut */
    struct vt_list codings;      /* list of coding.link: clips being coded anew */
    struct vt_list runnings;     /* list of running.link: jobs on a worker */
    struct vt_map ingests;       /* to ingest, by id: running or waiting */
    struct vt_refusals refusals; /* by id, and by recipe's key */
    struct vt_buf backlog;       /* ids of originals to be ingested when nothing else is to do */
    size_t backlog_at;           /* SIZE_MAX: it is being filled */
    bool wants_scan;             /* the folder may hold new ones */
    struct vt_timer second;
    int64_t up_ms;             /* when a worker was last there */
    int64_t price_ms;          /* of the job whose result is being told; 0: paid */
    struct vt_pool_stats told; /* as the metrics have it */
    bool is_down, is_closing;
};

/* Workers are there, or may be expected in a moment. */
bool vt_media_is_up(const struct vt_media *media);
void vt_media_not_ready(struct vt_media_problem *problem);

/* Starts a recipe on a worker: its sources, and for ingest where to write. As vt_jobs_start_fn. */
int vt_media_submit(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe,
                    const int *source_fds, size_t n_sources, int out_fd);

/* Remembered under `key`: an id or a recipe's key. */
bool vt_media_is_refused(struct vt_media *media, struct vt_str key, struct vt_media_problem *ret_problem);

/* media_make.c */
/* Whoever was let into a queue and has waited too long there; everyone in a queue; everyone the cache was
 * asked for. */
void vt_media_end_belated(struct vt_media *media);
void vt_media_end_queued(struct vt_media *media);
void vt_media_end_loading(struct vt_media *media);
/* Whether the site has time left of the workers all share, and room in that queue: then it has taken its
 * place there (vt_quotas_leave), and pays when the job is told. */
bool vt_media_site_enter(struct vt_media *media, struct vt_str site, enum vt_job_queue queue,
                         struct vt_media_problem *problem);
void vt_media_site_pay(struct vt_media *media, struct vt_str site);

/* media_metrics.c */
enum vt_media_from { VT_MEDIA_FROM_TILE, VT_MEDIA_FROM_RAM, VT_MEDIA_FROM_DISK, VT_MEDIA_FROM_WORKER };
void vt_media_metrics(void);
void vt_media_count_answer(enum vt_media_from from);
void vt_media_count_refused(enum vt_media_err err);
void vt_media_count_job(int64_t spent_ms);
/* `told`: the pool as the metrics had it last. */
void vt_media_count_state(const struct vt_pool_stats *told, const struct vt_pool_stats *now,
                          const struct vt_cache_stats *kept);

/* media_template.c: its pictures must be masters. As vt_jobs_start_fn. */
int vt_media_start_template(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe);

/* media_film.c */
int vt_media_start_film(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe);
void vt_media_film_grew(struct vt_media *media, struct vt_str key);
/* No more will come; nothing happens when it was no film. */
void vt_media_film_over(struct vt_media *media, const char *key, bool is_good);
void vt_media_end_films(struct vt_media *media);

/* media_spin.c: the frames of the spin's film with this key, borrowed; -1: they are not there. */
int vt_media_spin_pack(struct vt_media *media, const char *key);
/* Its frames are gathered, or a worker has them. */
bool vt_media_is_spinning(struct vt_media *media, const char *key);
void vt_media_end_spins(struct vt_media *media);

/* media_clip.c */
int vt_media_start_clip(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe);
/* It is erased: what is still being written of it will be too. */
void vt_media_forget_clip(struct vt_media *media, struct vt_str id);
/* Every second: one that could not be begun, or lost its worker. */
void vt_media_retry_clips(struct vt_media *media);
void vt_media_end_clips(struct vt_media *media);

/* media_ingest.c */
int vt_media_start_ingest(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe);
/* Another original of the backlog, while few are under way. */
void vt_media_feed_backlog(struct vt_media *media);
/* Everyone who waits for an ingest is told NOT_READY. */
void vt_media_end_ingests(struct vt_media *media);
void vt_media_ingest_metrics(void);

#endif
