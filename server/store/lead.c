/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/lead.h"

#include <stdio.h>

#include "server/base/err.h"

static int read_lead(struct vt_db *db, const char *name, int64_t *ret_epoch)
{
    struct vt_stmt *stmt = vt_db_start(db, "SELECT value FROM meta WHERE name=?", VT_DB_T(vt_str(name)));
    int err = vt_db_step(db, stmt);
    *ret_epoch = err == VT_DB_ROW ? vt_db_int(stmt, 0) : 0;
    if (err == VT_DB_ROW)
        vt_db_end(stmt);
    return err == VT_DB_ROW ? VT_OK : err;
}

int vt_lead_take(struct vt_db *db, struct vt_lead *lead, const char *group, int64_t epoch,
                 int64_t *ret_newest)
{
    int64_t newest = 0;
    *lead = (struct vt_lead){ .epoch = epoch };
    snprintf(lead->name, sizeof(lead->name), "lead/%s", group);
    int err = vt_db_begin(db);
    if (err)
        return err;
    err = read_lead(db, lead->name, &newest);
    *ret_newest = newest;
    if (!err && newest >= epoch)
        err = VT_ERR_STALE;
    if (!err)
        err = vt_db_run(
            db, "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value=excluded.value",
            VT_DB_T(vt_str(lead->name)), VT_DB_N(epoch));
    if (!err)
        err = vt_db_commit(db);
    if (err)
        vt_db_go_back(db);
    return err;
}

int vt_lead_check(struct vt_db *db, struct vt_lead *lead)
{
    int64_t newest = 0;
    if (lead->epoch == 0)
        return VT_OK;
    int err = read_lead(db, lead->name, &newest);
    if (err || newest == lead->epoch)
        return err;
    lead->lost = true;
    return VT_ERR_STALE;
}
