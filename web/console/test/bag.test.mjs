// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { sum, pieces } = await load('../src/lib/bag.ts');

test('the page\'s total is believed; without one the lines are counted, or nothing is said', () => {
  const items = [{ sku: 'a', qty: 3, price: '0.10' }, { sku: 'b', qty: 1, price: '19.99' }];
  assert.deepEqual(sum({ total: '5.00', items }), { text: 'said', amount: '5.00' });
  assert.deepEqual(sum({ items }), { text: 'counted', amount: '20.29' });
  assert.equal(sum({ items: [...items, { sku: 'c', qty: 1 }] }).text, 'unknown');
  assert.equal(sum({ items, more: 2 }).text, 'unknown');
  assert.equal(sum({ items: [{ sku: 'a', qty: 1, price: 'free' }] }).text, 'unknown');
  assert.equal(pieces({ items, more: 2 }), 6);
});
