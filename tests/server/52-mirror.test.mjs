// SPDX-License-Identifier: Apache-2.0
/// The mirror's relay: keyframe and deltas to those who watch, late joiners, holes, slow ones; what the server's filter lets through.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { deflateRawSync } from 'node:zlib';

import { associate, back, eventually, keeper, shop } from './lib/kit.mjs';
import { Recorder, ack, delta, element, keyframe, kreq, mirrored, nextUnit, page, text } from './lib/mirror.mjs';
import { FLAG } from './lib/protocol.mjs';

const FAST = ['--rate-act', '10000', '--rate-motion', '10000', '--capacity', '100'];
const later = keeper(after);
let server;
before(async () => { server = await shop(later, { associates: ['lea', 'max', ['sam', 'supervisor']], args: FAST }); });

const noise = (bytes) => randomBytes(bytes).toString('base64').slice(0, bytes).replace(/[0-9]/g, 'x');
async function leave({ c, a, n }) {
  await a.ask('session.end', {}, { c: n });
  await a.cut();
  await c.cut();
}
/// Nothing on its way to this peer any more: what was sent before a beat has been looked at, in the pool too.
async function noUnit(peer) {
  await peer.beat();
  await new Promise((resolve) => setTimeout(resolve, 100)); // the pool: time is what this is about
  await peer.beat();
  assert.equal(peer.frames.filter(({ kind }) => kind === 'DOM').length, 0, 'no unit');
}

test('keyframe and deltas arrive as they were sent, byte for byte', async () => {
  const pair = await mirrored(server);
  const { a, r } = pair;
  const big = keyframe(page(text(noise(100000))));
  const sent = r.key(big);
  assert.ok(sent.length > 3, 'in pieces');
  const got = await nextUnit(a);
  assert.deepEqual([got.key, got.page, got.base, got.ops], [true, 1, r.base, big]);
  assert.deepEqual(got.payload, Buffer.concat(sent.map((bytes) => bytes.subarray(20))), 'nothing was written anew');
  for (let i = 0; i < 50; i++) r.unit(delta(`step ${i}`));
  for (let i = 0; i < 50; i++) {
    const unit = await nextUnit(a);
    assert.deepEqual([unit.key, unit.base, unit.ops], [false, r.base, delta(`step ${i}`)]);
  }
  r.unit([{ type: 5, data: { tag: 'sum', payload: { nodes: 12, xor: 77 } } }]);
  assert.equal((await nextUnit(a)).ops[0].data.payload.xor, 77);
  await leave(pair);
});

test('nobody watches: held, and the recorder is not heard', async () => {
  const pair = await mirrored(server, { watch: false });
  const { c, a, n, r } = pair;
  assert.equal((await c.waitFor('mirror.state')).d.state, 'held');
  r.key();
  await noUnit(a);
  await a.request('mirror.watch', { on: true }, { c: n });
  await c.waitFor('mirror.state', (d) => d.state === 'on');
  await noUnit(a);
  const ask = await c.waitFrame('KREQ'); // the recorder has not begun, as it should have
  assert.equal(ask.body.reason, 1);
  r.key();
  assert.equal((await nextUnit(a)).key, true);
  await a.request('mirror.watch', { on: false }, { c: n });
  assert.equal((await c.waitFor('mirror.state', (d) => d.viewers === 0)).d.state, 'held');
  r.unit(delta('unseen'));
  await noUnit(a);
  await leave(pair);
});

test('a late joiner gets the keyframe and the deltas, then what comes', async () => {
  const pair = await mirrored(server);
  const { c, a, r } = pair;
  r.key();
  r.unit(delta('one'));
  r.unit(delta('two'));
  c.frame('SIZE', { page: 1, width: 390, height: 844, dpr: 300, doc_height: 4000 }, { chan: c.channel('dom'), seq: ++r.moved });
  r.scroll(0, 120);
  r.scroll(9, 40);
  for (let i = 0; i < 3; i++) await nextUnit(a);
  const sam = await associate(server, 'sam');
  const { c: own } = await sam.request('supervisor.watch', { conv: c.conv, on: true });
  await sam.until('the dom channel', () => [...sam.chans.values()].find(({ k }) => k === 'dom'));
  await sam.request('mirror.watch', { on: true }, { c: own });
  assert.equal((await nextUnit(sam)).key, true);
  assert.deepEqual((await nextUnit(sam)).ops, delta('one'));
  assert.deepEqual((await nextUnit(sam)).ops, delta('two'));
  assert.equal((await sam.waitFrame('SIZE')).body.doc_height, 4000);
  const scrolls = [(await sam.waitFrame('SCROLL')).body, (await sam.waitFrame('SCROLL')).body];
  assert.deepEqual(scrolls.map(({ node, y }) => [node, y / 16]).sort(), [[0, 120], [9, 40]]);
  r.unit(delta('three'));
  assert.deepEqual((await nextUnit(sam)).ops, delta('three'));
  assert.equal(c.frames.filter(({ kind }) => kind === 'KREQ').length, 0, 'the customer noticed nothing');
  await sam.cut();
  await leave(pair);
});

test('a hole: a keyframe is asked for, once, and what stands behind the hole goes nowhere', async () => {
  const pair = await mirrored(server);
  const { c, a, r } = pair;
  r.key();
  await nextUnit(a);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // at most one request a second, counted from the start
  r.unit(delta('lost'), { send: false });
  for (let i = 0; i < 5; i++) r.unit(delta('behind it'));
  assert.equal((await c.waitFrame('KREQ')).body.reason, 2);
  await noUnit(a);
  assert.equal(c.frames.filter(({ kind }) => kind === 'KREQ').length, 0, 'single flight');
  r.key(keyframe(page(text('whole again'))));
  assert.match((await nextUnit(a)).text, /whole again/);
  r.unit(delta('late'), { base: 1 });
  r.unit(delta('on it goes'));
  assert.equal((await c.waitFrame('KREQ')).body.reason, 2, 'a unit less is a hole');
  await leave(pair);
});

test('another document: late frames of the old one are dropped', async () => {
  const pair = await mirrored(server);
  const { c, a, n, r } = pair;
  r.key();
  await nextUnit(a);
  c.notice('page.at', { n: 2, url: '/bag', title: 'Bag' });
  assert.equal((await a.waitFor('mirror.state', (d) => d.page === 2)).d.state, 'on');
  r.page = 2;
  r.key(keyframe(page(text('the bag'))));
  assert.equal((await nextUnit(a)).page, 2);
  r.key(keyframe(page(text('the old page'))), { page: 1 });
  await noUnit(a);
  await leave(pair);
});

test('a slow associate slows nobody: the credit ends, the others go on, and it catches up', async () => {
  const pair = await mirrored(server);
  const { c, a, r } = pair;
  const sam = await associate(server, 'sam');
  const { c: own } = await sam.request('supervisor.watch', { conv: c.conv, on: true });
  await sam.request('mirror.watch', { on: true }, { c: own });
  r.key();
  for (const peer of [a, sam]) await nextUnit(peer);
  const each = 14000;
  for (let i = 0; i < 40; i++) {
    r.unit(delta(`${i} ${noise(each)}`), { deflate: false });
    const unit = await nextUnit(a);
    assert.match(unit.text, new RegExp(`"${i} `));
    ack(a, pair.n, unit.seqs.at(-1));
  }
  await sam.beat();
  const behind = sam.frames.filter(({ kind }) => kind === 'DOM').length;
  assert.ok(behind >= 12 && behind <= 19, `about 256 KiB without a word of it, not ${behind} units`);
  let last;
  for (let i = 0; i < 40; i++) {
    last = await nextUnit(sam);
    assert.match(last.text, new RegExp(`"${i} `), 'none is missing');
    ack(sam, own, last.seqs.at(-1));
  }
  assert.equal(c.frames.filter(({ kind }) => kind === 'KREQ').length, 0, 'the customer noticed nothing');
  // Out of credit when a new keyframe comes: it jumps there.
  for (let i = 0; i < 30; i++) {
    r.unit(delta(`lost ${i} ${noise(each)}`), { deflate: false });
    ack(a, pair.n, (await nextUnit(a)).seqs.at(-1));
  }
  r.key(keyframe(page(text('from here'))));
  await nextUnit(a);
  let unit = await nextUnit(sam);
  let seen = 0;
  while (!unit.key) {
    seen++;
    ack(sam, own, unit.seqs.at(-1));
    unit = await nextUnit(sam);
  }
  assert.ok(seen < 20, 'what it had no credit for was dropped');
  assert.match(unit.text, /from here/);
  await sam.cut();
  await leave(pair);
});

test('who asks for a keyframe gets the one the server has; for a sum that differs, a new one', async () => {
  const pair = await mirrored(server);
  const { c, a, n, r } = pair;
  r.key();
  r.unit(delta('one'));
  await nextUnit(a);
  await nextUnit(a);
  kreq(a, n, 2);
  assert.equal((await nextUnit(a)).key, true);
  assert.deepEqual((await nextUnit(a)).ops, delta('one'));
  await new Promise((resolve) => setTimeout(resolve, 1100)); // once a second
  kreq(a, n, 3);
  assert.equal((await c.waitFrame('KREQ')).body.reason, 3);
  await leave(pair);
});

test('many deltas: a keyframe is asked for before joiners have too much to read', async () => {
  const pair = await mirrored(server);
  const { c, a, r } = pair;
  r.key();
  await nextUnit(a);
  await new Promise((resolve) => setTimeout(resolve, 1100)); // once a second
  const many = Array.from({ length: 500 }, (_, i) => delta(`change ${i}`)[0]);
  for (let i = 0; i < 5; i++) {
    r.unit(many);
    ack(a, pair.n, (await nextUnit(a)).seqs.at(-1));
  }
  assert.equal((await c.waitFrame('KREQ')).body.reason, 1);
  await leave(pair);
});

test('pointers and scrolling: latest wins, only to those who watch', async () => {
  const pair = await mirrored(server, { more: ['point'] });
  const { c, a, n, r } = pair;
  await a.until('the pointer channel', () => a.channel('mptr', n));
  await c.until('the pointer channel', () => [...c.chans.values()].find(({ k, by }) => k === 'mptr' && by === 'a1'));
  a.frame('MPTR', { page: 1, node: 5, x: 100, y: 200, buttons: 0, kind: 2, trail: [] }, { chan: a.channel('mptr', n) });
  assert.deepEqual((await c.waitFrame('MPTR')).body.node, 5);
  c.frame('MPTR', { page: 1, node: 6, x: 1, y: 2, buttons: 1, kind: 0, trail: [] }, { chan: c.channel('dom'), seq: ++r.moved });
  assert.equal((await a.waitFrame('MPTR')).body.node, 6);
  for (let i = 1; i <= 300; i++) r.scroll(0, i);
  const last = await a.waitFrame('SCROLL', ({ body }) => body.y === 300 * 16);
  assert.ok(last);
  await c.request('consent.stop', { capabilities: ['point'], why: 'asked' });
  await a.until('no pointer channel', () => (a.channel('mptr', n) === undefined ? true : undefined));
  await leave(pair);
});

test('guests see nothing of it, and a colleague who does not watch neither', async () => {
  const pair = await mirrored(server);
  const { c, r, a } = pair;
  const sam = await associate(server, 'sam');
  await sam.request('supervisor.watch', { conv: c.conv, on: true });
  r.key();
  r.scroll(0, 5);
  await nextUnit(a);
  await noUnit(sam);
  assert.equal(sam.frames.length, 0);
  await sam.cut();
  await leave(pair);
});

test('two sessions never mix: a canary in every unit', async () => {
  const pairs = await Promise.all([mirrored(server), mirrored(server, { login: 'max' })]);
  const canaries = pairs.map((_, i) => `canary-${i}-${randomBytes(8).toString('hex')}`);
  for (const [i, { r }] of pairs.entries()) r.key(keyframe(page(text(canaries[i]))));
  for (let k = 0; k < 60; k++) for (const [i, { r }] of pairs.entries()) r.unit(delta(`${canaries[i]} ${noise(k % 7 === 0 ? 3000 : 50)}`));
  for (const [i, { a, n }] of pairs.entries()) {
    for (let k = 0; k < 61; k++) {
      const unit = await nextUnit(a);
      assert.ok(unit.text.includes(canaries[i]) && !unit.text.includes(canaries[1 - i]));
      ack(a, n, unit.seqs.at(-1));
    }
  }
  // Onto the other's channel: nowhere.
  const [one, two] = pairs;
  one.c.rawBytes(Buffer.from(one.c.frameBytes('DOM', { page: 1, base: 1, ops: Buffer.from('[]') }, { flags: FLAG.FIRST | FLAG.LAST | FLAG.KEY, chan: two.c.channel('dom'), seq: 1 })));
  one.a.frame('ACK', { upto: 1, credit: 1 }, { chan: two.c.channel('dom'), seq: 1 });
  await one.c.beat();
  await noUnit(two.a);
  for (const pair of pairs) await leave(pair);
});

test('limits: a bomb, a depth, a keyframe too large, what is no recorder\'s', async () => {
  const pair = await mirrored(server);
  const { c, a, r } = pair;
  r.key();
  await nextUnit(a);
  const deep = (n) => Buffer.from(`${'['.repeat(n)}${']'.repeat(n)}`);
  const bad = {
    'a delta that inflates over 1 MiB': { raw: deflateRawSync(Buffer.alloc(1024 * 1024 + 1, 0x20)), deflate: true },
    'a bomb': { raw: deflateRawSync(Buffer.alloc(64 * 1024 * 1024)), deflate: true },
    'what is not deflated': { raw: Buffer.from('this is no deflate'), deflate: true },
    'a cut stream': { raw: deflateRawSync(Buffer.from(noise(5000))).subarray(0, 2000), deflate: true },
    'no JSON': { raw: Buffer.from('{') },
    'no list': { raw: Buffer.from('{"type":3}') },
    'too deep': { raw: deep(513) },
    'very deep': { raw: deep(16000) },
  };
  for (const [what, options] of Object.entries(bad)) {
    r.unit(null, options);
    await noUnit(a);
    assert.ok(c.isOpen, what);
    r.key(keyframe(page(text(what))));
    assert.ok((await nextUnit(a)).text.includes(what), `healed after ${what}`);
  }
  const key = deflateRawSync(Buffer.from(JSON.stringify(keyframe(page(text('x'.repeat(8 * 1024 * 1024)))))));
  r.unit(null, { key: true, deflate: true, raw: key });
  await noUnit(a);
  r.key(keyframe(page(text('x'.repeat(7 * 1024 * 1024)))));
  assert.ok((await nextUnit(a)).text.length > 7 * 1024 * 1024, 'just below');
  assert.ok(c.isOpen && a.isOpen);
  await leave(pair);
});

test('what the filter takes out', async () => {
  const pair = await mirrored(server);
  const { a, r } = pair;
  const hostile = page(
    element('script', { src: 'https://evil.test/x.js' }, text('alert(1)')), element('base', { href: 'https://evil.test/' }),
    element('meta', { 'http-equiv': 'refresh', content: '0;url=https://evil.test' }), element('object', { data: 'https://evil.test' }),
    element('iframe', { src: 'https://evil.test', srcdoc: '<script>1</script>', width: '10' }),
    element('a', { href: 'java\tscript:alert(1)', onclick: 'alert(1)', ping: 'https://evil.test' }, text('4111 1111 1111 1111 and DE89 3704 0044 0532 0130 00 and 219-09-9999')),
    element('img', { src: 'https://shop.test/a.jpg?token=secret#x', srcset: 'https://shop.test/b.jpg?t=secret 2x, javascript:1 3x', onerror: 'alert(1)' }),
    element('form', { action: 'https://evil.test' }), element('p', { style: 'background:u\\72l(javascript:1)' }),
    element('style', {}, text('@\\69mport "https://evil.test/x.css"; p { background: url(https://shop.test/c.png?secret) }')),
    { type: 5, id: 900, textContent: 'a secret comment' });
  r.key(keyframe(hostile, 'https://shop.test/bag?order=secret#top'));
  const unit = await nextUnit(a);
  for (const word of ['evil.test', 'alert', 'secret', 'javascript', '4111', 'DE89', '219-09', 'onerror', 'refresh', 'srcdoc', 'import']) {
    assert.ok(!unit.text.includes(word), `${word} is gone: ${unit.text}`);
  }
  for (const word of ['https://shop.test/a.jpg', 'https://shop.test/b.jpg 2x', 'https://shop.test/c.png', 'https://shop.test/bag']) {
    assert.ok(unit.text.includes(word), `${word} stays`);
  }
  const count = (node) => 1 + (node.childNodes ?? []).reduce((sum, child) => sum + count(child), 0);
  assert.equal(count(unit.ops[1].data.node), count(hostile), 'no node is taken out');
  r.unit([...delta('card 4242424242424242'), { type: 3, data: { source: 3, id: 1, x: 0, y: 9 } }, { type: 6, data: {} }]);
  const after_ = await nextUnit(a);
  assert.equal(after_.ops.length, 1, 'what never travels here is left out');
  assert.ok(!after_.text.includes('4242'));
  await leave(pair);
});

test('a server that was killed: watched again, a keyframe is asked for', async () => {
  const first = await shop(later, {});
  const { c, a, r } = await mirrored(first);
  r.key();
  await nextUnit(a);
  await first.crash();
  await first.start();
  const c2 = await back(first, c);
  const a2 = await associate(first, 'lea', { resume: [{ conv: c.conv, epoch: 0, s: 0, cs: 0 }] });
  const own = a2.welcome.convs[0].c;
  await c2.until('the dom channel', () => c2.channel('dom'));
  await a2.request('mirror.watch', { on: true }, { c: own });
  const again = new Recorder(c2);
  again.unit(delta('of a keyframe nobody has'), { base: 1 });
  await c2.waitFrame('KREQ');
  again.key();
  assert.equal((await nextUnit(a2)).key, true);
});

test('memory is given back: nothing of a page outlives its consent', async () => {
  const gauge = async () => Number(/vitrine_mirrors\{state="on"\} (\d+)/.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1] ?? 0);
  const before_ = await gauge();
  const pair = await mirrored(server);
  pair.r.key();
  await nextUnit(pair.a);
  assert.equal(await gauge(), before_ + 1);
  await pair.c.request('consent.stop', { capabilities: ['mirror'], why: 'asked' });
  await eventually('none', async () => (await gauge()) === before_);
  pair.r.page = 1;
  await pair.a.ask('mirror.watch', { on: true }, { c: pair.n });
  await noUnit(pair.a);
  await leave(pair);
});

