// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { placeOf, speedOf } = await load(new URL('../film-time.ts', import.meta.url));

test('a film goes on with the server\'s clock, and stands at its end', () => {
  const played = { t: 1.5, rate: 1, paused: false, at: 10_000 };
  assert.equal(placeOf(played, 10_000, 8), 1.5);
  assert.equal(placeOf(played, 12_000, 8), 3.5);
  assert.equal(placeOf({ ...played, rate: 0.5 }, 12_000, 8), 2.5);
  assert.equal(placeOf(played, 99_000, 8), 8);
  assert.equal(placeOf(played, 8_000, 8), 0, 'a clock that is behind');
  assert.equal(placeOf({ ...played, paused: true }, 99_000, 8), 1.5);
});

test('small drift is played away, to the end and no further; large drift is sought', () => {
  assert.equal(speedOf(0.05, 1, undefined, true), 1);
  assert.equal(speedOf(-0.1, 1, 1, true), 1.05);
  assert.equal(speedOf(0.1, 1, 1, true), 0.95);
  assert.equal(speedOf(-0.04, 1, 1.05, true), 1.05, 'it goes on until it is there');
  assert.equal(speedOf(-0.01, 1, 1.05, true), 1);
  assert.equal(speedOf(0.3, 1, 1, true), undefined);
  assert.equal(speedOf(-0.1, 0.5, 0.5, true), 0.525);
});

test('where one cannot seek it runs after', () => {
  assert.equal(speedOf(-0.8, 1, 1, false), 1.25);
  assert.equal(speedOf(0.8, 1, 1, false), 0.75);
});
