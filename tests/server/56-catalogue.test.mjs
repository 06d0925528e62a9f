// SPDX-License-Identifier: Apache-2.0
/// The catalogue: feeds by file and by address, what is refused and what stays, stock, and the search over it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { bearer, http, rest } from './lib/http.mjs';
import { OTHER_SHOP, OTHER_SITE, SITE, associate, customer, eventually, keeper, shop } from './lib/kit.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-catalogue-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const feeds = join(import.meta.dirname, 'feeds');

/// The shop's own server: `page` answers, `asked` keeps what came.
let page = (_, answer) => answer.writeHead(404).end();
const asked = [];
const host = createServer((request, answer) => {
  asked.push(request.headers);
  page(request, answer);
});

host.keepAliveTimeout = 0; // a line that ends as it is used again would be a feed that was not there
let server;
let base;
let ada;
let c;
let a;
before(async () => {
  await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${host.address().port}`;
  later(() => host.closeAllConnections());
  later(() => host.close());
  server = await shop(later, { other: true, associates: ['lea', ['sam', 'supervisor'], ['ada', 'admin'], ['oto', 'admin', OTHER_SITE]], args: ['--media-fetch-private', '--rate-search', '500'] });
  ada = await rest(server, 'ada');
  c = await customer(server);
  a = await associate(server);
});

const importFile = (name, site = SITE) => server.admin(['catalogue', 'import', '--site', site, join(feeds, name)]);
const search = (peer, text, more = {}) => peer.request('catalogue.search', { text, n: 24, ...more });
const skus = async (text, more) => (await search(a, text, more)).hits.map(({ sku }) => sku);
const state = async (who = ada) => (await who.get('/catalogue')).json();
const has = (sku, peer = c) => eventually(`${sku} is served`, async () => (await peer.ask('catalogue.product', { sku })).ok);
const ended = (before) => eventually('the import ends', async () => { const now = await state(); return !now.busy && (now.last?.ended ?? 0) > before && now; });

test('a messy feed: what can be taken is, each refusal has its row and reason, in the CLI and by REST', async () => {
  const { status, stdout, stderr } = await importFile('messy.xml');
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^6 products, 0 pictures \(0 new\), 7 complaints$/m);
  const lines = stderr.trim().split('\n');
  for (const expected of [
    /^row 3: id is missing$/, /^row 4 \(NOTITLE\): title is missing$/, /^row 5 \(MONEY\): price "12\.00 EUX" is no amount/,
    /^row 6 \(R-48\): id is there twice: row 1 has it, too/, /^row 8 \(R\): its price is in USD, that of its group in EUR$/,
    /^row 9 \(SOON\): availability "soon maybe" is unknown/, /^row 10 \(LONG\): picture "ftp:\/\/x\.example\/a\.jpg"/,
  ]) assert.ok(lines.some((line) => expected.test(line)), `${expected} in ${stderr}`);
  await has('R');
  const { refused, report, products, variants, last } = await state();
  assert.deepEqual([refused, report.length, products, variants, last.source, last.why], [7, 7, 6, 8, 'messy.xml', undefined]);
  assert.deepEqual(report.find(({ row }) => row === 4), { row: 4, sku: 'NOTITLE', why: 'title is missing' });
  const ring = await c.request('catalogue.product', { sku: 'R-50' });
  assert.deepEqual(
    [ring.sku, ring.title, ring.price, ring.was, ring.type, ring.description, ring.variants.map((v) => [v.size, v.price, v.available])],
    ['R', 'Étoile & “Lune” ring', '1199.50', '1299.00', 'Rings > Engagement', 'Set by hand, in Paris.', [['48', '1299.00', true], ['50', '1199.50', true]]],
  );
  assert.ok((await c.request('catalogue.product', { sku: 'LONG' })).description.length <= 2000);
});

test('typos, accents, facets and prices; another site sees nothing of it', async () => {
  assert.deepEqual(await skus('etoile'), ['R']);
  const typo = await search(c, 'étiole rnig');
  assert.deepEqual([typo.hits.map(({ sku }) => sku), typo.readAs, typo.total], [['R'], 'etoile ring', 1]);
  const all = await search(a, '', { counts: true });
  assert.equal(all.total, 6);
  const count = (facet, value) => all.counts.find((one) => one.facet === facet && one.value === value)?.n;
  assert.deepEqual([count('type', 'Rings'), count('type', 'Rings > Engagement'), count('colour', 'Rosé gold'), count('size', '50')], [2, 1, 2, 2]);
  assert.deepEqual([all.least, all.most], ['10.00', '1299.00']);
  assert.deepEqual(await skus('', { filter: [{ facet: 'colour', value: 'rosé gold' }, { facet: 'size', value: '50' }] }), ['R']);
  assert.deepEqual(await skus('', { filter: [{ facet: 'type', value: 'Earrings' }, { facet: 'type', value: 'Rings > Engagement' }] }), ['R', 'E']);
  assert.deepEqual(await skus('', { least: '100', most: '1250.00' }), ['R', 'S']);
  assert.equal((await a.ask('catalogue.search', { text: '', n: 1, least: '1,5' })).err.code, 'field.bad');
  const [one, two] = [await search(a, '', { n: 4 }), await search(a, '', { n: 4, from: 4 })];
  assert.deepEqual([one.hits.length, one.next, two.hits.length, two.next], [4, 4, 2, undefined]);
  const other = await customer(server, { site: OTHER_SITE, origin: OTHER_SHOP });
  assert.deepEqual([(await search(other, 'ring')).total, (await other.ask('catalogue.product', { sku: 'R' })).err.code], [0, 'not.found']);
  assert.deepEqual((await state(await rest(server, 'oto'))).report, []);
  await other.cut();
});

test('a table in Latin-1, JSON, and a broken file that changes nothing', async () => {
  assert.equal((await importFile('latin1.csv')).status, 0);
  await has('PENDENTIF');
  assert.equal((await c.request('catalogue.product', { sku: 'PENDENTIF' })).title, 'Pendentif « Été »');
  for (const name of ['cut-off.xml', 'doctype.xml', 'no-names.tsv', 'cut-off.json']) {
    const { status, stderr } = await importFile(name);
    assert.equal(status, 1, name);
    assert.match(stderr, /Nothing was changed\./, name);
  }
  assert.equal((await c.ask('catalogue.product', { sku: 'PENDENTIF' })).ok, true);
  assert.deepEqual(readdirSync(join(server.data, 'catalogue')).filter((name) => !name.endsWith('.db')), []);
});

test('an address is asked, by its tag the next time; what is broken there leaves what is served', async () => {
  const xml = readFileSync(join(feeds, 'messy.xml'));
  page = (request, answer) => (request.headers['if-none-match'] === '"f1"' ? answer.writeHead(304).end() : answer.writeHead(200, { ETag: '"f1"' }).end(xml));
  assert.equal((await ada.put('/catalogue', { url: `${base}/feed.xml?key=secret`, every: 60 })).status, 204);
  let now = await ended(0);
  await has('R');
  assert.deepEqual([now.last.why, now.last.source.includes('secret'), now.last.source.endsWith('/feed.xml'), now.products], [undefined, false, true, 6]);
  assert.ok(now.next > now.last.ended && now.next <= now.last.ended + 3600_000);
  const { good } = now;
  assert.equal((await ada.post('/catalogue/refresh', {})).status, 204);
  now = await ended(now.last.ended);
  assert.equal(asked.at(-1)['if-none-match'], '"f1"');
  assert.ok(now.good > good, 'what is served is confirmed');
  page = (_, answer) => answer.writeHead(200).end('<rss><item><id>X</id>');
  await ada.post('/catalogue/refresh', {});
  now = await ended(now.last.ended);
  assert.match(now.last.why, /^The XML is broken at line 1/);
  assert.deepEqual([now.tries, now.products], [1, 6]);
  assert.ok(now.next <= now.last.ended + 60_000, 'again in a minute');
  assert.equal((await c.ask('catalogue.product', { sku: 'R' })).ok, true);
  page = (_, answer) => answer.writeHead(503).end();
  await ada.post('/catalogue/refresh', {});
  assert.match((await ended(now.last.ended)).last.why, /^The host answered 503/);
});

test('rights and refusals of the REST side', async () => {
  const [lea, sam] = [await rest(server, 'lea'), await rest(server, 'sam')];
  assert.equal((await lea.get('/catalogue')).status, 403);
  assert.equal((await sam.get('/catalogue')).status, 200);
  for (const [path, d] of [['/catalogue/refresh', {}], ['/catalogue/upload', { name: 'a.csv' }]]) assert.equal((await sam.post(path, d)).status, 403);
  assert.equal((await sam.put('/catalogue', { url: '' })).status, 403);
  for (const [d, pointer] of [[{ url: 'gopher://x' }, '/url'], [{ url: 'nonsense' }, '/url'], [{ url: base, every: 5 }, '/every'], [{ url: base, every: 'daily' }, '/every']]) {
    const answer = await ada.put('/catalogue', d);
    assert.deepEqual([answer.status, answer.json().pointer], [422, pointer]);
  }
  assert.equal((await ada.post('/catalogue/upload', { name: 'a', kind: 'pdf' })).json().pointer, '/kind');
  assert.equal((await http(server, '/api/v1/catalogue/file', { method: 'POST', headers: { Authorization: 'Bearer no', 'Content-Length': 1 }, body: 'x' })).status, 401);
  assert.equal((await ada.put('/catalogue', { url: '', every: 0 })).status, 204);
  assert.equal((await ada.post('/catalogue/refresh', {})).status, 409);
});

async function send(kind, name, text) {
  const before = (await state()).last?.ended ?? 0;
  const { url, ticket } = (await ada.post('/catalogue/upload', { name, kind })).json();
  const body = Buffer.from(text);
  const give = () => http(server, url, { method: 'POST', headers: { Authorization: `Bearer ${ticket}`, 'Content-Type': 'application/octet-stream', 'Content-Length': body.length }, body });
  assert.deepEqual([(await give()).status, (await give()).status], [202, 401], 'a ticket is good once');
  if (kind === 'products') return ended(before);
  return eventually('the stock is in', async () => !(await state()).busy);
}

test('a file is sent; stock by file and by token is live in product and search, and by branch for staff alone', async () => {
  const now = await send('products', 'small.csv', 'id,title,price,size,item_group_id\nB-1,Bangle,20 EUR,S,B\nB-2,Bangle,20 EUR,L,B\nC,Charm,5 EUR,,\n');
  assert.deepEqual([now.last.why, now.last.source, now.products], [undefined, 'small.csv', 2]);
  await has('B');
  await send('stock', 'stock.csv', 'id,store_code,quantity\nB-1,paris,2\nB-1,lisbon,0\nB-2,paris,0\nB-2,oslo,many\n');
  const stock = (peer, sku = 'B') => peer.request('catalogue.product', { sku });
  assert.deepEqual((await stock(a)).variants.map((v) => [v.sku, v.available, v.stock]), [
    ['B-1', true, [{ branch: 'lisbon', quantity: 0 }, { branch: 'paris', quantity: 2 }]], ['B-2', false, [{ branch: 'paris', quantity: 0 }]]]);
  assert.deepEqual((await stock(c)).variants.map((v) => [v.available, v.stock]), [[true, undefined], [false, undefined]]);
  assert.deepEqual(await skus('', { filter: [{ facet: 'branch', value: 'paris' }] }), ['B']);
  assert.deepEqual(await skus('', { filter: [{ facet: 'size', value: 'L' }], stocked: true }), []);
  const { token } = (await ada.post('/site/tokens', { name: 'erp', verbs: ['read', 'write'], days: 3 })).json();
  const erp = bearer(server, token);
  assert.deepEqual((await erp.put('/stock', { stock: [{ sku: 'B-2', branch: 'oslo', quantity: 4 }] })).json(), { taken: 1 });
  assert.deepEqual((await erp.get('/stock?sku=B-2')).json().stock, [{ sku: 'B-2', branch: 'oslo', quantity: 4 }, { sku: 'B-2', branch: 'paris', quantity: 0 }]);
  assert.deepEqual(await skus('', { filter: [{ facet: 'size', value: 'L' }], stocked: true }), ['B']);
  const bad = await erp.put('/stock', { stock: [{ sku: 'B-2', branch: 'oslo', quantity: 9 }, { sku: 'B-2', branch: 'oslo', quantity: -1 }] });
  assert.deepEqual([bad.status, bad.json().pointer], [422, '/stock/1']);
  assert.equal((await stock(a)).variants[1].stock[0].quantity, 4, 'all or none');
  await send('stock', 'stock.csv', 'id,store_code,quantity\nB-1,paris,1\n');
  await eventually('what the table does not name counts as none', async () => !(await stock(c)).variants[1].available);
  assert.deepEqual(await skus('', { stocked: true }), ['B', 'C'], 'C has no stock told, so the feed\'s word counts');
});
