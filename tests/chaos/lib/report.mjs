// SPDX-License-Identifier: Apache-2.0
/// One run of faults: what it promises, what it measured. A line for each goal, and the same as JSON at the end of
/// build/chaos/results.jsonl. Figures that a busy machine moves (milliseconds at the 99th of a hundred) are judged
/// in the long form only; the short form tells them.

import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { binary } from '../../server/lib/server.mjs';
import { top } from '../../server/lib/protocol.mjs';

export const LONG = process.env.VITRINE_LONG === '1';
export const pick = (short, long) => (LONG ? long : short);
/// What the short form grants: it looks for faults, under a sanitiser and beside other runs; milliseconds are judged by the long one.
export const LATE_MS = pick(50000, 0);
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const commit = () => {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return ''; // a tree without history
  }
};

/// One line of build/chaos/results.jsonl.
export function keep(row) {
  const kept = { at: new Date().toISOString(), commit: commit(), build: binary.split('/').at(-2), form: LONG ? 'long' : 'short', ...row };
  mkdirSync(join(top, 'build/chaos'), { recursive: true });
  appendFileSync(join(top, 'build/chaos/results.jsonl'), `${JSON.stringify(kept)}\n`);
}

class Run {
  constructor(name) {
    Object.assign(this, { name, undo: [], passed: 0, failed: 0, began: Date.now() });
  }

  after(fn) {
    this.undo.push(fn);
  }

  /// `judged`: false tells the figure only.
  goal(goal, what, promised, measured, ok, { judged = true } = {}) {
    const word = ok ? 'ok' : judged ? 'NO' : 'no (told, not judged)';
    console.log(`${goal.padEnd(5)} ${what} | promised ${promised} | measured ${measured} | ${word}`);
    if (ok || !judged) this.passed++;
    else this.failed++;
    keep({ began: this.began, run: this.name, goal, what, promised, measured: String(measured), ok, judged });
  }

  /// True only if nothing throws; what was thrown is printed.
  fault(error) {
    this.failed++;
    console.log(`${this.name}: ${error.stack ?? error}`);
  }
}

/// Runs `body(run)`, undoes in reverse what it left with run.after, and ends the process with its verdict.
export async function chaos(name, body) {
  const run = new Run(name);
  try {
    await body(run);
  } catch (error) {
    run.fault(error);
  }
  for (const fn of run.undo.reverse()) await Promise.resolve().then(fn).catch((error) => run.fault(error));
  console.log(`${name}: ${((Date.now() - run.began) / 1000).toFixed(1)} s`);
  console.log(`${run.passed} passed, ${run.failed} failed`);
  process.exit(run.failed || !run.passed ? 1 : 0);
}

/// The value below which `part` of them lie.
export function quantile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] : NaN;
}
