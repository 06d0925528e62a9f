/* SPDX-License-Identifier: Apache-2.0 */
/* Locals that clean themselves up, for gcc and clang.
 *
 *     VT_CLEANUP(vt_buf_finish) struct vt_buf out = VT_BUF_INIT(4096);
 *     VT_FREE char *copy = strdup(name);
 *     return VT_TAKE(copy);              hands the ownership out
 */
#ifndef VT_BASE_CLEANUP_H
#define VT_BASE_CLEANUP_H

#include <stdlib.h>

#define VT_CLEANUP(finish) __attribute__((cleanup(finish)))

static inline void vt_free_pointer(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}
#define VT_FREE __attribute__((cleanup(vt_free_pointer)))

#define VT_TAKE(p)                                                                                           \
    __extension__({                                                                                          \
        __typeof__(p) taken_ = (p);                                                                          \
        (p) = NULL;                                                                                          \
        taken_;                                                                                              \
    })

#define VT_CONTAINER_OF(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))
#define VT_COUNT(array)                    (sizeof(array) / sizeof((array)[0]))
#define VT_PRINTF(fmt, args)               __attribute__((format(printf, fmt, args)))

#endif
