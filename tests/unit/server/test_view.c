/* SPDX-License-Identifier: Apache-2.0 */
/* The shared view, rule by rule: who changes what from which base, marks and their limits, in and out. */
#include "tests/unit/cm.h"

#include <stdio.h>
#include <string.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/view.h"

enum { T0 = 100000 };

static struct vt_view *view;

static int setup(void **state)
{
    (void)state;
    view = vt_view_create();
    return view ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vt_view_destroy(view);
    view = NULL;
    return 0;
}

static int open_items(const char *by, size_t n, uint16_t active)
{
    static struct vt_t_view_item_new items[VT_VIEW_ITEMS + 1];
    for (size_t i = 0; i <= VT_VIEW_ITEMS; i++)
        items[i] = (struct vt_t_view_item_new){ .media = VT_STR("m"), .sku = VT_STR("sku") };
    struct vt_msg_view_open msg = {
        .items = items, .items_n = n, .active = active, .mode = VT_VIEW_MODE_IMAGE
    };
    return vt_view_open(view, by, &msg, T0);
}

static struct vt_t_view exported(void)
{
    static struct vt_arena arena;
    static bool used;
    if (used)
        vt_arena_finish(&arena);
    used = true;
    vt_arena_init(&arena, 16 * 1024 * 1024);
    struct vt_t_view ret;
    assert_int_equal(vt_view_export(view, &arena, &ret), VT_OK);
    return ret;
}

static int add(const char *media, uint16_t *ret_slot)
{
    struct vt_t_view_item_new item = { .media = vt_str(media) };
    struct vt_msg_view_item msg = { .add = &item };
    return vt_view_item(view, &msg, 0, ret_slot);
}

static int drop(uint16_t slot)
{
    uint16_t none;
    struct vt_msg_view_item msg = { .drop = slot, .has_drop = true };
    return vt_view_item(view, &msg, 0, &none);
}

static int set_rect(uint32_t base, double x, double y, double size)
{
    struct vt_msg_view_set msg = { .base = base, .has_rect = true, .rect = { x, y, size, size } };
    return vt_view_set(view, &msg, T0);
}

static int compare(uint32_t base, const uint16_t *slots, size_t n)
{
    struct vt_msg_compare_set msg = {
        .base = base, .slots = (uint16_t *)slots, .slots_n = n, .scale = VT_COMPARE_SCALE_TRUE
    };
    return vt_view_compare(view, &msg, T0);
}

static int mark(const char *by, uint16_t slot, size_t points_n, uint32_t *ret_mark)
{
    static double points[VT_VIEW_POINTS * 2 + 2];
    for (size_t i = 0; i < VT_COUNT(points); i++)
        points[i] = (double)(i % 97) / 97;
    struct vt_msg_mark_add msg = {
        .slot = slot, .kind = VT_MARK_KIND_INK, .points = points, .points_n = points_n
    };
    return vt_view_mark_add(view, by, &msg, ret_mark);
}

static void test_open(void **state)
{
    (void)state;
    assert_false(vt_view_is_open(view));
    assert_int_equal(open_items("a1", 0, 1), VT_ERR_FIELD_BAD);
    assert_int_equal(open_items("a1", 2, 0), VT_ERR_FIELD_BAD);
    assert_int_equal(open_items("a1", 2, 3), VT_ERR_FIELD_BAD);
    assert_int_equal(open_items("a1", VT_VIEW_ITEMS + 1, 1), VT_ERR_FIELD_BAD);
    assert_int_equal(vt_view_seq(view), 0); /* refused: nothing has changed */
    assert_int_equal(open_items("a1", 3, 2), VT_OK);
    struct vt_t_view v = exported();
    assert_int_equal(v.items_n, 3);
    assert_int_equal(v.active, 2);
    assert_int_equal(v.seq, 1);
    assert_string_equal(vt_view_driver(view), "a1");
    assert_true(v.rect[2] == 1 && v.rect[0] == 0);
    assert_int_equal(open_items("c", 1, 1),
                     VT_OK); /* numbers go on: a late mark must not land on another piece */
    assert_int_equal(vt_view_active(view), 4);
}

static void test_slots_wrap_past_zero_and_past_what_is_there(void **state)
{
    (void)state;
    uint16_t slot = 0, kept;
    add("kept", &kept);
    for (unsigned i = 0; i < 70000; i++) {
        assert_int_equal(add("m", &slot), VT_OK);
        assert_int_not_equal(slot, 0);
        assert_int_not_equal(slot, kept);
        assert_int_equal(drop(slot), VT_OK);
    }
    for (unsigned i = 0; i < 6000; i++) {
        assert_int_equal(open_items("a1", 12, 12), VT_OK);
        assert_int_not_equal(vt_view_active(view), 0);
    }
}

static void test_set_is_stale_after_a_structural_change_only(void **state)
{
    (void)state;
    assert_int_equal(set_rect(0, 0, 0, 1), VT_ERR_VIEW_STALE); /* nothing is open */
    open_items("a1", 2, 1);
    uint32_t base = vt_view_seq(view);
    assert_int_equal(set_rect(base, 0.1, 0.1, 0.5), VT_OK);
    assert_int_equal(set_rect(base, 0.2, 0.2, 0.5), VT_OK); /* the last gesture wins */
    struct vt_msg_view_set other = { .base = base, .has_active = true, .active = 2 };
    assert_int_equal(vt_view_set(view, &other, T0), VT_OK);
    assert_true(exported().rect[2] == 1); /* another piece is seen whole */
    assert_int_equal(set_rect(base, 0.3, 0.3, 0.5), VT_ERR_VIEW_STALE);
    assert_int_equal(set_rect(vt_view_seq(view), 0.3, 0.3, 0.5), VT_OK);
    base = vt_view_seq(view);
    struct vt_msg_view_set same = {
        .base = base, .has_active = true, .active = 2, .has_mode = true, .mode = VT_VIEW_MODE_IMAGE
    };
    assert_int_equal(vt_view_set(view, &same, T0), VT_OK); /* the same piece and mode are no change */
    assert_int_equal(set_rect(base, 0.3, 0.3, 0.5), VT_OK);
    struct vt_msg_view_set mode = { .base = vt_view_seq(view), .has_mode = true, .mode = VT_VIEW_MODE_SPIN };
    assert_int_equal(vt_view_set(view, &mode, T0), VT_OK);
    assert_int_equal(set_rect(base, 0.3, 0.3, 0.5), VT_ERR_VIEW_STALE);
}

static void test_set_refuses_what_is_not_there(void **state)
{
    (void)state;
    open_items("a1", 2, 1);
    uint32_t seq = vt_view_seq(view);
    struct vt_msg_view_set nobody = { .base = seq, .has_active = true, .active = 9 };
    assert_int_equal(vt_view_set(view, &nobody, T0), VT_ERR_NOT_FOUND);
    assert_int_equal(set_rect(seq, 0, 0, 0), VT_ERR_FIELD_BAD);
    assert_int_equal(set_rect(seq, 0, 0, 1.5), VT_ERR_FIELD_BAD);
    assert_int_equal(set_rect(seq, 0.9, 0.9, 0.5), VT_ERR_FIELD_BAD); /* its centre is outside */
    assert_int_equal(set_rect(seq, 0.9, -0.2, 0.2), VT_ERR_FIELD_BAD);
    assert_int_equal(vt_view_seq(view), seq);
    assert_int_equal(set_rect(seq, 0.75, -0.25, 0.5), VT_OK); /* the edge may be */
}

static void test_items(void **state)
{
    (void)state;
    uint16_t slot;
    struct vt_msg_view_item neither = { 0 };
    assert_int_equal(vt_view_item(view, &neither, 0, &slot), VT_ERR_FIELD_BAD);
    for (unsigned i = 0; i < VT_VIEW_ITEMS; i++)
        assert_int_equal(add("m", &slot), VT_OK);
    assert_int_equal(add("m", &slot), VT_ERR_CAP_REACHED);
    assert_int_equal(vt_view_active(view), 12); /* what is added is shown */
    assert_int_equal(drop(99), VT_ERR_NOT_FOUND);
    uint32_t base = vt_view_seq(view);
    assert_int_equal(drop(12), VT_OK);
    assert_int_equal(vt_view_active(view), 11); /* its neighbour takes its place */
    assert_int_equal(set_rect(base, 0, 0, 0.5), VT_ERR_VIEW_STALE);
    for (uint16_t i = 2; i <= 10; i++)
        drop(i);
    assert_int_equal(vt_view_active(view), 11);
    assert_int_equal(drop(11), VT_OK);
    assert_int_equal(vt_view_active(view), 1);
    assert_int_equal(drop(1), VT_OK);
    assert_int_equal(vt_view_active(view), 0);
    assert_false(vt_view_is_open(view));
}

static void test_the_wheel(void **state)
{
    (void)state;
    open_items("a1", 1, 1);
    assert_int_equal(vt_view_drive(view, "c", true, T0 + VT_VIEW_HOLD_MS - 1),
                     VT_ERR_DRIVER_OTHER); /* in the middle of a gesture */
    assert_int_equal(vt_view_drive(view, "c", false, T0 + 5000),
                     VT_ERR_DRIVER_OTHER); /* not theirs to let go */
    assert_int_equal(vt_view_drive(view, "c", true, T0 + VT_VIEW_HOLD_MS), VT_OK);
    assert_string_equal(vt_view_driver(view), "c");
    assert_int_equal(vt_view_drive(view, "c", true, T0 + 401), VT_OK);
    assert_int_equal(vt_view_drive(view, "c", false, T0 + 402), VT_OK);
    assert_string_equal(vt_view_driver(view), "");
    assert_int_equal(vt_view_drive(view, "a1", true, T0 + 403), VT_OK); /* nobody's: at once */
    assert_false(vt_view_leave(view, "c"));
    assert_true(vt_view_leave(view, "a1"));
    assert_string_equal(vt_view_driver(view), "");
}

static struct vt_bin_view motion(uint32_t vseq, uint16_t slot, double cx, double scale)
{
    return (struct vt_bin_view){ .vseq = vseq,
                                 .slot = slot,
                                 .cx = (uint32_t)(cx * 4294967295.0),
                                 .cy = 0x80000000u,
                                 .scale = (uint32_t)(scale * 65536),
                                 .frame = 7,
                                 .t_ms = 1500 };
}

static void test_motion(void **state)
{
    (void)state;
    struct vt_bin_view frame = motion(0, 1, 0.5, 2);
    assert_int_equal(vt_view_motion(view, &frame, T0), VT_ERR_VIEW_STALE);
    open_items("a1", 2, 1);
    uint32_t base = vt_view_seq(view);
    frame = motion(base, 1, 0.25, 4);
    assert_int_equal(vt_view_motion(view, &frame, T0 + 1000), VT_OK);
    assert_int_equal(frame.vseq, base + 1);
    struct vt_t_view v = exported();
    assert_true(v.rect[0] > 0.1249 && v.rect[0] < 0.1251 && v.rect[2] == 0.25);
    assert_false(v.has_frame);
    assert_int_equal(vt_view_drive(view, "c", true, T0 + 1000 + VT_VIEW_HOLD_MS - 1),
                     VT_ERR_DRIVER_OTHER); /* motion holds the wheel */
    frame = motion(base, 1, 0.5, 0.25);
    assert_int_equal(vt_view_motion(view, &frame, T0), VT_OK); /* an older base of the same structure */
    assert_true(exported().rect[2] == 1);                      /* never smaller than whole */
    frame = motion(vt_view_seq(view), 2, 0.5, 1);
    assert_int_equal(vt_view_motion(view, &frame, T0), VT_ERR_VIEW_STALE); /* not the active piece */
    struct vt_msg_view_set mode = { .base = vt_view_seq(view), .has_mode = true, .mode = VT_VIEW_MODE_SPIN };
    vt_view_set(view, &mode, T0);
    frame = motion(base, 1, 0.5, 1);
    assert_int_equal(vt_view_motion(view, &frame, T0), VT_ERR_VIEW_STALE);
    frame = motion(vt_view_seq(view), 1, 0.5, 1);
    assert_int_equal(vt_view_motion(view, &frame, T0), VT_OK);
    assert_true(exported().has_frame); /* where the spin was left */
    assert_int_equal(exported().frame, 7);
}

static void test_marks(void **state)
{
    (void)state;
    uint32_t one, two, n;
    assert_int_equal(mark("c", 1, 4, &one), VT_ERR_NOT_FOUND);
    open_items("a1", 2, 1);
    assert_int_equal(mark("c", 1, 4, &one), VT_OK);
    assert_int_equal(mark("a1", 1, 4, &two), VT_OK);
    assert_int_not_equal(one, two);
    assert_int_equal(mark("c", 1, 2, &n), VT_ERR_FIELD_BAD);
    assert_int_equal(mark("c", 1, 5, &n), VT_ERR_FIELD_BAD);
    assert_int_equal(mark("c", 1, VT_VIEW_POINTS * 2 + 2, &n), VT_ERR_FIELD_BAD);
    assert_int_equal(mark("c", 9, 4, &n), VT_ERR_NOT_FOUND);
    struct vt_t_mark m;
    assert_true(vt_view_mark(view, one, &m));
    assert_true(m.points[1] == 0.01031); /* five digits of 1/97 */
    assert_int_equal(vt_view_mark_drop(view, "c", (uint32_t[]){ one, two }, 2), VT_ERR_DRIVER_OTHER);
    assert_true(vt_view_mark(view, one, &m)); /* all or none */
    assert_int_equal(vt_view_mark_drop(view, "c", (uint32_t[]){ one, 77 }, 2), VT_ERR_NOT_FOUND);
    assert_int_equal(vt_view_mark_drop(view, "c", (uint32_t[]){ one, one }, 2), VT_OK);
    assert_false(vt_view_mark(view, one, &m));
    mark("c", 1, 4, &one);
    assert_int_equal(vt_view_mark_drop(view, "a1", (uint32_t[]){ one, two }, 2), VT_OK); /* the driver any */
    mark("c", 2, 4, &one);
    drop(2);
    assert_false(vt_view_mark(view, one, &m)); /* they go with their piece */
}

static void test_marks_have_limits_that_a_snapshot_holds(void **state)
{
    (void)state;
    uint32_t n;
    open_items("a1", VT_VIEW_ITEMS, 1);
    for (unsigned i = 0; i < VT_VIEW_MARKS_SLOT; i++)
        assert_int_equal(mark("c", 1, 4, &n), VT_OK);
    assert_int_equal(mark("c", 1, 4, &n), VT_ERR_CAP_REACHED);
    uint16_t slot = 2;
    while (slot <= VT_VIEW_ITEMS && mark("c", slot, VT_VIEW_POINTS * 2, &n) == VT_OK)
        slot++;
    assert_true(slot <= VT_VIEW_ITEMS); /* all together they are bounded, too */
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf json = VT_BUF_INIT(60000);
    struct vt_t_view v = exported();
    assert_int_equal(vt_encode_body(&json, &vt_shape_view, &v), VT_OK);
}

static void test_strokes(void **state)
{
    (void)state;
    uint32_t n;
    struct vt_bin_draw draw = {
        .stroke = 1, .slot = 1, .kind = VT_MARK_KIND_INK, .colour = 3, .points_n = 100
    };
    assert_int_equal(vt_view_stroke(view, "c", &draw, false, &n), VT_ERR_NOT_FOUND);
    open_items("a1", 1, 1);
    for (size_t i = 0; i < 100; i++)
        draw.points[i].x = draw.points[i].y = (uint16_t)(i * 600);
    assert_int_equal(vt_view_stroke(view, "c", &draw, false, &n), VT_OK);
    assert_int_equal(n, 0);
    assert_int_equal(vt_view_stroke(view, "a1", &draw, true, &n),
                     VT_OK); /* another person's stroke 1 is another stroke */
    struct vt_t_mark m;
    assert_true(vt_view_mark(view, n, &m));
    assert_int_equal(m.points_n, 200);
    for (int i = 0; i < 3; i++)
        vt_view_stroke(view, "c", &draw, false, &n);
    assert_int_equal(vt_view_stroke(view, "c", &draw, true, &n), VT_OK);
    assert_true(vt_view_mark(view, n, &m));
    assert_int_equal(m.points_n, VT_VIEW_POINTS * 2); /* the rest is cut */
    draw.stroke = 2;
    vt_view_stroke(view, "c", &draw, false, &n);
    draw.stroke = 3;
    vt_view_stroke(view, "c", &draw, true, &n); /* one at a time: the older one is given up */
    assert_true(vt_view_mark(view, n, &m));
    assert_int_equal(m.points_n, 200);
    for (char who[] = "g0"; who[1] < '8'; who[1]++)
        assert_int_equal(vt_view_stroke(view, who, &draw, false, &n), VT_OK);
    assert_int_equal(vt_view_stroke(view, "g9", &draw, false, &n), VT_ERR_CAP_REACHED);
    vt_view_leave(view, "g3");
    assert_int_equal(vt_view_stroke(view, "g9", &draw, false, &n), VT_OK);
}

static void test_close_forgets(void **state)
{
    (void)state;
    uint32_t n;
    open_items("a1", 2, 1);
    mark("c", 1, 4, &n);
    uint32_t base = vt_view_seq(view);
    vt_view_close(view);
    struct vt_t_view v = exported();
    assert_int_equal(v.items_n + v.marks_n + v.active, 0);
    assert_string_equal(vt_view_driver(view), "");
    open_items("a1", 2, 1);
    assert_int_equal(set_rect(base, 0, 0, 0.5), VT_ERR_VIEW_STALE);
}

/* Out as JSON, in again: the same JSON, and the next numbers are new. */
static void test_export_and_import(void **state)
{
    (void)state;
    VT_CLEANUP(vt_buf_finish)
    struct vt_buf before = VT_BUF_INIT(65536), after = VT_BUF_INIT(65536);
    VT_CLEANUP(vt_arena_finish)
    struct vt_arena arena;
    uint32_t n, last;
    uint16_t slot;
    open_items("a1", 3, 2);
    mark("c", 2, 20, &n);
    mark("a1", 3, 4, &last);
    set_rect(vt_view_seq(view), 0.125, 0.25, 0.5);
    struct vt_t_view v = exported(), in = { 0 };
    assert_int_equal(vt_encode_body(&before, &vt_shape_view, &v), VT_OK);
    struct vt_error error;
    vt_arena_init(&arena, 1024 * 1024);
    assert_int_equal(vt_decode_body(&arena, &vt_shape_view, vt_buf_view(&before), &in, &error), VT_OK);
    vt_view_destroy(view);
    view = vt_view_create();
    assert_int_equal(vt_view_import(view, &in), VT_OK);
    v = exported();
    assert_int_equal(vt_encode_body(&after, &vt_shape_view, &v), VT_OK);
    assert_string_equal(vt_buf_cstr(&after), vt_buf_cstr(&before));
    assert_int_equal(add("new", &slot), VT_OK);
    assert_int_equal(slot, 4);
    assert_int_equal(mark("c", 4, 4, &n), VT_OK);
    assert_int_equal(n, last + 1);
    assert_int_equal(vt_view_drive(view, "c", true, T0),
                     VT_OK); /* whoever drove before the restart holds nothing */
}

static void test_compare(void **state)
{
    static const uint16_t two[] = { 3, 1 }, twice[] = { 1, 1 }, gone[] = { 1, 9 };
    (void)state;
    assert_int_equal(compare(0, two, 2), VT_ERR_VIEW_STALE); /* nothing is shown */
    open_items("c", 3, 2);
    uint32_t seq = vt_view_seq(view);
    assert_int_equal(compare(seq, two, 1), VT_ERR_FIELD_BAD);
    assert_int_equal(compare(seq, twice, 2), VT_ERR_FIELD_BAD);
    assert_int_equal(compare(seq, gone, 2), VT_ERR_NOT_FOUND);
    assert_int_equal(vt_view_seq(view), seq); /* a refusal changes nothing */
    assert_int_equal(compare(seq, two, 2), VT_OK);
    assert_int_equal(compare(seq, two, 2), VT_ERR_VIEW_STALE);
    struct vt_t_view now = exported();
    assert_int_equal(now.mode, VT_VIEW_MODE_COMPARE);
    assert_int_equal(now.active, 3); /* what was on show is not among them */
    assert_int_equal(now.compare->slots_n, 2);
    assert_int_equal(now.compare->scale, VT_COMPARE_SCALE_TRUE);
    assert_int_equal(drop(3), VT_OK);
    now = exported();
    assert_null(now.compare);
    assert_int_equal(now.mode, VT_VIEW_MODE_IMAGE);
    assert_int_equal(now.active, 1);
}

/* A store may hold a comparison of pieces that are not there: the view counts, not that. */
static void test_compare_import(void **state)
{
    uint16_t slots[] = { 1, 2, 7 };
    (void)state;
    open_items("c", 3, 1);
    struct vt_t_view kept = exported();
    struct vt_t_comparison both = { slots, 2, VT_COMPARE_SCALE_FIT },
                           torn = { slots, 3, VT_COMPARE_SCALE_FIT };
    struct vt_view *other = vt_view_create();
    kept.mode = VT_VIEW_MODE_COMPARE;
    kept.compare = &torn;
    assert_int_equal(vt_view_import(other, &kept), VT_OK);
    assert_int_equal(vt_view_mode(other), VT_VIEW_MODE_IMAGE);
    kept.compare = &both;
    assert_int_equal(vt_view_import(other, &kept), VT_OK);
    assert_int_equal(vt_view_mode(other), VT_VIEW_MODE_COMPARE);
    vt_view_destroy(other);
}

/* --- the film ----------------------------------------------------------------------------------- */

enum { FILM_MS = 7500, WALL = 1000000 };

static int play(uint16_t slot, double t, bool paused, int64_t wall_ms)
{
    struct vt_msg_film_play msg = { .slot = slot, .t = t, .rate = 1, .paused = paused };
    return vt_view_play(view, &msg, FILM_MS, T0, wall_ms);
}

static void test_a_film_plays_from_a_place_since_a_time(void **state)
{
    (void)state;
    assert_int_equal(open_items("c", 3, 1), VT_OK);
    assert_false(exported().has_at);
    assert_int_equal(play(9, 0, false, WALL), VT_ERR_NOT_FOUND);
    assert_int_equal(play(2, 7.6, false, WALL), VT_ERR_FIELD_BAD);
    uint32_t seq = vt_view_seq(view);
    assert_int_equal(play(2, 1.5, false, WALL), VT_OK); /* and shows it */
    assert_int_equal(vt_view_seq(view), seq + 1);
    struct vt_t_view now = exported();
    assert_int_equal(now.active, 2);
    assert_int_equal(now.mode, VT_VIEW_MODE_FILM);
    assert_true(now.has_at && now.has_rate && now.has_paused && !now.paused && now.at == WALL);
    assert_true(now.t > 1.49 && now.t < 1.51);
    /* Another film on show is another view; the same one further on is not. */
    struct vt_msg_view_set stale = { .base = seq, .has_t = true }, fresh = { .base = seq + 1 };
    assert_int_equal(vt_view_set(view, &stale, T0), VT_ERR_VIEW_STALE);
    assert_int_equal(play(2, 3, true, WALL + 1500), VT_OK);
    assert_int_equal(vt_view_set(view, &fresh, T0), VT_OK);
    /* Moving the picture does not move the film. */
    struct vt_bin_view moved = { .vseq = vt_view_seq(view), .slot = 2, .scale = 65536, .t_ms = 0 };
    assert_int_equal(vt_view_motion(view, &moved, T0), VT_OK);
    now = exported();
    assert_true(now.t > 2.9 && now.paused);

    struct vt_view *other = vt_view_create();
    struct vt_arena arena;
    vt_arena_init(&arena, 65536);
    struct vt_t_view kept, again;
    assert_int_equal(vt_view_export(view, &arena, &kept), VT_OK);
    assert_int_equal(vt_view_import(other, &kept), VT_OK);
    assert_int_equal(vt_view_export(other, &arena, &again), VT_OK);
    assert_true(again.at == WALL + 1500 && again.paused && again.has_rate);
    vt_arena_finish(&arena);
    vt_view_destroy(other);

    struct vt_msg_view_set next = { .base = vt_view_seq(view), .active = 1, .has_active = true };
    assert_int_equal(vt_view_set(view, &next, T0), VT_OK);
    assert_false(exported().has_at); /* that was the other one's */
}

/* --- the spin ----------------------------------------------------------------------------------- */

static int turn(uint16_t slot, uint16_t frame, double rpm, int64_t now_ms)
{
    struct vt_msg_spin_turn msg = { .slot = slot, .frame = frame, .rpm = rpm };
    return vt_view_turn(view, &msg, 24, now_ms);
}

static void spin_on(int64_t now_ms)
{
    struct vt_msg_view_set set = { .base = vt_view_seq(view), .mode = VT_VIEW_MODE_SPIN, .has_mode = true };
    assert_int_equal(vt_view_set(view, &set, now_ms), VT_OK);
}

static void test_a_spin_turns_by_itself(void **state)
{
    (void)state;
    assert_int_equal(open_items("c", 2, 1), VT_OK);
    assert_int_equal(turn(1, 0, 6, T0), VT_ERR_VIEW_STALE); /* not in mode spin yet */
    spin_on(T0);
    assert_int_equal(turn(2, 0, 6, T0), VT_ERR_VIEW_STALE);
    assert_int_equal(turn(1, 24, 6, T0), VT_ERR_FIELD_BAD);
    uint32_t seq = vt_view_seq(view);
    assert_int_equal(turn(1, 20, 6, T0), VT_OK); /* 2.4 frames a second */
    assert_int_equal(vt_view_seq(view), seq + 1);
    vt_view_advance(view, T0 + 416);
    assert_int_equal(exported().frame, 20);
    vt_view_advance(view, T0 + 417);
    assert_int_equal(exported().frame, 21);
    vt_view_advance(view, T0 + 2500); /* the steps before are not lost */
    assert_int_equal(exported().frame, 2);
    assert_true(exported().has_rpm);
    assert_int_equal(turn(1, 2, -6, T0 + 2500), VT_OK);
    vt_view_advance(view, T0 + 5000);
    assert_int_equal(exported().frame, 20);
    assert_int_equal(turn(1, 5, 0, T0 + 5000), VT_OK);
    vt_view_advance(view, T0 + 900000);
    assert_int_equal(exported().frame, 5);
    assert_false(exported().has_rpm);
}

static void test_another_piece_stands_at_its_first_frame(void **state)
{
    (void)state;
    open_items("c", 2, 1);
    spin_on(T0);
    assert_int_equal(turn(1, 7, 10, T0), VT_OK);
    struct vt_msg_view_set set = { .base = vt_view_seq(view), .active = 2, .has_active = true };
    assert_int_equal(vt_view_set(view, &set, T0 + 10), VT_OK);
    vt_view_advance(view, T0 + 60000);
    assert_int_equal(exported().frame, 0);
    assert_false(exported().has_frame);
    assert_false(exported().has_rpm);
}

static void test_a_mark_belongs_to_the_frame_it_was_drawn_on(void **state)
{
    double points[4] = { 0.1, 0.1, 0.2, 0.2 };
    struct vt_msg_mark_add msg = { .slot = 1, .kind = VT_MARK_KIND_ARROW, .points = points, .points_n = 4 };
    struct vt_arena arena;
    struct vt_evt_view_kept kept;
    struct vt_t_mark mark;
    uint32_t on_still, on_frame;
    (void)state;
    open_items("c", 1, 1);
    assert_int_equal(vt_view_mark_add(view, "c", &msg, &on_still), VT_OK);
    spin_on(T0);
    assert_int_equal(turn(1, 7, 0, T0), VT_OK);
    assert_int_equal(vt_view_mark_add(view, "c", &msg, &on_frame), VT_OK);
    assert_true(vt_view_mark(view, on_frame, &mark));
    assert_true(mark.has_frame && mark.frame == 7);
    assert_true(vt_view_mark(view, on_still, &mark));
    assert_false(mark.has_frame);
    vt_arena_init(&arena, 1 << 20);
    assert_true(vt_view_keep(view, T0 + 5000, &arena, &kept));
    assert_int_equal(kept.marks_n, 2);
    assert_int_equal(turn(1, 8, 0, T0), VT_OK);
    assert_true(vt_view_keep(view, T0 + 5000, &arena, &kept));
    assert_int_equal(kept.marks_n, 1);
    assert_int_equal(kept.frame, 8);
    vt_arena_finish(&arena);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(test_open),
        T(test_compare),
        T(test_compare_import),
        T(test_slots_wrap_past_zero_and_past_what_is_there),
        T(test_set_is_stale_after_a_structural_change_only),
        T(test_items),
        T(test_set_refuses_what_is_not_there),
        T(test_the_wheel),
        T(test_motion),
        T(test_marks),
        T(test_marks_have_limits_that_a_snapshot_holds),
        T(test_strokes),
        T(test_close_forgets),
        T(test_export_and_import),
        cmocka_unit_test_setup_teardown(test_a_film_plays_from_a_place_since_a_time, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_spin_turns_by_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(test_another_piece_stands_at_its_first_frame, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_mark_belongs_to_the_frame_it_was_drawn_on, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
