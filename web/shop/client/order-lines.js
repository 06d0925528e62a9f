// SPDX-License-Identifier: Apache-2.0
// The short list of an order, beside the checkout form and on the thanks page.

import { totalOf } from './bag.js';
import { find, make } from './dom.js';
import { formatMoney } from './money.js';

function miniLine({ piece, variant, qty, total }) {
  const size = variant.size === 'one size' ? [] : [`Size ${variant.size}`];
  const notes = [...size, ...(qty > 1 ? [`${qty} pieces`] : [])].join(', ');
  return make('li', {},
    make('img', { src: piece.thumb, width: 480, height: 480, alt: '' }),
    make('span', { class: 'mini-text' }, piece.title, notes && make('span', { class: 'small' }, notes)),
    make('span', { class: 'mini-price' }, formatMoney(total)));
}

export function drawOrder(lines) {
  find('[data-order-lines]').replaceChildren(...lines.map(miniLine));
  find('[data-order-total]').textContent = formatMoney(totalOf(lines));
}
