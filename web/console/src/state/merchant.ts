// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { MerchantAsk, MerchantCustomer, MerchantOrder } from '../../../protocol/index.js';
import type { Talk } from './talk.js';

/// What the shop's own server knows of the customer. The Vitrine server keeps it for five minutes and we while the conversation
/// is open: nothing of it goes into storage.

export interface Known {
  customer?: MerchantCustomer;
  orders?: readonly MerchantOrder[];
  wishlist?: readonly string[];
  /// One sentence, when something could not be had.
  why?: string;
}

const PARTS: readonly MerchantAsk[] = ['customer', 'orders', 'wishlist'];

/// Which conversation's is on show, so that an answer that comes late is not another's.
export const known = signal<{ conv: string; at: Known; asking: boolean } | null>(null);

async function ask(talk: Talk, what: MerchantAsk, fresh: boolean): Promise<Known> {
  try {
    const reply = await talk.conversation.peek()!.ask('merchant.ask', { what, ...(fresh ? { fresh } : {}) });
    return { ...(reply.customer ? { customer: reply.customer } : {}), ...(reply.orders ? { orders: reply.orders } : {}), ...(reply.wishlist ? { wishlist: reply.wishlist } : {}),
      ...(reply.state === 'failed' ? { why: reply.why ?? 'The shop’s server cannot be asked.' } : {}) };
  } catch {
    return { why: 'The shop’s server could not be asked just now.' };
  }
}

export async function look(talk: Talk, fresh = false): Promise<void> {
  const before = known.peek();
  const mine = { conv: talk.conv, at: before?.conv === talk.conv ? before.at : {}, asking: true };
  known.value = mine;
  const parts = await Promise.all(PARTS.map((what) => ask(talk, what, fresh)));
  if (known.peek() !== mine) return;
  const why = parts.find((part) => part.why !== undefined)?.why;
  // What was read before stays in sight beside the sentence.
  const { why: _, ...kept } = mine.at;
  known.value = { conv: talk.conv, at: { ...(why === undefined ? {} : kept), ...Object.assign({}, ...parts) as Known, ...(why === undefined ? {} : { why }) }, asking: false };
}
