// SPDX-License-Identifier: Apache-2.0
/// `vitrine admin` beside a running server: what it makes is usable within three seconds, what it refuses it explains.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { post } from './lib/http.mjs';
import { SITE, associate, customer, eventually, keeper, shop, siteIsThere, writeCatalogue } from './lib/kit.mjs';
import { top } from './lib/protocol.mjs';
import { PASSWORD } from './lib/server.mjs';
import { isPostgres } from './lib/tables.mjs';

const SOON_MS = 30000; // three seconds, and what a machine takes that has other work
const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-admin-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let server;
before(async () => {
  server = await shop(later, { associates: ['lea'] });
});

test('a new site and a new associate are there within three seconds', async () => {
  await server.mustAdmin(['site', 'add', '--name', 'New', '--key', 'pk_new', '--origin', 'https://new.test']);
  await siteIsThere(server, 'pk_new', 'https://new.test', SOON_MS);
  await server.addAssociate({ site: 'pk_new', login: 'nia' });
  await eventually('her login', async () => (await post(server, '/api/v1/login', { name: 'nia', password: PASSWORD })).status === 200, SOON_MS);
  const nia = await associate(server, 'nia', { site: 'pk_new' });
  const c = await customer(server, { site: 'pk_new', origin: 'https://new.test' });
  await c.request('queue.join', { lang: 'en' });
  await nia.request('claim.take', { conv: c.conv });
  await c.cut();
  await nia.cut();
});

test('an origin that is taken away closes the door', async () => {
  await server.mustAdmin(['site', 'add', '--name', 'Two', '--key', 'pk_two', '--origin', 'https://a.test', '--origin', 'https://b.test']);
  await siteIsThere(server, 'pk_two', 'https://b.test', SOON_MS);
  await server.mustAdmin(['site', 'origin', 'remove', 'https://b.test', '--site', 'pk_two']);
  await eventually('the refusal', () => customer(server, { site: 'pk_two', origin: 'https://b.test' }).then((c) => c.cut().then(() => false), () => true), SOON_MS);
  const c = await customer(server, { site: 'pk_two', origin: 'https://a.test' });
  await c.cut();
});

test('a disabled person is out: the socket closes, no login begins', async () => {
  const lea = await associate(server, 'lea');
  await server.mustAdmin(['associate', 'disable', '--login', 'lea']);
  const { code } = await lea.closed;
  assert.ok([4002, 4502].includes(code), `${code}`);
  assert.equal((await post(server, '/api/v1/login', { name: 'lea', password: PASSWORD })).status, 401);
  server.logins.delete('lea');
});

test('a catalogue is searched as soon as it is imported', async () => {
  const c = await customer(server);
  const picture = readFileSync(join(top, 'web/shop/catalog/photos/gold-hoops/hero.jpg'));
  const product = (sku, title, more) => ({ sku, title, price: '240.00', url: `/${sku}`, pictures: ['hero.jpg'], variants: [{ sku: `${sku}-52`, size: '52', available: true }], ...more });
  const path = writeCatalogue(folder, [product('VT-1', 'Créoles dorées'), product('VT-2', 'Halo ring'), product('VT-3', 'Bad', { price: 'cheap' })], { 'hero.jpg': picture });
  const { stdout, stderr } = await server.admin(['catalogue', 'import', '--site', SITE, path]);
  assert.match(stdout + stderr, /VT-3|third|3\b/, 'the refused row is named');
  const hits = await eventually('the products', async () => (await c.request('catalogue.search', { text: 'halo', n: 5 })).hits[0], SOON_MS);
  assert.equal(hits.sku, 'VT-2');
  assert.equal(hits.media[0].length, 64);
  assert.equal((await c.request('catalogue.search', { text: 'creoles', n: 5 })).hits[0].sku, 'VT-1', 'without accents');
  const first = await c.request('catalogue.search', { text: '', n: 1 });
  assert.equal(first.next, 1);
  assert.notEqual((await c.request('catalogue.search', { text: '', n: 1, from: first.next })).hits[0].sku, first.hits[0].sku);
  assert.equal((await c.request('catalogue.product', { sku: 'VT-1' })).variants[0].sku, 'VT-1-52');
  assert.equal((await c.refusal('catalogue.product', { sku: 'VT-3' })).code, 'not.found');
  writeFileSync(path, '{"version":1,"products":[');
  const broken = await server.admin(['catalogue', 'import', '--site', SITE, path]);
  assert.notEqual(broken.status, 0);
  assert.equal((await c.request('catalogue.product', { sku: 'VT-2' })).title, 'Halo ring', 'a broken file leaves the old one');
  await c.cut();
});

test('errors name what to change', async (t) => {
  const wrong = {
    'an unknown command': [['site', 'frobnicate'], /frobnicate/],
    'no name': [['site', 'add', '--origin', 'https://x.test'], /--name/],
    'a bad origin': [['site', 'add', '--name', 'X', '--origin', 'x.test/path'], /x\.test\/path/],
    'a bad key': [['site', 'add', '--name', 'X', '--key', 'nope', '--origin', 'https://x.test'], /pk_/],
    'a key twice': [['site', 'add', '--name', 'X', '--key', SITE, '--origin', 'https://x.test'], /already/],
    'an unknown site': [['associate', 'add', '--site', 'pk_gone', '--login', 'x', '--name', 'X', '--password-stdin'], /pk_gone/],
    'a bad role': [['associate', 'add', '--site', SITE, '--login', 'x', '--name', 'X', '--role', 'king', '--password-stdin'], /king/],
    'a short password': [['associate', 'add', '--site', SITE, '--login', 'x', '--name', 'X', '--password-stdin'], /12/, 'short\n'],
    'no file': [['catalogue', 'import', '--site', SITE, '/no/such/file.json'], /file\.json/],
    'an unknown option': [['site', 'list', '--colour'], /--colour/],
  };
  for (const [name, [words, says, input = `${PASSWORD}\n`]] of Object.entries(wrong)) {
    await t.test(name, async () => {
      const { status, stderr } = await server.admin(words, input);
      assert.ok(status > 0, `status ${status}`);
      assert.match(stderr, says);
      assert.ok(!stderr.includes(PASSWORD));
    });
  }
});

test('the data is its owner\'s alone', async () => {
  const { statSync } = await import('node:fs');
  assert.equal(statSync(server.data).mode & 0o777, 0o700);
  assert.equal(statSync(join(server.data, isPostgres ? 'audit.db' : 'store.db')).mode & 0o777, 0o600);
});

test('admin leaves the running server its log: nothing is lost at a kill', async () => {
  const c = await customer(server);
  await server.mustAdmin(['site', 'list']);
  const { cs } = await c.request('chat.send', { kind: 'text', body: { text: 'after the command' } });
  await server.mustAdmin(['site', 'list']);
  await server.crash();
  await server.start();
  const fresh = await customer(server, { resume: [c.resume] });
  const { d } = await fresh.waitFor('snapshot');
  assert.deepEqual(d.thread.map((row) => row.cs), [cs]);
  await fresh.cut();
});
