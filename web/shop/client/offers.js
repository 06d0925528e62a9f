// SPDX-License-Identifier: Apache-2.0
// The price an advisor has offered: the shop's server asks Vitrine about the code, which is then
// used up. What the page itself says about a price is never believed.

import { toCents } from './money.js';

/** {code, price in cents} of an offer of this piece, or null. */
export async function redeem(code, sku) {
  const answer = await fetch('/offers/redeem', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ code }),
  });
  if (!answer.ok) return null;
  const offer = await answer.json();
  return offer.sku === sku && offer.currency === 'EUR' ? { code, price: toCents(offer.price) } : null;
}
