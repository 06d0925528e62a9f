// SPDX-License-Identifier: Apache-2.0
// The thanks page tells Vitrine of the sale. A reload tells it again, which counts once: the
// reference is the same.

import { resolveLines, toCart } from './bag.js';
import { find } from './dom.js';
import { drawOrder } from './order-lines.js';
import { withoutVat } from './money.js';
import { PIECES } from './pieces.js';
import { lastOrder } from './store.js';
import { call } from './vitrine.js';

export function start() {
  const order = lastOrder();
  const known = order !== null && order.reference === new URLSearchParams(location.search).get('ref');
  find('[data-thanks-known]').hidden = !known;
  find('[data-thanks-unknown]').hidden = known;
  if (!known) return;
  const bag = { id: order.reference, lines: order.lines };
  find('[data-reference]').textContent = order.reference;
  drawOrder(resolveLines(bag, PIECES));
  const { items } = toCart(bag, PIECES, location.origin);
  const sold = items.map(({ sku, variant, name, qty, price }) => ({ sku, variant, name, qty, price: withoutVat(price) }));
  call('order', { reference: order.reference, value: withoutVat(order.value), currency: order.currency, items: sold });
}
