// SPDX-License-Identifier: Apache-2.0
/// G20: one in ten never reads. Each costs a bounded amount, is closed with 4101 within ten seconds of being behind and
/// has all its chat when it comes back; the others notice nothing.

import { http } from '../server/lib/http.mjs';
import { eventually, shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, faults, livePairs, logins } from './lib/pairs.mjs';
import { chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(50, 1000);
const SLOW = PAIRS / 10;
const CALM_MS = pick(1500, 20000);
const BYTES = 6000; // of a message to one who does not read

async function metric(server, name) {
  const { text } = await http(server, '/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

const waits = (pairs) => pairs.flatMap(({ voices }) => voices.flatMap((voice) => voice.waits.splice(0)));

await chaos('slow', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  const [slow, good] = [pairs.slice(0, SLOW), pairs.slice(SLOW)];
  let over = false;
  const talking = good.flatMap((pair) => pair.talk(() => over, { gap: pick(200, 1000) }));
  await sleep(500);
  waits(good);
  await sleep(CALM_MS);
  const calm = quantile(waits(good), 0.99);

  const base = await metric(server, 'process_resident_memory_bytes');
  const stopped = slow.map((pair) => pair.customer.peer);
  for (const peer of stopped) peer.socket._socket.pause();
  const beats = setInterval(() => stopped.forEach((peer) => peer.isOpen && peer.notice('hb', { t: 1 })), 1000); // they do not read, but they live
  run.after(() => clearInterval(beats));
  for (const { voices } of slow) voices[1].size = BYTES;
  const began = Date.now();
  let most = 0;
  let enough = false;
  const flood = slow.map((pair) => pair.voices[1].talk(() => pair.atDesk(), () => enough, { gap: pick(10, 100), batch: 4 }));
  await eventually('4101 for all of them', async () => {
    most = Math.max(most, (await metric(server, 'process_resident_memory_bytes')) - base);
    return (await metric(server, 'vitrine_peers_slow_total')) >= SLOW;
  }, 60000);
  const took = Date.now() - began;
  enough = true;
  await Promise.all(flood);
  const busy = quantile(waits(good), 0.99);
  for (const peer of stopped) peer.socket._socket.resume();
  const codes = await Promise.all(stopped.map((peer) => peer.closed.then(({ code }) => code)));
  await Promise.all(slow.map((pair) => pair.customer.up()));
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  for (const fault of faults([...desks, ...pairs.map((pair) => pair.customer)])) run.fault(fault);
  const each = most / SLOW / 1048576;
  const others = [...desks, ...good.map((pair) => pair.customer)].flatMap((client) => client.closes).length;
  run.goal('G20', `${SLOW} of ${PAIRS} never read: all closed`, '<= 10 s', `${took} ms, codes ${[...new Set(codes)]}`, took <= 10000 + pick(50000, 0) && codes.every((code) => [4101, 1006].includes(code)));
  run.goal('G20', 'memory of each meanwhile', '<= 1 MiB', `${each.toFixed(2)} MiB`, each <= 1, { judged: pick(false, true) });
  run.goal('G20', 'their chat, and all the rest', '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G20', "the others' p99", 'moves < 10 %', `${calm} to ${busy} ms`, busy < calm * 1.1 + 1, { judged: pick(false, true) });
  run.goal('G20', 'others closed', '0', others, others === 0);
});
