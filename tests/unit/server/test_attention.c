/* SPDX-License-Identifier: Apache-2.0 */
/* What lies before a customer: the limits just below, at and above; what frees them; days; what failed after
 * all; the kept counts. */
#include "tests/unit/cm.h"

#include "server/attention.h"
#include "server/profile.h"
#include "tests/unit/server/core_people.h"

static struct human customer, ann;

static struct vt_conversation *begin(void)
{
    memset(&customer, 0, sizeof(customer));
    memset(&ann, 0, sizeof(ann));
    pair(&customer, &ann, "ann");
    struct vt_conversation *conv = vt_conv_find(core.app, VT_STR("shop"), vt_str(customer.conv));
    assert_non_null(conv);
    return conv;
}

static void end(void)
{
    ask(&customer, "bye", "{}");
    settle(20);
    client_drop(&customer.client);
    client_drop(&ann.client);
    core_turn(&core);
}

static void put(struct vt_conversation *conv, enum vt_attention_kind kind, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        assert_int_equal(vt_attention_may(conv, kind, NULL), VT_OK);
        vt_attention_put(conv, kind);
    }
}

static void test_at_the_limit_no_further_one_until_an_answer(void **state)
{
    static const unsigned limits[] = { 6, 4, 2 };
    (void)state;
    struct vt_conversation *conv = begin();
    struct vt_error error = { 0 };
    for (int kind = 0; kind < VT_ATTENTION_NONE; kind++) {
        put(conv, (enum vt_attention_kind)kind, limits[kind]);
        assert_int_equal(vt_attention_may(conv, (enum vt_attention_kind)kind, &error), VT_ERR_ATTENTION_FULL);
        assert_int_equal(error.err, VT_ERR_ATTENTION_FULL);
    }
    assert_non_null(strstr(error.msg, "2 questions lie"));
    assert_true(strlen(error.msg) < sizeof(error.msg) - 1); /* none of its words is cut off */
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_NONE, NULL), VT_OK);
    vt_attention_answered(conv);
    for (int kind = 0; kind < VT_ATTENTION_NONE; kind++)
        assert_int_equal(vt_attention_may(conv, (enum vt_attention_kind)kind, NULL), VT_OK);
    end();
}

static void test_a_day_has_its_own_bound_and_ends(void **state)
{
    (void)state;
    struct vt_conversation *conv = begin();
    struct vt_error error = { 0 };
    for (int i = 0; i < 10; i++) {
        put(conv, VT_ATTENTION_PROMPT, 2);
        vt_attention_answered(conv);
    }
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PROMPT, &error), VT_ERR_ATTENTION_FULL);
    assert_non_null(strstr(error.msg, "20 questions have been put"));
    assert_true(strlen(error.msg) < sizeof(error.msg) - 1);
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PUSH, NULL), VT_OK);
    conv->attention.day--; /* it was yesterday */
    put(conv, VT_ATTENTION_PROMPT, 1);
    assert_int_equal(conv->attention.today[VT_ATTENTION_PROMPT], 1);
    end();
}

static void test_paused_nothing_comes_but_questions(void **state)
{
    (void)state;
    struct vt_conversation *conv = begin();
    assert_int_equal(vt_attention_calm(conv, true), VT_OK);
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PICTURE, NULL), VT_ERR_ATTENTION_CALM);
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PUSH, NULL), VT_ERR_ATTENTION_CALM);
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PROMPT, NULL), VT_OK);
    assert_int_equal(vt_attention_calm(conv, false), VT_OK);
    assert_int_equal(vt_attention_may(conv, VT_ATTENTION_PICTURE, NULL), VT_OK);
    end();
}

/* A card under a cid of its own, as the browser sends it. */
static struct vt_reply_to send_card(struct vt_conversation *conv)
{
    struct vt_reply_to to = { .app = core.app };
    client_cid(to.cid);
    memcpy(to.site, conv->site, sizeof(to.site));
    memcpy(to.conv, conv->conv, sizeof(to.conv));
    uint32_t id = client_ask(&ann.client, "chat.send", ann.c, to.cid,
                             "{\"kind\":\"product\",\"body\":{\"product\":{\"sku\":\"VT-1\"}}}");
    assert_non_null(strstr(answer(&ann, id), "\"ok\":true"));
    return to;
}

static void test_what_failed_after_all_counts_no_more(void **state)
{
    (void)state;
    struct vt_conversation *conv = begin();
    const uint32_t *waiting = conv->attention.waiting, *today = conv->attention.today;
    struct vt_reply_to first = send_card(conv), second = send_card(conv);
    assert_int_equal(waiting[VT_ATTENTION_PUSH], 2);
    vt_attention_failed(&first);
    vt_attention_failed(&first);
    assert_int_equal(waiting[VT_ATTENTION_PUSH], 1);
    assert_int_equal(today[VT_ATTENTION_PUSH], 1);
    vt_attention_answered(conv);
    send_card(conv);
    vt_attention_failed(&second); /* answered since: the newer one still lies there */
    assert_int_equal(waiting[VT_ATTENTION_PUSH], 1);
    end();
}

static void test_the_counts_are_kept_and_read_again(void **state)
{
    (void)state;
    struct vt_conversation *conv = begin();
    put(conv, VT_ATTENTION_PICTURE, 3);
    put(conv, VT_ATTENTION_PUSH, 1);
    assert_int_equal(vt_attention_calm(conv, true), VT_OK);
    memset(&conv->attention, 0, sizeof(conv->attention));
    conv->calm = false;
    char *json = strdup(conv->profile);
    vt_profile_load(conv, vt_str(json));
    free(json);
    assert_int_equal(conv->attention.waiting[VT_ATTENTION_PICTURE], 3);
    assert_int_equal(conv->attention.today[VT_ATTENTION_PUSH], 1);
    assert_true(conv->calm);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_the_limit_no_further_one_until_an_answer),
        cmocka_unit_test(test_a_day_has_its_own_bound_and_ends),
        cmocka_unit_test(test_paused_nothing_comes_but_questions),
        cmocka_unit_test(test_what_failed_after_all_counts_no_more),
        cmocka_unit_test(test_the_counts_are_kept_and_read_again),
    };
    return cmocka_run_group_tests(tests, people_setup, people_teardown);
}
