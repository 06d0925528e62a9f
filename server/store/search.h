/* SPDX-License-Identifier: Apache-2.0 */
/* Search in what was said: messages, notes and names, for staff. As manage.h: at once, on the store's thread.
 *
 * Whoever writes a row of the thread notes it, in the same transaction; whoever deletes rows forgets them.
 * What was noted is read a moment later, many rows at once, since words cost far more pages than the row
 * itself and nobody waits for them: who writes waits for one commit. */
#ifndef VT_STORE_SEARCH_H
#define VT_STORE_SEARCH_H

#include "server/store/manage.h"

struct vt_db;

enum { VT_SEARCH_BYTES = 200, VT_SEARCH_WORDS = 12 };

struct vt_search_hit {
    struct vt_str conv, by, kind, name; /* by: who on the wire; name: the customer's */
    struct vt_str text;                 /* around the words, each between \x02 and \x03 */
    int64_t id, cs, ts;
    bool staff; /* a note: the customer never saw it */
};
/* Who looks, as rights.h: queues parted by spaces, "": all; person absent: nobody's own. */
struct vt_search_who {
    struct vt_str queues, person;
};
/* Rows that hold all the words, the last of them perhaps only begun; the newest first, with id < before
 * (0: no bound). Without any letter or digit in `words`: none. */
int vt_search(struct vt_manage *manage, struct vt_str site, const struct vt_search_who *who,
              struct vt_str words, int64_t before, size_t limit, struct vt_arena *arena,
              struct vt_search_hit **ret_hits, size_t *ret_n);

/* On the writer's connection. A row whose kind says nothing is not noted. */
int vt_search_note(struct vt_db *db, struct vt_str site, struct vt_str conv, uint32_t cs, struct vt_str op);
/* Reads what was noted, the oldest first, at most `limit` rows in a transaction of its own; how many they
 * were. */
int vt_search_catch_up(struct vt_db *db, size_t limit, size_t *ret_n);
/* What no row of the conversation says any more. */
int vt_search_forget(struct vt_db *db, struct vt_str site, struct vt_str conv);

#endif
