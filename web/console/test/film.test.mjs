// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { captionOf, filmOf, reorder, secondsLeft, totalOf } = await load('../src/lib/film.ts');

const still = (more = {}) => ({ key: 1, media: 'm1?e=1&s=x', title: 'Halo Ring', price: '€1,290', caption: '', move: 'in', seconds: 2.5, ...more });
const fill = (text) => text.replace('{{customer}}', 'Anna');

test('a film as film.make wants it: moves as rects, captions filled, nothing empty', () => {
  const film = filmOf([still({ caption: '{{piece}} · {{price}}' }), still({ move: 'still' })], 'portrait', 'For {{customer}} ', fill);
  assert.deepEqual(film, {
    stills: [{ id: 'm1?e=1&s=x', from: [0, 0, 1, 1], to: [0.08, 0.08, 0.84, 0.84], seconds: 2.5, caption: 'Halo Ring · €1,290' },
      { id: 'm1?e=1&s=x', from: [0, 0, 1, 1], to: [0, 0, 1, 1], seconds: 2.5 }],
    size: [720, 1280], name: 'For Anna',
  });
  assert.equal('name' in filmOf([still()], 'square', ' ', fill), false);
});

test('every move stays inside the picture', () => {
  for (const move of ['in', 'out', 'left', 'right', 'still']) {
    for (const [x, y, w, h] of Object.values(filmOf([still({ move })], 'square', '', fill).stills[0]).filter(Array.isArray)) {
      assert.ok(x >= 0 && y >= 0 && x + w <= 1 + 1e-9 && y + h <= 1 + 1e-9, `${move}: ${x} ${y} ${w} ${h}`);
    }
  }
});

test('a caption has 80 characters at most, as people count them', () => {
  assert.equal([...captionOf(still({ caption: '❤'.repeat(90) }), fill)].length, 80);
});

test('what is moved takes the place, the others keep their order', () => {
  assert.deepEqual(reorder(['a', 'b', 'c'], 0, 2), ['b', 'c', 'a']);
  assert.deepEqual(reorder(['a', 'b', 'c'], 2, 0), ['c', 'a', 'b']);
  assert.deepEqual(reorder(['a', 'b', 'c'], 1, 9), ['a', 'c', 'b']);
});

test('a film ends at twenty seconds: the last one gets what is left', () => {
  const seven = Array(7).fill(still());
  assert.equal(totalOf(seven), 17.5);
  assert.equal(secondsLeft(seven), 2.5);
  assert.equal(secondsLeft([...seven, still({ seconds: 1.25 })]), 1);
  assert.equal(secondsLeft([...seven, still()]), 0);
});
