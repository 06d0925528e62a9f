/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: what somebody says was bought is checked here, whoever says it, and a counted order becomes a row
 * of its conversation's thread. The store counts each reference once and finds the credit: store/sales.h. */
#ifndef VT_ORDER_H
#define VT_ORDER_H

#include "protocol/codec/codec.h"
#include "server/conversation.h"
#include "server/settings.h"
#include "server/store/sales.h"

/* VT_OK; or VT_ERR_FIELD_BAD with field (a JSON pointer into the order) and msg. */
int vt_order_check(const struct vt_t_order *order, struct vt_error *ret_error);
int vt_order_check_items(const struct vt_t_order_item *items, size_t n, struct vt_error *ret_error);
/* The site's rule and window. */
void vt_order_rule(const struct vt_settings *settings, struct vt_t_order *order);

/* The row of op order.done or order.back, once for each version; in the customer's name when `author` (a
 * peer's id) is given. Then done(arg, err, numbers), numbers as thread.h says; done may be NULL. An order
 * that is nobody's, or a conversation's that is gone, is told to nobody: VT_OK. A negative result: done does
 * not run. */
typedef void vt_order_told_fn(void *arg, int err, const struct vt_event_head *numbers);
int vt_order_tell(struct vt_app *app, struct vt_str site, const struct vt_sale *sale, enum vt_op op,
                  const char *author, vt_order_told_fn *done, void *arg);

#endif
