// SPDX-License-Identifier: Apache-2.0
/// Offers: made by staff, seen by both, taken or taken back once, over in time; a code is good one time, and gone with the customer.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { bearer, rest } from './lib/http.mjs';
import { query } from './lib/kept.mjs';
import { OTHER_SITE, keeper, live, shop } from './lib/kit.mjs';

const DAY = 86_400_000;
const later = keeper(after);
let server;
let ada;
let till;
let theirs;

before(async () => {
  server = await shop(later, { other: true, associates: ['lea', ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]], args: ['--capacity', '20', '--rate-act', '500'],
    settings: { attention: { prompts: 100 } } }); // offers upon offers; how many are too many is 78-fair's
  ada = await rest(server, 'ada');
  till = bearer(server, (await ada.post('/site/tokens', { name: 'till', verbs: ['write'] })).json().token);
  theirs = bearer(server, (await (await rest(server, 'eve')).post('/site/tokens', { name: 'till', verbs: ['write'] })).json().token);
});

const RING = { sku: 'VT-1', variant: '52', title: 'Halo ring', price: '1190.00', currency: 'EUR', link: '/halo' };
const make = (pair, more) => pair.a.request('offer.make', { ...RING, ...more }, { c: pair.n });

test('an offer stands in the thread of both, and is taken once', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { offer, until, code } = await make(pair, { code: 'ADA10' });
  assert.equal(code, undefined, 'the shop\'s own code is the shop\'s');
  assert.ok(Math.abs(until - Date.now() - 7 * DAY) < 60_000);
  const made = await c.waitFor('offer.make');
  assert.deepEqual([made.cs, made.d.title, made.d.price, made.d.code, made.d.until], [offer, 'Halo ring', '1190.00', 'ADA10', until]);
  assert.deepEqual(await c.request('offer.take', { offer }), {});
  assert.deepEqual((await a.waitFor('offer.take')).d, { offer });
  assert.deepEqual(await c.request('offer.take', { offer }), {}, 'said again after a lost line');
  assert.equal(query(server, "SELECT count(*) FROM message WHERE conv = ? AND kind = 'offer.take'", c.conv)[0][0], 1);
  assert.equal((await a.refusal('offer.drop', { offer }, { c: n })).code, 'state.wrong');
  const { offer: second } = await make(pair);
  assert.deepEqual(await a.request('offer.drop', { offer: second }, { c: n }), {});
  assert.deepEqual((await c.waitFor('offer.drop')).d, { offer: second });
  assert.equal((await c.refusal('offer.take', { offer: second })).code, 'state.wrong');
  assert.equal((await c.refusal('offer.take', { offer: 9999 })).code, 'not.found');
  await c.cut();
  await a.cut();
});

test('a described piece with a deposit; what has run out; what cannot be offered', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { offer } = await a.request('offer.make', { title: 'A ring of her grandmother\'s stone', text: 'Six weeks.', price: '2400.00', deposit: '600.00', currency: 'EUR', link: 'https://shop.test/d/91', until: Date.now() + DAY }, { c: n });
  assert.equal((await c.waitFor('offer.make')).d.deposit, '600.00');
  query(server, "UPDATE message SET body = json_set(body, '$.until', 1) WHERE conv = ? AND cs = ?", c.conv, offer);
  assert.equal((await c.refusal('offer.take', { offer })).code, 'ask.expired');
  for (const [more, field] of [
    [{ price: '-1' }, '/d/price'], [{ price: 'dear' }, '/d/price'], [{ deposit: '1190.01' }, '/d/deposit'], [{ currency: 'eur' }, '/d/currency'],
    [{ until: Date.now() - 1000 }, '/d/until'], [{ until: Date.now() + 91 * DAY }, '/d/until'], [{ link: 'https://evil.test/' }, '/d/link'], [{ link: 'javascript:alert(1)' }, '/d/link'],
    [{ link: '//evil.test/' }, '/d/link'], [{ once: true, code: 'X' }, '/d/code'],
  ]) assert.equal((await a.refusal('offer.make', { ...RING, ...more }, { c: n })).field, field, JSON.stringify(more));
  await c.cut();
  await a.cut();
});

test('the report counts how each offer ended, and what was taken', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const franc = { currency: 'CHF', price: '100.00' };
  const { offer: taken } = await make(pair, franc);
  const { offer: dropped } = await make(pair, franc);
  const { offer: over } = await make(pair, franc);
  await make(pair, franc);
  const { offer: own } = await a.request('offer.make', { title: 'To be made', price: '2400.00', currency: 'CHF' }, { c: n });
  for (const offer of [taken, own]) await c.request('offer.take', { offer });
  await a.request('offer.drop', { offer: dropped }, { c: n });
  query(server, "UPDATE message SET body = json_set(body, '$.until', 1) WHERE conv = ? AND cs = ?", c.conv, over);
  const report = async (by) => {
    const body = (await ada.get(`/reports/offers?currency=CHF&by=${by}`)).json();
    const named = (values) => Object.fromEntries(body.columns.map(({ name }, i) => [name, values[i]]));
    return { body, total: named(body.total.values), rows: Object.fromEntries(body.rows.map((row) => [row.name ?? row.key, named(row.values)])) };
  };
  const { body, total, rows } = await report('piece');
  assert.deepEqual(total, { offers: 5, offers_taken: 2, offers_share: 0.5, offers_over: 1, offers_dropped: 1, offers_value: 2500 });
  assert.deepEqual(rows['Halo ring'], { offers: 4, offers_taken: 1, offers_share: 0.333, offers_over: 1, offers_dropped: 1, offers_value: 100 });
  assert.equal(rows['(to be made)'].offers_value, 2400);
  assert.deepEqual([...body.currencies].sort(), ['CHF', 'EUR']);
  assert.equal((await report('associate')).rows.Lea.offers, 5);
  const csv = (await ada.get('/reports/offers?currency=CHF&by=queue&format=csv')).text.split('\r\n');
  assert.equal(csv[0], 'queue,offers (count),offers_taken (count),offers_share (share),offers_over (count),offers_dropped (count),offers_value (CHF)');
  assert.ok(csv.includes('"total",5,2,0.5,1,1,2500'), csv.join('|'));
  await c.cut();
  await a.cut();
});

test('a code of the server\'s is good one time, for this shop, while the offer stands', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { offer, code } = await make(pair, { once: true });
  assert.match(code, /^V-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  assert.equal((await c.waitFor('offer.make')).d.code, code, 'both see it');
  assert.equal((await theirs.post('/redemptions', { code })).status, 404, 'another shop\'s till');
  const used = await till.post('/redemptions', { code });
  assert.equal(used.status, 200, used.text);
  assert.deepEqual([used.json().conversation, used.json().offer.sku, used.json().offer.price], [c.conv, 'VT-1', '1190.00']);
  assert.equal((await till.post('/redemptions', { code })).status, 409);
  assert.equal((await till.post('/redemptions', { code: 'V-0000-0000' })).status, 404);
  assert.equal((await till.post('/redemptions', {})).json().pointer, '/code');
  const dropped = await make(pair, { once: true });
  await a.request('offer.drop', { offer: dropped.offer }, { c: n });
  assert.equal((await till.post('/redemptions', { code: dropped.code })).status, 404, 'taken back');
  const over = await make(pair, { once: true });
  query(server, 'UPDATE offer_code SET until = 1 WHERE code = ?', over.code);
  assert.equal((await till.post('/redemptions', { code: over.code })).status, 404, 'run out');
  await c.request('session.end', {});
  assert.equal((await ada.del(`/conversations/${c.conv}`)).status, 200);
  assert.equal(query(server, 'SELECT count(*) FROM offer_code WHERE conv = ?', c.conv)[0][0], 0);
  assert.ok(offer > 0);
  await c.cut();
  await a.cut();
});
