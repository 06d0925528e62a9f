// SPDX-License-Identifier: Apache-2.0
/// The server tests: `node tests/server/run.mjs [word …]` runs the files whose name holds a word, all without one.
/// Four at a time, since most of their time is waiting; 99- last, since it looks at what all the others sent. VITRINE_BIN names the server.
/// Under CI a file that failed runs once more, alone, at the end: what passes then is printed as flaky, with what it said the first time.
/// A machine that is busy elsewhere is no defect, a defect fails twice; and more than three at once is no chance any more.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Postgres } from './lib/postgres.mjs';
import { binary } from './lib/server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const AT_ONCE = 4;
const FILE_MS = 300000;
const MOST_FLAKY = process.env.CI ? 3 : 0;

const count = (log, word) => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(log)?.[1] ?? 0);

/// What runs a second time, on PostgreSQL: the files that are about what is kept. VITRINE_STORE=postgres: only those, or all that are named.
const TABLES = ['30-', '31-', '32-', '33-', '50-', '58-', '59-', '83-', '85-', '86-'];

function runFile(file, env) {
  const began = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--test-reporter=tap', join(here, file)], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (log += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
    const timer = setTimeout(() => child.kill('SIGKILL'), FILE_MS);
    child.on('exit', (code) => {
      clearTimeout(timer);
      const passed = count(log, 'pass');
      const failed = count(log, 'fail') + count(log, 'cancelled') || (code === 0 ? 0 : 1);
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      console.log(`${failed ? 'FAILED' : 'ok'} ${file.replace('.test.mjs', '')}: ${passed} in ${seconds} s`);
      if (failed) console.log(log);
      resolve({ file, passed, failed });
    });
  });
}

async function runAll(files, env) {
  const results = [];
  const left = [...files];
  const worker = async () => {
    for (let file = left.shift(); file; file = left.shift()) results.push(await runFile(file, env));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

async function runTwice(files, env) {
  const results = await runAll(files, env);
  const failed = results.filter((result) => result.failed);
  if (failed.length > MOST_FLAKY) return results;
  for (const first of failed) {
    const again = await runFile(first.file, env);
    if (!again.failed) console.log(`flaky: passed at the second try: ${first.file}`);
    results[results.indexOf(first)] = again;
  }
  return results;
}

async function onTables(files) {
  // Nobody pulls this machine's plug: what the operating system has is kept (the run of chaos with it syncs).
  const postgres = await new Postgres({ fsync: 'off', full_page_writes: 'off' }).start();
  console.log('on PostgreSQL:');
  try {
    return await runTwice(files, { VITRINE_TEST_STORE: postgres.url });
  } finally {
    await postgres.remove();
  }
}

async function main(words) {
  if (!existsSync(binary)) {
    console.error(`there is no server at ${binary}: build it, or name another by VITRINE_BIN`);
    return 1;
  }
  const all = readdirSync(here).filter((file) => /^\d\d-.*\.test\.mjs$/.test(file)).sort();
  const files = all.filter((file) => !words.length || words.some((word) => file.includes(word)));
  const traffic = mkdtempSync(join(tmpdir(), 'vitrine-traffic-'));
  const isLast = (file) => file.startsWith('99-');
  const results = [];
  const onPostgres = process.env.VITRINE_STORE === 'postgres';
  if (!onPostgres) results.push(...(await runTwice(files.filter((file) => !isLast(file)), { VITRINE_TRAFFIC: traffic })));
  if (!onPostgres && !words.length) results.push(...(await runAll(files.filter(isLast), { VITRINE_TRAFFIC: traffic })));
  rmSync(traffic, { recursive: true, force: true });
  if (onPostgres || !words.length) results.push(...(await onTables(files.filter((file) => (words.length ? !isLast(file) : TABLES.some((word) => file.startsWith(word)))))));
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') || !results.length ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
