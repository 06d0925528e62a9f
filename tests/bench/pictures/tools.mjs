// SPDX-License-Identifier: Apache-2.0
/// Programs spoken to by lines, and what processes have used of the CPU.

import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { median } from '../relay/measure.mjs';
import { vitrine } from '../relay/targets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const tools = process.env.VITRINE_BENCH || join(dirname(vitrine), 'tests/bench');

const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

/// A child that goes with us, whatever happens.
export function child(words, options = {}) {
  const made = spawn(words[0], words.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], ...options });
  children.add(made);
  made.once('exit', () => children.delete(made));
  return made;
}

export class Worker {
  constructor(words) {
    this.name = words.join(' ');
    this.child = child(words);
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async next() {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.name} ended`);
    return value;
  }

  static async start(words) {
    const worker = new Worker(words);
    await worker.next(); // "ready"
    return worker;
  }

  /// { cpu: median in ms, wall: least in ms, first, firstWall, bytes, peak: MiB, problem } of one line.
  async ask(...words) {
    this.child.stdin.write(`${words.join(' ')}\n`);
    const answer = JSON.parse(await this.next());
    if (!answer.ok) throw new Error(`${this.name}: ${words.join(' ')} failed`);
    const { cpu_us, wall_us, first_us = 0, first_wall_us = 0, bytes, peak_kb, problem } = answer;
    return { cpu: median(cpu_us) / 1000, wall: wall_us / 1000, first: first_us / 1000, firstWall: first_wall_us / 1000, bytes, peak: peak_kb / 1024, problem };
  }

  end() {
    this.child.stdin.end();
  }
}

export const tool = (name) => join(tools, name);
export const ours = () => Worker.start([join(tools, 'picture_work')]);
export const sharpPeer = () => Worker.start([process.execPath, join(here, 'peers/sharp.mjs')]);

function parents() {
  const all = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      all.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {} // it has just ended
  }
  return all;
}

/// This process and all below it.
export function family(pid) {
  const all = parents();
  const below = (of) => [...all].filter(([, parent]) => parent === of).flatMap(([each]) => [each, ...below(each)]);
  return [pid, ...below(pid)];
}

/// Milliseconds of CPU that all threads of these processes have used. A thread that has ended is not in it.
export function cpuOf(pids) {
  let ns = 0;
  for (const pid of pids)
    for (const thread of readdirSync(`/proc/${pid}/task`)) ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  return ns / 1e6;
}

export const peakOf = (pid) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
