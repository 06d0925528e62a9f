/* SPDX-License-Identifier: Apache-2.0 */
/* Failed attempts in the store: whoever was locked out stays so when the server starts again. Each change
 * is written, and nobody waits for it; all are read back at the start. */
#include <stdio.h>
#include <stdlib.h>

#include "server/api/login_internal.h"
#include "server/auth/digest.h"
#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/log.h"
#include "server/store/manage.h"

enum { KEY_TEXT = VT_SHA256_TEXT + 2, LOCKS_BYTES = 8 << 20 };

/* A change, or the reading of all of them. */
struct lock {
    struct vt_list all;         /* in vt_api_login.all_locks */
    struct vt_api_login *login; /* borrowed */
    char key[KEY_TEXT];         /* "n:" or "a:" and the hash */
    unsigned count;
    int64_t ends_ms;
    struct vt_arena arena;
    struct vt_manage_attempt *attempts;
    size_t attempts_n;
};

static void free_lock(struct lock *lock)
{
    vt_list_remove(&lock->all);
    vt_arena_finish(&lock->arena);
    free(lock);
}

static struct lock *new_lock(struct vt_api_login *login)
{
    struct lock *lock = calloc(1, sizeof(*lock));
    if (!lock)
        return NULL;
    vt_list_init(&lock->all);
    vt_list_append(&login->all_locks, &lock->all);
    vt_arena_init(&lock->arena, LOCKS_BYTES);
    lock->login = login;
    return lock;
}

static void handle_written(void *arg, int err)
{
    if (err)
        vt_log(VT_LOG_WARN, "login.lock", VT_LOG_T("error", vt_err_name(err)));
    free_lock(arg);
}

static int write_lock(struct vt_manage *manage, void *arg)
{
    const struct lock *lock = arg;
    const struct vt_manage_attempt attempt = { vt_str(lock->key), lock->count, lock->ends_ms };
    return vt_manage_attempt_put(manage, &attempt);
}

static void keep(struct vt_api_login *login, char kind, const char *hash, unsigned count, int64_t ends_ms)
{
    struct lock *lock = login->closed ? NULL : new_lock(login);
    if (!lock)
        return;
    snprintf(lock->key, sizeof(lock->key), "%c:%s", kind, hash);
    lock->count = count;
    lock->ends_ms = ends_ms;
    if (vt_store_work(login->deps.store, write_lock, handle_written, lock) != VT_OK)
        free_lock(lock); /* a full queue: it still counts in memory */
}

static void keep_name(void *arg, const char *hash, unsigned count, int64_t ends_ms)
{
    keep(arg, 'n', hash, count, ends_ms);
}

static void keep_address(void *arg, const char *hash, unsigned count, int64_t ends_ms)
{
    keep(arg, 'a', hash, count, ends_ms);
}

/* --- the start ----------------------------------------------------------------------------- */

static int read_locks(struct vt_manage *manage, void *arg)
{
    struct lock *lock = arg;
    return vt_manage_attempts(manage, vt_steady_ms(), &lock->arena, &lock->attempts, &lock->attempts_n);
}

static void handle_read(void *arg, int err)
{
    struct lock *lock = arg;
    struct vt_api_login *login = lock->login;
    for (size_t i = 0; !err && i < lock->attempts_n; i++) {
        const struct vt_manage_attempt *attempt = &lock->attempts[i];
        struct vt_str hash = { attempt->key.ptr + 2, attempt->key.len - 2 };
        vt_login_limit_restore(attempt->key.ptr[0] == 'n' ? login->names : login->addresses, hash,
                               (unsigned)attempt->count, attempt->ends);
    }
    if (err)
        vt_log(VT_LOG_WARN, "login.locks", VT_LOG_T("error", vt_err_name(err)));
    free_lock(lock);
    login->locks_read = true;
    if (!login->closed)
        vt_login_attempts_judge(login);
}

int vt_login_locks_init(struct vt_api_login *login)
{
    struct lock *lock = new_lock(login);
    vt_login_limit_on_change(login->names, keep_name, login);
    vt_login_limit_on_change(login->addresses, keep_address, login);
    if (!lock)
        return VT_ERR_NOMEM;
    int err = vt_store_work(login->deps.store, read_locks, handle_read, lock);
    if (err)
        free_lock(lock);
    return err;
}

void vt_login_locks_finish(struct vt_api_login *login)
{
    VT_LIST_EACH (lock, &login->all_locks, struct lock, all)
        free_lock(lock);
}
