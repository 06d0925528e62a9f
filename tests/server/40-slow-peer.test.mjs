// SPDX-License-Identifier: Apache-2.0
/// One who does not read is thinned, then closed with 4101; the others notice nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { http } from './lib/http.mjs';
import { associate, back, eventually, keeper, live, openView, say, shop } from './lib/kit.mjs';

const FAST = ['--rate-act', '10000', '--rate-talk', '10000', '--rate-search', '10000', '--rate-motion', '10000', '--capacity', '100', '--chat-per-minute', '10000'];
const LONG_MS = 30000; // ten seconds, and what a machine takes that has other work; tests/chaos measures
const later = keeper(after);
let server;
let silent; // { c, a, n, since }

/// Asks for more than the kernel takes and reads none of it; nothing else is ever said to it.
async function neverReads() {
  const pair = await live(server, { login: 'eva' });
  await Promise.all(Array.from({ length: 60 }, (_, i) => say(pair.c, `${i}${'x'.repeat(8000)}`)));
  stopReading(pair.c);
  for (let before_ = 61; before_ > 8; before_ -= 7) void pair.c.ask('chat.history', { before: before_, n: 7 });
  return { ...pair, since: Date.now() };
}

before(async () => {
  server = await shop(later, { associates: ['lea', 'max', 'eva'], args: FAST });
  silent = await neverReads();
});

async function metric(name) {
  const { text } = await http(server, '/metrics');
  const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text);
  return found ? Number(found[1]) : 0;
}

const stopReading = (peer) => peer.socket._socket.pause();
const leaving = ({ a, n }) => a.events.find(({ op, c, d }) => op === 'presence.person' && c === n && d.who === 'c' && d.at !== 'here');
const readAgain = (peer) => peer.socket._socket.resume();

test('who asks and never reads is closed with 4101 within ten seconds', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  for (let i = 0; i < 7; i++) await say(c, `${i}${'x'.repeat(8000)}`);
  const before_ = await metric('process_resident_memory_bytes');
  stopReading(c);
  const began = Date.now();
  const flood = setInterval(() => {
    for (let i = 0; i < 10; i++) if (c.isOpen) void c.ask('chat.history', { before: 4294967295, n: 50 });
  }, 20);
  const others = [];
  try {
    await eventually('4101', async () => {
      const at = Date.now();
      await say(a, `still here ${others.length}`, { c: n });
      others.push(Date.now() - at);
      return leaving(pair);
    });
  } finally {
    clearInterval(flood);
  }
  assert.ok(leaving(pair).ts - began < LONG_MS, `${leaving(pair).ts - began} ms`);
  assert.ok(others.length > 0 && Math.max(...others) < LONG_MS, `the other's messages took ${others}`);
  const grown = (await metric('process_resident_memory_bytes')) - before_;
  assert.ok(!before_ || grown < 64 << 20, `${grown} bytes more`);
  readAgain(c);
  const { code } = await c.closed;
  assert.ok([4101, 1006].includes(code), `${code}`);
  const fresh = await back(server, c, { from: { ...c.resume, epoch: 0 } });
  assert.equal((await fresh.waitFor('snapshot')).d.state.state, 'live', 'and it can come back');
  await fresh.cut();
  await a.cut();
});

test('pointers to one who does not read take one slot, not a queue', async () => {
  const pair = await live(server);
  const { c, a, n } = pair;
  await openView(pair, 1);
  stopReading(c);
  // Ten thousand, or as many as go in half of the time after which nothing read is a reason by itself.
  let sent = 0;
  for (const until = Date.now() + 4000; sent < 10000 && Date.now() < until; sent += 250) {
    for (let i = 0; i < 250; i++) a.ptr({ x: (sent + i) % 50000 }, { c: n });
    await a.beat();
  }
  a.ptr({ x: 54321 }, { c: n });
  await a.beat();
  assert.ok(!leaving(pair), `${sent} frames are no reason to close`);
  readAgain(c);
  await c.waitFrame('PTR', (frame) => frame.body.x === 54321);
  assert.ok(c.frames.length < sent);
  await c.beat();
  await c.cut();
  await a.cut();
});

test('a slow one of three costs the third nothing', async () => {
  const pair = await live(server);
  const { c, a } = pair;
  const max = await associate(server, 'max');
  await max.request('conv.open', { conv: c.conv });
  await openView(pair, 1);
  stopReading(max);
  for (let i = 0; i < 400; i += 20) await Promise.all(Array.from({ length: 20 }, (_, k) => say(c, `${i + k}${'y'.repeat(8000)}`)));
  await a.until('all of them', () => (a.seen('chat.send').length === 400 ? true : undefined));
  c.ptr({ x: 99 }, { flags: 16 });
  await a.waitFrame('PTR', (frame) => frame.body.x === 99);
  assert.equal(a.seen('chat.send').length, 400);
  readAgain(max);
  await max.cut();
  await c.cut();
  await a.cut();
});

test('what stands with the socket counts as well: who is told nothing more is closed all the same', async () => {
  const { c, a, since } = silent;
  await a.until('the customer has gone', () => leaving(silent));
  const { ts } = leaving(silent);
  assert.ok(ts - since < LONG_MS, `${ts - since} ms`);
  readAgain(c);
  assert.ok([4101, 1006].includes((await c.closed).code));
  assert.ok((await metric('vitrine_peers_slow_total')) >= 2);
  await a.cut();
});
