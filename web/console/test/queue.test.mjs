// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

// say.ts speaks through the page; here nobody listens.
globalThis.window = globalThis;
globalThis.document = { getElementById: () => null };

const row = (conv, state, more = {}) => ({ conv, queue: 'main', name: 'Visitor', since: 1, unread: 0, state, online: true, ...more });
const linkWith = (lists) => ({ asked: [], async request(op, { tab }) { this.asked.push(`${op} ${tab}`); return { rows: lists[tab] ?? [] }; } });
const queue = await load('../src/state/queue.ts');
const fresh = async () => { queue.forgetAll(); return queue; };
const listed = (q) => q.listed.value.map((r) => r.conv);

test('a new connection asks for every tab and ends watching all', async () => {
  const q = await fresh();
  const link = linkWith({ mine: [row('m', 'live')], unassigned: [row('u', 'waiting')], all: [row('m', 'live'), row('u', 'waiting'), row('o', 'live', { associate: 'Léa' })] });
  await q.watch(link, { id: 'p1', name: 'Camille' });
  assert.deepEqual(link.asked, ['queue.watch mine', 'queue.watch unassigned', 'queue.watch all']);
  assert.deepEqual([q.tally.value.mine, q.tally.value.unassigned, q.tally.value.all], [1, 1, 3]);
  assert.equal(q.tab.value, 'mine', 'with customers of one\'s own the window starts there');
});

test('a row taken here is mine before the server says so, and stays mine after', async () => {
  const q = await fresh();
  await q.watch(linkWith({ unassigned: [row('a', 'waiting')], all: [row('a', 'waiting')] }), { id: 'p1', name: 'Camille' });
  q.claimed('a');
  assert.equal(q.tally.value.unassigned, 0);
  q.onRow(row('a', 'live', { associate: 'Camille' }));
  assert.equal(q.mine.value.has('a'), true);
});

test('handed to somebody else it is no longer mine; ended it stays until put away', async () => {
  const q = await fresh();
  await q.watch(linkWith({ mine: [row('a', 'live', { associate: 'Camille' }), row('b', 'live', { associate: 'Camille' })] }), { id: 'p1', name: 'Camille' });
  q.onRow(row('a', 'live', { associate: 'Léa' }));
  assert.equal(q.mine.value.has('a'), false);
  q.onRow(row('b', 'ended', { associate: 'Camille' }));
  q.tab.value = 'mine';
  assert.deepEqual(listed(q), ['b']);
  q.forget('b');
  assert.deepEqual(listed(q), []);
  assert.equal(q.rows.value.has('b'), false);
});

test('what ended elsewhere is forgotten at once', async () => {
  const q = await fresh();
  await q.watch(linkWith({ all: [row('o', 'live', { associate: 'Léa' })] }), { id: 'p1', name: 'Camille' });
  q.onRow(row('o', 'ended', { associate: 'Léa' }));
  assert.equal(q.rows.value.size, 0);
});

test('a reconnect replaces what the server no longer lists, but keeps what is mine', async () => {
  const q = await fresh();
  await q.watch(linkWith({ mine: [row('m', 'live', { associate: 'Camille' })], all: [row('x', 'waiting')] }), { id: 'p1', name: 'Camille' });
  await q.watch(linkWith({ all: [row('y', 'waiting')] }), { id: 'p1', name: 'Camille' });
  assert.deepEqual([...q.rows.value.keys()].sort(), ['m', 'y']);
  assert.equal(q.mine.value.has('m'), true);
});

test('the map of rows is bounded', async () => {
  const q = await fresh();
  await q.watch(linkWith({}), { id: 'p1', name: 'Camille' });
  for (let i = 0; i < 700; i++) q.onRow(row(`r${i}`, 'live', { associate: 'Léa' }));
  assert.ok(q.rows.value.size <= 600, String(q.rows.value.size));
});
