// SPDX-License-Identifier: Apache-2.0
/// G15: lines that are dead and do not say so, and lines that are dead for a while. The server finds the former by its
/// beats, tells the other side, and has its descriptors and memory back; of the latter nothing is lost.

import { http } from '../server/lib/http.mjs';
import { eventually, shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, customers, faults, livePairs, logins } from './lib/pairs.mjs';
import { Proxy } from './proxy.mjs';
import { LATE_MS, chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(10, 100);
const IDLE = pick(50, 500);
const BEATS = pick(['--beat-live', '1s', '--beat-idle', '2s'], []); // 2.5 and 2.8 s instead of 12.5 and 35
const FOUND_MS = pick(2800, 35000); // an idle line; a live one sooner
const SLACK_MS = pick(LATE_MS, 1000); // of a busy machine; the goal gives one second
const HOLE_MS = pick(1500, 8000); // shorter than the silence that ends a live line

async function metric(server, name) {
  const { text } = await http(server, '/metrics');
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

/// The lines go dead: nothing passes, no end is told. How long until nothing of them is left, and the others know.
async function halfOpen(run, server, proxy, pairs, base) {
  for (const client of run.dead) client.stopped = true; // a dead customer does not come back
  proxy.set({ stall: 'both', mute: true });
  const began = Date.now();
  const told = Promise.all(pairs.map(async (pair) => {
    const { peer, c } = await pair.atDesk();
    await peer.waitFor('presence.person', (d, event) => event.c === c && d.at !== 'here', FOUND_MS + 60000);
    return Date.now() - began;
  }));
  await eventually('the dead lines closed', async () => (await metric(server, 'process_open_fds')) <= base.fds, FOUND_MS + 60000);
  const found = Date.now() - began;
  run.goal('G15', `${run.dead.length} half-open lines found`, `<= ${FOUND_MS} ms`, `${found} ms`, found <= FOUND_MS + SLACK_MS);
  const last = Math.max(...(await told));
  run.goal('G15', 'the other side is told', `<= ${FOUND_MS + 1000} ms`, `${last} ms`, last <= FOUND_MS + SLACK_MS);
  const [fds, rss] = [await metric(server, 'process_open_fds'), await metric(server, 'process_resident_memory_bytes')];
  run.goal('G15', 'descriptors afterwards', `${base.fds}`, fds, fds <= base.fds);
  const grown = (rss - base.rss) / 1024 / run.dead.length;
  run.goal('G15', 'memory of each afterwards', '< 16 KiB', `${grown.toFixed(1)} KiB`, grown < 16, { judged: pick(false, true) });
}

/// Nothing passes for a while, up, down or both ways; then it does.
async function holes(run, proxy, pairs, desks) {
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 20 }));
  for (const stall of ['up', 'down', 'both']) {
    await sleep(pick(400, 3000)); // heard of again before the next
    proxy.set({ stall });
    await sleep(HOLE_MS);
    proxy.set({ stall: null });
  }
  await sleep(500);
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  const closes = [...desks, ...pairs.map((pair) => pair.customer)].reduce((sum, client) => sum + client.closes.length, 0);
  run.goal('G15', `holes of ${HOLE_MS} ms, up, down and both ways`, '0 lost, doubled, reordered', words(total), isWhole(total));
  run.goal('G15', 'lines closed by such a hole', '0', closes, closes === 0, { judged: pick(false, true) });
}

await chaos('lines', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: [...ROOMY, ...BEATS] });
  const proxy = await Proxy.open(server.url);
  run.after(() => proxy.close());
  const port = () => proxy.port;
  await livePairs(run, server, 1); // what the first session costs once is no leak
  const warm = await customers(run, server, IDLE);
  await Promise.all(warm.map((client) => client.stop()));
  await eventually('the first ones gone', async () => (await metric(server, 'vitrine_peers')) <= 2);
  const { desks, pairs } = await livePairs(run, server, PAIRS, { port, deskPort: () => undefined });
  await holes(run, proxy, pairs, desks);
  const fds = (await metric(server, 'process_open_fds')) - PAIRS;
  const idle = await customers(run, server, IDLE, port);
  const base = { fds, rss: await metric(server, 'process_resident_memory_bytes') };
  run.dead = [...idle, ...pairs.map((pair) => pair.customer)];
  await halfOpen(run, server, proxy, pairs, base);
  for (const fault of faults([...desks, ...run.dead])) run.fault(fault);
});
