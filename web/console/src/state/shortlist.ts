// SPDX-License-Identifier: Apache-2.0

import { computed, effect } from '@preact/signals';
import type { Product } from '../../../protocol/index.js';
import { talk } from './desk.js';
import { shortlist } from './doing.js';
import { choose, chosen } from './show.js';

/// Pieces put by for the customer in front, for all of their associates: the conversation's, kept by the server. Which of them
/// go into one picture or film is this window's (`chosen`).

export const SHORTLIST_MAX = 24;

export const skus = computed<readonly string[]>(() => talk.value?.profile.value.shortlist ?? []);

export const isPutBy = (sku: string): boolean => skus.value.includes(sku);

/// What is no longer put by, or was for another customer, goes into no picture.
effect(() => {
  const there = skus.value;
  chosen.value = chosen.peek().filter((p) => there.includes(p.sku));
});

/// Puts a piece by, or takes it out again. What was put by last goes into the next picture, while there is room in it.
export async function putBy(product: Product): Promise<void> {
  const t = talk.peek();
  if (t === null) return;
  const isIn = skus.peek().includes(product.sku);
  const done = await shortlist(t, isIn ? { drop: [product.sku] } : { add: [product.sku] });
  if (done && !isIn && product.media.length > 0 && !chosen.peek().some((p) => p.sku === product.sku)) choose(product);
}
