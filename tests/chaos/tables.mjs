// SPDX-License-Identifier: Apache-2.0
/// G12, the store's half: PostgreSQL is stopped hard, or stands still, while pairs talk. Nobody is told that a message is kept
/// before it is; what was kept is there once, in its order; and all is well again soon after the server is back.

import { http } from '../server/lib/http.mjs';
import { eventually, shop } from '../server/lib/kit.mjs';
import { Postgres } from '../server/lib/postgres.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, faults, livePairs, logins } from './lib/pairs.mjs';
import { chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(5, 40);
const ROUNDS = pick(1, 10);
const AWAY_MS = pick(500, 5000);

const acked = (pairs) => pairs.reduce((sum, { voices }) => sum + voices[0].acked.length + voices[1].acked.length, 0);
const refusals = (pairs) => new Set(pairs.flatMap(({ voices }) => voices.flatMap((voice) => [...voice.refused.keys()])));

await chaos('tables', async (run) => {
  const postgres = await new Postgres().start();
  run.after(() => postgres.remove());
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS).map((login) => [login, 'associate']), args: [...ROOMY, '--store-unready', '1s'], env: { VITRINE_STORE: postgres.url } });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 20 }));
  const heals = [];
  let beside = 0;
  const away = async (stop, start) => {
    await sleep(500);
    await stop();
    await sleep(200); // answers that were on their way
    const known = acked(pairs);
    await eventually('readyz 503', () => http(server, '/readyz').then(({ status }) => status === 503), 20000);
    await sleep(AWAY_MS);
    beside += acked(pairs) - known;
    const began = Date.now();
    await start();
    await eventually('healed', () => acked(pairs) > known + PAIRS, 30000);
    heals.push(Date.now() - began);
    await eventually('readyz 200', () => http(server, '/readyz').then(({ status }) => status === 200), 20000);
  };
  for (let i = 0; i < ROUNDS; i++) {
    await away(() => postgres.end('SIGQUIT'), () => postgres.start());
    await away(() => postgres.freeze('SIGSTOP'), () => postgres.freeze('SIGCONT'));
  }
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  for (const fault of faults(clients)) run.fault(fault);
  const closes = clients.flatMap((client) => client.closes);
  run.goal('G12', `PostgreSQL stopped hard and stood still, ${ROUNDS} times each, ${PAIRS} pairs talking`, '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G12', 'acknowledged while it was away', '0', beside, beside === 0);
  run.goal('G12', 'what was refused', 'store.unavailable and nothing else', [...refusals(pairs)].join(', '), [...refusals(pairs)].every((code) => code === 'store.unavailable'));
  run.goal('G12', 'lines closed by it', '0', closes.length, closes.length === 0);
  run.goal('G12', 'healed after it is back', '< 5 s, no restart', `${Math.max(...heals)} ms`, Math.max(...heals) < 5000, { judged: process.env.VITRINE_LONG === '1' });
});
