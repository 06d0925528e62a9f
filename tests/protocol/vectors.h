/* SPDX-License-Identifier: Apache-2.0 */
/* Reading protocol/vectors for the tests. Programs run from the repository's top. */
#ifndef VT_TESTS_VECTORS_H
#define VT_TESTS_VECTORS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* A file of protocol/vectors; ends the program when it cannot be read. Owned by the caller. */
json_t *vectors_load(const char *name);
/* A string member, "" when there is none. */
const char *vectors_text(const json_t *object, const char *name);
/* Fills `out` from hex digits; returns the number of bytes. */
size_t vectors_hex(const char *hex, uint8_t *out, size_t cap);

#endif
