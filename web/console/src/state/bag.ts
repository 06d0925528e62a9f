// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { ProductRef } from '../../../protocol/index.js';
import { explain } from '../lib/faults.js';
import type { Talk } from './talk.js';

/// Proposing a piece for the customer's bag: they are asked first, their page does it, and what became of it is a line of the thread.

/// What has been proposed and is not answered yet: conversation and piece.
export const proposed = signal<ReadonlySet<string>>(new Set());
const keyOf = (talk: Talk, of: ProductRef): string => `${talk.conv} ${of.sku} ${of.variant ?? ''}`;
export const isProposed = (talk: Talk, of: ProductRef): boolean => proposed.value.has(keyOf(talk, of));

export async function propose(talk: Talk, of: ProductRef): Promise<void> {
  const key = keyOf(talk, of);
  const conversation = talk.conversation.peek();
  if (conversation === null || proposed.peek().has(key)) return;
  proposed.value = new Set([...proposed.peek(), key]);
  talk.fault.value = null;
  try {
    const { sku, variant, name, url } = of;
    await conversation.ask('cart.add', { sku, qty: 1, ...(variant ? { variant } : {}), ...(name ? { name } : {}), ...(url ? { url } : {}) });
  } catch (e) {
    talk.fault.value = explain(e);
  } finally {
    proposed.value = new Set([...proposed.peek()].filter((one) => one !== key));
  }
}
