// SPDX-License-Identifier: Apache-2.0
/// G23: hours of talk over lines that break, and nothing grows: descriptors, resident size, threads. The ledger is read
/// as it goes, and what is wrong with it is told at once. Run by name only, for VITRINE_SOAK_MINUTES (120). Each quarter ends in a calm moment with everybody back, and those are compared.

import { readFileSync, readdirSync } from 'node:fs';

import { eventually, shop } from '../server/lib/kit.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, faults, livePairs, logins, readAll } from './lib/pairs.mjs';
import { chaos, pick, sleep } from './lib/report.mjs';
import { Proxy } from './proxy.mjs';

const MINUTES = Number(process.env.VITRINE_SOAK_MINUTES) || 120;
const PAIRS = pick(20, 250);
const PARTS = 5; // the first warms up and is not compared
const WEATHER_MS = 5000;
const POINTER_MS = 100;
const REST_MS = 5000; // until what was freed late is free

/// Each for a while, then a calm one: what a phone on a train goes through.
const WEATHERS = [{ delay: 80, jitter: 40 }, 'some', { slice: 7 }, { stall: 'down' }, { rate: 20000 }, { stall: 'up' }, 'reset'];

/// What the kernel says of the process.
function sizes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const number = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return { descriptors: readdirSync(`/proc/${pid}/fd`).length, resident: number('VmRSS'), threads: number('Threads') };
}

let next = 0;

async function storms(proxy, until) {
  while (Date.now() < until) {
    const weather = WEATHERS[next++ % WEATHERS.length];
    if (weather === 'reset') proxy.resetAll();
    else if (weather === 'some') for (const line of [...proxy.lines].slice(0, proxy.lines.size / 10)) line.reset();
    else proxy.set(weather);
    await sleep(Math.min(WEATHER_MS, Math.max(0, until - Date.now())));
    proxy.calm();
    await sleep(Math.min(WEATHER_MS, Math.max(0, until - Date.now())));
  }
}

function move(pairs, over) {
  let x = 0;
  const timer = setInterval(() => {
    if (over()) return clearInterval(timer);
    x = (x + 1) % 65536;
    for (const { customer: { peer } } of pairs) if (peer?.isOpen && peer.channel('ptr') !== undefined) peer.ptr({ x });
  }, POINTER_MS);
}

/// Under AddressSanitizer what was freed is kept for a while; little of it, or growth could not be told from that.
const env = { ASAN_OPTIONS: 'detect_leaks=1:abort_on_error=0:quarantine_size_mb=4' };

const change = (name, list) => Math.max(...list.map((at) => Math.abs(at[name] / list[0][name] - 1)));

await chaos('soak', async (run) => {
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: ROOMY, env });
  const proxy = await Proxy.open(server.url);
  run.after(() => proxy.close());
  const { desks, pairs } = await livePairs(run, server, PAIRS, { port: () => proxy.port });
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  for (const client of clients) client.forgets = true;
  const began = Date.now();
  const calm = [];
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 1000 }));
  move(pairs, () => over);
  const reading = readAll(pairs, () => over, (words) => console.log(`after ${((Date.now() - began) / 60000).toFixed(1)} min: ${words}`));
  reading.catch((error) => run.fault(error)); // told at once; awaited at the end
  const readers = [];
  for (let part = 1; part <= PARTS; part++) {
    await storms(proxy, began + (part * MINUTES * 60000) / PARTS - REST_MS);
    await eventually('everybody is back', () => clients.every((client) => client.peer.isOpen), 60000);
    await sleep(REST_MS);
    calm.push(sizes(server.child.pid));
    readers.push(Math.round(process.memoryUsage().rss / 1048576));
    console.log(`after ${((Date.now() - began) / 60000).toFixed(1)} min: ${JSON.stringify(calm.at(-1))}, the reader ${readers.at(-1)} MiB`);
  }
  over = true;
  await Promise.all(talking);
  const total = await reading;
  for (const fault of faults(clients)) run.fault(fault);
  const [, ...compared] = calm;
  const closes = clients.flatMap((client) => client.closes).length;
  const enough = MINUTES >= 30; // before that the store's cache and the allocator still find their size
  run.goal('G23', `${PAIRS} pairs for ${MINUTES} min, ${closes} lines broken: the chat`, '0 lost, doubled, reordered', words(total), isWhole(total) && closes > 0);
  for (const name of ['descriptors', 'resident', 'threads'])
    run.goal('G23', `${name}, in the calm moments`, '± 2 %', `${compared.map((at) => at[name]).join(', ')}${name === 'resident' ? ' KiB' : ''}`, change(name, compared) <= 0.02, { judged: enough || name === 'threads' });
});
