// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from '../../check/load.mjs';
import { conv, FakeSocket, snapshot, started, text, tick } from './fake.mjs';

const { Link, Fault } = await load(new URL('../index.ts', import.meta.url));
const { delay, afterClose } = await load(new URL('../backoff.ts', import.meta.url));

test('back-off: almost at once, then 250 ms x 1.7^n within 30 %, at most 10 s', () => {
  assert.ok(delay(0, () => 0.99) < 50);
  for (let n = 1; n < 12; n++) {
    const base = Math.min(10_000, 250 * 1.7 ** (n - 1));
    assert.ok(Math.abs(delay(n, () => 0.5) - base) < 1e-6);
    assert.ok(delay(n, () => 0) >= base * 0.7 - 1e-6 && delay(n, () => 1) <= base * 1.3 + 1e-6);
  }
});

test('close codes: 4000-4499 come back, 4500-4999 do not but for a late hello, and a named wait is kept', () => {
  for (const code of [1006, 1011, 1005, 4000, 4001, 4002, 4101, 4103, 4506]) assert.equal(afterClose(code), 0);
  for (const code of [1000, 1001, 1002, 1007, 1008, 1009, 4500, 4501, 4503, 4504, 4999]) assert.equal(afterClose(code), -1);
  assert.equal(afterClose(4201, '2500'), 2500);
  assert.equal(afterClose(4200, 'nonsense'), 1000);
});

test('hello: subprotocol, no token in the address, welcome sets the clock', async () => {
  const { link, ws } = await started(Link);
  assert.deepEqual(ws.protocols, ['vitrine.v1']);
  assert.equal(ws.sent[0].op, 'hello');
  assert.deepEqual(ws.sent[0].d.resume, []);
  assert.ok(Math.abs(link.offset - 7000) < 50);
  assert.equal(link.state, 'live');
  link.close();
  assert.equal(link.state, 'idle');
});

test('a heartbeat sets the clock again, to a whole millisecond: times made with it go on the wire', async () => {
  for (const way of [10, 11]) {
    const { link, ws } = await started(Link);
    const t = Date.now() - way;
    ws.say({ op: 'hb', d: { t, time: t + 9000 } });
    const { offset } = link;
    link.close();
    assert.ok(Number.isInteger(offset) && Math.abs(offset - 9000) < 500, String(offset));
  }
});

test('a long page address never costs the connection', async () => {
  const page = { n: 1, url: `/x?${'q'.repeat(1900)}`, title: 'é'.repeat(300), product: { sku: 's', url: `/${'u'.repeat(2000)}` } };
  const { link, ws } = await started(Link, { hello: () => ({ site: 'pk', role: 'customer', page }) });
  assert.ok(Buffer.byteLength(JSON.stringify(ws.sent[0])) <= 4096);
  link.close();
});

test('resume: by numbers and token; what was missed comes, what was asked goes again with its cid', async () => {
  const { link, ws, v } = await started(Link);
  ws.say(snapshot());
  v.send('unanswered');
  const cid = ws.find('chat.send').cid;
  ws.drop(4000);
  assert.equal(link.state, 'retrying');
  await tick(60);
  const again = FakeSocket.last;
  assert.notEqual(again, ws);
  again.open();
  assert.deepEqual(again.find('hello').d.resume, [{ conv: 'cv', epoch: 3, s: 10, cs: 5, tok: 't1' }]);
  again.welcome([conv({ recovered: true, epoch: 4, s: 10, cs: 6, tok: 't2' })]);
  again.say(text(6, 'a1', 'meanwhile'));
  assert.equal(again.find('chat.send').cid, cid);
  assert.equal(link.conversations.get(1), v, 'the same conversation goes on');
  again.say({ id: again.find('chat.send').id, ok: true, cs: 7, d: { cs: 7 } });
  await tick();
  assert.deepEqual(v.rows.map((r) => [r.cs, r.d.body.text]), [[6, 'meanwhile'], [7, 'unanswered']]);
  link.close();
});

test('not recovered: the snapshot replaces what was held, the unsent stays', async () => {
  const { link, ws, v } = await started(Link);
  ws.say(snapshot(), text(6, 'a1', 'old'));
  ws.drop();
  v.send('written offline');
  await tick(60);
  FakeSocket.last.welcome([conv({ recovered: false, epoch: 9 })]).say(snapshot({ epoch: 9, s: 2, cs: 9, thread: [text(9, 'a1', 'new')] }));
  assert.deepEqual(v.rows.map((r) => r.d.body.text), ['new', 'written offline']);
  assert.equal(v.rows[1].state, 'sending');
  link.close();
});

test('a page change: the next page resumes with epoch 0 and sends what was left', async () => {
  let kept = null;
  const options = { load: () => kept, save: (s) => { kept = structuredClone(s); } };
  const { link, ws, v } = await started(Link, options);
  ws.say(snapshot());
  v.send('on my way');
  link.close();
  assert.equal(kept.out.length, 1);
  const next = await started(Link, options);
  assert.deepEqual(next.ws.sent[0].d.resume, [{ conv: 'cv', epoch: 0, s: 0, cs: 0, tok: 't1' }]);
  assert.equal(next.ws.find('chat.send').cid, kept.out[0].cid);
  next.ws.say(snapshot());
  next.ws.say({ id: next.ws.find('chat.send').id, ok: true, cs: 6, d: { cs: 6 } });
  await tick();
  assert.deepEqual(next.v.rows.map((r) => r.d.body.text), ['on my way']);
  assert.equal(kept.out.length, 0);
  next.link.shutdown();
  assert.equal(kept, null, 'shutdown forgets the token');
});

test('final codes end it, open requests are told, and 4504 leaves the token to the other tab', async () => {
  let kept = null;
  const { link, ws } = await started(Link, { save: (s) => { kept = s; } });
  const asked = link.request('catalogue.product', { sku: 'x' });
  ws.drop(4504);
  assert.equal(link.state, 'ended');
  assert.equal(link.endCode, 4504);
  assert.equal(kept.tok, 't1');
  await assert.rejects(asked, { code: 'ended' });
  await assert.rejects(link.request('queue.leave', {}), { code: 'ended' });
});

test('hello that fails for good ends the link; one that may pass is tried again', async () => {
  globalThis.WebSocket = FakeSocket;
  const end = new Link({ url: 'ws://x', hello: () => { throw new Fault('login', 'log in', false); } });
  end.connect();
  await tick();
  assert.equal(end.state, 'ended');
  const again = new Link({ url: 'ws://x', hello: () => Promise.reject(new Error('network')) });
  again.connect();
  await tick();
  assert.equal(again.state, 'retrying');
  again.close();
});

test('an unanswered beat is a lost line', async () => {
  const { link, ws } = await started(Link, {}, { hb: 40 });
  ws.say(snapshot());
  await tick(100);
  assert.ok(ws.find('hb'));
  assert.deepEqual(ws.find('hb').d.at, [{ s: 10, cs: 5 }]);
  assert.notEqual(link.state, 'live');
  link.close();
});

test('acknowledged after 16 events, else within a second', async () => {
  const { link, ws } = await started(Link);
  ws.say(snapshot());
  for (let i = 6; i < 22; i++) ws.say(text(i, 'a1', 'x'));
  assert.deepEqual(ws.find('ack').d, { at: [{ s: 10, cs: 21 }] });
  link.close();
});

test('an associate has many conversations: numbers of the connection, found again by name', async () => {
  globalThis.WebSocket = FakeSocket;
  const link = new Link({ url: 'ws://x', hello: () => ({ site: 'pk', role: 'associate', token: 'ticket' }) });
  link.connect();
  await tick();
  FakeSocket.last.welcome([]);
  const opened = link.request('conv.open', { conv: 'cv' });
  FakeSocket.last.say({ id: FakeSocket.last.find('conv.open').id, ok: true, d: { c: 4, me: 'a1', epoch: 3, s: 0, cs: 0 } },
    { ...snapshot(), c: 4 });
  await opened;
  const v = link.conversations.get(4);
  assert.equal(v.me, 'a1');
  v.send('hi');
  assert.equal(FakeSocket.last.find('chat.send').c, 4);
  FakeSocket.last.drop();
  await tick(60);
  FakeSocket.last.welcome([conv({ c: 9, me: 'a1', recovered: true })]);
  assert.equal(link.conversations.get(9), v);
  assert.equal(FakeSocket.last.find('chat.send').c, 9);
  link.close();
});

test('at most 64 requests wait, and one too large never leaves', async () => {
  const { link, v, ws } = await started(Link);
  ws.say(snapshot());
  await assert.rejects(link.request('chat.send', { kind: 'text', body: { text: 'x'.repeat(17_000) } }, 1), { code: 'too.large' });
  const all = Array.from({ length: 70 }, () => link.request('catalogue.product', { sku: 'x' }));
  const results = Promise.allSettled(all);
  link.shutdown();
  const codes = (await results).map((r) => r.reason.code);
  assert.equal(codes.filter((c) => c === 'overloaded').length, 6);
  assert.equal(v.rows.length, 0);
});

test('what cannot be read is skipped', async () => {
  const { link, ws, v } = await started(Link);
  ws.onmessage({ data: '{"op":\n[]\nnull\n7\n' });
  ws.say(snapshot());
  assert.equal(v.session.state, 'live');
  link.close();
});
