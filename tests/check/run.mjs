// SPDX-License-Identifier: Apache-2.0

/// The rules of the tree that no compiler knows, each a small function over the committed files. Prints what breaks them and,
/// last, "N passed, N failed". `node tests/check/run.mjs [name…]` runs some.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { generated } from './generated.mjs';
import { includes } from './includes.mjs';
import { licences } from './licences.mjs';
import { locks } from './locks.mjs';
import { metrics } from './metrics.mjs';
import { sizes } from './sizes.mjs';

export const top = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/// Every file git would commit: tracked, or new and not ignored.
const listFiles = () =>
  execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: top, encoding: 'utf8', maxBuffer: 1 << 26 })
    .split('\0')
    .filter((path) => path && existsSync(join(top, path)));

/// A tree as the checks see it: paths, and the text of each. Tests hand in their own.
export const readTree = () => {
  const texts = new Map();
  const paths = listFiles();
  const text = (path) => {
    if (!texts.has(path)) texts.set(path, readFileSync(join(top, path), 'utf8'));
    return texts.get(path);
  };
  return { top, paths, text };
};

/// Each takes a tree and returns the sentences of what is wrong.
export const checks = { includes, sizes, licences, locks, metrics, generated };

const main = () => {
  const tree = readTree();
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
  let failed = 0;
  for (const name of names) {
    const wrong = checks[name](tree);
    console.log(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${name}`);
    for (const sentence of wrong) console.log(`     ${sentence}`);
    failed += wrong.length > 0 ? 1 : 0;
  }
  console.log(`${names.length - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
