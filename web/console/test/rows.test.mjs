// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

const { order, hold, counts, owns, neighbour, belongs } = await load('../src/lib/rows.ts');

const row = (conv, state, since, more = {}) =>
  ({ conv, queue: 'rings', name: conv, since, unread: 0, state, online: true, ...more });
const convs = (rows) => rows.map((r) => r.conv);

const some = [
  row('live', 'live', 50, { associate: 'Camille' }), row('young', 'waiting', 900), row('old', 'waiting', 100),
  row('done', 'ended', 10, { associate: 'Camille' }), row('away', 'away', 70, { associate: 'Léa' }), row('none', 'none', 5),
];
const mine = new Set(['live', 'done']);

test('the longest wait stands on top of Unassigned', () => {
  assert.deepEqual(convs(order(some, 'unassigned', mine)), ['old', 'young']);
});

test('All: waiting, then running, then my ended ones; nobody else sees those', () => {
  assert.deepEqual(convs(order(some, 'all', mine)), ['old', 'young', 'live', 'away', 'done']);
  assert.deepEqual(convs(order(some, 'all', new Set())), ['old', 'young', 'live', 'away']);
});

test('Mine keeps an ended conversation, last', () => {
  assert.deepEqual(convs(order(some, 'mine', mine)), ['live', 'done']);
});

test('equal waits have a fixed order', () => {
  const a = row('a', 'waiting', 5), b = row('b', 'waiting', 5);
  assert.deepEqual(convs(order([b, a], 'unassigned', new Set())), convs(order([a, b], 'unassigned', new Set())));
});

test('unread never moves a row', () => {
  const before = convs(order(some, 'all', mine));
  assert.deepEqual(convs(order(some.map((r) => ({ ...r, unread: r.conv === 'away' ? 9 : 0 })), 'all', mine)), before);
});

test('held: what is shown keeps its place, the gone stays, the new comes last', () => {
  assert.deepEqual(hold(['b', 'a'], ['c', 'a', 'b']), ['b', 'a', 'c']);
  assert.deepEqual(hold(['b', 'gone', 'a'], ['a', 'b']), ['b', 'gone', 'a']);
  assert.deepEqual(hold([], ['a']), ['a']);
});

test('counts do not count what is over', () => {
  const c = counts(some, mine);
  assert.deepEqual([c.mine, c.unassigned, c.all, c.longest.conv], [1, 2, 4, 'old']);
  assert.equal(counts([], mine).longest, null);
});

test('whose a row is', () => {
  assert.equal(owns(row('x', 'live', 0, { associate: 'Camille' }), 'Camille', false), true);
  assert.equal(owns(row('x', 'live', 0, { associate: 'Léa' }), 'Camille', true), false, 'handed over');
  assert.equal(owns(row('x', 'ended', 0), 'Camille', true), true, 'ended without a name stays mine');
  assert.equal(owns(row('x', 'waiting', 0, { associate: 'Camille' }), 'Camille', true), false, 'back in the line');
});

test('a row taken by me leaves Unassigned even while it still says waiting', () => {
  assert.equal(belongs(row('x', 'waiting', 0), 'unassigned', new Set(['x'])), false);
});

test('Alt with arrows goes round and starts at an end', () => {
  assert.equal(neighbour(['a', 'b', 'c'], 'c', 1), 'a');
  assert.equal(neighbour(['a', 'b', 'c'], 'a', -1), 'c');
  assert.equal(neighbour(['a', 'b'], null, 1), 'a');
  assert.equal(neighbour(['a', 'b'], 'gone', -1), 'b');
  assert.equal(neighbour([], 'a', 1), null);
});
