/* SPDX-License-Identifier: Apache-2.0 */
/* From an id to its master: there already, or made now from the original.
 *
 * On demand an ingest stands with the tiles and thumbs, as somebody waits for the picture; what lies in
 * the originals' folder at the start is ingested one by one while nothing else is to do. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/media_clip.h"
#include "server/media_internal.h"
#include "server/quota.h"

enum { FINDERS_MOST = 256, BACKLOG_MOST = 100000, BACKLOG_AT_ONCE = 2 };

struct finder {
    struct vt_list link; /* ingest.finders */
    vt_media_found_fn *found;
    void *arg;
};

/* Of a picture that somebody sent, the ingest begins with a file that has no name yet. Nothing of it is
 * named before vt_media_keep: what is refused, or cut off by a crash, leaves nothing behind. */
struct taking {
    int fd;                /* owned; -1: kept, and found by its name like any other */
    bool is_kept;          /* may be settled */
    bool is_made;          /* waits for that */
    struct vt_blob *sight; /* its first thumb; NULL: none yet */
    vt_media_taken_fn *fn; /* NULL: told the last thing, or not sent by anybody */
    void *arg;
    char site[VT_MEDIA_SITE]; /* who pays; "": nobody */
};

struct ingest {
    struct vt_media *media;
    char id[VT_MASTERS_ID + 1];
    struct taking taking;
    bool has_draft;
    struct vt_masters_draft draft;
    struct vt_job_waiter waiter;
    struct vt_list finders; /* list of finder.link */
    size_t finders_count;
};

static struct vt_metric ingested = { .name = "vitrine_media_ingested_total",
                                     .help = "Originals made into masters.",
                                     .kind = VT_METRIC_COUNTER };
static struct vt_metric ingest_failed = { .name = "vitrine_media_ingest_failed_total",
                                          .help = "Originals that could not be made into masters.",
                                          .kind = VT_METRIC_COUNTER };

void vt_media_ingest_metrics(void)
{
    static bool is_added;
    if (is_added)
        return;
    is_added = true;
    vt_metrics_add(&ingested);
    vt_metrics_add(&ingest_failed);
}

/* --- the end ------------------------------------------------------------------------------------ */

static void tell_taker(struct ingest *ingest, enum vt_media_taken taken,
                       const struct vt_media_problem *problem)
{
    vt_media_taken_fn *fn = ingest->taking.fn;
    if (taken == VT_TAKEN_OVER)
        ingest->taking.fn = NULL;
    if (fn)
        fn(ingest->taking.arg, taken, problem);
}

static void dispose(struct ingest *ingest)
{
    if (ingest->has_draft)
        vt_masters_draft_finish(&ingest->draft);
    if (ingest->taking.fd >= 0)
        close(ingest->taking.fd);
    vt_blob_unref(ingest->taking.sight);
    if (ingest->taking.site[0])
        vt_quotas_leave(ingest->media->deps.quotas, vt_str(ingest->taking.site), VT_QUOTA_RENDERS);
    free(ingest);
}

/* Out of the table first: a finder may look for the same picture again. */
static void finish(struct ingest *ingest, const struct vt_media_problem *problem,
                   struct vt_media_master *master)
{
    vt_map_remove(&ingest->media->ingests, vt_str(ingest->id));
    VT_LIST_EACH (finder, &ingest->finders, struct finder, link) {
        vt_list_remove(&finder->link);
        finder->found(finder->arg, problem, master);
        free(finder);
    }
    struct vt_media *media = ingest->media;
    tell_taker(ingest, VT_TAKEN_OVER, problem);
    dispose(ingest);
    if (!media->is_closing)
        vt_media_feed_backlog(media);
}

static void fail(struct ingest *ingest, const struct vt_media_problem *problem)
{
    vt_metric_inc(&ingest_failed, 1);
    vt_log(VT_LOG_WARN, "media.ingest-failed", VT_LOG_T("id", ingest->id),
           VT_LOG_T("what", vt_media_err_word(problem->err)), VT_LOG_T("detail", problem->detail));
    finish(ingest, problem, NULL);
}

static void fail_with(struct ingest *ingest, enum vt_media_err err, const char *detail)
{
    struct vt_media_problem problem;
    vt_media_problem_set(&problem, err, "%s", detail);
    problem.retry_after_s = err == VT_MEDIA_NO_ROOM ? 60 : 5;
    fail(ingest, &problem);
}

/* --- the master goes to the disk ------------------------------------------------------------------ */

static void work_settle(void *arg)
{
    struct ingest *ingest = arg;
    vt_masters_settle(&ingest->draft);
}

static void handle_settled(void *arg)
{
    struct ingest *ingest = arg;
    if (ingest->draft.err == VT_ERR_FULL) {
        fail_with(ingest, VT_MEDIA_NO_ROOM, "The disk is full.");
        return;
    }
    struct vt_media_master *master = ingest->draft.err
                                         ? NULL
                                         : vt_masters_find(ingest->media->masters, vt_str(ingest->id));
    if (!master) {
        fail_with(ingest, VT_MEDIA_NOT_READY,
                  "The picture's master could not be kept; it will be tried again.");
        return;
    }
    vt_metric_inc(&ingested, 1);
    finish(ingest, NULL, master);
    vt_media_master_unref(master);
}

static void settle_soon(struct ingest *ingest)
{
    if (ingest->taking.is_kept &&
        vt_loop_work(ingest->media->deps.loop, work_settle, handle_settled, ingest) != VT_OK)
        fail_with(ingest, VT_MEDIA_BUSY, "Too much is written to the disk at once.");
}

/* The thumb of a first sight, before there is a master. */
static void handle_sight(struct ingest *ingest, const struct vt_media_result *result)
{
    if (!ingest->taking.fn || ingest->taking.sight)
        return; /* of a catalogue's picture: whoever waits, waits for sizes, so for the master */
    ingest->taking.sight = vt_blob_create(result->bytes, result->len);
    if (ingest->taking.sight)
        tell_taker(ingest, VT_TAKEN_SEEN, NULL);
}

static void handle_ingested(void *arg, const struct vt_media_result *result)
{
    struct ingest *ingest = arg;
    if (result->more) {
        handle_sight(ingest, result);
        return;
    }
    if (ingest->taking.site[0])
        vt_media_site_pay(ingest->media, vt_str(ingest->taking.site));
    if (result->err != VT_MEDIA_OK) {
        vt_refusals_add(&ingest->media->refusals, vt_str(ingest->id), &result->problem, vt_now_ms());
        if (vt_media_err_status(result->err) < 500) /* the picture's own fault: nothing to come back to */
            vt_masters_drop_upload(ingest->media->masters, ingest->id);
        fail(ingest, &result->problem);
        return;
    }
    /* Who sent it keeps it once it has been seen, so what was never seen would wait for ever. */
    const bool is_unseen = !ingest->taking.is_kept && !ingest->taking.sight;
    if (is_unseen || !ingest->has_draft ||
        vt_buf_append(&ingest->draft.index, result->bytes, result->len) != VT_OK) {
        fail_with(ingest, VT_MEDIA_BUSY, "The server is short of memory.");
        return;
    }
    ingest->taking.is_made = true;
    settle_soon(ingest);
}

/* --- the start ------------------------------------------------------------------------------------ */

static int open_original(struct vt_media *media, struct vt_str id)
{
    int fd = vt_masters_original(media->masters, id);
    return fd >= 0 ? fd : vt_masters_upload(media->masters, id);
}

static int open_source(const struct ingest *ingest)
{
    return ingest->taking.fd >= 0 ? fcntl(ingest->taking.fd, F_DUPFD_CLOEXEC, 0)
                                  : open_original(ingest->media, vt_str(ingest->id));
}

int vt_media_start_ingest(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    struct ingest *ingest = vt_map_get(&media->ingests, vt_str(recipe->media));
    if (!ingest)
        return VT_ERR_MISSING; /* everyone left */
    int original = open_source(ingest);
    if (original < 0)
        return VT_ERR_MISSING;
    int err = ingest->has_draft ? VT_OK
                                : vt_masters_draft(media->masters, vt_str(ingest->id), &ingest->draft);
    ingest->has_draft |= err == VT_OK;
    if (!err)
        err = vt_media_submit(media, job, recipe, &original, 1, ingest->draft.out_fd);
    else if (err == VT_ERR_FULL)
        err = VT_ERR_IO; /* of the disk: "full" would mean the workers */
    close(original);
    return err;
}

/* For one that waits already: it moves up when `queue` comes before its own. */
static enum vt_media_err request(struct ingest *ingest, enum vt_job_queue queue,
                                 struct vt_media_problem *problem)
{
    struct vt_recipe recipe = { .kind = VT_RECIPE_INGEST, .format = VT_FMT_TIFF };
    char key[VT_RECIPE_KEY + 1];
    memcpy(recipe.media, ingest->id, sizeof(ingest->id));
    if (vt_recipe_key(&recipe, key) != VT_OK)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    const struct vt_job_request wanted = {
        .recipe = &recipe, .key = vt_str(key), .group = vt_str(ingest->id), .queue = queue
    };
    return vt_jobs_request(ingest->media->jobs, &wanted, ingest->waiter.job ? NULL : &ingest->waiter,
                           problem);
}

static struct ingest *create(struct vt_media *media, struct vt_str id)
{
    struct ingest *ingest = calloc(1, sizeof(*ingest));
    if (!ingest)
        return NULL;
    ingest->media = media;
    ingest->taking = (struct taking){ .fd = -1, .is_kept = true };
    vt_str_copy(ingest->id, sizeof(ingest->id), id);
    vt_list_init(&ingest->finders);
    vt_list_init(&ingest->waiter.link);
    ingest->waiter.done = handle_ingested;
    ingest->waiter.arg = ingest;
    if (vt_map_set(&media->ingests, id, ingest) != VT_OK) {
        free(ingest);
        return NULL;
    }
    return ingest;
}

static bool join(struct ingest *ingest, vt_media_found_fn *found, void *arg)
{
    struct finder *finder = ingest->finders_count < FINDERS_MOST ? calloc(1, sizeof(*finder)) : NULL;
    if (!finder)
        return false;
    finder->found = found;
    finder->arg = arg;
    vt_list_append(&ingest->finders, &finder->link);
    ingest->finders_count++;
    return true;
}

static void drop(struct ingest *ingest)
{
    vt_map_remove(&ingest->media->ingests, vt_str(ingest->id));
    dispose(ingest);
}

/* --- finding ------------------------------------------------------------------------------------- */

static bool has_original(struct vt_media *media, struct vt_str id)
{
    int fd = open_original(media, id);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* OK: `found` will be called. */
static enum vt_media_err ingest_for(struct vt_media *media, struct vt_str id, enum vt_job_queue queue,
                                    vt_media_found_fn *found, void *arg, struct vt_media_problem *problem)
{
    struct ingest *ingest = vt_map_get(&media->ingests, id);
    bool is_new = !ingest;
    if (is_new)
        ingest = create(media, id);
    bool is_on_disk_soon = ingest && !is_new && !ingest->waiter.job; /* its job is done */
    enum vt_media_err err = ingest && !is_on_disk_soon ? request(ingest, queue, problem) : VT_MEDIA_OK;
    if (!err && ingest && join(ingest, found, arg))
        return VT_MEDIA_OK;
    if (ingest && is_new && err)
        drop(ingest);
    return err ? err
               : vt_media_problem_limit(problem, VT_MEDIA_BUSY, FINDERS_MOST, FINDERS_MOST,
                                        "Too many wait for this picture already.");
}

static void find(struct vt_media *media, struct vt_str id, enum vt_job_queue queue, vt_media_found_fn *found,
                 void *arg)
{
    struct vt_media_problem problem;
    struct vt_media_master *master = vt_masters_id_ok(id) ? vt_masters_find(media->masters, id) : NULL;
    if (master) {
        found(arg, NULL, master);
        vt_media_master_unref(master);
        return;
    }
    bool is_coming = vt_masters_id_ok(id) && (vt_map_get(&media->ingests, id) || has_original(media, id));
    if (!is_coming) {
        vt_media_problem_set(&problem, VT_MEDIA_UNKNOWN, "There is no picture \"%s\".",
                             vt_media_quote(id).text);
    } else if (!vt_media_is_up(media)) {
        vt_media_not_ready(&problem);
    } else {
        if (!vt_media_is_refused(media, id, &problem) &&
            ingest_for(media, id, queue, found, arg, &problem) == VT_MEDIA_OK)
            return;
    }
    found(arg, &problem, NULL);
}

void vt_media_find(struct vt_media *media, struct vt_str id, vt_media_found_fn *found, void *arg)
{
    find(media, id, VT_JOB_TILE, found, arg);
}

void vt_media_ingest(struct vt_media *media, struct vt_str id, vt_media_found_fn *found, void *arg)
{
    find(media, id, VT_JOB_BACKGROUND, found, arg);
}

/* --- what people send ------------------------------------------------------------------------------ */

int vt_media_blank(struct vt_media *media)
{
    return vt_masters_blank(media->masters);
}

enum vt_media_err vt_media_take(struct vt_media *media, struct vt_str site, struct vt_str id, int fd,
                                vt_media_taken_fn *fn, void *arg, struct vt_media_problem *problem)
{
    if (!vt_media_is_up(media)) {
        vt_media_not_ready(problem);
        return problem->err;
    }
    if (vt_media_is_refused(media, id, problem))
        return problem->err;
    struct ingest *ingest = vt_map_get(&media->ingests, id) ? NULL : create(media, id);
    if (!ingest)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "This picture is being made ready already.");
    ingest->taking = (struct taking){ .fd = fcntl(fd, F_DUPFD_CLOEXEC, 0), .fn = fn, .arg = arg };
    enum vt_media_err err = VT_MEDIA_OK;
    if (ingest->taking.fd < 0)
        err = vt_media_problem_set(problem, VT_MEDIA_BUSY, "Too many files are open.");
    else if (!vt_media_site_enter(media, site, VT_JOB_TILE, problem))
        err = problem->err;
    else
        vt_str_copy(ingest->taking.site, sizeof(ingest->taking.site), site);
    if (!err)
        err = request(ingest, VT_JOB_TILE, problem);
    if (err)
        drop(ingest);
    return err;
}

int vt_media_keep_file(struct vt_media *media, const char *id, int fd)
{
    return vt_masters_keep_upload(media->masters, id, fd);
}

void vt_media_keep(struct vt_media *media, struct vt_str id)
{
    struct ingest *ingest = vt_map_get(&media->ingests, id);
    if (!ingest || ingest->taking.is_kept)
        return;
    ingest->taking.is_kept = true;
    if (ingest->taking.is_made)
        settle_soon(ingest);
}

void vt_media_forget(struct vt_media *media, struct vt_str id)
{
    struct ingest *ingest = vt_map_get(&media->ingests, id);
    struct vt_media_problem problem;
    if (!ingest || ingest->taking.is_kept)
        return;
    ingest->taking.fn = NULL;
    vt_jobs_leave(&ingest->waiter);
    vt_media_problem_set(&problem, VT_MEDIA_UNKNOWN, "The picture was not kept.");
    finish(ingest, &problem, NULL);
}

struct vt_blob *vt_media_sight(struct vt_media *media, struct vt_str id)
{
    struct ingest *ingest = vt_map_get(&media->ingests, id);
    return ingest && ingest->taking.sight ? vt_blob_ref(ingest->taking.sight) : NULL;
}

int vt_media_original(struct vt_media *media, struct vt_str id)
{
    return vt_masters_id_ok(id) ? vt_masters_original(media->masters, id) : -1;
}

/* --- the backlog ----------------------------------------------------------------------------------- */

static void work_scan(void *arg)
{
    struct vt_media *media = arg;
    vt_masters_scan(media->masters, BACKLOG_MOST, &media->backlog);
}

static void handle_scanned(void *arg)
{
    struct vt_media *media = arg;
    if (media->is_closing)
        return;
    if (media->backlog.len > 0)
        vt_log(VT_LOG_INFO, "media.backlog", VT_LOG_N("originals", media->backlog.len / VT_MASTERS_ID));
    media->backlog_at = 0;
    vt_media_feed_backlog(media);
}

/* Only once the last one is read and worked off: the list is the scan's own meanwhile. */
static void scan_when_free(struct vt_media *media)
{
    if (!media->wants_scan || media->is_closing || media->backlog_at == SIZE_MAX || media->backlog.len > 0)
        return;
    media->backlog_at = SIZE_MAX; /* not to be read before it is whole */
    if (vt_loop_work(media->deps.loop, work_scan, handle_scanned, media) == VT_OK)
        media->wants_scan = false;
    else
        media->backlog_at = 0; /* the next second again */
}

void vt_media_look_again(struct vt_media *media)
{
    media->wants_scan = true;
    scan_when_free(media);
}

static bool start_next(struct vt_media *media)
{
    const struct vt_str id = { media->backlog.data + media->backlog_at, VT_MASTERS_ID };
    struct vt_media_problem problem;
    media->backlog_at += VT_MASTERS_ID;
    if (vt_map_get(&media->ingests, id))
        return true;
    if (!has_original(media, id)) { /* the cut of a clip */
        const bool has_room = vt_media_clip_make(media, id);
        media->backlog_at -= has_room ? 0 : VT_MASTERS_ID;
        return has_room;
    }
    struct ingest *ingest = create(media, id);
    if (ingest && request(ingest, VT_JOB_BACKGROUND, &problem) != VT_MEDIA_OK) {
        drop(ingest);
        media->backlog_at -= VT_MASTERS_ID; /* the next second again */
        return false;
    }
    return ingest != NULL;
}

void vt_media_feed_backlog(struct vt_media *media)
{
    while (vt_media_is_up(media) && media->backlog_at < media->backlog.len &&
           media->ingests.count < BACKLOG_AT_ONCE)
        if (!start_next(media))
            return;
    if (media->backlog_at != SIZE_MAX && media->backlog_at >= media->backlog.len && media->backlog.len > 0) {
        vt_buf_finish(&media->backlog);
        vt_buf_init(&media->backlog, (size_t)BACKLOG_MOST * VT_MASTERS_ID);
        media->backlog_at = 0;
    }
    scan_when_free(media);
}

/* One whose job still waits or runs, or that nobody has kept yet; where the master is being written already,
 * that ends by itself. */
static struct ingest *find_waiting(struct vt_media *media)
{
    struct ingest *ingest;
    for (size_t at = 0; (ingest = vt_map_next(&media->ingests, &at)) != NULL;)
        if (ingest->waiter.job || (ingest->taking.is_made && !ingest->taking.is_kept))
            return ingest;
    return NULL;
}

void vt_media_end_ingests(struct vt_media *media)
{
    struct vt_media_problem problem;
    struct ingest *ingest;
    vt_media_not_ready(&problem);
    while ((ingest = find_waiting(media)) != NULL) {
        vt_jobs_leave(&ingest->waiter);
        finish(ingest, &problem, NULL);
    }
}
