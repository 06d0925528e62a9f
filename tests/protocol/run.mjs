// SPDX-License-Identifier: Apache-2.0
/// The golden examples in TypeScript: `node tests/protocol/run.mjs`. test_vectors.c and
/// test_frames.c run the same files.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const vectors = (name) => JSON.parse(readFileSync(join(top, 'protocol/vectors', `${name}.json`), 'utf8'));

/// The library as it ships, bundled by the web's own esbuild.
async function loadProtocol() {
  const { build } = createRequire(join(top, 'web/package.json'))('esbuild');
  const made = await build({ entryPoints: [join(top, 'protocol/ts/index.ts')], bundle: true, format: 'esm', write: false, target: 'es2022' });
  return import(`data:text/javascript;base64,${Buffer.from(made.outputFiles[0].contents).toString('base64')}`);
}

const protocol = await loadProtocol();
const { BIN, EVENT_SHAPES, REPLY_SHAPES, REQUEST_SHAPES, encodeMessage, faultIn, isEvent, needsCid } = protocol;
const shapesOf = { request: REQUEST_SHAPES, notice: REQUEST_SHAPES, event: EVENT_SHAPES, reply: REPLY_SHAPES };
const families = vectors('families');
const bytes = (hex) => new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
const hexOf = (buffer) => Buffer.from(buffer).toString('hex');

for (const family of families) {
  test(`${family}: valid messages keep their bytes`, () => {
    for (const { op, dir, name, text } of vectors(family).valid) {
      const message = JSON.parse(text);
      assert.equal(faultIn(shapesOf[dir][op], message.d), null, `${op} ${dir} ${name}`);
      if (dir === 'event') assert.ok(isEvent(message), `${op} ${name}`);
      if (dir === 'request' || dir === 'notice') assert.equal(encodeMessage(message), text);
      else assert.equal(JSON.stringify(message), text);
      if (dir === 'request') assert.equal(message.cid !== undefined, needsCid(op), `${op} cid`);
    }
  });
}

test('every operation has its examples', () => {
  const seen = new Set(families.flatMap((family) => vectors(family).valid.map(({ op, dir }) => `${dir === 'notice' ? 'request' : dir} ${op}`)));
  for (const [dir, shapes] of [['request', REQUEST_SHAPES], ['event', EVENT_SHAPES], ['reply', REPLY_SHAPES]]) {
    for (const op of Object.keys(shapes)) assert.ok(seen.has(`${dir} ${op}`), `${dir} ${op}`);
  }
});

/// The envelope and the size of the whole are the server's to check; the guard sees d.
test('bad requests are found', () => {
  const cases = vectors('bad').filter(({ field }) => field.startsWith('/d'));
  for (const { op, name, code, field, line } of cases) {
    assert.deepEqual(faultIn(REQUEST_SHAPES[op], JSON.parse(line).d), { code, field }, `${op} ${name}`);
  }
});

test('bad events and replies are found', () => {
  for (const { op, dir, name, code, field, d } of vectors('bad_bodies')) {
    assert.deepEqual(faultIn(shapesOf[dir][op], d, ''), { code, field }, `${op} ${dir} ${name}`);
    if (dir === 'event') assert.ok(!isEvent({ op, d }), `${op} ${name}`);
  }
});

test('the guard takes nothing else for an event', () => {
  const good = { op: 'chat.typing', s: 1, d: { on: true } };
  assert.ok(isEvent(good));
  for (const odd of [null, 1, 'x', [], {}, { op: 'chat.sing', d: {} }, { op: 'constructor', d: {} }, { op: '__proto__', d: {} }, { ...good, s: -1 },
    { ...good, s: 1.5 }, { ...good, c: 'x' }, { ...good, by: 1 }, { ...good, ts: '1' }, { op: 'chat.typing' }]) {
    assert.ok(!isEvent(odd), JSON.stringify(odd));
  }
});

const framesOf = { PTR: ['readPtr', 'writePtr'], DRAW: ['readDraw', 'writeDraw'], VIEW: ['readView', 'writeView'], SCROLL: ['readScroll', 'writeScroll'],
  SIZE: ['readSize', 'writeSize'], DOM: ['readDom', 'writeDom'], MPTR: ['readMptr', 'writeMptr'], ACK: ['readAck', 'writeAck'], KREQ: ['readKreq', 'writeKreq'] };

test('valid frames keep their bytes', () => {
  const { valid } = vectors('frames');
  assert.deepEqual([...new Set(valid.map(({ frame }) => frame))].sort(), Object.keys(BIN).sort());
  for (const { frame, hex, head, body } of valid) {
    if (body.ops !== undefined) body.ops = new Uint8Array(Buffer.from(body.ops, 'hex'));
    const [read, write] = framesOf[frame];
    assert.deepEqual(protocol.readHead(bytes(hex)), head);
    assert.deepEqual(protocol[read](bytes(hex)), body);
    assert.equal(hexOf(protocol[write](head, body)), hex);
  }
});

test('bad frames are refused', () => {
  const { invalid, heads } = vectors('frames');
  for (const { frame, name, hex } of invalid) assert.equal(protocol[framesOf[frame][0]](bytes(hex)), null, `${frame} ${name}`);
  for (const { name, hex } of heads) assert.equal(protocol.readHead(bytes(hex)), null, name);
});

test('messages hold their frames', () => {
  for (const { name, hex, frames } of vectors('frames').messages) {
    const parts = protocol.splitFrames(bytes(hex).buffer);
    const heads = parts?.map(protocol.readHead);
    if (!frames) assert.ok(parts === null || heads.includes(null), name);
    else assert.deepEqual(parts.map((part) => hexOf(Buffer.from(part.buffer, part.byteOffset, part.byteLength))), frames, name);
  }
});

test('serial numbers go round', () => {
  assert.ok(protocol.isAfter(1, 0) && protocol.isAfter(0, 0xffffffff) && !protocol.isAfter(0xffffffff, 0) && !protocol.isAfter(5, 5));
});

test('close codes say whether to come back', () => {
  const { CLOSE, mayComeBack } = protocol;
  for (const name of ['DRAIN', 'HEARTBEAT', 'EXPIRED', 'POSITION', 'SLOW', 'FENCED', 'MOVED', 'RATE', 'OVERLOAD']) assert.ok(mayComeBack(CLOSE[name]), name);
  for (const name of ['NORMAL', 'GOING', 'PROTOCOL', 'TOKEN', 'FORBIDDEN', 'ENDED', 'OTHER_TAB', 'VERSION', 'HELLO']) assert.ok(!mayComeBack(CLOSE[name]), name);
});
