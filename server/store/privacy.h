/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept about a customer: found, written out, erased. As manage.h: at once, on the store's thread. */
#ifndef VT_STORE_PRIVACY_H
#define VT_STORE_PRIVACY_H

#include "server/store/manage.h"

struct vt_privacy_conv {
    struct vt_str conv, customer, reference; /* reference of the last session; absent: none */
    int64_t created, last, messages;
    struct vt_str *media; /* ids, filled by who erases; NULL: not looked up */
    size_t media_n;
};
struct vt_privacy_filter {
    struct vt_str customer, conv, reference, after; /* absent: any */
    size_t limit;
};
/* By id. */
int vt_privacy_list(struct vt_manage *manage, struct vt_str site, const struct vt_privacy_filter *filter,
                    struct vt_arena *arena, struct vt_privacy_conv **ret_convs, size_t *ret_n);
int vt_privacy_media(struct vt_manage *manage, struct vt_str site, struct vt_str conv, struct vt_arena *arena,
                     struct vt_str **ret_ids, size_t *ret_n);

struct vt_privacy_counts {
    size_t messages, sessions, pictures, conversations, others;
};
/* Every row that names the conversation; adds to `counts`. What has files is noted among the erased. */
int vt_privacy_erase(struct vt_manage *manage, struct vt_str site, struct vt_str conv,
                     struct vt_privacy_counts *counts);

/* What was erased and may have left files and memory behind: noted with the rows' own commit, so that neither
 * a crash nor an erasure by `vitrine admin` beside a running server forgets a file. */
struct vt_privacy_erased {
    struct vt_str site, conv, media; /* media "": the conversation itself */
};
/* The practices (practice.h) of a customer's name, both absent: all, as what is to be erased: their pictures,
 * and themselves. */
int vt_privacy_practices(struct vt_manage *manage, struct vt_str site, struct vt_str customer,
                         struct vt_arena *arena, struct vt_privacy_erased **ret_gone, size_t *ret_n);
/* The oldest first. */
int vt_privacy_erased(struct vt_manage *manage, size_t limit, struct vt_arena *arena,
                      struct vt_privacy_erased **ret_erased, size_t *ret_n);
/* The conversations that were erased, with and without files, for a store that was restored from a time
 * before: site and conv alone, for three years. */
int vt_privacy_erasures(struct vt_manage *manage, struct vt_arena *arena,
                        struct vt_privacy_erased **ret_erased, size_t *ret_n);
/* Those noted before `before` are done. */
int vt_privacy_erased_done(struct vt_manage *manage, int64_t before);

/* Lines of JSON, one a row. */
typedef int vt_privacy_write_fn(void *arg, struct vt_str line);
int vt_privacy_export(struct vt_manage *manage, struct vt_str site, struct vt_str conv,
                      vt_privacy_write_fn *write, void *arg);

#endif
