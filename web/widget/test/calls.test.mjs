// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';

const { calls } = await load(new URL('../src/calls-chunk.ts', import.meta.url));

/// As much of the widget as the calls touch, with the answers of the server's own shapes.
function widget(answers = {}) {
  const app = { asked: [], fired: [], led: 0, said: {}, ended: 0 };
  app.link = {
    state: 'idle',
    on: (name, fn) => { app.said[name] = fn; },
    shutdown: () => { app.ended++; },
    request: async (op, d) => {
      app.asked.push([op, d]);
      if (answers[op] instanceof Error) throw answers[op];
      return answers[op] ?? {};
    },
  };
  app.lead = () => { app.led++; };
  app.again = () => { app.asked.push(['hello', app.code]); };
  app.host = { fire: (name, detail) => app.fired.push([name, detail]) };
  app.welcome = async () => { app.link.state = 'live'; app.said.welcome(); await new Promise(setImmediate); };
  return app;
}

test('what is said early goes with the welcome, merged; nothing connects for it', async () => {
  const app = widget({ identify: { name: 'Ada', verified: true } });
  calls(app, ['identify', { token: 'a.b.c' }]);
  calls(app, ['context', { tier: 'gold' }]);
  calls(app, ['context', { budget: 900, tier: null }]);
  assert.deepEqual([app.asked, app.led], [[], 0]);
  await app.welcome();
  assert.deepEqual(app.asked, [['identify', { token: 'a.b.c' }], ['context', { keys: { tier: null, budget: 900 } }]]);
  assert.deepEqual(app.fired, [['identified', { verified: true }]]);
  await app.welcome();
  assert.deepEqual(app.asked.slice(2), [['identify', { token: 'a.b.c' }]], 'a new connection is signed for again; facts are kept by the server');
});

test('a code is asked for by a person, so it connects; its answer or its refusal comes back', async () => {
  const app = widget({ 'code.make': { code: '402917', until: 5 } });
  const got = [];
  calls(app, ['createCode', (code) => got.push(code)]);
  assert.equal(app.led, 1);
  await app.welcome();
  assert.deepEqual(got, [{ code: '402917', expiresAt: 5 }]);
  const refused = widget({ 'code.make': Object.assign(new Error('not now'), { code: 'state.wrong' }) });
  calls(refused, ['createCode', (code) => got.push(code)]);
  await refused.welcome();
  assert.deepEqual(got[1], { error: 'state.wrong' });
});

test('who has another conversation goes on there, and is identified in it', async () => {
  const answers = { identify: { name: 'Ada', verified: true, code: 'x8JqT0v2mQe1Yb7cW3hZkA' } };
  const app = widget(answers);
  calls(app, ['identify', { token: 'a.b.c' }]);
  await app.welcome();
  assert.deepEqual([app.ended, app.asked.at(-1), app.fired], [1, ['hello', 'x8JqT0v2mQe1Yb7cW3hZkA'], []]);
  answers.identify = { name: 'Ada', verified: true };
  app.said.state('live');
  assert.equal(app.code, undefined);
  await app.welcome();
  assert.deepEqual(app.fired, [['identified', { verified: true }]]);
  app.code = 'spent';
  app.said.state('ended');
  assert.equal(app.code, undefined, 'a way that was refused is not tried for ever');
});

test('a refusal is told to the page', async () => {
  const app = widget({ identify: Object.assign(new Error('the token has expired'), { code: 'field.bad' }) });
  app.link.state = 'live';
  calls(app, ['identify', { token: 'x' }]);
  await new Promise(setImmediate);
  assert.deepEqual(app.fired, [['error', { code: 'field.bad', message: 'the token has expired', retry: false }]]);
});

test('an order goes with the welcome, its amounts as decimals, and once', async () => {
  const app = widget();
  calls(app, ['order', { reference: 'MV-1', value: 0.1 + 0.2, currency: 'EUR', items: [{ sku: 'a', qty: 1, price: 1290 }, { sku: 'b', qty: 2, price: '5.5' }, { sku: 'c', qty: 1 }] }]);
  assert.deepEqual([app.asked, app.led], [[], 0], 'whoever never asked for help is not connected for it');
  await app.welcome();
  assert.deepEqual(app.asked[0], ['order.done', { reference: 'MV-1', value: '0.30', currency: 'EUR', items: [{ sku: 'a', qty: 1, price: '1290.00' }, { sku: 'b', qty: 2, price: '5.5' }, { sku: 'c', qty: 1, price: undefined }] }]);
  await app.welcome();
  assert.equal(app.asked.length, 1);
});
