// SPDX-License-Identifier: Apache-2.0
/// Two to four pieces side by side: who may lay them so, what becomes of them when one goes, and that everyone who comes
/// later sees the same, after kill -9 too.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { back, eventually, keeper, leave, live, openView, say, shop, viewSeen, writeCatalogue } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '50', '--rate-act', '500'] });
});

const truth = (pair, to = server) => viewSeen(to, pair);

/// Three pieces, the first and the last of them side by side.
async function compared(pair, scale = 'fit') {
  const { seq, slots } = await openView(pair, 3);
  const set = await pair.c.request('compare.set', { base: seq, slots: [slots[2], slots[0]], scale });
  await pair.a.waitFor('compare.set');
  return { slots, ...set };
}

test('the driver lays them side by side, everybody sees it', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { seq, slots } = await openView(pair, 3);
  const zoomed = await c.request('view.set', { base: seq, rect: [0.25, 0.25, 0.5, 0.5] });
  const set = await c.request('compare.set', { base: zoomed.seq, slots: [slots[2], slots[0]], scale: 'fit' });
  assert.deepEqual([set.active, set.rect], [slots[0], [0, 0, 1, 1]], 'the piece on show stays active, and they begin whole');
  const { d, by } = await a.waitFor('compare.set');
  assert.equal(by, 'c');
  assert.deepEqual(d, { seq: set.seq, slots: [slots[2], slots[0]], scale: 'fit', active: slots[0], rect: [0, 0, 1, 1] });
  const view = await truth(pair);
  assert.deepEqual([view.mode, view.compare, view.active], ['compare', { slots: [slots[2], slots[0]], scale: 'fit' }, slots[0]]);
  await leave(pair);
});

test('another scale or order keeps the place, another piece begins whole', async () => {
  const pair = await live(server);
  const { c } = pair;
  const { slots, seq } = await compared(pair);
  const at = [0.5, 0.25, 0.25, 0.25];
  const moved = await c.request('view.set', { base: seq, rect: at });
  const scaled = await c.request('compare.set', { base: moved.seq, slots: [slots[2], slots[0]], scale: 'true' });
  assert.deepEqual(scaled.rect, at);
  const turned = await c.request('compare.set', { base: scaled.seq, slots: [slots[0], slots[2]], scale: 'true' });
  assert.deepEqual(turned.rect, at);
  const three = await c.request('compare.set', { base: turned.seq, slots, scale: 'true' });
  assert.deepEqual(three.rect, [0, 0, 1, 1]);
  await leave(pair);
});

test('one rect serves every pane: another active one keeps it', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { slots, seq } = await compared(pair);
  const at = [0.5, 0.25, 0.25, 0.25];
  await c.request('view.set', { base: seq, rect: at });
  const set = await c.request('view.set', { base: seq, active: slots[2] });
  const { d } = await a.waitFor('view.set', (e) => e.active !== undefined);
  assert.deepEqual(d, { seq: set.seq, active: slots[2], rect: at });
  assert.equal((await c.refusal('view.set', { base: set.seq, active: slots[1] })).code, 'not.found', 'it is not beside the others');
  await c.request('view.set', { base: set.seq, active: slots[1], mode: 'image' });
  const view = await truth(pair);
  assert.deepEqual([view.mode, view.active, view.rect], ['image', slots[1], [0, 0, 1, 1]]);
  assert.deepEqual(view.compare, { slots: [slots[2], slots[0]], scale: 'fit' }, 'what was compared last is kept');
  await leave(pair);
});

test('what is refused', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 3);
  const ask = (slots_, base = seq) => c.refusal('compare.set', { base, slots: slots_, scale: 'fit' });
  const twice = await ask([slots[0], slots[0]]);
  assert.deepEqual([twice.code, twice.field], ['field.bad', '/d/slots']);
  assert.equal((await ask([slots[0]])).code, 'field.bad');
  assert.equal((await ask([1, 2, 3, 4, 5])).code, 'too.large');
  assert.equal((await ask([slots[0], 999])).code, 'not.found');
  assert.equal((await a.refusal('compare.set', { base: seq, slots: slots.slice(0, 2), scale: 'fit' }, { c: n })).code, 'driver.other');
  assert.equal((await c.refusal('view.set', { base: seq, mode: 'compare' })).code, 'not.found', 'nothing is compared yet');
  assert.equal((await c.refusal('view.open', { items: [{ media: 'm1' }], active: 1, mode: 'compare' })).field, '/d/mode');
  await a.request('view.item', { add: { media: 'm9' } }, { c: n });
  await c.waitFor('view.item');
  assert.equal((await ask(slots.slice(0, 2))).code, 'view.stale');
  assert.equal((await c.waitFor('view.state')).d.items.length, 4);
  await leave(pair);
});

test('the associate compares too, once the wheel is theirs', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 2, a);
  await a.request('compare.set', { base: seq, slots, scale: 'true' }, { c: n });
  assert.deepEqual((await c.waitFor('compare.set')).d.slots, slots);
  await leave(pair);
});

test('a compared piece that goes leaves the others, the last one alone', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const { seq, slots } = await openView(pair, 3);
  await c.request('compare.set', { base: seq, slots, scale: 'true' });
  const first = await c.request('view.item', { drop: slots[0] });
  const left = { slots: slots.slice(1), scale: 'true' };
  assert.deepEqual([first.active, first.mode, first.compare], [slots[1], undefined, left]);
  const { d } = await a.waitFor('view.item');
  assert.deepEqual(d, { seq: first.seq, drop: slots[0], active: slots[1], compare: left });
  const second = await c.request('view.item', { drop: slots[1] });
  assert.deepEqual([second.active, second.mode, second.compare], [slots[2], 'image', undefined]);
  assert.equal((await a.waitFor('view.item', (e) => e.drop === slots[1])).d.mode, 'image');
  const view = await truth(pair);
  assert.deepEqual([view.mode, view.compare], ['image', undefined]);
  await leave(pair);
});

test('what is added is shown alone; the comparison can be taken up again', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await compared(pair);
  const added = await c.request('view.item', { add: { media: 'm9' } });
  const { d } = await a.waitFor('view.item');
  assert.deepEqual([added.mode, d.mode, d.active], ['image', 'image', added.slot]);
  const { compare } = await truth(pair);
  await c.request('compare.set', { base: added.seq, ...compare });
  assert.equal((await truth(pair)).mode, 'compare');
  await leave(pair);
});

test('who comes back and who comes late sees the same, after kill -9 too', async (t) => {
  const own = await shop((fn) => t.after(fn), { associates: ['lea', 'max'] });
  const pair = await live(own);
  const { slots } = await compared(pair, 'true');
  // One saving is under way at a time: the first word is stored behind it, the second behind the one that it held up.
  for (const text of ['one', 'two']) await say(pair.c, text);
  const before = await truth(pair, own);
  await own.crash();
  await own.start();
  const c = await back(own, pair.c);
  const view = await truth({ c }, own);
  assert.deepEqual([view.mode, view.compare, view.active], ['compare', { slots: [slots[2], slots[0]], scale: 'true' }, before.active]);
  await c.request('view.drive', { take: true });
  await c.request('compare.set', { base: view.seq, slots: [slots[0], slots[1]], scale: 'fit' });
  await c.cut();
});

test('millimetres come with a piece from the catalogue, and a bad size is named', async (t) => {
  const own = await shop((fn) => t.after(fn), { associates: ['lea', 'max'] });
  const product = (sku, more) => ({ sku, title: sku, price: '1.00', pictures: [], variants: [{ sku: `${sku}-52` }], ...more });
  const path = writeCatalogue(own.data, [
    product('VT-1', { product_width: '2.1 cm', product_height: '26.5 mm' }),
    product('VT-2', { product_width: 'wide', product_height: '1 in' }),
    product('VT-3', { product_width: '1in', product_height: '1 in' }),
  ]);
  const { stdout, stderr } = await own.admin(['catalogue', 'import', '--site', 'pk_test', path]);
  assert.match(stdout + stderr, /VT-2.*product_width must be a length such as "2\.1 cm"/);
  const pair = await live(own);
  await eventually('the catalogue is there', async () => (await pair.c.ask('catalogue.product', { sku: 'VT-3' })).ok);
  const items = [{ sku: 'VT-1-52', media: 'm1' }, { sku: 'VT-2', media: 'm2' }, { media: 'm3' }];
  const opened = await pair.c.request('view.open', { items, active: 1, mode: 'image' });
  const size = ({ width_mm, height_mm }) => [width_mm, height_mm];
  assert.deepEqual(opened.items.map(size), [[21, 26.5], [undefined, undefined], [undefined, undefined]]);
  assert.deepEqual((await pair.a.waitFor('view.open')).d.items, opened.items);
  const added = await pair.c.request('view.item', { add: { sku: 'VT-3', media: 'm4' } });
  assert.deepEqual(size(added.item), [25.4, 25.4]);
  assert.deepEqual((await pair.a.waitFor('view.item')).d.add, added.item);
  assert.deepEqual((await pair.c.request('catalogue.product', { sku: 'VT-1' })).width_mm, 21);
  await leave(pair);
});
