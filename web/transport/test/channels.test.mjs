// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { load } from '../../check/load.mjs';

const { Channels } = await load(new URL('../channels.ts', import.meta.url));

/// A channel of one's own, and when something left by it.
function pace() {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const left = [];
  const wire = { bufferedAmount: 0, readyState: 1, send: (bytes) => left.push([Date.now(), bytes]) };
  const conv = { c: 1, me: 'c', emit() {} };
  const channels = new Channels(wire, () => conv, () => Date.now());
  channels.open({ n: 1, k: 'view', by: 'me' });
  return { left, push: (value, edge = false) => channels.latest(conv, 'view', edge, () => value), times: () => left.map(([at]) => at) };
}

test('what moves now and then goes at once, half a turn early', () => {
  const { push, times } = pace();
  for (const gap of [0, 17, 60, 20]) {
    mock.timers.tick(gap);
    push(gap);
  }
  assert.deepEqual(times(), [0, 17, 77, 97]);
});

test('what moves all the time goes thirty times a second, the newest of it, and the end at once', () => {
  const { left, push } = pace();
  for (let i = 0; i < 300; i++) {
    push(i);
    mock.timers.tick(10);
  }
  assert.ok(left.length >= 85 && left.length <= 92, `${left.length} in three seconds`);
  for (const [at, value] of left) assert.ok(at - value * 10 <= 10, `${value} left at ${at}`);
  push('end', true);
  assert.equal(left.at(-1)[1], 'end');
  const n = left.length;
  mock.timers.tick(500);
  assert.equal(left.length, n);
});

test('ends in a row put nothing off', () => {
  const { push, times } = pace();
  for (let i = 0; i < 20; i++) push(i, true);
  push('then');
  mock.timers.tick(40);
  assert.equal(times().length, 21);
});
