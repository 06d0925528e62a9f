// SPDX-License-Identifier: Apache-2.0

/// What protocol/generate.mjs and server/letters/generate.mjs write is what is committed.
import { spawnSync } from 'node:child_process';

const made = (tree, script) => {
  const run = spawnSync(process.execPath, [script, '--check'], { cwd: tree.top, encoding: 'utf8' });
  if (run.status === 0) return [];
  return `${run.stdout}${run.stderr}`.trim().split('\n').filter(Boolean).concat(`run node ${script} and commit`);
};

export const generated = (tree) => ['protocol/generate.mjs', 'server/letters/generate.mjs'].flatMap((script) => made(tree, script));
