// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { sought, find, fill } = await load('../src/lib/canned.ts');
const replies = [{ shortcut: 'size', text: 'Which size do you wear?' }, { shortcut: 'hello', text: 'Good morning' }, { shortcut: 'resize', text: 'We resize free of charge.' }];
const known = { customer: 'Ada', associate: 'Camille', shop: 'Maison', reference: '4-217' };

test('a slash begins a search only at the start and without a space', () => {
  assert.equal(sought('/'), '');
  assert.equal(sought('/Si'), 'si');
  assert.equal(sought('a/b'), null);
  assert.equal(sought('/size please'), null);
});

test('shortcuts that begin with it come first, then what only contains it', () => {
  assert.deepEqual(find(replies, 'size').map((r) => r.shortcut), ['size', 'resize']);
  assert.deepEqual(find(replies, 'morning').map((r) => r.shortcut), ['hello']);
  assert.equal(find(replies, '').length, 3);
  assert.deepEqual(find(replies, 'zzz'), []);
});

test('variables are filled; what is not known leaves no hole, a slip stays to be seen', () => {
  assert.equal(fill('Hello {{customer}}, I am {{ associate }} of {{shop}}: {{reference}}.', known), 'Hello Ada, I am Camille of Maison: 4-217.');
  assert.equal(fill('Hello {{customer}}, welcome.', { ...known, customer: '' }), 'Hello, welcome.');
  assert.equal(fill('{{costumer}}', known), '{{costumer}}');
});
