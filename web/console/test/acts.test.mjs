// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from './load.mjs';

const { CAPABILITIES, STATES, pageUrl, why } = await load('../src/lib/acts.ts');

test('a page of the shop as it is typed', () => {
  const now = 'https://shop.example/rings/halo';
  assert.equal(pageUrl('/watches', now), 'https://shop.example/watches');
  assert.equal(pageUrl('watches', now), 'https://shop.example/watches');
  assert.equal(pageUrl(' https://help.shop.example/x ', now), 'https://help.shop.example/x');
  assert.equal(pageUrl('/watches', undefined), '/watches');
  for (const bad of ['', '  ', 'javascript:alert(1)', 'data:text/html,x', '//evil.example', 'two words', 'mailto:a@b.example', 'https://', `/${'x'.repeat(2100)}`]) assert.equal(pageUrl(bad, now), null, bad);
});

test('every state and every reason has words of its own', () => {
  assert.equal(new Set(Object.values(STATES)).size, 4);
  const reasons = ['gone', 'hidden', 'covered', 'forbidden', 'masked', 'taken', 'timeout', 'refused'];
  assert.equal(new Set(reasons.map(why)).size, reasons.length);
  assert.equal(why('a reason of tomorrow'), why('refused'));
  assert.deepEqual(CAPABILITIES.map((c) => c.id), ['mirror', 'point', 'scroll', 'click', 'fill', 'navigate']);
});
