// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';
import { started, snapshot, text, tick } from './fake.mjs';

const { Link } = await load(new URL('../index.ts', import.meta.url));
const words = (v) => v.rows.map((r) => r.d.body?.text);
const view = (more = {}) => ({ seq: 4, driver: 'a1', items: [{ slot: 1, media: 'm1' }, { slot: 2, media: 'm2' }], active: 1,
  mode: 'image', rect: [0, 0, 1, 1], marks: [], ...more });

const begin = async (more = {}) => {
  const all = await started(Link, {}, { ch: [{ n: 16, k: 'view', by: '*' }, { n: 17, k: 'ptr', by: 'me' }, { n: 18, k: 'ptr', by: 'a1' }] });
  all.ws.say(snapshot(more));
  return all;
};

test('a snapshot is the whole state, and a double is dropped', async () => {
  const { link, ws, v } = await begin({ thread: [text(5, 'a1', 'hello')].map(({ op, cs, by, ts, d }) => ({ op, cs, by, ts, d })) });
  ws.say(text(6, 'a1', 'two'), text(6, 'a1', 'two'), text(5, 'a1', 'hello'));
  assert.deepEqual(words(v), ['hello', 'two']);
  assert.equal(v.session.reference, '4-217');
  link.close();
});

test('p names the number before for this audience: a hole left for others is no gap', async () => {
  const { link, ws, v } = await begin();
  ws.say(text(9, 'a1', 'after two notes', { p: 5 }));
  assert.deepEqual(words(v), ['after two notes']);
  assert.equal(ws.find('since'), undefined);
  link.close();
});

test('a gap is asked for once; what came early waits for what was missing', async () => {
  const { link, ws, v } = await begin();
  ws.say(text(8, 'a1', 'three'), text(7, 'a1', 'two'));
  assert.deepEqual(words(v), []);
  const asked = ws.sent.filter((m) => m.op === 'since');
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0].d, { s: 10, cs: 5 });
  ws.say(text(6, 'a1', 'one'), { id: asked[0].id, ok: true, d: { recovered: true } });
  assert.deepEqual(words(v), ['one', 'two', 'three']);
  link.close();
});

test('a gap the server cannot fill ends with a snapshot, then with what waited', async () => {
  const { link, ws, v } = await begin();
  ws.say(text(9, 'a1', 'four'));
  ws.say(snapshot({ cs: 8, thread: [text(8, 'a1', 'three')] }), { id: ws.find('since').id, ok: true, d: { recovered: false } });
  assert.deepEqual(words(v), ['three', 'four']);
  link.close();
});

test('an unknown op is skipped and keeps its number', async () => {
  const { link, ws, v } = await begin();
  ws.say({ op: 'new.thing', s: 11, ts: 1, d: {} }, { op: 'session.state', s: 12, ts: 1, d: { state: 'ended' } });
  assert.equal(v.control.last, 12);
  assert.equal(v.session.state, 'ended');
  link.close();
});

test('one’s own message: at once, then sent, delivered, read', async () => {
  const { link, ws, v } = await begin();
  v.send('mine');
  assert.equal(v.status(v.rows[0]), 'sending');
  const asked = ws.find('chat.send');
  assert.match(asked.cid, /^[0-9a-f-]{36}$/);
  assert.equal('c' in asked, false, 'a customer leaves c out');
  ws.say({ id: asked.id, ok: true, cs: 6, d: { cs: 6 } });
  await tick();
  assert.equal(v.rows.length, 1);
  assert.equal(v.status(v.rows[0]), 'sent');
  ws.say({ op: 'chat.read', by: 'a1', d: { delivered: 6 } });
  assert.equal(v.status(v.rows[0]), 'delivered');
  ws.say({ op: 'chat.read', by: 'a1', d: { read: 6 } });
  assert.equal(v.status(v.rows[0]), 'read');
  link.close();
});

test('a refused message stays, failed, with the reason; sent again it keeps its cid', async () => {
  const { link, ws, v } = await begin();
  v.send('mine');
  const first = ws.find('chat.send');
  ws.say({ id: first.id, err: { code: 'rate.limited', n: 3001, msg: 'too often', retry: true, after: 900 } });
  await tick();
  assert.equal(v.rows[0].state, 'failed');
  assert.equal(v.rows[0].fault.after, 900);
  v.retry(v.rows[0]);
  assert.equal(ws.find('chat.send').cid, first.cid);
  assert.notEqual(ws.find('chat.send').id, first.id);
  link.close();
});

test('the answer was lost but the event came back: one row, not two', async () => {
  const { link, ws, v } = await begin();
  v.send('mine');
  ws.say(text(6, 'c', 'mine'));
  assert.deepEqual(words(v), ['mine']);
  assert.equal(v.rows[0].cs, 6);
  ws.say({ id: ws.find('chat.send').id, ok: true, cs: 6, d: { cs: 6 } });
  await tick();
  assert.deepEqual(words(v), ['mine']);
  link.close();
});

test('view: whole, changed, closed; another piece begins whole', async () => {
  const { link, ws, v } = await begin();
  const seen = [];
  v.on('view.patch', (p) => seen.push(p));
  ws.say({ op: 'view.open', s: 11, by: 'a1', ts: 1, d: view() });
  ws.say({ op: 'view.set', s: 12, by: 'a1', ts: 1, d: { seq: 5, rect: [0.2, 0.2, 0.5, 0.5] } });
  assert.deepEqual(v.view.rect, [0.2, 0.2, 0.5, 0.5]);
  ws.say({ op: 'view.item', s: 13, by: 'a1', ts: 1, d: { seq: 6, drop: 1, active: 2 } });
  assert.deepEqual([v.view.items.length, v.view.active, v.view.rect[2]], [1, 2, 1]);
  ws.say({ op: 'mark.add', s: 14, by: 'a1', ts: 1, d: { mark: 1, slot: 2, by: 'a1', kind: 'ink', colour: 0, points: [0, 0, 1, 1] } });
  assert.equal(v.view.marks.length, 1);
  ws.say({ op: 'view.close', s: 15, by: 'a1', ts: 1, d: { seq: 7 } });
  assert.equal(v.view, null);
  assert.deepEqual(seen.map((p) => p.seq), [5, 6]);
  link.close();
});

test('one’s own view.set is announced without its place: no echo moves the picture', async () => {
  const { link, ws, v } = await begin({ view: view({ driver: 'c' }) });
  const seen = [];
  v.on('view.patch', (p) => seen.push(p));
  v.viewer.set({ rect: [0.1, 0.1, 0.5, 0.5] });
  assert.equal(ws.find('view.set').d.base, 4);
  ws.say({ id: ws.find('view.set').id, ok: true, s: 11, d: { seq: 5 } });
  await tick();
  assert.deepEqual(seen, [{ seq: 5 }]);
  assert.deepEqual(v.view.rect, [0.1, 0.1, 0.5, 0.5]);
  link.close();
});

test('a refused wish puts the viewer back', async () => {
  const { link, ws, v } = await begin({ view: view() });
  const back = [];
  v.on('view', (x) => back.push(x?.seq));
  v.on('refused', (r) => back.push(r.fault.code));
  v.viewer.drive(true);
  ws.say({ id: ws.find('view.drive').id, err: { code: 'driver.other', n: 2004, msg: '', retry: true } });
  await tick();
  assert.deepEqual(back, ['driver.other', 4]);
  link.close();
});

test('motion: 30 a second, the newest, and the end of the gesture always', async () => {
  const { link, ws, v } = await begin({ view: view({ driver: 'c' }) });
  for (let i = 0; i < 50; i++) v.viewer.motion({ slot: 1, cx: 0.5, cy: 0.5, scale: 1 + i, edge: false });
  v.viewer.motion({ slot: 1, cx: 0.25, cy: 0.75, scale: 3, edge: true });
  const frames = ws.sent.filter((m) => m instanceof ArrayBuffer);
  assert.equal(frames.length, 2);
  const last = new DataView(frames[1]);
  assert.equal(last.getUint8(1) & 16, 16);
  assert.equal(last.getUint16(2, true), 16);
  assert.equal(last.getUint32(28, true) / 65536, 3);
  await tick(60);
  assert.equal(ws.sent.filter((m) => m instanceof ArrayBuffer).length, 2, 'nothing is sent behind the end');
  link.close();
});

test('motion received: drawn by number, older ones dropped', async () => {
  const { link, ws, v } = await begin({ view: view() });
  const seen = [];
  v.on('motion', (m) => seen.push(m.scale));
  v.on('pointer', (p) => seen.push(p.who));
  const frame = (type, chan, seq, n) => {
    const d = new DataView(new ArrayBuffer(n));
    d.setUint8(0, type); d.setUint16(2, chan, true); d.setUint32(4, seq, true);
    return d;
  };
  const moved = (seq, scale) => {
    const d = frame(6, 16, seq, 36);
    d.setUint32(12, seq, true); d.setUint16(16, 1, true); d.setUint32(28, scale * 65536, true);
    return d.buffer;
  };
  ws.bytes(moved(7, 2));
  ws.bytes(moved(6, 9));
  ws.bytes(moved(8, 4));
  ws.bytes(frame(1, 18, 1, 24).buffer);
  ws.bytes(new ArrayBuffer(3));
  assert.deepEqual(seen, [2, 4, 'a1']);
  assert.equal(v.view.seq, 8);
  link.close();
});

test('typing fades when the person leaves, and one’s own is no one’s business', async () => {
  const { link, ws, v } = await begin();
  ws.say({ op: 'chat.typing', by: 'a1', d: { on: true } }, { op: 'chat.typing', by: 'c', d: { on: true } });
  assert.deepEqual([...v.typing], ['a1']);
  ws.say({ op: 'presence.person', d: { who: 'a1', role: 'associate', name: 'Camille', at: 'away' } });
  assert.equal(v.typing.size, 0);
  link.close();
});
