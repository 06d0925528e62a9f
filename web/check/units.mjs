// SPDX-License-Identifier: Apache-2.0

/// Runs the unit tests of every package: `<package>/test/*.test.mjs`, under Node's own test runner, two files at a time.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const list = (dir) => { try { return readdirSync(dir).sort(); } catch { return []; } };
const files = list(web).flatMap((part) => list(join(web, part, 'test'))
  .filter((name) => name.endsWith('.test.mjs')).map((name) => join(web, part, 'test', name)));
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=2', '--test-timeout=120000', ...files], { cwd: web, stdio: 'inherit' });
process.exitCode = run.status ?? 1;
