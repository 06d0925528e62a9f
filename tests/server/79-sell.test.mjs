// SPDX-License-Identifier: Apache-2.0
/// From a messy feed to the report, in one conversation: found with a typo, shown, out of stock, the other size taken with an offer,
/// ordered, counted for whom it is.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { query } from './lib/kept.mjs';
import { SITE, eventually, keeper, live, shop } from './lib/kit.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-sell-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;
let ada;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max', ['ada', 'admin']] });
  ada = await rest(server, 'ada');
});

/// With a byte order mark, markup in a title, a megabyte of description, a row without a number and one that is there twice.
const FEED = `\uFEFFid,item_group_id,title,price,size,availability,description
SIG-50,SIG,<b>Signet</b> ring,500.00 EUR,50,in stock,"${'gold leaf '.repeat(110_000)}"
SIG-52,SIG,Signet ring,520.00 EUR,52,out of stock,
,,Nobody's,1 EUR,,,
SIG-50,,Once more,1 EUR,,,
CHAIN,,Fine chain,80.00 EUR,,in stock,
`;

test('search, show, out of stock, take it with an offer, order, report', async () => {
  const file = join(folder, 'feed.csv');
  writeFileSync(file, FEED);
  const { status, stdout, stderr } = await server.admin(['catalogue', 'import', '--site', SITE, file]);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^2 products, 0 pictures \(0 new\), 2 complaints$/m);
  const pair = await live(server);
  const { c, a, n } = pair;
  await eventually('the catalogue is served', async () => (await c.ask('catalogue.product', { sku: 'SIG' })).ok);

  const found = await c.request('catalogue.search', { text: 'signte rnig', n: 12, counts: true });
  assert.deepEqual([found.readAs, found.total, found.hits[0].sku, found.hits[0].title], ['signet ring', 1, 'SIG', 'Signet ring']);
  assert.deepEqual(found.hits[0].variants.map(({ sku, price, available }) => [sku, price, available]), [['SIG-50', '500.00', true], ['SIG-52', '520.00', false]]);
  assert.ok(found.hits[0].description.length <= 2000);

  const ref = { sku: 'SIG', name: 'Signet ring', price: '500.00', currency: 'EUR' };
  await a.request('chat.send', { kind: 'product', body: { product: ref } }, { c: n });
  assert.equal((await c.waitFor('chat.send', ({ kind }) => kind === 'product')).d.body.product.sku, 'SIG');
  await a.request('view.open', { items: [{ sku: 'SIG', media: 'm1', title: 'Signet ring' }], active: 1, mode: 'image' }, { c: n });
  await c.waitFor('view.open');

  // The page owns the bag, and has none of the larger size.
  const asked = [];
  c.onAsk = ({ ask, d }) => {
    asked.push(d);
    c.notice('answer', d.variant === 'SIG-52' ? { ask, success: false, reason: 'stock' } : { ask, success: true });
  };
  assert.deepEqual(await c.request('cart.add', { sku: 'SIG', variant: 'SIG-52', qty: 1 }), { success: false, reason: 'stock' });
  assert.deepEqual((await a.waitFor('cart.add')).d, { sku: 'SIG', variant: 'SIG-52', qty: 1, success: false, reason: 'stock' });
  const { offer, code } = await a.request('offer.make', { sku: 'SIG', variant: 'SIG-50', title: 'Signet ring', price: '450.00', currency: 'EUR', once: true }, { c: n });
  assert.deepEqual(await c.request('cart.add', { sku: 'SIG', variant: 'SIG-50', qty: 1, offer, code }), { success: true });
  await c.request('offer.take', { offer });
  assert.deepEqual([asked.at(-1).variant, asked.at(-1).code], ['SIG-50', code]);

  const items = [{ sku: 'SIG', variant: 'SIG-50', name: 'Signet ring, 50', qty: 1, price: '375.00' }];
  assert.deepEqual(await c.request('order.done', { reference: 'S-1', value: '375.00', currency: 'EUR', items }), { counted: true, source: 'page' });
  const { d } = await a.waitFor('order.done');
  assert.deepEqual([d.items, d.credit.map(({ associate }) => associate)], [[{ ...items[0], seen: true }], ['Lea']]);
  await c.request('session.end', {});
  assert.equal(await eventually('the outcome', () => query(server, 'SELECT outcome FROM session WHERE conv = ? AND ended > 0', c.conv)[0]?.[0]), 'sold');

  const report = async (name, by) => {
    const { columns, rows, total } = (await ada.get(`/reports/${name}?by=${by}`)).json();
    const named = (values) => Object.fromEntries(columns.map((column, i) => [column.name, values[i]]));
    return { rows: Object.fromEntries(rows.map((row) => [row.name ?? row.key, named(row.values)])), total: named(total.values) };
  };
  const { rows, total } = await report('sales', 'associate');
  const sold = { value: 375, orders: 1, average: 375, conversion: 1, conversion_viewed: 1, conversion_talk: null, seen: 1, pieces: 1, back: 0 };
  assert.deepEqual([rows.Lea, total], [sold, sold]);
  assert.equal((await report('sales', 'piece')).rows['Signet ring, 50'].value, 375);
  assert.equal((await report('offers', 'associate')).rows.Lea.offers_value, 450);
  await c.cut();
  await a.cut();
});
