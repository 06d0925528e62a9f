// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { Layer } = await load(new URL('../layer.ts', import.meta.url));
const ring = { item_id: 'VT-1', item_name: 'Halo', price: 1290, quantity: 1 };
const watch = { item_id: 'VT-9', item_name: 'Dress watch', price: '990.00' };
const ga = (event, items, more = {}) => ({ event, ecommerce: { currency: 'EUR', items, ...more } });
/// gtag pushes the arguments of a call.
const gtag = (...args) => (function () { return arguments; })(...args);

function over(entries, from = null) {
  const seen = { n: 0 };
  const layer = new Layer(from, () => 'https://shop.example/halo', () => seen.n++);
  const data = [...entries];
  layer.look(data);
  return { layer, data, seen };
}
const bagOf = ({ layer }) => layer.cart?.items.map(({ sku, qty }) => `${sku} x${qty}`);

test('what was pushed before us, in both ways of writing', () => {
  const it = over([{ event: 'gtm.js' }, ga('view_item', [ring]), gtag('event', 'add_to_cart', { currency: 'EUR', items: [ring] }), gtag('config', 'G-1'), null, 7, 'x']);
  assert.deepEqual([it.layer.product.sku, it.layer.product.price, it.layer.product.currency], ['VT-1', '1290', 'EUR']);
  assert.deepEqual(bagOf(it), ['VT-1 x1']);
  assert.equal(it.layer.cart.currency, 'EUR');
});

test('in, out, the whole of it, and the purchase', () => {
  const it = over([]);
  it.data.push(ga('add_to_cart', [ring]));
  it.data.push(ga('add_to_cart', [{ ...ring, quantity: 2 }, watch]));
  assert.deepEqual(bagOf(it), ['VT-1 x3', 'VT-9 x1']);
  it.data.push(ga('remove_from_cart', [watch, { item_id: 'never-in', quantity: 5 }]));
  assert.deepEqual(bagOf(it), ['VT-1 x3']);
  it.data.push(ga('view_cart', [{ ...ring, quantity: 3 }], { value: 3870 }));
  assert.equal(it.layer.cart.total, '3870');
  it.data.push(ga('purchase', [ring], { transaction_id: 'T-1', value: 1290, tax: 200, shipping: 9, user_data: { email: 'ada@canary.test' }, customer: { name: 'Canary' } }));
  assert.deepEqual(it.layer.order, { reference: 'T-1', value: '1290', currency: 'EUR', items: [{ sku: 'VT-1', name: 'Halo', price: '1290', qty: 1 }] });
  assert.deepEqual(bagOf(it), []);
  assert.ok(!JSON.stringify([it.layer.order, it.layer.cart]).includes('anary'));
  assert.equal(it.seen.n, 5);
});

test('the bag goes on from the page before; what was seen there does not', () => {
  const it = over([ga('add_to_cart', [ring])], { items: [{ sku: 'VT-9', qty: 1 }], source: 'datalayer' });
  assert.deepEqual(bagOf(it), ['VT-9 x1', 'VT-1 x1']);
  it.layer.turn();
  assert.equal(it.layer.product, null);
  assert.deepEqual(bagOf(it), ['VT-9 x1', 'VT-1 x1']);
});

test('the page\'s push stays the page\'s: its answer, its errors, and no trace afterwards', () => {
  const data = [];
  const was = data.push;
  const layer = new Layer(null, () => 'https://shop.example/', () => { throw new Error('ours'); });
  layer.look(data);
  layer.look(data);
  assert.equal(data.push(ga('add_to_cart', [ring]), { a: 1 }), 2);
  assert.equal(data.length, 2);
  layer.end();
  assert.equal(data.push, was);
  const other = (...x) => was.apply(data, x);
  layer.look(data);
  data.push = other;
  layer.end();
  assert.equal(data.push, other, 'who has patched it since keeps it');
  layer.look('not a layer');
});

test('what is no piece is none; a bag is cut to what one message holds', () => {
  const it = over([ga('add_to_cart', [{ item_name: 'nameless' }, { item_id: 'a', quantity: -2 }, { item_id: 'b', quantity: 'many' }, null])]);
  assert.deepEqual(bagOf(it), []);
  it.data.push(ga('view_cart', Array.from({ length: 60 }, (_, i) => ({ item_id: `p${i}` }))));
  assert.deepEqual([it.layer.cart.items.length, it.layer.cart.more], [50, 10]);
  it.data.push(ga('purchase', [], { value: 1 }), ga('purchase', [], { transaction_id: 'x', value: 'free' }));
  assert.equal(it.layer.order, null);
});
