// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

const { order, hold, counts, owns, neighbour, belongs, passes } = await load('../src/lib/rows.ts');

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
  assert.equal(owns(row('x', 'live', 0, { associate: 'Camille' }), { id: 'p1', name: 'Camille' }, false), true);
  assert.equal(owns(row('x', 'live', 0, { associate: 'Léa' }), { id: 'p1', name: 'Camille' }, true), false, 'handed over');
  assert.equal(owns(row('x', 'ended', 0), { id: 'p1', name: 'Camille' }, true), true, 'ended without a name stays mine');
  assert.equal(owns(row('x', 'waiting', 0, { associate: 'Camille' }), { id: 'p1', name: 'Camille' }, true), false, 'back in the line');
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

test('two colleagues of one name: the id decides', () => {
  assert.equal(owns(row('x', 'live', 0, { associate: 'Camille', person: 'p2' }), { id: 'p1', name: 'Camille' }, true), false);
  assert.equal(owns(row('x', 'live', 0, { associate: 'Camille', person: 'p1' }), { id: 'p1', name: 'Camille' }, false), true);
});

test('a message that was left stands among the unassigned, after who waits, the oldest first; it is nobody\'s longest wait', () => {
  const rows = [row('late', 'none', 1, { contact: 90 }), row('early', 'ended', 2, { contact: 50 }), row('waits', 'waiting', 500), row('quiet', 'none', 3)];
  assert.deepEqual(order(rows, 'unassigned', new Set()).map((r) => r.conv), ['waits', 'early', 'late']);
  assert.equal(counts(rows, new Set()).longest.conv, 'waits');
  assert.equal(counts(rows.slice(0, 2), new Set()).longest, null);
});

test('a filter of queue and label', () => {
  const r = row('x', 'live', 0, { queue: 'rings', labels: ['VIP'] });
  assert.equal(passes(r, { queue: '', label: '' }), true);
  assert.equal(passes(r, { queue: 'rings', label: 'VIP' }), true);
  assert.equal(passes(r, { queue: 'watches', label: '' }), false);
  assert.equal(passes(r, { queue: '', label: 'repair' }), false);
});
