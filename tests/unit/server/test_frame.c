/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/cm.h"

#include <stdlib.h>
#include <string.h>

#include "server/conn.h"
#include "server/frame.h"

/* RFC 6455, section 5.2: the length in 7 bits, or 16, or 64 in network order. */
static void test_header_of_each_length(void **state)
{
    (void)state;
    static const struct {
        size_t len, head;
        uint8_t second;
    } cases[] = {
        { 0, 2, 0 },       { 1, 2, 1 },        { 125, 2, 125 },    { 126, 4, 126 },
        { 65535, 4, 126 }, { 65536, 10, 127 }, { 70000, 10, 127 },
    };
    char *payload = calloc(1, 70000);
    for (size_t i = 0; i < 70000; i++)
        payload[i] = (char)(i * 7);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct vt_frame *frame = vt_frame_create(VT_WS_TEXT, payload, cases[i].len);
        assert_int_equal(frame->len, cases[i].head + cases[i].len);
        assert_int_equal(frame->data[0], 0x81);
        assert_int_equal(frame->data[1], cases[i].second);
        if (cases[i].second == 126)
            assert_int_equal(frame->data[2] << 8 | frame->data[3], cases[i].len);
        assert_memory_equal(frame->data + cases[i].head, payload, cases[i].len);
        assert_null(vt_frame_unref(frame));
    }
    free(payload);
}

static void test_shared_until_the_last(void **state)
{
    (void)state;
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, "\1\2", 2);
    assert_int_equal(frame->data[0], 0x82);
    assert_ptr_equal(vt_frame_ref(frame), frame);
    vt_frame_unref(frame);
    assert_int_equal(frame->refs, 1);
    assert_null(vt_frame_unref(frame));
    assert_null(vt_frame_unref(NULL));
}

static void test_too_large(void **state)
{
    (void)state;
    assert_null(vt_frame_create(VT_WS_BINARY, "", 16 * 1024 * 1024 + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_header_of_each_length),
                                        cmocka_unit_test(test_shared_until_the_last),
                                        cmocka_unit_test(test_too_large) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
