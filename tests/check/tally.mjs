// SPDX-License-Identifier: Apache-2.0

/// Counts what ran. `tally.mjs KIND EXIT SECONDS LOG` reads one stage's log and prints
/// "KIND passed failed seconds name"; `tally.mjs --table FOLDER` prints the table of all stages and, as its last line, the sum.
/// A stage that failed without naming a test counts one failure, and so does a stage that ran nothing.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sum = (text, pattern) => [...text.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);

/// The ways in which our runners say how many passed and failed: each takes the log, or null when it is not that runner's.
const readers = [
  // Our own runners: the last line of the form "12 passed, 0 failed".
  (log) => {
    const last = [...log.matchAll(/^\s*(\d+) passed, (\d+) failed\s*$/gm)].at(-1);
    return last && { passed: Number(last[1]), failed: Number(last[2]) };
  },
  // node --test, its specification and its TAP form; several runs add up.
  (log) =>
    /^(?:ℹ|#) pass \d+$/m.test(log) && {
      passed: sum(log, /^(?:ℹ|#) pass (\d+)$/gm),
      failed: sum(log, /^(?:ℹ|#) fail (\d+)$/gm) + sum(log, /^(?:ℹ|#) cancelled (\d+)$/gm),
    },
  // Playwright's list. What passed at the second try (CI only) has passed, and is named: see `flaky`.
  (log) =>
    /^\s+\d+ passed \(/m.test(log) && {
      passed: sum(log, /^\s+(\d+) passed \(/gm) + sum(log, /^\s+(\d+) flaky$/gm),
      failed: sum(log, /^\s+(\d+) failed$/gm) + sum(log, /^\s+(\d+) did not run$/gm),
    },
];

/// ctest's report: a cmocka program counts its tests, any other program is one test.
export const countJunit = (xml) => {
  let passed = 0;
  let failed = 0;
  for (const [, head, body] of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const good = sum(body ?? '', /\[ {2}PASSED {2}\] (\d+) test/g);
    const bad = sum(body ?? '', /\[ {2}FAILED {2}\] (\d+) test/g);
    const ran = /status="run"/.test(head);
    passed += good || (ran ? 1 : 0);
    failed += bad || (ran ? 0 : 1);
  }
  return { passed, failed };
};

/// What passed at the second try: stories of Playwright's list, programs of ctest's, files of the server tests.
export const flaky = (log) => {
  const stories = /^\s+\d+ flaky$\n((?: {4}.*\n)+)/m.exec(log)?.[1].split('\n').map((line) => line.trim()).filter(Boolean) ?? [];
  const programs = [...log.matchAll(/Test\s+#\d+: (\S+) \.*\*\*\*/g)].map((match) => match[1])
    .filter((name) => new RegExp(`Test\\s+#\\d+: ${name} \\.+ +Passed`).test(log));
  const files = [...log.matchAll(/^flaky: passed at the second try: (.*)$/gm)].map((match) => match[1]);
  return [...new Set([...stories, ...programs, ...files])];
};

export const count = (log) => readers.map((read) => read(log)).find(Boolean) ?? null;

const tally = (kind, exit, log, junit) => {
  const ran = junit ? countJunit(junit) : count(log);
  if (kind === 'build') return { passed: exit === 0 ? 1 : 0, failed: exit === 0 ? 0 : 1 };
  const { passed, failed } = ran ?? { passed: 0, failed: 0 };
  return { passed, failed: failed || (exit !== 0 || passed === 0 ? 1 : 0) };
};

const stage = ([kind, exit, seconds, path]) => {
  const log = readFileSync(path, 'utf8');
  const report = path.replace(/\.log$/, '.xml'); // ctest's, beside the log
  const { passed, failed } = tally(kind, Number(exit), log, existsSync(report) && readFileSync(report, 'utf8'));
  console.log([kind, passed, failed, seconds, basename(path, '.log')].join(' '));
};

const table = ([folder]) => {
  const rows = readdirSync(folder).filter((name) => name.endsWith('.result')).sort().map((name) => {
    const [kind, passed, failed, seconds, label] = readFileSync(join(folder, name), 'utf8').trim().split(' ');
    return { kind, label, passed: Number(passed), failed: Number(failed), seconds: Number(seconds), flaky: flaky(readFileSync(join(folder, `${label}.log`), 'utf8')) };
  });
  const order = ['build', 'check', 'unit', 'fuzz', 'protocol', 'web', 'server', 'chaos', 'browser'];
  rows.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.label.localeCompare(b.label));
  const line = (...cells) => console.log(cells[0].padEnd(10) + cells[1].padEnd(14) + cells.slice(2).map((c) => String(c).padStart(9)).join(''));
  console.log('');
  line('kind', 'stage', 'passed', 'failed', 'seconds');
  for (const row of rows) line(row.kind, row.label, row.passed, row.failed, row.seconds);
  // A build is no test: it counts only when it fails.
  const passed = rows.reduce((total, row) => total + (row.kind === 'build' ? 0 : row.passed), 0);
  const failed = rows.reduce((total, row) => total + row.failed, 0) || (passed === 0 ? 1 : 0);
  for (const row of rows) for (const name of row.flaky) console.log(`flaky: passed at the second try: ${name}`);
  console.log('');
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--table') table(process.argv.slice(3));
  else stage(process.argv.slice(2));
}
