// SPDX-License-Identifier: Apache-2.0
// The bag's page: a line per piece, its number, and the way back from a removal.

import { resolveLines, totalOf } from './bag.js';
import { find, make } from './dom.js';
import { formatMoney } from './money.js';
import { PIECES } from './pieces.js';
import { addToBag, changeQuantity, watchBag } from './store.js';

function nameOf({ piece, variant }) {
  return piece.variants.length > 1 ? `${piece.title}, ${variant.size}` : piece.title;
}

function offerUndo(line) {
  const undo = make('button', { type: 'button', class: 'link' }, 'Put it back');
  undo.addEventListener('click', () => {
    addToBag({ sku: line.piece.sku, variant: line.variant.sku, qty: line.qty, offer: line.offer });
    find('[data-bag-undo]').replaceChildren();
    find('h1').focus();
  });
  find('[data-bag-undo]').replaceChildren(`${nameOf(line)} is out of your bag. `, undo);
}

function remove(line) {
  changeQuantity({ sku: line.piece.sku, variant: line.variant.sku, qty: 0 });
  offerUndo(line);
  find('h1').focus();
}

/* A change redraws the list, so the same control is found again and keeps the focus. */
function step(line, qty, action) {
  changeQuantity({ sku: line.piece.sku, variant: line.variant.sku, qty });
  const buttons = find(`[data-line="${CSS.escape(line.variant.sku)}"]`)?.querySelectorAll('[data-step]') ?? [];
  const same = [...buttons].find((button) => button.dataset.step === action && !button.disabled);
  (same ?? [...buttons].find((button) => !button.disabled) ?? find('h1')).focus();
}

function stepper(line) {
  const { qty, variant } = line;
  const less = make('button', { type: 'button', 'data-step': 'less', 'aria-label': `One less of ${nameOf(line)}`, disabled: qty <= 1 }, '−');
  const more = make('button', { type: 'button', 'data-step': 'more', 'aria-label': `One more of ${nameOf(line)}`, disabled: qty >= variant.total }, '+');
  less.addEventListener('click', () => step(line, qty - 1, 'less'));
  more.addEventListener('click', () => step(line, qty + 1, 'more'));
  return make('div', { class: 'stepper' }, less, make('span', { class: 'stepper-count' }, String(qty)), more);
}

function lineItem(line) {
  const { piece, variant, qty, offer, total } = line;
  const href = `/products/${piece.handle}/${piece.variants.length > 1 ? `?variant=${variant.sku}` : ''}`;
  const photo = make('img', { src: piece.thumb, width: 480, height: 480, alt: '' });
  const off = make('button', { type: 'button', class: 'link', 'aria-label': `Remove ${nameOf(line)}` }, 'Remove');
  off.addEventListener('click', () => remove(line));
  const size = variant.size === 'one size' ? null : `Size ${variant.size}`;
  const all = qty >= variant.total ? make('p', { class: 'small' }, qty === 1 ? 'The only one left' : `All ${qty} we have`) : null;
  return make('li', { class: 'line', 'data-line': variant.sku },
    make('a', { class: 'line-photo', href, tabindex: -1, 'aria-hidden': 'true' }, photo),
    make('div', { class: 'line-text' },
      make('h2', {}, make('a', { href }, piece.title)),
      size && make('p', { class: 'small' }, size),
      offer && make('p', { class: 'small' }, `${qty > 1 ? 'One of them as' : 'As'} offered to you, instead of ${formatMoney(piece.price)}`)),
    make('p', { class: 'line-price' }, formatMoney(total)),
    make('div', { class: 'line-tools' }, stepper(line), off, all));
}

function draw(bag) {
  const lines = resolveLines(bag, PIECES);
  const total = formatMoney(totalOf(lines));
  find('[data-bag-empty]').hidden = lines.length > 0;
  find('[data-bag-full]').hidden = lines.length === 0;
  find('[data-bag-lines]').replaceChildren(...lines.map(lineItem));
  find('[data-bag-subtotal]').textContent = total;
  find('[data-bag-total]').textContent = total;
}

export function start() {
  find('h1').tabIndex = -1;
  watchBag(draw);
}
