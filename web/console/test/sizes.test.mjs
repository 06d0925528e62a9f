// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from './load.mjs';

const { sizeName, sizesOf, sizeStock } = await load('../src/lib/sizes.ts');
const variant = (sku, more) => ({ sku, available: true, ...more });
const ring = { variants: [variant('R-52', { size: '52', colour: 'gold' }), variant('R-54', { size: '54', colour: 'gold' })] };

test('a size is named by what parts it from the others', () => {
  assert.equal(sizeName(ring, ring.variants[0]), '52');
  const two = { variants: [...ring.variants, variant('R-54-r', { size: '54', colour: 'rosé' })] };
  assert.equal(sizeName(two, two.variants[2]), 'rosé, 54');
  const none = { variants: [variant('A'), variant('B')] };
  assert.equal(sizeName(none, none.variants[1]), 'B');
});

test('one size, or none, is nothing to choose', () => {
  assert.deepEqual(sizesOf(undefined), []);
  assert.deepEqual(sizesOf({ variants: [variant('A')] }), []);
  assert.equal(sizesOf(ring).length, 2);
});

test('what is left is counted over the branches, where they are counted', () => {
  assert.equal(sizeStock(variant('A', { stock: [{ branch: 'paris', quantity: 2 }, { branch: 'lisbon', quantity: 1 }] })), '3 left');
  assert.equal(sizeStock(variant('A')), '');
  assert.equal(sizeStock({ sku: 'A', available: false, stock: [] }), 'none left');
});
