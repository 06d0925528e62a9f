// SPDX-License-Identifier: Apache-2.0
/// The planned stop: everyone is told, nothing acknowledged is lost, the process is gone in time.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { http } from './lib/http.mjs';
import { back, customer, eventually, live, say, shop } from './lib/kit.mjs';
import { Peer } from './lib/peer.mjs';
import { binary } from './lib/server.mjs';

const IN_TIME_MS = 40000; // ten seconds, on a machine with other work, and what a sanitiser looks through at the end; the drain of a minute is longer
const started = (t, options) => shop((fn) => t.after(fn), options);

async function ended(server) {
  const end = await server.exited;
  server.child = null;
  server.checkLog();
  return end;
}

test('SIGTERM: drain, 4000, status 0 within ten seconds; the sessions go on after it', async (t) => {
  const server = await started(t);
  const { c, a, n } = await live(server);
  const idle = await customer(server);
  await say(c, 'before');
  const last = say(a, 'in the same breath', { c: n }).catch(() => ({})); // or the line was lost before the answer
  const began = Date.now();
  server.signal('SIGTERM');
  for (const peer of [c, a, idle]) {
    const { d } = await peer.waitFor('drain');
    assert.ok(d.in_ms < 10000);
    assert.equal((await peer.closed).code, 4000);
  }
  assert.deepEqual(await ended(server), { code: 0, signal: null });
  assert.ok(Date.now() - began < IN_TIME_MS, `${Date.now() - began} ms`);
  const { cs } = await last;
  await server.start();
  const fresh = await back(server, c);
  const { d } = await fresh.waitFor('snapshot');
  assert.equal(d.state.state, 'live');
  const texts = d.thread.map((row) => row.d.body.text);
  assert.equal(texts[0], 'before');
  if (cs) assert.equal(texts[1], 'in the same breath');
  await fresh.cut();
});

test('a client that does not answer the close does not hold it up', async (t) => {
  const server = await started(t);
  const c = await customer(server);
  c.socket._socket.pause();
  const began = Date.now();
  server.signal('SIGTERM');
  assert.deepEqual(await ended(server), { code: 0, signal: null });
  assert.ok(Date.now() - began < IN_TIME_MS, `${Date.now() - began} ms`);
  await c.cut();
});

test('a second signal leaves at once', async (t) => {
  const server = await started(t, { args: ['--drain-time', '60s'] });
  const c = await customer(server);
  c.socket._socket.pause();
  server.signal('SIGTERM');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const began = Date.now();
  server.signal('SIGTERM');
  const end = await ended(server);
  assert.ok(Date.now() - began < IN_TIME_MS, `${Date.now() - began} ms, ${JSON.stringify(end)}`);
  await c.cut();
});

test('SIGINT drains too', async (t) => {
  const server = await started(t);
  server.signal('SIGINT');
  assert.deepEqual(await ended(server), { code: 0, signal: null });
});

test('while it drains nobody new comes in', async (t) => {
  const server = await started(t);
  const c = await customer(server);
  c.socket._socket.pause(); // keeps the drain going for its three seconds
  assert.equal((await http(server, '/readyz')).status, 200);
  server.signal('SIGTERM');
  await eventually('the door is shut', () => Peer.open(server, { origin: 'https://shop.test' }).then((peer) => peer.cut().then(() => false), () => true));
  await ended(server);
  await c.cut();
});

test('a bad start says what to change and ends with a status', async (t) => {
  const server = await started(t);
  const { Server } = await import('./lib/server.mjs');
  const second = new Server({ data: `${server.data}/none/such` });
  await assert.rejects(second.start(), /data/i);
  second.child = null;
});

test('a port that is listened on is refused by name, unless it is to be taken over', async (t) => {
  const first = await started(t, { associates: [] });
  const run = (args) => new Promise((resolve) => {
    const child = execFile(binary, ['serve', '--data', mkdtempSync(join(folder, 'd-')), '--listen', first.host, ...args], { timeout: 30000 }, (error, stdout, stderr) => resolve({ error, stdout, stderr }));
    child.stdout.once('data', () => child.kill());
  });
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-port-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const second = await run([]);
  assert.ok(second.error.code > 0 && second.stdout === '', JSON.stringify(second));
  assert.ok(second.stderr.includes(first.host) && second.stderr.includes('--share-port'), second.stderr);
  assert.equal((await http(first, '/healthz')).status, 200);
  const successor = await run(['--share-port']);
  assert.match(successor.stdout, new RegExp(`^listening http://${first.host}$`, 'm'));
});
