/* SPDX-License-Identifier: Apache-2.0 */
#include "media/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/cache_disk.h"
#include "media/recipe.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/base/list.h"
#include "server/base/map.h"

enum { READS_MAX = 64, WRITES_MAX = 64, REST_MS = 10000 };
#define WRITE_BYTES_MAX ((uint64_t)64 << 20)

struct group {
    char name[VT_CACHE_GROUP_MAX + 1];
    char folder[VT_CACHE_GROUP_MAX + 8];
    struct vt_list entries; /* of entry.of_group */
};

/* One rendition, in RAM, on disk or both. */
struct entry {
    char key[VT_CACHE_KEY + 1];
    struct group *group; /* borrowed from cache.groups; NULL once doomed */
    struct vt_list of_group;
    struct vt_list recent;  /* of cache.recent while in RAM */
    struct vt_list on_disk; /* of cache.clock while on disk */
    struct vt_blob *blob;   /* owned reference; NULL: not in RAM */
    uint64_t disk_len;      /* 0: not on disk */
    int64_t made_ms;        /* wall */
    uint32_t jobs;          /* file work that points here */
    bool is_used;           /* since the clock's hand passed */
    bool is_doomed;         /* out of the indexes; freed with the last job */
    bool is_kept;           /* doomed by closing: what is being written stays */
};

enum job_kind { JOB_READ, JOB_WRITE, JOB_UNLINK, JOB_ERASE };

struct job {
    uv_work_t work;
    struct vt_cache *cache;
    enum job_kind kind;
    struct entry *entry;  /* borrowed; counted in entry.jobs; READ and WRITE */
    struct vt_blob *blob; /* owned reference */
    char folder[VT_CACHE_GROUP_MAX + 8];
    char key[VT_CACHE_KEY + 1];
    size_t len;
    int err;
    vt_cache_loaded_fn *loaded; /* NULL: nobody waits */
    void *arg;
    struct vt_list link; /* of cache.jobs */
};

struct vt_cache {
    uv_loop_t *loop;
    int dir; /* -1: RAM alone */
    uint64_t ram_max, disk_max;
    struct vt_map entries, groups;
    struct vt_list recent; /* of entry.recent, the latest last */
    struct vt_list clock;  /* of entry.on_disk, the hand at the first */
    struct vt_list jobs;
    uint32_t reads, writes;
    uint64_t write_bytes;
    int64_t rest_until_ms; /* the disk said no */
    bool is_closing;
    struct vt_cache_stats stats;
};

static struct vt_str key_of(const struct entry *entry)
{
    return (struct vt_str){ entry->key, VT_CACHE_KEY };
}

/* --- entries and groups ---------------------------------------------------------------------- */

static struct group *group_of(struct vt_cache *cache, struct vt_str name)
{
    struct group *group = vt_map_get(&cache->groups, name);
    if (group)
        return group;
    group = calloc(1, sizeof(*group));
    if (!group)
        return NULL;
    vt_str_copy(group->name, sizeof(group->name), name);
    vt_list_init(&group->entries);
    if (vt_cache_disk_folder(group->name, group->folder) || vt_map_set(&cache->groups, name, group)) {
        free(group);
        return NULL;
    }
    return group;
}

static void drop_group_if_empty(struct vt_cache *cache, struct group *group)
{
    if (!vt_list_is_empty(&group->entries))
        return;
    vt_map_remove(&cache->groups, vt_str(group->name));
    free(group);
}

static struct entry *entry_create(struct vt_cache *cache, struct vt_str group_name, struct vt_str key)
{
    struct group *group = group_of(cache, group_name);
    struct entry *entry = group ? calloc(1, sizeof(*entry)) : NULL;
    if (!entry || vt_map_set(&cache->entries, key, entry)) {
        free(entry);
        if (group)
            drop_group_if_empty(cache, group);
        return NULL;
    }
    memcpy(entry->key, key.ptr, VT_CACHE_KEY);
    entry->group = group;
    entry->made_ms = vt_wall_ms();
    vt_list_append(&group->entries, &entry->of_group);
    vt_list_init(&entry->recent);
    vt_list_init(&entry->on_disk);
    return entry;
}

static void leave_ram(struct vt_cache *cache, struct entry *entry)
{
    if (!entry->blob)
        return;
    cache->stats.ram_bytes -= entry->blob->len;
    cache->stats.ram_entries--;
    entry->blob = vt_blob_unref(entry->blob);
    vt_list_remove(&entry->recent);
}

static void leave_disk(struct vt_cache *cache, struct entry *entry)
{
    if (entry->disk_len == 0)
        return;
    cache->stats.disk_bytes -= entry->disk_len;
    cache->stats.disk_entries--;
    entry->disk_len = 0;
    vt_list_remove(&entry->on_disk);
}

/* Out of every index; the memory stays while file work points at it. */
static void entry_doom(struct vt_cache *cache, struct entry *entry)
{
    struct group *group = entry->group;
    leave_ram(cache, entry);
    leave_disk(cache, entry);
    vt_map_remove(&cache->entries, key_of(entry));
    vt_list_remove(&entry->of_group);
    entry->group = NULL;
    entry->is_doomed = true;
    drop_group_if_empty(cache, group);
    if (entry->jobs == 0)
        free(entry);
}

static void doom_if_nowhere(struct vt_cache *cache, struct entry *entry)
{
    if (!entry->blob && entry->disk_len == 0 && entry->jobs == 0)
        entry_doom(cache, entry);
}

static void enter_ram(struct vt_cache *cache, struct entry *entry, struct vt_blob *blob)
{
    if (entry->blob || blob->len > cache->ram_max / 8)
        return;
    entry->blob = vt_blob_ref(blob);
    vt_list_append(&cache->recent, &entry->recent);
    cache->stats.ram_bytes += blob->len;
    cache->stats.ram_entries++;
    while (cache->stats.ram_bytes > cache->ram_max) {
        struct entry *oldest = VT_CONTAINER_OF(cache->recent.next, struct entry, recent);
        leave_ram(cache, oldest);
        cache->stats.evicted_ram++;
        doom_if_nowhere(cache, oldest);
    }
}

/* --- file work ------------------------------------------------------------------------------- */

static void run_job(uv_work_t *work)
{
    struct job *job = VT_CONTAINER_OF(work, struct job, work);
    int dir = job->cache->dir;
    switch (job->kind) {
    case JOB_READ:
        job->err = vt_cache_disk_read(dir, job->folder, job->key, job->len, &job->blob);
        break;
    case JOB_WRITE:
        job->err = vt_cache_disk_write(dir, job->folder, job->key, job->blob);
        break;
    case JOB_UNLINK:
        vt_cache_disk_unlink(dir, job->folder, job->key);
        break;
    case JOB_ERASE:
        vt_cache_disk_erase(dir, job->folder);
        break;
    }
}

static void cache_free(struct vt_cache *cache)
{
    if (cache->dir >= 0)
        close(cache->dir);
    vt_map_finish(&cache->entries);
    vt_map_finish(&cache->groups);
    free(cache);
}

static void end_job(uv_work_t *work, int status);

static int start_job(struct vt_cache *cache, enum job_kind kind, struct entry *entry, const char *folder,
                     const char *key, struct job **ret_job)
{
    struct job *job = calloc(1, sizeof(*job));
    if (!job)
        return VT_ERR_NOMEM;
    job->cache = cache;
    job->kind = kind;
    job->entry = entry;
    vt_str_copy(job->folder, sizeof(job->folder), vt_str(folder));
    vt_str_copy(job->key, sizeof(job->key), vt_str(key));
    if (entry)
        job->len = entry->disk_len;
    if (kind == JOB_WRITE)
        job->blob = vt_blob_ref(entry->blob);
    if (uv_queue_work(cache->loop, &job->work, run_job, end_job)) {
        vt_blob_unref(job->blob);
        free(job);
        return VT_ERR_NOMEM;
    }
    if (entry)
        entry->jobs++;
    vt_list_append(&cache->jobs, &job->link);
    if (ret_job)
        *ret_job = job;
    return VT_OK;
}

static void unlink_file(struct vt_cache *cache, const char *folder, const char *key)
{
    start_job(cache, JOB_UNLINK, NULL, folder, key, NULL);
}

/* The hand goes round: what was used since it came by last stays once more. */
static void evict_disk(struct vt_cache *cache)
{
    while (cache->stats.disk_bytes > cache->disk_max && !vt_list_is_empty(&cache->clock)) {
        struct entry *entry = VT_CONTAINER_OF(cache->clock.next, struct entry, on_disk);
        if (entry->is_used) {
            entry->is_used = false;
            vt_list_remove(&entry->on_disk);
            vt_list_append(&cache->clock, &entry->on_disk);
            continue;
        }
        unlink_file(cache, entry->group->folder, entry->key);
        leave_disk(cache, entry);
        cache->stats.evicted_disk++;
        doom_if_nowhere(cache, entry);
    }
}

static void enter_disk(struct vt_cache *cache, struct entry *entry, uint64_t len)
{
    entry->disk_len = len;
    vt_list_append(&cache->clock, &entry->on_disk);
    cache->stats.disk_bytes += len;
    cache->stats.disk_entries++;
}

static void end_write(struct vt_cache *cache, struct job *job)
{
    struct entry *entry = job->entry;
    cache->writes--;
    cache->write_bytes -= job->blob->len;
    if (job->err) {
        cache->stats.failed_writes++;
        cache->rest_until_ms = vt_now_ms() + REST_MS;
    } else if (entry->is_doomed) {
        /* Erased while it was written. Another of the same key may have come since: its file stays. */
        if (!entry->is_kept && !vt_map_get(&cache->entries, (struct vt_str){ job->key, VT_CACHE_KEY }))
            unlink_file(cache, job->folder, job->key);
    } else if (entry->disk_len == 0) {
        enter_disk(cache, entry, job->blob->len);
        evict_disk(cache);
    }
}

static void end_read(struct vt_cache *cache, struct job *job)
{
    struct entry *entry = job->entry;
    cache->reads--;
    if (entry->is_doomed) {
        job->blob = vt_blob_unref(job->blob);
    } else if (job->err) {
        leave_disk(cache, entry);
        unlink_file(cache, job->folder, job->key); /* of another length, or gone: a new one may be written */
    } else {
        enter_ram(cache, entry, job->blob);
    }
    cache->stats.disk_hits += job->blob != NULL;
    if (job->loaded && !cache->is_closing)
        job->loaded(job->arg, job->blob);
}

static void release_entry(struct vt_cache *cache, struct entry *entry)
{
    entry->jobs--;
    if (entry->jobs > 0)
        return;
    if (entry->is_doomed)
        free(entry);
    else
        doom_if_nowhere(cache, entry);
}

static void end_job(uv_work_t *work, int status)
{
    struct job *job = VT_CONTAINER_OF(work, struct job, work);
    struct vt_cache *cache = job->cache;
    if (status)
        job->err = VT_ERR_IO;
    vt_list_remove(&job->link);
    /* The entry is released after the last look at it; eviction in between sees it in use. */
    if (job->kind == JOB_WRITE)
        end_write(cache, job);
    else if (job->kind == JOB_READ)
        end_read(cache, job);
    if (job->entry)
        release_entry(cache, job->entry);
    vt_blob_unref(job->blob);
    free(job);
    if (cache->is_closing && vt_list_is_empty(&cache->jobs))
        cache_free(cache);
}

static void write_to_disk(struct vt_cache *cache, struct entry *entry, struct vt_blob *blob)
{
    if (cache->dir < 0 || entry->disk_len > 0 || entry->jobs > 0 || blob->len == 0 ||
        blob->len > cache->disk_max / 8)
        return;
    if (cache->writes >= WRITES_MAX || cache->write_bytes + blob->len > WRITE_BYTES_MAX ||
        vt_now_ms() < cache->rest_until_ms) {
        cache->stats.skipped_writes++;
        return;
    }
    struct job *job;
    struct vt_blob *kept = entry->blob;
    entry->blob = blob; /* what start_job takes its reference from, in RAM or not */
    int err = start_job(cache, JOB_WRITE, entry, entry->group->folder, entry->key, &job);
    entry->blob = kept;
    if (err)
        return;
    cache->writes++;
    cache->write_bytes += blob->len;
}

/* --- the interface --------------------------------------------------------------------------- */

static void add_found(void *arg, const char *group, const char *key, uint64_t len, int64_t made_ms)
{
    struct vt_cache *cache = arg;
    struct entry *entry = entry_create(cache, vt_str(group), vt_str(key));
    if (!entry)
        return;
    entry->made_ms = made_ms;
    enter_disk(cache, entry, len);
}

static int open_dir(const char *path)
{
    if (mkdir(path, 0700) && access(path, X_OK | W_OK))
        return -1;
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

struct vt_cache *vt_cache_open(uv_loop_t *loop, const struct vt_cache_config *config)
{
    int dir = config->dir ? open_dir(config->dir) : -1;
    if (config->dir && dir < 0)
        return NULL;
    struct vt_cache *cache = calloc(1, sizeof(*cache));
    if (!cache) {
        if (dir >= 0)
            close(dir);
        return NULL;
    }
    *cache = (struct vt_cache){
        .loop = loop, .dir = dir, .ram_max = config->ram_bytes, .disk_max = config->disk_bytes
    };
    vt_map_init(&cache->entries);
    vt_map_init(&cache->groups);
    vt_list_init(&cache->recent);
    vt_list_init(&cache->clock);
    vt_list_init(&cache->jobs);
    if (dir >= 0) {
        vt_cache_disk_scan(dir, add_found, cache);
        evict_disk(cache);
    }
    return cache;
}

void vt_cache_close(struct vt_cache *cache)
{
    if (!cache)
        return;
    struct entry *entry;
    cache->is_closing = true;
    for (size_t at = 0; (entry = vt_map_next(&cache->entries, &at)) != NULL;) {
        entry->is_kept = true;
        entry_doom(cache, entry);
    }
    if (vt_list_is_empty(&cache->jobs))
        cache_free(cache);
}

struct vt_blob *vt_cache_get(struct vt_cache *cache, struct vt_str key)
{
    struct entry *entry = vt_map_get(&cache->entries, key);
    if (!entry || !entry->blob) {
        cache->stats.misses += !entry;
        return NULL;
    }
    entry->is_used = true;
    cache->stats.ram_hits++;
    vt_list_remove(&entry->recent);
    vt_list_append(&cache->recent, &entry->recent);
    return vt_blob_ref(entry->blob);
}

int vt_cache_load(struct vt_cache *cache, struct vt_str key, vt_cache_loaded_fn *loaded, void *arg)
{
    struct entry *entry = vt_map_get(&cache->entries, key);
    struct job *job;
    if (!entry || entry->disk_len == 0)
        return VT_ERR_MISSING;
    if (cache->reads >= READS_MAX)
        return VT_ERR_FULL;
    int err = start_job(cache, JOB_READ, entry, entry->group->folder, entry->key, &job);
    if (err)
        return err;
    entry->is_used = true;
    cache->reads++;
    job->loaded = loaded;
    job->arg = arg;
    return VT_OK;
}

void vt_cache_leave(struct vt_cache *cache, vt_cache_loaded_fn *loaded, void *arg)
{
    VT_LIST_EACH (job, &cache->jobs, struct job, link) {
        if (job->loaded == loaded && job->arg == arg)
            job->loaded = NULL;
    }
}

int vt_cache_put(struct vt_cache *cache, struct vt_str group, struct vt_str key, struct vt_blob *blob)
{
    if (!vt_media_id_ok(group) || !vt_media_id_is_hash(key))
        return VT_ERR_INVALID;
    struct entry *entry = vt_map_get(&cache->entries, key);
    if (!entry)
        entry = entry_create(cache, group, key);
    if (!entry)
        return VT_ERR_NOMEM;
    write_to_disk(cache, entry, blob);
    enter_ram(cache, entry, blob);
    doom_if_nowhere(cache, entry);
    return VT_OK;
}

void vt_cache_erase(struct vt_cache *cache, struct vt_str group_name)
{
    struct group *group = vt_map_get(&cache->groups, group_name);
    if (!group)
        return;
    if (cache->dir >= 0)
        start_job(cache, JOB_ERASE, NULL, group->folder, "", NULL);
    /* The last entry takes the group with it, so the head is not looked at again after it. */
    for (bool is_last = false; !is_last;) {
        struct vt_list *first = group->entries.next;
        is_last = first->next == &group->entries;
        entry_doom(cache, VT_CONTAINER_OF(first, struct entry, of_group));
    }
}

void vt_cache_sweep(struct vt_cache *cache, int64_t made_before_wall_ms,
                    bool (*wants)(void *arg, const char *group), void *arg)
{
    struct entry *entry;
    for (size_t at = 0; (entry = vt_map_next(&cache->entries, &at)) != NULL;) {
        if (entry->made_ms >= made_before_wall_ms || !wants(arg, entry->group->name))
            continue;
        if (entry->disk_len > 0)
            unlink_file(cache, entry->group->folder, entry->key);
        entry_doom(cache, entry);
    }
}

void vt_cache_stats(const struct vt_cache *cache, struct vt_cache_stats *ret_stats)
{
    *ret_stats = cache->stats;
}
