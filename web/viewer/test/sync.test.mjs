// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { load } from './load.mjs';

const { createSync } = await load(new URL('../sync.ts', import.meta.url));
const { throttle } = await load(new URL('../throttle.ts', import.meta.url));

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 100_000 }));
afterEach(() => mock.timers.reset());

const base = { seq: 10, driver: 'a1', active: 1, mode: 'image', rect: [0, 0, 1, 1], marks: [],
  items: [{ slot: 1, media: 'm1' }, { slot: 2, media: 'm2' }] };
const there = { cx: 0.4, cy: 0.6, scale: 4 };

function side(me, view = base) {
  const sent = [];
  const wish = {
    set: (p) => sent.push(['set', p]), motion: (m) => sent.push(['motion', m]), drive: (t) => sent.push(['drive', t]),
  };
  let lost = 0;
  const sync = createSync(me, wish, () => {}, () => { lost++; });
  sync.apply(structuredClone(view));
  return { sync, sent, lost: () => lost, kinds: () => sent.map(([k]) => k) };
}

test('throttle: thirty a second, the newest wins, the end always goes', () => {
  const out = [];
  const t = throttle((v, edge) => out.push([v, edge]), 34);
  for (let i = 0; i < 100; i++) { t.push(i); mock.timers.tick(10); }
  assert.ok(out.length <= 31 && out.length >= 24, `${out.length} in a second`);
  t.push(100);
  t.end(101);
  assert.deepEqual(out.at(-1), [101, true]);
  const n = out.length;
  mock.timers.tick(1000);
  assert.equal(out.length, n, 'nothing comes after the end');
});

test('echo: whatever comes from outside, nothing is sent', () => {
  const { sync, sent } = side('c');
  sync.motion({ seq: 11, slot: 1, ...there });
  sync.patch({ seq: 12, rect: [0.1, 0.1, 0.5, 0.5] });
  sync.patch({ seq: 13, active: 2 });
  sync.patch({ seq: 14, driver: 'c' });
  sync.patch({ seq: 15, driver: 'a1' });
  sync.apply({ ...base, seq: 16, rect: [0, 0, 0.2, 0.2] });
  sync.rest();
  mock.timers.tick(5000);
  assert.deepEqual(sent, []);
});

test('two screens: what one shows is what the other sent, whatever the screens', () => {
  const a = side('a1');
  const b = side('c');
  a.sync.move(there);
  mock.timers.tick(100);
  a.sync.move({ cx: 0.1, cy: 0.9, scale: 40 });
  a.sync.rest();
  let seq = 10;
  for (const [, { edge, ...m }] of a.sent) b.sync.motion({ ...m, seq: ++seq });
  assert.deepEqual(b.sync.camera, a.sync.camera);
  assert.equal(a.sent.at(-1)[1].edge, true);
  assert.equal(b.sync.camera.scale, 16);
});

test('an older motion is dropped, over the turn of the number too', () => {
  const { sync } = side('c');
  assert.equal(sync.motion({ seq: 0xfffffffe, slot: 1, ...there }), true);
  assert.equal(sync.motion({ seq: 3, slot: 1, ...there, scale: 5 }), true);
  assert.equal(sync.motion({ seq: 2, slot: 1, ...there, scale: 6 }), false);
  assert.equal(sync.camera.scale, 5);
  assert.equal(sync.motion({ seq: 9, slot: 2, ...there, scale: 7 }), false, 'of another picture');
});

test('a gesture while another drives: asks once, is held, goes out on yes', () => {
  const { sync, sent } = side('c');
  for (let i = 1; i <= 5; i++) { sync.move({ ...there, scale: 1 + i / 2 }); mock.timers.tick(16); }
  assert.deepEqual(sent, [['drive', true]]);
  assert.equal(sync.camera.scale, 3.5, 'shown at once');
  assert.equal(sync.motion({ seq: 11, slot: 1, ...there, scale: 9 }), false, 'and not moved from outside meanwhile');
  sync.patch({ seq: 12, driver: 'c' });
  assert.deepEqual(sent[1], ['motion', { slot: 1, ...there, scale: 3.5, edge: false }]);
  sync.rest();
  assert.equal(sent.at(-1)[1].edge, true);
});

test('a gesture that ended before the yes goes out as an edge', () => {
  const { sync, sent } = side('c');
  sync.move(there);
  sync.rest();
  sync.patch({ seq: 11, driver: 'c' });
  assert.deepEqual(sent.at(-1), ['motion', { slot: 1, ...there, edge: true }]);
});

test('refused: back to what all see, and the hand is let go', () => {
  const { sync, lost, kinds } = side('c');
  sync.move(there);
  sync.motion({ seq: 11, slot: 1, cx: 0.3, cy: 0.3, scale: 2 });
  sync.apply({ ...base, seq: 11, rect: [0.05, 0.05, 0.5, 0.5] });
  assert.equal(sync.camera.scale, 2);
  assert.equal(lost(), 1);
  assert.deepEqual(kinds(), ['drive']);
});

test('no answer: the view goes back after a second and a half', () => {
  const { sync, kinds } = side('c');
  sync.move(there);
  sync.rest();
  mock.timers.tick(1499);
  assert.equal(sync.camera.scale, 4);
  mock.timers.tick(2);
  assert.equal(sync.camera.scale, 1);
  assert.deepEqual(kinds(), ['drive']);
});

test('our own echo does not pull the picture back', () => {
  const { sync } = side('a1');
  sync.move(there);
  sync.rest();
  sync.move({ ...there, scale: 8 });
  sync.patch({ seq: 11, rect: [0.275, 0.475, 0.25, 0.25] });
  assert.equal(sync.motion({ seq: 12, slot: 1, ...there }), false);
  assert.equal(sync.camera.scale, 8);
  assert.equal(sync.view.seq, 11);
});

test('taken over in mid gesture: the hand is let go, nothing more is sent', () => {
  const { sync, sent, lost } = side('a1');
  sync.move(there);
  mock.timers.tick(5);
  sync.move({ ...there, scale: 5 });
  sync.patch({ seq: 11, driver: 'c' });
  const n = sent.length;
  mock.timers.tick(1000);
  sync.rest();
  assert.equal(sent.length, n);
  assert.equal(lost(), 1);
  sync.motion({ seq: 12, slot: 1, cx: 0.5, cy: 0.5, scale: 2 });
  assert.equal(sync.camera.scale, 2);
});

test('another picture: at once when driving, after the yes when not; it begins whole', () => {
  const a = side('a1');
  a.sync.move(there);
  a.sync.select(2);
  assert.deepEqual(a.sent.at(-1), ['set', { active: 2, rect: [0, 0, 1, 1] }]);
  assert.equal(a.sync.view.active, 2);
  assert.equal(a.sync.camera.scale, 1);
  const c = side('c');
  c.sync.select(2);
  assert.deepEqual(c.kinds(), ['drive']);
  assert.equal(c.sync.view.active, 1);
  c.sync.patch({ seq: 11, driver: 'c' });
  assert.deepEqual(c.kinds(), ['drive', 'set']);
  assert.equal(c.sync.view.active, 2);
});

test('side by side one rect serves all: another active piece keeps it', () => {
  const beside = { ...base, mode: 'compare', compare: { slots: [1, 2], scale: 'fit' } };
  const a = side('a1', beside);
  a.sync.move(there);
  a.sync.select(2);
  assert.deepEqual(a.sync.camera, there);
  const [op, { active, rect }] = a.sent.at(-1);
  assert.deepEqual([op, active], ['set', 2]);
  assert.ok(Math.abs(rect[2] - 0.25) < 1e-9, `${rect}`);
  const c = side('c', beside);
  c.sync.patch({ seq: 12, active: 2, rect: [0.25, 0.25, 0.5, 0.5] });
  assert.deepEqual([c.sync.view.active, c.sync.camera.scale], [2, 2]);
  assert.deepEqual(c.sent, [], 'and nothing is sent back');
});

test('what a comparison sets is shown, to the driver too; a wish waits for the wheel', () => {
  const set = { seq: 12, mode: 'compare', compare: { slots: [2, 1], scale: 'true' }, active: 1, rect: [0, 0, 1, 1] };
  const a = side('a1');
  a.sync.move(there);
  a.sync.rest();
  a.sync.patch(set);
  assert.deepEqual([a.sync.camera.scale, a.sync.view.mode, a.sync.view.compare.slots], [1, 'compare', [2, 1]]);
  const c = side('c');
  let done = 0;
  c.sync.act(() => { done++; });
  assert.deepEqual([c.kinds(), done], [['drive'], 0]);
  c.sync.patch({ seq: 11, driver: 'c' });
  assert.equal(done, 1);
  a.sync.act(() => { done++; });
  assert.equal(done, 2, 'at once when driving');
});

test('a press just after the driver\'s last gesture asks once more', () => {
  const { sync, kinds } = side('c');
  let done = 0;
  sync.act(() => { done++; });
  mock.timers.tick(600);
  assert.deepEqual(kinds(), ['drive', 'drive']);
  sync.patch({ seq: 11, driver: 'c' });
  assert.equal(done, 1);
  sync.patch({ seq: 12, driver: 'a1' });
  sync.act(() => { done++; });
  sync.patch({ seq: 13, driver: 'c' });
  mock.timers.tick(600);
  assert.deepEqual([kinds().length, done], [3, 2], 'not once it has come');
});

test('a snapshot in mid gesture of the driver: the gesture goes on and its state is sent', () => {
  const { sync, sent } = side('a1');
  sync.move(there);
  mock.timers.tick(50);
  sync.apply({ ...base, seq: 20 });
  assert.equal(sync.camera.scale, 4);
  assert.equal(sent.at(-1)[1].scale, 4);
  sync.rest();
  mock.timers.tick(500);
  sync.apply({ ...base, seq: 21 });
  assert.equal(sync.camera.scale, 1, 'later it is simply shown');
});

test('the largest scale comes with the item', () => {
  const { sync } = side('a1', { ...base, items: [{ slot: 1, media: 'm', maxScale: 6 }] });
  sync.move({ ...there, scale: 30 });
  assert.equal(sync.camera.scale, 6);
});

test('a closed view takes nothing and sends nothing', () => {
  const { sync, sent } = side('a1');
  sync.apply(null);
  sync.move(there);
  sync.select(2);
  sync.patch({ seq: 30, driver: 'c' });
  assert.equal(sync.motion({ seq: 31, slot: 1, ...there }), false);
  assert.equal(sync.view, null);
  assert.deepEqual(sent, []);
});
