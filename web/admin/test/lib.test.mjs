// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { read, write, parts, pointer } = await load(new URL('../src/lib/pointer.ts', import.meta.url));
const { contrast, figure } = await load(new URL('../src/lib/contrast.ts', import.meta.url));
const { stateAt } = await load(new URL('../src/lib/hours.ts', import.meta.url));
const { fresh, fromLocal, toLocal } = await load(new URL('../src/lib/ids.ts', import.meta.url));
const at = (text) => Date.parse(text);

test('pointers: read, write, escape; what is not touched is shared, what is empty goes', () => {
  const doc = { a: { b: [{ c: 1 }, { c: 2 }] }, d: { e: 1 } };
  assert.equal(read(doc, '/a/b/1/c'), 2);
  assert.equal(read(doc, '/a/x/y'), undefined);
  const next = write(doc, '/a/b/0/c', 9);
  assert.equal(doc.a.b[0].c, 1);
  assert.equal(next.d, doc.d);
  assert.deepEqual(write(doc, '/d/e', undefined), { a: doc.a });
  assert.deepEqual(write(doc, '/a/b/0/c', undefined), { a: { b: [{}, { c: 2 }] }, d: { e: 1 } }, 'an element of a list stays');
  assert.deepEqual(write({}, '/theme/accent', '#000000'), { theme: { accent: '#000000' } });
  assert.deepEqual(parts(pointer(['a/b', 'c~d', 0])), ['a/b', 'c~d', '0']);
});

test('contrast as WCAG has it, never rounded up to enough', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.ok(Math.abs(contrast('#767676', '#ffffff') - 4.54) < 0.01);
  assert.equal(figure(4.499), '4.49');
});

const week = { mon: [['10:00', '18:30']], tue: [['10:00', '13:00'], ['14:00', '18:00']], wed: [], thu: [['10:00', '24:00']], fri: [['00:00', '02:00']], sat: [], sun: [] };
const paris = { tz: 'Europe/Paris', week, exceptions: [{ date: '2026-11-24', open: [], why: 'Inventory' }] };

test('open by the zone\'s clock, until the span ends', () => {
  assert.deepEqual(stateAt(paris, at('2026-11-23T10:00:00+01:00')), { open: true, until: at('2026-11-23T18:30:00+01:00'), why: null });
  assert.deepEqual(stateAt(paris, at('2026-11-23T09:59:00+01:00')), { open: false, until: at('2026-11-23T10:00:00+01:00'), why: null });
});

test('an exception stands before the week and says why; the next opening may be days away', () => {
  assert.deepEqual(stateAt(paris, at('2026-11-24T11:00:00+01:00')), { open: false, until: at('2026-11-26T10:00:00+01:00'), why: 'Inventory' });
});

test('openings that touch at midnight are one', () => {
  assert.deepEqual(stateAt(paris, at('2026-11-26T23:00:00+01:00')), { open: true, until: at('2026-11-27T02:00:00+01:00'), why: null });
});

test('clocks that change: hours are those on the wall', () => {
  const sunday = { tz: 'Europe/Paris', week: { ...week, sun: [['10:00', '12:00']] } };
  assert.equal(stateAt(sunday, at('2026-03-29T06:00:00Z')).until, at('2026-03-29T08:00:00Z'));
  assert.equal(stateAt(sunday, at('2026-10-25T06:00:00Z')).until, at('2026-10-25T09:00:00Z'));
});

test('never open, always open, no such zone', () => {
  const none = Object.fromEntries(Object.keys(week).map((day) => [day, []]));
  assert.deepEqual(stateAt({ tz: 'UTC', week: none }, at('2026-11-23T10:00:00Z')), { open: false, until: null, why: null });
  const all = Object.fromEntries(Object.keys(week).map((day) => [day, [['00:00', '24:00']]]));
  assert.deepEqual(stateAt({ tz: 'UTC', week: all }, at('2026-11-23T10:00:00Z')), { open: true, until: null, why: null });
  assert.equal(stateAt({ tz: 'Mars/Olympus', week }, 0), null);
});

test('moments go through a local field and back', () => {
  const moment = fromLocal('2026-12-01T09:00');
  assert.match(moment, /^2026-12-01T09:00:00[+-]\d\d:\d\d$/);
  assert.equal(toLocal(moment), '2026-12-01T09:00');
  assert.equal(toLocal(undefined), '');
  assert.equal(fromLocal(''), undefined);
  assert.equal(fresh('queue', ['queue-2']), 'queue-3');
});
