// SPDX-License-Identifier: Apache-2.0
/// G20: one in ten never reads. Each costs a bounded amount, is closed with 4101 within ten seconds of being behind and
/// has all its chat when it comes back; the others notice nothing. They are told as much before they stop reading and
/// after they came back, so that nothing but the reading differs.

import { readFileSync } from 'node:fs';

import { http } from '../server/lib/http.mjs';
import { shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, allUp, auditAll, faults, livePairs, logins } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(50, 1000);
const SLOW = PAIRS / 10;
const CALM_MS = pick(750, 15000); // before, and again after
const FLOOD = { gap: pick(20, 500), batch: 6 };
const BYTES = 7900; // of a message to one who does not read; the most that is taken is 8 KiB
const LOOK_MS = 200;
const GONE_MS = 60000;

/// AddressSanitizer keeps what was freed, a quarter of a gigabyte of it: with a bounded piece the memory is theirs.
const env = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:quarantine_size_mb=4' };

async function resident(server) {
  const { text } = await http(server, '/metrics');
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)?.[1] ?? 0);
}

/// Bytes that the server's kernel has not got rid of, for each of these ports that still has its line: Map of port to bytes.
function queues(serverPort, ports) {
  const held = new Map();
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, local, remote, , queued] = line.trim().split(/\s+/);
    if (!queued) continue;
    const [from, to] = [local, remote].map((address) => parseInt(address.split(':')[1], 16));
    if (from === serverPort && ports.includes(to)) held.set(to, parseInt(queued.split(':')[0], 16));
  }
  return held;
}

/// Looks at the slow ones until `isOver()`: since when the line of each is full, and the most that anyone holds.
async function watch(server, peers, isOver) {
  const ports = peers.map((peer) => peer.socket._socket.localPort);
  const seen = { behind: new Map(), kernel: 0, memory: 0 };
  const base = await resident(server);
  while (!isOver()) {
    for (const [port, unsent] of queues(Number(new URL(server.url).port), ports)) {
      seen.kernel = Math.max(seen.kernel, unsent);
      if (unsent === 0) seen.behind.delete(port);
      else if (!seen.behind.has(port)) seen.behind.set(port, Date.now());
    }
    seen.memory = Math.max(seen.memory, (await resident(server)) - base);
    await sleep(LOOK_MS);
  }
  return seen;
}

/// When the desk is told that its customer has gone.
async function goneAt({ desk, conv }) {
  const { peer } = desk;
  const c = peer.convs.get(conv);
  await peer.until('the customer has gone', () => peer.events.some(({ op, c: of, d }) => op === 'presence.person' && of === c && d.who === 'c' && d.at !== 'here') || undefined, GONE_MS);
  return Date.now();
}

const waits = (pairs) => pairs.flatMap(({ voices }) => voices.flatMap((voice) => voice.waits.splice(0)));

/// Waits of the others for their acknowledgements, over a while.
async function calm(pairs) {
  waits(pairs);
  await sleep(CALM_MS);
  return waits(pairs);
}

await chaos('slow', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY, env });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  const [slow, good] = [pairs.slice(0, SLOW), pairs.slice(SLOW)];
  let over = false;
  const talking = good.flatMap((pair) => pair.talk(() => over, { gap: pick(200, 1000) }));
  for (const { voices } of slow) voices[1].size = BYTES;
  talking.push(...slow.map((pair) => pair.voices[1].talk(() => pair.atDesk(), () => over, FLOOD)));
  await sleep(500);
  const before = await calm(good);

  const stopped = slow.map((pair) => pair.customer.peer);
  let allGone = false;
  const watched = watch(server, stopped, () => allGone);
  const ports = stopped.map((peer) => peer.socket._socket.localPort);
  for (const peer of stopped) peer.socket._socket.pause();
  const beats = setInterval(() => stopped.forEach((peer) => peer.isOpen && peer.notice('hb', { t: 1 })), 1000); // they do not read, but they live
  run.after(() => clearInterval(beats));
  const gone = await Promise.all(slow.map(goneAt));
  allGone = true;
  const busy = quantile(waits(good), 0.99);
  const { behind, kernel, memory } = await watched;
  const took = Math.max(...gone.map((at, i) => at - behind.get(ports[i])));
  for (const peer of stopped) peer.socket._socket.resume();
  const codes = await Promise.all(stopped.map((peer) => peer.closed.then(({ code }) => code)));
  await allUp(slow.map((pair) => pair.customer));
  const after = await calm(good);
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  for (const fault of faults([...desks, ...pairs.map((pair) => pair.customer)])) run.fault(fault);
  const quiet = quantile([...before, ...after], 0.99);
  const each = (memory / SLOW + kernel) / 1048576;
  const others = [...desks, ...good.map((pair) => pair.customer)].flatMap((client) => client.closes).length;
  run.goal('G20', `${SLOW} of ${PAIRS} never read: the longest from a full line to its close`, '<= 10 s', `${took} ms, codes ${[...new Set(codes)]}`, took <= 10000 + LATE_MS && codes.every((code) => [4101, 1006].includes(code)));
  run.goal('G20', 'memory of each meanwhile', '<= 1 MiB', `${each.toFixed(2)} MiB, of them ${(kernel / 1048576).toFixed(2)} at most in the kernel`, each <= 1, { judged: pick(false, true) });
  run.goal('G20', 'their chat, and all the rest', '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G20', "the others' p99", 'moves < 10 %', `${quiet} ms before and after, ${busy} ms meanwhile`, busy < quiet * 1.1 + 1, { judged: pick(false, true) });
  run.goal('G20', 'others closed', '0', others, others === 0);
});
