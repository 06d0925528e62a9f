// SPDX-License-Identifier: Apache-2.0
import test from 'node:test';
import assert from 'node:assert/strict';
import { load } from '../../check/load.mjs';

globalThis.window = globalThis;
globalThis.document = { getElementById: () => null };
globalThis.matchMedia = () => ({ matches: false, addEventListener() {} });
globalThis.location = new URL('http://127.0.0.1/console/');
const { saidOf } = await load(new URL('../src/views/message.tsx', import.meta.url));

test('a row nobody can read says so in its place, and is told to the log once', () => {
  const talk = { name: (who) => who, conversation: { value: null } };
  const row = (op, d) => ({ op, key: 'n1', cs: 1, by: 'c', ts: 1000, state: 'sent', d });
  const { error } = console;
  const heard = [];
  console.error = (e) => heard.push(e);
  try {
    for (const op of ['chat.send', 'supervisor.whisper']) {
      const bad = row(op, null);
      assert.match(saidOf(bad, talk).line, /cannot be shown/, op);
      assert.match(saidOf(bad, talk).line, /cannot be shown/, op);
    }
  } finally {
    console.error = error;
  }
  assert.equal(heard.length, 2);
  assert.equal(saidOf(row('chat.send', { kind: 'text', body: { text: 'hello' } }), talk).line, null);
});
