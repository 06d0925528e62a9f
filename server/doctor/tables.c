/* SPDX-License-Identifier: Apache-2.0 */
/* The tables, where they are in PostgreSQL: whether the server is there and may serve, how far it is, its
 * clock. */
#include <inttypes.h>
#include <stdlib.h>

#include "server/base/err.h"
#include "server/base/ids.h"
#include "server/doctor/doctor_internal.h"
#include "server/store/manage.h"

enum { TEXT_BYTES = 4096, ANSWERS = 9, ANSWER_WARN_MS = 5, CLOCK_WARN_MS = 2000 };

static int by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void look_at_clock(struct vt_doctor *doctor, int64_t apart)
{
    if (llabs(apart) <= CLOCK_WARN_MS) {
        vt_doctor_say(doctor, VT_DOCTOR_OK, "store.clock",
                      "The PostgreSQL server's clock agrees with this one.");
        return;
    }
    vt_doctor_say(doctor, VT_DOCTOR_WARN, "store.clock",
                  "The PostgreSQL server's clock is %d s %s this one.", (int)(llabs(apart) / 1000),
                  apart > 0 ? "before" : "behind");
    vt_doctor_cure(doctor, "set both machines' clocks by NTP: timedatectl set-ntp true");
}

void vt_doctor_tables(struct vt_doctor *doctor)
{
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf error = VT_BUF_INIT(TEXT_BYTES);
    int64_t took[ANSWERS], clock = 0;
    if (!doctor->config.store[0])
        return;
    struct vt_manage *manage = vt_manage_look(doctor->config.data, doctor->config.store, &error);
    int err = manage ? VT_OK : VT_ERR_IO;
    for (int i = 0; i < ANSWERS && !err; i++) {
        int64_t began = vt_now_ms();
        err = vt_manage_clock(manage, &clock);
        took[i] = vt_now_ms() - began;
    }
    if (err) {
        vt_doctor_say(doctor, VT_DOCTOR_FAIL, "store.reach", "%s",
                      manage ? vt_manage_error(manage) : vt_buf_cstr(&error));
        vt_doctor_cure(doctor,
                       "look at the option store, and at pg_hba.conf and listen_addresses of that server");
    } else {
        qsort(took, ANSWERS, sizeof(took[0]), by_size);
        int64_t ms = took[ANSWERS / 2];
        vt_doctor_say(
            doctor, ms > ANSWER_WARN_MS ? VT_DOCTOR_WARN : VT_DOCTOR_OK, "store.reach",
            "The PostgreSQL server answers in %" PRId64 " ms: each message waits for a few answers.", ms);
        if (ms > ANSWER_WARN_MS)
            vt_doctor_cure(doctor, "put the PostgreSQL server into the same network as Vitrine");
        look_at_clock(doctor, clock - vt_wall_ms());
    }
    vt_manage_close(manage);
}
