// SPDX-License-Identifier: Apache-2.0
/// G16: SIGTERM with many sessions while a successor shares the port. Each is told and closed with 4000, no chat is
/// lost, the old process is gone in ten seconds, and no connect is refused meanwhile.

import { connect } from 'node:net';

import { Server } from '../server/lib/server.mjs';
import { shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, customers, faults, livePairs, logins } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(20, 200);
const IDLE = pick(180, 1800);

/// A connect every few milliseconds, for as long as `isOver()` is false. Resolves { tried, refused }.
async function knock(server, isOver) {
  const { port, hostname } = new URL(server.url);
  const found = { tried: 0, refused: 0 };
  while (!isOver()) {
    found.tried++;
    await new Promise((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.destroy());
      socket.on('error', () => found.refused++);
      socket.on('close', resolve);
    });
    await sleep(5);
  }
  return found;
}

await chaos('drain', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: [...ROOMY, '--share-port'] });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  const idle = await customers(run, server, IDLE);
  const clients = [...desks, ...pairs.map((pair) => pair.customer), ...idle];
  const first = clients.map((client) => client.peer);
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 50 }));
  await sleep(500);

  const successor = new Server({ data: server.data, args: server.args });
  successor.url = server.url;
  run.undo.unshift(() => successor.halt()); // before the data directory goes with the first
  const knocking = knock(server, () => over);
  await successor.start();
  const began = Date.now();
  server.signal('SIGTERM');
  const end = await server.exited;
  const took = Date.now() - began;
  server.child = null;
  server.checkLog();
  const ends = await Promise.all(first.map((peer) => peer.closed));
  await Promise.all(clients.map((client) => client.up()));
  const returned = Date.now() - began;
  await sleep(500);
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  const found = await knocking;
  for (const fault of faults(clients)) run.fault(fault);
  // Who comes back at once takes the conversation along, and the old process lets go of those who are still in it.
  const moved = ends.filter(({ code }) => code === 4103).length;
  const told = first.filter((peer) => peer.seen('drain').length).length;
  const good = ends.filter(({ code }) => code === 4000).length;
  const waits = first.flatMap((peer) => peer.seen('drain').map((event) => event.d.in_ms));
  run.goal('G16', `${first.length} peers told and closed with 4000, or 4103 when their conversation went before`, 'all', `${told} and ${good}; ${moved} with 4103`, told + moved >= first.length && good + moved === first.length);
  run.goal('G16', 'their waits are spread', 'jitter', `${Math.min(...waits)} to ${Math.max(...waits)} ms, median ${quantile(waits, 0.5)}`, new Set(waits).size > first.length / 10);
  run.goal('G16', 'exit', 'status 0 in < 10 s', `${end.code} in ${took} ms`, end.code === 0 && took < 10000 + LATE_MS);
  run.goal('G16', 'chat', '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G16', 'connects meanwhile', '0 refused', `${found.refused} of ${found.tried}`, found.refused === 0 && found.tried > pick(5, 50));
  run.goal('G16', 'all back at the successor', '< 15 s', `${returned} ms`, returned < 15000 + LATE_MS);
});
