// SPDX-License-Identifier: Apache-2.0
/// G11 and the Redis half of G12: two nodes of one shop, one of them killed again and again while pairs talk; then
/// Redis restarted empty, Redis standing still, and a leader that stands still and comes back.

import { eventually } from '../server/lib/kit.mjs';
import { group, leaderOf, stateOf } from '../server/lib/nodes.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, allUp, auditAll, faults, livePairs, logins, strays } from './lib/pairs.mjs';
import { chaos, pick, quantile, sleep } from './lib/report.mjs';

const PAIRS = pick(8, 200); // a customer and a place at a desk each
const BREATH_MS = pick(40, 1000); // between three messages and the next three: what is measured is the way back, not how much two cores carry
const KILLS = Number(process.env.VITRINE_KILLS ?? pick(4, 100));
const GAP_MS = pick(1500, 3000);
const STILL_MS = pick(2500, 5000);

const healed = (shop) => eventually('the group is whole', async () => {
  const state = await stateOf(shop).catch(() => null);
  return state && state.redis === 1 && state.count === 2;
}, 15000);

/// `node` dies and is started again at once, as systemd would.
async function killed(node) {
  await node.crash();
  await node.start();
}

await chaos('nodes', async (run) => {
  const { nodes, redis, shop } = await group((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY });
  const { desks, pairs } = await livePairs(run, shop, PAIRS);
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { batch: 3, gap: BREATH_MS }));

  let led = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(GAP_MS * (0.8 + 0.4 * Math.random()));
    const leader = await leaderOf(nodes);
    const node = kill % 3 < 2 ? leader : nodes.find((other) => other !== leader);
    led += node === leader ? 1 : 0;
    await killed(node);
  }
  await allUp(clients);
  const returns = clients.flatMap((client) => client.returns);
  const [typical, most, worst] = [quantile(returns, 0.5), quantile(returns, 0.99), Math.max(...returns)];
  run.goal('G11', `${KILLS} times one of two nodes killed (${led} times the leader), ${clients.length} sessions back`, '99 % < 2 s, all < 10 s',
    `median ${typical}, 99 % ${most}, all ${worst} ms of ${returns.length}`, most < 2000 && worst < 10000, { judged: pick(false, true) });

  await healed(shop);
  const counts = clients.map((client) => client.closes.length);
  const before = await stateOf(shop);
  await redis.stop();
  await sleep(300);
  await redis.start();
  let began = Date.now();
  await healed(shop);
  const emptied = Date.now() - began;
  redis.signal('SIGSTOP');
  await sleep(STILL_MS);
  redis.signal('SIGCONT');
  began = Date.now();
  await healed(shop);
  const still = Date.now() - began;
  const after = await stateOf(shop);
  const closes = clients.flatMap((client, i) => client.closes.slice(counts[i]).map((code) => `${client.name}: ${code}`));
  run.goal('G12, Redis', `Redis restarted empty, then standing still for ${STILL_MS / 1000} s: healed`, '< 5 s after its return', `${emptied} and ${still} ms`, emptied < 5000 && still < 5000, { judged: pick(false, true) });
  run.goal('G12, Redis', 'lines closed by it, and leaders changed', '0', `${closes.length ? closes : 0}, ${after.epoch - before.epoch}`, closes.length === 0 && after.epoch === before.epoch);

  const sleeper = await leaderOf(nodes);
  const other = nodes.find((node) => node !== sleeper);
  sleeper.signal('SIGSTOP');
  began = Date.now();
  await eventually('the other one leads', () => other.leads, 10000);
  const taken = Date.now() - began;
  sleeper.signal('SIGCONT');
  await eventually('the former leader follows', () => !sleeper.leads, 15000);
  await healed(shop);
  await allUp(clients);
  run.goal('G11', 'a leader that stands still: another leads', '< 3 s', `${taken} ms`, taken < 3000, { judged: pick(false, true) });

  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  const stray = strays(pairs);
  for (const fault of faults(clients)) run.fault(fault);
  run.goal('G11', `all of it, ${PAIRS} pairs talking`, '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G11', 'canaries outside their pair meanwhile', '0', `${stray.strays} of ${stray.seen}`, stray.strays === 0 && stray.seen > 0);
});
