// SPDX-License-Identifier: Apache-2.0
import type { Cart, CartItem } from '../protocol/index.js';

/// What pages write in places meant for machines, made into values: nothing is believed, everything is cut.

export type Node = Record<string, unknown>;

/// A product as the page describes it. `media` are Vitrine's own ids, where the page's images name them.
export interface FoundProduct {
  sku: string;
  variant?: string;
  name?: string;
  price?: string;
  currency?: string;
  url?: string;
  image?: string;
  available?: boolean;
  media: string[];
}

/// An order that was made: never who made it, nor where it goes.
export interface FoundOrder {
  reference: string;
  value: string;
  currency: string;
  items: CartItem[];
}

const LINES_MAX = 50;

export const list = (x: unknown): unknown[] => (Array.isArray(x) ? x : x == null ? [] : [x]);
export const text = (x: unknown): string => (typeof x === 'string' || typeof x === 'number' ? String(x).trim() : '');
export const isNode = (x: unknown): x is Node => typeof x === 'object' && x !== null;
export const node = (x: unknown): Node => (isNode(x) ? x : {});

/// An amount as a decimal with a point, however the page writes it: 1290, "1,290.00", "1.290,00 €". Empty where it is none.
export function decimal(x: unknown): string {
  const given = text(x).replace(/[^\d.,-]/g, '');
  const at = Math.max(given.lastIndexOf('.'), given.lastIndexOf(','));
  // A mark before three digits parts thousands, in a text that does not begin with a zero: nobody's price has mills.
  const parts = typeof x !== 'number' && /\d{3}$/.test(given) && at === given.length - 4 && !/^-?0?[.,]/.test(given);
  const plain = at < 0 || parts ? given.replace(/[.,]/g, '') : `${given.slice(0, at).replace(/[.,]/g, '')}.${given.slice(at + 1)}`;
  return plain !== '' && Number.isFinite(Number(plain)) ? plain.slice(0, 24) : '';
}

/// Of the smallest coins.
export const coins = (x: unknown, digits = 2): string => (text(x) && Number.isFinite(Number(x)) ? (Number(x) / 10 ** digits).toFixed(digits) : '');

/// A web address, whole; empty for anything else.
export function address(to: unknown, here: string): string {
  try {
    const url = new URL(text(to), here);
    return text(to) && /^https?:$/.test(url.protocol) ? url.href.slice(0, 2048) : '';
  } catch { return ''; }
}

type Raw = { [key in keyof FoundProduct]?: unknown };

/// null without an id.
export function product(raw: Raw, here: string): FoundProduct | null {
  const sku = text(raw.sku).slice(0, 64);
  if (!sku) return null;
  const found: FoundProduct = { sku, media: (raw.media ?? []) as string[] };
  const put = (key: 'variant' | 'name' | 'price' | 'currency' | 'url' | 'image', value: string): void => { if (value) found[key] = value; };
  put('variant', text(raw.variant).slice(0, 64));
  put('name', text(raw.name).slice(0, 150));
  put('price', decimal(raw.price));
  put('currency', text(raw.currency).slice(0, 3));
  put('url', address(raw.url || here, here));
  put('image', address(raw.image, here));
  if (typeof raw.available === 'boolean') found.available = raw.available;
  return found;
}

/// A line of a bag or an order; null for what has no id or is none.
export function line(raw: Raw & { qty?: unknown }, here: string): CartItem | null {
  const qty = Math.min(Math.trunc(Number(raw.qty ?? 1)), 9999);
  const found = qty > 0 && product(raw, here);
  if (!found) return null;
  const { media: _, currency: __, available: ___, url, ...rest } = found;
  return { ...rest, qty, ...(raw.url && url ? { url } : {}) };
}

export const lines = (raw: unknown, read: (x: Node) => CartItem | null): CartItem[] => list(raw).filter(isNode).map(read).filter((x) => x !== null);

/// What fits into one message.
export function bag(items: CartItem[], source: NonNullable<Cart['source']>, currency: unknown, total: unknown, id?: unknown, checkout?: string): Cart {
  const money = text(currency).slice(0, 3);
  const sum = decimal(total);
  const more = items.length - LINES_MAX;
  return {
    items: items.slice(0, LINES_MAX), source, ...(money && { currency: money }), ...(sum && { total: sum }), ...(more > 0 && { more }),
    ...(text(id) && { id: text(id).slice(0, 64) }), ...(checkout && { checkout }),
  };
}
