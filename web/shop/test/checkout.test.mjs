// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkField, FIELDS, passesLuhn, readExpiry } from '../client/checkout-rules.js';

const NOW = new Date(2026, 10, 21);
const GOOD = {
  email: 'anna@example.com', tel: '', 'given-name': 'Anna', 'family-name': 'Lang', 'address-line1': '1 rue X',
  'postal-code': '75002', city: 'Paris', country: 'FR', 'cc-name': 'Anna Lang', 'cc-number': '4242 4242 4242 4242', 'cc-exp': '11/26', 'cc-csc': '123',
};

test('a filled form passes', () => {
  for (const name of FIELDS) assert.equal(checkField(name, GOOD, NOW), null, name);
});

test('every required field says what it wants when empty', () => {
  for (const name of FIELDS.filter((each) => each !== 'tel')) {
    assert.match(checkField(name, { ...GOOD, [name]: '  ' }, NOW), /^(Enter|Choose) .*\.$/, name);
  }
});

const WRONG = [
  ['email', 'anna'], ['email', 'a b@example.com'], ['tel', 'call me'], ['postal-code', '1234'], ['cc-number', '4242 4242 4242 4241'],
  ['cc-number', '42'], ['cc-exp', '13/29'], ['cc-exp', '10/26'], ['cc-exp', 'soon'], ['cc-csc', '12'], ['cc-csc', '12345'],
];

for (const [name, value] of WRONG) {
  test(`${name} "${value}" is told apart from empty`, () => {
    const said = checkField(name, { ...GOOD, [name]: value }, NOW);
    assert.ok(said && !said.startsWith('Enter'), said);
  });
}

test('postcodes follow the country', () => {
  for (const [country, code] of [['PT', '1200-109'], ['NL', '1012 AB'], ['IE', 'D02 AF30']]) {
    assert.equal(checkField('postal-code', { ...GOOD, country, 'postal-code': code }, NOW), null, country);
    assert.ok(checkField('postal-code', { ...GOOD, 'postal-code': code }, NOW), code);
  }
});

test('card numbers and dates are read as people write them', () => {
  assert.ok(passesLuhn('5555-5555-5555-4444'));
  assert.ok(!passesLuhn(''));
  for (const text of ['08/29', '0829', '08 / 2029']) assert.deepEqual(readExpiry(text), [2029, 8]);
  assert.equal(readExpiry('8/29'), null);
});
