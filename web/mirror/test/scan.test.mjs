// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { BULLETS, scan, veil } = await load(new URL('../scan.ts', import.meta.url));

test('card numbers go, however they are parted and whatever stands beside them', () => {
  for (const card of ['4111111111111111', '4111 1111 1111 1111', '4111-1111-1111-1111', '4111\u00a01111\u00a01111\u00a01111', '4111.1111.1111.1111', '3782 822463 10005', '6011 0009 9013 9424']) {
    assert.equal(scan(`pay with ${card}, please`), `pay with ${BULLETS}, please`);
  }
  assert.equal(scan('4111 1111 1111 1111 12/29 737'), `${BULLETS} 12/29 737`);
  assert.equal(scan('order 17 4111 1111 1111 1111'), `order 17 ${BULLETS}`);
  assert.equal(scan('4111 1111 1111 1111 4012 8888 8888 1881'), `${BULLETS} ${BULLETS}`);
});

test('other numbers stay', () => {
  for (const text of ['4111 1111 1111 1112', 'Reference VT-1002', '+33 1 42 68 53 00', '2026-11-22 05:57', '€3,680 before €3,980', 'ISBN 978-3-16-148410-0', '12', '']) assert.equal(scan(text), text);
});

test('accounts by their check digits, words behind them stay', () => {
  assert.equal(scan('IBAN DE89 3704 0044 0532 0130 00 of Ada'), `IBAN ${BULLETS} of Ada`);
  assert.equal(scan('gb29nwbk60161331926819'), BULLETS);
  assert.equal(scan('FR76 3000 6000 0112 3456 7890 188'), 'FR76 3000 6000 0112 3456 7890 188', 'a wrong check digit');
  assert.equal(scan('FR76 3000 6000 0112 3456 7890 189'), BULLETS);
});

test('social security numbers go', () => assert.equal(scan('SSN 219-09-9999.'), `SSN ${BULLETS}.`));

test('a long row of digits costs no time', () => {
  // Processor time, the least of three: four times the digits cost about four times as much, not sixteen.
  const cost = (text) => Math.min(...[1, 2, 3].map(() => {
    const began = process.cpuUsage();
    scan(text);
    const { user, system } = process.cpuUsage(began);
    return user + system;
  }));
  for (const digits of ['1 ', '12345678']) assert.ok(cost(digits.repeat(100_000)) < 10 * cost(digits.repeat(25_000)) + 5000);
});

test('a veil shows how long words are and nothing else', () => assert.equal(veil('Ada L.\n42'), '••• ••\n••'));
