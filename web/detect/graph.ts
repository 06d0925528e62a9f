// SPDX-License-Identifier: Apache-2.0
import { product } from './values.js';
import type { FoundProduct } from './values.js';

/// OpenGraph, the last resort: most pages have it, few with a piece's number. Without one the address is its name.
export function openGraph(doc: Document, here: string): FoundProduct | null {
  const read = (...names: string[]): string | undefined => names.map((n) => doc.querySelector<HTMLMetaElement>(`meta[property="${n}"]`)?.content).find(Boolean);
  if (!/^(og:)?product/.test(read('og:type') ?? '')) return null;
  const stock = read('product:availability', 'og:availability');
  return product({
    sku: read('product:retailer_item_id', 'product:sku') ?? new URL(here).pathname.split('/').filter(Boolean).at(-1),
    name: read('og:title'), price: read('product:price:amount', 'og:price:amount'), currency: read('product:price:currency', 'og:price:currency'),
    url: read('og:url'), image: read('og:image:secure_url', 'og:image'), ...(stock && { available: !/out|discont/i.test(stock) }),
  }, here);
}
