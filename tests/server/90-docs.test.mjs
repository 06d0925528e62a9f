// SPDX-License-Identifier: Apache-2.0
/// What the server takes is what it says and what the pages say.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { top } from './lib/protocol.mjs';
import { binary } from './lib/server.mjs';

const run = (...args) => new Promise((resolve) => {
  execFile(binary, args, { timeout: 60000 }, (error, stdout, stderr) => resolve({ status: error?.code ?? 0, stdout, stderr }));
});
const page = readFileSync(join(top, 'server/docs/options.md'), 'utf8');
const options = [...page.matchAll(/^### (\S+)$/gm)].map(([, name]) => name);
const secret = (name) => page.includes(`or \`${name} = …\` in the file; refused as a flag`);

test('the page of options is the binary\'s own', async () => {
  assert.ok(options.length > 30);
  assert.equal((await run('options-page')).stdout, page);
});

test('every option is in --help, and --help has no other', async () => {
  const { stdout, status } = await run('serve', '--help');
  assert.equal(status, 0);
  for (const name of options) assert.ok(secret(name) ? stdout.includes(`VITRINE_${name.toUpperCase().replaceAll('-', '_')}`) : stdout.includes(`--${name}`), name);
  for (const [, flag] of stdout.matchAll(/^\s*--([a-z][a-z-]+)/gm)) assert.ok(options.includes(flag) || ['config', 'help'].includes(flag), flag);
});

test('every option is in the sample file', async () => {
  const { stdout } = await run('sample-config');
  for (const name of options) assert.match(stdout, new RegExp(`^#? ?${name} =`, 'm'));
});

test('a wrong option is named, with what it takes', async () => {
  for (const [args, says] of [[['--beat-live', '1h'], /beat-live/], [['--no-such'], /no-such/], [['--capacity', 'x'], /capacity/], [['--listen', 'nowhere'], /listen|nowhere/], [['--metrics-token', 'x'], /metrics-token/]]) {
    const { status, stderr } = await run('serve', '--data', '/nonexistent/vitrine', ...args);
    assert.ok(status > 0, args.join(' '));
    assert.match(stderr, says);
  }
});

test('every subcommand says what it is for', async () => {
  const { stdout } = await run('help');
  for (const name of ['serve', 'admin', 'sample-config', 'options-page', 'version']) assert.match(stdout, new RegExp(`^\\s+${name}\\s+\\S`, 'm'));
  assert.match((await run('version')).stdout, /^vitrine \d+\.\d+\.\d+/);
  assert.equal((await run('nonsense')).status, 2);
});
