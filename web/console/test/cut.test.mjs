// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

const { whole, begin, end, slide, moment, size } = await load('../src/lib/cut.ts');
const part = ({ from, to }) => [from, Math.round(to * 10) / 10];

test('a short clip is taken whole, of a longer one the first twenty seconds', () => {
  assert.deepEqual(part(whole(7.43)), [0, 7.4]);
  assert.deepEqual(part(whole(55)), [0, 20]);
});

test('an end stays inside the clip and leaves half a second', () => {
  const cut = whole(8);
  assert.deepEqual(part(begin(cut, -3)), [0, 8]);
  assert.deepEqual(part(begin(cut, 9)), [7.5, 8]);
  assert.deepEqual(part(end(begin(cut, 4), 1)), [4, 4.5]);
  assert.deepEqual(part(end(cut, 99)), [0, 8]);
});

test('the other end follows where the part would be longer than twenty seconds', () => {
  const cut = whole(60);
  assert.deepEqual(part(end(cut, 45)), [25, 45]);
  assert.deepEqual(part(begin(end(cut, 45), 10)), [10, 30]);
});

test('the part slides as long as it is, to the clip\'s ends', () => {
  const cut = begin(whole(30), 12);
  assert.deepEqual(part(slide(cut, 5)), [17, 25]);
  assert.deepEqual(part(slide(cut, 50)), [22, 30]);
  assert.deepEqual(part(slide(cut, -50)), [0, 8]);
});

test('times and sizes read as people write them', () => {
  assert.deepEqual([moment(0), moment(7.44), moment(59.96), moment(61.5)], ['0:00.0', '0:07.4', '1:00.0', '1:01.5']);
  assert.deepEqual([size(200), size(640_000), size(4_180_000), size(98_000_000)], ['1 KB', '640 KB', '4.2 MB', '98 MB']);
});
