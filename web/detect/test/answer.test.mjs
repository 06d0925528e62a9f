// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { read } = await load(new URL('../answer.ts', import.meta.url));
const { openGraph } = await load(new URL('../graph.ts', import.meta.url));

test('a page\'s own function: true and nothing else is success', () => {
  assert.deepEqual([true, { success: true }].map(read), [{ success: true }, { success: true }]);
  const reason = (answer) => read(answer).success === false && read(answer).reason;
  assert.deepEqual([false, undefined, 1, 'yes', null, { success: 'true' }, { success: false }].map(reason), Array(7).fill('refused'));
  assert.deepEqual(['out-of-stock', 'sold out', 'unknown-product', 'not found', 'choose-a-size'].map((one) => reason({ success: false, reason: one })), ['stock', 'stock', 'unknown', 'unknown', 'refused']);
});

test('OpenGraph: a product page only, by its number or its address', () => {
  const graph = (tags, here = 'https://shop.example/p/halo-ring/?a=1') => openGraph({ querySelector: (q) => ({ content: tags[/"(.*)"/.exec(q)[1]] }) }, here);
  assert.equal(graph({ 'og:type': 'website', 'og:title': 'Shop' }), null);
  assert.deepEqual(graph({ 'og:type': 'product', 'og:title': 'Halo', 'og:image': '/h.jpg', 'product:price:amount': '12,50', 'product:price:currency': 'EUR', 'product:availability': 'out of stock' }), {
    sku: 'halo-ring', media: [], name: 'Halo', price: '12.50', currency: 'EUR', url: 'https://shop.example/p/halo-ring/?a=1', image: 'https://shop.example/h.jpg', available: false });
  assert.equal(graph({ 'og:type': 'og:product', 'product:retailer_item_id': 'VT-1' }).sku, 'VT-1');
});
