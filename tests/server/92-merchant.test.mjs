// SPDX-License-Identifier: Apache-2.0
/// The merchant adapter: a shop's own server on loopback is asked about customers it has signed for, and what it says wrong is named.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { receiver, signers } from './lib/hooks.mjs';
import { holds, query } from './lib/kept.mjs';
import { SITE, associate, eventually, keeper, live, shop } from './lib/kit.mjs';

const later = keeper(after);
const SOON_MS = 60_000;
const ALL = ['customer', 'orders', 'wishlist'];
let server;
let ada;
let key;
let to;
let secret;

before(async () => {
  server = await shop(later, { associates: ['lea', 'max', ['ada', 'admin']], args: ['--media-fetch-private', '--merchant-every', '200ms', '--rate-search', '500', '--capacity', '50'] });
  ada = await rest(server, 'ada');
  key = await server.mustAdmin(['site', 'identity-key', '--site', SITE]);
  to = await receiver(later, adapter);
  const made = await ada.put('/merchant', { url: to.url, asks: ALL });
  assert.equal(made.status, 201, made.text);
  ({ secret } = made.json());
});

const ORDER = { reference: 'MV-2107', placed: '2026-03-01T10:00:00Z', total: '490.00', currency: 'EUR', state: 'sent', items: [{ sku: 'VT-1042', variant: '52', name: 'CANARY ring', qty: 1, price: '490.00' }] };
const KNOWN = { customer: { name: 'CANARY Byron', since: '2019-04-02', tier: 'Gold', notes: ['CANARY size 52'] }, orders: [ORDER], wishlist: ['VT-1042', 'VT-2001'] };
const json = (d) => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(d) });
/// Says everything it knows, whatever was asked.
const adapter = ({ d }) => json(d.customer?.sub === 'u-1' ? KNOWN : {});

const b64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function signed(sub) {
  const text = `${b64({ alg: 'HS256' })}.${b64({ aud: SITE, sub, exp: Math.floor(Date.now() / 1000) + 300 })}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
async function pair(sub = 'u-1') {
  const at = await live(server);
  if (sub) assert.equal((await at.c.request('identify', { token: signed(sub) })).verified, true);
  at.look = (what, more = {}) => at.a.request('merchant.ask', { what, ...more }, { c: at.n });
  return at;
}
const leave = async ({ c, a }) => { await c.request('session.end', {}); await c.cut(); await a.cut(); };
const asked = () => to.calls.filter((call) => call.d.customer);

test('what the shop knows, for whoever has the conversation: signed, by its own id alone, for five minutes', async () => {
  const at = await pair();
  await at.c.request('chat.contact', { email: 'CANARY@example.com' }).catch(() => {});
  assert.deepEqual((await at.look('customer')).customer, KNOWN.customer);
  const orders = await at.look('orders');
  assert.deepEqual(orders.orders, KNOWN.orders);
  assert.deepEqual(Object.keys(orders).sort(), ['at', 'orders', 'state'], 'what was not asked for is not passed on');
  assert.deepEqual((await at.look('wishlist')).wishlist, KNOWN.wishlist);
  assert.deepEqual(asked().map((call) => call.d), ALL.map((type) => ({ type, customer: { sub: 'u-1' } })));
  for (const call of asked()) {
    assert.match(call.headers['webhook-id'], /^ask_[\w-]{22}$/);
    assert.deepEqual(signers(call, [secret]), [secret]);
  }
  for (const what of ALL) await at.look(what);
  assert.equal(asked().length, 3, 'kept');
  await at.look('wishlist', { fresh: true });
  assert.equal(asked().length, 4);
  const max = await associate(server, 'max');
  assert.ok((await max.ask('merchant.ask', { what: 'orders' }, { c: at.n })).err, 'not who has not got it');
  assert.equal((await at.c.ask('merchant.ask', { what: 'orders' })).err.code, 'role.forbidden');
  assert.deepEqual(holds(server, 'CANARY'), [], 'on no disk');
  assert.ok(!server.log.includes('CANARY') && !server.log.includes('u-1'), 'in no log');
  await max.cut();
  await leave(at);
});

test('whom the shop has not signed for it is not asked about; what is not switched on is not either', async () => {
  const at = await pair(null);
  const before_ = asked().length;
  assert.deepEqual(await at.look('customer'), { state: 'unverified' });
  await at.c.request('identify', { id: 'u-1', name: 'Anybody' });
  assert.deepEqual(await at.look('orders'), { state: 'unverified' });
  assert.equal(asked().length, before_);
  await leave(at);
  const known = await pair();
  assert.equal((await ada.put('/merchant', { url: to.url, asks: ['customer'] })).status, 204);
  assert.deepEqual(await known.look('orders'), { state: 'off' });
  assert.equal((await known.look('customer')).state, 'ok');
  assert.deepEqual((await ada.get('/merchant')).json(), { url: to.url, asks: ['customer'] });
  for (const asks of [['everything'], 'customer', undefined]) assert.equal((await ada.put('/merchant', { url: to.url, asks })).status, 422);
  await ada.put('/merchant', { url: to.url, asks: ALL });
  await leave(known);
});

test('every bad answer has its sentence, and none of it is shown', async () => {
  const at = await pair();
  const order = (more) => ({ orders: [ORDER, { ...ORDER, ...more }] });
  const bad = [
    [500, /answered 500/], [404, /answered 404/], [204, /answered 204/], [{ status: 302, headers: { Location: '/elsewhere' } }, /302/],
    [{ body: 'CANARY' }, /cannot be read/], [{ body: '' }, /cannot be read/], [{ body: '[]' }, /cannot be read/], [{ body: '{"orders":1}' }, /orders/],
    [{ body: `{"a":${'['.repeat(100)}${']'.repeat(100)}}` }, /cannot be read/], [{ body: '{"wishlist":["a"],"wishlist":["b"]}' }, /cannot be read/],
    [{ body: Buffer.from('{"customer":{"name":"\xff"}}', 'latin1') }, /cannot be read/],
    [{ body: `{"x":"${'y'.repeat(65_536)}"}` }, /64 KiB/],
    [json(order({ placed: 'yesterday in the morning' })), /\/orders\/1: placed/], [json(order({ total: '49,00' })), /\/orders\/1: total/], [json(order({ currency: 'eur' })), /\/orders\/1\/currency/],
    [json(order({ reference: undefined })), /\/orders\/1\/reference/], [json(order({ items: [{ sku: 'a', qty: 0 }] })), /\/orders\/1\/items\/0\/qty/], [json({ wishlist: ['a\nb'] }), /wishlist/],
    [json({ wishlist: Array.from({ length: 51 }, (_, i) => `s${i}`) }), /wishlist/], [json({ customer: { notes: ['x'.repeat(301)] } }), /notes/],
  ];
  const silent = await receiver(later, () => new Promise(() => {}));
  for (const [answer, pattern] of bad) {
    to.answer = () => (typeof answer === 'object' ? { status: 200, ...answer } : answer);
    const said = await at.look('orders', { fresh: true });
    assert.equal(said.state, 'failed', JSON.stringify(said));
    assert.match(said.why, pattern);
    assert.ok(said.why.length < 300 && !said.why.includes('CANARY'));
  }
  to.answer = adapter;
  assert.equal((await at.look('orders')).state, 'ok', 'a failure is not kept');
  await ada.put('/merchant', { url: silent.url, asks: ALL });
  const began = Date.now();
  assert.match((await at.look('orders')).why, /cannot be asked/);
  assert.ok(Date.now() - began < 50_000, 'it gives up');
  await ada.put('/merchant', { url: to.url, asks: ALL });
  assert.equal((await at.look('orders')).state, 'ok', 'of a new address nothing is kept');
  await leave(at);
});

test('the shop\'s orders are counted once a reference, credited, and said by the shop', async () => {
  const at = await pair('u-2');
  query(server, 'UPDATE session SET created = created - 5000, taken = taken - 5000'); // times of orders are whole seconds
  await at.c.request('order.done', { reference: 'MV-77', value: '1.00', currency: 'EUR' });
  const list = ['MV-77', 'MV-78', 'MV-79'].map((reference) => ({ ...ORDER, reference, placed: new Date().toISOString(), value: '400.00', customer: 'u-2' }));
  delete list[2].value;
  to.answer = (call) => (call.d.since ? json({ orders: list }) : adapter(call));
  await ada.put('/merchant', { url: to.url, asks: [...ALL, 'reconcile'] });
  const orders = await eventually('both', async () => {
    const { orders: found } = await at.a.request('order.list', {}, { c: at.n });
    return found.length === 2 && found.every((order) => order.source === 'shop') && found;
  }, SOON_MS);
  assert.deepEqual(orders.map(({ reference, value, of }) => [reference, value, of]).sort(), [['MV-77', '400.00', 1], ['MV-78', '400.00', 1]], 'what has no value of its own is not counted');
  assert.ok(orders.every((order) => order.credit[0].associate === 'Lea'));
  await at.a.until('a row each', () => at.a.seen('order.done')[2]);
  const rounds = to.calls.filter((call) => call.d.since);
  assert.ok(Math.abs(Date.parse(rounds[0].d.since) - (Date.now() - 86_400_000)) < 60_000);
  assert.deepEqual(signers(rounds[0], [secret]), [secret]);
  await eventually('another round', () => to.calls.filter((call) => call.d.since).length > rounds.length + 1, SOON_MS);
  assert.equal(query(server, 'SELECT count(*) FROM sale')[0][0], 2);
  assert.equal(at.a.seen('order.done').length, 3);
  to.answer = (call) => (call.d.since ? 500 : adapter(call));
  await eventually('why', async () => /answered 500/.test((await ada.get('/merchant')).json().why), SOON_MS);
  assert.equal((await ada.del('/webhooks/merchant')).status, 204);
  assert.deepEqual(await at.look('orders'), { state: 'off' });
  await leave(at);
});
