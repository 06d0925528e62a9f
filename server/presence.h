/* SPDX-License-Identifier: Apache-2.0 */
/* Presence: the shop's people, whether they take customers, and how many they have.
 *
 * A person chooses available, busy or off and a cap; rules do the rest: at the cap they read busy, 35 s after
 * the last of their windows has gone they read off, and with the first window back they are what they chose.
 * Who has chosen nothing yet is busy: there, not asked, free to take from the list. Whose line is dead is not
 * asked from that moment on. */
#ifndef VT_PRESENCE_H
#define VT_PRESENCE_H

#include "server/conversation.h"

struct vt_staff {
    char site[VT_PERSON_TEXT], person[VT_PERSON_TEXT], login[VT_NAME_TEXT], name[VT_NAME_TEXT];
    char queues[VT_QUEUES_TEXT];       /* rights.h; "": every queue */
    char languages[VT_LANGUAGES_TEXT]; /* parted by spaces; "": nothing said */
    enum vt_staff_mode chosen;
    bool said;             /* has chosen */
    uint32_t own_cap;      /* 0: the site's */
    uint32_t used, asked;  /* sessions; questions out, those on their way to coord too */
    uint32_t windows;      /* sockets that are open */
    int64_t lost_ms;       /* when the last went; 0: not */
    enum vt_staff_mode as; /* as told last */
    int64_t since;         /* ms since 1970 of that */
    bool unset;            /* coord had no memory for it: the sweep says it again */
    uint32_t number;       /* the slot */
    struct vt_list link;   /* in vt_app.staff_list */
};

/* A window of staff has been welcomed, or has gone. */
void vt_presence_here(struct vt_peer *peer);
void vt_presence_left(struct vt_peer *peer);
/* NULL: never seen since the start. */
struct vt_staff *vt_presence_find(struct vt_app *app, const char *person);
void vt_presence_choose(struct vt_app *app, struct vt_staff *staff, enum vt_staff_mode mode, uint32_t cap);
/* Sessions of this person began or ended. */
void vt_presence_load(struct vt_app *app, const char *person);
enum vt_staff_mode vt_presence_mode(const struct vt_app *app, const struct vt_staff *staff);
uint32_t vt_presence_cap(const struct vt_app *app, const struct vt_staff *staff);
/* May be asked now: available, with a line, with room. */
bool vt_presence_is_free(const struct vt_app *app, const struct vt_staff *staff);
/* May be given a customer by a colleague: with a line, with room, and not busy or off by choice. */
bool vt_presence_takes(const struct vt_app *app, const struct vt_staff *staff);
/* Takes customers of this queue, now or as soon as another has ended. */
bool vt_presence_serves(const struct vt_app *app, const struct vt_staff *staff, const char *site,
                        const char *queue);
/* All of the site's people, to a window that has just begun to watch. */
void vt_presence_show(struct vt_peer *peer);
void vt_presence_sweep(struct vt_app *app, int64_t now_ms);
void vt_presence_finish(struct vt_app *app);

#endif
