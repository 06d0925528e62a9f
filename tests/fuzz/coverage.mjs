// SPDX-License-Identifier: Apache-2.0
/// node tests/fuzz/coverage.mjs [--lines] TARGET…: replays the corpora of the targets in the build that counts lines, and prints
/// how many lines of their parsers they reach; --lines: each line that none of them does.
///
/// Parsers are the files whose headers a target includes, counted by what all targets together reach of them, without what OTHERS
/// and PART name and say why. Lines that only a failed allocation can reach are counted apart: `./dev chaos memory` goes there, bytes cannot.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const top = dirname(dirname(here));
const made = join(top, 'build/coverage');
const PROMISED = 95;
/// No parsers, though a target includes their header.
const OTHERS = [
  [/^server\/base\/|^protocol\/c\/(?!frames)|^media\/digest\.c/, 'what everything stands on, or generated tables'],
  [/^media\/film_(?!spin|text)|^media\/clip_(?!text)/, 'encodes, or reads what libav has opened: 63-hostile and 71-clip go there, in the worker'],
  [/^media\/tix_write\.c|^protocol\/codec\/(ops|number)\.c/, 'writes, or looks a name up'],
  [/^server\/(upload_show|catalogue\/catalogue|mirror_css|mail|settings_shelf|doctor\/doctor|contact_\w+|store\/\w+|auth\/seal)\.c/, 'keeps, or compares, what has been read'],
];
/// Of these files only the functions that read bytes from outside.
const PART = new Map([
  ['server/upload.c', [/^vt_upload_bearer$/, 'the rest keeps tickets']],
  ['media/thumb.c', [/parse|format|resolve/, 'the rest chooses steps of the ladder']],
  ['media/info.c', [/wants/, 'the rest writes info.json']],
  ['protocol/codec/encode.c', [/$^/, 'writes']],
  ['server/api/json.c', [/^(?!.*put_)/, 'the rest writes']],
  ['server/address.c', [/^(?!vt_address_(of|is_loopback)$)/, 'the rest takes what the kernel says']],
  ['media/clip.c', [/decode/, 'the rest cuts what has been looked at']],
  ['server/mail_mime.c', [/address_ok|is_atom/, 'the rest writes']],
  ['server/contact.c', [/email_valid/, 'the rest keeps what waits']],
]);
/// A line that stands for a failed allocation by its own words.
const STARVED = /NOMEM|no memory|short of memory|VT_ERR_OVERLOADED|->failed|\.failed/;

const otherwise = (file) => OTHERS.find(([pattern]) => pattern.test(file))?.[1];

/// Whether a file is of a header that the target includes: of settings.h both settings.c and settings_hours.c, of codec.h,
/// which has no file of its name, its folder.
function judge(target) {
  const source = readFileSync(join(here, `fuzz_${target}.c`), 'utf8');
  const stems = [...source.matchAll(/^#include "(.+)\.h"$/gm)].map(([, stem]) => stem);
  const isOf = (file, stem) => file === `${stem}.c` || file.startsWith(`${stem}_`) || (basename(stem) === basename(dirname(stem)) && dirname(file) === dirname(stem) && !existsSync(join(top, `${stem}.c`)));
  return (file) => file.endsWith('.c') && stems.some((stem) => isOf(file, stem));
}

/// One target's files as lcov has them: { file, functions: [[line, name]…], lines: Map of line to count }.
function measured(target) {
  const [program, raw, data] = [join(made, `tests/fuzz/fuzz_${target}`), join(made, `fuzz/${target}.profraw`), join(made, `fuzz/${target}.profdata`)];
  const folders = [`tests/fuzz/corpus/${target}`, `tests/fuzz/regressions/${target}`, `build/fuzz/corpus/${target}`].map((folder) => join(top, folder)).filter(existsSync);
  rmSync(raw, { force: true });
  execFileSync(program, folders, { env: { ...process.env, LLVM_PROFILE_FILE: raw }, stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('llvm-profdata', ['merge', '-sparse', '-o', data, raw]);
  const told = execFileSync('llvm-cov', ['export', '-format=lcov', `-instr-profile=${data}`, program], { maxBuffer: 1 << 28 }).toString();
  return told.split('end_of_record\n').filter((part) => part.includes('SF:')).map((part) => ({
    file: relative(top, resolve(made, /^SF:(.*)$/m.exec(part)[1])),
    functions: [...part.matchAll(/^FN:(\d+),(?:[^:\n]*:)?(\w+)$/gm)].map(([, line, name]) => [Number(line), name]).sort(([a], [b]) => a - b),
    lines: new Map([...part.matchAll(/^DA:(\d+),(\d+)$/gm)].map(([, line, count]) => [Number(line), Number(count)])),
  })).filter(({ file }) => judges.some((isOne) => isOne(file)));
}

const wants = process.argv.slice(2).filter((word) => word !== '--lines');
const judges = wants.map(judge);
const names = process.argv.includes('--lines');
const files = new Map(); // by path: { targets, lines }
const left = new Map(); // by reason: paths
mkdirSync(join(made, 'fuzz'), { recursive: true });
for (const target of wants)
  for (const { file, functions, lines } of measured(target)) {
    const why = otherwise(file);
    if (why) {
      left.set(why, (left.get(why) ?? new Set()).add(file));
      continue;
    }
    const [part] = PART.get(file) ?? [/./];
    const found = files.get(file) ?? { targets: [], lines: new Map() };
    if ([...lines.values()].some((count) => count > 0)) found.targets.push(target);
    for (const [line, count] of lines) {
      const of = functions.findLast(([from]) => from <= line)?.[1] ?? '';
      if (part.test(of)) found.lines.set(line, (found.lines.get(line) ?? 0) + count);
    }
    files.set(file, found);
  }

const total = { reached: 0, starved: 0, all: 0 };
for (const [file, { targets, lines }] of [...files].sort()) {
  if (lines.size === 0) continue;
  const source = readFileSync(join(top, file), 'utf8').split('\n');
  const missed = [...lines].filter(([, count]) => count === 0).map(([line]) => line);
  const starved = missed.filter((line) => STARVED.test(source[line - 1]));
  const [all, reached] = [lines.size, lines.size - missed.length];
  const percent = (100 * reached) / (all - starved.length);
  console.log(`${file.padEnd(40)} ${String(reached).padStart(4)} of ${String(all).padStart(4)} lines, ${String(starved.length).padStart(2)} of a failed allocation  ${percent.toFixed(1).padStart(5)} %${percent < PROMISED ? '  below' : ''}  ${targets.join(' ')}`);
  if (names) for (const line of missed) if (!starved.includes(line)) console.log(`    ${line}: ${source[line - 1].trim()}`);
  total.reached += reached;
  total.starved += starved.length;
  total.all += all;
}
for (const [why, of] of left) console.log(`not counted (${why}): ${[...of].sort().join(' ')}`);
for (const [file, [, why]] of PART) if (why && files.has(file)) console.log(`in part (${why}): ${file}`);
const share = (n) => ((100 * total.reached) / n).toFixed(1);
console.log(`${files.size} files of ${wants.length} targets: ${share(total.all - total.starved)} % of the lines that bytes can reach, ${share(total.all)} % of all ${total.all}; promised: ${PROMISED} %`);
// What tests/promises reads: only where all of them were counted.
const whole = readdirSync(here).filter((name) => /^fuzz_\w+\.c$/.test(name)).length === wants.length;
if (whole) writeFileSync(join(made, 'lines.json'), `${JSON.stringify({ ...total, files: files.size, targets: wants.length })}\n`);
