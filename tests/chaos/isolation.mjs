// SPDX-License-Identifier: Apache-2.0
/// G3b: every text and every stroke of a pair holds 16 random bytes of its own; they are never seen outside it. Three
/// lines: plain, TLS, and bad ones (latency with jitter, a byte at a time, little bandwidth), with reconnects all along.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, allUp, auditAll, faults, livePairs, logins, strays } from './lib/pairs.mjs';
import { Proxy } from './proxy.mjs';
import { chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(40, 500); // of them half on good lines, half on bad ones
const TLS_PAIRS = pick(10, 100);
const TIME_MS = pick(4000, 600000);
const GAP_MS = pick(100, 2000);
const WEATHERS = [
  { delay: 80, jitter: 40 },
  { delay: 0, jitter: 0, slice: 1 },
  { slice: 7, delay: 20, jitter: 100 },
  { slice: 0, delay: 0, jitter: 0, rate: 16000 },
];

function certificate(run) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-chaos-'));
  run.after(() => rmSync(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return ['--tls-cert', cert, '--tls-key', key];
}

/// Reconnects all along: a few lines are cut or reset at a time.
async function cut(pairs, isOver) {
  while (!isOver()) {
    await sleep(pick(100, 300));
    const { customer, desk } = pairs[Math.floor(Math.random() * pairs.length)];
    const { peer } = Math.random() < 0.1 ? desk : customer;
    if (peer.isOpen) void peer.cut();
  }
}

async function draw(pairs, isOver) {
  while (!isOver()) {
    await sleep(20);
    const pair = pairs[Math.floor(Math.random() * pairs.length)];
    pair.draw(pair.customer.peer);
    pair.draw(pair.desk.peer, pair.desk.peer.convs.get(pair.conv));
  }
}

async function weather(proxy, isOver) {
  for (let i = 0; !isOver(); i++) {
    for (const line of proxy.lines) line.set({ slice: 0, rate: 0, delay: 0, jitter: 0, ...WEATHERS[Math.floor(Math.random() * WEATHERS.length)] });
    await sleep(pick(1000, 10000));
  }
  proxy.calm();
}

async function talkAll(pairs, clients, extra = () => []) {
  let over = false;
  const isOver = () => over;
  const doing = [...pairs.flatMap((pair) => pair.talk(isOver, { gap: GAP_MS, batch: 2 })), cut(pairs, isOver), draw(pairs, isOver), ...extra(isOver)];
  await sleep(TIME_MS);
  over = true;
  await allUp(clients);
  await Promise.all(doing);
  return auditAll(pairs);
}

function tell(run, what, pairs, total, returned) {
  const stray = strays(pairs);
  run.goal('G3b', `${what}: ${pairs.length} pairs, ${TIME_MS / 1000} s, ${returned} reconnects`, '0 canaries outside their pair', `${stray.strays} of ${stray.seen}, of them ${stray.strokes} in strokes`, stray.strays === 0 && stray.strokes > 0 && stray.seen > pairs.length);
  run.goal('G3b', `${what}: the chat`, '0 lost, doubled, reordered', words(total), isWhole(total));
}

async function group(run, what, n, options) {
  const server = await shop((fn) => run.after(fn), { associates: logins(n), args: [...ROOMY, ...options.args] });
  const proxy = await Proxy.open(server.url);
  run.after(() => proxy.close());
  let dialled = 0;
  const port = () => (options.bad && dialled++ % 2 ? proxy.port : undefined);
  const { desks, pairs } = await livePairs(run, server, n, { port });
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  const total = await talkAll(pairs, clients, (isOver) => (options.bad ? [weather(proxy, isOver)] : []));
  for (const fault of faults(clients)) run.fault(fault);
  tell(run, what, pairs, total, clients.reduce((sum, client) => sum + client.returns.length, 0));
}

await chaos('isolation', async (run) => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'; // the certificate is our own
  await Promise.all([group(run, 'plain and bad lines', PAIRS, { bad: true, args: [] }), group(run, 'TLS', TLS_PAIRS, { bad: false, args: certificate(run) })]);
});
