// SPDX-License-Identifier: Apache-2.0

/// Checks what ships to browsers against check/rules.mjs: `node check/run.mjs`. Prints each complaint with its line.
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { complaints, MAY } from './rules.mjs';

const web = dirname(dirname(fileURLToPath(import.meta.url)));

function* sources(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (!['node_modules', 'test', 'dist', 'catalog', 'renditions'].includes(entry.name)) yield* sources(path);
    } else if (/\.tsx?$/.test(entry.name) || /shop\/client\/.*\.js$/.test(path)) yield path;
  }
}

let files = 0;
const all = [];
for (const part of Object.keys(MAY)) {
  for (const path of sources(join(web, part))) {
    files++;
    all.push(...complaints(relative(web, path), readFileSync(path, 'utf8')));
  }
}
for (const line of all) console.error(line);
console.log(`${files} files, ${all.length} complaints`);
if (all.length) process.exitCode = 1;
