// SPDX-License-Identifier: Apache-2.0
/// The rows of "How cost grows": { what, must, measured, met, detail, data }.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { interleave, median, summary } from '../relay/measure.mjs';
import { Target, vitrine } from '../relay/targets.mjs';
import { plot } from './plot.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/* --- sessions and messages ------------------------------------------------------------------------ */

/// Sends a second and session, so that 1000 and 4000 sessions send as much in all.
const RATES = { 100: [5, 10, 20], 1000: [5, 10, 20], 4000: [1.25, 2.5, 5] };

async function sessions(n, { rounds, seconds }) {
  const target = await Target.start('vitrine', { logins: Math.ceil(n / 100) + 2, args: ['--max-sockets', '20000'] });
  try {
    const before = target.memory;
    await target.ask('pairs', { n });
    const kib = (target.memory - before) / n / 1024;
    const cases = Object.fromEntries(RATES[n].map((hz) => [hz, () => target.run({ seconds, hz })]));
    const results = await interleave(cases, rounds);
    return { kib, at: RATES[n].map((hz) => ({ hz, ...summary(results[hz]) })) };
  } finally {
    await target.stop();
  }
}

export async function grow(how) {
  const got = {};
  for (const n of Object.keys(RATES)) got[n] = await sessions(Number(n), how);
  const rows = Object.entries(got).map(([n, { kib, at }]) =>
    `${n}: ${kib.toFixed(1)} KiB a session; ${at.map(({ hz, us, busy }) => `${(hz * n).toLocaleString('en')} sends/s ${us.toFixed(1)} us a frame (${(busy * 100).toFixed(0)} % of a core)`).join(', ')}`);
  const bend = got[4000].at.map(({ us }, i) => us / got[1000].at[i].us);
  const worst = Math.max(...bend);
  const lines = Object.entries(got).map(([n, { at }]) => ({ name: `${n} sessions`, points: at.map(({ hz, busy }) => [hz * n, busy * 100]) }));
  if (process.argv.includes('--keep')) writeFileSync(join(here, 'plot.svg'), plot({ lines, x: 'sends a second', y: 'per cent of a core' }));
  return [
    { what: 'CPU per frame of 4000 sessions against 1000, at the same sends a second', must: 'a straight line: within 15 %', measured: bend.map((b) => `${b.toFixed(2)}x`).join(', '), met: worst <= 1.15,
      detail: `${rows.join('; ')}; plot.svg`, data: got },
    { what: 'memory per session (two sockets, a conversation, a view) of 4000 against 100', must: 'a straight line: within 15 %', measured: `${got[4000].kib.toFixed(1)} against ${got[100].kib.toFixed(1)} KiB`,
      met: got[4000].kib <= got[100].kib * 1.15, detail: 'growth of PSS, the store\'s cache and the allocator\'s reserve in it, which weighs most where sessions are few' },
  ];
}

/* --- start ---------------------------------------------------------------------------------------- */

const admin = (data, words) => execFileSync(vitrine, ['admin', ...words, '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] });

/// The rows as a year of talk would leave them: each conversation of a hundred, in the search as well. Python's own SQLite, since the
/// server itself would need hours to be told a million lines one by one.
const FILL = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1]); n = int(sys.argv[2])
site = db.execute("SELECT site FROM site").fetchone()[0]
convs = [("%032x" % i) for i in range(n // 100)]
db.executemany("INSERT INTO conversation (site, conv, customer, epoch, cs, created) VALUES (?, ?, ?, 1, 100, 1700000000000)", ((site, c, "cust" + c) for c in convs))
rows = ((site, c, k, 1700000000000 + k * 1000, "c" if k % 2 else "a", '{"kind":"text","body":{"text":"Line %d of this talk about a ring with a blue stone"}}' % k) for c in convs for k in range(1, 101))
db.executemany("INSERT INTO message (site, conv, cs, aud, ts, author, kind, body) VALUES (?, ?, ?, 7, ?, ?, 'chat.send', ?)", rows)
db.execute("INSERT INTO found (site, conv, cs, text) SELECT site, conv, cs, json_extract(body, '$.body.text') FROM message WHERE kind = 'chat.send'")
db.execute("INSERT INTO message_fts (message_fts) VALUES ('rebuild')")
db.commit()`;

function products(path, n) {
  const kinds = ['ring', 'watch', 'necklace', 'earrings', 'bracelet'];
  const list = Array.from({ length: n }, (_, i) => ({ sku: `P-${i}`, title: `${['Halo', 'Lagoon', 'Meadow', 'Harbour'][i % 4]} ${kinds[i % 5]} no. ${i}`, price: `${100 + (i % 5000)}.00`, url: `/p/${i}`, pictures: [], variants: [] }));
  writeFileSync(path, JSON.stringify({ version: 1, currency: 'EUR', products: list }));
}

const ready = (port) => new Promise((done) => {
  const ask = request({ port, host: '127.0.0.1', path: '/readyz', agent: false }, (answer) => {
    answer.resume();
    done(answer.statusCode === 200);
  });
  ask.on('error', () => done(false));
  ask.end();
});

/// Milliseconds from the start of the process to an answer on its port.
async function startOnce(data) {
  const from = performance.now();
  const child = spawn(vitrine, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--log-level', 'error'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  while (!(await ready(new URL(line.split(' ')[1]).port)));
  const took = performance.now() - from;
  child.kill('SIGTERM');
  await once(child, 'exit');
  return took;
}

async function starts(data, n) {
  const list = [];
  await startOnce(data);
  for (let i = 0; i < n; i++) list.push(await startOnce(data));
  return list;
}

export async function start(how) {
  const folder = mkdtempSync(join(process.env.VITRINE_BENCH_DATA || tmpdir(), 'vitrine-bench-'));
  try {
    const [empty, full] = [join(folder, 'empty'), join(folder, 'full')];
    admin(empty, ['site', 'add', '--name', 'Bench', '--key', 'pk_bench', '--origin', 'https://shop.test']);
    const none = await starts(empty, how.starts);
    cpSync(empty, full, { recursive: true });
    products(join(folder, 'feed.json'), how.products);
    admin(full, ['catalogue', 'import', '--site', 'pk_bench', join(folder, 'feed.json')]);
    execFileSync('python3', ['-c', FILL, join(full, 'store.db'), String(how.messages)], { stdio: 'inherit' });
    const much = await starts(full, how.starts);
    const [a, b] = [median(none), median(much)];
    const detail = `median of ${how.starts} starts, from the process to a 200 of /readyz over a new socket; files in the page cache`;
    return [
      { what: 'start to the first answer, empty store', must: '< 100 ms', measured: `${a.toFixed(0)} ms`, met: a < 100, detail, data: none },
      { what: `the same with ${how.messages.toLocaleString('en')} chat rows and ${how.products.toLocaleString('en')} products`, must: '< 1 s', measured: `${b.toFixed(0)} ms`, met: b < 1000, detail, data: much },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
