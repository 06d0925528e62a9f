/* SPDX-License-Identifier: Apache-2.0 */
/* Mirror, to those who watch: each reads the book at its own pace, as far as its credit goes. */
#include "server/mirror_internal.h"

#include <stdlib.h>

#include "server/fanout.h"

enum { CREDIT_LEAST = 65536, AGAIN_MS = 1000, AGAIN_MOST = 2 };

/* --- the book ------------------------------------------------------------------------------------ */

static struct vt_chan *dom_of(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->dom)
            return member->dom;
    return NULL;
}

static void remember(struct vt_viewer *viewer, uint32_t seq, uint32_t bytes)
{
    if (viewer->flight_n == VT_MIRROR_FLIGHT) { /* counted with the last: it comes free a little later */
        viewer->flight[viewer->flight_n - 1].seq = seq;
        viewer->flight[viewer->flight_n - 1].bytes += bytes;
    } else {
        viewer->flight[viewer->flight_n].seq = seq;
        viewer->flight[viewer->flight_n++].bytes = bytes;
    }
    viewer->flying += bytes;
}

static void start_over(struct vt_viewer *viewer, uint32_t volume)
{
    viewer->volume = volume;
    viewer->unit = viewer->piece = 0;
}

static uint64_t slot_of(uint32_t node, uint16_t chan)
{
    return (uint64_t)VT_OP_SCROLL << 56 | (uint64_t)node << 16 | chan;
}

/* Behind the keyframe: where things were moved since. */
static void send_moved(struct vt_member *member, const struct vt_chan *dom)
{
    const struct vt_mirror *mirror = member->conv->mirror;
    if (mirror->size.frame)
        vt_peer_send(member->peer, mirror->size.frame, VT_CLASS_LATEST, (uint64_t)VT_OP_SIZE << 56 | dom->n);
    for (size_t i = 0; i < VT_MIRROR_SCROLLS; i++)
        if (mirror->scrolls[i].frame)
            vt_peer_send(member->peer, mirror->scrolls[i].frame, VT_CLASS_LATEST,
                         slot_of(mirror->scrolls[i].node, dom->n));
}

/* One piece. False: not now. */
static bool send_next(struct vt_member *member, const struct vt_chan *dom)
{
    struct vt_viewer *viewer = member->viewer;
    const struct vt_unit *unit = member->conv->mirror->book.units[viewer->unit];
    struct vt_frame *frame = unit->pieces[viewer->piece];
    if (viewer->flying + frame->len > viewer->credit ||
        !vt_peer_send(member->peer, frame, VT_CLASS_ORDERED, 0))
        return false;
    remember(viewer, unit->seq + (uint32_t)viewer->piece, frame->len);
    if (++viewer->piece < unit->pieces_n)
        return true;
    viewer->piece = 0;
    if (viewer->unit++ == 0)
        send_moved(member, dom);
    return true;
}

void vt_mirror_pump(struct vt_member *member)
{
    struct vt_viewer *viewer = member->viewer;
    struct vt_mirror *mirror = member->conv->mirror;
    const struct vt_chan *dom = dom_of(member->conv);
    if (!viewer || !mirror || !dom || member->holding || mirror->book.n == 0)
        return;
    if (viewer->chan != dom->n) { /* numbers begin anew */
        viewer->chan = dom->n;
        viewer->flight_n = viewer->flying = 0;
    }
    if (viewer->volume != mirror->book.volume) {
        start_over(viewer, mirror->book.volume);
        viewer->again_n = 0;
    }
    while (viewer->unit < mirror->book.n && send_next(member, dom))
        ;
}

void vt_mirror_pump_all(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        vt_mirror_pump(member);
}

/* --- what viewers say ------------------------------------------------------------------------------ */

static uint32_t clamp(uint32_t value, uint32_t least, uint32_t most)
{
    return value < least ? least : value > most ? most : value;
}

void vt_mirror_ack(struct vt_member *member, const struct vt_bin_ack *ack)
{
    struct vt_viewer *viewer = member->viewer;
    size_t done = 0;
    if (!viewer)
        return;
    while (done < viewer->flight_n && (int32_t)(ack->upto - viewer->flight[done].seq) >= 0)
        viewer->flying -= viewer->flight[done++].bytes;
    viewer->flight_n -= done;
    memmove(viewer->flight, viewer->flight + done, viewer->flight_n * sizeof(viewer->flight[0]));
    viewer->credit = clamp(ack->credit, CREDIT_LEAST, VT_MIRROR_CREDIT);
    vt_mirror_pump(member);
}

void vt_mirror_kreq(struct vt_member *member, uint8_t reason, int64_t now_ms)
{
    struct vt_viewer *viewer = member->viewer;
    if (!viewer || !vt_mirror_is_on(member->conv) || now_ms - viewer->again_ms < AGAIN_MS)
        return;
    viewer->again_ms = now_ms;
    viewer->flight_n = viewer->flying = 0;
    bool has_book = member->conv->mirror->book.n > 0;
    /* A sum that differs, or a book that did not help twice: only the page itself knows better. */
    if (!has_book || reason == VT_MIRROR_SUM || viewer->again_n++ >= AGAIN_MOST) {
        vt_mirror_want(member->conv, reason);
        return;
    }
    start_over(viewer, viewer->volume);
    vt_mirror_pump(member);
}

/* --- what moves ------------------------------------------------------------------------------------- */

static void keep(struct vt_moved *moved, uint32_t node, uint32_t key, struct vt_frame *frame)
{
    vt_frame_unref(moved->frame);
    *moved = (struct vt_moved){ .node = node, .key = key, .frame = vt_frame_ref(frame) };
}

static void keep_scroll(struct vt_mirror *mirror, uint32_t node, struct vt_frame *frame)
{
    struct vt_moved *at = NULL;
    for (size_t i = 0; i < VT_MIRROR_SCROLLS && !at; i++)
        if (mirror->scrolls[i].frame && mirror->scrolls[i].node == node)
            at = &mirror->scrolls[i];
    for (size_t i = 0; i < VT_MIRROR_SCROLLS && !at; i++)
        if (!mirror->scrolls[i].frame)
            at = &mirror->scrolls[i];
    if (!at)
        at = &mirror->scrolls[mirror->scrolls_next++ % VT_MIRROR_SCROLLS];
    keep(at, node, mirror->key_seq, frame);
}

void vt_mirror_moved(struct vt_member *customer, const struct vt_bin_head *head, uint32_t node,
                     const uint8_t *bytes, size_t len)
{
    struct vt_conversation *conv = customer->conv;
    if (!vt_mirror_is_on(conv))
        return;
    struct vt_frame *frame = vt_frame_create(VT_WS_BINARY, bytes, len);
    if (!frame)
        return;
    uint64_t key = head->chan;
    if (head->type == VT_BIN_SCROLL) {
        keep_scroll(conv->mirror, node, frame);
        key = slot_of(node, head->chan);
    } else if (head->type == VT_BIN_SIZE) {
        keep(&conv->mirror->size, 0, conv->mirror->key_seq, frame);
        key |= (uint64_t)VT_OP_SIZE << 56;
    }
    /* The end of a gesture is not overwritten; it needs no credit of the book's. */
    enum vt_class class = head->flags & VT_BIN_EDGE ? VT_CLASS_ORDERED : VT_CLASS_LATEST;
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        if (member->viewer && !member->holding)
            vt_peer_send(member->peer, frame, class, key);
    vt_frame_unref(frame);
}
