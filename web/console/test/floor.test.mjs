// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { floorOf, placeOf } = await load('../src/board/floor.ts');

const row = (conv, state, since, more = {}) => ({ conv, queue: 'rings', name: conv, since, unread: 0, state, online: true, ...more });
const person = (who, mode, used, cap, queues = ['rings']) => ({ who, name: who, mode, used, cap, queues });

const rows = [
  row('late', 'waiting', 300), row('first', 'claimed', 100), row('other', 'waiting', 200, { queue: 'watches' }), row('runs', 'live', 50), row('away', 'away', 20),
  row('over', 'ended', 10), row('left', 'none', 5, { contact: 5 }),
];
const staff = [person('off', 'off', 0, 3), person('max', 'available', 3, 3), person('lea', 'available', 1, 3, ['rings', 'watches']), person('tom', 'busy', 0, 3)];

test('who waits stands by the longest wait, with the place in their own queue', () => {
  const floor = floorOf(rows, staff);
  assert.deepEqual(floor.waiting.map((r) => r.conv), ['first', 'other', 'late']);
  assert.deepEqual(floor.waiting.map((r) => placeOf(floor, r)), [1, 1, 2]);
  assert.deepEqual(floor.running.map((r) => r.conv), ['away', 'runs']);
  assert.deepEqual(floor.left.map((r) => r.conv), ['left']);
});

test('who serves: the available first, and only their room counts', () => {
  const floor = floorOf(rows, staff);
  assert.deepEqual(floor.people.map((p) => p.who), ['lea', 'max', 'tom', 'off']);
  assert.deepEqual([floor.free, floor.available], [2, 2]);
});

test('each queue has its own sums', () => {
  const [rings, watches] = floorOf(rows, staff).queues;
  assert.deepEqual([rings.queue, rings.waiting, rings.oldest.conv, rings.live, rings.free], ['rings', 2, 'first', 2, 2]);
  assert.deepEqual([watches.queue, watches.waiting, watches.live, watches.free], ['watches', 1, 0, 2]);
  assert.deepEqual(floorOf([], []).queues, []);
});
