// SPDX-License-Identifier: Apache-2.0

/// What protocol/generate.mjs writes is what is committed.
import { spawnSync } from 'node:child_process';

export const generated = (tree) => {
  const run = spawnSync(process.execPath, ['protocol/generate.mjs', '--check'], { cwd: tree.top, encoding: 'utf8' });
  if (run.status === 0) return [];
  return `${run.stdout}${run.stderr}`.trim().split('\n').filter(Boolean).concat('run node protocol/generate.mjs and commit');
};
