/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in a feed's fields, made into what Vitrine shows: text without markup, and prices. */
#ifndef VT_CATALOGUE_FEED_TEXT_H
#define VT_CATALOGUE_FEED_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "server/base/buf.h"

/* HTML's text on one line: tags, comments, scripts and styles left out, entities read, spaces run together,
 * cut at a character within `most` bytes. Plain text stays what it is. */
void vt_feed_plain(struct vt_str html, size_t most, struct vt_buf *out);

enum { VT_FEED_PRICE_TEXT = 20 };
/* "19.99 EUR", "EUR 1.234,50", "€ 19,99": a decimal with a point, and the currency ("": it names none).
 * False: it is no price, or its currency is none of ISO 4217. */
bool vt_feed_price(struct vt_str text, char ret_price[VT_FEED_PRICE_TEXT], char ret_currency[4]);
bool vt_feed_is_currency(struct vt_str text);
/* "2450.5" in hundredths, what stands behind them dropped; -1: it is no decimal with a point. */
int64_t vt_feed_hundredths(struct vt_str price);
/* `a` costs less, both as vt_feed_price writes them. */
bool vt_feed_is_less(struct vt_str a, struct vt_str b);

#endif
