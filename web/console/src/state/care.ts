// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { Product, ProductRef, Replies } from '../../../protocol/index.js';
import { productOf } from './catalogue.js';
import { sendCard, show, showRef } from './show.js';
import type { Talk } from './talk.js';

/// One piece on its way to the customer, looked at once more: beside their budget, with one that costs less and one that
/// compares. A second press of the same key sends it, and where there is nothing to weigh it goes at once. So does another
/// picture of what is in the viewer already.

export type Way = 'show' | 'card';
export interface Care {
  talk: Talk;
  product: Product;
  way: Way;
  /// Where it was asked for: data-care of the button there.
  at: string;
  put(): void;
  answer: Replies['catalogue.care'] | null;
}

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

const isSeen = (talk: Talk, sku: string): boolean =>
  (talk.conversation.peek()?.view?.items ?? []).some((item) => item.sku === sku);

/// `how`: what goes when the piece itself is sent, where that is not all of it.
export async function consider(talk: Talk, product: Product, way: Way, at: string, how = (): void => put(talk, product, way)): Promise<void> {
  const now = care.peek() ?? pending;
  const isAgain = now?.talk === talk && now.at === at && now.way === way;
  leaveIt();
  if (isAgain || (way === 'show' && isSeen(talk, product.sku))) return how();
  const mine = ++asked;
  pending = { talk, product, way, at, put: how };
  const answer = weigh(talk, product);
  const first = await Promise.race([answer, new Promise<undefined>((done) => setTimeout(done, PATIENCE_MS))]);
  if (mine !== asked) return;
  pending = null;
  if (first === null || (first && isPlain(first))) return how();
  care.value = { talk, product, way, at, put: how, answer: first ?? null };
  if (first !== undefined) return;
  const late = await answer;
  if (mine === asked && care.peek() !== null) care.value = { ...care.peek()!, answer: late };
}

/// The same for a piece as the trail or a card names it, with the picture and size it names.
export async function considerRef(talk: Talk, ref: ProductRef, at: string): Promise<void> {
  const product = await productOf(ref.sku);
  const how = (): void => void showRef(talk, ref);
  if (product === null) how();
  else await consider(talk, product, 'show', at, how);
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
  if (now === null) return;
  if (product.sku === now.product.sku) now.put();
  else put(now.talk, product, now.way);
}

export function leaveIt(): void {
  asked++;
  pending = care.value = null;
}
