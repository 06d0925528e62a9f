// SPDX-License-Identifier: Apache-2.0
/// G14: the wall clock jumps while pairs talk, an hour and thirty days, forth and back. Nobody is dropped, nothing
/// that runs out runs out sooner, and nothing that has run out is good again. The clock is the server's own, moved by
/// a small preloaded library (shift_clock.c).

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ask, login } from '../server/lib/http.mjs';
import { back, customer, shop } from '../server/lib/kit.mjs';
import { top } from '../server/lib/protocol.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, faults, livePairs, logins } from './lib/pairs.mjs';
import { LONG, chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(10, 100);
const HOUR = 3600000;
const DAYS = 30 * 24 * HOUR;
const JUMPS = [HOUR, -HOUR, DAYS, -DAYS];
const LIFE_MS = 5000; // of a resume token
const LOGIN_S = 60; // the least an option takes

/// { env, set(ms) }: the clock of a server started with this environment.
function movable(run) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-clock-'));
  run.after(() => rmSync(folder, { recursive: true, force: true }));
  const [library, file] = [join(top, 'build/chaos/shift_clock.so'), join(folder, 'shift')];
  mkdirSync(join(top, 'build/chaos'), { recursive: true });
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', library, join(top, 'tests/chaos/shift_clock.c')]);
  const set = (ms) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    writeFileSync(file, bytes, { flag: 'r+' });
  };
  writeFileSync(file, Buffer.alloc(8));
  return { env: { LD_PRELOAD: library, VITRINE_CLOCK: file }, set };
}

/// What a customer's token is worth: after `ms` with the clock moved at once, and back to where it was.
async function resumed(server, clock, jump, ms) {
  const peer = await customer(server);
  await peer.cut();
  clock.set(jump);
  await sleep(ms);
  const good = await back(server, peer).then((fresh) => fresh.cut().then(() => true), (error) => (error.code === 'token.bad' ? false : Promise.reject(error)));
  clock.set(0);
  return good;
}

await chaos('clock', async (run) => {
  const clock = movable(run);
  const args = [...ROOMY, '--resume-life', `${LIFE_MS}ms`, ...(LONG ? ['--login-life', `${LOGIN_S}s`] : [])];
  const server = await shop((fn) => run.after(fn), { associates: [...logins(PAIRS), 'vera'], args, env: clock.env });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  const clients = [...desks, ...pairs.map((pair) => pair.customer)];
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 50 }));
  const cookie = await login(server, 'vera');
  const seen = [];
  for (const jump of JUMPS) {
    clock.set(jump);
    const { time } = await pairs[0].customer.peer.beat();
    seen.push(Math.abs(time - Date.now() - jump) < 60000);
    await sleep(pick(1100, 5000)); // whatever looks once a second has looked
    clock.set(0);
    await sleep(pick(500, 5000));
  }
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  for (const fault of faults(clients)) run.fault(fault);
  const closes = clients.flatMap((client) => client.closes).filter((code) => !LONG || code !== 4002);
  run.goal('G14', 'the clock jumps by an hour and by 30 days, forth and back', 'the server sees it', `${seen.filter(Boolean).length} of ${JUMPS.length}`, seen.every(Boolean));
  run.goal('G14', `lines of ${clients.length} closed by it`, '0', closes.length ? `${closes.length} (${[...new Set(closes)]})` : 0, closes.length === 0);
  run.goal('G14', 'the chat', '0 lost, doubled, reordered', words(total), isWhole(total));
  const kept = await Promise.all([0].map(() => resumed(server, clock, DAYS, 100)));
  run.goal('G14', 'a token in time after 30 days forth', 'good', kept[0] ? 'good' : 'refused', kept[0]);
  const late = await resumed(server, clock, -HOUR, LIFE_MS + 500);
  run.goal('G14', 'a token that ran out, the clock an hour back', 'refused', late ? 'good' : 'refused', !late);
  if (!LONG) {
    clock.set(DAYS);
    const { status } = await ask(server, 'GET', '/api/v1/me', undefined, { cookie });
    clock.set(0);
    run.goal('G14', "an associate's login after 30 days forth", 'good', status, status === 200);
    return;
  }
  clock.set(-DAYS);
  await sleep(LOGIN_S * 1000 + 5000);
  const { status } = await ask(server, 'GET', '/api/v1/me', undefined, { cookie });
  run.goal('G14', 'a login that ran out, the clock 30 days back', 'refused', status, status === 401);
});
