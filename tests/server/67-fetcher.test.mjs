// SPDX-License-Identifier: Apache-2.0
/// Catalogue pictures by address: fetched, asked for again, refused with a reason. The hosts are real servers on
/// loopback, which only --media-fetch-private allows; without it, that they are never reached is the test.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { http, login, rest } from './lib/http.mjs';
import { SITE, customer, eventually, keeper, shop, writeCatalogue } from './lib/kit.mjs';
import { metric, photo, quarters, sha256 } from './lib/picture.mjs';
import { freePort } from './lib/proxy.mjs';

const later = keeper(after);
const folder = mkdtempSync(join(tmpdir(), 'vitrine-fetcher-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const BYTES_MOST = 40_000_000;

const jpeg = photo();
const png = quarters(300, 200);

/// What the shop's host has, by path: (request, answer). `asked` keeps every request it got.
const pages = new Map();
const asked = [];
const host = createServer((request, answer) => {
  asked.push({ path: request.url, headers: request.headers });
  const page = pages.get(request.url);
  if (page) page(request, answer);
  else answer.writeHead(404).end();
});
host.keepAliveTimeout = 0; // a line that ends as it is used again would be a picture that was not there
const give = (bytes, headers = {}) => (_, answer) => answer.writeHead(200, { 'Content-Length': bytes.length, ...headers }).end(bytes);
const lead = (to, status = 302) => (_, answer) => answer.writeHead(status, { Location: to }).end();
const listen = (server) => new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));

let server;
let base;
before(async () => {
  base = `http://127.0.0.1:${await listen(host)}`;
  later(() => host.closeAllConnections());
  later(() => host.close());
  server = await shop(later, { associates: ['lea', ['sam', 'supervisor']], args: ['--media-fetch-private'] });
  await hosts(server, ['127.0.0.1', 'localhost']);
});

async function hosts(at, list) {
  const path = join(folder, 'settings.json');
  writeFileSync(path, JSON.stringify({ imageHosts: list }));
  await at.mustAdmin(['site', 'set', '--site', SITE, '--settings', path]);
}

/// `wanted`: sku to pictures. Every product is in the catalogue afterwards.
function bring(at, wanted) {
  const products = Object.entries(wanted).map(([sku, pictures]) => ({ sku, title: `Ring ${sku}`, price: '10.00', pictures: [pictures].flat() }));
  return at.admin(['catalogue', 'import', '--site', SITE, writeCatalogue(folder, products)]);
}

const report = (at) => at.mustAdmin(['pictures', '--site', SITE]);

/// sku to its line of the report, once `n` of them have a reason.
function troubles(at, n, ms) {
  return eventually(
    `${n} reasons`,
    async () => {
      const lines = (await report(at)).split('\n').slice(1);
      return lines.length >= n && new Map(lines.map((line) => [line.trim().split(/\s+/)[0], line]));
    },
    ms,
  );
}

async function mediaOf(at, sku) {
  const c = await customer(at);
  const reply = await c.ask('catalogue.product', { sku });
  await c.cut();
  return reply.ok && reply.d.media;
}

const shows = (sku, ids) => eventually(`${sku} shows ${ids.length}`, async () => JSON.stringify(await mediaOf(server, sku)) === JSON.stringify(ids));

test('a picture by address is fetched while the server runs, and shown once it is ingested', async () => {
  pages.set('/a.jpg?v=1', give(jpeg, { ETag: '"one"' }));
  const { stdout } = await bring(server, { 'VT-A': [`${base}/a.jpg?v=1`, `${base}/gone.jpg`] });
  assert.match(stdout, /2 pictures by address/);
  await shows('VT-A', [sha256(jpeg)]);
  const thumb = await http(server, `/t/${sha256(jpeg)}/320`);
  assert.equal(thumb.status, 200);
  const lines = await report(server);
  assert.match(lines, /^1 of 2 pictures by address are there, 1 are wanted, 0 failed$/m);
  assert.match(lines, /VT-A\s+127\.0\.0\.1\/gone\.jpg\s+"?the host answered 404"?; 20\d\d-/);
  assert.doesNotMatch(lines, /v=1/);
  const told = await http(server, '/api/v1/pictures', { headers: { Cookie: await login(server, 'sam') } });
  assert.equal(told.status, 200, told.text);
  const { pictures, ...counts } = told.json();
  assert.deepEqual(counts, { there: 1, wanted: 1, failed: 0 });
  assert.equal(pictures.length, 1);
  assert.deepEqual({ ...pictures[0], next: 0 }, { sku: 'VT-A', picture: '127.0.0.1/gone.jpg', why: 'the host answered 404', tries: 1, next: 0 });
  assert.equal((await http(server, '/api/v1/pictures', { headers: { Cookie: await login(server, 'lea') } })).status, 403);
  assert.equal((await http(server, '/api/v1/pictures')).status, 401);
  const { headers } = asked.find((one) => one.path.startsWith('/a.jpg'));
  assert.match(headers['user-agent'], /^Vitrine\//);
  for (const name of ['cookie', 'authorization', 'referer', 'accept-encoding', 'if-none-match']) assert.equal(headers[name], undefined, name);
});

test('the next import asks by tag or date; what is the same is not sent again', async () => {
  const date = 'Sun, 22 Nov 2026 00:00:00 GMT';
  pages.set('/tag.png', (request, answer) => (request.headers['if-none-match'] === '"t"' ? answer.writeHead(304).end() : give(png, { ETag: '"t"' })(request, answer)));
  pages.set('/date.png', (request, answer) => (request.headers['if-modified-since'] === date ? answer.writeHead(304).end() : give(png, { 'Last-Modified': date })(request, answer)));
  const wanted = { 'VT-T': `${base}/tag.png`, 'VT-D': `${base}/date.png` };
  const same = async () => Number(await metric(http, server, 'vitrine_picture_fetches_total{result="same"}'));
  await bring(server, wanted);
  await shows('VT-T', [sha256(png)]);
  await shows('VT-D', [sha256(png)]);
  for (const times of [2, 4]) {
    await eventually('what was got is noted', async () => /^2 of 2 pictures/m.test(await report(server))); // its tag, too: it is shown a moment before
    await bring(server, wanted);
    await eventually('both the same', async () => (await same()) === times);
  }
  assert.deepEqual(await mediaOf(server, 'VT-T'), [sha256(png)]);
});

test('a picture that changed at its address is the new one', async () => {
  pages.set('/change.png', give(png, { ETag: '"1"' }));
  await bring(server, { 'VT-C': `${base}/change.png` });
  await shows('VT-C', [sha256(png)]);
  const other = quarters(310, 200);
  pages.set('/change.png', give(other, { ETag: '"2"' }));
  await bring(server, { 'VT-C': `${base}/change.png` });
  await shows('VT-C', [sha256(other)]);
});

test('what a host may do wrong, each with its reason', async () => {
  const port = new URL(base).port;
  const far = createServer(give(jpeg));
  const farPort = await listen(far);
  later(() => far.close());
  const silent = createTcp(() => {});
  const silentPort = await listen(silent);
  later(() => silent.close());
  for (const n of [1, 2, 3, 4]) pages.set(`/hop${n}.jpg`, lead(`/hop${n - 1}.jpg`, [301, 303, 307, 308][n - 1]));
  pages.set('/hop0.jpg', give(jpeg));
  pages.set('/loop.jpg', lead('/loop.jpg'));
  pages.set('/away.jpg', lead(`http://localhost:${farPort}/x.jpg`));
  pages.set('/metadata.jpg', lead('http://169.254.169.254/latest/'));
  pages.set('/user.jpg', lead(`http://root@127.0.0.1:${port}/hop0.jpg`));
  pages.set('/file.jpg', lead('file:///etc/passwd'));
  pages.set('/nowhere.jpg', (_, answer) => answer.writeHead(302).end());
  pages.set('/page.jpg', give(Buffer.from('<!doctype html><title>Not found</title>')));
  pages.set('/vector.jpg', give(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')));
  pages.set('/empty.jpg', give(Buffer.alloc(0)));
  pages.set('/cut.jpg', give(jpeg.subarray(0, jpeg.length / 2)));
  pages.set('/short.jpg', (_, answer) => {
    answer.writeHead(200, { 'Content-Length': jpeg.length });
    answer.write(jpeg.subarray(0, 1000), () => answer.destroy());
  });
  pages.set('/large.jpg', (_, answer) => {
    answer.writeHead(200, { 'Content-Length': BYTES_MOST + 1 });
    answer.write(jpeg);
  });
  pages.set('/endless.jpg', (_, answer) => {
    const piece = Buffer.alloc(1 << 20);
    answer.writeHead(200);
    const more = () => {
      while (!answer.destroyed && answer.write(piece));
    };
    answer.on('drain', more);
    more();
  });
  pages.set('/slow.jpg', (_, answer) => {
    answer.writeHead(200);
    const timer = setInterval(() => answer.write('x'.repeat(200)), 1000);
    answer.on('close', () => clearInterval(timer));
  });
  pages.set('/zipped.jpg', (request, answer) => answer.writeHead(200, { 'Content-Encoding': 'gzip' }).end(Buffer.from('1f8b0800', 'hex')));
  const gonePort = await freePort();
  const expected = {
    'R-4': ['/hop4.jpg', /leads on too often/],
    'R-LOOP': ['/loop.jpg', /leads on too often/],
    'R-AWAY': ['/away.jpg', /leads to another host, localhost/],
    'R-META': ['/metadata.jpg', /leads to another host, 169\.254\.169\.254/],
    'R-USER': ['/user.jpg', /leads to no address that can be asked: it holds a user name/],
    'R-FILE': ['/file.jpg', /leads to no address that can be asked/],
    'R-NONE': ['/nowhere.jpg', /leads to no address/],
    'T-PAGE': ['/page.jpg', /HTML/i],
    'T-SVG': ['/vector.jpg', /SVG/],
    'T-EMPTY': ['/empty.jpg', /empty/],
    'T-CUT': ['/cut.jpg', /ends|cut|truncat/i],
    'T-ZIP': ['/zipped.jpg', /taken|picture/i],
    'N-SHORT': ['/short.jpg', /broke off/],
    'N-LARGE': ['/large.jpg', /larger than 40000000 bytes/],
    'N-ENDLESS': ['/endless.jpg', /larger than 40000000 bytes/],
    'N-SLOW': ['/slow.jpg', /less than 1 KB a second for 10 s/],
    'N-404': ['/there-is-no-such.jpg', /answered 404/],
    'N-CLOSED': [`http://127.0.0.1:${gonePort}/x.jpg`, /takes no connection on port/],
    'N-SILENT': [`http://127.0.0.1:${silentPort}/x.jpg`, /less than 1 KB a second for 10 s/],
    'H-OTHER': [`http://[::1]:${port}/x.jpg`, /not on the site's list of hosts.*given up after 1 tries/],
    'H-NAME': ['http://no-such-host.invalid/x.jpg', /not on the site's list of hosts/],
  };
  const wanted = Object.fromEntries(Object.entries(expected).map(([sku, [path]]) => [sku, path.startsWith('/') ? base + path : path]));
  await bring(server, { ...wanted, 'R-3': `${base}/hop3.jpg` });
  const found = await troubles(server, Object.keys(expected).length, 120000);
  for (const [sku, [, reason]] of Object.entries(expected)) assert.match(found.get(sku) ?? `${sku} has no reason`, reason);
  assert.deepEqual(await mediaOf(server, 'R-3'), [sha256(jpeg)]);
  assert.deepEqual(await mediaOf(server, 'N-SLOW'), []);
});

test('addresses that cannot be meant are refused by the import', async () => {
  const bad = ['https://user:word@127.0.0.1/a.jpg', 'ftp://127.0.0.1/a.jpg', 'https://2130706433/a.jpg', 'https://127.1/a.jpg', 'https://shop.example\\@127.0.0.1/a.jpg', 'file:///etc/passwd'];
  const { stderr } = await bring(server, { 'VT-BAD': bad });
  assert.equal(stderr.match(/^row 1 \(VT-BAD\): picture "/gm)?.length, bad.length, stderr);
});

test('--retry asks again at once, also after the host was put on the list', async () => {
  pages.set('/later.jpg', give(png));
  await hosts(server, ['shop.example']);
  await bring(server, { 'VT-L': `${base}/later.jpg` });
  assert.match((await troubles(server, 1)).get('VT-L'), /127\.0\.0\.1 is not on the site's list of hosts/);
  await hosts(server, ['127.0.0.1', 'localhost']);
  assert.match(await server.mustAdmin(['pictures', '--site', SITE, '--retry']), /^1 are tried again$/m);
  await shows('VT-L', [sha256(png)]);
  assert.match(await report(server), /^1 of 1 pictures by address are there/m);
});

test('REST asks again, too: an admin may', async () => {
  pages.set('/again.jpg', give(png));
  await hosts(server, ['shop.example']);
  await bring(server, { 'VT-R': `${base}/again.jpg` });
  await troubles(server, 1);
  await hosts(server, ['127.0.0.1', 'localhost']);
  await server.addAssociate({ site: SITE, login: 'ada', role: 'admin' });
  assert.equal((await (await rest(server, 'sam')).post('/pictures/retry', {})).status, 403);
  assert.deepEqual((await (await rest(server, 'ada')).post('/pictures/retry', {})).json(), { retried: 1 });
  await shows('VT-R', [sha256(png)]);
});

test('a host gets two requests at once, no more', async () => {
  let now = 0;
  let most = 0;
  const wanted = {};
  for (let n = 0; n < 12; n++) {
    wanted[`VT-N${n}`] = `${base}/n${n}.png`;
    pages.set(`/n${n}.png`, (request, answer) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now--;
        give(png)(request, answer);
      }, 30);
    });
  }
  await bring(server, wanted);
  await shows('VT-N11', [sha256(png)]);
  await eventually('all', async () => /^12 of 12/.test(await report(server)));
  assert.equal(most, 2);
});

test('without the option nothing inside is reached, however it is written', async () => {
  const hits = [];
  const canary = createTcp((socket) => hits.push(socket.localPort) && socket.destroy());
  const port = await new Promise((resolve) => canary.listen(0, '::', () => resolve(canary.address().port)));
  later(() => canary.close());
  const strict = await shop(later, { associates: [] });
  await hosts(strict, ['127.0.0.1', 'localhost', '0.0.0.0', '169.254.169.254', '10.0.0.1', '100.100.100.200']);
  const expected = {
    LOOP: ['https://127.0.0.1/x.jpg', /has the address 127\.0\.0\.1, which is loopback and not public/],
    NAME: ['https://localhost/x.jpg', /localhost has the address \S+, which is loopback and not public/],
    ZERO: ['https://0.0.0.0/x.jpg', /this network and not public/],
    META: ['https://169.254.169.254/x.jpg', /link-local and not public/],
    TEN: ['https://10.0.0.1/x.jpg', /private and not public/],
    CGNAT: ['https://100.100.100.200/x.jpg', /CGNAT\) and not public/],
    PLAIN: ['http://127.0.0.1/x.jpg', /only https on port 443/],
    PORT: [`https://127.0.0.1:${port}/x.jpg`, /only https on port 443/],
    BOTH: [`http://localhost:${port}/x.jpg`, /only https on port 443/],
  };
  await bring(strict, Object.fromEntries(Object.entries(expected).map(([sku, [url]]) => [sku, url])));
  const found = await troubles(strict, Object.keys(expected).length);
  for (const [sku, [, reason]] of Object.entries(expected)) assert.match(found.get(sku) ?? `${sku} has no reason`, reason);
  assert.deepEqual(hits, []);
});

test('TLS is verified, for the name', async () => {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(folder, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
  const secure = createTls({ key: readFileSync(key), cert: readFileSync(cert) }, give(png));
  const port = await listen(secure);
  later(() => secure.close());
  const wanted = { GOOD: `https://localhost:${port}/x.png`, NAME: `https://127.0.0.1:${port}/x.png` };
  await bring(server, wanted); // it trusts the system's certificates alone
  const found = await troubles(server, 2);
  for (const sku of ['GOOD', 'NAME']) assert.match(found.get(sku), /certificate of \S+ is not valid/);
  const trusting = await shop(later, { associates: [], args: ['--media-fetch-private', '--outgoing-ca', cert] });
  await hosts(trusting, ['127.0.0.1', 'localhost']);
  await bring(trusting, wanted);
  assert.match((await troubles(trusting, 1)).get('NAME'), /certificate of 127\.0\.0\.1 is not valid/);
  await eventually('the other', async () => JSON.stringify(await mediaOf(trusting, 'GOOD')) === JSON.stringify([sha256(png)]));
});
