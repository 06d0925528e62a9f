// SPDX-License-Identifier: Apache-2.0

import type { JSX } from 'preact';
import type { Product } from '../../../protocol/index.js';
import { money } from '../../../ui/index.js';
import { sizeName, sizesOf, sizeStock } from '../lib/sizes.js';

/// Which of a piece's sizes, or that the customer is asked; with what each costs, where they differ, and how many there are.
export function Sizes({ of, value, pick }: { of: Product; value: string; pick: (sku: string) => void }): JSX.Element {
  const sizes = sizesOf(of);
  const differ = new Set(sizes.map((v) => v.price ?? of.price)).size > 1;
  return (
    <select aria-label="Which" value={value} onChange={(e) => pick(e.currentTarget.value)}>
      <option value="">They choose</option>
      {sizes.map((v) => <option key={v.sku} value={v.sku} disabled={!v.available}>{[sizeName(of, v), differ ? money(v.price ?? of.price, of.currency) : '', sizeStock(v)].filter(Boolean).join(' · ')}</option>)}
    </select>
  );
}
