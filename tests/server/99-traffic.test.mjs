// SPDX-License-Identifier: Apache-2.0
/// All that went over the wire in the tests before this one: every message of the server fits its schema, and no
/// operation of the tables went unused.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { EVENT_SHAPES, REPLY_SHAPES, faultIn, frames, isEvent, tables } from './lib/protocol.mjs';

const folder = process.env.VITRINE_TRAFFIC;
const skip = folder ? false : 'no traffic: run.mjs records it';

function* traffic() {
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) if (line) yield JSON.parse(line);
  }
}

const isError = (err) => err && typeof err.code === 'string' && Number.isInteger(err.n) && typeof err.msg === 'string' && typeof err.retry === 'boolean';

function faultOf({ kind, op, message }) {
  if (kind === 'event') {
    if (!(op in EVENT_SHAPES)) return 'no such event';
    return isEvent(message) ? null : JSON.stringify(faultIn(EVENT_SHAPES[op], message.d));
  }
  if (kind === 'reply') {
    if (message.ok !== true) return 'neither ok nor err';
    return op in REPLY_SHAPES ? JSON.stringify(faultIn(REPLY_SHAPES[op], message.d)).replace('null', '') || null : 'no such reply';
  }
  return kind === 'refusal' && !isError(message.err) ? 'not an error' : null;
}

test('every message of the server fits its schema', { skip }, () => {
  const wrong = new Map();
  let seen = 0;
  for (const entry of traffic()) {
    if (entry.dir !== 'down' || entry.kind === 'frame') continue;
    seen++;
    const fault = faultOf(entry);
    if (fault) wrong.set(`${entry.kind} ${entry.op}: ${fault}`, JSON.stringify(entry.message).slice(0, 300));
  }
  assert.ok(seen > 1000, `only ${seen} messages`);
  assert.deepEqual([...wrong], []);
});

test('every operation was used, each way it goes', { skip }, () => {
  const used = new Set();
  for (const { dir, kind, op } of traffic()) used.add(`${dir} ${kind} ${op}`);
  const missing = [];
  const need = (what) => used.has(what) || missing.push(what);
  for (const row of tables()) {
    if ('qxp'.includes(row.kind)) need(`up request ${row.op}`);
    if ('qxp'.includes(row.kind)) need(`down reply ${row.op}`);
    if (row.kind === 'n') need(`up notice ${row.op}`);
    if (row.op in EVENT_SHAPES) need(`down event ${row.op}`);
  }
  for (const { kind, to } of frames()) {
    need(`up frame ${kind}`);
    if (to.length) need(`down frame ${kind}`);
  }
  assert.deepEqual(missing, []);
});
