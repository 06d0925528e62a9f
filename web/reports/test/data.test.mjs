// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { load } from '../../check/load.mjs';

const { before, dayIn, groupingsOf, label, pathOf, sorted, steps, write } = await load(new URL('../data.ts', import.meta.url));

test('a day is the zone\'s, and days back are days of the calendar', () => {
  assert.equal(dayIn('Europe/Paris', Date.parse('2026-03-28T23:30:00Z')), '2026-03-29');
  assert.equal(dayIn('UTC', Date.parse('2026-03-28T23:30:00Z')), '2026-03-28');
  assert.equal(before('2026-03-30', 1), '2026-03-29', 'over a night of 23 hours');
  assert.equal(before('2026-03-01', 1), '2026-02-28');
});

test('the question becomes an address', () => {
  const q = { kind: 'waits', by: 'day', days: 7, from: '', to: '', queue: '', tz: 'Europe/Paris' };
  assert.equal(pathOf(q, Date.parse('2026-11-22T12:00:00Z')), '/api/v1/reports/waits?from=2026-11-16&to=2026-11-22&tz=Europe%2FParis&by=day');
  assert.equal(pathOf({ ...q, days: 0, from: '2026-01-01', to: '2026-01-31', queue: 'a&b' }, 0, 'csv'), '/api/v1/reports/waits?from=2026-01-01&to=2026-01-31&tz=Europe%2FParis&by=day&queue=a%26b&format=csv');
});

test('numbers as people read them', () => {
  assert.deepEqual([null, 0, 4.5, 42, 59.7, 185, 3725].map((n) => write(n, 'seconds')), ['–', '0 s', '4.5 s', '42 s', '1:00 min', '3:05 min', '1:02 h']);
  assert.deepEqual([0, 0.054, 0.5, 1].map((n) => write(n, 'share')), ['0 %', '5.4 %', '50 %', '100 %']);
  assert.equal(write(7200, 'minutes'), '120 h');
});

test('sorting: what has no value is last either way, equal ones stay', () => {
  const rows = [['a', 2], ['b', null], ['c', 5], ['d', 2]].map(([key, value]) => ({ key, values: [value] }));
  const keys = (list) => list.map((row) => row.key).join('');
  assert.equal(keys(sorted(rows, 0, true)), 'cadb');
  assert.equal(keys(sorted(rows, 0, false)), 'adcb');
  assert.equal(keys(sorted(rows, -1, false)), 'abcd');
  assert.equal(keys(rows), 'abcd');
});

test('an axis reaches the top in round steps', () => {
  assert.deepEqual(steps(100, 'seconds'), [0, 30, 60, 90, 120]);
  assert.deepEqual(steps(3, 'count'), [0, 1, 2, 3]);
  assert.deepEqual(steps(0.5, 'share'), [0, 0.2, 0.4, 0.6000000000000001]);
  for (const top of [0, 0.003, 1, 7, 99, 12345, 1e6]) for (const unit of ['count', 'seconds', 'share', 'people', 'minutes']) {
    const lines = steps(top, unit);
    assert.ok(lines.at(-1) >= top && lines.length >= 2 && lines.length <= 25, `${top} ${unit}: ${lines}`);
  }
});

test('rows are called by what they are', () => {
  assert.equal(label({ key: 'Monday 8', values: [] }, 'slot'), 'Monday 08:00');
  assert.equal(label({ key: '8', values: [] }, 'hour'), '08:00');
  assert.equal(label({ key: 'p1', name: 'Léa', values: [] }, 'associate'), 'Léa');
});

test('money in its currency, whole above a thousand; pieces only of what is sold', () => {
  assert.equal(write(19.5, 'money', 'EUR').replace(/\s/g, ' '), new Intl.NumberFormat(undefined, { style: 'currency', currency: 'EUR' }).format(19.5).replace(/\s/g, ' '));
  assert.ok(!/[.,]5\d/.test(write(12345.5, 'money', 'EUR')));
  assert.equal(write(null, 'money', 'EUR'), '–');
  assert.equal(write(1.5, 'count'), new Intl.NumberFormat().format(1.5));
  assert.ok(groupingsOf('sales').some(([by]) => by === 'piece'));
  assert.ok(groupingsOf('offers').some(([by]) => by === 'piece'));
  assert.ok(!groupingsOf('waits').some(([by]) => by === 'piece'));
  const q = { kind: 'sales', by: 'piece', days: 0, from: '2026-03-01', to: '2026-03-02', queue: '', tz: 'UTC', currency: 'CHF' };
  assert.match(pathOf(q, 0), /\/sales\?.*by=piece&currency=CHF$/);
  assert.ok(!pathOf({ ...q, kind: 'waits', by: 'day' }, 0).includes('currency'));
});
