// SPDX-License-Identifier: Apache-2.0

/// The checks themselves: each must find what it is for, and the tally must never call an empty run a success.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { includes } from './includes.mjs';
import { licences } from './licences.mjs';
import { locks } from './locks.mjs';
import { metrics, metricsOf, pageOf } from './metrics.mjs';
import { sizes } from './sizes.mjs';
import { count, countJunit, flaky } from './tally.mjs';

const tree = (files) => ({ paths: Object.keys(files), text: (path) => files[path] });

test('third-party headers stay in their files', () => {
  assert.deepEqual(includes(tree({ 'server/conn.c': '#include <libwebsockets.h>\n' })), []);
  assert.equal(includes(tree({ 'server/session.c': '#include <libwebsockets.h>\n' })).length, 1);
  assert.equal(includes(tree({ 'server/app.c': '# include <sqlite3.h>\n' })).length, 1);
});

test('layers and private headers', () => {
  assert.equal(includes(tree({ 'server/base/buf.c': '#include "server/log.h"\n' })).length, 1);
  assert.equal(includes(tree({ 'protocol/codec/a.c': '#include "server/session.h"\n' })).length, 1);
  assert.equal(includes(tree({ 'media/a.c': '#include "server/log.h"\n' })).length, 1);
  assert.equal(includes(tree({ 'server/app.c': '#include "server/conn_internal.h"\n' })).length, 1);
  assert.equal(includes(tree({ 'server/handlers/a.c': '#include "server/handlers/b.h"\n' })).length, 1);
  assert.deepEqual(includes(tree({ 'server/handlers/a.c': '#include "server/handlers/a.h"\n#include "server/base/buf.h"\n' })), []);
});

test('metrics: named as the field does, and each on the page', () => {
  const source = (name, kind, help = 'What.') => `static struct vt_metric m = { .name = "${name}",\n .help = "${help}",\n .labels = "kind=\\"b\\"",\n .kind = VT_METRIC_${kind} };\n`;
  const judged = (text, page) => {
    const files = { 'server/a.c': text };
    files['server/docs/metrics.md'] = page ?? pageOf(metricsOf(tree(files)).rows);
    return metrics(tree(files));
  };
  assert.deepEqual(judged(source('vitrine_a_total', 'COUNTER')), []);
  assert.match(pageOf(metricsOf(tree({ 'server/a.c': source('vitrine_a_total', 'COUNTER') })).rows), /\| `vitrine_a_total` \| counter \| `kind` \| What\. \|/);
  assert.equal(judged(source('vitrine_a', 'COUNTER')).length, 1);
  assert.equal(judged(source('vitrine_a_total', 'GAUGE')).length, 1);
  assert.equal(judged(source('vitrine_wait_ms', 'GAUGE')).length, 1);
  assert.equal(judged(source('vitrine_a', 'GAUGE', '')).length, 1);
  assert.equal(judged(source('vitrine_a', 'GAUGE') + source('vitrine_a', 'GAUGE', 'Else.')).length, 1);
  assert.equal(judged(source('vitrine_a', 'GAUGE'), 'stale').length, 1);
});

test('long functions and files', () => {
  const body = (lines) => `int f(void)\n{\n${'    g();\n'.repeat(lines)}}\n`;
  assert.deepEqual(sizes(tree({ 'server/a.c': body(148) })), []);
  assert.equal(sizes(tree({ 'server/a.c': body(149) })).length, 1);
  assert.equal(sizes(tree({ 'server/a.h': '\n'.repeat(1001) })).length, 1);
  assert.deepEqual(sizes(tree({ 'protocol/c/tables.c': '\n'.repeat(5000) })), []);
});

test('licence lines', () => {
  const LICENSE = 'Apache License';
  assert.deepEqual(licences(tree({ LICENSE, 'a.c': '/* SPDX-License-Identifier: Apache-2.0 */\n' })), []);
  assert.equal(licences(tree({ LICENSE, 'a.mjs': 'export {};\n' })).length, 1);
  assert.equal(licences(tree({ 'README.md': '' })).length, 1);
});

test('lock files name no registry', () => {
  const lock = (entry) => tree({ 'web/package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/a': entry } }) });
  assert.deepEqual(locks(lock({ version: '1.0.0', integrity: 'sha512-x' })), []);
  assert.deepEqual(locks(lock({ resolved: 'ui', link: true })), []);
  assert.equal(locks(lock({ integrity: 'x', resolved: 'https://registry.example/a.tgz' })).length, 1);
  assert.equal(locks(lock({ version: '1.0.0' })).length, 1);
});

test('the tally reads each runner', () => {
  assert.deepEqual(count('x\n3 passed, 1 failed\n'), { passed: 3, failed: 1 });
  assert.deepEqual(count('ℹ pass 4\nℹ fail 1\nℹ cancelled 1\n'), { passed: 4, failed: 2 });
  assert.deepEqual(count('# pass 4\n# fail 0\n# pass 2\n# fail 0\n'), { passed: 6, failed: 0 });
  assert.deepEqual(count('  1 failed\n  2 did not run\n  7 passed (3.1s)\n'), { passed: 7, failed: 3 });
  const twice = '  1 flaky\n    a.spec.mjs:1:1 › a story ───\n  7 passed (3.1s)\n';
  assert.deepEqual(count(twice), { passed: 8, failed: 0 });
  assert.deepEqual(flaky(twice), ['a.spec.mjs:1:1 › a story ───']);
  assert.deepEqual(flaky('  7 passed (3.1s)\n'), []);
  const programs = '1/3 Test #1: unit/a/once ....***Failed  0.01 sec\n    Test #1: unit/a/once ....   Passed  0.01 sec\n'
    + '2/3 Test #2: unit/a/never ....***Failed  0.01 sec\n    Test #2: unit/a/never ....***Failed  0.01 sec\n';
  assert.deepEqual(flaky(programs), ['unit/a/once']);
  assert.deepEqual(flaky('ok 30-chat: 12 in 5.9 s\nflaky: passed at the second try: 31-kinds.test.mjs\n'), ['31-kinds.test.mjs']);
  assert.equal(count('nothing'), null);
  const xml = '<testcase name="a" status="run"><system-out>[  PASSED  ] 5 test(s).</system-out></testcase>' +
    '<testcase name="b" status="fail"><system-out>[  PASSED  ] 2 test(s).\n[  FAILED  ] 1 test(s), listed below:</system-out></testcase>' +
    '<testcase name="c" status="fail"/><testcase name="d" status="run"><system-out/></testcase>';
  assert.deepEqual(countJunit(xml), { passed: 8, failed: 2 });
});

test('an empty or crashed stage is a failure', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tally-'));
  const script = fileURLToPath(new URL('./tally.mjs', import.meta.url));
  const tally = (kind, exit, log) => {
    writeFileSync(join(folder, 'x.log'), log);
    return spawnSync(process.execPath, [script, kind, String(exit), '1', join(folder, 'x.log')], { encoding: 'utf8' }).stdout.trim();
  };
  assert.equal(tally('server', 0, ''), 'server 0 1 1 x');
  assert.equal(tally('server', 1, '9 passed, 0 failed\n'), 'server 9 1 1 x');
  assert.equal(tally('server', 0, '9 passed, 0 failed\n'), 'server 9 0 1 x');
  assert.equal(tally('build', 0, ''), 'build 1 0 1 x');
  const run = spawnSync(process.execPath, [script, '--table', folder], { encoding: 'utf8' });
  assert.equal(run.status, 1);
  rmSync(folder, { recursive: true });
});
