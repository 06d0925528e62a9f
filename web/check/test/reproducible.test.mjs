// SPDX-License-Identifier: Apache-2.0
/// The browser files are the same bytes wherever and whenever they are built.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const top = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/// Path and hash of every file below a folder.
const files = (dir) => Object.fromEntries(readdirSync(dir, { recursive: true }).filter((path) => statSync(join(dir, path)).isFile()).sort()
  .map((path) => [path, createHash('sha256').update(readFileSync(join(dir, path))).digest('hex')]));

test('built here and in another folder: the same bytes', async (t) => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'vitrine-web-'));
  t.after(() => rmSync(elsewhere, { recursive: true, force: true }));
  const isSource = (path) => !/\/(node_modules|dist)(\/|$)/.test(path.slice(top.length));
  for (const part of ['web', 'protocol/ts']) cpSync(join(top, part), join(elsewhere, 'copy', part), { recursive: true, filter: isSource });
  symlinkSync(join(top, 'web/node_modules'), join(elsewhere, 'copy/web/node_modules'));
  const [one, other] = await Promise.all([top, join(elsewhere, 'copy')].map(async (from, i) => {
    const out = join(elsewhere, `out-${i}`);
    await run(process.execPath, ['build.mjs', '--no-shop', '--out', out], { cwd: join(from, 'web'), env: { ...process.env, TZ: i ? 'Asia/Tokyo' : 'UTC', LANG: i ? 'de_DE.UTF-8' : 'C' } });
    return files(out);
  }));
  assert.ok(one['v1/vitrine.js'] && one['console/index.html']);
  assert.deepEqual(other, one);
});
