// SPDX-License-Identifier: Apache-2.0
import type { Cart } from '../../../protocol/index.js';

/// The bag as plain values: what to show of what the page said. Pure.

export interface Sum { text: 'said' | 'counted' | 'unknown'; amount: string }

/// The page's own total; where it named none, the lines' sum, if every line has a price and all are here.
export function sum(cart: Cart): Sum {
  if (cart.total !== undefined) return { text: 'said', amount: cart.total };
  if (cart.more || cart.items.some((item) => item.price === undefined || !Number.isFinite(Number(item.price)))) return { text: 'unknown', amount: '' };
  const cents = cart.items.reduce((all, item) => all + Math.round(Number(item.price) * 100) * item.qty, 0);
  return { text: 'counted', amount: (cents / 100).toFixed(2) };
}

export const pieces = (cart: Cart): number => cart.items.reduce((all, { qty }) => all + qty, 0) + (cart.more ?? 0);

/// Where the page has it from, in words for whoever looks after the customer.
export const sources: Record<NonNullable<Cart['source']>, string> = {
  page: 'as the page says', jsonld: 'from the page’s product data', platform: 'from the shop system', datalayer: 'from the page’s analytics', opengraph: 'from the page',
};
