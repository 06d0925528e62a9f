// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { budgetOf, fit } = await load('../src/lib/budget.ts');

test('a budget is an amount above nothing in a currency; whatever else a page writes there is none', () => {
  assert.deepEqual(budgetOf({ budget: { amount: 900, currency: 'EUR' } }), { amount: '900', currency: 'EUR' });
  for (const budget of [undefined, null, 900, 'EUR 900', {}, { amount: '900' }, { amount: '0', currency: 'EUR' }, { amount: 'much', currency: 'EUR' }, { amount: 900, currency: 'eur' }])
    assert.equal(budgetOf({ budget }), null, JSON.stringify(budget));
  assert.equal(budgetOf(undefined), null);
});

test('a price beside it: over, within, exactly; another currency is said and not compared', () => {
  const budget = { amount: '900.00', currency: 'EUR' };
  assert.match(fit({ price: '1290.00', currency: 'EUR' }, budget), /^€390 over$/);
  assert.match(fit({ price: '899.90', currency: 'EUR' }, budget), /^€0\.10 within$/);
  assert.equal(fit({ price: '900', currency: 'EUR' }, budget), 'just the budget');
  assert.equal(fit({ price: '10', currency: 'USD' }, budget), 'the budget is in EUR');
  assert.equal(fit({ price: '10', currency: 'USD' }, null), '');
  assert.equal(fit({}, budget), '');
});
