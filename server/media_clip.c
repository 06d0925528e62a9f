/* SPDX-License-Identifier: Apache-2.0 */
#include "server/media_clip.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/media_internal.h"

enum { BYTES_MOST = 64 << 20 /* no worker gives more */, CODINGS_MOST = 64 };

/* One being cut. */
struct cutting {
    struct vt_list link; /* vt_media.cuttings */
    struct vt_media *media;
    char id[VT_MASTERS_ID + 1];
    int fd, out_fd; /* owned */
    struct vt_job_waiter waiter;
    vt_media_cut_fn *fn;
    void *arg;
};

/* One being coded anew, from the wish to the file. */
struct coding {
    struct vt_list link; /* vt_media.codings */
    struct vt_media *media;
    char id[VT_MASTERS_ID + 1];
    char key[VT_RECIPE_KEY + 1];
    struct vt_buf text, bytes;
    struct vt_job_waiter waiter;
    bool is_waiting; /* to be asked for again in the next second */
    bool is_erased;
    int err;
};

static struct vt_recipe recipe_of(enum vt_recipe_kind kind, const char *id, const char *text)
{
    struct vt_recipe recipe = { .kind = kind, .template_json = text };
    vt_str_copy(recipe.media, sizeof(recipe.media), vt_str(id));
    return recipe;
}

/* Both stand under the clip's own id: what is erased by it is stopped. */
static enum vt_media_err request(struct vt_media *media, const struct vt_recipe *recipe, const char *key,
                                 enum vt_job_queue queue, struct vt_job_waiter *waiter,
                                 struct vt_media_problem *problem)
{
    const struct vt_job_request wanted = {
        .recipe = recipe, .key = vt_str(key), .group = vt_str(recipe->media), .queue = queue
    };
    if (vt_media_is_up(media))
        return vt_jobs_request(media->jobs, &wanted, waiter, problem);
    vt_media_not_ready(problem);
    return problem->err;
}

/* --- cutting ----------------------------------------------------------------------------------------------
 */

static void cutting_free(struct cutting *cutting)
{
    vt_list_remove(&cutting->link);
    if (cutting->fd >= 0)
        close(cutting->fd);
    if (cutting->out_fd >= 0)
        close(cutting->out_fd);
    free(cutting);
}

static void handle_cut(void *arg, const struct vt_media_result *result)
{
    struct cutting *cutting = arg;
    if (result->more)
        return;
    cutting->fn(cutting->arg, result->err ? &result->problem : NULL, cutting->out_fd);
    cutting_free(cutting);
}

enum vt_media_err vt_media_cut(struct vt_media *media, struct vt_str id, const char *text, int fd,
                               vt_media_cut_fn *fn, void *arg, struct vt_media_problem *problem)
{
    char key[VT_RECIPE_KEY + 1];
    struct cutting *cutting = calloc(1, sizeof(*cutting));
    if (!cutting)
        return vt_media_problem_set(problem, VT_MEDIA_BUSY, "The server is short of memory.");
    *cutting = (struct cutting){ .media = media, .fn = fn, .arg = arg };
    vt_str_copy(cutting->id, sizeof(cutting->id), id);
    cutting->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    cutting->out_fd = vt_masters_blank(media->masters);
    cutting->waiter = (struct vt_job_waiter){ .done = handle_cut, .arg = cutting };
    vt_list_init(&cutting->waiter.link);
    vt_list_append(&media->cuttings, &cutting->link);
    const struct vt_recipe recipe = recipe_of(VT_RECIPE_CLIP_CUT, cutting->id, text);
    enum vt_media_err err;
    if (cutting->fd < 0 || cutting->out_fd < 0 || vt_recipe_key(&recipe, key) != VT_OK)
        err = vt_media_problem_set(problem, VT_MEDIA_BUSY, "Too many files are open.");
    else
        err = request(media, &recipe, key, VT_JOB_CARD, &cutting->waiter, problem);
    if (err)
        cutting_free(cutting);
    return err;
}

/* --- on a worker ------------------------------------------------------------------------------------------
 */

static int start_cut(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    VT_LIST_EACH (cutting, &media->cuttings, struct cutting, link)
        if (strcmp(cutting->id, recipe->media) == 0)
            return vt_media_submit(media, job, recipe, &cutting->fd, 1, cutting->out_fd);
    return VT_ERR_MISSING;
}

int vt_media_start_clip(struct vt_media *media, struct vt_job *job, const struct vt_recipe *recipe)
{
    bool is_made;
    if (recipe->kind == VT_RECIPE_CLIP_CUT)
        return start_cut(media, job, recipe);
    int fd = vt_media_clip_open(media, vt_str(recipe->media), &is_made);
    if (fd < 0)
        return VT_ERR_MISSING;
    int err = vt_media_submit(media, job, recipe, &fd, 1, -1);
    close(fd);
    return err;
}

/* --- coding anew ------------------------------------------------------------------------------------------
 */

static struct coding *find_coding(struct vt_media *media, struct vt_str id)
{
    VT_LIST_EACH (coding, &media->codings, struct coding, link)
        if (vt_str_eq(vt_str(coding->id), id))
            return coding;
    return NULL;
}

static void coding_free(struct coding *coding)
{
    vt_list_remove(&coding->link);
    vt_buf_finish(&coding->text);
    vt_buf_finish(&coding->bytes);
    free(coding);
}

static void end_coding(struct coding *coding, const char *why)
{
    if (why)
        vt_log(VT_LOG_WARN, "media.clip-failed", VT_LOG_T("id", coding->id), VT_LOG_T("detail", why));
    coding_free(coding);
}

static void work_settle(void *arg)
{
    struct coding *coding = arg;
    coding->err = vt_masters_keep_clip(coding->media->masters, coding->id, vt_buf_view(&coding->bytes));
}

static void handle_settled(void *arg)
{
    struct coding *coding = arg;
    if (coding->is_erased)
        vt_masters_erase(coding->media->masters, vt_str(coding->id));
    end_coding(coding, coding->err == VT_OK         ? NULL
                       : coding->err == VT_ERR_FULL ? "the disk is full"
                                                    : "it could not be written");
}

static void request_coding(struct coding *coding);

/* A worker that was killed is no judgement on the clip: once more, until it is refused for having done it
 * again. Not at once: who kills one may be killing all. */
static bool may_try_again(const struct coding *coding, enum vt_media_err err)
{
    struct vt_media_problem problem;
    return (err == VT_MEDIA_WORKER_DIED || err == VT_MEDIA_DEADLINE) && !coding->is_erased &&
           !coding->media->is_closing && !vt_media_is_refused(coding->media, vt_str(coding->key), &problem);
}

static void handle_coded(void *arg, const struct vt_media_result *result)
{
    struct coding *coding = arg;
    struct vt_media *media = coding->media;
    if (result->more)
        return;
    if (may_try_again(coding, result->err)) {
        coding->is_waiting = true;
    } else if (result->err != VT_MEDIA_OK) {
        vt_refusals_add(&media->refusals, vt_str(coding->key), &result->problem, vt_now_ms());
        end_coding(coding, coding->is_erased || media->is_closing ? NULL : result->problem.detail);
    } else if (vt_buf_append(&coding->bytes, result->bytes, result->len) != VT_OK ||
               vt_loop_work(media->deps.loop, work_settle, handle_settled, coding) != VT_OK) {
        end_coding(coding, "the server is short of memory");
    }
}

/* Where too much waits it is asked for again. */
static void request_coding(struct coding *coding)
{
    struct vt_media_problem problem;
    const struct vt_recipe recipe = recipe_of(VT_RECIPE_CLIP, coding->id, vt_buf_cstr(&coding->text));
    const enum vt_media_err err = request(coding->media, &recipe, coding->key, VT_JOB_FILM, &coding->waiter,
                                          &problem);
    coding->is_waiting = err == VT_MEDIA_BUSY || err == VT_MEDIA_NOT_READY;
    if (err && !coding->is_waiting)
        end_coding(coding, problem.detail);
}

/* The first alone: asking for it may end others, and what stops one stops all. */
void vt_media_retry_clips(struct vt_media *media)
{
    struct coding *first = NULL;
    VT_LIST_EACH (coding, &media->codings, struct coding, link)
        if (coding->is_waiting && !first)
            first = coding;
    if (first && first->is_erased)
        end_coding(first, NULL);
    else if (first)
        request_coding(first);
}

static struct coding *coding_create(struct vt_media *media, struct vt_str id)
{
    struct coding *coding = calloc(1, sizeof(*coding));
    if (!coding)
        return NULL;
    coding->media = media;
    vt_str_copy(coding->id, sizeof(coding->id), id);
    vt_buf_init(&coding->text, VT_CLIP_TEXT_MAX);
    vt_buf_init(&coding->bytes, BYTES_MOST);
    coding->waiter = (struct vt_job_waiter){ .done = handle_coded, .arg = coding };
    vt_list_init(&coding->waiter.link);
    vt_list_append(&media->codings, &coding->link);
    return coding;
}

/* The recipe that makes its master; false: there is no such clip. */
static bool key_of(struct vt_media *media, const char *id, struct vt_buf *text,
                   char ret_key[VT_RECIPE_KEY + 1])
{
    if (vt_media_clip_text(media, vt_str(id), text) != VT_OK)
        return false;
    const struct vt_recipe recipe = recipe_of(VT_RECIPE_CLIP, id, vt_buf_cstr(text));
    return vt_recipe_key(&recipe, ret_key) == VT_OK;
}

static bool has_room(const struct vt_media *media)
{
    size_t n = 0;
    for (const struct vt_list *link = media->codings.next; link != &media->codings; link = link->next)
        n++;
    return n < CODINGS_MOST;
}

bool vt_media_clip_make(struct vt_media *media, struct vt_str id)
{
    bool is_made = true;
    struct vt_media_problem problem;
    int fd = media->is_closing || find_coding(media, id) ? -1 : vt_media_clip_open(media, id, &is_made);
    if (fd >= 0)
        close(fd);
    if (fd < 0 || is_made)
        return true;
    struct coding *coding = has_room(media) ? coding_create(media, id) : NULL;
    if (!coding)
        return false;
    if (!key_of(media, coding->id, &coding->text, coding->key) ||
        vt_media_is_refused(media, vt_str(coding->key), &problem))
        end_coding(coding, NULL);
    else
        request_coding(coding);
    return true;
}

/* --- what there is ----------------------------------------------------------------------------------------
 */

int vt_media_clip_keep(struct vt_media *media, const char *id, struct vt_str text, int cut_fd)
{
    int err = vt_masters_keep_film(media->masters, id, text);
    return err ? err : vt_masters_keep_cut(media->masters, id, cut_fd);
}

int vt_media_clip_open(struct vt_media *media, struct vt_str id, bool *ret_is_made)
{
    int fd = vt_masters_clip(media->masters, id);
    *ret_is_made = fd >= 0;
    return fd >= 0 ? fd : vt_masters_cut(media->masters, id);
}

int vt_media_clip_text(struct vt_media *media, struct vt_str id, struct vt_buf *out)
{
    return vt_masters_film(media->masters, id, out);
}

enum vt_media_clip_state vt_media_clip_state(struct vt_media *media, struct vt_str id, uint32_t *ret_position,
                                             struct vt_media_problem *ret_problem)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf text = VT_BUF_INIT(VT_CLIP_TEXT_MAX);
    char key[VT_RECIPE_KEY + 1], bare[VT_MASTERS_ID + 1];
    const struct coding *coding = find_coding(media, id);
    *ret_position = coding && coding->waiter.job ? vt_jobs_position(&coding->waiter) : 0;
    if (coding)
        return *ret_position > 0 || coding->is_waiting ? VT_MEDIA_CLIP_QUEUED : VT_MEDIA_CLIP_ENCODING;
    int fd = vt_masters_clip(media->masters, id);
    if (fd >= 0) {
        close(fd);
        return VT_MEDIA_CLIP_READY;
    }
    vt_str_copy(bare, sizeof(bare), id);
    return key_of(media, bare, &text, key) && vt_media_is_refused(media, vt_str(key), ret_problem)
               ? VT_MEDIA_CLIP_FAILED
               : VT_MEDIA_CLIP_QUEUED;
}

/* --- the end ----------------------------------------------------------------------------------------------
 */

void vt_media_forget_clip(struct vt_media *media, struct vt_str id)
{
    struct coding *coding = find_coding(media, id);
    if (coding)
        coding->is_erased = true;
}

void vt_media_end_clips(struct vt_media *media)
{
    VT_LIST_EACH (coding, &media->codings, struct coding, link)
        if (coding->is_waiting)
            end_coding(coding, NULL);
}
