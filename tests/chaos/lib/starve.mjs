// SPDX-License-Identifier: Apache-2.0
/// The page shared with a server whose memory runs out on demand (starve.c): which allocations fail, counted from
/// the moment it is armed, and where they were.

import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { binary } from '../../server/lib/server.mjs';
import { top } from '../../server/lib/protocol.mjs';

const folder = dirname(binary);

/// What is looked for needs the sanitisers, so that in the long form of all the others, too, it is their build.
export const sanitised = (name) => join(basename(folder) === 'release' ? join(top, 'build/asan') : folder, name);
export const starved = sanitised('vitrine_starved');

const SITES = 32;
const WORDS = 5 + SITES;
const SQLITE = 1;

export class Hunger {
  constructor(path) {
    this.path = path;
    this.fd = openSync(path, 'w+');
    ftruncateSync(this.fd, 4 * WORDS);
  }

  write(words) {
    const bytes = Buffer.alloc(4 * words.length);
    words.forEach((word, i) => bytes.writeUInt32LE(word, 4 * i));
    writeSync(this.fd, bytes, 0, bytes.length, 0);
  }

  clear() {
    this.write(Array(WORDS).fill(0));
  }

  /// From now on the allocations `first` to `first + length - 1` of this process fail; length 0 counts only.
  arm(pid, first, length) {
    this.clear();
    this.write([0, 0, first, first + length - 1]);
    this.write([pid]);
  }

  /// { count, failed, sites }: allocations since it was armed, how many failed, and where.
  disarm() {
    this.write([0]);
    const bytes = Buffer.alloc(4 * WORDS);
    readSync(this.fd, bytes, 0, bytes.length, 0);
    const word = (i) => bytes.readUInt32LE(4 * i);
    const failed = word(4);
    return { count: word(1), failed, sites: Array.from({ length: Math.min(SITES, failed) }, (_, i) => word(5 + i)) };
  }

  close() {
    closeSync(this.fd);
  }
}

const known = new Map();

/// Function and line of an allocation that failed.
export function placeOf(site) {
  if (site === SQLITE) return 'SQLite';
  if (!known.has(site)) {
    let told = site.toString(16);
    try {
      const [name, line] = execFileSync('addr2line', ['-f', '-e', starved, (site - 1).toString(16)], { encoding: 'utf8' }).split('\n');
      told = `${name} ${line.replace(`${top}/`, '').replace(/ \(.*/, '')}`;
    } catch {
      // without binutils the number has to do
    }
    known.set(site, told);
  }
  return known.get(site);
}
