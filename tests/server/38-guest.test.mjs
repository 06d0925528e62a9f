// SPDX-License-Identifier: Apache-2.0
/// Guests: in by a one-time link, out with the session; what they see, and what they may.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { OTHER_SITE, SITE, back, keeper, live, openView, say, shop } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea'], args: ['--capacity', '50', '--rate-act', '500'] });
});

const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
const secretOf = (url) => new URLSearchParams(new URL(url).hash.slice(1)).get('vt');
async function guest(code, { site = SITE, origin, ...hello } = {}) {
  const peer = await Peer.open(server, { name: 'guest', ...(origin ? { origin } : {}) });
  await peer.hello({ site, role: 'guest', code, ...hello });
  return peer;
}
const invited = async (c, name) => guest(secretOf((await c.request('guest.invite', name ? { name } : {})).url));

test('a link brings one guest in, once', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await openView(pair, 2);
  await say(c, 'Between us');
  const { url, until } = await c.request('guest.invite', { name: 'Mum' });
  assert.ok(url.startsWith(`${server.origin}/g/#vt=`), url);
  assert.ok(until > Date.now());
  const g = await guest(secretOf(url));
  assert.equal(g.who, 'g1');
  const snapshot = await g.waitFor('snapshot');
  assert.equal(snapshot.d.view.items.length, 2);
  assert.deepEqual(snapshot.d.thread, [], 'the chat is not theirs');
  assert.equal(snapshot.d.trail, undefined);
  assert.equal(snapshot.d.profile, undefined);
  assert.equal((await a.waitFor('presence.person', (d) => d.role === 'guest')).d.name, 'Mum');
  await c.waitFor('presence.person', (d) => d.who === 'g1' && d.at === 'here');
  await assert.rejects(guest(secretOf(url)), { code: 'token.bad' });
  await assert.rejects(guest('AAAAAAAAAAAAAAAAAAAAAA'), { code: 'token.bad' });
  await c.request('session.end', {});
  assert.equal((await g.closed).code, 4503, 'out with the session');
  await cut(c, a);
});

test('a link is of its site and its session', async () => {
  const { c, a, n } = await live(server);
  const secret = secretOf((await c.request('guest.invite', {})).url);
  await assert.rejects(guest(secret, { site: OTHER_SITE }), { code: 'token.bad' });
  await assert.rejects(guest(secret, { origin: 'https://shop.test' }), { code: 'site.forbidden' });
  await a.request('session.end', {}, { c: n });
  await assert.rejects(guest(secret), { code: 'token.bad' });
  await cut(c, a);
});

test('a guest points; chat, driving and customer details are not for them', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const g = await invited(c);
  await g.until('a channel', () => (g.channel('ptr') ? true : undefined));
  await openView(pair, 1);
  await g.waitFor('view.open');
  g.ptr({ x: 1234 });
  await c.waitFrame('PTR', (frame) => frame.body.x === 1234);
  await a.waitFrame('PTR', (frame) => frame.body.x === 1234);
  await say(c, 'secret one');
  await say(a, 'secret two', { c: n });
  await c.request('identify', { id: 'u1', name: 'Ada', email: 'ada@example.com' });
  await c.request('context', { keys: { budget: 900 } });
  for (const [op, d] of [['chat.send', { kind: 'text', body: { text: 'x' } }], ['chat.history', { before: 9, n: 5 }], ['view.drive', { take: true }],
    ['session.end', {}], ['guest.invite', {}], ['guest.poll', { question: '?', slots: [1] }], ['label.set', { add: ['x'] }], ['conv.open', { conv: c.conv }],
    ['transfer.answer', { conv: c.conv, ask: 1, ok: true }], ['identify', { name: 'x' }]]) {
    assert.equal((await g.refusal(op, d)).code, 'role.forbidden', op);
  }
  await g.beat();
  const all = JSON.stringify(g.events);
  for (const word of ['secret one', 'secret two', 'ada@example.com', 'budget']) assert.ok(!all.includes(word), word);
  await c.request('session.end', {});
  await g.closed;
  await cut(c, a);
});

test('a poll, and the votes of customer and guest', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 2);
  const g = await invited(c, 'Mum');
  const slots = (await g.waitFor('snapshot')).d.view.items.map((item) => item.slot);
  const { poll } = await a.request('guest.poll', { question: 'Which one?', slots }, { c: n });
  for (const peer of [c, g]) assert.deepEqual((await peer.waitFor('guest.poll')).d, { question: 'Which one?', slots });
  await g.request('guest.vote', { poll, slot: slots[1], value: 1 });
  for (const peer of [c, a]) {
    const vote = await peer.waitFor('guest.vote');
    assert.deepEqual([vote.by, vote.d.slot, vote.d.value], ['g1', slots[1], 1]);
  }
  await c.request('guest.vote', { poll, slot: slots[0], value: -1 });
  assert.equal((await g.waitFor('guest.vote')).by, 'c');
  assert.equal((await g.refusal('guest.vote', { poll, slot: 99, value: 1 })).code, 'not.found');
  assert.equal((await g.refusal('guest.vote', { poll: poll + 1, slot: slots[0], value: 1 })).code, 'not.found', 'a vote is no poll');
  assert.equal((await a.refusal('guest.vote', { poll, slot: slots[0], value: 1 }, { c: n })).code, 'role.forbidden');
  assert.equal((await c.refusal('guest.poll', { question: '?', slots: [77] })).code, 'not.found');
  await c.request('session.end', {});
  await g.closed;
  await cut(c, a);
});

test('a guest comes back after a lost line, but not after being sent away', async () => {
  const { c, a } = await live(server);
  const g = await invited(c, 'Mum');
  await g.waitFor('snapshot');
  await g.cut();
  const again = await guest(undefined, { resume: [g.resume] });
  assert.equal(again.who, 'g1', 'the same guest');
  await c.request('guest.drop', { who: 'g1' });
  assert.equal((await again.closed).code, 4503);
  assert.equal((await a.waitFor('guest.drop')).d.who, 'g1');
  await assert.rejects(guest(undefined, { resume: [again.resume] }), { code: 'token.bad' });
  assert.equal((await c.refusal('guest.drop', { who: 'g1' })).code, 'not.found');
  assert.equal((await c.refusal('guest.drop', { who: 'a1' })).code, 'not.found', 'staff are no guests');
  await c.request('session.end', {});
  await cut(c, a);
});

test('six people are the most in a session', async () => {
  const { c, a } = await live(server);
  const guests = [];
  for (let i = 0; i < 4; i++) guests.push(await invited(c));
  await assert.rejects(invited(c), (error) => /cap\.reached|line\.lost/.test(error.code));
  const fresh = await back(server, c);
  await fresh.request('session.end', {});
  await cut(...guests, c, fresh, a);
});
