// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../viewer/test/load.mjs';

const { i18n, money, decimal, elapsed, dayTime, wait, waitStrings } = await load(new URL('../index.ts', import.meta.url));

test('strings: vars are filled in, a locale and a site may replace any', () => {
  const t = i18n({ hello: 'Hello {name}', bye: 'Bye' }, { bye: 'Adieu {x}' });
  assert.equal(t('hello', { name: 'Camille' }), 'Hello Camille');
  assert.equal(t('bye'), 'Adieu {x}');
  assert.equal(t('hello', { name: '$& {name}' }), 'Hello $& {name}', 'a value is never read as a pattern');
});

test('money: whole amounts as on a price tag', () => {
  assert.equal(money('2450.00', 'EUR', 'en-IE'), '€2,450');
  assert.equal(money('19.9', 'EUR', 'en-IE'), '€19.90');
  assert.equal(decimal(2.46, 1, 'de-DE'), '2,5');
});

test('elapsed counts minutes, then hours', () => {
  assert.equal(elapsed(185_000), '3:05');
  assert.equal(elapsed(3_729_000), '1:02:09');
  assert.equal(elapsed(-5), '0:00');
});

test('a day is named only when it is another day', () => {
  const now = new Date(2026, 10, 21, 15, 0).getTime();
  assert.equal(dayTime(new Date(2026, 10, 21, 14, 5).getTime(), 'en-GB', now), '14:05');
  assert.match(dayTime(new Date(2026, 10, 20, 14, 5).getTime(), 'en-GB', now), /20 Nov/);
});

test('wait: ranges in whole minutes, never more exact than it is', () => {
  const t = i18n(waitStrings);
  assert.equal(wait([5, 40], t), 'Less than a minute');
  assert.equal(wait([30, 60], t), 'About a minute');
  assert.equal(wait([60, 120], t), 'About 1 to 2 minutes');
  assert.equal(wait([180, 180], t), 'About 3 minutes');
  assert.equal(wait([1800, 3000], t), 'More than 30 minutes');
});
