// SPDX-License-Identifier: Apache-2.0
/// node tests/fuzz/coverage.mjs TARGET…: replays the corpora of each target in the build that counts lines, and prints how
/// many lines of its parsers they reach. A target's parsers are the files whose headers it includes.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(dirname(here));
const made = join(top, 'build/coverage');
const PROMISED = 95;
/// What everything stands on, and what generates or only carries: no parsers.
const OTHERS = /^(server\/base\/|protocol\/c\/(?!frames))/;

/// Whether a file is of a header that the target includes: of settings.h both settings.c and settings_hours.c, of codec.h,
/// which has no file of its name, its folder.
function judge(target) {
  const source = readFileSync(join(here, `fuzz_${target}.c`), 'utf8');
  const stems = [...source.matchAll(/^#include "(.+)\.h"$/gm)].map(([, stem]) => stem);
  const isOf = (file, stem) => file === `${stem}.c` || file.startsWith(`${stem}_`) || (basename(stem) === basename(dirname(stem)) && dirname(file) === dirname(stem) && !existsSync(join(top, `${stem}.c`)));
  return (file) => file.endsWith('.c') && !OTHERS.test(file) && stems.some((stem) => isOf(file, stem));
}

function covered(target) {
  const [program, raw, data] = [join(made, `tests/fuzz/fuzz_${target}`), join(made, `fuzz/${target}.profraw`), join(made, `fuzz/${target}.profdata`)];
  const folders = [`tests/fuzz/corpus/${target}`, `tests/fuzz/regressions/${target}`, `build/fuzz/corpus/${target}`].map((folder) => join(top, folder)).filter(existsSync);
  rmSync(raw, { force: true });
  execFileSync(program, folders, { env: { ...process.env, LLVM_PROFILE_FILE: raw }, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('llvm-profdata', ['merge', '-sparse', '-o', data, raw]);
  const told = execFileSync('llvm-cov', ['export', '-summary-only', `-instr-profile=${data}`, program], { maxBuffer: 1 << 26 });
  const files = JSON.parse(told).data[0].files.map(({ filename, summary }) => ({ file: relative(top, resolve(made, filename)), summary }));
  return files.filter(({ file }) => judge(target)(file)).map(({ file, summary: { lines } }) => ({ target, file, ...lines }));
}

mkdirSync(join(made, 'fuzz'), { recursive: true });
const rows = process.argv.slice(2).flatMap(covered);
for (const { target, file, covered: n, count, percent } of rows)
  console.log(`${target.padEnd(12)} ${file.padEnd(40)} ${String(n).padStart(5)} of ${String(count).padStart(5)} lines  ${percent.toFixed(1).padStart(5)} %${percent < PROMISED ? '  below' : ''}`);
const [n, all] = [rows.reduce((sum, row) => sum + row.covered, 0), rows.reduce((sum, row) => sum + row.count, 0)];
console.log(`${rows.length} files of ${process.argv.length - 2} targets: ${((100 * n) / all).toFixed(1)} % of ${all} lines; promised: ${PROMISED} % of each`);
