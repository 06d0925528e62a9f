// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { answered, choose, fits, may, returns } = await load(new URL('../src/invite-rules.ts', import.meta.url));
const DAY = 86_400_000;
const facts = (more = {}) => ({ seconds: 0, siteSeconds: 0, url: 'https://shop.example/rings/halo?size=52', type: 'Rings > Engagement Halo ring', piece: 'Halo ring', pieces: 1, bag: 0, returning: false, ...more });
const rule = (when = {}) => ({ id: 'r', text: 'Hello', ...when });

test('all of what is written must be so, and what is left out is not asked for', () => {
  for (const [when, no, yes] of [
    [{ seconds: 30 }, { seconds: 29 }, { seconds: 30 }], [{ siteSeconds: 90 }, { siteSeconds: 89 }, { siteSeconds: 90 }], [{ pieces: 3 }, { pieces: 2 }, { pieces: 3 }],
    [{ bag: 500 }, { bag: 499.99 }, { bag: 500 }], [{ returning: true }, {}, { returning: true }],
    [{ url: ['/watches/', 'HALO'] }, { url: 'https://shop.example/about' }, {}], [{ types: ['engagement'] }, { type: 'Watches' }, {}], [{ types: ['engagement'] }, { type: '' }, {}],
  ]) {
    assert.equal(fits(rule(when), facts(no)), false, JSON.stringify([when, no]));
    assert.equal(fits(rule(when), facts(yes)), true, JSON.stringify([when, yes]));
    assert.equal(fits(rule({ ...when, seconds: 60 }), facts({ ...yes, seconds: 59 })), false);
  }
  assert.equal(fits(rule(), facts({ piece: '', type: '', pieces: 0 })), true);
});

test('the first that fits, with the name of the piece where it is said', () => {
  const rules = [rule({ id: 'a', seconds: 60 }), rule({ id: 'b', text: '{piece}? {piece}!' }), rule({ id: 'c' })];
  assert.deepEqual(choose(rules, facts()), { id: 'b', text: 'Halo ring? Halo ring!' });
  assert.deepEqual(choose(rules, facts({ piece: '' })), { id: 'c', text: 'Hello' });
  assert.equal(choose([rules[0]], facts()), undefined);
  assert.equal(choose(rules, facts({ piece: '$& {piece}' })).text.includes('$&'), true, 'a name is a text and no pattern');
});

test('so often a day, and never within 30 days of "No thanks"', () => {
  const now = 20_000 * DAY + 5;
  let kept = {};
  assert.equal(may(kept, 2, now), true);
  kept = answered(kept, false, now);
  assert.equal(may(kept, 2, now), true);
  kept = answered(kept, false, now + 1);
  assert.equal(may(kept, 2, now), false);
  assert.equal(may(kept, 2, now + DAY), true);
  kept = answered({ first: 1 }, true, now);
  assert.deepEqual(kept, { first: 1, day: 20_000, n: 1, no: now });
  assert.equal(may(kept, 10, now + 30 * DAY - 1), false);
  assert.equal(may(kept, 10, now + 30 * DAY), true);
  assert.equal(returns({}, now), false);
  assert.equal(returns({ first: now - 60_000 }, now), false, 'the same visit');
  assert.equal(returns({ first: now - DAY }, now), true);
});
