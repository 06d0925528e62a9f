/* SPDX-License-Identifier: Apache-2.0 */
/* cmocka wants these before its own header, in this order. */
#ifndef VT_TESTS_UNIT_CM_H
#define VT_TESTS_UNIT_CM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
