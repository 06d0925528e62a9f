// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { CartItem, ProductRef } from '../../../protocol/index.js';
import type { Conversation } from '../../../transport/index.js';
import { explain } from '../lib/faults.js';
import { pane } from './layout.js';
import type { Talk } from './talk.js';

/// Proposing a piece for the customer's bag, or another number of one that is in it: they are asked first, their page does it, and what
/// became of it is a line of the thread.

/// What has been proposed and is not answered yet: conversation and piece.
export const proposed = signal<ReadonlySet<string>>(new Set());
type Piece = Pick<ProductRef, 'sku' | 'variant'>;
const keyOf = (talk: Talk, of: Piece): string => `${talk.conv} ${of.sku} ${of.variant ?? ''}`;
export const isProposed = (talk: Talk, of: Piece): boolean => proposed.value.has(keyOf(talk, of));

export const propose = (talk: Talk, of: ProductRef): Promise<void> => ask(talk, of, (conversation) => {
  const { sku, variant, name, url } = of;
  return conversation.ask('cart.add', { sku, qty: 1, ...(variant ? { variant } : {}), ...(name ? { name } : {}), ...(url ? { url } : {}) });
});

/// 0 takes it out.
export const putNumber = (talk: Talk, of: CartItem, qty: number): Promise<void> => ask(talk, of, (conversation) => {
  const { sku, variant, name } = of;
  return conversation.ask('cart.update', { sku, qty, ...(variant ? { variant } : {}), ...(name ? { name } : {}) });
});

async function ask(talk: Talk, of: Piece, request: (conversation: Conversation) => Promise<unknown>): Promise<void> {
  const key = keyOf(talk, of);
  const conversation = talk.conversation.peek();
  if (conversation === null || proposed.peek().has(key)) return;
  proposed.value = new Set([...proposed.peek(), key]);
  talk.fault.value = null;
  try {
    await request(conversation);
  } catch (e) {
    talk.fault.value = explain(e);
  } finally {
    proposed.value = new Set([...proposed.peek()].filter((one) => one !== key));
  }
}

/// Where the bag is paid, as a message of the thread.
export function sendCheckout(talk: Talk, checkout: string): void {
  talk.conversation.peek()?.send('', { kind: 'text', body: { text: 'Everything is in your bag. Here is the way to the checkout.', checkout } });
  pane.value = 'thread';
}
