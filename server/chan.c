/* SPDX-License-Identifier: Apache-2.0 */
#include "server/chan.h"

#include <stdlib.h>

#include "protocol/codec/codec.h"
#include "server/base/err.h"
#include "server/fanout.h"
#include "server/people.h"
#include "server/view.h"

enum { TABLE = VT_BIN_CHAN_LAST + 1 };

struct vt_chan *vt_chan_find(struct vt_app *app, uint16_t n)
{
    return app->chans && n < TABLE ? app->chans[n] : NULL;
}

static uint16_t free_number(struct vt_app *app)
{
    for (int tries = 0; tries < TABLE; tries++) {
        uint16_t n = app->next_chan;
        app->next_chan = n >= VT_BIN_CHAN_LAST ? VT_BIN_CHAN_FIRST : (uint16_t)(n + 1);
        if (!app->chans[n])
            return n;
    }
    return 0;
}

/* Without memory nobody would ask for the channel again: they are closed, and coming back brings it. Without
 * a number they would come back for ever: the next change asks again. */
static struct vt_chan *open_one(struct vt_conversation *conv, struct vt_member *writer,
                                enum vt_chan_kind kind)
{
    struct vt_app *app = conv->app;
    if (!app->chans)
        app->chans = calloc(TABLE, sizeof(struct vt_chan *));
    struct vt_chan *chan = app->chans ? calloc(1, sizeof(*chan)) : NULL;
    if (!chan) {
        vt_fanout_break(conv);
        return NULL;
    }
    uint16_t n = free_number(app);
    if (!n) {
        free(chan);
        return NULL;
    }
    *chan = (struct vt_chan){ .n = n, .kind = kind, .conv = conv, .writer = writer, .hz = VT_CHAN_HZ };
    app->chans[n] = chan;
    return chan;
}

bool vt_chan_is_shown(const struct vt_chan *chan, const struct vt_member *reader)
{
    bool mirror = chan->kind == VT_CHAN_KIND_DOM || chan->kind == VT_CHAN_KIND_MPTR;
    if (mirror && reader->peer->role == VT_ROLE_GUEST)
        return false;
    return !chan->writer || vt_peer_is_staff(reader->peer) ||
           vt_people_counts(chan->conv, vt_member_person(chan->writer));
}

static void close_one(struct vt_chan **chan)
{
    if (!*chan)
        return;
    struct vt_conversation *conv = (*chan)->conv;
    struct vt_evt_chan_close d = { .n = (*chan)->n };
    conv->app->chans[(*chan)->n] = NULL;
    free(*chan);
    *chan = NULL;
    /* To all: whoever wrote there may be outside by now, and a number says nothing. */
    vt_fanout_link(conv, VT_OP_CHAN_CLOSE, &d, NULL);
}

/* The channel in the words of one member: its own is "me", the driver's "*". */
static struct vt_t_chan describe(const struct vt_chan *chan, const struct vt_member *reader)
{
    const char *by = !chan->writer ? "*" : chan->writer == reader ? "me" : vt_member_who(chan->writer);
    bool staff = vt_peer_is_staff(reader->peer);
    return (struct vt_t_chan){ .n = chan->n,
                               .c = chan->conv->number,
                               .has_c = staff,
                               .k = chan->kind,
                               .by = vt_str(by),
                               .page = chan->conv->page,
                               .has_page = chan->kind == VT_CHAN_KIND_DOM };
}

static void tell(struct vt_member *reader, const struct vt_chan *chan)
{
    struct vt_t_chan d = describe(chan, reader);
    vt_fanout_member(reader, VT_OP_CHAN_OPEN, VT_CLASS_LINK, &d);
}

static void tell_all(const struct vt_chan *chan)
{
    VT_LIST_EACH (member, &chan->conv->members, struct vt_member, of_conv)
        if (vt_chan_is_shown(chan, member))
            tell(member, chan);
}

void vt_chans_shown(struct vt_member *writer, bool shown)
{
    struct vt_chan *chans[] = { writer->ptr, writer->draw, writer->mptr };
    VT_LIST_EACH (member, &writer->conv->members, struct vt_member, of_conv) {
        for (size_t i = 0; !vt_peer_is_staff(member->peer) && i < VT_COUNT(chans); i++) {
            if (chans[i] && shown && vt_chan_is_shown(chans[i], member))
                tell(member, chans[i]);
            else if (chans[i])
                vt_fanout_member(member, VT_OP_CHAN_CLOSE, VT_CLASS_LINK,
                                 &(struct vt_evt_chan_close){ .n = chans[i]->n });
        }
    }
}

int vt_chan_need(struct vt_member *member, enum vt_chan_kind kind, bool needed)
{
    struct vt_chan **chan = kind == VT_CHAN_KIND_DOM ? &member->dom : &member->mptr;
    if (needed == (*chan != NULL))
        return VT_OK;
    if (!needed) {
        close_one(chan);
        return VT_OK;
    }
    *chan = open_one(member->conv, member, kind);
    if (!*chan)
        return VT_ERR_OVERLOADED;
    tell_all(*chan);
    return VT_OK;
}

int vt_chans_open(struct vt_conversation *conv)
{
    if (!conv->view_chan) {
        conv->view_chan = open_one(conv, NULL, VT_CHAN_KIND_VIEW);
        if (!conv->view_chan)
            return VT_ERR_OVERLOADED;
        tell_all(conv->view_chan);
    }
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv) {
        if (member->ptr)
            continue;
        member->ptr = open_one(conv, member, VT_CHAN_KIND_PTR);
        member->draw = open_one(conv, member, VT_CHAN_KIND_DRAW);
        if (!member->ptr || !member->draw) {
            close_one(&member->ptr);
            close_one(&member->draw);
            return VT_ERR_OVERLOADED;
        }
        tell_all(member->ptr);
        tell_all(member->draw);
    }
    return VT_OK;
}

size_t vt_chans_list(struct vt_member *reader, struct vt_t_chan *ret, size_t cap)
{
    size_t n = 0;
    if (reader->conv->view_chan && n < cap)
        ret[n++] = describe(reader->conv->view_chan, reader);
    VT_LIST_EACH (member, &reader->conv->members, struct vt_member, of_conv) {
        const struct vt_chan *chans[] = { member->ptr, member->draw, member->dom, member->mptr };
        for (size_t i = 0; i < VT_COUNT(chans); i++)
            if (chans[i] && n < cap && vt_chan_is_shown(chans[i], reader))
                ret[n++] = describe(chans[i], reader);
    }
    return n;
}

void vt_chans_tell(struct vt_member *reader)
{
    struct vt_t_chan list[1 + 4 * VT_PEOPLE_MAX];
    size_t n = vt_chans_list(reader, list, VT_COUNT(list));
    for (size_t i = 0; i < n; i++)
        vt_fanout_member(reader, VT_OP_CHAN_OPEN, VT_CLASS_LINK, &list[i]);
}

void vt_chans_close_member(struct vt_member *member)
{
    close_one(&member->ptr);
    close_one(&member->draw);
    close_one(&member->dom);
    close_one(&member->mptr);
}

void vt_chans_close(struct vt_conversation *conv)
{
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv)
        vt_chans_close_member(member);
    close_one(&conv->view_chan);
}

static void tell_rate(struct vt_chan *chan)
{
    struct vt_evt_rate d = { .n = chan->n, .hz = chan->hz };
    VT_LIST_EACH (member, &chan->conv->members, struct vt_member, of_conv)
        if (chan->writer
                ? member == chan->writer
                : chan->conv->view && strcmp(vt_member_who(member), vt_view_driver(chan->conv->view)) == 0)
            vt_fanout_member(member, VT_OP_RATE, VT_CLASS_LINK, &d);
}

void vt_chan_slow(struct vt_app *app, uint16_t n)
{
    struct vt_chan *chan = vt_chan_find(app, n);
    if (!chan)
        return;
    chan->slow_ms = vt_now_ms();
    if (chan->hz > 5) {
        chan->hz = chan->hz > 15 ? 15 : 5;
        tell_rate(chan);
    }
}

static void ease(struct vt_chan *chan, int64_t now_ms)
{
    if (!chan || chan->hz == VT_CHAN_HZ || now_ms - chan->slow_ms < VT_CHAN_EASE_MS)
        return;
    chan->hz = chan->hz < 15 ? 15 : VT_CHAN_HZ;
    chan->slow_ms = now_ms;
    tell_rate(chan);
}

void vt_chans_ease(struct vt_conversation *conv, int64_t now_ms)
{
    ease(conv->view_chan, now_ms);
    VT_LIST_EACH (member, &conv->members, struct vt_member, of_conv) {
        ease(member->ptr, now_ms);
        ease(member->draw, now_ms);
        ease(member->dom, now_ms);
        ease(member->mptr, now_ms);
    }
}
