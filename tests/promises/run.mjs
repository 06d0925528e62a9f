// SPDX-License-Identifier: Apache-2.0
/// node tests/promises/run.mjs
/// Writes README.md beside it: every goal and every bench's row with what is promised, what was measured last and the command that
/// measures it. Figures come from the kept bench runs, and for the rest from the last ./dev test and ./dev chaos of this tree; what did
/// not run here stays as kept.jsonl has it.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { lastRows } from '../bench/history.mjs';
import { rows } from './rows.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(dirname(here));
const read = (path) => (existsSync(join(top, path)) ? readFileSync(join(top, path), 'utf8') : null);
const lines = (path) => (read(path) ?? '').split('\n').filter(Boolean).map((text) => JSON.parse(text));

const BENCHES = ['relay', 'scale', 'pictures', 'film', 'mirror', 'page', 'catalogue'];
const benches = Object.fromEntries(BENCHES.map((name) => [name, lastRows(join(top, 'tests/bench/history.jsonl'), name)]));

const last = {
  log: (stage) => read(`build/test-logs/${stage}.log`),
  package: read('build/try/last.log'),
  /// The last run's lines of a goal, of the long form if there is one.
  chaos(goal) {
    const all = lines('build/chaos/results.jsonl').filter((row) => row.goal === goal);
    const of = all.some(({ form }) => form === 'long') ? all.filter(({ form }) => form === 'long') : all;
    // Of each run that speaks of the goal only the last time: names hold counts, so a former's would stay beside it.
    return of.filter((row) => row.began === of.findLast(({ run }) => run === row.run).began);
  },
  bench: (name, what) => benches[name].find((row) => row.what.startsWith(what)) ?? null,
  coverage: JSON.parse(read('build/coverage/lines.json') ?? 'null'),
  targets: readdirSync(join(top, 'tests/fuzz')).filter((name) => /^fuzz_\w+\.c$/.test(name)).length,
};

const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: top, encoding: 'utf8' }).trim();
const kept = Object.fromEntries(lines('tests/promises/kept.jsonl').map((row) => [row.goal, row]));
for (const { goal, from } of rows) {
  const got = from(last);
  // What was read again and not run again stays with the commit it was measured on.
  if (got) kept[goal] = { goal, measured: got.measured, met: got.met, commit: kept[goal]?.measured === got.measured ? kept[goal].commit : commit };
}
writeFileSync(join(here, 'kept.jsonl'), rows.filter(({ goal }) => kept[goal]).map(({ goal }) => `${JSON.stringify(kept[goal])}\n`).join(''));

const word = { true: 'yes', false: '**no**', null: '-' };
const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ');
const goal = ({ goal: name, what, promised, command }) => {
  const { measured = 'not yet', met = null } = kept[name] ?? {};
  return `| ${name} | ${what} | ${promised} | ${cell(measured)} | ${word[met]} | \`${command}\` |`;
};
const bench = (name) => benches[name].map((row) => `| ${cell(row.what)} | ${cell(row.must)} | ${cell(row.measured)} | ${word[row.met]} | \`./dev bench ${name} ${row.name}\` |`).join('\n');

writeFileSync(join(here, 'README.md'), `# What is promised, what was measured

Written by \`node tests/promises/run.mjs\` from the last kept runs; \`rows.mjs\` says where each figure comes from, \`tests/bench/README.md\` how
the benches measure and why a row is missed. A figure is of the machine it ran on: two cores, shared.

## Security and reliability

| goal | what | promised | measured | met | command |
|---|---|---|---|---|---|
${rows.map(goal).join('\n')}

## Speed, memory, bytes

| what | promised | measured | met | command |
|---|---|---|---|---|
${BENCHES.map(bench).filter(Boolean).join('\n')}
`);
console.log(`${rows.length} goals, ${Object.values(benches).flat().length} rows: tests/promises/README.md`);
