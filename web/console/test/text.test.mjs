// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from './load.mjs';

const times = await load('../src/lib/times.ts');
const text = await load('../src/lib/text.ts');
const { tabTitle } = await load('../src/lib/title.ts');
const { place } = await load('../src/lib/thread.ts');
const { explain } = await load('../src/lib/faults.ts');

test('waiting time: counter, words, coarse', () => {
  assert.deepEqual([-5000, 0, 42_900, 725_000, 3_729_000].map(times.counter), ['0:00', '0:00', '0:42', '12:05', '1:02:09']);
  assert.equal(times.spoken(1000), '1 second');
  assert.equal(times.spoken(125_000), '2 minutes');
  assert.equal(times.spoken(3_729_000), '1 hour 2 minutes');
  assert.deepEqual([0, 59_000, 240_000, 7.3e6, 3e8].map(times.coarse), ['now', 'now', '4 min', '2 h', '3 d']);
  assert.equal(times.duration(125_900), 'PT125S');
});

test('title', () => {
  assert.equal(tabTitle(0, 0), 'Vitrine');
  assert.equal(tabTitle(1, 1), '(2) Vitrine');
  assert.equal(tabTitle(120, 0), '(99+) Vitrine');
});

test('room is counted in bytes and only told near the limit', () => {
  assert.equal(text.room('short'), null);
  assert.equal(text.room('é'.repeat(4000)), 192);
  assert.equal(text.room('x'.repeat(8193)), -1);
  assert.equal(text.room('x'.repeat(3000)), null);
  assert.equal(text.room('€'.repeat(2731)), -1);
});

test('reference, initials, path', () => {
  assert.equal(text.aloud('4-217'), '4, 2 1 7');
  assert.equal(text.initials('  Camille  du Pont '), 'CP');
  assert.equal(text.initials('Léa'), 'L');
  assert.equal(text.initials(''), '');
  assert.equal(text.initials('Visitor 12'), '12');
  assert.equal(text.initials('Visitor 5172'), '72');
  assert.equal(text.path('https://shop.example/products/halo/?email=x#y'), '/products/halo/');
  assert.equal(text.path('/bag/?q=1'), '/bag/');
});

test('runs: same person within five minutes, notes apart, days apart', () => {
  const t = new Date(2026, 10, 21, 12).getTime();
  const rows = [
    { by: 'c', ts: t, note: false }, { by: 'c', ts: t + 60_000, note: false }, { by: 'a1', ts: t + 61_000, note: false },
    { by: 'a1', ts: t + 62_000, note: true }, { by: 'c', ts: t + 400_000, note: false }, { by: 'c', ts: t + 86_400_000, note: false },
  ];
  const marks = place(rows).map((p) => `${p.day ? 'd' : ''}${p.first ? 'f' : ''}${p.last ? 'l' : ''}`);
  assert.deepEqual(marks, ['df', 'l', 'fl', 'fl', 'fl', 'dfl']);
  assert.deepEqual(place([]), []);
});

test('every refusal reads as a sentence, unknown ones too', () => {
  assert.match(explain({ code: 'cap.reached' }), /End one/);
  assert.match(explain({ code: 'rate.limited', after: 4200 }), /5 seconds/);
  assert.match(explain({ code: 'field.bad', field: '/d/items/0/price' }), /did not accept this: items, price\./);
  assert.match(explain({ code: 'field.bad', field: '' }), /did not accept that\./);
  assert.match(explain({ code: 'new.thing' }), /\.$/);
  assert.match(explain(undefined), /\.$/);
});
