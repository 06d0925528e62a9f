/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/sqlite_checkpoint.h"

#include <pthread.h>

#include "server/base/ids.h"
#include "server/store/sqlite_db.h"
#include "server/store/wait.h"

enum {
    CHECKPOINT_PAGES = 500,
    CHECKPOINT_MS = 1000,
    IDLE_ROUNDS = 5, /* of CHECKPOINT_MS without a write: then the log is cut to nothing */
};

struct vt_checkpoint {
    struct vt_db *writer; /* borrowed */
    struct vt_db db;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    int log_pages, done_pages; /* in the log; at the last checkpoint */
    bool runs, dirty, closing;
    bool wants_end; /* all but what was written meanwhile is in the file: the writer adds that */
};

/* SQLite calls this in the writer after each commit with the pages that are in the log now. */
static int note_log(void *arg, sqlite3 *sqlite, const char *name, int pages)
{
    struct vt_checkpoint *checkpoint = arg;
    (void)sqlite, (void)name;
    pthread_mutex_lock(&checkpoint->lock);
    bool was_dirty = checkpoint->dirty;
    if (pages < checkpoint->done_pages)
        checkpoint->done_pages = 0; /* the log began anew */
    checkpoint->log_pages = pages;
    checkpoint->dirty = true;
    if (!was_dirty || pages - checkpoint->done_pages >= CHECKPOINT_PAGES)
        pthread_cond_signal(&checkpoint->wake);
    pthread_mutex_unlock(&checkpoint->lock);
    return SQLITE_OK;
}

static void run_checkpoint(struct vt_checkpoint *checkpoint, int mode)
{
    int in_log = 0, in_file = 0;
    checkpoint->dirty = false;
    checkpoint->done_pages = checkpoint->log_pages;
    pthread_mutex_unlock(&checkpoint->lock);
    /* A busy or failed checkpoint costs nothing but space; the next round tries again. */
    int code = sqlite3_wal_checkpoint_v2(checkpoint->db.sqlite, NULL, mode, &in_log, &in_file);
    pthread_mutex_lock(&checkpoint->lock);
    checkpoint->wants_end = code == SQLITE_OK && in_file >= CHECKPOINT_PAGES &&
                            in_file < checkpoint->log_pages;
}

/* Now nothing is in the log that is not in the file, and the next commit begins it anew unless
 * somebody still reads from it. */
void vt_checkpoint_finish(struct vt_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    pthread_mutex_lock(&checkpoint->lock);
    const bool wanted = checkpoint->wants_end;
    checkpoint->wants_end = false;
    pthread_mutex_unlock(&checkpoint->lock);
    if (wanted)
        sqlite3_wal_checkpoint_v2(checkpoint->writer->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static void *checkpoint_rounds(void *arg)
{
    struct vt_checkpoint *checkpoint = arg;
    int idle = IDLE_ROUNDS;
    pthread_mutex_lock(&checkpoint->lock);
    while (!checkpoint->closing) {
        if (!checkpoint->dirty && idle >= IDLE_ROUNDS) {
            pthread_cond_wait(&checkpoint->wake, &checkpoint->lock);
            idle = 0;
        }
        int64_t until = vt_now_ms() + CHECKPOINT_MS;
        while (!checkpoint->closing && vt_now_ms() < until &&
               checkpoint->log_pages - checkpoint->done_pages < CHECKPOINT_PAGES)
            vt_wait_until(&checkpoint->wake, &checkpoint->lock, until);
        if (checkpoint->closing)
            break;
        idle = checkpoint->dirty ? 0 : idle + 1;
        if (idle == 0)
            run_checkpoint(checkpoint, SQLITE_CHECKPOINT_PASSIVE);
        else if (idle == IDLE_ROUNDS)
            run_checkpoint(checkpoint, SQLITE_CHECKPOINT_TRUNCATE);
    }
    pthread_mutex_unlock(&checkpoint->lock);
    return NULL;
}

bool vt_checkpoint_start(struct vt_checkpoint *checkpoint)
{
    checkpoint->runs = pthread_create(&checkpoint->thread, NULL, checkpoint_rounds, checkpoint) == 0;
    return checkpoint->runs;
}

struct vt_checkpoint *vt_checkpoint_open(struct vt_db *writer, struct vt_buf *ret_error)
{
    struct vt_checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
    if (!checkpoint)
        return NULL;
    checkpoint->writer = writer;
    pthread_mutex_init(&checkpoint->lock, NULL);
    vt_cond_init(&checkpoint->wake);
    if (vt_db_open(&checkpoint->db, writer->data_dir, VT_DB_STORE, false, ret_error) == VT_OK) {
        sqlite3_wal_hook(writer->sqlite, note_log, checkpoint);
        return checkpoint;
    }
    vt_checkpoint_close(checkpoint);
    return NULL;
}

void vt_checkpoint_close(struct vt_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    pthread_mutex_lock(&checkpoint->lock);
    checkpoint->closing = true;
    pthread_cond_signal(&checkpoint->wake);
    pthread_mutex_unlock(&checkpoint->lock);
    if (checkpoint->runs)
        pthread_join(checkpoint->thread, NULL);
    sqlite3_wal_hook(checkpoint->writer->sqlite, NULL, NULL);
    vt_db_close(&checkpoint->db);
    pthread_mutex_destroy(&checkpoint->lock);
    pthread_cond_destroy(&checkpoint->wake);
    free(checkpoint);
}
