// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { load } from './load.mjs';

const { createTrack } = await load(new URL('../track.ts', import.meta.url));
const { createKnown } = await load(new URL('../known.ts', import.meta.url));
const { paintShapes } = await load(new URL('../shapes.ts', import.meta.url));
const { createLive } = await load(new URL('../live.ts', import.meta.url));
const { createPen } = await load(new URL('../draw.ts', import.meta.url));

beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 100_000 }));
afterEach(() => mock.timers.reset());

test('a pointer is drawn between two known places, a little late', () => {
  const track = createTrack();
  for (let i = 0; i < 6; i++) track.push(i / 10, 0, i * 34);
  assert.ok(Math.abs(track.delay - 68) < 1);
  const [x] = track.at(5 * 34 + 34);
  assert.ok(x > 0.38 && x < 0.42, `${x}`);
  assert.equal(track.at(5000)[0], 0.5, 'at rest it is where it was last');
});

test('the delay stays within 50 to 150 ms, a pause of 300 ms snaps', () => {
  const slow = createTrack();
  for (let i = 0; i < 30; i++) slow.push(i / 30, 0, i * 250);
  assert.equal(slow.delay, 150);
  const fast = createTrack();
  for (let i = 0; i < 60; i++) fast.push(i / 60, 0, i * 8);
  assert.equal(fast.delay, 50);
  fast.push(0.2, 0.9, 60 * 8 + 400);
  assert.deepEqual(fast.at(60 * 8 + 400), [0.2, 0.9]);
});

const part = (stroke, points, last, kind = 'ink') => ({ stroke, slot: 1, kind, colour: 0, points, last });
const mark = (id, by, kind = 'ink', slot = 1) => ({ mark: id, slot, by, kind, colour: 0, points: [0, 0, 1, 1] });

/// Counts strokes drawn: two for each shape, the halo and the line.
function drawn(marks, live, slot = 1, now = 0) {
  let n = 0;
  const noop = () => {};
  const ctx = { beginPath: noop, moveTo: noop, lineTo: noop, quadraticCurveTo: noop, ellipse: noop, stroke: () => { n++; } };
  paintShapes(ctx, [...marks.marks(), ...(live?.list(now) ?? [])], slot, (x, y) => [x, y]);
  return n / 2;
}

test('a mark takes the place of the stroke it was made of, and no other', () => {
  const marks = createKnown();
  const live = createLive();
  live.part('c', part(1, [0, 0, 0.1, 0.1], true), 1);
  live.part('c', part(2, [0, 0, 0.1, 0.1], false), 1);
  live.part('a1', part(1, [0, 0], true), 1);
  assert.equal(drawn(marks, live), 3);
  marks.add(mark(7, 'c'));
  live.mark(mark(7, 'c'));
  assert.equal(drawn(marks, live), 3);
  live.gone('c');
  assert.equal(drawn(marks, live), 2, 'what one who left had not finished goes');
  marks.drop([7]);
  assert.equal(drawn(marks, live), 1);
  live.settled();
  assert.equal(drawn(marks, live), 0, 'when all marks are told anew, nothing finished is waited for');
});

test('a stroke nobody answers goes; another picture shows its own marks only', () => {
  const marks = createKnown();
  const live = createLive();
  live.part('c', part(1, [0, 0], true), 1);
  assert.equal(drawn(marks, live, 1, 14_000), 1);
  assert.equal(live.wait, 1000);
  assert.equal(drawn(marks, live, 1, 15_002), 0);
  assert.equal(live.wait, Infinity);
  marks.set([mark(1, 'c'), mark(2, 'a1', 'arrow', 2), mark(3, 'a1', 'circle', 2)]);
  assert.equal(drawn(marks, live, 1), 1);
  assert.equal(drawn(marks, live, 2), 2);
  assert.deepEqual(marks.marks().map((m) => m.mark), [1, 2, 3]);
});

function pen() {
  const shown = [], sent = [], back = [];
  return { shown, sent, back, pen: createPen((d) => shown.push(d), (d) => sent.push(d), (id) => back.push(id)) };
}

test('ink: all points arrive once and in order, at most 25 parts a second', () => {
  const { pen: p, sent } = pen();
  p.start(1, 'ink', 0, [0, 0], [0, 0]);
  for (let i = 1; i <= 200; i++) { p.move([i / 1000, 0], [i * 3, 0]); mock.timers.tick(5); }
  p.end();
  const xs = sent.flatMap((d) => d.points.filter((_, i) => i % 2 === 0));
  assert.deepEqual(xs, Array.from({ length: 201 }, (_, i) => i / 1000));
  assert.ok(sent.length <= 27, `${sent.length} parts in a second`);
  assert.deepEqual(sent.map((d) => d.last), [...sent.slice(1).map(() => false), true]);
});

test('a long line goes on in a new stroke: 256 points each, 128 a part', () => {
  const { pen: p, sent } = pen();
  p.start(1, 'ink', 0, [0, 0], [0, 0]);
  for (let i = 1; i < 700; i++) p.move([i / 1000, 0], [i * 3, 0]);
  p.end();
  const strokes = new Map();
  for (const d of sent) {
    assert.ok(d.points.length <= 256);
    strokes.set(d.stroke, (strokes.get(d.stroke) ?? 0) + d.points.length / 2);
  }
  assert.ok([...strokes.values()].every((n) => n <= 256), `${[...strokes.values()]}`);
  assert.equal(sent.filter((d) => d.last).length, strokes.size);
});

test('circle and arrow: first and last are the ends, a tap is nothing', () => {
  const { pen: p, sent, back } = pen();
  p.start(1, 'circle', 2, [0.2, 0.2], [20, 20]);
  p.end();
  assert.equal(sent.length, 0);
  assert.equal(back.length, 1);
  p.start(1, 'arrow', 2, [0.2, 0.2], [20, 20]);
  for (let i = 1; i <= 300; i++) { p.move([0.2 + i / 1000, 0.2], [20 + i * 3, 20]); mock.timers.tick(50); }
  p.end();
  const points = sent.flatMap((d) => d.points);
  assert.deepEqual(points.slice(0, 2), [0.2, 0.2]);
  assert.deepEqual(points.slice(-2), [0.5, 0.2]);
  assert.ok(points.length / 2 <= 256);
  assert.equal(sent.at(-1).last, true);
});

test('a second finger: nothing sent yet is taken back, the rest is finished', () => {
  const a = pen();
  a.pen.start(1, 'ink', 0, [0, 0], [0, 0]);
  a.pen.move([0.001, 0], [3, 0]);
  a.pen.cancel();
  assert.deepEqual([a.sent.length, a.back.length], [0, 1]);
  mock.timers.tick(500);
  assert.equal(a.sent.length, 0);
  const b = pen();
  b.pen.start(1, 'ink', 0, [0, 0], [0, 0]);
  b.pen.move([0.1, 0], [30, 0]);
  b.pen.cancel();
  assert.equal(b.sent.at(-1).last, true);
  assert.equal(b.back.length, 0);
});
