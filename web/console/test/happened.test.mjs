// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { happened, votes, answers } = await load('../src/lib/happened.ts');
const { contextLines } = await load('../src/lib/context.ts');
const name = (who) => ({ c: 'Ada', a1: 'Camille' })[who] ?? 'somebody';
const person = (id) => ({ p2: 'Noor' })[id] ?? 'a colleague';
const say = (op, d, by = 'a1') => happened({ op, by, cs: 1, d }, name, person);

test('a hand-over says to whom and why, whichever way the row came', () => {
  assert.equal(say('transfer.ask', { to: 'p2', note: 'Wants a repair.' }), 'Camille hands over to Noor. “Wants a repair.”');
  assert.equal(say('transfer.ask', { to: 'p2', name: 'Noor' }), 'Camille hands over to Noor.');
  assert.equal(say('transfer.ask', { queue: 'repairs' }), 'Camille hands over into the line repairs.');
  assert.equal(say('transfer.answer', { ask: 7, ok: true, name: 'Noor' }), 'Noor has taken over.');
  assert.equal(say('transfer.answer', { ask: 7, ok: false, why: 'expired', name: 'Noor' }), 'Noor did not answer in time.');
});

test('the end, a rating, and what is not worth a line', () => {
  assert.equal(say('session.close', { outcome: 'sold', note: 'Engraved.' }), 'Wrapped up: sold. “Engraved.”');
  assert.equal(say('rating.give', { stars: 4 }, 'c'), 'Rated 4 of 5.');
  assert.equal(say('view.kept', {}), null);
  assert.equal(say('label.set', { add: ['VIP'] }), null);
});

test('the bag: what the page did, on whose word, and why not', () => {
  const ring = { sku: 'VT-1', name: 'Halo ring', qty: 1 };
  assert.equal(say('cart.add', { ...ring, success: true }, 'c'), 'Halo ring is in the bag now.');
  assert.equal(say('cart.add', { ...ring, qty: 2, success: true }), '2 × Halo ring is in the bag now, as Camille proposed.');
  assert.equal(say('cart.add', { ...ring, success: false, reason: 'stock' }, 'c'), 'Halo ring is not in the bag: it is out of stock, says the shop.');
  assert.equal(say('cart.add', { ...ring, success: false, reason: 'refused' }), 'Halo ring is not in the bag: the customer said no, or the page did.');
  assert.equal(say('cart.update', { sku: 'VT-1', qty: 0, success: true }, 'c'), 'VT-1 is out of the bag.');
  assert.equal(say('cart.update', { ...ring, qty: 3, success: true }, 'c'), 'Halo ring is in the bag 3 times.');
});

test('of a person and a piece the last vote counts; other polls do not', () => {
  const vote = (by, slot, value, poll = 5) => ({ op: 'guest.vote', by, cs: 9, d: { poll, slot, value } });
  const rows = [vote('c', 1, 1), vote('g1', 1, 1), vote('g1', 2, -1), vote('c', 1, 0), vote('g1', 2, 1), vote('g1', 1, 1, 4)];
  assert.deepEqual(votes(rows, 5, [1, 2]), [{ slot: 1, yes: 1, no: 0 }, { slot: 2, yes: 1, no: 0 }]);
});

test('an answer is read beside its question', () => {
  const form = { kind: 'form', body: { fields: [{ id: 'f1', label: 'City', kind: 'text' }] } };
  assert.deepEqual(answers({ kind: 'answer', body: { values: [{ id: 'f1', value: 'Lyon' }] } }, form), [{ label: 'City', value: 'Lyon' }]);
  const choice = { kind: 'choice', body: { options: [{ id: 'o1', label: 'Size 52' }] } };
  assert.deepEqual(answers({ kind: 'answer', body: { values: [{ id: 'o1' }] } }, choice), [{ label: '', value: 'Size 52' }]);
});

test('the page\'s facts: money as money, a flat object as its values', () => {
  assert.deepEqual(contextLines({ budget: { amount: '900', currency: 'EUR' }, vip: true, from: { city: 'Lyon', zip: 69001 } }),
    [['budget', '€900'], ['vip', 'yes'], ['from', 'Lyon, 69001']]);
  assert.deepEqual(contextLines(undefined), []);
});
