// SPDX-License-Identifier: Apache-2.0
/// A practice: real on the wire for whoever practises, and nothing of it for anybody else, then or later.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { rest } from './lib/http.mjs';
import { eventually, associate, keeper, live, say, shop, take, SITE, SHOP } from './lib/kit.mjs';
import { holds, query, searchKnows, sendPicture } from './lib/kept.mjs';
import { Peer } from './lib/peer.mjs';
import { photo } from './lib/picture.mjs';

const later = keeper(after);
const settings = { ring: { card: 5 }, cap: 1 };
let server;
let rests;
before(async () => {
  server = await shop(later, { settings, associates: ['lea', 'max', ['sam', 'supervisor'], ['ada', 'admin']], args: ['--rate-act', '500', '--rate-talk', '500'] });
  rests = Object.fromEntries(await Promise.all(['lea', 'max', 'sam', 'ada'].map(async (name) => [name, await rest(server, name)])));
});

const WORD = 'wombatxylograph';
const id = (peer) => peer.welcome.me.id;
const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
/// In one statement: nobody answers a beat while a statement is asked for.
const rowsOf = (conv) => query(server, ['conversation', 'message', 'session', 'seen', 'trail', 'resume', 'once', 'medium', 'found'].map((table) => `SELECT '${table}' FROM ${table} WHERE conv = ?1`).join(' UNION ALL '), conv).flat();

/// Its bytes and everything made of it; that an id was erased is noted in the store for a while.
const pictureFiles = (picture) => holds(server, picture, { names: true }).filter((path) => !path.includes('store.db'));

async function begun(name = 'lea') {
  const answer = await rests[name].post('/practice', {});
  assert.equal(answer.status, 201, answer.text);
  return answer.json();
}

async function robin(code, more = {}) {
  const peer = await Peer.open(server, { name: 'robin' });
  await peer.hello({ site: SITE, role: 'customer', code, page: { n: 1, url: `${server.url}/console/`, title: 'Practice' }, ...more });
  return peer;
}

/// Lea busy, and a practice that rings her.
async function ringing() {
  const lea = await associate(server);
  const made = await begun();
  const c = await robin(made.code);
  await c.request('queue.join', { queue: 'main', lang: 'en' });
  const card = await lea.waitFor('claim.ask', (d) => d.conv === made.conversation);
  return { lea, c, card: card.d, ...made };
}

async function practising() {
  const all = await ringing();
  const n = await take(all.lea, all.conversation);
  await all.c.waitFor('session.state', (d) => d.state === 'live');
  return { ...all, n };
}

test('it rings whoever practises, though not available, in its own line, and again after a no', async () => {
  const { lea, c, card, conversation, queue } = await ringing();
  assert.equal(card.name, 'Robin');
  assert.equal(card.queue, queue);
  assert.match(queue, /^practice:/);
  assert.equal(lea.seen('presence.staff').findLast(({ d }) => d.who === id(lea))?.d.mode ?? 'busy', 'busy', 'as before');
  await lea.request('claim.decline', { conv: conversation });
  await c.waitFor('session.state', (d) => d.state === 'waiting');
  await lea.waitFor('claim.ask', (d) => d.conv === conversation);
  await lea.waitFor('claim.gone', (d) => d.conv === conversation && d.why === 'expired');
  await lea.waitFor('claim.ask', (d) => d.conv === conversation);
  assert.equal(c.events.findLast((event) => event.op === 'session.state').d.why, undefined, 'nobody gives up');
  await take(lea, conversation);
  assert.equal((await c.waitFor('session.state', (d) => d.state === 'live')).d.associate.name, 'Lea');
  await cut(c, lea);
});

test('nobody else sees it, is told of it, or gets in', async () => {
  const max = await associate(server, 'max');
  const sam = await associate(server, 'sam');
  for (const peer of [max, sam]) await peer.request('queue.watch', { tab: 'all' });
  await max.request('presence.set', { mode: 'available' });
  const { lea, c, n, conversation } = await practising();
  await lea.request('queue.watch', { tab: 'mine' });
  await say(c, `${WORD} please`);
  await say(lea, 'Of course.', { c: n });
  await c.request('context', { keys: { seen: WORD } });
  for (const peer of [max, sam]) {
    assert.deepEqual((await peer.request('queue.watch', { tab: 'all' })).rows, []);
    assert.equal((await peer.refusal('conv.open', { conv: conversation })).code, 'not.found');
    assert.notEqual((await peer.ask('claim.take', { conv: conversation })).ok, true);
  }
  assert.equal((await sam.refusal('supervisor.watch', { conv: conversation, on: true })).code, 'not.found');
  assert.equal((await lea.request('queue.watch', { tab: 'mine' })).rows[0].conv, conversation, 'their own list has it');
  // A real customer's row and card reach both, behind whatever of the practice would have.
  const real = await live(server, { a: max });
  await sam.waitFor('queue.row', (d) => d.conv === real.c.conv && d.state === 'live');
  for (const peer of [max, sam]) assert.deepEqual(peer.events.filter(({ d }) => JSON.stringify(d ?? '').includes(conversation)), []);
  await searchKnows(server);
  assert.deepEqual((await rests.lea.get(`/search?q=${WORD}`)).json().hits, []);
  assert.deepEqual((await rests.ada.get('/conversations')).json().conversations.filter((row) => row.id === conversation), []);
  await real.c.request('session.end', {});
  await lea.request('session.end', {}, { c: n });
  await cut(max, sam, real.c, c, lea);
});

test('it takes no customer’s place: at a cap of one, a practice and a customer', async () => {
  const { lea, c, n } = await practising();
  await lea.request('presence.set', { mode: 'available' });
  const real = await live(server, { a: lea });
  assert.equal(lea.seen('presence.staff').findLast(({ d }) => d.who === id(lea))?.d.used ?? 1, 1);
  await lea.request('session.end', {}, { c: n });
  const other = await live(server, { login: 'max' });
  await other.a.request('presence.set', { mode: 'available' });
  assert.equal((await other.a.refusal('transfer.ask', { to: id(lea) }, { c: other.n })).code, 'cap.reached', 'the customer counts still, once');
  for (const pair of [real, other]) { await pair.c.request('session.end', {}); await pair.c.cut(); }
  await cut(c, lea, other.a);
});

test('to nobody real: colleagues, other lines, guests, codes, recaps are refused with what to do instead; its own line has it again', async () => {
  const max = await associate(server, 'max');
  await max.request('presence.set', { mode: 'available' });
  const { lea, c, n, queue, conversation } = await practising();
  for (const op of ['transfer.ask', 'colleague.ask']) {
    const refused = await lea.refusal(op, { to: id(max) }, { c: n });
    assert.equal(refused.code, 'state.wrong');
    assert.match(refused.msg, /hand over to its own queue/);
  }
  assert.match((await lea.refusal('transfer.ask', { queue: 'main' }, { c: n })).msg, /its own queue only/);
  for (const [op, d] of [['guest.invite', {}]]) assert.equal((await c.refusal(op, d)).code, 'state.wrong');
  await lea.request('transfer.ask', { queue, note: 'For the goldsmith.' }, { c: n });
  await c.waitFor('session.state', (d) => d.state === 'waiting' && d.why === 'transfer');
  await lea.waitFor('claim.ask', (d) => d.conv === conversation && d.before);
  await take(lea, conversation);
  await c.waitFor('session.state', (d) => d.state === 'live' && d.associate);
  await lea.request('session.end', {}, { c: n });
  await c.waitFor('session.state', (d) => d.state === 'ended');
  assert.equal((await c.refusal('code.make', {})).code, 'state.wrong');
  assert.equal((await c.refusal('recap.send', { by: 'link' })).code, 'state.wrong');
  await lea.request('session.close', { outcome: 'answered', labels: ['practised'] }, { c: n });
  assert.equal(c.seen('recap.state').length, 0);
  assert.deepEqual(max.seen('staff.ask'), []);
  await cut(c, lea, max);
});

test('after its customer has gone it is erased: rows, pictures, words; and no report has counted it', async () => {
  const { lea, c, n, conversation } = await practising();
  await say(c, `${WORD} again`);
  await say(lea, 'Gladly.', { c: n });
  const { id: picture } = await sendPicture(server, lea, photo(), { c: n, origin: server.origin });
  await lea.request('session.end', {}, { c: n });
  await lea.request('session.close', { outcome: 'answered' }, { c: n });
  const today = new Date().toISOString().slice(0, 10);
  const report = await rests.sam.get(`/reports/waits?from=${today}&to=${today}&by=queue`);
  assert.equal(report.status, 200, report.text);
  assert.ok(!report.text.includes('practice:'), report.text);
  assert.equal(pictureFiles(picture).length > 0, true);
  assert.ok(rowsOf(conversation).length > 4, 'there is something to erase');
  await c.request('bye', {});
  await lea.waitFor('chat.erased', (d) => d.all);
  await eventually('no row', () => rowsOf(conversation).length === 0);
  await eventually('no word', () => holds(server, WORD).length === 0);
  await eventually('no picture', () => pictureFiles(picture).length === 0);
  assert.equal((await lea.refusal('conv.open', { conv: conversation })).code, 'not.found');
  await cut(lea);
});

test('one each: beginning anew ends the former; leaving it erases it; what a line that broke left comes back', async () => {
  const { lea, c, conversation } = await practising();
  const from = c.resume;
  await c.cut();
  const again = await Peer.open(server, { name: 'robin again' });
  await again.hello({ site: SITE, role: 'customer', resume: [from] });
  assert.equal(again.welcome.convs[0].conv, conversation);
  const second = await begun();
  assert.notEqual(second.conversation, conversation);
  assert.deepEqual(rowsOf(conversation), []);
  await again.closed;
  const c2 = await robin(second.code);
  const other = await begun('max');
  assert.equal((await rests.lea.del('/practice')).status, 204);
  assert.deepEqual(rowsOf(second.conversation), []);
  assert.ok(rowsOf(other.conversation).length > 0, 'another’s stays');
  assert.equal((await rests.max.del('/practice')).status, 204);
  await c2.closed;
  await cut(lea);
});

test('the code is for our own pages and works once; our pages bring no other customer', async () => {
  const { code, conversation } = await begun();
  const stray = await Peer.open(server, { name: 'stray' });
  assert.equal((await stray.refusal('hello', { site: SITE, role: 'customer', caps: [] })).code, 'site.forbidden', 'a page of ours without a code');
  await stray.cut();
  const c = await robin(code);
  assert.equal(c.conv, conversation);
  const twice = await Peer.open(server, { name: 'twice' });
  assert.equal((await twice.refusal('hello', { site: SITE, role: 'customer', caps: [], code })).code, 'token.bad');
  await cut(twice, c);
  const real = await live(server);
  const taken = await Peer.open(server, { name: 'taken' });
  assert.equal((await taken.refusal('hello', { site: SITE, role: 'customer', caps: [], resume: [real.c.resume] })).code, 'token.bad', 'a customer’s token, from our own page');
  await real.c.request('session.end', {});
  await cut(taken, real.c, real.a);
  assert.ok(SHOP !== server.origin);
});

test('a start finds none of the last run', async () => {
  const { lea, c, n, conversation } = await practising();
  await say(c, `${WORD} for ever`);
  const { id: picture } = await sendPicture(server, lea, photo(), { c: n, origin: server.origin });
  await server.restart();
  assert.deepEqual(rowsOf(conversation), []);
  await eventually('no picture', () => pictureFiles(picture).length === 0);
  const again = await associate(server);
  assert.deepEqual((await again.request('queue.watch', { tab: 'all' })).rows, []);
  await cut(again, lea, c);
});
