/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of a template's JSON, read with a named complaint. */
#ifndef VT_MEDIA_TEMPLATE_INTERNAL_H
#define VT_MEDIA_TEMPLATE_INTERNAL_H

#include "media/template.h"

struct json_t; /* jansson's, whose header stays in template*.c */

/* What is being read, for the complaints. */
struct vt_template_reader {
    struct vt_media_problem *problem;
    const char *where; /* "card", "item 2" */
};

enum vt_media_err vt_template_keys(const struct vt_template_reader *in, struct json_t *object,
                                   const char *allowed);
/* Absent gives "" and, when it is required, TEXT_EMPTY. */
enum vt_media_err vt_template_string(const struct vt_template_reader *in, struct json_t *object,
                                     const char *key, bool is_required, size_t max_clusters, size_t max_bytes,
                                     char *ret);
/* `*ret` is unchanged when the key is absent. */
enum vt_media_err vt_template_number(const struct vt_template_reader *in, struct json_t *object,
                                     const char *key, double least, double most, double *ret);
enum vt_media_err vt_template_media(const struct vt_template_reader *in, struct json_t *object, char *ret);
enum vt_media_err vt_template_accent(const struct vt_template_reader *in, struct json_t *object,
                                     uint32_t *ret);
enum vt_media_err vt_template_size(const struct vt_template_reader *in, struct json_t *object,
                                   uint16_t *ret_w, uint16_t *ret_h);
/* `*ret_has` false when the key is absent. */
enum vt_media_err vt_template_rect(const struct vt_template_reader *in, struct json_t *object,
                                   const char *key, bool *ret_has, struct vt_template_rect *ret);
enum vt_media_err vt_template_marks(const struct vt_template_reader *in, struct json_t *object,
                                    struct vt_template *template);

/* Millionths: coarse enough that a number read, written and read again is the same. */
double vt_template_rounded(double value);

extern const char *const vt_template_mark_words[3];

#endif
