// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { changes, apply, clash } = await load(new URL('../src/lib/diff.ts', import.meta.url));
const base = { name: 'A', origins: ['https://a'], settings: { cap: 2, queues: [{ id: 'main', name: 'Main', max: 5 }, { id: 'rings', name: 'Rings' }], labels: ['x'] } };
const but = (fn) => { const copy = structuredClone(base); fn(copy); return copy; };
const paths = (list) => list.map((c) => c.path.join('/'));

test('the same document has no changes, whatever the order of its keys', () => {
  assert.deepEqual(changes(base, structuredClone(base)), []);
  assert.deepEqual(changes({ a: [{ x: 1, y: 2 }] }, { a: [{ y: 2, x: 1 }] }), []);
});

test('what changed is named as finely as it can be', () => {
  const mine = but((d) => { d.settings.cap = 3; d.settings.queues[1].name = 'Bagues'; delete d.settings.queues[0].max; d.settings.labels = ['x', 'y']; });
  assert.deepEqual(paths(changes(base, mine)).sort(), ['settings/cap', 'settings/labels', 'settings/queues/=main/max', 'settings/queues/=rings/name']);
});

test('applied to what it came from, a change gives what it was made from', () => {
  for (const mine of [
    but((d) => { d.settings.queues.push({ id: 'new', name: 'N' }); }),
    but((d) => { d.settings.queues.splice(0, 1); }),
    but((d) => { d.settings.queues.reverse(); d.name = 'B'; }),
    but((d) => { d.settings.queues[0].hours = { tz: 'UTC', week: {} }; delete d.settings.cap; d.settings.queues = []; }),
    but((d) => { delete d.settings.queues; d.settings.theme = { accent: '#123456' }; }),
  ]) assert.deepEqual(apply(base, changes(base, mine)), mine);
});

test('two people in different fields of one queue: both stand', () => {
  const theirs = but((d) => { d.settings.queues[0].name = 'Theirs'; d.settings.queues.unshift({ id: 'z', name: 'Z' }); });
  const mine = changes(base, but((d) => { d.settings.queues[0].max = 9; }));
  assert.deepEqual(apply(theirs, mine).settings.queues, [{ id: 'z', name: 'Z' }, { id: 'main', name: 'Theirs', max: 9 }, { id: 'rings', name: 'Rings' }]);
  assert.equal(changes(base, theirs).some((t) => mine.some((m) => clash(t, m))), false);
});

test('the same field, and a queue taken away under a change, clash; an equal change does not', () => {
  const mine = changes(base, but((d) => { d.settings.queues[0].name = 'Mine'; }));
  const same = changes(base, but((d) => { d.settings.queues[0].name = 'Theirs'; }));
  const gone = changes(base, but((d) => { d.settings.queues.splice(0, 1); }));
  assert.equal(clash(same[0], mine[0]), true);
  assert.equal(clash(gone[0], mine[0]), true);
  assert.equal(clash(mine[0], structuredClone(mine[0])), false);
  assert.deepEqual(apply(apply(base, gone), mine).settings.queues, [{ id: 'rings', name: 'Rings' }], 'half a queue does not come back');
});
