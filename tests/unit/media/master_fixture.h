/* SPDX-License-Identifier: Apache-2.0 */
/* One photo as a master, for tests that look at what is made of it. */
#ifndef VT_TEST_MASTER_FIXTURE_H
#define VT_TEST_MASTER_FIXTURE_H

#include "tests/unit/media/picture_fixture.h"
#include "tests/unit/media/pool_fixture.h"

static struct fixture fx;
static int master;

static inline int master_open(int width, int height)
{
    size_t len;
    void *jpeg = picture_jpeg(width, height, &len);
    fixture_open(&fx, 1);
    struct outcome out = fixture_ingest(&fx, jpeg, len, &master);
    assert_int_equal(out.last.err, VT_MEDIA_OK);
    outcome_finish(&out);
    g_free(jpeg);
    return 0;
}

static inline int master_close(void **state)
{
    (void)state;
    close(master);
    fixture_close(&fx);
    return 0;
}

#endif
