// SPDX-License-Identifier: Apache-2.0
/// `node tests/chaos/run.mjs [name …]`: the runs whose name holds a word, all without one. The short form two at a
/// time, as part of ./dev test; the long form (VITRINE_LONG=1) one after the other, since it judges milliseconds.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { binary } from '../server/lib/server.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const LONG = process.env.VITRINE_LONG === '1';
const RUNS = ['memory', 'slow', 'handshakes', 'lines', 'freeze', 'isolation', 'drain', 'storm', 'disk', 'clock', 'kill', 'nodes', 'hostile']; // the longest first
const BY_NAME = ['soak', 'tables']; // hours, and a database server of its own: only when asked for
const DAY_MS = 86400000;
const RUN_MS = LONG ? 3 * 3600000 : 400000;

function runOne(name) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(here, `${name}.mjs`)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (log += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
    const most = BY_NAME.includes(name) ? DAY_MS : RUN_MS;
    const timer = setTimeout(() => child.kill('SIGKILL'), most);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(log) ?? [0, 0, 0];
      console.log(`== ${name}${signal ? `: ended by ${signal} after ${most / 1000} s` : ''}\n${log.replace(/^\d+ passed, \d+ failed\n/m, '')}`);
      resolve({ passed: Number(passed), failed: Number(failed) || (code === 0 ? 0 : 1) });
    });
  });
}

async function main(words) {
  if (!existsSync(binary)) throw new Error(`there is no server at ${binary}: build it, or name another by VITRINE_BIN`);
  const left = [...RUNS, ...(words.length ? BY_NAME : [])].filter((name) => existsSync(join(here, `${name}.mjs`)) && (!words.length || words.some((word) => name.includes(word))));
  const results = [];
  const worker = async () => {
    for (let name = left.shift(); name; name = left.shift()) results.push(await runOne(name));
  };
  await Promise.all(Array.from({ length: LONG ? 1 : 2 }, worker));
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
  return sum('failed') || !results.length ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
