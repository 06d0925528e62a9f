/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "media/room.h"
#include "tests/unit/cm.h"

static void a_twentieth_stays_free(void **state)
{
    (void)state;
    assert_true(vt_room_in(1000, 51, 1));
    assert_true(vt_room_in(1000, 50, 0));
    assert_false(vt_room_in(1000, 50, 1));
    assert_false(vt_room_in(1000, 49, 0));
    assert_true(vt_room_in(1000, 1000, 950));
    assert_false(vt_room_in(1000, 1000, 951));
    assert_false(vt_room_in(1000, 1000, UINT64_MAX));
}

static void asks_the_disk(void **state)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)state;
    assert_false(vt_room_for(fd, UINT64_MAX / 2));
    assert_false(vt_room_for(-1, 0));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_twentieth_stays_free),
        cmocka_unit_test(asks_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
