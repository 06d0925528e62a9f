// SPDX-License-Identifier: Apache-2.0
// The shop's side of Vitrine: tells it the bag and the piece, lets it fill the bag, and copes
// when it never comes. Only the public calls are used.

import { toCart } from './bag.js';
import { find, findAll } from './dom.js';
import { announceAdded } from './notice.js';
import { redeem } from './offers.js';
import { PIECES } from './pieces.js';
import { addToBag, canAdd, changeQuantity, watchBag } from './store.js';

const PATIENCE_MS = 6000;
const NOT_HERE = 'Our advisers cannot be reached on this page at the moment. Please call +33 1 99 00 14 31 or write to advisers@maison-vitrine.example.';

/* The snippet's documented call queue. It is a function and not a script in the page, so the
 * policy needs no exception; if the snippet came first, it stays. */
function queue() {
  (queue.q = queue.q || []).push(arguments);
}

window.Vitrine = window.Vitrine || queue;

export function call(...args) {
  window.Vitrine(...args);
}

let ready = false;
addEventListener('vitrine:ready', () => { ready = true; });

const hasArrived = () => ready || window.Vitrine !== queue;

function answer(result) {
  return result.ok ? true : { success: false, reason: result.reason };
}

function registerBag() {
  call('register', {
    async addToCart({ sku, variant, qty = 1, code }) {
      const item = { sku, variant, qty };
      if (code) {
        const fits = canAdd(item); // a code is good once: not for a piece that is sold out
        const offer = fits.ok && await redeem(code, sku);
        if (!offer) return fits.ok ? false : answer(fits);
        item.offer = offer;
      }
      const result = addToBag(item);
      if (result.ok) announceAdded(result);
      return answer(result);
    },
    updateCart: ({ sku, variant, qty }) => answer(changeQuantity({ sku, variant, qty })),
  });
}

/* The snippet opens on any [data-vitrine-open]. Until it is here a click is queued as a call,
 * and if it stays away the customer is told whom to ring. */
function handleAsk(event) {
  if (hasArrived()) return;
  call('open');
  const fallback = find('[data-ask-fallback]', event.currentTarget.parentElement);
  setTimeout(() => {
    if (!hasArrived()) fallback.textContent = NOT_HERE;
  }, PATIENCE_MS);
}

export function connectVitrine() {
  registerBag();
  watchBag((bag) => call('cart', bag.lines.length > 0 ? toCart(bag, PIECES, location.origin) : null));
  for (const button of findAll('[data-vitrine-open]')) button.addEventListener('click', handleAsk);
}
