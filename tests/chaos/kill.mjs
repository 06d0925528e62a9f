// SPDX-License-Identifier: Apache-2.0
/// G17: kill -9 again and again while pairs talk. What was acknowledged is there once and in order, the file is whole,
/// and a start with a large store takes less than a second.

import { readFileSync } from 'node:fs';

import { query } from '../server/lib/kept.mjs';
import { shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, allUp, auditAll, faults, livePairs, logins, strays } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(10, 40);
const KILLS = pick(5, 20);
const STORED = pick(2000, 100000);

/// Fills the store the way it is filled: by people who talk.
function fill(pairs) {
  const isEnough = () => pairs.reduce((said, { voices }) => said + voices[0].said + voices[1].said, 0) >= STORED;
  return Promise.all(pairs.flatMap((pair) => pair.talk(isEnough, { batch: 20 })));
}

const TICK_MS = 10; // of /proc

/// { ms, cpu }: until it says that it is there, and of that what it worked: the rest it waited, for the disk or its turn.
async function startOf(server) {
  const began = Date.now();
  await server.start();
  const ms = Date.now() - began;
  const [user, system] = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).map(Number);
  return { ms, cpu: (user + system) * TICK_MS };
}

await chaos('kill', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  await fill(pairs);
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { batch: 3, gap: pick(20, 40) }));
  const starts = [];
  const began = Date.now();
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(200 + Math.random() * pick(600, 2600));
    await server.crash();
    starts.push(await startOf(server));
  }
  const seconds = (Date.now() - began) / 1000;
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  const last = Date.now();
  await allUp(clients);
  const back = Date.now() - last;
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  const [[check]] = query(server, 'PRAGMA integrity_check');
  const stray = strays(pairs);
  for (const fault of faults(clients)) run.fault(fault);
  run.goal('G17', `${KILLS} kills in ${seconds.toFixed(0)} s, ${PAIRS} pairs talking`, '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G17', 'the store after it', 'no torn record', check, check === 'ok');
  const [ms, cpu] = [starts.map((one) => one.ms), starts.map((one) => one.cpu)];
  run.goal('G17', `start with ${total.acked} messages`, '< 1 s', `${quantile(ms, 0.5)} ms, ${Math.max(...ms)} at most; of that its own work ${quantile(cpu, 0.5)} ms, ${Math.max(...cpu)} at most`, Math.max(...ms) < 1000, { judged: pick(false, true) });
  run.goal('G17', 'all clients back by themselves after the last', '< 15 s', `${back} ms`, back < 15000 + LATE_MS);
  run.goal('G17', 'canaries outside their pair meanwhile', '0', `${stray.strays} of ${stray.seen}`, stray.strays === 0 && stray.seen > 0);
});
