// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { answered, at, begun, happened, isDone, open, read, report, skip, steps } = await load('../src/practice/script.ts');
const after = (...facts) => facts.reduce(happened, begun);
const now = (p) => steps[at(p)]?.id;

test('ten steps, each with something to do, to say where it was missed, and a way to be done', () => {
  assert.equal(steps.length, 10);
  assert.equal(new Set(steps.map(({ id }) => id)).size, 10);
  for (const { hint, missed, needs } of steps) assert.ok(hint.length > 20 && missed.length > 20 && needs.length > 0);
});

test('one after the other, and what is done early is not asked for again', () => {
  assert.equal(now(begun), 'claim');
  assert.equal(now(after('claimed')), 'greet');
  assert.equal(now(after('claimed', 'card', 'said', 'shown', 'closer', 'marked', 'noted', 'canned')), 'hand');
  assert.equal(now(skip(after('claimed', 'said'), 'show')), 'closer');
});

test('before somebody has the customer nothing counts but a card let go', () => {
  assert.deepEqual([...after('said', 'shown', 'ended', 'missed').did], ['missed']);
  assert.equal(report(after('missed', 'claimed')).late, true);
});

test('a hand-over is done when the customer is back, and the end when it is wrapped up', () => {
  assert.ok(!after('claimed', 'back').did.has('back'), 'not back who was not away');
  const hand = steps.find(({ id }) => id === 'hand');
  assert.deepEqual(open(hand, after('claimed', 'handed')), ['claim Robin again']);
  assert.ok(isDone(hand, after('claimed', 'handed', 'back')));
  const end = steps.find(({ id }) => id === 'end');
  assert.deepEqual(open(end, after('claimed', 'ended', 'labelled')), ['save the outcome']);
});

test('an early end leaves the rest behind and goes to the wrap-up', () => {
  const p = after('claimed', 'said', 'ended');
  assert.equal(now(p), 'end');
  const done = ['outcome', 'labelled'].reduce(happened, p);
  assert.equal(now(done), undefined);
  const { done: n, of, missed } = report(done);
  assert.deepEqual([n, of, missed.map(({ id }) => id)], [3, 10, ['show', 'closer', 'mark', 'note', 'canned', 'card', 'hand']]);
});

test('a thread is read for what the customer cannot see, one’s own and committed rows alone', () => {
  const row = (op, d, by = 'a1', state = 'sent') => ({ op, by, state, d });
  const text = (words, ...rest) => row('chat.send', { kind: 'text', body: { text: words } }, ...rest);
  assert.deepEqual(read([text('Hello', 'c'), text('Hello', 'a2'), text('Hello', 'a1', 'sending')], 'a1', ['Hello']), []);
  assert.deepEqual(read([text('Hello')], 'a1', ['In two days.']), ['said']);
  assert.deepEqual(read([text(' In two days. ')], 'a1', ['In two days.']), ['said', 'canned']);
  assert.deepEqual(read([
    row('chat.send', { kind: 'note', body: { text: 'secret' } }), row('chat.send', { kind: 'product', body: {} }),
    row('session.close', { outcome: 'sold' }), row('label.set', { add: ['x'] }),
  ], 'a1', []), ['noted', 'card', 'outcome', 'labelled']);
  assert.deepEqual(read([row('session.close', { note: 'later' }), row('label.set', { drop: ['x'] })], 'a1', []), []);
});

test('an answer is one that comes after the question', () => {
  const text = (by, words, kind = 'text') => ({ op: 'chat.send', by, state: 'sent', d: { kind, body: { text: words } } });
  const rows = [text('a1', 'Hello'), text('c', 'How?')];
  assert.equal(answered(rows, 'a1', 'How?'), false);
  assert.equal(answered([...rows, text('a1', 'secret', 'note'), text('a2', 'So.')], 'a1', 'How?'), false);
  assert.equal(answered([...rows, text('a1', 'So.')], 'a1', 'How?'), true);
  assert.equal(answered([text('a1', 'So.')], 'a1', 'How?'), false);
});
