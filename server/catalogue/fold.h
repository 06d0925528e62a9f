/* SPDX-License-Identifier: Apache-2.0 */
/* Text made comparable for search: letters lower-case and without accents (ASCII, Latin-1, Latin
 * Extended-A, combining marks), everything between words one space. " rose gold 750" for "Rosé-Gold, 750". */
#ifndef VT_CATALOGUE_FOLD_H
#define VT_CATALOGUE_FOLD_H

#include "server/base/buf.h"
#include "server/base/str.h"

/* Appends the words, each with a space before it. What is no UTF-8 is kept byte by byte. */
void vt_fold(struct vt_buf *out, struct vt_str text);

#endif
