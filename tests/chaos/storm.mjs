// SPDX-License-Identifier: Apache-2.0
/// G22: every line is reset at once, and everybody comes back where they stood. Live pairs among them.

import { http } from '../server/lib/http.mjs';
import { eventually, shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, customers, faults, livePairs, logins } from './lib/pairs.mjs';
import { Proxy } from './proxy.mjs';
import { LATE_MS, chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(20, 200);
const ALL = pick(500, 5000);

/// What the store was asked: each read is a query, and each commit is one whatever it holds.
async function queries(server) {
  const { text } = await http(server, '/metrics');
  const value = (name) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  return value('vitrine_store_calls_total\\{kind="read"\\}') + value('vitrine_store_commits_total');
}

await chaos('storm', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY });
  const proxy = await Proxy.open(server.url);
  run.after(() => proxy.close());
  const port = () => proxy.port;
  const { desks, pairs } = await livePairs(run, server, PAIRS, { port });
  const idle = await customers(run, server, ALL - PAIRS - desks.length, port);
  const clients = [...desks, ...pairs.map((pair) => pair.customer), ...idle];
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 100 }));
  await sleep(1000);
  over = true;
  await Promise.all(talking);
  const before = await queries(server);
  const began = Date.now();
  proxy.resetAll();
  await eventually('all back', () => clients.every((client) => client.returns.length && client.peer.isOpen), 60000);
  const back = Date.now() - began;
  const asked = (await queries(server)) - before;
  const total = await auditAll(pairs);
  for (const fault of faults(clients)) run.fault(fault);
  const returns = clients.flatMap((client) => client.returns);
  const recovered = clients.filter((client) => client.peer.welcome.convs.every((conv) => conv.recovered)).length;
  run.goal('G22', `${clients.length} dropped at once`, 'all back < 15 s', `${back} ms, median ${quantile(returns, 0.5)}`, back < 15000 + LATE_MS);
  run.goal('G22', 'recovered without a snapshot', 'all', `${recovered} of ${clients.length}`, recovered === clients.length);
  run.goal('G22', 'reads and commits of the store a session', '< 1', (asked / clients.length).toFixed(2), asked > 0 && asked / clients.length < 1);
  run.goal('G22', 'the chat', '0 lost, doubled, reordered', words(total), isWhole(total));
});
