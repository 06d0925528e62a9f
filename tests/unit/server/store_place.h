/* SPDX-License-Identifier: Apache-2.0 */
/* Where a test's tables are: SQLite's file, or, in the second pass (VITRINE_TEST_STORE), a schema of
 * PostgreSQL called as the test's folder. */
#ifndef VT_TESTS_STORE_PLACE_H
#define VT_TESTS_STORE_PLACE_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline const char *store_place(const char *dir)
{
    static char place[512];
    const char *base = getenv("VITRINE_TEST_STORE");
    if (!base)
        return NULL;
    int at = snprintf(place, sizeof(place), "%s&options=-csearch_path%%3D", base);
    for (const char *p = strrchr(dir, '/') + 1; *p && at < (int)sizeof(place) - 1; p++)
        place[at++] = isalnum((unsigned char)*p) ? (char)tolower((unsigned char)*p) : '_';
    place[at] = '\0';
    return place;
}

#endif
