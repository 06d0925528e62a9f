// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

/// What comes before the tools that draw it, and what comes after: the end is the same.

const { createKnown } = await load(new URL('../known.ts', import.meta.url));
const { paintShapes } = await load(new URL('../shapes.ts', import.meta.url));
const { createPointers } = await load(new URL('../pointers.ts', import.meta.url));

/// As much of a document as a pointer needs.
class Part {
  kids = [];
  style = { setProperty: (name, value) => { this.style[name] = value; } };
  constructor(tag) { this.tag = tag; }
  append(...all) { this.kids.push(...all); for (const kid of all) if (kid instanceof Part) kid.up = this; }
  remove() { this.up.kids.splice(this.up.kids.indexOf(this), 1); }
  setAttribute() {}
  get text() { return this.textContent ?? this.kids.map((k) => (typeof k === 'string' ? k : k.text)).join(''); }
}
globalThis.document = { createElement: (tag) => new Part(tag) };

const names = (who) => ({ c: 'Nora', a1: 'Camille', a2: 'Ines' })[who];
const mark = (id, slot = 1) => ({ mark: id, slot, by: 'a1', kind: 'ink', colour: 0, points: [id / 10, 0, 1, 1] });
const at = (x, more) => ({ slot: 1, x, y: 0.5, kind: 0, ...more });

function drawn(known, slot) {
  const from = [];
  const noop = () => {};
  const ctx = { beginPath: noop, moveTo: (x) => from.push(x), lineTo: noop, quadraticCurveTo: noop, ellipse: noop, stroke: noop };
  paintShapes(ctx, known.marks(), slot, (x, y) => [x, y]);
  return from;
}

/// The tools: pointers drawn, those known first.
function tools(known) {
  const layer = new Part('div');
  const trails = [];
  const pointers = createPointers(layer, 'c', names, (...where) => trails.push(where));
  for (const [who, put] of known.pointers) pointers.put(who, ...put);
  const see = (now) => {
    const wait = pointers.paint((slot, x, y) => (slot === 1 ? [x * 100, y * 100] : undefined), now);
    return { wait, seen: layer.kids.filter((n) => !n.hidden).map((n) => [n.text, n.style.transform, n.style.opacity]) };
  };
  return { pointers, see, trails };
}

/// The same events, the tools coming after `early` of them.
function run(events, early) {
  const known = createKnown();
  let kit;
  const arrive = () => { kit = tools(known); };
  events.forEach(([op, ...d], i) => {
    if (i === early) arrive();
    known[op](...d);
    if (op === 'point') kit?.pointers.put(...d);
    if (op === 'gone') kit?.pointers.gone(...d);
  });
  if (!kit) arrive();
  return { known, ...kit };
}

const events = [
  ['set', [mark(1), mark(2, 2)]],
  ['point', 'a1', at(0.1), 1000],
  ['add', mark(3)],
  ['point', 'a2', at(0.7), 1400],
  ['drop', [1]],
  ['point', 'a1', at(0.4), 1500],
  ['add', mark(4)],
  ['gone', 'a2'],
  ['point', 'a2', at(0.6, { slot: 2 }), 1900],
];

test('whenever the tools come, the same marks and pointers are on the picture', () => {
  for (let early = 0; early <= events.length; early++) {
    const { known, see } = run(events, early);
    assert.deepEqual(drawn(known, 1), [0.3, 0.4], `tools after ${early}`);
    assert.deepEqual(drawn(known, 2), [0.2], `tools after ${early}`);
    assert.deepEqual(see(2600).seen, [['Camille', 'translate(40px,50px)', '1']], `tools after ${early}`);
  }
});

test('a whole view takes the place of all marks that came before the tools', () => {
  const { known } = run([['add', mark(1)], ['add', mark(2)], ['set', [mark(2)]], ['add', mark(2)], ['add', mark(5)]], 9);
  assert.deepEqual(known.marks().map((m) => m.mark), [2, 5]);
  assert.deepEqual(drawn(known, 1), [0.2, 0.5]);
});

test('a pointer kept for the tools is as old as it is: it fades and goes at its own time', () => {
  const known = createKnown();
  known.point('a1', at(0.2), 1000);
  assert.deepEqual(tools(known).see(3000), { wait: 1000, seen: [['Camille', 'translate(20px,50px)', '1']] });
  assert.deepEqual(tools(known).see(5000), { wait: 6000, seen: [['Camille', 'translate(20px,50px)', '.35']] });
  const late = tools(known);
  late.see(12_000);
  assert.deepEqual(late.see(12_000), { wait: Infinity, seen: [] });
});

test('only the latest place is kept, and nobody who left the picture or the view', () => {
  const known = createKnown();
  for (let i = 0; i < 500; i++) known.point('a1', at(i / 500), 1000 + i);
  known.point('a2', at(0.5), 1500);
  known.point('a2', at(0, { kind: 3 }), 1510);
  assert.equal(known.pointers.size, 2);
  assert.deepEqual(tools(known).see(1600).seen, [['Camille', 'translate(99.8px,50px)', '1']]);
  known.gone('a1');
  assert.deepEqual(tools(known).see(1600).seen, []);
});

test('a laser kept for the tools leaves its trail from where it is, not from where it was', () => {
  const { see, trails } = run([['point', 'a1', at(0.1, { kind: 2 }), 1000], ['point', 'a1', at(0.3, { kind: 2 }), 1100]], 9);
  see(1200);
  assert.deepEqual(trails, [['a1', 1, 0.3, 0.5, 1200]]);
});
