// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { productInPage } = await load(new URL('../jsonld.ts', import.meta.url));
const id = 'a'.repeat(64);
const page = (blocks, href = 'https://shop.example/halo') => productInPage({
  location: { href },
  querySelectorAll: () => blocks.map((b) => ({ textContent: typeof b === 'string' ? b : JSON.stringify(b) })),
});

test('a plain product', () => {
  assert.deepEqual(page([{ '@type': 'Product', sku: 'VT-1', name: 'Halo', image: '/h.jpg', offers: { price: 1290, priceCurrency: 'EUR' } }]), {
    sku: 'VT-1', media: [], name: 'Halo', price: '1290', currency: 'EUR', url: 'https://shop.example/halo', image: 'https://shop.example/h.jpg' });
});

test('in a graph, behind other blocks and broken ones', () => {
  const found = page(['{not json', { '@type': 'BreadcrumbList' }, { '@graph': [{ '@type': 'WebPage' }, { '@type': ['Thing', 'Product'], mpn: 'M7' }] }]);
  assert.equal(found.sku, 'M7');
});

test('a list at the top, a type as an address, a gtin in place of a sku', () => {
  assert.equal(page([[{ '@type': 'https://schema.org/Product', gtin13: '4006381333931' }]]).sku, '4006381333931');
});

test('the images name their media, others are left out', () => {
  const image = [{ '@type': 'ImageObject', contentUrl: '/a.jpg', identifier: id }, { '@type': 'ImageObject', identifier: 'x' }, '/c.jpg'];
  const found = page([{ '@type': 'Product', sku: 's', image }]);
  assert.deepEqual(found.media, [id]);
  assert.equal(found.image, 'https://shop.example/a.jpg');
});

test('a group: price of its first variant, or of the one the address names', () => {
  const group = { '@type': 'ProductGroup', productGroupID: 'G', hasVariant: [
    { '@type': 'Product', sku: 'G-48', offers: { price: '10.00', priceCurrency: 'EUR' } },
    { '@type': 'Product', sku: 'G-50', offers: { '@type': 'AggregateOffer', lowPrice: '12.00', priceCurrency: 'EUR' } }] };
  assert.deepEqual([page([group]).price, page([group]).variant], ['10.00', undefined]);
  const named = page([group], 'https://shop.example/g?variant=G-50');
  assert.deepEqual([named.sku, named.variant, named.price], ['G', 'G-50', '12.00']);
});

test('a struck-out price is not the price', () => {
  const offers = { price: '3680.00', priceCurrency: 'EUR', priceSpecification: { price: '3980.00', priceCurrency: 'EUR' } };
  assert.equal(page([{ '@type': 'Product', sku: 's', offers }]).price, '3680.00');
});

test('no product, none without an id, none too deep; long text is cut', () => {
  assert.equal(page([]), null);
  assert.equal(page([{ '@type': 'Product', name: 'nameless' }]), null);
  let deep = { '@type': 'Product', sku: 's' };
  for (let i = 0; i < 10; i++) deep = { '@graph': [deep] };
  assert.equal(page([deep]), null);
  const long = page([{ '@type': 'Product', sku: 's'.repeat(500), name: 'n'.repeat(500), url: 'javascript:alert(1)' }]);
  assert.deepEqual([long.sku.length, long.name.length], [64, 150]);
});
