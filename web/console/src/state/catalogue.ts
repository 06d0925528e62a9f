// SPDX-License-Identifier: Apache-2.0

import { signal } from '@preact/signals';
import type { FacetCount, FacetValue, Product } from '../../../protocol/index.js';
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

/// What the answer says beside its hits: how many there are in all, what could narrow them, the words it was read as.
export const total = signal(0);
export const counts = signal<readonly FacetCount[]>([]);
export const stocked = signal(0);
export const prices = signal<{ least?: string; most?: string }>({});
export const readAs = signal<string | null>(null);

/// What narrows the search: of one facet any, of several each; prices as typed.
export const wanted = signal<readonly FacetValue[]>([]);
export const inStock = signal(false);
export const least = signal('');
export const most = signal('');
const WANTED_MAX = 24;

export const isWanted = (of: FacetValue): boolean => wanted.value.some((w) => w.facet === of.facet && w.value === of.value);

export function toggle(of: FacetValue): void {
  const without = wanted.peek().filter((w) => w.facet !== of.facet || w.value !== of.value);
  wanted.value = without.length < wanted.peek().length ? without : [...without, { facet: of.facet, value: of.value }].slice(-WANTED_MAX);
  void search();
}

export function toggleStock(): void {
  inStock.value = !inStock.peek();
  void search();
}

export function price(end: 'least' | 'most', value: string): void {
  (end === 'least' ? least : most).value = value;
  later();
}

export function widen(): void {
  wanted.value = [];
  inStock.value = false;
  least.value = most.value = '';
  void search();
}

/// "1 290,50" as a decimal; undefined: no amount.
export const amount = (typed: string): string | undefined => /^\d{1,9}(\.\d{1,2})?$/.exec(typed.replace(/[\s']/g, '').replace(',', '.'))?.[0];

function narrowing(): { filter?: FacetValue[]; stocked?: boolean; least?: string; most?: string } {
  const from = amount(least.peek());
  const to = amount(most.peek());
  return {
    ...(wanted.peek().length > 0 ? { filter: [...wanted.peek()] } : {}),
    ...(inStock.peek() ? { stocked: true } : {}),
    ...(from ? { least: from } : {}),
    ...(to ? { most: to } : {}),
  };
}

let asked = 0;
let timer = 0;

/// Searches as one types.
export function type(value: string): void {
  text.value = value;
  later();
}

function later(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void search(), DEBOUNCE_MS);
}

export async function search(from = 0): Promise<void> {
  const mine = ++asked;
  searching.value = true;
  fault.value = null;
  try {
    const answer = await theLink().request('catalogue.search', { text: text.peek().trim().slice(0, 100), n: PAGE, ...narrowing(), ...(from > 0 ? { from } : { counts: true }) });
    if (mine !== asked) return;
    for (const product of answer.hits) remember(product);
    hits.value = from > 0 ? [...(hits.peek() ?? []), ...answer.hits] : answer.hits;
    next.value = answer.next ?? null;
    total.value = answer.total ?? hits.value.length;
    readAs.value = answer.readAs ?? null;
    if (from > 0) return;
    counts.value = answer.counts ?? [];
    stocked.value = answer.stocked ?? 0;
    prices.value = { ...(answer.least ? { least: answer.least } : {}), ...(answer.most ? { most: answer.most } : {}) };
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
  wanted.value = counts.value = [];
  inStock.value = false;
  least.value = most.value = '';
  products.value = new Map();
}
