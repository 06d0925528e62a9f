// SPDX-License-Identifier: Apache-2.0
import type { Product } from '../../../protocol/index.js';

/// The sizes and colours of one piece, in words. Pure.

export type Variant = Product['variants'][number];

/// What there is to choose from; none where there is nothing to choose.
export const sizesOf = (product: Product | null | undefined): readonly Variant[] => (product && product.variants.length > 1 ? product.variants : []);

/// Only what tells them apart: "52", or "rose gold, 52".
export function sizeName({ variants }: Product, v: Variant): string {
  const parts = (['colour', 'material', 'size'] as const).filter((name) => new Set(variants.map((one) => one[name])).size > 1);
  return parts.map((name) => v[name]).filter(Boolean).join(', ') || v.sku;
}

/// How many there are in all branches, where the shop counts them.
export function sizeStock({ available, stock }: Variant): string {
  if (!available) return 'none left';
  return stock?.length ? `${stock.reduce((all, { quantity }) => all + quantity, 0)} left` : '';
}
