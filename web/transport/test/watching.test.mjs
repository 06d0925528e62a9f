// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';

/// Pieces into units, in their order; a hole, a foreign base or a unit that is not what it says ends it until a picture comes.

const { outputFiles } = await createRequire(import.meta.url)('esbuild').build({
  stdin: { contents: "export * from '../watching.ts'; export * from '../../protocol/index.ts';", resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
  bundle: true, format: 'esm', write: false, target: 'es2022',
});
const { Watching, writeDom, writeScroll, readHead, FLAG } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);

/// `t`: the test, whose failing must not leave a question that is asked for ever.
function watch(t) {
  const seen = [];
  const sent = [];
  let heard;
  const conv = { on: (name, fn) => { assert.equal(name, 'frame'); heard = fn; return () => { heard = () => {}; }; } };
  const channels = { ordered: (_, k, make) => sent.push([k, readHead(new DataView(make({ chan: 20, seq: sent.length, ts: 0 }))).type]) };
  const w = new Watching(conv, () => channels, {
    key: (page, ops, sheets) => seen.push(['key', page, ops, sheets]), delta: (page, ops) => seen.push(['delta', page, ops]),
    scroll: (s) => seen.push(['scroll', s.y]), size: () => {}, pointer: () => {}, stale: () => seen.push(['stale']),
  });
  t.after(() => w.end());
  const take = (bytes) => { const data = new DataView(bytes); heard({ head: readHead(data), data, who: 'c' }); };
  const unit = (seq, flags, ops, { base = 0, page = 1, cut = 1, packed = false } = {}) => {
    const text = Buffer.from(JSON.stringify(ops));
    const whole = packed ? deflateRawSync(text) : text;
    const size = Math.ceil(whole.length / cut);
    for (let i = 0; i < cut; i++) {
      const more = flags | (i === 0 ? FLAG.FIRST : 0) | (i === cut - 1 ? FLAG.LAST : 0) | (packed ? FLAG.DEFLATE : 0);
      take(writeDom({ chan: 20, seq: seq + i, ts: 0, flags: more }, { page, base, ops: whole.subarray(i * size, (i + 1) * size) }));
    }
  };
  const quiet = () => new Promise((done) => setTimeout(done, 60));
  const until = async (holds) => { for (let i = 0; i < 500 && !holds(); i++) await new Promise((done) => setTimeout(done, 10)); };
  const has = (what) => () => seen.some(([kind]) => kind === what);
  return { w, seen, sent, unit, take, quiet, until, has };
}

test('a picture in pieces, changes behind it, all in order', async (t) => {
  const { seen, unit, take, until } = watch(t);
  const hash = 'ab'.repeat(32);
  unit(0, FLAG.KEY, [{ css: `vt-css:${hash}` }], { cut: 3, packed: true });
  unit(3, 0, ['one']);
  take(writeScroll({ chan: 20, seq: 9, ts: 0, flags: 0 }, { page: 1, node: 0, x: 0, y: 160 }));
  unit(4, 0, ['two'], { cut: 2 });
  await until(() => seen.length > 3);
  assert.deepEqual(seen, [['key', 1, [{ css: `vt-css:${hash}` }], [hash]], ['delta', 1, ['one']], ['scroll', 10], ['delta', 1, ['two']]]);
});

test('a hole: nothing more until a picture, which is asked for once', async (t) => {
  const { seen, sent, unit, until, has } = watch(t);
  unit(0, FLAG.KEY, ['k']);
  unit(2, 0, ['lost its neighbour']);
  unit(3, 0, ['nor this']);
  await until(() => has('key')() && sent.length > 0);
  assert.deepEqual(seen.map(([what]) => what).sort(), ['key', 'stale']);
  assert.deepEqual(sent, [['dom', 0x41]]);
  // The picture there was comes again, with its old number.
  unit(0, FLAG.KEY, ['k']);
  unit(1, 0, ['one']);
  await until(has('delta'));
  assert.deepEqual(seen.slice(-2).map(([what]) => what), ['key', 'delta']);
});

test('another base, another page, a broken or swollen unit: a new picture', async (test) => {
  for (const spoil of [
    (t) => t.unit(1, 0, ['x'], { base: 7 }),
    (t) => t.unit(1, 0, ['x'], { page: 2 }),
    (t) => t.take(writeDom({ chan: 20, seq: 1, ts: 0, flags: FLAG.FIRST | FLAG.LAST }, { page: 1, base: 0, ops: Buffer.from('{not json') })),
    (t) => t.take(writeDom({ chan: 20, seq: 1, ts: 0, flags: FLAG.FIRST | FLAG.LAST | FLAG.DEFLATE }, { page: 1, base: 0, ops: Buffer.from('not deflate') })),
    (t) => t.unit(1, 0, ['x'.repeat(3 << 20)], { packed: true }),
  ]) {
    const t = watch(test);
    t.unit(0, FLAG.KEY, ['k']);
    spoil(t);
    await t.until(t.has('stale'));
    assert.ok(t.seen.some(([what]) => what === 'stale'), String(spoil));
    assert.ok(!t.seen.some(([what]) => what === 'delta'), String(spoil));
  }
});

test('what arrives after the end is nothing', async (t) => {
  const { w, seen, unit, quiet } = watch(t);
  unit(0, FLAG.KEY, ['k']);
  w.end();
  await quiet();
  assert.deepEqual(seen, []);
});
