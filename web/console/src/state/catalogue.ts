// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { Product } from '../../../protocol/index.js';
import { explain } from '../lib/faults.js';
import { theLink } from './line.js';

/// The catalogue as the tray searches it, and single products by sku for thumbnails. One search runs at a time; an answer
/// that is no longer asked for is dropped.

const PAGE = 12;
const DEBOUNCE_MS = 220;
const PRODUCTS_MAX = 500;

export const text = signal('');
export const hits = signal<readonly Product[] | null>(null);
export const next = signal<number | null>(null);
export const searching = signal(false);
export const fault = signal<string | null>(null);

let asked = 0;
let timer = 0;

/// Searches as one types.
export function type(value: string): void {
  text.value = value;
  clearTimeout(timer);
  timer = window.setTimeout(() => void search(), DEBOUNCE_MS);
}

export async function search(from = 0): Promise<void> {
  const mine = ++asked;
  searching.value = true;
  fault.value = null;
  try {
    const answer = await theLink().request('catalogue.search', { text: text.peek().trim().slice(0, 100), n: PAGE, ...(from > 0 ? { from } : {}) });
    if (mine !== asked) return;
    for (const product of answer.hits) remember(product);
    hits.value = from > 0 ? [...(hits.peek() ?? []), ...answer.hits] : answer.hits;
    next.value = answer.next ?? null;
  } catch (e) {
    if (mine === asked) fault.value = explain(e);
  } finally {
    if (mine === asked) searching.value = false;
  }
}

/// Products by sku: null while asked for, or when the catalogue has none.
export const products = signal<ReadonlyMap<string, Product | null>>(new Map());

function remember(product: Product): void {
  keep(product.sku, product);
  for (const variant of product.variants) if (variant.sku !== product.sku) keep(variant.sku, product);
}

function keep(sku: string, product: Product | null): void {
  const map = new Map(products.peek());
  map.delete(sku);
  map.set(sku, product);
  if (map.size > PRODUCTS_MAX) map.delete(map.keys().next().value as string);
  products.value = map;
}

export async function productOf(sku: string): Promise<Product | null> {
  const there = products.peek().get(sku);
  if (there !== undefined) return there;
  keep(sku, null);
  try {
    const product = await theLink().request('catalogue.product', { sku });
    remember(product);
    keep(sku, product);
    return product;
  } catch {
    return null;
  }
}

export function forgetCatalogue(): void {
  asked++;
  text.value = '';
  hits.value = null;
  next.value = null;
  products.value = new Map();
}
