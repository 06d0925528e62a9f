// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const { outputFiles } = await createRequire(import.meta.url)('esbuild').build({
  stdin: { contents: "export * from '../sync.ts'; export * from '../acting.ts'; export * from '../frames.ts';", resolveDir: here('.') },
  bundle: true, format: 'esm', write: false, target: 'es2022',
});
const { makeSync, acting, encodeDraw, encodePointer, encodeView } =
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

const item = (slot) => ({ slot, media: `m${slot}` });

/// One conversation of the widget's, its wire, and what it was told.
function line() {
  const asked = [], told = [], sent = [];
  const conv = {
    c: 1, me: 'c', view: { seq: 4, driver: 'c', items: [item(1), item(2)], active: 1, mode: 'image', rect: [0, 0, 1, 1], marks: [] },
    emit: (name, d) => told.push([name, d]),
    ask: (op, d) => { asked.push([op, d]); return Promise.resolve({}); },
  };
  const sync = makeSync(() => conv, () => 1000, () => 2000);
  conv.viewer = sync.wishes(conv);
  const chan = (n, k, by) => ({ n, k, c: 1, by });
  sync.connected({ readyState: 1, bufferedAmount: 0, send: (b) => sent.push(b) },
    [chan(16, 'view', 'c'), chan(17, 'ptr', 'c'), chan(18, 'draw', 'c'), chan(19, 'ptr', 'a1'), chan(20, 'draw', 'a1')]);
  return { conv, sync, asked, told, sent };
}
const stroke = { stroke: 3, slot: 1, kind: 'arrow', colour: 1, points: [0, 0, 1, 1], last: true };
const head = (chan) => ({ chan, seq: 1, ts: 0 });
const typeOf = (bytes) => new DataView(bytes).getUint8(0);

test('without the tools: moves and takes over, hears pointers and not strokes', () => {
  const { conv, sync, asked, told, sent } = line();
  assert.deepEqual(Object.keys(conv.viewer).sort(), ['clock', 'drive', 'motion']);
  conv.viewer.motion({ slot: 1, cx: 0.5, cy: 0.5, scale: 2, edge: true });
  conv.viewer.drive(true);
  assert.deepEqual(sent.map(typeOf), [6]);
  assert.deepEqual(asked, [['view.drive', { take: true }]]);
  assert.deepEqual(sync.own(conv, 'view.drive', { take: true }, { seq: 5 }), ['view.drive', { seq: 5, driver: 'c' }]);
  assert.equal(sync.own(conv, 'view.close', {}, { seq: 6 }), null);
  sync.receive(encodePointer(head(19), { slot: 1, x: 1, y: 0, kind: 2, buttons: 0, edge: false }));
  sync.receive(encodeDraw(head(20), { ...stroke, first: true }));
  assert.deepEqual(told, [['pointer', { slot: 1, x: 1, y: 0, kind: 2, buttons: 0, who: 'a1' }]]);
});

test('the tools come later: the wishes already handed out can do the rest, strokes are heard', () => {
  const { conv, sync, asked, told, sent } = line();
  const { viewer } = conv;
  sync.act(acting);
  assert.equal(conv.viewer, viewer, 'the viewer keeps what it was given');
  viewer.draw(stroke);
  viewer.pointer({ slot: 1, x: 0.5, y: 0.5, kind: 0, buttons: 0, edge: true });
  viewer.set({ active: 2 });
  viewer.dropMarks([7]);
  viewer.turn({ slot: 1, frame: 3, rpm: 6 });
  assert.deepEqual(sent.map(typeOf), [5, 1]);
  assert.deepEqual(asked, [['view.set', { base: 4, active: 2 }], ['mark.drop', { marks: [7] }], ['spin.turn', { slot: 1, frame: 3, rpm: 6 }]]);
  sync.receive(encodeDraw(head(20), { ...stroke, first: true }));
  assert.deepEqual(told, [['stroke', { ...stroke, who: 'a1' }]]);
  assert.deepEqual(sync.own(conv, 'view.set', { base: 4, active: 2 }, { seq: 9 }), ['view.set', { active: 2, seq: 9 }]);
  assert.deepEqual(sync.own(conv, 'view.drive', { take: false }, { seq: 9 }), ['view.drive', { seq: 9, driver: '' }]);
  assert.deepEqual(sync.own(conv, 'spin.turn', { slot: 1, frame: 3, rpm: 6 }, { seq: 9 }), ['spin.turn', { slot: 1, frame: 3, rpm: 6, seq: 9 }]);
  assert.equal(Object.keys(sync.wishes({ ...conv })).length, 14, 'a later conversation has all from the start');
});

test('broken frames and frames of nobody are dropped', () => {
  const { sync, told } = line();
  sync.act(acting);
  const good = encodeView(head(16), { seq: 5, slot: 1, cx: 0.5, cy: 0.5, scale: 2, edge: false });
  for (const bytes of [new ArrayBuffer(0), good.slice(0, 20), encodeDraw(head(99), { ...stroke, first: true }), encodeDraw(head(20), { ...stroke, first: true }).slice(0, 22)]) sync.receive(bytes);
  assert.deepEqual(told, []);
});
