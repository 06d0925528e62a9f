// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { jsonLd } = await load(new URL('../jsonld.ts', import.meta.url));
const id = 'a'.repeat(64);
const read = (blocks, href = 'https://shop.example/halo') => jsonLd({
  querySelectorAll: () => blocks.map((b) => ({ textContent: typeof b === 'string' ? b : JSON.stringify(b) })),
}, href);
const page = (blocks, href) => read(blocks, href).product;

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

test('broken JSON and a piece without a number are named, and what is behind them is read', () => {
  const { product, faults } = read(['{"@type":"Product",}', { '@type': 'Product', name: 'nameless' }]);
  assert.equal(product, null);
  assert.match(faults[0], /^JSON-LD 1 of 2 is not JSON/);
  assert.match(faults[1], /add one/);
  assert.equal(page(['<!-- {"@type":"Product","sku":"c"} -->', ]).sku, 'c');
  assert.equal(page(['//<![CDATA[\n{"@type":"Product","sku":"d"}\n//]]>']).sku, 'd');
});

test('several pieces: the one of this address; a list of others has none', () => {
  const piece = (sku, url) => ({ '@type': 'Product', sku, url });
  assert.equal(page([piece('a', '/a'), piece('b', '/halo?x=1'), piece('c', '/c')]).sku, 'b');
  assert.equal(page([[piece('a', '/a'), piece('b', '/b')]]), null);
  assert.equal(page([{ '@type': 'ItemList', itemListElement: [{ item: piece('a', '/a') }] }]), null);
  assert.equal(page([piece('a'), piece('b', '/b')]).sku, 'a', 'what names no address is this page\'s');
});

test('stock and prices as pages write them', () => {
  const offered = (offers) => page([{ '@type': 'Product', sku: 's', offers }]);
  assert.equal(offered({ price: '1.290,00 €', availability: 'https://schema.org/OutOfStock' }).available, false);
  assert.equal(offered([{ price: 'EUR 1,290.00', availability: 'InStock' }]).available, true);
  assert.deepEqual(['1.290,00 €', '1,290.00', '1 290,5', '19,99', '1,290', '1.290', '0.125', 1290, 12.5, 'free', '', '12.345.678'].map((price) => offered({ price }).price),
    ['1290.00', '1290.00', '1290.5', '19.99', '1290', '1290', '0.125', '1290', '12.5', undefined, undefined, '12345678']);
});

test('an order: number, amount and pieces, and nobody\'s name or address', () => {
  const order = { '@type': 'Order', orderNumber: 'A-77', price: '2580.00', priceCurrency: 'EUR',
    customer: { name: 'Ada Canary' }, billingAddress: { streetAddress: '1 Canary Row' }, acceptedOffer: [{ price: '1290.00', itemOffered: { sku: 'VT-1', name: 'Halo' }, eligibleQuantity: { value: 2 } }] };
  const found = read([order]).order;
  assert.deepEqual(found, { reference: 'A-77', value: '2580.00', currency: 'EUR', items: [{ sku: 'VT-1', name: 'Halo', price: '1290.00', qty: 2 }] });
  assert.ok(!JSON.stringify(found).includes('Canary'));
  const { price: _, priceCurrency: __, ...bare } = order;
  assert.equal(read([{ ...bare, totalPaymentDue: { price: 9, priceCurrency: 'CHF' } }]).order.value, '9');
  assert.equal(read([{ ...bare, priceCurrency: 'EUR' }]).order.value, '2580.00', 'counted from its pieces');
  assert.equal(read([bare]).order, null, 'no currency');
});
