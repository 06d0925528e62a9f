// SPDX-License-Identifier: Apache-2.0
/// Among staff: handing over, calling in, looking on, the telephone code.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { OTHER_SHOP, OTHER_SITE, SITE, associate, back, customer, eventually, keeper, live, say, shop } from './lib/kit.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { other: true, args: ['--capacity', '3', '--rate-act', '500', '--rate-talk', '500'],
    associates: ['lea', 'max', 'kim', ['sam', 'supervisor'], ['oto', 'associate', OTHER_SITE]] });
});

const id = (peer) => peer.welcome.me.id;
const cut = async (...peers) => { for (const peer of peers) await peer.cut(); };
async function end(c, ...peers) {
  await c.ask('session.end', {});
  await cut(c, ...peers);
}

test('to a person: asked, agreed, theirs', async () => {
  const { c, a, n } = await live(server);
  const max = await associate(server, 'max');
  const { ask, until } = await a.request('transfer.ask', { to: id(max), note: 'Wants a repair.' }, { c: n });
  assert.ok(until > Date.now());
  const asked = (await max.waitFor('staff.ask')).d;
  assert.deepEqual({ ...asked, until: 0, name: '' }, { conv: c.conv, ask, kind: 'transfer', by: 'Lea', name: '', note: 'Wants a repair.', until: 0 });
  assert.equal((await a.refusal('transfer.ask', { to: id(max) }, { c: n })).code, 'cap.reached', 'one question at a time');
  const reply = await max.request('transfer.answer', { conv: c.conv, ask, ok: true });
  assert.equal(reply.sid, a.events.findLast((event) => event.op === 'snapshot').d.state.sid);
  const snapshot = await max.waitFor('snapshot', (_, event) => event.c === reply.c);
  assert.equal(snapshot.d.state.associate.name, 'Max');
  const told = await c.waitFor('session.state', (d) => d.why === 'transfer');
  assert.equal(told.d.state, 'live');
  assert.equal(told.d.associate.name, 'Max');
  assert.equal((await a.waitFor('transfer.answer')).d.ok, true);
  assert.deepEqual((await max.waitFor('staff.gone')).d, { conv: c.conv, ask, why: 'answered' });
  await c.waitFor('presence.person', (d) => d.name === 'Max' && d.at === 'here');
  await c.waitFor('presence.person', (d) => d.name === 'Lea' && d.at === 'gone');
  await say(max, 'I go on', { c: reply.c });
  await c.waitFor('chat.send', (d) => d.body.text === 'I go on');
  await a.request('conv.close', {}, { c: n });
  assert.equal(c.seen('transfer.ask').length + c.seen('transfer.answer').length, 0, 'the customer is not told of it');
  await end(c, a, max);
});

test('declined, and only by who was asked', async () => {
  const { c, a, n } = await live(server);
  const max = await associate(server, 'max');
  const kim = await associate(server, 'kim');
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  await kim.request('conv.open', { conv: c.conv });
  const { ask } = await a.request('transfer.ask', { to: id(max) }, { c: n });
  assert.equal((await kim.waitFor('transfer.ask')).d.to, id(max), 'staff who look on see it asked');
  for (const peer of [kim, oto]) assert.equal((await peer.refusal('transfer.answer', { conv: c.conv, ask, ok: true })).code, 'ask.expired');
  assert.equal((await max.refusal('colleague.answer', { conv: c.conv, ask, ok: true })).code, 'ask.expired', 'another kind of question');
  await max.request('transfer.answer', { conv: c.conv, ask, ok: false, why: 'busy' });
  assert.deepEqual((await a.waitFor('transfer.answer')).d, { ask, ok: false, why: 'busy', name: 'Max' });
  assert.equal((await max.refusal('transfer.answer', { conv: c.conv, ask, ok: true })).code, 'ask.expired', 'answered once');
  assert.ok((await a.request('session.history', {}, { c: n })).sessions.length === 1);
  await end(c, a, max, kim, oto);
});

test('only to somebody who is there and has room; only by who has the session', async () => {
  const { c, a, n } = await live(server);
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  assert.equal((await a.refusal('transfer.ask', { to: 'nobody' }, { c: n })).code, 'not.found');
  assert.equal((await a.refusal('transfer.ask', { to: id(oto) }, { c: n })).code, 'not.found', 'of another site');
  assert.equal((await a.refusal('transfer.ask', { to: id(a) }, { c: n })).code, 'field.bad');
  const max = await associate(server, 'max');
  const kim = await associate(server, 'kim');
  const { c: k } = await kim.request('conv.open', { conv: c.conv });
  assert.equal((await kim.refusal('transfer.ask', { to: id(max) }, { c: k })).code, 'role.forbidden');
  const others = [];
  for (let i = 0; i < 3; i++) others.push(await live(server, { a: max }));
  assert.equal((await a.refusal('transfer.ask', { to: id(max) }, { c: n })).code, 'cap.reached');
  for (const { c: other } of others) await end(other);
  await end(c, a, max, kim, oto);
});

test('a question stays for a window that comes later, and ends with the session', async () => {
  const { c, a, n } = await live(server);
  const max = await associate(server, 'max');
  const { ask } = await a.request('transfer.ask', { to: id(max) }, { c: n });
  await max.waitFor('staff.ask');
  const second = await associate(server, 'max');
  assert.equal((await second.waitFor('staff.ask')).d.ask, ask);
  await c.request('session.end', {});
  assert.equal((await max.waitFor('staff.gone')).d.why, 'ended');
  assert.equal((await max.refusal('transfer.answer', { conv: c.conv, ask, ok: true })).code, 'ask.expired');
  await cut(c, a, max, second);
});

test('back into a queue: waiting again, at the front', async () => {
  const { c, a, n } = await live(server);
  const other = await customer(server);
  await other.request('queue.join', { lang: 'en' });
  const nowhere = await a.refusal('transfer.ask', { queue: 'no-such', note: 'x' }, { c: n });
  assert.deepEqual([nowhere.code, nowhere.field], ['field.bad', '/d/queue']);
  await a.request('transfer.ask', { queue: 'main', note: 'My shift ends.' }, { c: n });
  const told = await c.waitFor('session.state', (d) => d.why === 'transfer');
  assert.equal(told.d.state, 'waiting');
  await c.waitFor('queue.place', (d) => d.position === 1);
  const max = await associate(server, 'max');
  const { c: m } = await max.request('claim.take', { conv: c.conv });
  const snapshot = await max.waitFor('snapshot', (_, event) => event.c === m);
  assert.ok(snapshot.d.thread.some((row) => row.op === 'transfer.ask' && row.d.note === 'My shift ends.'));
  await other.request('queue.leave', {});
  await cut(other);
  await end(c, a, max);
});

test('a colleague called in is seen by all, and gone when they leave', async () => {
  const { c, a, n } = await live(server);
  const max = await associate(server, 'max');
  const kim = await associate(server, 'kim');
  await kim.request('conv.open', { conv: c.conv });
  const { ask } = await a.request('colleague.ask', { to: id(max), note: 'Which hallmark?' }, { c: n });
  assert.equal((await kim.waitFor('colleague.ask')).d.note, 'Which hallmark?', 'staff who look on see it asked');
  assert.equal(c.seen('colleague.ask').length, 0, 'the customer is not told of it');
  assert.equal((await max.waitFor('staff.ask')).d.kind, 'colleague');
  const { c: m } = await max.request('colleague.answer', { conv: c.conv, ask, ok: true });
  await max.waitFor('snapshot', (_, event) => event.c === m);
  assert.equal((await a.waitFor('colleague.answer')).d.name, 'Max');
  const { who } = (await c.waitFor('presence.person', (d) => d.name === 'Max' && d.at === 'here')).d;
  await c.until('the channels of Max', () => ([...c.chans.values()].some((chan) => chan.by === who && chan.k === 'ptr') ? true : undefined));
  await max.until('a channel', () => (max.channel('ptr', m) ? true : undefined));
  max.ptr({ x: 7000 }, { c: m });
  await c.waitFrame('PTR', (frame) => frame.body.x === 7000);
  assert.equal(c.seen('session.state').findLast(() => true).d.associate.name, 'Lea', 'the session stays hers');
  await max.request('colleague.leave', {}, { c: m });
  assert.equal((await c.waitFor('colleague.leave')).by, who);
  await c.waitFor('presence.person', (d) => d.who === who && d.at === 'gone');
  await c.until('the channels gone', () => ([...c.chans.values()].every((chan) => chan.by !== who) ? true : undefined));
  assert.equal((await max.refusal('colleague.leave', {}, { c: m })).code, 'not.found');
  await end(c, a, max, kim);
});

test('who was called in still is after a restart; who served last is asked first', async () => {
  const own = await shop(later, { associates: ['lea', 'max'], settings: { ring: { known: 60, first: 60, total: 300 }, sticky: { seconds: 15, days: 3 } } });
  const { c, a, n } = await live(own);
  const max = await associate(own, 'max');
  const { ask } = await a.request('colleague.ask', { to: id(max), note: '' }, { c: n });
  await max.request('colleague.answer', { conv: c.conv, ask, ok: true });
  await say(c, 'behind it'); // committed after the mark
  await own.restart();
  const [again, lea, ken] = [await back(own, c), await associate(own, 'lea'), await associate(own, 'max')];
  const { c: l } = await lea.request('conv.open', { conv: c.conv });
  const { c: m } = await ken.request('conv.open', { conv: c.conv });
  await again.waitFor('presence.person', (d) => d.name === 'Max' && d.at === 'here');
  await ken.request('colleague.leave', {}, { c: m });
  await lea.request('session.end', {}, { c: l });
  await cut(again, lea, ken);
  await own.restart();
  const third = await back(own, again);
  for (const login of ['max', 'lea']) await (await associate(own, login)).request('presence.set', { mode: 'available' });
  const [first, second] = [await associate(own, 'lea'), await associate(own, 'max')];
  await third.request('queue.join', { lang: 'fr' });
  assert.equal((await first.waitFor('claim.ask', (d) => d.conv === c.conv)).d.before, true);
  assert.equal(second.seen('claim.ask').length, 0, 'not before that minute');
  await own.restart();
  const { rows } = await (await associate(own, 'lea')).request('queue.watch', { tab: 'all' });
  assert.deepEqual([rows[0].conv, rows[0].lang, rows[0].state], [c.conv, 'fr', 'waiting']);
});

test('who only looks in is nobody to the customer: no presence, no channel, no pointer', async () => {
  const { c, a, n } = await live(server);
  const sam = await associate(server, 'sam', { role: 'supervisor' });
  const { c: s } = await sam.request('supervisor.watch', { conv: c.conv, on: true });
  await sam.waitFor('snapshot', (_, event) => event.c === s);
  await a.waitFor('presence.person', (d) => d.name === 'Sam' && d.at === 'here');
  await sam.until('a channel', () => (sam.channel('ptr', s) ? true : undefined));
  sam.ptr({ x: 4242 }, { c: s });
  await a.waitFrame('PTR', (frame) => frame.body.x === 4242);
  await sam.request('supervisor.whisper', { text: 'Offer the resize.' }, { c: s });
  const heard = await a.waitFor('supervisor.whisper');
  assert.deepEqual(heard.d, { text: 'Offer the resize.' });
  await say(a, 'We resize for free.', { c: n });
  await c.waitFor('chat.send');
  const again = await customer(server, { resume: [c.resume] });
  await again.beat();
  const all = JSON.stringify([...c.events, again.welcome, ...again.events]);
  assert.ok(!all.includes('"Sam"') && !all.includes('Offer the resize.') && !all.includes(`"${heard.by}"`), 'not a word');
  assert.ok(again.frames.length === 0 && c.frames.every((frame) => frame.body.x !== 4242));
  await sam.request('supervisor.watch', { conv: c.conv, on: false });
  assert.equal((await sam.refusal('supervisor.watch', { conv: c.conv, on: false })).code, 'not.found');
  assert.equal((await a.refusal('supervisor.watch', { conv: c.conv, on: true })).code, 'role.forbidden');
  await end(again, a, sam);
});

test('the telephone code pairs at once, one time, at its own site', async () => {
  const c = await customer(server);
  const { code: first } = await c.request('code.make', {});
  const { code, until } = await c.request('code.make', {});
  assert.match(code, /^\d{6}$/);
  assert.ok(until > Date.now() + 19 * 60000 && until < Date.now() + 21 * 60000);
  const oto = await associate(server, 'oto', { site: OTHER_SITE });
  assert.equal((await oto.refusal('code.use', { code })).code, 'not.found');
  const lea = await associate(server, 'lea');
  if (first !== code) assert.equal((await lea.refusal('code.use', { code: first })).code, 'not.found', 'the newest counts');
  const { c: n, reference, conv } = await lea.request('code.use', { code });
  await lea.waitFor('snapshot', (_, event) => event.c === n);
  const state = (await c.waitFor('session.state', (d) => d.state === 'live')).d;
  assert.equal(state.reference, reference);
  assert.equal(conv, c.conv);
  assert.equal(state.associate.name, 'Lea');
  assert.equal((await lea.refusal('code.use', { code })).code, 'not.found', 'used');
  await end(c, lea, oto);
});

test('a waiting caller leaves the line by the code; five wrong ones end the guessing', async () => {
  const c = await customer(server);
  await c.request('queue.join', { lang: 'en' });
  const { code } = await c.request('code.make', {});
  const kim = await associate(server, 'kim');
  const { c: n } = await kim.request('code.use', { code });
  await kim.waitFor('snapshot', (_, event) => event.c === n);
  await c.waitFor('session.state', (d) => d.state === 'live');
  const other = await customer(server);
  const { code: live2 } = await other.request('code.make', {});
  const wrong = Array.from({ length: 6 }, (_, i) => String((Number(live2) + 1 + i) % 1000000).padStart(6, '0'));
  for (const guess of wrong.slice(0, 5)) assert.equal((await kim.refusal('code.use', { code: guess })).code, 'not.found');
  const err = await kim.refusal('code.use', { code: live2 });
  assert.equal(err.code, 'rate.limited');
  assert.ok(err.after > 500000);
  await eventually('the record', async () => {
    const { stdout } = await server.admin(['audit', 'list', '--site', SITE]);
    return stdout.includes('code.guessed') && stdout.includes(id(kim));
  });
  await cut(other);
  await end(c, kim);
});

test('a supervisor takes a running session over; an associate does not', async () => {
  const { c, a, n } = await live(server);
  const kim = await associate(server, 'kim');
  assert.equal((await kim.refusal('claim.take', { conv: c.conv })).code, 'claim.gone');
  const sam = await associate(server, 'sam', { role: 'supervisor' });
  const { c: s, reference } = await sam.request('claim.take', { conv: c.conv });
  const snapshot = await sam.waitFor('snapshot', (_, event) => event.c === s);
  assert.equal(snapshot.d.state.associate.name, 'Sam');
  assert.equal(snapshot.d.state.reference, reference);
  const told = await c.waitFor('session.state', (d) => d.why === 'takeover');
  assert.equal(told.d.associate.name, 'Sam');
  assert.equal((await a.waitFor('session.state', (d) => d.why === 'takeover')).d.associate.name, 'Sam');
  await c.waitFor('presence.person', (d) => d.name === 'Sam' && d.at === 'here');
  await say(sam, 'Good day', { c: s });
  await c.waitFor('chat.send');
  await a.request('conv.close', {}, { c: n });
  await end(c, a, sam, kim);
});
