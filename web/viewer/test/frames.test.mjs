// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { nextFrame } = await load(new URL('../frames.ts', import.meta.url));

/// The order in which the frames of a turn are asked for.
const order = (from, ahead, n, there = []) => {
  const has = new Set(there);
  const asked = [];
  for (let at; (at = nextFrame((f) => has.has(f), from, ahead, n)) >= 0;) {
    asked.push(at);
    has.add(at);
  }
  return asked;
};

test('spin frames are loaded in the direction of turning, all around', () => {
  assert.deepEqual(order(2, 1, 8), [2, 3, 4, 5, 6, 7, 0, 1]);
  assert.deepEqual(order(2, -1, 8), [2, 1, 0, 7, 6, 5, 4, 3]);
});

test('what is there is not asked for again', () => {
  assert.deepEqual(order(6, 1, 8, [6, 7, 1]), [0, 2, 3, 4, 5]);
  assert.deepEqual(order(0, -1, 8, [0, 1, 2, 3, 4, 5, 6, 7]), []);
});
