// SPDX-License-Identifier: Apache-2.0
/// The audit log: what is recorded, by whom it is read, and that no change goes unseen.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { bearer, post, rest } from './lib/http.mjs';
import { OTHER_SITE, SITE, keeper, shop } from './lib/kit.mjs';
import { PASSWORD, binary } from './lib/server.mjs';

const later = keeper(after);
let server;
let ada;
before(async () => {
  server = await shop(later, { other: true, associates: ['lea', ['ada', 'admin'], ['eve', 'admin', OTHER_SITE]] });
  ada = await rest(server, 'ada');
});

const records = async (query = '') => (await ada.get(`/audit${query}`)).json().records;
const python = (code) => execFileSync('python3', ['-c', `import sqlite3\ndb=sqlite3.connect(${JSON.stringify(join(server.data, 'audit.db'))})\n${code}\ndb.commit()`], { encoding: 'utf8' });
const verify = (...more) => server.admin(['audit', 'verify', ...more]);

test('an act is recorded before its answer, with who and what', async () => {
  const { id } = (await ada.post('/invitations', { name: 'Nia', role: 'supervisor' })).json();
  const [first] = await records();
  assert.equal(first.verb, 'person.invited');
  assert.equal(first.object, id);
  assert.deepEqual(first.detail, { role: 'supervisor' });
  assert.equal(first.actor, (await ada.get('/me')).json().person.id);
  assert.equal((await post(server, '/api/v1/login', { name: 'lea', password: 'a wrong password' })).status, 401);
  assert.equal((await records('?verb=login.failed'))[0].actor, '');
  const { token } = (await ada.post('/site/tokens', { name: 'robot', verbs: ['read', 'write'] })).json();
  await bearer(server, token).del(`/invitations/${id}`);
  assert.equal((await records('?verb=invitation.removed'))[0].actor, 'token:robot');
  assert.ok((await records('?verb=login')).every(({ verb }) => verb.startsWith('login')));
  const text = JSON.stringify(await records('?limit=100'));
  for (const secret of [PASSWORD, token, 'a wrong password']) assert.ok(!text.includes(secret));
});

test('pages and the export hold the same records, of this site only', async () => {
  const all = [];
  for (let after = ''; ;) {
    const page = (await ada.get(`/audit?limit=2${after}`)).json();
    all.push(...page.records);
    if (!page.next) break;
    after = `&after=${page.next}`;
  }
  const told = (await ada.get('/audit/export')).text.trim().split('\n').map((line) => JSON.parse(line));
  assert.deepEqual(told.toReversed(), all);
  const theirs = await (await rest(server, 'eve')).get('/audit/export');
  for (const { hash } of all) assert.ok(!theirs.text.includes(hash));
  assert.equal((await ada.get('/audit?from=x')).status, 400);
});

test('what the operator types is recorded, too', async () => {
  await server.mustAdmin(['associate', 'disable', '--login', 'lea']);
  const [first] = await records();
  assert.equal(first.actor, 'operator');
  assert.equal(first.verb, 'person.changed');
});

test('the file takes no change and no removal', () => {
  for (const sql of ['UPDATE record SET verb="x" WHERE n=2', 'DELETE FROM record WHERE n=2']) assert.throws(() => python(`db.execute('${sql}')`), /append only/);
});

test('a whole log is whole; each change and each cut is named', async () => {
  const whole = await verify();
  assert.equal(whole.status, 0, whole.stdout + whole.stderr);
  const [, head] = /head (\S+)/.exec(whole.stdout);
  assert.equal((await verify('--head', head)).status, 0);
  await server.halt();
  python('db.execute("DROP TRIGGER record_kept"); db.execute("DROP TRIGGER record_stays")');
  const columns = ['time', 'site', 'actor', 'verb', 'object', 'detail', 'hash'];
  for (const [i, column] of columns.entries()) {
    const n = 2 + i % 3;
    const before = python(`print(repr(db.execute("SELECT ${column} FROM record WHERE n=${n}").fetchone()[0]))`).trim();
    python(`db.execute("UPDATE record SET ${column}=? WHERE n=${n}", (${column === 'time' ? '12345' : '"x"'},))`);
    const { status, stdout } = await verify();
    assert.equal(status, 3, column);
    assert.match(stdout, new RegExp(`^broken: record ${n}:`), column);
    python(`db.execute("UPDATE record SET ${column}=? WHERE n=${n}", (${before},))`);
  }
  assert.equal((await verify()).status, 0, 'as it was');
  const [n] = head.split(':');
  python(`db.execute("CREATE TABLE kept AS SELECT * FROM record WHERE n=3"); db.execute("DELETE FROM record WHERE n=3")`);
  assert.match((await verify()).stdout, /^broken: record 3: it is missing/);
  python('db.execute("INSERT INTO record SELECT * FROM kept")');
  python(`db.execute("DELETE FROM record WHERE n=${n}")`);
  assert.match((await verify()).stdout, new RegExp(`^broken: record ${n}:`), 'a cut tail');
  python(`db.execute("UPDATE mark SET n=n-1, hash=(SELECT hash FROM record ORDER BY n DESC LIMIT 1) WHERE name='head'")`);
  assert.equal((await verify()).status, 0, 'with its head forged it looks whole');
  assert.match((await verify('--head', head)).stdout, new RegExp(`^broken: record ${n}: it was told before`));
});

test('REST looks at the whole chain and names what it finds', async () => {
  await server.start();
  const look = async () => (await ada.get('/audit/verify')).json();
  const whole = await look();
  assert.equal(whole.whole, true, JSON.stringify(whole));
  assert.equal(whole.records, whole.head.n);
  assert.match(whole.head.hash, /^[0-9a-f]{64}$/);
  python('db.execute("UPDATE record SET verb=? WHERE n=2", ("x",))');
  const broken = await look();
  assert.deepEqual([broken.whole, broken.broken], [false, 2]);
  assert.ok(broken.why.length > 0);
});

test('without a data directory there is nothing to verify', () => {
  assert.throws(() => execFileSync(binary, ['admin', 'audit', 'verify', '--data', '/proc/nowhere'], { stdio: 'pipe' }));
  assert.ok(SITE);
});
