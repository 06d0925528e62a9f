// SPDX-License-Identifier: Apache-2.0
/// The shared view: one truth, one driver, frames relayed to the byte, marks within their limits.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { keeper, leave, live, openView, shop, viewSeen } from './lib/kit.mjs';
import { FLAG } from './lib/protocol.mjs';

const later = keeper(after);
let server;
before(async () => {
  server = await shop(later, { associates: ['lea', 'max'], args: ['--capacity', '50', '--rate-act', '500'] });
});

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // for rules that are about time itself

const truth = (pair) => viewSeen(server, pair);

test('what one opens the other sees', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const reply = await c.request('view.open', { items: [{ sku: 'VT-1', media: 'm1', title: 'Halo' }, { media: 'm2' }], active: 2, mode: 'image' });
  const { d, by } = await a.waitFor('view.open');
  assert.equal(by, 'c');
  assert.equal(d.seq, reply.seq);
  assert.deepEqual(d.items.map((item) => item.slot), reply.slots);
  assert.equal(d.active, reply.slots[1]);
  assert.equal(d.driver, 'c');
  assert.deepEqual(d.rect, [0, 0, 1, 1]);
  assert.deepEqual(d.marks, []);
  assert.deepEqual(await truth(pair), d);
  await leave(pair);
});

test('the driver sets, the other does not', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 2);
  const set = await c.request('view.set', { base: seq, rect: [0.25, 0.25, 0.5, 0.5] });
  const { d } = await a.waitFor('view.set');
  assert.deepEqual(d, { seq: set.seq, rect: [0.25, 0.25, 0.5, 0.5] });
  assert.equal((await a.refusal('view.set', { base: seq, rect: [0, 0, 1, 1] }, { c: n })).code, 'driver.other');
  await c.request('view.set', { base: set.seq, active: slots[1], mode: 'spin', frame: 7 });
  await a.waitFor('view.set', (e) => e.active === slots[1] && e.mode === 'spin' && e.frame === 7);
  const view = await truth(pair);
  assert.deepEqual([view.active, view.mode, view.frame], [slots[1], 'spin', 7]);
  assert.equal((await c.refusal('view.set', { base: view.seq, active: 999 })).code, 'not.found');
  for (const rect of [[0, 0, 0, 0], [0, 0, 1.5, 1.5], [1, 1, 0.5, 0.5], [-1, -1, 0.5, 0.5]]) {
    assert.equal((await c.refusal('view.set', { base: view.seq, rect })).code, 'field.bad', `${rect}`);
  }
  await leave(pair);
});

test('a wish from a view that is no more gets the view', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq } = await openView(pair, 1);
  await a.request('view.item', { add: { media: 'm9' } }, { c: n });
  const now = await c.waitFor('view.item');
  const err = await c.refusal('view.set', { base: seq, rect: [0.25, 0.25, 0.5, 0.5] });
  assert.deepEqual([err.code, err.retry], ['view.stale', true]);
  const { d } = await c.waitFor('view.state');
  assert.equal(d.seq, now.d.seq);
  assert.deepEqual(d.items.map((item) => item.media), ['m1', 'm9']);
  await c.request('view.set', { base: d.seq, rect: [0.25, 0.25, 0.5, 0.5] });
  await leave(pair);
});

test('a base behind the last motion is not stale: the last gesture wins', async () => {
  const pair = await live(server);
  const { c } = pair;
  const { seq } = await openView(pair, 1);
  await c.request('view.set', { base: seq, rect: [0, 0, 0.5, 0.5] });
  await c.request('view.set', { base: seq, rect: [0.5, 0.5, 0.5, 0.5] });
  assert.deepEqual((await truth(pair)).rect, [0.5, 0.5, 0.5, 0.5]);
  await leave(pair);
});

test('items come and go; slots stay the same', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { slots } = await openView(pair, 2);
  const { slot } = await a.request('view.item', { add: { sku: 'VT-9', media: 'm9', title: 'Band' } }, { c: n });
  const added = await c.waitFor('view.item');
  assert.deepEqual(added.d.add, { slot, sku: 'VT-9', media: 'm9', title: 'Band' });
  assert.equal(added.d.active, slot, 'what is added is shown');
  await c.request('view.item', { drop: slot });
  const dropped = await a.waitFor('view.item');
  assert.deepEqual([dropped.d.drop, dropped.d.active], [slot, slots[1]], 'the active piece went, its neighbour shows');
  assert.equal((await c.refusal('view.item', { drop: slot })).code, 'not.found');
  assert.equal((await c.refusal('view.item', {})).code, 'field.bad');
  for (let i = 0; i < 10; i++) await c.request('view.item', { add: { media: `x${i}` } });
  assert.equal((await c.refusal('view.item', { add: { media: 'y' } })).code, 'cap.reached', 'twelve at most');
  await leave(pair);
});

test('taking over waits 400 ms for the driver to finish', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 1);
  // The other asks in one breath with the driver's gesture; when more than 400 ms lie between them all the same, once more.
  let held;
  for (let tries = 0; !held; tries++) {
    assert.ok(tries < 20, 'taken over each time');
    c.view({ vseq: seq, slot: slots[0] }, { flags: FLAG.EDGE });
    held = (await a.ask('view.drive', { take: true }, { c: n })).err;
    if (!held) await a.request('view.drive', { take: false }, { c: n });
    if (!held) await c.request('view.drive', { take: true });
  }
  assert.deepEqual([held.code, held.retry], ['driver.other', true]);
  assert.ok(held.after > 0 && held.after <= 400);
  await pause(420);
  await a.request('view.drive', { take: true }, { c: n });
  assert.equal((await c.waitFor('view.drive')).d.driver, 'a1');
  assert.equal((await c.refusal('view.set', { base: seq, rect: [0, 0, 0.5, 0.5] })).code, 'driver.other');
  assert.equal((await c.refusal('view.drive', { take: false })).code, 'driver.other', 'only one\'s own wheel can be let go');
  await a.request('view.drive', { take: false }, { c: n });
  assert.equal((await c.waitFor('view.drive')).d.driver, '');
  await c.request('view.drive', { take: true });
  await a.waitFor('view.drive', (d) => d.driver === 'c');
  await c.request('view.set', { base: seq, rect: [0, 0, 0.5, 0.5] });
  await leave(pair);
});

test('of two who take a free wheel at once one has it', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq } = await openView(pair, 1);
  await c.request('view.drive', { take: false });
  await Promise.all([c.ask('view.drive', { take: true }), a.ask('view.drive', { take: true }, { c: n })]);
  const { driver } = await truth(pair);
  const wishes = await Promise.all([c.ask('view.set', { base: seq, frame: 1 }), a.ask('view.set', { base: seq, frame: 2 }, { c: n })]);
  assert.deepEqual(wishes.map((reply) => Boolean(reply.ok)), driver === 'c' ? [true, false] : [false, true]);
  await leave(pair);
});

test('closing empties it for both', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  await a.request('view.close', {}, { c: n });
  await c.waitFor('view.close');
  assert.equal(await truth(pair), undefined);
  assert.equal((await c.refusal('view.drive', { take: true })).code, 'not.found');
  await leave(pair);
});

test('VIEW frames reach the other with the owner\'s numbers, nothing else changed', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 1);
  const sent = c.view({ vseq: seq, slot: slots[0], cx: 0x40000000, cy: 0xc0000000, scale: 131072, frame: 3, t_ms: 1500 }, { flags: FLAG.EDGE });
  const got = await a.waitFrame('VIEW');
  assert.equal(got.body.vseq, seq + 1);
  assert.equal(got.head.flags, FLAG.EDGE);
  assert.equal(got.head.chan, a.channel('view', n));
  const [was, is] = [Buffer.from(sent), Buffer.from(got.bytes)];
  for (const bytes of [was, is]) bytes.fill(0, 4, 8).fill(0, 12, 16); // channel number and view number are the owner's
  assert.deepEqual(is, was);
  const event = await a.waitFor('view.set');
  assert.equal(event.by, 'c');
  assert.deepEqual(event.d.rect.map((x) => Math.round(x * 1000) / 1000), [0, 0.5, 0.5, 0.5], 'the end of a gesture is control state');
  assert.deepEqual((await truth(pair)).rect, event.d.rect);
  await leave(pair);
});

test('VIEW counts only from the driver, for the active slot, from a view that still is', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { seq, slots } = await openView(pair, 2);
  a.view({ vseq: seq, slot: slots[0], scale: 262144 }, { c: n, flags: FLAG.EDGE });
  c.view({ vseq: seq, slot: slots[1], scale: 262144 }, { flags: FLAG.EDGE });
  c.view({ vseq: seq - 1, slot: slots[0], scale: 262144 }, { flags: FLAG.EDGE });
  await a.beat();
  c.view({ vseq: seq, slot: slots[0], scale: 131072 }, { flags: FLAG.EDGE });
  const got = await a.waitFrame('VIEW');
  assert.equal(got.body.scale, 131072);
  assert.equal(c.frames.length, 0);
  assert.equal((await truth(pair)).rect[2], 0.5);
  await leave(pair);
});

test('pointers go both ways, to the byte', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  const trail = Array.from({ length: 8 }, (_, i) => ({ dt: 4, dx: i - 4, dy: 4 - i }));
  for (const [from, to, options] of [[c, a, {}], [a, c, { c: n }]]) {
    const sent = from.ptr({ slot: 1, x: 40000, y: 123, buttons: 1, kind: 2, trail }, options);
    assert.deepEqual((await to.waitFrame('PTR')).bytes, sent);
  }
  await leave(pair);
});

test('the end of a gesture is never overwritten', async () => {
  const pair = await live(server, {});
  const { c, a } = pair;
  await openView(pair, 1);
  const edges = [];
  c.together(() => {
    for (let i = 0; i < 30; i++) {
      c.ptr({ x: i * 3 });
      c.ptr({ x: i * 3 + 1 });
      edges.push(c.ptr({ x: i * 3 + 2 }, { flags: FLAG.EDGE }));
    }
  });
  await a.until('all edges', () => (a.frames.filter((frame) => frame.head.flags & FLAG.EDGE).length === 30 ? true : undefined));
  assert.deepEqual(a.frames.filter((frame) => frame.head.flags & FLAG.EDGE).map((frame) => frame.bytes), edges);
  assert.ok(a.frames.length < 90, 'of the others only the newest need to arrive');
  await leave(pair);
});

test('the last pointer always arrives', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await openView(pair, 1);
  for (let i = 1; i <= 100; i++) c.ptr({ x: i });
  await a.waitFrame('PTR', (frame) => frame.body.x === 100);
  const order = a.frames.map((frame) => frame.head.seq);
  assert.deepEqual(order, [...order].sort((x, y) => x - y));
  await leave(pair);
});

test('several frames in one message are relayed each for itself', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await openView(pair, 1);
  const chan = c.channel('ptr');
  const one = Buffer.from(c.frameBytes('PTR', { slot: 1, x: 1, y: 1, buttons: 0, kind: 0, trail: [] }, { chan, flags: FLAG.MORE | FLAG.EDGE }));
  const two = Buffer.from(c.frameBytes('PTR', { slot: 1, x: 2, y: 2, buttons: 0, kind: 0, trail: [] }, { chan, flags: FLAG.EDGE }));
  const length = Buffer.alloc(2);
  length.writeUInt16LE(two.length);
  c.rawBytes(Buffer.concat([one, length, two]));
  await a.waitFrame('PTR', (frame) => frame.body.x === 1 && frame.head.flags === FLAG.EDGE);
  await a.waitFrame('PTR', (frame) => frame.body.x === 2);
  await leave(pair);
});

test('a stroke is drawn point by point and becomes a mark', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { slots } = await openView(pair, 1);
  const sent = [];
  for (let i = 0; i < 4; i++) {
    const points = [{ x: i * 1000, y: 0 }, { x: i * 1000 + 500, y: 65535 }];
    sent.push(a.draw({ stroke: 9, slot: slots[0], kind: 0, colour: 4, points }, { c: n, flags: i === 3 ? FLAG.LAST : 0 }));
  }
  for (const bytes of sent) assert.deepEqual((await c.waitFrame('DRAW')).bytes, bytes);
  const { d, by } = await c.waitFor('mark.add');
  assert.equal(by, 'a1');
  assert.deepEqual([d.slot, d.kind, d.colour, d.points.length], [slots[0], 'ink', 4, 16]);
  assert.ok(Math.abs(d.points[3] - 1) < 1e-9 && Math.abs(d.points[2] - 500 / 65535) < 1e-6);
  assert.equal((await a.waitFor('mark.add')).d.mark, d.mark, 'who drew learns the number');
  await leave(pair);
});

test('marks: one\'s own, the driver any', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  const { slots } = await openView(pair, 1);
  const add = (peer, options) => peer.request('mark.add', { slot: slots[0], kind: 'arrow', colour: 2, points: [0, 0, 1, 1] }, options);
  const mine = await add(c);
  const seen = await a.waitFor('mark.add');
  assert.deepEqual(seen.d, { mark: mine.mark, slot: slots[0], by: 'c', kind: 'arrow', colour: 2, points: [0, 0, 1, 1] });
  const theirs = await add(a, { c: n });
  assert.equal((await a.refusal('mark.drop', { marks: [theirs.mark, mine.mark] }, { c: n })).code, 'driver.other', 'all or none');
  await c.request('mark.drop', { marks: [theirs.mark] });
  assert.deepEqual((await a.waitFor('mark.drop')).d.marks, [theirs.mark]);
  assert.equal((await c.refusal('mark.drop', { marks: [theirs.mark] })).code, 'not.found');
  assert.equal((await c.refusal('mark.add', { slot: 99, kind: 'ink', colour: 0, points: [0, 0, 1, 1] })).code, 'not.found');
  assert.deepEqual((await truth(pair)).marks.map((mark) => mark.mark), [mine.mark]);
  await leave(pair);
});

test('64 marks a slot, 256 points a mark', async () => {
  const pair = await live(server);
  const { c } = pair;
  const { slots } = await openView(pair, 2);
  const most = Array.from({ length: 512 }, (_, i) => Math.round((i / 511) * 100) / 100);
  await c.request('mark.add', { slot: slots[0], kind: 'ink', colour: 0, points: most });
  assert.equal((await c.refusal('mark.add', { slot: slots[0], kind: 'ink', colour: 0, points: [...most, 0, 0] })).code, 'too.large');
  const small = { kind: 'ink', colour: 0, points: [0, 0, 1, 1] };
  for (let i = 1; i < 64; i++) await c.request('mark.add', { slot: slots[0], ...small });
  assert.equal((await c.refusal('mark.add', { slot: slots[0], ...small })).code, 'cap.reached');
  await c.request('mark.add', { slot: slots[1], ...small });
  const view = await truth(pair);
  assert.equal(view.marks.length, 65);
  await leave(pair);
});

test('motion over 45 a second is thinned and the writer told; after two quiet seconds it may go on', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  await openView(pair, 1);
  c.together(() => { for (let i = 0; i < 250; i++) c.ptr({ x: i }); });
  const { d } = await c.waitFor('rate');
  assert.equal(d.n, c.channel('ptr'));
  assert.ok(d.hz < 30);
  await c.waitFor('rate', (e) => e.hz === 30);
  await a.beat();
  await leave(pair);
});

test('frames that are none close with 4500', async (t) => {
  const broken = {
    'a short one': () => Buffer.from([1, 0, 16]),
    'an unknown type': (chan) => Buffer.from([9, 0, chan & 255, chan >> 8, 0, 0, 0, 0, 0, 0, 0, 0]),
    'a wrong length': (chan) => Buffer.concat([Buffer.from([1, 0, chan & 255, chan >> 8, 9, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(11)]),
    'a wrong kind': (chan) => Buffer.concat([Buffer.from([1, 0, chan & 255, chan >> 8, 9, 0, 0, 0, 0, 0, 0, 0]), Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0])]),
    'another type\'s channel': (chan, c) => Buffer.concat([Buffer.from([1, 0, c.channel('draw') & 255, c.channel('draw') >> 8, 9, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(12)]),
    'a channel above all': () => Buffer.concat([Buffer.from([1, 0, 0, 0x80, 9, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(12)]),
    'a scale of nothing': (_, c) => Buffer.concat([Buffer.from([6, 0, c.channel('view') & 255, c.channel('view') >> 8, 9, 0, 0, 0, 0, 0, 0, 0]), Buffer.alloc(24)]),
  };
  for (const [name, make] of Object.entries(broken)) {
    await t.test(name, async () => {
      const { c, a } = await live(server);
      await openView({ c, a }, 1);
      c.rawBytes(make(c.channel('ptr'), c));
      assert.equal((await c.closed).code, 4500);
      await a.cut();
    });
  }
  await t.test('but an unknown type of the future is ignored', async () => {
    const { c, a } = await live(server);
    c.rawBytes(Buffer.from([0x90, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    await c.beat();
    await c.cut();
    await a.cut();
  });
});

test('nobody writes on another\'s channel', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  const foreign = [...c.chans.values()].find((chan) => chan.k === 'ptr' && chan.by === 'a1');
  c.ptr({ x: 666 }, { chan: foreign.n, flags: FLAG.EDGE });
  c.ptr({ x: 7 }, { flags: FLAG.EDGE });
  await a.waitFrame('PTR', (frame) => frame.body.x === 7);
  assert.equal(a.frames.length + a.frames.filter((frame) => frame.body.x === 666).length, 0);
  a.ptr({ x: 8 }, { c: n, flags: FLAG.EDGE });
  await c.waitFrame('PTR', (frame) => frame.body.x === 8);
  await leave(pair);
});
