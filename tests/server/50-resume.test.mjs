// SPDX-License-Identifier: Apache-2.0
/// Coming back: exactly what is missing, or the whole; never a part of it, and never to the wrong one.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { SHOP, associate, back, customer, keeper, live, openView, say, shop } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';

const FAST = ['--rate-act', '10000', '--rate-talk', '10000', '--rate-search', '10000', '--capacity', '100', '--chat-per-minute', '10000'];
const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: FAST });
});

async function leave(...peers) {
  for (const peer of peers) await peer.cut();
}

const texts = (peer) => peer.seen('chat.send').map((event) => event.d.body.text);

test('a lost line: recovered, and exactly the missing events', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq } = await openView(pair, 1);
  await say(a, 'seen', { c: n });
  await c.waitFor('chat.send');
  await c.cut();
  for (let i = 0; i < 5; i++) await say(a, `missed ${i}`, { c: n });
  await say(a, 'among staff', { c: n, kind: 'note' });
  await a.request('view.item', { add: { media: 'm7' } }, { c: n });
  await say(a, 'missed last', { c: n });
  const fresh = await back(server, c);
  const { recovered } = fresh.welcome.convs[0];
  assert.equal(recovered, true);
  await fresh.waitFor('chat.send', (d) => d.body.text === 'missed last');
  await fresh.waitFor('view.item', (d) => d.add.media === 'm7' && d.seq > seq);
  assert.deepEqual(texts(fresh), ['missed 0', 'missed 1', 'missed 2', 'missed 3', 'missed 4', 'missed last']);
  assert.equal(fresh.seen('snapshot').length, 0);
  assert.ok(fresh.welcome.ch.some((chan) => chan.k === 'ptr' && chan.by === 'me'), 'channels come with the welcome');
  await say(fresh, 'back');
  await a.waitFor('chat.send', (d) => d.body.text === 'back');
  const none = await back(server, fresh);
  assert.equal(none.welcome.convs[0].recovered, true);
  await say(a, 'live again', { c: n });
  await none.waitFor('chat.send', (d) => d.body.text === 'live again');
  assert.deepEqual(texts(none), ['live again'], 'nothing is told twice');
  await leave(none, a);
});

test('what is said during the replay comes after it', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await c.cut();
  for (let i = 0; i < 100; i++) await say(a, `${i}`, { c: n });
  const more = (async () => {
    for (let i = 100; i < 160; i++) await say(a, `${i}`, { c: n });
  })();
  const fresh = await back(server, c);
  await more;
  await fresh.waitFor('chat.send', (d) => d.body.text === '159');
  assert.deepEqual(texts(fresh), Array.from({ length: 160 }, (_, i) => `${i}`));
  await leave(fresh, a);
});

test('an associate resumes every conversation of the window', async () => {
  const one = await live(server);
  const two = await live(server, { a: one.a });
  const { a } = one;
  const resume = [one, two].map(({ c, n }) => ({ conv: c.conv, ...a.chain(n).position }));
  await a.cut();
  await say(one.c, 'first');
  await say(two.c, 'second');
  const again = await associate(server, 'lea', { resume });
  assert.deepEqual(again.welcome.convs.map((conv) => [conv.conv, conv.recovered]), resume.map(({ conv }) => [conv, true]));
  await again.waitFor('chat.send', (d, event) => d.body.text === 'first' && event.c === one.n);
  await again.waitFor('chat.send', (d, event) => d.body.text === 'second' && event.c === two.n);
  await leave(one.c, two.c, again);
});

test('another epoch, or numbers that are not there, bring the whole', async () => {
  const { c, a, n } = await live(server);
  await say(a, 'hello', { c: n });
  await c.waitFor('chat.send');
  let last = c;
  for (const change of [{ epoch: c.resume.epoch + 1 }, { epoch: 0 }, { s: 4000000 }, { cs: 4000000 }]) {
    const from = { ...last.resume, ...change };
    last = await back(server, last, { from });
    assert.equal(last.welcome.convs[0].recovered, false, JSON.stringify(change));
    const { d } = await last.waitFor('snapshot');
    assert.equal(d.state.state, 'live');
    assert.deepEqual(d.thread.map((row) => row.d.body.text), ['hello']);
  }
  await leave(last, a);
});

test('beyond 512 control events, or 256 rows, comes a snapshot', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq } = await openView(pair, 1);
  await c.cut();
  await a.until('the line is lost', () => (a.seen('presence.person').some(({ d }) => d.who === 'c' && d.at !== 'here') ? true : undefined));
  await a.request('view.drive', { take: true }, { c: n }).catch(async () => {
    await new Promise((resolve) => setTimeout(resolve, 450)); // the driver's hold
    await a.request('view.drive', { take: true }, { c: n });
  });
  for (let i = 0; i < 520; i++) await a.request('view.set', { base: seq, frame: i }, { c: n });
  const fresh = await back(server, c);
  assert.equal(fresh.welcome.convs[0].recovered, false);
  const { d } = await fresh.waitFor('snapshot');
  assert.equal(d.view.frame, 519);
  await fresh.cut();
  for (let i = 0; i < 260; i++) await say(a, `${i}`, { c: n });
  const again = await back(server, fresh);
  assert.equal(again.welcome.convs[0].recovered, false);
  const snapshot = (await again.waitFor('snapshot')).d;
  assert.equal(snapshot.thread.length, 50);
  assert.equal(snapshot.more, true);
  assert.equal(snapshot.thread.at(-1).d.body.text, '259');
  await leave(again, a);
});

test('more than the outbox should take at once comes as a snapshot too: who was away is not closed for coming back', async () => {
  const pairs = [await live(server)];
  const { a } = pairs[0];
  pairs.push(await live(server, { a }), await live(server, { a }));
  const positions = () => pairs.map(({ c, n }) => ({ conv: c.conv, ...a.chain(n).position }));
  const [stood, { c }] = [positions(), pairs[0]];
  await a.cut();
  // 1.9 MB, of which the outbox has half of one; at most 64 requests of one may be open.
  for (let round = 0; round < 2; round++) await Promise.all(pairs.flatMap((pair) => Array.from({ length: 40 }, (_, i) => say(pair.c, `${i} ${'x'.repeat(8000)}`))));
  const again = await associate(server, 'lea', { resume: stood });
  assert.deepEqual(again.welcome.convs.map(({ recovered }) => recovered), [false, false, false]);
  await again.until('three snapshots', () => (again.seen('snapshot').length === 3 ? true : undefined));
  for (const { d } of again.seen('snapshot')) assert.ok(d.more && d.thread.length > 0, `${d.thread.length} rows`);
  await again.beat();
  const said = await say(again, 'here again', { c: again.welcome.convs.find(({ conv }) => conv === c.conv).c });
  await c.waitFor('chat.send', (_, event) => event.cs === said.cs);
  await leave(again, ...pairs.map((pair) => pair.c));
});

test('since brings the same on an open socket', async () => {
  const { c, a, n } = await live(server);
  const from = c.chain().position;
  for (let i = 0; i < 3; i++) await say(a, `${i}`, { c: n });
  await c.waitFor('chat.send', (d) => d.body.text === '2');
  assert.deepEqual(await c.since(from), { recovered: true });
  assert.deepEqual(texts(c), ['0', '1', '2', '0', '1', '2']);
  assert.deepEqual(await c.since({ s: 4000000, cs: 0 }), { recovered: false });
  await c.waitFor('snapshot', (d) => d.thread.length === 3);
  const s = a.chain(n).position;
  assert.deepEqual(await a.since(s, n), { recovered: true });
  await leave(c, a);
});

test('a page change is no goodbye', async () => {
  const { c, a, n } = await live(server);
  await say(c, 'before');
  await a.waitFor('chat.send');
  await c.close(1001);
  await a.waitFor('presence.person', (d) => d.who === 'c' && d.at === 'changing');
  const fresh = await back(server, c, { page: { n: 2, url: '/rings/halo', title: 'Halo ring', product: { sku: 'VT-1' } } });
  await a.waitFor('presence.person', (d) => d.who === 'c' && d.at === 'here');
  const { d } = await a.waitFor('page.at');
  assert.deepEqual([d.n, d.url, d.product.sku], [2, '/rings/halo', 'VT-1']);
  assert.ok(!a.seen('session.state').some((event) => event.d.state === 'away'));
  await say(a, 'still here', { c: n });
  await fresh.waitFor('chat.send');
  await leave(fresh, a);
});

test('tokens change with each welcome; the former is good until the new one is seen', async () => {
  const c = await customer(server);
  const first = c.resume;
  await c.cut();
  const second = await back(server, c, { from: first });
  assert.notEqual(second.tok, first.tok);
  await second.cut(); // as if its welcome had not arrived
  const third = await back(server, c, { from: first });
  await third.cut();
  const fourth = await back(server, third);
  const refused = async (from) => {
    const peer = await Peer.open(server, { origin: SHOP });
    const { err } = await peer.ask('hello', { site: 'pk_test', role: 'customer', caps: [], resume: [from] });
    await peer.cut();
    return err?.code;
  };
  assert.equal(await refused(first), 'token.bad', 'a later one was used');
  await leave(fourth);
});

test('the same customer in another tab: the older socket gets 4504', async () => {
  const c = await customer(server);
  const tab = await back(server, c);
  assert.equal((await c.closed).code, 4504);
  await say(tab, 'hi');
  await tab.cut();
});

test('away after five seconds, live again on return', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  await c.cut();
  await a.waitFor('presence.person', (d) => d.who === 'c' && d.at === 'changing');
  await a.waitFor('session.state', (d) => d.state === 'away');
  assert.equal((await a.refusal('view.drive', { take: true }, { c: n })).code, 'state.wrong');
  await say(a, 'are you there?', { c: n });
  const fresh = await back(server, c);
  assert.equal(fresh.welcome.convs[0].recovered, true);
  const state = await a.waitFor('session.state', (d) => d.state === 'live');
  assert.equal(state.d.why, 'back');
  await fresh.waitFor('session.state', (d) => d.state === 'live');
  assert.deepEqual(texts(fresh), ['are you there?']);
  fresh.ptr({ x: 5 }, { flags: 16 });
  await a.waitFrame('PTR', (frame) => frame.body.x === 5);
  await leave(fresh, a);
});

test('the hold ends the session; an announced leave is waited for', async (t) => {
  const short = await shop((fn) => t.after(fn), { associates: ['lea', 'max'], args: ['--away-hold', '500ms'] });
  const gone = await live(short);
  const kept = await live(short, { login: 'max' });
  await kept.c.request('away', { returnSeconds: 60, message: 'Paying' });
  assert.deepEqual((await kept.a.waitFor('away')).d, { returnSeconds: 60, message: 'Paying' });
  await kept.c.cut();
  await gone.c.cut();
  const ended = await gone.a.waitFor('session.state', (d) => d.state === 'ended');
  assert.equal(ended.d.why, 'left');
  const fresh = await back(short, kept.c);
  await kept.a.waitFor('presence.person', (d) => d.who === 'c' && d.at === 'here');
  await say(fresh, 'paid');
  assert.ok(!kept.a.seen('session.state').some((event) => event.d.state === 'ended'));
  const again = await back(short, gone.c);
  await say(again, 'the thread goes on');
  await gone.a.waitFor('chat.send', (d) => d.body.text === 'the thread goes on');
  await leave(fresh, again, gone.a, kept.a);
});

test('an associate who is lost gives the customer back to the line', async (t) => {
  const short = await shop((fn) => t.after(fn), { associates: ['lea', 'max'], args: ['--away-hold', '500ms'] });
  const { c, a } = await live(short);
  await a.cut();
  await c.waitFor('presence.person', (d) => d.who === 'a1' && d.at === 'changing');
  await c.waitFor('session.state', (info) => info.state === 'waiting' && info.why === 'associate-left');
  assert.equal(c.chans.size, 0, 'its channels are closed');
  const max = await associate(short, 'max');
  await max.request('claim.take', { conv: c.conv });
  await c.waitFor('session.state', (info) => info.state === 'live' && info.associate.name === 'Max');
  await leave(c, max);
});

test('a class C request repeated after a reconnect has one effect', async () => {
  const { c, a } = await live(server);
  const cid = '7d444840-9dc0-41d1-b245-5ffdce74fad2';
  const items = [{ media: 'm1' }];
  const first = await c.request('view.open', { items, active: 1, mode: 'image' }, { cid });
  await c.cut();
  const fresh = await back(server, c);
  const again = await fresh.request('view.open', { items, active: 1, mode: 'image' }, { cid });
  assert.deepEqual(again, first);
  await say(fresh, 'end');
  await a.waitFor('chat.send');
  assert.equal(a.seen('view.open').length, 1);
  await leave(fresh, a);
});
