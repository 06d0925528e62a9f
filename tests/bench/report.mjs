// SPDX-License-Identifier: Apache-2.0
/// What every bench does with its rows: run those that are wanted, a table for the eye, a line of JSON each for the
/// record; with --keep the table replaces the one between the bench's markers in README.md.

import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';

import { lastRows } from './history.mjs';
import { top, vitrine } from './relay/targets.mjs';

const folder = join(top, 'tests/bench');
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

function keep(marker, order) {
  const path = join(folder, 'README.md');
  const text = readFileSync(path, 'utf8');
  const [start, end] = [`<!-- ${marker} -->\n`, `<!-- /${marker} -->`];
  const [from, to] = [text.indexOf(start) + start.length, text.indexOf(end)];
  const list = lastRows(join(folder, 'history.jsonl'), marker, order).filter(({ name }) => order.includes(name));
  const runs = [...new Map(list.map((row) => [row.run, row])).values()];
  const stamps = runs.map((row) => {
    const names = [...new Set(list.filter((other) => other.run === row.run).map((other) => other.name))];
    return `- ${names.map((name) => `\`${name}\``).join(', ')}: ${row.run.slice(0, 16).replace('T', ' ')}, commit ${row.commit}, ${row.machine}, ${row.quick ? 'quick' : 'full'}`;
  });
  writeFileSync(path, `${text.slice(0, from)}${stamps.join('\n')}\n\n${table(list)}${text.slice(to)}`);
}

/// `marker` names the bench in README.md, `rows` are its functions in `order`, `full` and `quick` what they are given.
/// The words of the command line choose; what stands `apart` runs only when it is named.
export async function report({ marker, rows, order, apart = [], full, quick }) {
  const words = process.argv.slice(2);
  const flags = new Set(words.filter((word) => word.startsWith('--')));
  const wanted = words.filter((word) => !word.startsWith('--'));
  const names = wanted.length ? wanted : order.filter((name) => !apart.includes(name));
  const run = new Date().toISOString();
  const unknown = [...flags].filter((flag) => !['--quick', '--keep'].includes(flag)).concat(names.filter((name) => !order.includes(name)));
  if (unknown.length) {
    console.error(`run.mjs: unknown: ${unknown.join(' ')}; rows: ${order.join(' ')}`);
    process.exit(2);
  }
  build();
  const done = [];
  for (const name of names) {
    console.error(`-- ${name}`);
    for (const row of await rows[name](flags.has('--quick') ? quick : full)) {
      const kept = { name, ...row };
      done.push(kept);
      console.error(`   ${row.what}: ${row.measured}`);
      const { what, must, measured, met, detail, data } = kept;
      const machine = `${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`;
      const text = `${JSON.stringify({ run, commit: commit(), machine, quick: flags.has('--quick'), bench: marker, name, what, must, measured, met, detail, data })}\n`;
      appendFileSync(join(folder, 'results.jsonl'), text);
      if (flags.has('--keep')) appendFileSync(join(folder, 'history.jsonl'), text);
    }
  }
  console.log(table(done));
  if (flags.has('--keep')) keep(marker, order);
}
