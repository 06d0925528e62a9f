// SPDX-License-Identifier: Apache-2.0
/// The bag of the customer's page: seen by staff as the page says it, changed by the page alone, and what became of it in the
/// thread; and what the shop's pages have shown, for the shop's own check.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { associate, back, customer, eventually, keeper, leave, live, shop, take } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max', ['sam', 'supervisor']], args: ['--rate-act', '1000', '--capacity', '100'] });
});

const RING = { sku: 'VT-1042', variant: '52', name: 'Halo ring', qty: 1, price: '1290.00', url: '/halo' };
const BAG = { id: 'b1', currency: 'EUR', total: '1290.00', items: [RING], source: 'jsonld' };
const PIECE = { sku: 'VT-1042', variant: '52', qty: 1, name: 'Halo ring' };

/// What the page is asked is answered by `result`; resolves what it was asked.
function page(c, result) {
  const asked = [];
  c.onAsk = (d) => {
    asked.push(d);
    c.notice('answer', { ask: d.ask, ...result });
  };
  return asked;
}

test('the bag reaches staff, now and those who come later, and no guest or customer', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  c.notice('cart.now', BAG);
  const { d, by } = await a.waitFor('cart.now');
  assert.deepEqual([by, d], ['c', BAG]);
  c.notice('cart.now', { ...BAG, total: '2580.00', items: [{ ...RING, qty: 2 }] });
  await a.waitFor('cart.now', (now) => now.items[0].qty === 2);
  const max = await associate(server, 'max');
  await max.request('conv.open', { conv: c.conv });
  assert.equal((await max.waitFor('snapshot')).d.cart.items[0].qty, 2);
  const again = await back(server, c);
  await again.beat();
  assert.deepEqual(again.seen('snapshot').filter(({ d: one }) => one.cart), [], 'the page knows its bag');
  c.cut();
  again.notice('cart.now', { items: [] });
  assert.deepEqual((await a.waitFor('cart.now', (now) => now.items.length === 0)).d, { items: [] }, 'an empty bag is one');
  await max.cut();
  await leave({ c: again, a });
});

test('staff who come back hear of the bag as it is', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await a.cut();
  c.notice('cart.now', BAG);
  await c.beat();
  const lea = await associate(server, 'lea');
  const { c: m } = await lea.request('conv.open', { conv: c.conv });
  assert.equal(m, n);
  assert.deepEqual((await lea.waitFor('snapshot')).d.cart, BAG);
  await leave({ c, a: lea });
});

test('the customer takes a piece: the page does it, both sides see its answer', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const asked = page(c, { success: true });
  assert.deepEqual(await c.request('cart.add', { ...PIECE, url: '/halo' }), { success: true });
  assert.deepEqual(asked.map(({ op, by, d }) => [op, by, d]), [['cart.add', 'c', { ...PIECE, url: '/halo' }]]);
  assert.deepEqual((await a.waitFor('cart.add')).d, { ...PIECE, success: true });
  assert.deepEqual((await c.waitFor('cart.add')).d, { ...PIECE, success: true }, 'whoever asked finds the row as everybody does');
  page(c, { success: false, reason: 'stock' });
  assert.deepEqual(await c.request('cart.add', PIECE), { success: false, reason: 'stock' });
  assert.deepEqual((await a.waitFor('cart.add', (d) => !d.success)).d, { ...PIECE, success: false, reason: 'stock' });
  page(c, { success: true });
  assert.deepEqual(await c.request('cart.update', { sku: 'VT-1042', qty: 0 }), { success: true });
  assert.deepEqual((await a.waitFor('cart.update')).d, { sku: 'VT-1042', qty: 0, success: true });
  const { rows } = await c.request('chat.history', { before: 1000, n: 50 });
  assert.deepEqual(rows.filter(({ op }) => op.startsWith('cart.')).map(({ op, d }) => [op, d.success]), [['cart.add', true], ['cart.add', false], ['cart.update', true]]);
  await leave(pair);
});

test('an associate asks: the page hears who, has time for the customer, and is asked once for one cid', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const asked = page(c, { success: false, reason: 'refused' });
  const cid = randomUUID();
  for (let i = 0; i < 2; i++) assert.deepEqual(await a.request('cart.add', PIECE, { c: n, cid }), { success: false, reason: 'refused' });
  assert.equal(asked.length, 1, 'twice the same is asked once');
  assert.equal(asked[0].by, 'a1');
  assert.ok(asked[0].until - Date.now() > 15_000, 'the customer is asked first, and needs time');
  assert.equal((await c.waitFor('cart.add')).by, 'a1');
  page(c, { success: true });
  assert.deepEqual(await a.request('cart.update', { ...PIECE, qty: 3 }, { c: n }), { success: true });
  const records = await eventually('the record', async () => {
    const lines = (await server.admin(['audit', 'list'])).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    const found = lines.filter(({ object, verb }) => object === c.conv && verb === 'cart.add');
    return found.length ? found : null;
  });
  assert.equal(records.length, 1, 'what an associate asks of a page is on record');
  page(c, { success: true, variant: '54' });
  await a.request('cart.add', { sku: 'VT-1042', qty: 1 }, { c: n });
  assert.equal((await a.waitFor('cart.add', (d) => d.success)).d.variant, '54', 'which size was the customer\'s to say');
  page(c, { success: true, variant: '56' });
  await a.request('cart.add', { ...PIECE, qty: 2 }, { c: n });
  assert.equal((await a.waitFor('cart.add', (d) => d.qty === 2)).d.variant, '52', 'one that was named stays');
  await leave(pair);
});

test('the way to the checkout: as the page names it, sent by staff alone, to the shop alone', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const way = 'https://shop.test/checkout';
  c.notice('cart.now', { ...BAG, checkout: way });
  assert.equal((await a.waitFor('cart.now')).d.checkout, way);
  const send = (checkout) => ({ kind: 'text', body: { text: 'All is in your bag.', checkout } });
  await a.request('chat.send', send('/checkout/'), { c: n });
  assert.equal((await c.waitFor('chat.send', ({ body }) => body.checkout)).d.body.checkout, '/checkout/');
  assert.equal((await c.refusal('chat.send', send('/checkout/'))).code, 'role.forbidden');
  for (const away of ['https://elsewhere.example/pay', '//elsewhere.example', 'javascript:alert(1)', '']) {
    assert.deepEqual([(await a.refusal('chat.send', send(away), { c: n })).code, away], ['field.bad', away]);
  }
  await leave(pair);
});

test('what is no bag is refused by its field', async () => {
  const pair = await live(server);
  const { c } = pair;
  const bad = [['cart.add', { sku: '', qty: 1 }], ['cart.add', { sku: 'x', qty: 0 }], ['cart.add', { sku: 'x', qty: 1000 }], ['cart.update', { sku: 'x', qty: 1000 }]];
  for (const [op, d] of bad) assert.equal((await c.refusal(op, d)).code, 'field.bad', JSON.stringify(d));
  assert.equal((await c.noticeFault('cart.now', { items: Array.from({ length: 51 }, () => ({ sku: 'x', qty: 1 })) })).code, 'too.large');
  await leave(pair);
});

test('a bag is taken before a session, adding is not', async () => {
  const c = await customer(server);
  c.notice('cart.now', BAG);
  assert.equal((await c.refusal('cart.add', PIECE)).code, 'state.wrong');
  await c.request('queue.join', { lang: 'en' });
  const a = await associate(server);
  await take(a, c.conv);
  assert.deepEqual(a.seen('snapshot')[0].d.cart, BAG);
  await leave({ c, a });
});

test('who wants no trail has no bag watched', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await c.request('consent.refuse', { capabilities: ['trail'] });
  c.notice('cart.now', BAG);
  await c.beat();
  await a.beat();
  assert.deepEqual(a.seen('cart.now'), []);
  await leave(pair);
});

test('what the pages have shown: the newest of each address, twenty of them, for supervisors of the site', async () => {
  const c = await customer(server);
  const url = (i) => `https://shop.test/p${i}`;
  for (let i = 0; i < 22; i++) c.notice('page.seen', { url: url(i), product: 'jsonld', sku: `VT-${i}`, adds: 'shopify' });
  c.notice('page.seen', { url: url(5), product: 'opengraph', faults: ['JSON-LD 1 of 1 is not JSON'] });
  await c.beat();
  const sam = await rest(server, 'sam');
  const answer = await sam.get('/site/pages');
  assert.equal(answer.status, 200);
  const body = answer.json();
  assert.equal(body.pages.length, 20);
  const [first, second] = body.pages;
  assert.deepEqual([first.url, first.product, first.faults], [url(5), 'opengraph', ['JSON-LD 1 of 1 is not JSON']]);
  assert.deepEqual([second.url, second.adds], [url(21), 'shopify']);
  assert.ok(Math.abs(first.at - Date.now()) < 60_000);
  assert.deepEqual(body.pages.filter((one) => one.url === url(5)).length, 1);
  assert.equal((await (await rest(server, 'lea')).get('/site/pages')).status, 403);
  await c.cut();
});
