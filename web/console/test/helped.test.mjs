// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from '../../check/load.mjs';

const { openQuestion } = await load(new URL('../src/lib/helped.ts', import.meta.url));

const row = (by, text, kind = 'text') => ({ op: 'chat.send', by, d: { kind, body: { text } } });
const guide = { open: 'Do you have it in 53?' };
const asked = [row('c', guide.open), row('helper', 'An advisor will answer it.')];

test('a question the helper left stays until a person has written to the customer', () => {
  assert.equal(openQuestion(guide, asked), guide.open);
  assert.equal(openQuestion(guide, [...asked, row('c', 'Hello?'), row('g1', 'Ask them'), row('a1', 'They want 53', 'note')]), guide.open);
  assert.equal(openQuestion(guide, [...asked, row('a1', 'We make it for you.')]), '');
  assert.equal(openQuestion(guide, [row('a1', 'Welcome.'), ...asked]), guide.open, 'what was said before it is no answer');
  assert.equal(openQuestion({}, [row('a1', 'Welcome.')]), '');
});
