// SPDX-License-Identifier: Apache-2.0
/// Acting on the customer's page: asked of the page, answered by it, on record; never said twice, never without consent.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { associate, back, eventually, keeper, live, shop } from './lib/kit.mjs';
import { mirrored } from './lib/mirror.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--rate-act', '1000', '--capacity', '100'],
    settings: { mirror: { hosts: ['help.partner.test'] } } });
});

const records = async (conv, verb) => (await server.admin(['audit', 'list'])).stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  .filter((record) => record.object === conv && record.verb === verb);
const recorded = (conv, verb, n = 1) => eventually(`${n} of ${verb}`, async () => {
  const found = await records(conv, verb);
  return found.length >= n ? found : null;
});
async function leave({ c, a, n }) {
  await a.ask('session.end', {}, { c: n });
  await a.cut();
  await c.cut();
}
const VERBS = { 'mirror.scroll': { page: 1, node: 7, block: 'center' }, 'mirror.click': { page: 1, node: 7, x: 0.5, y: 0.5 }, 'mirror.fill': { page: 1, node: 7, value: 'canary-52' } };

test('asked of the page, answered by it, on record without its content', async () => {
  const pair = await mirrored(server, { more: ['scroll', 'click', 'fill'] });
  const { c, a, n } = pair;
  const asked = [];
  c.onAsk = (d) => {
    asked.push({ ...d, left: d.until - Date.now() });
    c.notice('answer', d.op === 'mirror.click' ? { ask: d.ask, success: false, reason: 'covered', tag: 'button' } : { ask: d.ask, success: true, tag: 'input' });
  };
  for (const [op, d] of Object.entries(VERBS)) {
    const reply = await a.request(op, d, { c: n });
    assert.deepEqual(reply, op === 'mirror.click' ? { success: false, reason: 'covered' } : { success: true }, op);
  }
  assert.deepEqual(asked.map(({ op, d }) => [op, d]), Object.entries(VERBS), 'the page got what was asked');
  assert.ok(asked.every(({ left }) => left > 0 && left < 3500));
  const [click] = await recorded(c.conv, 'mirror.click');
  assert.deepEqual({ ...click.detail, mask: 0 }, { success: false, reason: 'covered', tag: 'button', mask: 0 });
  await recorded(c.conv, 'mirror.fill');
  const told = (await server.admin(['audit', 'list'])).stdout + server.log;
  assert.ok(!told.includes('canary-52'), 'a value is nowhere');
  assert.deepEqual(c.seen('mirror.fill'), []);
  await leave(pair);
});

test('each verb needs its own consent', async () => {
  for (const op of Object.keys(VERBS)) {
    const others = ['scroll', 'click', 'fill'].filter((word) => `mirror.${word}` !== op);
    const pair = await mirrored(server, { more: others });
    const { c, a, n } = pair;
    assert.equal((await a.refusal(op, VERBS[op], { c: n })).code, 'consent.missing', op);
    await eventually('the record', async () => (await records(c.conv, 'consent.refused')).some(({ detail }) => detail.op === op));
    assert.deepEqual(c.seen('ask'), []);
    await leave(pair);
  }
});

test('no answer in time, a customer who leaves, a consent that ends: it was not done', async () => {
  const pair = await mirrored(server, { more: ['click', 'scroll'] });
  const { c, a, n } = pair;
  const began = Date.now();
  assert.deepEqual(await a.request('mirror.click', VERBS['mirror.click'], { c: n }), { success: false, reason: 'timeout' });
  assert.ok(Date.now() - began >= 2900);
  const late = c.seen('ask')[0].d.ask;
  c.notice('answer', { ask: late, success: true }); // nobody waits for it any more
  await c.beat();
  const open = a.request('mirror.click', VERBS['mirror.click'], { c: n });
  await c.until('the second ask', () => c.seen('ask')[1]);
  await c.request('consent.stop', { capabilities: ['click'], why: 'input' });
  assert.deepEqual(await open, { success: false, reason: 'refused' });
  const other = a.request('mirror.scroll', VERBS['mirror.scroll'], { c: n });
  await c.until('the third ask', () => c.seen('ask')[2]);
  await c.cut();
  assert.deepEqual(await other, { success: false, reason: 'gone' });
  assert.deepEqual(await a.request('mirror.scroll', VERBS['mirror.scroll'], { c: n }), { success: false, reason: 'gone' }, 'nobody is there to ask');
  const c2 = await back(server, c);
  await c2.beat();
  assert.deepEqual(c2.seen('ask'), [], 'nothing is said again after a reconnect');
  await leave({ c: c2, a, n });
});

test('another customer cannot answer', async () => {
  const pair = await mirrored(server, { more: ['click'] });
  const other = await live(server, { login: 'max' });
  const { c, a, n } = pair;
  const open = a.request('mirror.click', VERBS['mirror.click'], { c: n });
  const { ask } = await c.until('the ask', () => c.seen('ask')[0]?.d);
  other.c.notice('answer', { ask, success: true });
  await other.c.beat();
  c.notice('answer', { ask, success: false, reason: 'hidden' });
  assert.deepEqual(await open, { success: false, reason: 'hidden' });
  await leave(pair);
  await leave(other);
});

test('eight at once and no more', async () => {
  const pair = await mirrored(server, { more: ['click'] });
  const { c, a, n } = pair;
  const open = Array.from({ length: 8 }, () => a.request('mirror.click', VERBS['mirror.click'], { c: n }));
  await c.until('eight asks', () => c.seen('ask')[7]);
  assert.equal((await a.refusal('mirror.click', VERBS['mirror.click'], { c: n })).code, 'cap.reached');
  for (const { d } of c.seen('ask')) c.notice('answer', { ask: d.ask, success: true });
  assert.ok((await Promise.all(open)).every(({ success }) => success));
  await leave(pair);
});

test('another page: asked each time, a row of the thread, twice the same cid asks once', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  c.onAsk = (d) => c.notice('answer', { ask: d.ask, success: d.d.url !== '/no', ...(d.d.url === '/no' ? { reason: 'refused' } : {}) });
  assert.deepEqual(await a.request('page.push', { url: '/halo', text: 'This one' }, { c: n }), { success: true });
  assert.deepEqual((await c.waitFor('page.push')).d, { url: '/halo', text: 'This one', success: true });
  assert.deepEqual(await a.request('page.push', { url: '/no' }, { c: n }), { success: false, reason: 'refused' });
  assert.equal((await c.waitFor('page.push')).d.reason, 'refused');
  const cid = randomUUID();
  for (let i = 0; i < 2; i++) assert.equal((await a.request('page.push', { url: 'https://shop.test/bag' }, { c: n, cid })).success, true);
  assert.equal((await a.request('page.push', { url: 'https://help.partner.test/sizes' }, { c: n })).success, true);
  assert.equal(c.seen('ask').length, 4, 'twice the same is asked once');
  await recorded(c.conv, 'page.push', 4);
  await leave(pair);
});

test('another page: of the shop or its partners, and nothing a browser reads otherwise', async () => {
  const bad = ['https://evil.test/', '//evil.test/', 'javascript:alert(1)', 'data:text/html,x', '/\\evil.test', '/\t/evil.test', 'https://shop.test@evil.test/',
    'https://shop.test.evil.test/', ' https://shop.test/', 'ftp://shop.test/', 'https://shop.test:8443/', 'halo', 'https://evil.test\\@shop.test/', 'file:///etc/passwd'];
  for (let i = 0; i < bad.length; i += 7) { // the tenth bad message in a minute would end the connection
    const pair = await live(server);
    for (const url of bad.slice(i, i + 7)) assert.equal((await pair.a.refusal('page.push', { url }, { c: pair.n })).code, 'field.bad', url);
    assert.deepEqual(pair.c.seen('ask'), []);
    await leave(pair);
  }
});

test('a push whose associate is gone is a row all the same', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const open = a.ask('page.push', { url: '/halo' }, { c: n });
  const { ask } = await c.until('the ask', () => c.seen('ask')[0]?.d);
  await a.cut();
  await open;
  c.notice('answer', { ask, success: true });
  assert.equal((await c.waitFor('page.push')).d.success, true);
  const again = await associate(server, 'lea');
  await leave({ c, a: again, n });
});
