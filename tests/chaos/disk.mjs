// SPDX-License-Identifier: Apache-2.0
/// G13: the disk fills up while pairs talk. Chat is refused by name, pointers and the mirror's kind of traffic go on,
/// and once there is room all is well again without a restart. A tmpfs of 64 MiB where mounting is allowed; else the
/// process's own limit of file size (RLIMIT_FSIZE; VITRINE_DISK=limit asks for it), which the run says.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { query } from '../server/lib/kept.mjs';
import { http } from '../server/lib/http.mjs';
import { SHOP, customer, eventually, shop } from '../server/lib/kit.mjs';
import { photo } from '../server/lib/picture.mjs';
import { isWhole, words } from './lib/ledger.mjs';
import { ROOMY, auditAll, faults, livePairs, logins } from './lib/pairs.mjs';
import { LATE_MS, chaos, pick, sleep } from './lib/report.mjs';

const PAIRS = pick(5, 40);
const FULL_MS = pick(1500, 20000);
const ROUNDS = pick(1, 3);

/// A small disk: { data, fill(), free() }.
function smallDisk(run) {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-disk-'));
  const data = join(folder, 'data'); // removed with the server
  run.after(() => rmSync(folder, { recursive: true, force: true }));
  try {
    if (process.env.VITRINE_DISK === 'limit') throw new Error('asked for');
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    mkdirSync(data);
    return limited(data);
  }
  run.after(() => execFileSync('umount', ['-l', folder]));
  mkdirSync(data);
  const ballast = join(folder, 'ballast');
  const fill = (server, left = 0) => {
    const { blocks, bavail, bsize } = statfsSync(folder);
    try {
      writeFileSync(ballast, Buffer.alloc(Math.floor(bavail - blocks * left) * bsize));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error; // the chat was quicker: full all the same
    }
  };
  return { what: 'a tmpfs of 64 MiB', data, fill, fills: true, free: () => rmSync(ballast) };
}

function limited(data) {
  const limit = (pid, bytes) => execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`]);
  const largest = () => Math.max(...['store.db', 'store.db-wal'].map((name) => statSync(join(data, name)).size));
  return { what: 'RLIMIT_FSIZE, for want of a mount', data, fill: (server) => limit(server.child.pid, largest()), free: (server) => limit(server.child.pid, 'unlimited') };
}

/// Pointers of the customer seen by the desk within this time: the relay.
async function relayed(pair, ms) {
  const { peer: desk, c } = await pair.atDesk();
  const until = Date.now() + ms;
  const found = { sent: 0, got: 0 };
  for (let x = 1; Date.now() < until; x++) {
    pair.customer.peer.ptr({ x }, { flags: 16 });
    found.sent++;
    found.got += await desk.waitFrame('PTR', (frame) => frame.body.x === x && desk.chans.get(frame.head.chan)?.c === c, 10000).then(() => 1, () => 0);
    await sleep(20);
  }
  return found;
}

/// A picture for the chat as the server takes it: its answer.
async function upload(peer, server) {
  const bytes = photo();
  const { url, ticket } = await peer.request('file.ask', { name: 'a.jpg', type: 'image/jpeg', bytes: bytes.length, use: 'chat' });
  return http(server, url, { method: 'POST', body: bytes, headers: { 'Content-Length': bytes.length, Origin: SHOP, Authorization: `Bearer ${ticket}` } });
}

/// Less than a twentieth is free: no pictures any more, and the chat goes on.
async function nearlyFull(run, disk, server, pairs) {
  const peer = await customer(server); // somebody else: the ledger knows texts alone
  const before = await upload(peer, server);
  disk.fill(server, 0.045);
  const { status, text } = await upload(peer, server);
  const known = acked(pairs);
  await eventually('chat', () => acked(pairs) > known + PAIRS, 20000);
  disk.free(server);
  await peer.cut();
  run.goal('G13', 'a picture with 4.5 % of the disk free', 'refused (507), the chat goes on', `${status} ${JSON.parse(text).type}, before it ${before.status}; ${refusals(pairs).length} texts refused`, before.status === 201 && status === 507 && refusals(pairs).length === 0);
}

const refusals = (pairs) => pairs.flatMap(({ voices }) => voices.flatMap((voice) => [...voice.refused.keys()]));
const acked = (pairs) => pairs.reduce((sum, { voices }) => sum + voices[0].acked.length + voices[1].acked.length, 0);

await chaos('disk', async (run) => {
  const disk = smallDisk(run);
  const server = await shop((fn) => run.after(fn), { associates: logins(PAIRS), args: [...ROOMY, '--store-unready', '1s'], data: disk.data });
  const { desks, pairs } = await livePairs(run, server, PAIRS);
  for (const { voices } of pairs) for (const voice of voices) voice.size = pick(3000, 300); // the disk is to be full of ballast, not of chat
  let over = false;
  const talking = pairs.flatMap((pair) => pair.talk(() => over, { gap: 20 }));
  const heals = [];
  const relay = { sent: 0, got: 0 };
  const codes = new Set();
  let during = 0;
  if (disk.fills) await nearlyFull(run, disk, server, pairs);
  const ready = (status) => eventually(`readyz ${status}`, () => http(server, '/readyz').then((answer) => answer.status === status), 20000);
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(500);
    for (const { voices } of pairs) for (const voice of voices) voice.refused.clear();
    disk.fill(server);
    await eventually('a refusal', () => refusals(pairs).includes('store.full'), 20000);
    const before = acked(pairs);
    const { sent, got } = await relayed(pairs[0], FULL_MS);
    relay.sent += sent;
    relay.got += got;
    during += acked(pairs) - before;
    for (const code of refusals(pairs)) codes.add(code);
    const health = await http(server, '/healthz');
    if (health.status !== 200) codes.add(`healthz ${health.status}`);
    await ready(503); // nobody new is sent here
    const began = Date.now();
    disk.free(server);
    const known = acked(pairs);
    await eventually('healed', () => acked(pairs) > known + PAIRS, 30000);
    heals.push(Date.now() - began);
    await ready(200);
  }
  over = true;
  await Promise.all(talking);
  const total = await auditAll(pairs);
  for (const fault of faults([...desks, ...pairs.map((pair) => pair.customer)])) run.fault(fault);
  const [[check]] = query(server, 'PRAGMA integrity_check');
  const closes = [...desks, ...pairs.map((pair) => pair.customer)].flatMap((client) => client.closes);
  run.goal('G13', `${disk.what} fills up, ${ROUNDS} times: chat is refused`, 'store.full and nothing else', [...codes].join(', '), codes.size === 1 && codes.has('store.full'));
  run.goal('G13', 'acknowledged while full', 'only what is kept', `${during}, ${words(total)}`, isWhole(total));
  run.goal('G13', 'pointers meanwhile', 'the relay goes on', `${relay.got} of ${relay.sent}, ${closes.length} lines closed`, relay.got === relay.sent && relay.sent > 0 && closes.length === 0);
  run.goal('G13', '/readyz', 'no while nothing can be written, then yes', `${ROUNDS} times`, true);
  run.goal('G13', 'healed once there is room', '< 5 s, no restart', `${Math.max(...heals)} ms`, Math.max(...heals) < 5000 + LATE_MS);
  run.goal('G13', 'the store after it', 'no torn record', check, check === 'ok');
});
