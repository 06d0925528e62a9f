// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { Product, Replies } from '../../../protocol/index.js';
import type { Talk } from './talk.js';
import { sendCard, show } from './show.js';

/// One piece on its way to the customer, looked at once more: beside their budget, with one that costs less and one that
/// compares. A second press of the same key sends it, and where there is nothing to weigh it goes at once.

export type Way = 'show' | 'card';
export interface Care { talk: Talk; product: Product; way: Way; answer: Replies['catalogue.care'] | null }

export const care = signal<Care | null>(null);

/// A server that takes longer keeps nobody waiting: the panel opens, and the rest comes into it.
const PATIENCE_MS = 400;
let asked = 0;
/// What is being asked about: pressed once more, it goes without waiting.
let pending: Omit<Care, 'answer'> | null = null;

function put(talk: Talk, product: Product, way: Way): void {
  if (way === 'show') void show(talk, product);
  else sendCard(talk, product);
}

const isPlain = ({ budget, cheaper, comparable }: Replies['catalogue.care']): boolean => !budget && !cheaper && !comparable;

export async function consider(talk: Talk, product: Product, way: Way): Promise<void> {
  const now = care.peek() ?? pending;
  const isAgain = now?.talk === talk && now.product.sku === product.sku && now.way === way;
  leaveIt();
  if (isAgain) return put(talk, product, way);
  const mine = ++asked;
  pending = { talk, product, way };
  const answer = weigh(talk, product);
  const first = await Promise.race([answer, new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS))]);
  if (mine !== asked) return;
  pending = null;
  if (first === null || (first && isPlain(first))) return put(talk, product, way);
  care.value = { talk, product, way, answer: first ?? null };
  if (first !== undefined) return;
  const late = await answer;
  if (mine === asked && care.peek() !== null) care.value = { talk, product, way, answer: late };
}

/// Null: the catalogue has nothing to say of it.
const weigh = async (talk: Talk, { sku }: Product): Promise<Replies['catalogue.care'] | null> => {
  try {
    return await talk.conversation.peek()!.ask('catalogue.care', { sku });
  } catch {
    return null;
  }
};

/// After the budget was noted.
export async function weighAgain(): Promise<void> {
  const now = care.peek();
  if (now === null) return;
  const mine = ++asked;
  const answer = await weigh(now.talk, now.product);
  if (mine === asked && care.peek() !== null) care.value = { ...now, answer };
}

export function pick(product: Product): void {
  const now = care.peek();
  leaveIt();
  if (now !== null) put(now.talk, product, now.way);
}

export function leaveIt(): void {
  asked++;
  pending = care.value = null;
}
