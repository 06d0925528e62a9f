// SPDX-License-Identifier: Apache-2.0
/// node tests/bench/relay/run.mjs [--quick] [--keep] [relay idle fanout tls chat stall large]
/// Measures the real server against its yardsticks and prints a table. One JSON line a row goes to results.jsonl; with
/// --keep it is also added to history.jsonl, and the table replaces the one in README.md.

import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cpus, loadavg } from 'node:os';

import * as rows from './rows.mjs';
import { top, vitrine } from './targets.mjs';

const folder = join(top, 'tests/bench');
const FULL = { rounds: 5, seconds: 3, pairs: 1000, hold: 45, memoryN: 5000 };
const QUICK = { rounds: 3, seconds: 1, pairs: 300, hold: 10, memoryN: 2000 };

const words = process.argv.slice(2);
const flags = new Set(words.filter((word) => word.startsWith('--')));
const wanted = words.filter((word) => !word.startsWith('--'));
const names = wanted.length ? wanted : Object.keys(rows);
const unknown = [...flags].filter((flag) => !['--quick', '--keep'].includes(flag)).concat(names.filter((name) => !rows[name]));
if (unknown.length) {
  console.error(`run.mjs: unknown: ${unknown.join(' ')}; rows: ${Object.keys(rows).join(' ')}`);
  process.exit(2);
}

const mark = { true: 'yes', false: '**no**', null: '-' };
const line = (row) => `| ${row.what} | ${row.must} | ${row.measured} | ${mark[row.met]} | \`${row.name}\` |`;
const HEAD = '| what | promised | measured | met | row |\n|---|---|---|---|---|';

function table(list) {
  const details = list.map((row) => `- *${row.what}*: ${row.detail}`).join('\n');
  return `${HEAD}\n${list.map(line).join('\n')}\n\n${details}\n`;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: top, encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function build() {
  if (process.env.VITRINE_BENCH) return;
  const made = dirname(vitrine);
  execFileSync('cmake', [made], { stdio: 'ignore' });
  execFileSync('cmake', ['--build', made, '--target', 'bench', '--parallel', '2'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/// Rows of earlier runs stay in the table until their own name is measured again.
function keep(list) {
  const path = join(folder, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = ['<!-- relay -->\n', '<!-- /relay -->'];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  const stamp = `${new Date().toISOString().slice(0, 10)}, commit ${commit()}, ${cpus().length} cores, ${flags.has('--quick') ? 'quick' : 'full'} run.\n\n`;
  writeFileSync(path, text.slice(0, from) + stamp + table(list) + text.slice(to));
}

build();
const done = [];
for (const name of names) {
  console.error(`-- ${name}`);
  for (const row of await rows[name](flags.has('--quick') ? QUICK : FULL)) {
    const kept = { name, ...row };
    done.push(kept);
    console.error(`   ${row.what}: ${row.measured}`);
    const { what, must, measured, met, data } = kept;
    const machine = `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`;
    const text = `${JSON.stringify({ at: new Date().toISOString(), commit: commit(), machine, quick: flags.has('--quick'), name, what, must, measured, met, data })}\n`;
    appendFileSync(join(folder, 'results.jsonl'), text);
    if (flags.has('--keep')) appendFileSync(join(folder, 'history.jsonl'), text);
  }
}
console.log(table(done));
if (flags.has('--keep')) keep(done);
