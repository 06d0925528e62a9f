// SPDX-License-Identifier: Apache-2.0
/// Two nodes, one service: what comes in at the one that does not lead is as if it had come in at the other; who may
/// bring lines in; the planned stop and the other one.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';

import { associate, back, customer, eventually, keeper, live, say } from './lib/kit.mjs';
import { group, leaderOf, stateOf } from './lib/nodes.mjs';

const later = keeper(after);
const ROOMY = ['--rate-talk', '10000', '--chat-per-minute', '10000', '--capacity', '100', '--rate-search', '10000', '--rate-act', '10000'];
let nodes;
let redis;
let leader;
let edge;

before(async () => {
  ({ nodes, redis } = await group(later, { associates: ['lea', 'max'], args: ROOMY }));
  leader = await leaderOf(nodes);
  edge = nodes.find((node) => node !== leader);
});

/// A console at the leader, a customer at the edge.
async function across(login = 'lea') {
  const a = await associate(leader, login);
  return live(edge, { a });
}

test('a customer at one node and an associate at the other', async () => {
  const { c, a, n } = await across();
  const { cs } = await say(c, 'from the edge');
  assert.equal((await a.waitFor('chat.send', (_, event) => event.c === n && event.cs === cs)).d.body.text, 'from the edge');
  await say(a, 'from the leader', { c: n });
  assert.equal((await c.waitFor('chat.send', (d) => d.body.text === 'from the leader')).d.kind, 'text');
  await eventually('both nodes are counted, and the line', () => stateOf(edge).then(({ lines, count }) => lines >= 2 && count === 2));
  await c.cut();
  await a.cut();
});

test('a line without the token of the leader is closed without a word', async () => {
  const held = await redis.ask('GET', 'vt:{default}:lead');
  const [, , door, token] = held.split(' ');
  for (const [said, may] of [[randomBytes(57), false], [Buffer.from(`vtnode1\n${'0'.repeat(32)}`), false], [Buffer.from(`vtnode1\n${token}`), true]]) {
    const socket = connect(Number(door.split(':')[1]), '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes) => (heard += bytes)).on('error', () => {});
    const address = Buffer.alloc(17);
    address.set([4, 192, 0, 2, 7]);
    socket.write(Buffer.concat([Buffer.concat([said, address]).subarray(0, 57), Buffer.from('GET /readyz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')]));
    await new Promise((resolve) => socket.on('close', resolve));
    assert.equal(heard.startsWith('HTTP/1.1 200'), may, heard);
    if (!may) assert.equal(heard, '');
  }
});

test('who does not read at the edge is closed with 4101, and the others notice nothing', async () => {
  const pair = await across('max');
  const { c, a, n } = pair;
  for (let i = 0; i < 7; i++) await say(c, `${i}${'x'.repeat(8000)}`);
  c.socket._socket.pause();
  const flood = setInterval(() => {
    for (let i = 0; i < 10; i++) if (c.isOpen) void c.ask('chat.history', { before: 4294967295, n: 50 });
  }, 20);
  try {
    const gone = () => a.events.find(({ op, c: of, d }) => op === 'presence.person' && of === n && d.who === 'c' && d.at !== 'here');
    await eventually('the line is given up', async () => {
      await say(a, 'still here', { c: n });
      return gone();
    }, 20000);
  } finally {
    clearInterval(flood);
    c.socket._socket.resume();
  }
  assert.equal((await c.closed).code, 4101);
  await a.cut();
});

test('a planned stop of the leader: both are told, and go on at the other node', async () => {
  const { c, a, n } = await across();
  await say(c, 'before');
  const { epoch } = await stateOf(leader);
  leader.signal('SIGTERM');
  assert.equal((await c.closed).code, 4000);
  assert.equal((await a.closed).code, 4000);
  const again = await eventually('the other leads', () => back(edge, c).catch(() => null), 20000);
  const rows = (await again.request('chat.history', { before: 4294967295, n: 50 })).rows;
  assert.ok(rows.some((row) => row.d.body?.text === 'before'));
  assert.equal((await stateOf(edge)).epoch, epoch + 1);
  assert.deepEqual(await leader.exited, { code: 0, signal: null });
  leader.child = null;
  await again.cut();
  assert.ok(n);
});

test('a node that comes later follows; killed, it leaves the other alone; the leader killed, it leads', async () => {
  await leader.start();
  assert.equal(leader.leads, false);
  const here = await customer(edge);
  const there = await customer(leader);
  await leader.crash();
  await there.closed;
  await here.beat();
  await leader.start();
  await edge.crash();
  await here.closed;
  await eventually('it leads', () => leader.leads, 15000);
  const again = await eventually('it answers', () => back(leader, here).catch(() => null), 15000);
  await again.cut();
  await edge.start();
});

test('without Redis whoever leads goes on', async () => {
  const now = await leaderOf(nodes);
  const c = await customer(now);
  await redis.stop();
  await c.request('queue.join', { lang: 'en' });
  await redis.start();
  await eventually('it is known again', async () => (await stateOf(now)).redis === 1 && (await redis.ask('GET', 'vt:{default}:lead')) !== '', 10000);
  await c.beat();
  assert.equal(now.leads, true);
});
