// SPDX-License-Identifier: Apache-2.0
/// The process stands still (SIGSTOP: a paused machine, a full host) and goes on. It was not the clients who were
/// silent, so nobody is closed for it, and everything said meanwhile is there.

import { shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, customers, faults, livePairs, logins } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(10, 100);
const IDLE = pick(20, 200);
const STOPS = pick([8000], [5000, 10000, 20000, 40000]);
const BEATS = pick(['--beat-live', '3s', '--beat-idle', '5s'], []); // 7.5 and 7 s of silence, instead of 12.5 and 35

await chaos('freeze', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: [...ROOMY, ...BEATS] });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  const idle = await customers(run, server, IDLE);
  const clients = [...desks, ...pairs.map((pair) => pair.customer), ...idle];
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 20 }));
  const backs = [];
  for (const ms of STOPS) {
    await sleep(500);
    server.signal('SIGSTOP');
    await sleep(ms);
    const began = Date.now();
    server.signal('SIGCONT');
    await pairs[0].customer.peer.beat().catch(() => {});
    backs.push(Date.now() - began);
    await sleep(1500); // beats are judged within this time
  }
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  for (const fault of faults(clients)) run.fault(fault);
  const closes = clients.flatMap((client) => client.closes);
  run.goal('stop', `SIGSTOP ${STOPS.map((ms) => `${ms / 1000} s`).join(', ')}, ${PAIRS} pairs talking`, '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('stop', `lines of ${clients.length} closed by it`, '0', closes.length ? `${closes.length} (${[...new Set(closes)]})` : 0, closes.length === 0);
  run.goal('stop', 'the first answer afterwards', '< 5 s', `${Math.max(...backs)} ms`, Math.max(...backs) < 5000 + LATE_MS);
});
