// SPDX-License-Identifier: Apache-2.0
/// Orders: once a reference whoever tells them, credited by the site's rule, given back, counted in the report, and gone with the customer.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { bearer, rest } from './lib/http.mjs';
import { holds, query } from './lib/kept.mjs';
import { change } from './lib/tables.mjs';
import { OTHER_SITE, SITE, associate, customer, eventually, keeper, live, openView, setSettings, shop, take } from './lib/kit.mjs';

const DAY = 86_400_000;
const later = keeper(after);
let server;
let ada;
let people;
let key;
let token;

before(async () => {
  server = await shop(later, {
    other: true, associates: ['lea', 'max', ['sam', 'supervisor'], ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]],
    args: ['--capacity', '50', '--rate-act', '500', '--rate-search', '500', '--beat-live', '60s'], // many statements are asked for, and nobody answers a beat meanwhile
  });
  ada = await rest(server, 'ada');
  people = Object.fromEntries((await ada.get('/people')).json().people.map(({ login, id }) => [login, id]));
  key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
  token = bearer(server, (await ada.post('/site/tokens', { name: 'till', verbs: ['read', 'write'] })).json().token);
});

const RING = { sku: 'VT-1', variant: '52', name: 'Halo ring', qty: 1, price: '1000.00' };
const CHAIN = { sku: 'VT-9', name: 'Chain', qty: 2, price: '50.25' };
let numbers = 0;
const order = (more = {}) => ({ reference: `MV-${++numbers}`, value: '1100.50', currency: 'EUR', items: [RING, CHAIN], ...more });
const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (more) => {
  const text = `${b64({ alg: 'HS256' })}.${b64({ aud: SITE, sub: 'u-1', exp: Math.floor(Date.now() / 1000) + 300, ...more })}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
};
const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
const known = async (reference) => (await ada.get(`/orders?reference=${encodeURIComponent(reference)}`)).json().orders[0];

/// The customer's sessions so far, as if they had been so long ago: `taken` and `ended`, in ms before now.
const age = (conv, sid, taken, ended) => query(server, 'UPDATE session SET created = ?, taken = ?, ended = ? WHERE conv = ? AND sid = ?',
  Date.now() - taken, Date.now() - taken, ended === 0 ? 0 : Date.now() - ended, conv, sid);
const sids = (conv) => query(server, 'SELECT sid FROM session WHERE conv = ? ORDER BY created', conv).map(([sid]) => sid);

test('the page tells of an order in a session: counted once, and staff see it with its credit', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  const said = order();
  assert.deepEqual(await c.request('order.done', said), { counted: true, source: 'page' });
  const { d, by } = await a.waitFor('order.done');
  assert.equal(by, 'c');
  assert.deepEqual([d.reference, d.value, d.currency, d.source, d.rule, d.days, d.of], [said.reference, '1100.50', 'EUR', 'page', 'last', 30, 1]);
  assert.deepEqual(d.items, [{ ...RING, seen: true }, CHAIN], 'the ring was in the viewer');
  assert.deepEqual(d.credit.map(({ associate: name, share, gap }) => [name, share, gap]), [['Lea', 1, 0]]);
  assert.deepEqual(await c.request('order.done', { ...said, value: '9.00' }), { counted: false, source: 'page' }, 'a reload of the thanks page');
  assert.equal((await known(said.reference)).order.value, '1100.50');
  const other = await customer(server);
  assert.equal((await other.request('order.done', said)).counted, false, 'another customer cannot take it');
  assert.equal((await known(said.reference)).conversation, c.conv);
  const { orders } = await a.request('order.list', {}, { c: n });
  assert.deepEqual(orders.map((o) => o.reference), [said.reference]);
  assert.equal((await c.request('chat.history', { before: 1000, n: 50 })).rows.filter((r) => r.op === 'order.done').length, 0, 'the credit is for staff');
  assert.equal((await a.request('chat.history', { before: 1000, n: 50 }, { c: n })).rows.filter((r) => r.op === 'order.done').length, 1);
  await c.request('session.end', {});
  assert.equal(await eventually('the outcome', () => query(server, 'SELECT outcome FROM session WHERE conv = ?', c.conv)[0][0]), 'sold');
  await cut(c, a, other);
});

test('what cannot be is refused in words', async () => {
  const c = await customer(server);
  const bad = {
    '/d/value': [order({ value: '-3' }), order({ value: '1,50' }), order({ value: '1.23456' }), order({ value: '999999999999' })],
    '/d/currency': [order({ currency: 'eur' })],
    '/d/reference': [order({ reference: 'a\nb' })],
    '/d/items/1/price': [order({ items: [RING, { ...CHAIN, price: 'free' }] })],
    '/d/items/0/qty': [order({ items: [{ ...RING, qty: 0 }] })],
    '/d/items': [order({ items: Array.from({ length: 51 }, () => RING) })],
    '/d/token': [order({ token: 'x.y.z' }), order({ token: signed({ reference: 'another', value: '1', currency: 'EUR' }) })],
  };
  for (const [field, orders] of Object.entries(bad))
    for (const one of orders) {
      const { err } = await c.ask('order.done', one);
      assert.equal(err?.field, field, JSON.stringify(one).slice(0, 200));
      assert.ok(err.msg.length > 10);
    }
  await cut(c);
});

test('a conversation\'s page has a hundred orders, and no more', async () => {
  const c = await customer(server);
  await c.request('order.done', order());
  query(server, `WITH RECURSIVE up(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM up WHERE i < 99) INSERT INTO sale
    SELECT site, 'many-' || i, conv, value, currency, back, source, placed, version, rule, days, among FROM sale, up WHERE conv = ?`, c.conv);
  assert.equal((await c.refusal('order.done', order())).code, 'cap.reached');
  query(server, "DELETE FROM sale WHERE conv = ?", c.conv);
  await cut(c);
});

test('who stands higher is believed: page, signature, the shop', async () => {
  const { c, a, n } = await live(server);
  const said = order({ value: '5000.00' });
  await c.request('order.done', said);
  assert.deepEqual(await c.request('order.done', { ...said, token: signed({ reference: said.reference, value: '1200.00', currency: 'EUR' }) }), { counted: true, source: 'signed' });
  assert.equal((await known(said.reference)).order.value, '1200.00', 'the claims count, not what stands beside them');
  const told = await token.post('/orders', { ...said, value: '1100.00', items: [RING] });
  assert.equal(told.status, 200, told.text);
  assert.deepEqual([told.json().order.value, told.json().order.source, told.json().conversation], ['1100.00', 'shop', c.conv]);
  await a.until('three rows', () => a.seen('order.done')[2]);
  assert.equal((await c.request('order.done', said)).source, 'shop');
  assert.equal((await token.post('/orders', { ...said, value: '7.00' })).json().order.value, '1100.00', 'the shop, too, once');
  assert.equal((await a.request('order.list', {}, { c: n })).orders.length, 1);
  await cut(c, a);
});

test('by REST: whose it is by the shop\'s own id or the number spoken; nobody\'s is counted without credit', async () => {
  const { c, a } = await live(server);
  const [[spoken]] = query(server, 'SELECT reference FROM session WHERE conv = ?', c.conv);
  const first = await token.post('/orders', order({ session: spoken }));
  assert.equal(first.status, 201, first.text);
  assert.equal(first.json().conversation, c.conv);
  assert.equal(first.json().order.credit[0].associate, 'Lea');
  assert.equal((await a.waitFor('order.done')).by, 'system');
  await c.request('identify', { token: signed({ sub: 'buyer-7' }) });
  assert.equal((await token.post('/orders', order({ customer: 'buyer-7' }))).json().conversation, c.conv);
  const nobody = (await token.post('/orders', order({ customer: 'never-here' }))).json();
  assert.deepEqual([nobody.conversation, nobody.order.of, nobody.order.credit], [undefined, 0, undefined]);
  const earlier = (await token.post('/orders', order({ customer: 'buyer-7', placed: new Date(Date.now() - DAY).toISOString().replace('Z', '+00:00') }))).json();
  assert.equal(earlier.order.of, 0, 'placed before the session');
  assert.equal((await c.request('order.done', { reference: nobody.order.reference, value: '1.00', currency: 'EUR' })).source, 'shop');
  assert.equal((await known(nobody.order.reference)).order.credit[0].associate, 'Lea', 'the page says whose it is, the shop what it is worth');
  for (const [body, pointer] of [[order({ placed: 'soon' }), '/placed'], [order({ placed: '2999-01-01T00:00:00Z' }), '/placed'], [order({ value: 3 }), '/value'], [{}, '/reference']])
    assert.equal((await token.post('/orders', body)).json().pointer, pointer);
  await cut(c, a);
});

test('looked at together, though the shop alone tells of it and no view was kept', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const [[spoken]] = query(server, 'SELECT reference FROM session WHERE conv = ?', c.conv);
  const tells = async (items) => (await token.post('/orders', order({ session: spoken, items }))).json().order.items.map(({ seen }) => seen === true);
  assert.deepEqual(await tells([RING]), [false], 'nothing is on show yet');
  await openView(pair, 2);
  await eventually('the view is stored', () => query(server, 'SELECT view FROM session WHERE conv = ?', c.conv)[0][0]);
  assert.equal(query(server, "SELECT count(*) FROM message WHERE conv = ? AND kind = 'view.kept'", c.conv)[0][0], 0);
  assert.deepEqual(await tells([RING, { ...CHAIN, sku: 'VT-2' }]), [true, false], 'what lies in the viewer beside the piece on show is not looked at');
  await cut(c, a);
});

test('a till that names sizes by skus of their own: the catalogue knows whose they are', async () => {
  const path = join(server.data, 'sizes.csv');
  const line = (id, of, size) => `${id},${of},Halo ring,1000.00 EUR,${size},in stock`;
  writeFileSync(path, ['id,item_group_id,title,price,size,availability', line('VT-1-52', 'VT-1', 52), line('VT-1-54', 'VT-1', 54), line('VT-8-52', 'VT-8', 52)].join('\n'));
  await server.mustAdmin(['catalogue', 'import', '--site', SITE, path]);
  const pair = await live(server);
  const { c, a } = pair;
  await openView(pair, 1);
  const tells = async (...skus) => {
    await c.request('order.done', order({ items: skus.map((sku) => ({ ...CHAIN, sku })) }));
    return (await known(`MV-${numbers}`)).order.items.map(({ seen }) => seen === true);
  };
  assert.deepEqual(await tells('VT-1-52', 'VT-8-52', 'VT-1-99'), [true, false, false], 'the piece was on show, the till names its size');
  await c.request('mark.add', { slot: 1, kind: 'circle', points: [0.5, 0.5, 0.6, 0.6], colour: 1 });
  await c.request('view.open', { items: [{ sku: 'VT-8-52', media: 'm1' }], active: 1, mode: 'image' });
  assert.deepEqual(await tells('VT-8', 'VT-1-54', 'VT-9'), [true, true, false], 'the view named a size, the till the piece; and what was kept of the view');
  await cut(c, a);
});

test('another site\'s token, and roles', async () => {
  const said = order();
  await token.post('/orders', said);
  const eve = await rest(server, 'eve');
  const theirs = bearer(server, (await eve.post('/site/tokens', { name: 'till', verbs: ['read', 'write'] })).json().token);
  assert.equal((await theirs.get(`/orders?reference=${said.reference}`)).status, 404);
  assert.equal((await theirs.post('/returns', { reference: said.reference, id: 'r' })).status, 404);
  assert.equal((await theirs.post('/orders', { ...said, value: '3.00' })).status, 201, 'a reference is the site\'s');
  assert.equal((await known(said.reference)).order.value, '1100.50');
  const reader = bearer(server, (await ada.post('/site/tokens', { name: 'reader', verbs: ['read'] })).json().token);
  assert.equal((await reader.get('/orders')).status, 200);
  assert.equal((await reader.post('/orders', order())).json().type, 'verb');
  for (const who of ['lea', 'sam']) assert.equal((await (await rest(server, who)).get('/orders')).status, 403, who);
});

test('each rule, and the edges of its window', async () => {
  const c = await customer(server);
  const a = await associate(server, 'lea');
  const b = await associate(server, 'max');
  for (const staff of [a, b, a]) {
    await c.request('queue.join', { lang: 'en' });
    await take(staff, c.conv);
    await c.request('session.end', {});
  }
  await eventually('three sessions', () => query(server, 'SELECT count(*) FROM session WHERE conv = ? AND ended > 0', c.conv)[0][0] === 3);
  const [s1, s2, s3] = query(server, 'SELECT sid FROM session WHERE conv = ? ORDER BY taken', c.conv).map(([sid]) => sid);
  const minute = 600_000; // ten of them: as long as this test may take on a busy machine
  age(c.conv, s1, 11 * DAY, 10 * DAY + minute); // too long ago
  age(c.conv, s2, 10 * DAY, 10 * DAY - minute);
  age(c.conv, s3, DAY, DAY - minute);
  const credited = async () => {
    const said = order({ value: '100.00' });
    await c.request('order.done', said);
    const { order: now } = await known(said.reference);
    return [now.of, now.rule, ...now.credit.map(({ sid, associate: name, share }) => [sid, name, share])];
  };
  const rule = async (orders, first) => {
    await setSettings(server, { orders });
    await eventually('the rule', async () => {
      const probe = await customer(server);
      const said = order();
      await probe.request('order.done', said);
      await probe.cut();
      const { order: now } = await known(said.reference);
      return now.rule === first && now.days === orders.days;
    });
  };
  await rule({ rule: 'last', days: 10 }, 'last');
  assert.deepEqual(await credited(), [2, 'last', [s3, 'Lea', 1]]);
  await rule({ rule: 'first', days: 10 }, 'first');
  assert.deepEqual(await credited(), [2, 'first', [s2, 'Max', 1]]);
  await rule({ rule: 'split', days: 10 }, 'split');
  assert.deepEqual(await credited(), [2, 'split', [s2, 'Max', 0.5], [s3, 'Lea', 0.5]]);
  age(c.conv, s1, 11 * DAY, 10 * DAY - minute); // in time after all
  const three = await credited();
  assert.equal(three[0], 3);
  assert.equal(Math.round(three.slice(2).reduce((sum, [, , share]) => sum + share, 0) * 1e6), 1e6, 'no millionth is lost');
  for (const [orders, pointer] of [[{ rule: 'middle' }, '/settings/orders/rule'], [{ days: 0 }, '/settings/orders/days'], [{ days: 366 }, '/settings/orders/days']]) {
    const { etag } = (await ada.get('/site')).headers;
    assert.equal((await ada.put('/site', { settings: { orders } }, { 'If-Match': etag })).json().pointer, pointer);
  }
  await cut(c, a, b);
});

test('returns take back, part by part and whole, each once', async () => {
  const { c, a, n } = await live(server);
  const said = order();
  await c.request('order.done', said);
  const give = async (more) => token.post('/returns', { reference: said.reference, ...more });
  const part = await give({ id: 'R1', items: [{ sku: 'VT-9', qty: 1 }] });
  assert.equal(part.status, 200, part.text);
  assert.deepEqual([part.json().order.back, part.json().order.items[1].back], ['50.25', 1]);
  assert.equal((await a.waitFor('order.back')).d.back, '50.25');
  assert.equal((await give({ id: 'R1', items: [{ sku: 'VT-9', qty: 1 }] })).json().order.back, '50.25', 'told twice');
  for (const [more, words] of [[{ id: 'R2', items: [{ sku: 'VT-9', qty: 2 }] }, /not so many/], [{ id: 'R2', items: [{ sku: 'none', qty: 1 }] }, /no such line/], [{ id: 'R2', value: '1050.26' }, /more than is left/]]) {
    const refused = await give(more);
    assert.equal(refused.status, 422);
    assert.match(refused.json().detail, words);
  }
  assert.equal((await give({ id: 'R3', value: '0.25' })).json().order.back, '50.50');
  const whole = (await give({ id: 'R4' })).json().order;
  assert.deepEqual([whole.back, whole.items.map(({ back }) => back)], ['1100.50', [1, 2]]);
  assert.equal((await token.post('/returns', { reference: 'never', id: 'R1' })).status, 404);
  assert.equal((await a.request('order.list', {}, { c: n })).orders[0].back, '1100.50');
  await cut(c, a);
});

/// A day whose numbers are worked out by hand: Lea and Max in two queues, an order each, one shared, one of each kind of return, another currency.
test('the report of a scripted day', async () => {
  const day = Date.parse('2026-03-10T09:00:00Z');
  const site = query(server, 'SELECT site FROM site WHERE key = ?', SITE)[0][0];
  const text = (value) => (value === undefined ? 'NULL' : `'${value}'`);
  const script = []; // one start of the program that runs them, not thirty
  for (const [sid, queue, who] of [['d1', 'rings', people.lea], ['d2', 'rings', people.lea], ['d3', 'watches', people.max], ['d4', 'watches', people.max]])
    script.push(`INSERT INTO session (site, sid, conv, queue, associate, state, joined, created, ended, taken)
      VALUES ('${site}', '${sid}', 'day', '${queue}', '${who}', 5, ${day}, ${day}, ${day + 600_000}, ${day + 60_000})`);
  script.push(`INSERT INTO message (site, conv, cs, sid, aud, ts, author, kind, body) VALUES ('${site}', 'day', 1, 'd1', 1, ${day}, 'system', 'view.kept', '{"sku":"R1"}')`);
  const sale = (reference, value, { back = 0, currency = 'EUR', at = day + 3_600_000, credit = [], lines = [] }) => {
    script.push(`INSERT INTO sale (site, reference, conv, value, currency, back, source, placed, rule, days)
      VALUES ('${site}', '${reference}', 'day', ${value * 10000}, '${currency}', ${back * 10000}, 'shop', ${at}, 'last', 30)`);
    for (const [sid, queue, who, share] of credit)
      script.push(`INSERT INTO sale_credit VALUES ('${site}', '${reference}', '${sid}', NULL, '${who}', '${queue}', ${share}, 0)`);
    lines.forEach(([sku, name, qty, price, gone, seen], i) =>
      script.push(`INSERT INTO sale_item VALUES ('${site}', '${reference}', ${i}, ${text(sku)}, NULL, ${text(name)}, ${qty}, ${price * 10000}, ${gone}, ${seen})`));
  };
  sale('D1', 1000, { credit: [['d1', 'rings', people.lea, 1e6]], lines: [['R1', 'Halo', 1, 900, 0, 1], ['C1', 'Chain', 2, 50, 0, 0]] });
  sale('D2', 300, { credit: [['d2', 'rings', people.lea, 500000], ['d3', 'watches', people.max, 500000]], lines: [['C1', 'Chain', 6, 50, 1, 0]], back: 50 });
  sale('D3', 700, { credit: [['d4', 'watches', people.max, 1e6]], back: 700, lines: [['R1', 'Halo', 1, 700, 1, 1]] });
  sale('D4', 80, { credit: [['d3', 'watches', people.max, 1e6]], currency: 'CHF' });
  sale('D5', 9999, {}); // nobody's
  sale('D6', 500, { credit: [['d1', 'rings', people.lea, 1e6]], at: Date.parse('2026-03-11T00:00:00Z') }); // the day after
  change(server, `BEGIN;${script.join(';')};COMMIT;`);
  const report = async (query_) => {
    const answer = await ada.get(`/reports/sales?from=2026-03-10&to=2026-03-10&${query_}`);
    assert.equal(answer.status, 200, answer.text);
    const body = answer.json();
    const named = (values) => Object.fromEntries(body.columns.map((column, i) => [column.name, values[i]]));
    return { ...body, rows: Object.fromEntries(body.rows.map((row) => [row.name ?? row.key, named(row.values)])), total: named(body.total.values) };
  };
  const all = await report('by=associate');
  assert.deepEqual([all.currency, all.currencies], ['EUR', ['EUR', 'CHF']]);
  // D1 whole and D2 less 50: 1250 in two orders. Sold: d1 (D1, D6), d2, d3; d4's order came back.
  assert.deepEqual(all.total, { value: 1250, orders: 2, average: 625, conversion: 0.75, conversion_viewed: 1, conversion_talk: 0.667, seen: 0.5, pieces: 8, back: 750 });
  assert.deepEqual(all.rows.Lea, { value: 1125, orders: 1.5, average: 750, conversion: 1, conversion_viewed: 1, conversion_talk: 1, seen: 0.667, pieces: 5.5, back: 25 });
  assert.deepEqual(all.rows.Max, { value: 125, orders: 0.5, average: 250, conversion: 0.5, conversion_viewed: null, conversion_talk: 0.5, seen: 0, pieces: 2.5, back: 725 });
  const queues = await report('by=queue');
  assert.deepEqual([queues.rows.rings.value, queues.rows.watches.value], [1125, 125]);
  const pieces = await report('by=piece');
  assert.deepEqual(pieces.rows.Halo, { value: 900, orders: 1, average: 900, conversion: null, conversion_viewed: null, conversion_talk: null, seen: 1, pieces: 1, back: 700 });
  assert.deepEqual(pieces.rows.Chain, { value: 350, orders: 2, average: 175, conversion: null, conversion_viewed: null, conversion_talk: null, seen: 0, pieces: 7, back: 50 });
  assert.equal((await report('by=day&currency=CHF')).total.value, 80);
  assert.equal((await report('by=day&queue=watches')).total.value, 125);
  assert.equal((await report('by=hour')).rows['10'].value, 1250);
  assert.equal((await ada.get('/reports/waits?by=piece')).status, 400);
  const csv = (await ada.get('/reports/sales?from=2026-03-10&to=2026-03-10&by=piece&format=csv')).text.split('\r\n');
  assert.equal(csv[0], 'piece,value (EUR),orders (count),average (EUR),conversion (share),conversion_viewed (share),conversion_talk (share),seen (share),pieces (count),back (EUR)');
  assert.ok(csv.includes('"C1",350,2,175,,,,0,7,50'), csv.join('|'));
  const eve = await (await rest(server, 'eve')).get('/reports/sales?from=2026-03-10&to=2026-03-10');
  assert.deepEqual([eve.json().currencies, eve.json().total.values[0]], [[], 0]);
  query(server, "DELETE FROM sale WHERE conv = 'day'");
});

test('orders go with the customer, and by age', async () => {
  const { c, a } = await live(server);
  const said = order({ reference: 'canary-order-77' });
  await c.request('order.done', said);
  const conv = c.conv;
  await c.request('session.end', {});
  assert.ok((await ada.get(`/conversations/${conv}/export`)).text.includes('"kind":"order_item"'));
  assert.equal((await ada.del(`/conversations/${conv}`)).status, 200);
  assert.equal((await ada.get('/orders?reference=canary-order-77')).status, 404);
  for (const table of ['sale', 'sale_item', 'sale_credit']) assert.equal(query(server, `SELECT count(*) FROM ${table} WHERE reference = ?`, said.reference)[0][0], 0, table);
  await token.post('/orders', order({ reference: 'canary-old-78' }));
  await server.halt();
  query(server, 'UPDATE sale SET placed = placed - ? WHERE reference = ?', 3651 * DAY, 'canary-old-78');
  await server.start();
  await eventually('the sweep', () => query(server, "SELECT count(*) FROM sale_item WHERE reference = 'canary-old-78'")[0][0] === 0);
  assert.equal(query(server, "SELECT count(*) FROM sale WHERE reference = 'canary-old-78'")[0][0], 0);
  await server.halt();
  assert.deepEqual(holds(server, 'canary-order-77'), []);
  await server.start();
  await cut(c, a);
});
