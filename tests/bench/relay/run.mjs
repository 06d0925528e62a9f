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
const ORDER = ['relay', 'idle', 'large', 'fanout', 'chat', 'tls', 'stall'];
const names = wanted.length ? wanted : ORDER;
const run = new Date().toISOString();
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

/// The last kept run of each name, so a row measured alone leaves the others standing.
function lastRows(path) {
  const history = readFileSync(path, 'utf8').trim().split('\n').map((text) => JSON.parse(text));
  const last = Object.fromEntries(history.map((row) => [row.name, row.run]));
  return history.filter((row) => last[row.name] === row.run).sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
}

function keep() {
  const path = join(folder, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = ['<!-- relay -->\n', '<!-- /relay -->'];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  const list = lastRows(join(folder, 'history.jsonl'));
  const runs = [...new Map(list.map((row) => [row.run, row])).values()];
  const stamps = runs.map((row) => {
    const names = [...new Set(list.filter((other) => other.run === row.run).map((other) => other.name))];
    return `- ${names.map((name) => `\`${name}\``).join(', ')}: ${row.run.slice(0, 16).replace('T', ' ')}, commit ${row.commit}, ${row.machine}, ${row.quick ? 'quick' : 'full'}`;
  });
  writeFileSync(path, `${text.slice(0, from)}${stamps.join('\n')}\n\n${table(list)}${text.slice(to)}`);
}

build();
const done = [];
for (const name of names) {
  console.error(`-- ${name}`);
  for (const row of await rows[name](flags.has('--quick') ? QUICK : FULL)) {
    const kept = { name, ...row };
    done.push(kept);
    console.error(`   ${row.what}: ${row.measured}`);
    const { what, must, measured, met, detail, data } = kept;
    const machine = `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`;
    const text = `${JSON.stringify({ run, commit: commit(), machine, quick: flags.has('--quick'), name, what, must, measured, met, detail, data })}\n`;
    appendFileSync(join(folder, 'results.jsonl'), text);
    if (flags.has('--keep')) appendFileSync(join(folder, 'history.jsonl'), text);
  }
}
console.log(table(done));
if (flags.has('--keep')) keep();
